package io.stoa.benchmark.math;

import io.stoa.benchmark.math.AnswerReader.Reading;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the answer stands in what a model wrote, by the order of math_verify: the last box, several that follow each other
 * as a list; what "final answer is" announces; what "answer" announces; the formula or number that ends last. Of what was
 * found at one of these places the last that reads as mathematics counts, and where none does the last that was found.
 * A text without formula and number has no answer, and counts as wrong.
 */
public final class MathAnswer {
    /** Only so many characters at the end of a text are searched; answers stand there. */
    private static final int MAX_SEARCHED = 100_000;

    /** Only so many candidates are tried, from the last one on. */
    private static final int MAX_TRIED = 16;

    private static final Pattern FINAL_ANSWER = Pattern.compile("(?i:final answer)[^\\n]{0,100}?\\bis\\b:?");
    private static final Pattern ANSWER = Pattern.compile("(?i:answer)");

    /** How far behind "answer" the answer may begin. */
    private static final int REACH = 50;

    private static final Pattern CONNECTIVE =
            Pattern.compile("[\\s$.]*(?:,|,?\\s*(?:and|or)|\\\\text\\{\\s*,?\\s*(?:and|or)\\s*}|\\\\quad)?[\\s$]*");

    private static final Pattern PERCENT = Pattern.compile("\\s{0,3}(?:\\\\?%|[Pp]ercentage|[Pp]ercent|[Pp]ct)");

    /** A number as people write it, after white space, an equals sign, stars or a currency sign. */
    private static final Pattern NUMBER = Pattern.compile("(?<![^\\s=*$€£¥₹:(])"
            + "(-?(?:[1-9]\\d{0,2}(?:[ ,]\\d{3})++(?!\\d)(?:\\.\\d++)?|\\d++[.,]\\d++|\\d++)|-?\\.\\d++)");

    /** A run of what arithmetic without letters is made of. */
    private static final Pattern ARITHMETIC = Pattern.compile("(?<![^\\s=*])-?\\(?-?\\d[\\d. \\t+\\-*×/^()÷]{0,300}+");

    private static final Pattern OPERATOR = Pattern.compile("\\d[ \\t.)]*+[+\\-*×/^(÷]");

    private static final Pattern DECIMAL_COMMA = Pattern.compile("-?\\d+,\\d+");
    private static final Pattern THOUSANDS = Pattern.compile("-?[1-9]\\d{0,2}(?:[ ,]\\d{3})++(?:\\.\\d++)?");

    private MathAnswer() {}

    /** A piece of the text that may be the answer. */
    private record Candidate(String answer, int start, int end) {}

    /** The answer, ready for {@link MathEquality}; nothing where the text has none. */
    public static Optional<String> extract(String output) {
        String text = output.substring(Math.max(0, output.length() - MAX_SEARCHED));
        Optional<String> boxed = boxed(text);
        if (boxed.isPresent()) {
            return boxed;
        }
        List<Candidate> candidates = candidates(text);
        return chosen(announced(FINAL_ANSWER, text, candidates, 3))
                .or(() -> chosen(announced(ANSWER, text, candidates, REACH)))
                .or(() -> chosen(candidates));
    }

    /** The last that can be read, or the last. */
    private static Optional<String> chosen(List<Candidate> candidates) {
        List<Candidate> lastFirst = candidates.stream()
                .sorted(Comparator.comparingInt(Candidate::end).reversed().thenComparingInt(Candidate::start))
                .limit(MAX_TRIED)
                .toList();
        return lastFirst.stream()
                .filter(candidate ->
                        AnswerReader.read(AnswerReader.trimmed(candidate.answer())) instanceof Reading.Read)
                .findFirst()
                .or(() -> lastFirst.stream().findFirst())
                .map(Candidate::answer);
    }

    /** The last of the boxes, with those before it that only "and" or a comma separates from it. */
    private static Optional<String> boxed(String text) {
        List<String> contents = new ArrayList<>();
        int before = text.length();
        int start = lastBox(text, before);
        for (int tried = 0; start >= 0 && tried < MAX_TRIED; tried++) {
            int open = text.indexOf('{', start);
            int close = open < 0 ? -1 : closing(text, open, before);
            boolean beside = contents.isEmpty()
                    || (close >= 0
                            && CONNECTIVE
                                    .matcher(text.substring(close + 1, before))
                                    .matches());
            if (!beside) {
                break;
            }
            if (close >= 0) {
                String percent = contents.isEmpty() ? percentAt(text, dollarsEnd(text, close + 1)) : "";
                contents.addFirst(text.substring(open + 1, close).strip() + percent);
                before = start;
            }
            start = start == 0 ? -1 : lastBox(text, start - 1);
        }
        return contents.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", contents));
    }

    private static int lastBox(String text, int before) {
        return Math.max(text.lastIndexOf("\\boxed{", before), text.lastIndexOf("\\fbox{", before));
    }

    private static int dollarsEnd(String text, int start) {
        int end = start;
        while (end < text.length() && text.charAt(end) == '$') {
            end++;
        }
        return end;
    }

