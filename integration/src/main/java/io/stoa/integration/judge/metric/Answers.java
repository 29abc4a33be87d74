package io.stoa.integration.judge.metric;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** When an answer counts as the expected one, and when as none. */
public final class Answers {
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final Pattern EDGES = Pattern.compile("^[\\s\"'“”‘’(]+|[\\s\"'“”‘’).,;:!?]+$");
    private static final Pattern CITATION = Pattern.compile("\\[[^\\[\\]]{1,400}]");
    private static final Pattern DECLINES =
            Pattern.compile("I (do not|don['’]t) know\\.?", Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    private Answers() {}

    /** How an answer is held against the expected ones. */
    public enum Match {
        /** It is one of them. */
        EXACT,
        /** It holds one of them as whole words. */
        CONTAINS
    }

    /** Whether an answer says what one of the expected says, aside from case, space, citations and punctuation around it. */
    public static boolean right(String answer, List<String> expected, Match match) {
        String given = normal(answer);
        return expected.stream().map(Answers::normal).anyMatch(wanted -> switch (match) {
            case EXACT -> given.equals(wanted);
            case CONTAINS -> !wanted.isEmpty() && holds(given, wanted);
        });
    }

    /** Whether the whole answer says that it does not know. An answer that adds a guess does not decline. */
    public static boolean declines(String answer) {
        return DECLINES.matcher(answer.strip()).matches();
    }

    private static boolean holds(String given, String wanted) {
        for (int at = given.indexOf(wanted); at >= 0; at = given.indexOf(wanted, at + 1)) {
            int end = at + wanted.length();
            boolean begins = at == 0 || !Character.isLetterOrDigit(given.codePointBefore(at));
            boolean ends = end == given.length() || !Character.isLetterOrDigit(given.codePointAt(end));
            if (begins && ends) {
                return true;
            }
        }
        return false;
    }

    private static String normal(String text) {
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        String said = CITATION.matcher(plain).replaceAll(" ");
        return EDGES.matcher(SPACE.matcher(said).replaceAll(" ")).replaceAll("");
    }
}
