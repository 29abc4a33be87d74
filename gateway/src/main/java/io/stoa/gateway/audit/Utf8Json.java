package io.stoa.gateway.audit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Canonical JSON (RFC 8785) written straight into bytes, for documents whose members are known and written in their
 * order. Strings are escaped as the ledger's are. Reused from record to record; one thread.
 */
final class Utf8Json {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[4096];
    private int length;

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }

    /** ASCII as it is: names, punctuation, constants. */
    Utf8Json raw(String ascii) {
        int letters = ascii.length();
        room(letters);
        // the letters are ASCII, so the low byte is the letter
        for (int i = 0; i < letters; i++) {
            bytes[length + i] = (byte) ascii.charAt(i);
        }
        length += letters;
        return this;
    }

    Utf8Json raw(byte[] more) {
        return raw(more, more.length);
    }

    Utf8Json raw(byte[] more, int many) {
        room(many);
        System.arraycopy(more, 0, bytes, length, many);
        length += many;
        return this;
    }

    Utf8Json number(long value) {
        return raw(Long.toString(value));
    }

    /** Bytes as lower-case hexadecimal digits. */
    Utf8Json hex(byte[] value) {
        room(2 * value.length);
        length = hex(value, bytes, length);
        return this;
    }

    /** Writes hexadecimal digits at a place; returns the place after them. */
    static int hex(byte[] value, byte[] to, int at) {
        int place = at;
        for (byte each : value) {
            to[place++] = HEX[(each >> 4) & 0xf];
            to[place++] = HEX[each & 0xf];
        }
        return place;
    }

    void set(int at, byte[] value) {
        hex(value, bytes, at);
    }

    Utf8Json string(String value) {
        room(6 * value.length() + 2);
        bytes[length++] = '"';
        for (int i = 0; i < value.length(); i++) {
            char unit = value.charAt(i);
            if (unit >= 0x20 && unit < 0x80 && unit != '"' && unit != '\\') {
                bytes[length++] = (byte) unit;
            } else if (unit < 0x80) {
                escape(unit);
            } else if (Character.isHighSurrogate(unit)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                fourBytes(Character.toCodePoint(unit, value.charAt(++i)));
            } else if (Character.isSurrogate(unit)) {
                unicode(unit);
            } else {
                twoOrThreeBytes(unit);
            }
        }
        bytes[length++] = '"';
        return this;
    }

    private void escape(char unit) {
        int letter = switch (unit) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '\b' -> 'b';
            case '\t' -> 't';
            case '\n' -> 'n';
            case '\f' -> 'f';
            case '\r' -> 'r';
            default -> 0;
        };
        if (letter == 0) {
            unicode(unit);
        } else {
            bytes[length++] = '\\';
            bytes[length++] = (byte) letter;
        }
    }

    private void unicode(char unit) {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[length++] = HEX[(unit >> shift) & 0xf];
        }
    }

    private void twoOrThreeBytes(char unit) {
        if (unit < 0x800) {
            bytes[length++] = (byte) (0xc0 | (unit >> 6));
        } else {
            bytes[length++] = (byte) (0xe0 | (unit >> 12));
            bytes[length++] = (byte) (0x80 | ((unit >> 6) & 0x3f));
        }
        bytes[length++] = (byte) (0x80 | (unit & 0x3f));
    }

    private void fourBytes(int point) {
        bytes[length++] = (byte) (0xf0 | (point >> 18));
        bytes[length++] = (byte) (0x80 | ((point >> 12) & 0x3f));
        bytes[length++] = (byte) (0x80 | ((point >> 6) & 0x3f));
        bytes[length++] = (byte) (0x80 | (point & 0x3f));
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(length, more)));
        }
    }
}
