package io.stoa.gateway;

import java.util.Arrays;

/**
 * Cuts a stream of server-sent events after whole ones and keeps the beginning of the next, so that a stream that breaks
 * can be ended with an event of our own. An event ends with an empty line, of {@code \n} or {@code \r\n}.
 */
final class EventTail {
    private static final byte[] NOTHING = {};
    private static final byte[] EMPTY_LINE = {'\n', '\n'};

    private byte[] held = NOTHING;
    private int length;

    /** All whole events that were not given out yet; the same array where nothing was held and nothing is left over. */
    byte[] whole(byte[] part) {
        int end = lastEnd(part);
        if (end == 0) {
            hold(part, 0);
            return NOTHING;
        }
        byte[] whole = joined(part, end);
        length = 0;
        if (end < part.length) {
            hold(part, end);
        }
        return whole;
    }

    /** What was not given out yet and the very last bytes, closed by an empty line; nothing where there is nothing. */
    byte[] rest(byte[] last) {
        if (length == 0 && last.length == 0) {
            return NOTHING;
        }
        byte[] rest = joined(last, last.length);
        length = 0;
        boolean closed = rest.length > 1 && rest[rest.length - 1] == '\n' && isEmptyLineAt(rest, rest.length - 1);
        return closed ? rest : concatenated(rest, rest.length, EMPTY_LINE, EMPTY_LINE.length);
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
            if (part[i] == '\n' && (i >= 2 ? isEmptyLineAt(part, i) : endsEmptyLine(part, i))) {
                return i + 1;
            }
        }
        return 0;
    }

    private static boolean isEmptyLineAt(byte[] bytes, int newline) {
        byte before = bytes[newline - 1];
        return before == '\n' || (before == '\r' && newline >= 2 && bytes[newline - 2] == '\n');
    }

    private boolean endsEmptyLine(byte[] part, int newline) {
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
