package io.stoa.benchmark.ifeval;

import java.util.Locale;
import java.util.function.IntPredicate;

/** Texts as Python's {@code str} and {@code re} see them. */
final class PythonText {
    private PythonText() {}

    /** {@code str.isupper()}: there are letters with case, all of them upper case. */
    static boolean isUpper(String text) {
        return isCased(text, Character::isUpperCase, Character::isLowerCase);
    }

    /** {@code str.islower()}: there are letters with case, all of them lower case. */
    static boolean isLower(String text) {
        return isCased(text, Character::isLowerCase, Character::isUpperCase);
    }

    private static boolean isCased(String text, IntPredicate wanted, IntPredicate unwanted) {
        return text.codePoints().noneMatch(unwanted.or(Character::isTitleCase))
                && text.codePoints().anyMatch(wanted);
    }

    /** {@code \w}: letters, numbers of every kind, and the underscore. */
    static boolean isWord(int codePoint) {
        return Character.isLetter(codePoint) || isNumber(codePoint) || codePoint == '_';
    }

    private static boolean isNumber(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> false;
        };
    }

    /** The first place, from one on, where another character stands. */
    static int skip(String text, int from, char character) {
        int at = from;
        while (at < text.length() && text.charAt(at) == character) {
            at++;
        }
        return at;
    }

    /** Each character in lower case by itself, so that no sigma knows that it ends a word. */
    static String lowerEach(String text) {
        StringBuilder lower = new StringBuilder();
        text.codePoints()
                .mapToObj(Character::toString)
                .forEach(character -> lower.append(character.toLowerCase(Locale.ROOT)));
        return lower.toString();
    }
}
