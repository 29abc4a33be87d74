package io.stoa.hardware.deploy;

/**
 * Refuses text that no format here could carry safely: control characters end a line or a string, format characters
 * such as a right-to-left override show a reader something else than a program reads, and lone surrogates have no UTF-8.
 */
final class Printable {
    private Printable() {}

    /** @throws IllegalArgumentException when the text is empty, too long or holds such a character; it names the place */
    static String require(String what, String text, int longest) {
        if (text.isBlank()) {
            throw new IllegalArgumentException(what + " is empty");
        }
        if (text.length() > longest) {
            throw new IllegalArgumentException(what + " has " + text.length() + " characters; at most " + longest);
        }
        for (int at = 0; at < text.length(); ) {
            int character = text.codePointAt(at);
            if (!printable(character)) {
                throw new IllegalArgumentException(
                        "%s has the character U+%04X at position %d, which cannot be written; rename it"
                                .formatted(what, character, at + 1));
            }
            at += Character.charCount(character);
        }
        return text;
    }

    /** An absolute path, as Linux limits it. */
    static String requirePath(String what, String path) {
        require(what, path, 4095);
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException(what + " must be an absolute path: " + path);
        }
        return path;
    }

    private static boolean printable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
