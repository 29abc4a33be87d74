package io.stoa.inspect.observation;

/** Texts of a stranger, fit for one line of a terminal. */
public final class Shown {
    private Shown() {}

    /** The same without control and direction characters, and no longer than {@code longest} characters. */
    public static String text(String text, int longest) {
        String cut = text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
        StringBuilder shown = new StringBuilder(cut.length());
        cut.codePoints().forEach(point -> {
            if (point == '\n') {
                shown.append('⏎');
            } else if (hidden(point) || (Character.isSurrogate((char) point) && point < 0x10000)) {
                shown.append('\uFFFD');
            } else {
                shown.appendCodePoint(point);
            }
        });
        return shown.toString();
    }

    /** In quotes and short. */
    public static String quoted(String text) {
        return "\"" + text(text, 80) + "\"";
    }

    /**
     * Whether a character is one that a person does not see: control characters, those that change the direction of
     * writing, those of no width, and tags.
     */
    public static boolean hidden(int point) {
        return Character.isISOControl(point)
                || (point >= 0x200B && point <= 0x200F)
                || (point >= 0x202A && point <= 0x202E)
                || (point >= 0x2060 && point <= 0x2069)
                || point == 0xFEFF
                || (point >= 0xE0000 && point <= 0xE007F);
    }
}
