package io.stoa.benchmark.math;

import io.stoa.benchmark.metric.Words;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The answer rules of Lewkowycz et al. (2022), "Solving Quantitative Reasoning Problems with Language Models", appendix
 * D, string for string as lm-evaluation-harness 0.4.13 applies them. Every rule takes time linear in its text, so that
 * no answer can stall a run.
 */
public enum MinervaMath {
    /** Task {@code leaderboard_math}: the rules of the Open LLM Leaderboard v2, frozen. */
    ORIGINAL,

    /**
     * Task {@code minerva_math}: unit words are only removed outside of commands, indexed roots stay whole, and commas go
     * only where they separate thousands.
     */
    REVISED;

    /** What the harness writes where an answer has no final sentence. */
    public static final String INVALID = "[invalidanswer]";

    private static final String BEGIN = "Final Answer: The final answer is";
    private static final String END = " I hope it is correct";

    private static final List<List<String>> SUBSTITUTIONS = List.of(
            List.of("an ", ""),
            List.of("a ", ""),
            List.of(".$", "$"),
            List.of("\\$", ""),
            List.of("\\ ", ""),
            List.of(" ", ""),
            List.of("mbox", "text"),
            List.of(",\\text{and}", ","),
            List.of("\\text{and}", ","),
            List.of("\\text{m}", "\\text{}"));

    private static final List<String> UNIT_WORDS =
            List.of("square", "ways", "integers", "dollars", "mph", "inches", "ft", "hours", "km", "units");

    private static final List<String> LATER_UNIT_WORDS = List.of(
            "sue",
            "points",
            "feet",
            "minutes",
            "digits",
            "cents",
            "degrees",
            "cm",
            "gm",
            "pounds",
            "meters",
            "meals",
            "edges",
            "students",
            "childrentickets",
            "multiples");

    private static final List<String> MARKUP = List.of(
            "\\text{s}",
            "\\text{.}",
            "\\text{\ns}",
            "\\text{}^2",
            "\\text{}^3",
            "\\text{\n}",
            "\\text{}",
            "\\mathrm{th}",
            "^\\circ",
            "^{\\circ}",
            "\\;",
            ",\\!",
            "{,}",
            "\"",
            "\\dots");

    private static final Pattern SHORT_FRACTION = Pattern.compile("(frac)([^{])(.)", Pattern.UNIX_LINES);
    private static final Pattern SHORT_ROOT = Pattern.compile("sqrt([^{])");
    private static final Pattern SHORT_UNINDEXED_ROOT = Pattern.compile("sqrt([^{\\[])");
    private static final Pattern THOUSANDS =
            Pattern.compile("-?\\d{1,3}(?:,\\d{3})++", Pattern.UNICODE_CHARACTER_CLASS);

    /** Code points with Unicode's numeric type Digit, as ranges; Python's {@code isdigit} counts them, Java's does not. */
    private static final int[] SPECIAL_DIGITS = {
        0xB2, 0xB3, 0xB9, 0xB9, 0x1369, 0x1371, 0x19DA, 0x19DA, 0x2070, 0x2070, 0x2074, 0x2079, 0x2080, 0x2089, 0x2460,
        0x2468, 0x2474, 0x247C, 0x2488, 0x2490, 0x24EA, 0x24EA, 0x24F5, 0x24FD, 0x24FF, 0x24FF, 0x2776, 0x277E, 0x2780,
        0x2788, 0x278A, 0x2792, 0x10A40, 0x10A43, 0x10E60, 0x10E68, 0x11052, 0x1105A, 0x1F100, 0x1F10A
    };

    /**
     * The answer in "Final Answer: The final answer is … . I hope it is correct.", not yet normalized, or
     * {@link #INVALID}.
     */
    public static String extract(String output) {
        String text = output + "I hope it is correct.";
        int begin = text.indexOf(BEGIN);
        while (begin >= 0) {
            int start = begin + BEGIN.length();
            int newline = text.indexOf('\n', start);
            int lineEnd = newline < 0 ? text.length() : newline;
            // The full stops of the harness' expression stand for any character of the line.
            int end = start + 1 < lineEnd ? text.indexOf(END, start + 1, lineEnd) : -1;
            if (end >= 0 && end + END.length() < lineEnd) {
                int before = text.codePointBefore(end);
                if (end - Character.charCount(before) >= start) {
                    return Words.strip(text.substring(start, end - Character.charCount(before)));
                }
            }
            // Where the first sentence of a line has no end, no later one of that line has.
            begin = text.indexOf(BEGIN, lineEnd);
        }
        return INVALID;
    }

