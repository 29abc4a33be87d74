package io.stoa.benchmark.judge;

import io.stoa.benchmark.metric.Words;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where a judge's answer holds its verdict. */
public enum VerdictRule {
    /**
     * The last line that is not blank says {@code verdict: WORD} and nothing else. Capitals, quotes, a full stop at the end
     * and Markdown's emphasis do not matter.
     */
    LAST_LINE {
        @Override
        Optional<String> word(String answer) {
            String stripped = Words.strip(answer);
            String line = stripped.substring(stripped.lastIndexOf('\n') + 1);
            Matcher matcher = LINE.matcher(line);
            return matcher.matches() ? Optional.of(matcher.group(1).toLowerCase(Locale.ROOT)) : Optional.empty();
        }
    },

    /**
     * A JSON object with a key {@code verdict}, whose value is a word, a whole number, or true or false for yes or no. It
     * reaches from the answer's first brace to its last, or else from the last opening brace to the last closing one. A key
     * that stands in it twice makes it unreadable, and so does another object that is begun and not ended.
     */
    JSON {
        @Override
        Optional<String> word(String answer) {
            int end = answer.lastIndexOf('}') + 1;
            int last = answer.lastIndexOf('{');
            return last >= end
                    ? Optional.empty()
                    : object(answer, answer.indexOf('{'), end).or(() -> object(answer, last, end));
        }
    };

    private static final Pattern LINE = Pattern.compile(
            "[*_`#>\\s]*verdict[*_`\\s]*:[*_`\"\\s]*([a-z]+|[0-9]{1,3})[*_`\".\\s]*", Pattern.CASE_INSENSITIVE);

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** The verdict in small letters, where there is one by this rule. */
    abstract Optional<String> word(String answer);

    private static Optional<String> object(String answer, int start, int end) {
        if (start < 0 || end <= start) {
            return Optional.empty();
        }
        try {
            JsonNode verdict = MAPPER.readTree(answer.substring(start, end)).path("verdict");
            if (verdict.isBoolean()) {
                return Optional.of(verdict.booleanValue() ? "yes" : "no");
            }
            if (verdict.isIntegralNumber()) {
                return Optional.of(verdict.asString());
            }
            return verdict.isString()
                    ? Optional.of(Words.strip(verdict.stringValue()).toLowerCase(Locale.ROOT))
                    : Optional.empty();
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }
}
