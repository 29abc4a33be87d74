package io.stoa.benchmark.metric;

import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How much of a summary is taken over from its source (Grusky, Naaman, Artzi: Newsroom, NAACL 2018, formulas 1 to 3).
 * Tokens are runs of letters and digits, and single signs; case does not count.
 *
 * @param coverage the share of the summary's tokens that lie in a run taken from the source
 * @param density the mean length of the run that a token lies in: Σ length² / tokens
 * @param compression tokens of the source per token of the summary
 */
public record Extractiveness(double coverage, double density, double compression) {
    private static final Pattern TOKEN = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+|[^\\s\\p{L}\\p{M}\\p{N}]");

    /**
     * Measures a summary.
     *
     * @throws IllegalArgumentException when the summary has no token, for which nothing is defined
     */
    public static Extractiveness of(String source, String summary) {
        List<String> from = tokens(source);
        List<String> made = tokens(summary);
        if (made.isEmpty()) {
            throw new IllegalArgumentException("an empty summary has no extractiveness");
        }
        double covered = 0;
        double squares = 0;
        int at = 0;
        while (at < made.size()) {
            int longest = 0;
            for (int start = 0; start < from.size(); start++) {
                int length = 0;
                while (at + length < made.size()
                        && start + length < from.size()
                        && made.get(at + length).equals(from.get(start + length))) {
                    length++;
                }
                longest = Math.max(longest, length);
            }
            covered += longest;
            squares += (double) longest * longest;
            at += Math.max(longest, 1);
        }
        return new Extractiveness(covered / made.size(), squares / made.size(), (double) from.size() / made.size());
    }

    private static List<String> tokens(String text) {
        return TOKEN.matcher(text.toLowerCase(Locale.ROOT))
                .results()
                .map(MatchResult::group)
                .toList();
    }
}
