package io.stoa.benchmark.ifeval;

import io.stoa.benchmark.metric.Words;
import io.stoa.benchmark.task.PythonPattern;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Words and letters that must or must not occur. Keywords are regular expressions that do not regard case. */
sealed interface KeywordInstruction extends Instruction {
    private static PythonPattern keyword(String expression) {
        return new PythonPattern(expression, Set.of(PythonPattern.Flag.IGNORE_CASE));
    }

    /** Every keyword occurs, in a word too. */
    record Existence(List<PythonPattern> keywords) implements KeywordInstruction {
        public Existence {
            keywords = List.copyOf(keywords);
        }

        static Existence of(List<String> keywords) {
            return new Existence(
                    keywords.stream().map(KeywordInstruction::keyword).toList());
        }

        @Override
        public boolean isFollowedBy(String text) {
            return keywords.stream().allMatch(keyword -> keyword.isIn(text));
        }
    }

    /** A keyword occurs so often, in words too. */
    record Frequency(PythonPattern keyword, Relation relation, int bound) implements KeywordInstruction {
        static Frequency of(String keyword, Relation relation, int bound) {
            return new Frequency(KeywordInstruction.keyword(Words.strip(keyword)), relation, bound);
        }

        @Override
        public boolean isFollowedBy(String text) {
            return relation.holds(keyword.countIn(text), bound);
        }
    }

    /** No forbidden word occurs as a whole word. */
    record Forbidden(List<PythonPattern> words) implements KeywordInstruction {
        public Forbidden {
            words = List.copyOf(words);
        }

        static Forbidden of(List<String> words) {
            return new Forbidden(words.stream()
                    .distinct()
                    .map(word -> KeywordInstruction.keyword("\\b" + word + "\\b"))
                    .toList());
        }

        @Override
        public boolean isFollowedBy(String text) {
            return words.stream().noneMatch(word -> word.isIn(text));
        }
    }

    /**
     * A letter occurs so often, in either case. The harness replaces what is no Latin letter by a random one; here any one
     * character is counted.
     */
    record LetterFrequency(int letter, Relation relation, int bound) implements KeywordInstruction {
        static LetterFrequency of(String letter, Relation relation, int bound) {
            String lower = letter.toLowerCase(Locale.ROOT);
            if (lower.codePointCount(0, lower.length()) != 1) {
                throw new IllegalArgumentException("a letter is one character, not \"" + letter + "\"");
            }
            return new LetterFrequency(lower.codePointAt(0), relation, bound);
        }

        @Override
        public boolean isFollowedBy(String text) {
            long count = text.toLowerCase(Locale.ROOT)
                    .codePoints()
                    .filter(character -> character == letter)
                    .count();
            return relation.holds((int) count, bound);
        }
    }
}
