package io.stoa.gateway;

import java.util.Arrays;

/**
 * Cuts a stream of server-sent events after whole ones and keeps the beginning of the next, so that a stream that breaks
 * can be ended with an event of our own. An event ends with an empty line, of {@code \n} or {@code \r\n}.
 */
final class EventTail {
    private static final byte[] EMPTY_LINE = {'\n', '\n'};

    private byte[] held = new byte[0];
    private int length;

    /** What is held now, in bytes. */
    int length() {
        return length;
    }

    /** All whole events that were not given out yet; the same array where nothing was held and nothing is left over. */
    byte[] whole(byte[] part) {
        int end = lastEnd(part);
        if (end == 0) {
            hold(part, 0);
            return new byte[0];
        }
        byte[] whole = joined(part, end);
        length = 0;
        if (end < part.length) {
            hold(part, end);
        }
        return whole;
    }

    /** The last whole events, and after them all that was not given out, closed by an empty line. */
    byte[] closed(byte[] whole, byte[] rest) {
        if (length == 0 && rest.length == 0) {
            return whole;
        }
        byte[] all =
                concatenated(concatenated(whole, whole.length, held, length), whole.length + length, rest, rest.length);
        length = 0;
        boolean closed = all.length >= 2 && all[all.length - 1] == '\n' && isEmptyLineAt(all, all.length - 1);
        return closed ? all : concatenated(all, all.length, EMPTY_LINE, 2);
    }

    private byte[] joined(byte[] part, int end) {
        if (length == 0) {
            return end == part.length ? part : Arrays.copyOf(part, end);
        }
        return concatenated(held, length, part, end);
    }

    private static byte[] concatenated(byte[] first, int firstLength, byte[] second, int secondLength) {
        byte[] both = Arrays.copyOf(first, firstLength + secondLength);
        System.arraycopy(second, 0, both, firstLength, secondLength);
        return both;
    }

    private void hold(byte[] part, int from) {
        int more = part.length - from;
        if (length + more > held.length) {
            held = Arrays.copyOf(held, Math.max(length + more, 2 * held.length));
        }
        System.arraycopy(part, from, held, length, more);
        length += more;
    }

    /** Just after the part's last empty line; an empty line may have begun in what is held. */
    private int lastEnd(byte[] part) {
        for (int i = part.length - 1; i >= 0; i--) {
            if (part[i] == '\n' && (i >= 2 ? isEmptyLineAt(part, i) : beginsBefore(part, i))) {
                return i + 1;
            }
        }
        return 0;
    }

    private static boolean isEmptyLineAt(byte[] bytes, int newline) {
        byte before = bytes[newline - 1];
        return before == '\n' || (before == '\r' && newline >= 2 && bytes[newline - 2] == '\n');
    }

    private boolean beginsBefore(byte[] part, int newline) {
        int before = at(part, newline - 1);
        return before == '\n' || (before == '\r' && at(part, newline - 2) == '\n');
    }

    private int at(byte[] part, int index) {
        if (index >= 0) {
            return part[index];
        }
        int before = length + index;
        return before >= 0 ? held[before] : 0;
    }
}
