package io.stoa.license.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Reads the bytes of a text file whose encoding nobody tells. */
public final class TextFile {
    private static final int LOOKED_AT = 4096;

    private TextFile() {}

    /**
     * The text: UTF-8 or UTF-16 by its byte order mark; UTF-16 when every other byte is zero; UTF-8 when it is valid;
     * Windows-1252, of which Latin-1 is a part, otherwise.
     */
    public static String decode(byte[] bytes) {
        if (starts(bytes, 0xEF, 0xBB, 0xBF)) {
            return new String(bytes, 3, bytes.length - 3, StandardCharsets.UTF_8);
        }
        if (starts(bytes, 0xFF, 0xFE) || zeros(bytes, 1)) {
            return decode(bytes, StandardCharsets.UTF_16LE);
        }
        if (starts(bytes, 0xFE, 0xFF) || zeros(bytes, 0)) {
            return decode(bytes, StandardCharsets.UTF_16BE);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return decode(bytes, Charset.forName("windows-1252"));
        }
    }

    private static String decode(byte[] bytes, Charset charset) {
        String text = new String(bytes, charset);
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static boolean starts(byte[] bytes, int... mark) {
        for (int i = 0; i < mark.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether most bytes at even (0) or odd (1) places are zero, and hardly any of the others: Latin text as UTF-16. */
    private static boolean zeros(byte[] bytes, int parity) {
        int[] zeros = new int[2];
        int looked = Math.min(bytes.length, LOOKED_AT) & ~1;
        for (int i = 0; i < looked; i++) {
            zeros[i % 2] += bytes[i] == 0 ? 1 : 0;
        }
        return looked >= 8 && zeros[parity] > looked * 0.35 && zeros[1 - parity] <= looked * 0.01;
    }
}
