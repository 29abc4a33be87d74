package io.stoa.engine.grammar;

/** UTF-8 (RFC 3629), byte by byte: tokens may end inside a character. */
final class Utf8 {
    private Utf8() {}

    static int length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** How many bytes a character has that begins with this one; 0 when none does. */
    static int length(byte first) {
        int value = first & 0xFF;
        if (value < 0x80) {
            return 1;
        }
        if (value < 0xC2) {
            return 0;
        }
        return value < 0xE0 ? 2 : value < 0xF0 ? 3 : value < 0xF5 ? 4 : 0;
    }

    /** The first code point that takes so many bytes. */
    static int least(int length) {
        return switch (length) {
            case 1 -> 0;
            case 2 -> 0x80;
            case 3 -> 0x800;
            default -> 0x10000;
        };
    }

    static boolean continues(byte next) {
        return (next & 0xC0) == 0x80;
    }

    /** The bits of a first byte that belong to the code point. */
    static int head(byte first, int length) {
        return length == 1 ? first : first & (0xFF >> (length + 1));
    }

    /** Whether a code point of so many bytes may be written so: not longer than needed, no surrogate, not too great. */
    static boolean valid(int codePoint, int length) {
        return codePoint <= 0x10FFFF && length(codePoint) == length && !isSurrogate(codePoint);
    }

    static boolean isSurrogate(int codePoint) {
        return codePoint >= 0xD800 && codePoint <= 0xDFFF;
    }
}
