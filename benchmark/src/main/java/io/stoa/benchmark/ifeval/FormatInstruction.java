package io.stoa.benchmark.ifeval;

import io.stoa.benchmark.metric.Words;
import io.stoa.benchmark.task.PythonPattern;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Markdown, JSON, titles and sections. */
sealed interface FormatInstruction extends Instruction {
    /** Exactly so many lines that begin with {@code *} or {@code -}, white space before it aside. */
    record Bullets(int wanted) implements FormatInstruction {
        @Override
        public boolean isFollowedBy(String text) {
            return count(text, '*') + count(text, '-') == wanted;
        }

        /**
         * A bullet may stand lines after the start of its match: blank lines before it belong to it. A {@code *} takes the
         * character after it, even a line's end and so the next line, unless that is a {@code *} too.
         */
        private static int count(String text, char mark) {
            int count = 0;
            boolean onlySpace = true;
            int i = 0;
            while (i < text.length()) {
                char c = text.charAt(i);
                int end = i + 1;
                if (mark == '*' && end < text.length() && text.charAt(end) != '*') {
                    end += Character.charCount(text.codePointAt(end));
                } else if (mark == '*') {
                    end = -1;
                }
                if (c == mark && onlySpace && end > 0) {
                    count++;
                    int line = text.indexOf('\n', end);
                    i = line < 0 ? text.length() : line;
                } else {
                    onlySpace = c == '\n' || (onlySpace && Words.isSpace(c));
                    i++;
                }
            }
            return count;
        }
    }

    /** At least so many texts in single or double asterisks that are not blank. Double ones may count as single ones too. */
    record Highlights(int wanted) implements FormatInstruction {
        private static final Pattern SINGLE = Pattern.compile("\\*([^\n*]*)\\*");
        private static final Pattern DOUBLE = Pattern.compile("\\*\\*([^\n*]*)\\*\\*");

        @Override
        public boolean isFollowedBy(String text) {
            return count(SINGLE, text) + count(DOUBLE, text) >= wanted;
        }

        private static int count(Pattern highlight, String text) {
            return (int) highlight
                    .matcher(text)
                    .results()
                    .filter(match -> !Words.strip(match.group(1)).isEmpty())
                    .count();
        }
    }

    /**
     * At least so many sections, each begun by a word and a number.
     *
     * @param groups how often the harness counts each: its word is a regular expression, whose groups it counts too
     */
    record Sections(PythonPattern start, int groups, int wanted) implements FormatInstruction {
        static Sections of(String word, int wanted) {
            PythonPattern start = new PythonPattern("\\s?" + Words.strip(word) + "\\s?\\d+\\s?");
            return new Sections(start, 1 + start.groups(), wanted);
        }

        @Override
        public boolean isFollowedBy(String text) {
            return start.countIn(text) * groups >= wanted;
        }
    }

    /** The answer is JSON, with or without a fence around it. */
    record Json() implements FormatInstruction {
        private static final List<String> FENCES = List.of("```json", "```Json", "```JSON", "```");

        @Override
        public boolean isFollowedBy(String text) {
            String json = Words.strip(text);
            for (String fence : FENCES) {
                json = json.startsWith(fence) ? json.substring(fence.length()) : json;
            }
            json = json.endsWith("```") ? json.substring(0, json.length() - 3) : json;
            return new JsonText(Words.strip(json)).isValue();
        }
    }

    /** There is a title in double angle brackets. */
    record Title() implements FormatInstruction {
        private static final Pattern LINE = Pattern.compile("[^\n]+");

        @Override
        public boolean isFollowedBy(String text) {
            Matcher line = LINE.matcher(text);
            while (line.find()) {
                int start = line.group().indexOf("<<");
                int end = line.group().lastIndexOf(">>");
                if (start >= 0
                        && end > start + 2
                        && !bare(line.group(), start, end).isEmpty()) {
                    return true;
                }
            }
            return false;
        }

        private static String bare(String line, int start, int end) {
            int from = PythonText.skip(line, start, '<');
            int to = end;
            while (to > from && line.charAt(to - 1) == '>') {
                to--;
            }
            return from < to ? Words.strip(line.substring(from, to)) : "";
        }
    }
}
