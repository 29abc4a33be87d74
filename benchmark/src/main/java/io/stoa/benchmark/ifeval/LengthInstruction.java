package io.stoa.benchmark.ifeval;

import io.stoa.benchmark.metric.Words;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** How many words, sentences and paragraphs there are. */
sealed interface LengthInstruction extends Instruction {
    /**
     * So many runs of letters, marks and digits. NLTK before 3.10 took combining marks for ends of words, and so counted
     * several words for one of Hindi's.
     */
    record WordCount(Relation relation, int bound) implements LengthInstruction {
        private static final Pattern WORD = Pattern.compile("\\w++", Pattern.UNICODE_CHARACTER_CLASS);

        @Override
        public boolean isFollowedBy(String text) {
            return relation.holds((int) WORD.matcher(text).results().count(), bound);
        }
    }

    /** So many sentences, as Punkt finds them. */
    record Sentences(Relation relation, int bound) implements LengthInstruction {
        @Override
        public boolean isFollowedBy(String text) {
            return relation.holds(Punkt.english().sentences(text).size(), bound);
        }
    }

    /** Exactly so many paragraphs with {@code ***} between them, none of them blank but the first or the last. */
    record Paragraphs(int wanted) implements LengthInstruction {
        private static final Pattern DIVIDER = Pattern.compile("\\*\\*\\*");

        @Override
        public boolean isFollowedBy(String text) {
            String[] paragraphs = DIVIDER.split(text, -1);
            int count = paragraphs.length;
            for (int i = 0; i < paragraphs.length; i++) {
                if (Words.strip(paragraphs[i]).isEmpty()) {
                    if (i > 0 && i < paragraphs.length - 1) {
                        return false;
                    }
                    count--;
                }
            }
            return count == wanted;
        }
    }

    /**
     * Exactly so many paragraphs with an empty line between them, and one of them begins with a word. Blank paragraphs do
     * not count, but do when the one is looked up: the harness does so.
     *
     * @param nth the one, from 1
     * @param word in lower case
     */
    record FirstWord(int wanted, int nth, String word) implements LengthInstruction {
        private static final String ENDS_WORD = ".,?!'\"";

        public FirstWord {
            if (nth > wanted) {
                throw new IllegalArgumentException(
                        "there is no paragraph " + nth + " of " + wanted + "; lower nth_paragraph");
            }
        }

        static FirstWord of(int wanted, int nth, String word) {
            return new FirstWord(wanted, nth, word.toLowerCase(Locale.ROOT));
        }

        @Override
        public boolean isFollowedBy(String text) {
            String[] paragraphs = text.split("\n\n", -1);
            int count = 0;
            for (String paragraph : paragraphs) {
                count += Words.strip(paragraph).isEmpty() ? 0 : 1;
            }
            if (count != wanted) {
                return false;
            }
            List<String> words = Words.of(paragraphs[nth - 1]);
            return !words.isEmpty() && bare(words.getFirst()).equals(word);
        }

        private static String bare(String word) {
            int start = PythonText.skip(word, PythonText.skip(word, 0, '\''), '"');
            int end = start;
            while (end < word.length() && ENDS_WORD.indexOf(word.charAt(end)) < 0) {
                end++;
            }
            return PythonText.lowerEach(word.substring(start, end));
        }
    }
}