    private static int closing(String text, int open, int end) {
        int depth = 0;
        for (int i = open; i < end; i++) {
            char c = text.charAt(i);
            boolean escaped = i > 0 && text.charAt(i - 1) == '\\' && (i < 2 || text.charAt(i - 2) != '\\');
            if (c == '{' && !escaped) {
                depth++;
            } else if (c == '}' && !escaped && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    /** Candidates that begin at most {@code reach} characters after the last announcement that any follows. */
    private static List<Candidate> announced(Pattern announcement, String text, List<Candidate> candidates, int reach) {
        List<Candidate> announced = new ArrayList<>();
        Matcher matcher = announcement.matcher(text);
        int next = 0;
        while (matcher.find()) {
            while (next < candidates.size() && candidates.get(next).start() < matcher.end()) {
                next++;
            }
            if (next < candidates.size()
                    && gap(text, matcher.end(), candidates.get(next).start()) <= reach) {
                announced.add(candidates.get(next));
            }
        }
        return announced;
    }

    /** The characters between, white space not counted. */
    private static int gap(String text, int from, int to) {
        return to - from > 1000
                ? to - from
                : text.substring(from, to).replaceAll("\\s", "").length();
    }

    /** All formulas, and the numbers between them, in the order in which they begin. */
    private static List<Candidate> candidates(String text) {
        List<Candidate> formulas = formulas(text);
        List<Candidate> candidates = new ArrayList<>(formulas);
        int from = 0;
        for (Candidate formula : formulas) {
            plain(text, from, formula.start(), candidates);
            from = formula.end();
        }
        plain(text, from, text.length(), candidates);
        candidates.sort(Comparator.comparingInt(Candidate::start));
        return candidates;
    }

    private static void plain(String text, int from, int to, List<Candidate> candidates) {
        Matcher arithmetic = ARITHMETIC.matcher(text).region(from, to).useTransparentBounds(true);
        while (arithmetic.find()) {
            int end = arithmetic.end();
            while (!Character.isDigit(text.charAt(end - 1)) && text.charAt(end - 1) != ')') {
                end--;
            }
            String expression = text.substring(arithmetic.start(), end);
            boolean wordFollows = end < text.length() && Character.isLetter(text.charAt(end));
            if (!wordFollows && OPERATOR.matcher(expression).find()) {
                candidates.add(new Candidate(expression, arithmetic.start(), end));
            }
        }
        Matcher number = NUMBER.matcher(text).region(from, to).useTransparentBounds(true);
        while (number.find()) {
            candidates.add(new Candidate(
                    plainNumber(number.group()) + percentAt(text, number.end()), number.start(), number.end()));
        }
    }

    /** Outside of formulas "1 234" and "1,234" are thousands and "1,5" has a decimal comma. */
    private static String plainNumber(String number) {
        if (THOUSANDS.matcher(number).matches()) {
            return number.replaceAll("[ ,]", "");
        }
        return DECIMAL_COMMA.matcher(number).matches() ? number.replace(',', '.') : number;
    }

    private static String percentAt(String text, int end) {
        return PERCENT.matcher(text).region(end, text.length()).lookingAt() ? "\\%" : "";
    }

    /** What stands in {@code $$…$$}, {@code \[…\]}, {@code \(…\)} and {@code $…$}, the last two within one line. */
    private static List<Candidate> formulas(String text) {
        List<Candidate> formulas = new ArrayList<>();
        int lastDisplayDollar = text.lastIndexOf("$$");
        int lastBracket = text.lastIndexOf("\\]");
        int lineEnd = -1;
        int unclosedUntil = -1;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (i > lineEnd) {
                int newline = text.indexOf('\n', i);
                lineEnd = newline < 0 ? text.length() : newline;
            }
            int close = -1;
            int width = 2;
            if (c == '\\') {
                char escaped = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
                if (escaped == '[' && i + 2 <= lastBracket) {
                    close = text.indexOf("\\]", i + 2);
                } else if (escaped == '(' && i > unclosedUntil && i + 2 < lineEnd) {
                    close = text.indexOf("\\)", i + 2, lineEnd);
                    unclosedUntil = close < 0 ? lineEnd : unclosedUntil;
                }
            } else if (c == '$') {
                if (text.startsWith("$$", i) && i + 2 <= lastDisplayDollar) {
                    close = text.indexOf("$$", i + 2);
                } else if (i == 0 || !Character.isDigit(text.charAt(i - 1))) {
                    width = 1;
                    close = closingDollar(text, i + 1, lineEnd);
                }
            }
            if (close > i + width) {
                String percent = percentAt(text, close + width);
                formulas.add(new Candidate(text.substring(i + width, close).strip() + percent, i, close + width));
                i = close + width;
            } else {
                // A backslash takes the next character with it.
                i += c == '\\' ? 2 : 1;
            }
        }
        return formulas;
    }

    private static int closingDollar(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == '$') {
                return i;
            }
        }
        return -1;
    }
}
