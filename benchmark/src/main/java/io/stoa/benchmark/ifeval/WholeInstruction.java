package io.stoa.benchmark.ifeval;

import io.stoa.benchmark.metric.Words;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** How the whole answer is written, and how it ends. */
sealed interface WholeInstruction extends Instruction {
    private static boolean isIn(String language, String text) {
        // A text without letters is in any language: the harness lets it pass.
        return LanguageDetector.standard().languageOf(text).orElse(language).equals(language);
    }

    /**
     * The answer is in a language.
     *
     * @param code one of 30 of ISO 639-1
     */
    record Language(String code) implements WholeInstruction {
        private static final Set<String> CODES = Set.of(
                "ar", "bg", "bn", "de", "en", "es", "fa", "fi", "fr", "gu", "he", "hi", "it", "ja", "kn", "ko", "ml",
                "mr", "ne", "pa", "pl", "pt", "ru", "sw", "ta", "te", "th", "uk", "ur", "vi");

        public Language {
            if (!CODES.contains(code)) {
                throw new IllegalArgumentException(
                        "IFEval knows no language \"" + code + "\"; write one of " + new TreeSet<>(CODES));
            }
        }

        @Override
        public boolean isFollowedBy(String text) {
            return isIn(code, text);
        }
    }

    /** The answer is in English, and all its letters are capitals. */
    record EnglishCapital() implements WholeInstruction {
        @Override
        public boolean isFollowedBy(String text) {
            return PythonText.isUpper(text) && isIn("en", text);
        }
    }

    /** The answer is in English, and none of its letters is a capital. */
    record EnglishLowercase() implements WholeInstruction {
        @Override
        public boolean isFollowedBy(String text) {
            return PythonText.isLower(text) && isIn("en", text);
        }
    }

    /** So many words are in capitals. */
    record CapitalWords(Relation relation, int bound) implements WholeInstruction {
        @Override
        public boolean isFollowedBy(String text) {
            int count = 0;
            for (String sentence : Punkt.english().sentences(text)) {
                count += (int) TreebankWords.of(sentence).stream()
                        .filter(PythonText::isUpper)
                        .count();
            }
            return relation.holds(count, bound);
        }
    }

    /** The answer ends with a phrase, in either case; quotation marks after it do not count. */
    record End(String phrase) implements WholeInstruction {
        static End of(String phrase) {
            return new End(Words.strip(Words.strip(phrase).toLowerCase(Locale.ROOT)));
        }

        @Override
        public boolean isFollowedBy(String text) {
            String stripped = Words.strip(text);
            int end = stripped.length();
            while (end > 0 && stripped.charAt(end - 1) == '"') {
                end--;
            }
            int start = Math.min(end, PythonText.skip(stripped, 0, '"'));
            return stripped.substring(start, end).toLowerCase(Locale.ROOT).endsWith(phrase);
        }
    }

    /** The answer stands in double quotation marks. */
    record Quotation() implements WholeInstruction {
        @Override
        public boolean isFollowedBy(String text) {
            String stripped = Words.strip(text);
            return stripped.length() > 1 && stripped.startsWith("\"") && stripped.endsWith("\"");
        }
    }
}
