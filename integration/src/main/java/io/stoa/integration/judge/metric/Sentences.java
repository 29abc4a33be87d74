package io.stoa.integration.judge.metric;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An answer's sentences with what each of them cites. A citation stands in square brackets and is the number of a passage
 * as it was shown, from 1, or its id: {@code The lamp is red [2].}, {@code [handbook.md#3, 4]}. A citation right after a full
 * stop belongs to the sentence before it.
 */
public final class Sentences {
    /** Longer answers are cut: nothing that is judged is longer. */
    private static final int LONGEST = 100_000;

    private static final Pattern CITATIONS = Pattern.compile("\\[([^\\[\\]]{1,400})]");
    private static final Pattern MOVED = Pattern.compile("([.!?])((?:\\s?\\[[^\\[\\]]{1,400}]){1,20})");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");

    private Sentences() {}

    /**
     * A sentence.
     *
     * @param text without its citations
     * @param cited ids of the passages that it cites, in order; those that were never shown stand as they were written
     */
    public record Sentence(String text, List<String> cited) {
        public Sentence {
            cited = List.copyOf(cited);
        }
    }

    /**
     * Takes an answer apart.
     *
     * @param shown ids of the passages that the model was shown, in order
     */
    public static List<Sentence> of(String answer, List<String> shown) {
        String bounded = answer.length() > LONGEST ? answer.substring(0, LONGEST) : answer;
        String text = MOVED.matcher(bounded).replaceAll("$2$1");
        BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
        breaks.setText(text);
        List<Sentence> sentences = new ArrayList<>();
        int start = breaks.first();
        for (int end = breaks.next(); end != BreakIterator.DONE; end = breaks.next()) {
            String part = text.substring(start, end);
            start = end;
            String words = CITATIONS
                    .matcher(part)
                    .replaceAll(" ")
                    .replaceAll("\\s+", " ")
                    .strip();
            if (words.codePoints().anyMatch(Character::isLetterOrDigit)) {
                sentences.add(new Sentence(words.replaceAll(" (?=[.!?,;:])", ""), cited(part, shown)));
            }
        }
        return List.copyOf(sentences);
    }

    private static List<String> cited(String part, List<String> shown) {
        List<String> cited = new ArrayList<>();
        Matcher matcher = CITATIONS.matcher(part);
        while (matcher.find()) {
            for (String one : matcher.group(1).split("[,;]", -1)) {
                String name = one.strip();
                if (!name.isEmpty()) {
                    cited.add(id(name, shown));
                }
            }
        }
        return cited;
    }

    private static String id(String name, List<String> shown) {
        if (!shown.contains(name) && NUMBER.matcher(name).matches()) {
            int number = Integer.parseInt(name);
            if (number >= 1 && number <= shown.size()) {
                return shown.get(number - 1);
            }
        }
        return name;
    }
}