    /** What the last box of a solution holds; nothing where there is no box, or none that the harness can open. */
    public static Optional<String> lastBoxed(String solution) {
        return lastBox(solution).flatMap(MinervaMath::unboxed);
    }

    /** {@code last_boxed_only_string}: the last box with its command and braces. */
    static Optional<String> lastBox(String text) {
        int spaced = text.lastIndexOf("\\boxed ");
        if (spaced >= 0) {
            String rest = text.substring(spaced);
            int dollar = rest.indexOf('$');
            return Optional.of(dollar < 0 ? rest : rest.substring(0, dollar));
        }
        int start = text.lastIndexOf("\\boxed");
        start = start < 0 ? text.lastIndexOf("\\fbox") : start;
        if (start < 0) {
            return Optional.empty();
        }
        int open = 0;
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) == '{') {
                open++;
            } else if (text.charAt(i) == '}' && --open == 0) {
                return Optional.of(text.substring(start, i + 1));
            }
        }
        return Optional.empty();
    }

    /** {@code remove_boxed}. */
    static Optional<String> unboxed(String box) {
        if (box.contains("\\boxed ")) {
            return box.startsWith("\\boxed ") ? Optional.of(box.substring("\\boxed ".length())) : Optional.empty();
        }
        boolean closed = box.startsWith("\\boxed{") && box.endsWith("}");
        return closed ? Optional.of(box.substring("\\boxed{".length(), box.length() - 1)) : Optional.empty();
    }

    /**
     * Whether the harness counts an output as right: its final sentence, normalized, is the solution's box, normalized, as
     * a text or in value. Value is decided by {@link MathEquality}, where the harness asks sympy.
     *
     * @param solution the reference solution, with the answer in its last box
     * @param output what the model wrote
     */
    public boolean correct(String solution, String output) {
        String answer = normalize(extract(output));
        Optional<String> gold = lastBoxed(solution).map(this::normalize);
        if (gold.isEmpty() || answer.equals(INVALID)) {
            return false;
        }
        boolean sameText = this == ORIGINAL
                ? Words.strip(answer).equals(Words.strip(gold.get()))
                : !answer.isEmpty() && answer.equals(gold.get());
        return sameText || MathEquality.compare(gold.get(), answer) instanceof MathEquality.Result.Equal;
    }

    /** {@code normalize_final_answer}: units, markup and shorthand removed. */
    public String normalize(String answer) {
        String text = answer.substring(answer.lastIndexOf('=') + 1);
        if (this == REVISED) {
            text = withoutWords(text, UNIT_WORDS);
            text = withoutWords(text, LATER_UNIT_WORDS);
        }
        for (List<String> substitution : SUBSTITUTIONS) {
            text = text.replace(substitution.getFirst(), substitution.getLast());
        }
        text = without(text, UNIT_WORDS);
        text = text.replace("\\ldots", "");
        text = without(text, LATER_UNIT_WORDS);
        for (String markup : MARKUP) {
            text = text.replace(markup, "");
        }
        text = firstFormulaOfEachLine(text);
        text = opened(text, "\\text{", false);
        text = opened(text, "\\textbf{", false);
        text = opened(text, "\\overline{", false);
        text = opened(text, "\\boxed{", true);
        text = SHORT_FRACTION.matcher(text).replaceAll("$1{$2}{$3}");
        text = this == REVISED
                ? SHORT_UNINDEXED_ROOT.matcher(withBracedRadicands(text)).replaceAll("sqrt{$1}")
                : SHORT_ROOT.matcher(text).replaceAll("sqrt{$1}");
        text = text.replace("$", "");
        boolean number = this == REVISED ? THOUSANDS.matcher(text).matches() : onlyDigits(text.replace(",", ""));
        return number ? text.replace(",", "") : text;
    }

    /** Each word removed where it stands alone and is no command. */
    private static String withoutWords(String text, List<String> words) {
        String rest = text;
        for (String word : words) {
            StringBuilder kept = new StringBuilder();
            int from = 0;
            for (int at = rest.indexOf(word); at >= 0; at = rest.indexOf(word, at + word.length())) {
                int end = at + word.length();
                boolean alone = (at == 0 || (rest.charAt(at - 1) != '\\' && !isWord(rest.codePointBefore(at))))
                        && (end == rest.length() || !isWord(rest.codePointAt(end)));
                if (alone) {
                    kept.append(rest, from, at);
                    from = end;
                }
            }
            rest = kept.append(rest, from, rest.length()).toString();
        }
        return rest;
    }

    /** Each word removed wherever it stands; by the revised rules not inside of a command's name. */
    private String without(String text, List<String> words) {
        String rest = text;
        for (String word : words) {
            rest = this == ORIGINAL ? rest.replace(word, "") : withoutOutsideOfCommands(rest, word);
        }
        return rest;
    }

    private static String withoutOutsideOfCommands(String text, String word) {
        if (!text.contains(word)) {
            return text;
        }
        StringBuilder kept = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            int end = commandEnd(text, i);
            if (end > i) {
                kept.append(text, i, end);
                i = end;
            } else if (text.startsWith(word, i)) {
                i += word.length();
            } else {
                kept.append(text.charAt(i++));
            }
        }
        return kept.toString();
    }

    private static int commandEnd(String text, int start) {
        if (text.charAt(start) != '\\') {
            return start;
        }
        int end = start + 1;
        while (end < text.length() && isAsciiLetter(text.charAt(end))) {
            end++;
        }
        return end > start + 1 ? end : start;
    }

    /** A line with two dollar signs becomes what stands between them, dollar signs included. */
    private static String firstFormulaOfEachLine(String text) {
        StringBuilder lines = new StringBuilder();
        int start = 0;
        while (start <= text.length()) {
            int newline = text.indexOf('\n', start);
            int end = newline < 0 ? text.length() : newline;
            int first = text.indexOf('$', start, end);
            int second = first < 0 ? -1 : text.indexOf('$', first + 1, end);
            if (second >= 0) {
                lines.append(text, first, second + 1);
            } else {
                lines.append(text, start, end);
            }
            if (newline >= 0) {
                lines.append('\n');
            }
            start = end + 1;
        }
        return lines.toString();
    }

    /**
     * A command replaced by what its braces hold.
     *
     * @param greedy whether the argument goes to the last brace of its line, or to the first
     */
    private static String opened(String text, String command, boolean greedy) {
        StringBuilder opened = new StringBuilder();
        int from = 0;
        int at = text.indexOf(command);
        while (at >= 0) {
            int start = at + command.length();
            int newline = text.indexOf('\n', start);
            int lineEnd = newline < 0 ? text.length() : newline;
            int close = greedy ? lastBrace(text, start, lineEnd) : text.indexOf('}', start, lineEnd);
            if (close >= 0) {
                opened.append(text, from, at).append(text, start, close);
                from = close + 1;
                at = text.indexOf(command, from);
            } else {
                at = text.indexOf(command, lineEnd);
            }
        }
        return opened.append(text, from, text.length()).toString();
    }

    private static int lastBrace(String text, int start, int end) {
        int at = end - 1;
        while (at >= start && text.charAt(at) != '}') {
            at--;
        }
        return at >= start ? at : -1;
    }

    /** {@code sqrt[3]8} with its radicand in braces. */
    private static String withBracedRadicands(String text) {
        StringBuilder braced = new StringBuilder();
        int from = 0;
        int close = 0;
        int at = text.indexOf("sqrt[");
        while (at >= 0) {
            // Kept from root to root, so that roots without an end do not make the search quadratic.
            close = close > at + 4 ? close : text.indexOf(']', at);
            if (close < 0) {
                break;
            }
            int next = close + 1;
            if (next < text.length() && isWord(text.codePointAt(next))) {
                int end = next + Character.charCount(text.codePointAt(next));
                braced.append(text, from, next)
                        .append('{')
                        .append(text, next, end)
                        .append('}');
                from = end;
            }
            at = text.indexOf("sqrt[", Math.max(at + 1, from));
        }
        return braced.append(text, from, text.length()).toString();
    }

    private static boolean onlyDigits(String text) {
        return !text.isEmpty() && text.codePoints().allMatch(MinervaMath::isDigit);
    }

    private static boolean isDigit(int codePoint) {
        if (Character.isDigit(codePoint)) {
            return true;
        }
        for (int i = 0; i < SPECIAL_DIGITS.length; i += 2) {
            if (codePoint >= SPECIAL_DIGITS[i] && codePoint <= SPECIAL_DIGITS[i + 1]) {
                return true;
            }
        }
        return false;
    }

    /** Whether Python's {@code \w} matches. */
    private static boolean isWord(int codePoint) {
        return codePoint == '_'
                || Character.isLetterOrDigit(codePoint)
                || Character.getType(codePoint) == Character.LETTER_NUMBER
                || Character.getType(codePoint) == Character.OTHER_NUMBER;
    }

    private static boolean isAsciiLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
