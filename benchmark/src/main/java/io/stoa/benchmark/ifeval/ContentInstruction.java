package io.stoa.benchmark.ifeval;

import io.stoa.benchmark.metric.Words;
import io.stoa.benchmark.task.PythonPattern;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What must or must not stand in the answer. */
sealed interface ContentInstruction extends Instruction {
    /** At least so many texts in brackets, none of them over two lines. */
    record Placeholders(int wanted) implements ContentInstruction {
        @Override
        public boolean isFollowedBy(String text) {
            int count = 0;
            boolean open = false;
            for (int i = 0; i < text.length(); i++) {
                switch (text.charAt(i)) {
                    case '[' -> open = true;
                    case '\n' -> open = false;
                    case ']' -> {
                        count += open ? 1 : 0;
                        open = false;
                    }
                    default -> {}
                }
            }
            return count >= wanted;
        }
    }

    /** A postscript occurs, anywhere and in either case. Markers but the two usual ones are regular expressions. */
    record Postscript(PythonPattern marker) implements ContentInstruction {
        static Postscript of(String marker) {
            String stripped = Words.strip(marker);
            String expression = switch (stripped) {
                case "P.P.S" -> "p\\.\\s?p\\.\\s?s";
                case "P.S." -> "p\\.\\s?s\\.";
                default -> stripped.toLowerCase(Locale.ROOT);
            };
            return new Postscript(new PythonPattern(expression, Set.of(PythonPattern.Flag.MULTILINE)));
        }

        @Override
        public boolean isFollowedBy(String text) {
            return marker.isIn(text.toLowerCase(Locale.ROOT));
        }
    }

    /** One of three given answers occurs. */
    record ConstrainedResponse() implements ContentInstruction {
        private static final List<String> ANSWERS =
                List.of("My answer is yes.", "My answer is no.", "My answer is maybe.");

        @Override
        public boolean isFollowedBy(String text) {
            return ANSWERS.stream().anyMatch(text::contains);
        }
    }

    /** Two different answers with {@code ******} between them. */
    record TwoResponses() implements ContentInstruction {
        private static final Pattern DIVIDER = Pattern.compile("\\*{6}");

        @Override
        public boolean isFollowedBy(String text) {
            List<String> answers =
                    Arrays.stream(DIVIDER.split(text, -1)).map(Words::strip).toList();
            for (int i = 1; i < answers.size() - 1; i++) {
                if (answers.get(i).isEmpty()) {
                    return false;
                }
            }
            List<String> given =
                    answers.stream().filter(answer -> !answer.isEmpty()).toList();
            return given.size() == 2 && !given.getFirst().equals(given.getLast());
        }
    }

    /** The answer begins with the prompt, in either case. */
    record RepeatedPrompt(String prompt) implements ContentInstruction {
        static RepeatedPrompt of(String prompt) {
            return new RepeatedPrompt(Words.strip(prompt).toLowerCase(Locale.ROOT));
        }

        @Override
        public boolean isFollowedBy(String text) {
            return Words.strip(text).toLowerCase(Locale.ROOT).startsWith(prompt);
        }
    }

    /** There is no comma. */
    record NoComma() implements ContentInstruction {
        @Override
        public boolean isFollowedBy(String text) {
            return text.indexOf(',') < 0;
        }
    }
}
