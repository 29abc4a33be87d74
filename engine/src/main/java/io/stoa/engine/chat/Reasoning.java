package io.stoa.engine.chat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps what a model thinks apart from what it says. DeepSeek R1, Qwen 3 and many others think between {@code <think>}
 * and {@code </think>} at the beginning; gpt-oss writes messages on channels (OpenAI's harmony format), of which
 * {@code analysis} is thought, {@code final} is said, and {@code commentary} calls tools or says what it is about to do.
 */
final class Reasoning {
    static final String OPEN = "<think>";
    static final String CLOSE = "</think>";
    static final String CHANNEL = "<|channel|>";

    private static final Pattern MESSAGE = Pattern.compile(
            "(?:<\\|start\\|>assistant)?([^<]*)<\\|channel\\|>(.*?)<\\|message\\|>(.*?)"
                    + "(<\\|end\\|>|<\\|call\\|>|<\\|return\\|>|(?=<\\|start\\|>)|(?=<\\|channel\\|>)|$)",
            Pattern.DOTALL);

    private Reasoning() {}

    /**
     * An answer in its two parts.
     *
     * @param thought without its marks
     * @param said text and calls, the latter with their marks
     */
    record Parts(String thought, String said) {}

    static Parts of(String answer) {
        if (answer.stripLeading().startsWith(OPEN)) {
            int start = answer.indexOf(OPEN) + OPEN.length();
            int end = answer.indexOf(CLOSE, start);
            return end < 0
                    ? new Parts(answer.substring(start).strip(), "")
                    : new Parts(answer.substring(start, end).strip(), answer.substring(end + CLOSE.length()));
        }
        return answer.contains(CHANNEL) ? harmony(answer) : new Parts("", answer);
    }

    private static Parts harmony(String answer) {
        StringBuilder thought = new StringBuilder();
        StringBuilder said = new StringBuilder();
        int at = 0;
        Matcher message = MESSAGE.matcher(answer);
        while (message.find()) {
            said.append(answer, at, message.start());
            at = message.end();
            String header = message.group(1) + message.group(2);
            if (header.contains("to=")) {
                said.append(message.group());
            } else {
                StringBuilder part = header.strip().startsWith("analysis") ? thought : said;
                part.append(part.isEmpty() ? "" : "\n").append(message.group(3).strip());
            }
        }
        // A message that is not whole stays as it is, so that nothing is lost.
        said.append(answer, at, answer.length());
        return new Parts(thought.toString(), said.toString());
    }
}
