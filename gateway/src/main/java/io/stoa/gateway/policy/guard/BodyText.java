package io.stoa.gateway.policy.guard;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a model will read of a request: the strings of {@code messages}, {@code input}, {@code prompt} and their like, as
 * UTF-8 with JSON's escapes resolved, each followed by a zero byte. Found in one pass without building a tree. A body that
 * is no JSON yields what can be made of it; whether it is, others have to say.
 */
final class BodyText {
    /** Deeper nesting is read like its parent. */
    private static final int DEEPEST = 64;

    private static final int MOST_MESSAGES = 1 << 16;

    private static final int FEWEST_BASE64 = 64;

    /** What a name of a member means here. */
    private enum Member {
        /** A list of messages, or one text. */
        CONVERSATION,
        /** Texts of those who run the application. */
        SYSTEM,
        ROLE,
        /** No text: a kind. */
        NO_TEXT,
        /** An attachment's bytes, or a document's text. */
        DATA,
        OTHER
    }

    private final byte[] body;
    private byte[] text;
    private int length;
    private int[] starts = new int[16];
    private int[] ends = new int[16];
    private int[] messages = new int[16];
    private int segments;
    private int[] at = new int[32];
    private int[] raw = new int[32];
    private int marks;
    private boolean[] trusted = new boolean[16];
    private int messageCount;

    private BodyText(byte[] body) {
        this.body = body;
        this.text = new byte[body.length + 64];
    }

    static BodyText of(byte[] body) {
        BodyText read = new BodyText(body);
        read.read();
        return read;
    }

    byte[] bytes() {
        return text;
    }

    int length() {
        return length;
    }

    int segments() {
        return segments;
    }

    int start(int segment) {
        return starts[segment];
    }

    int end(int segment) {
        return ends[segment];
    }

    /** Whether whoever runs the application did not write it: what users, documents and tools say. */
    boolean isUntrusted(int segment) {
        int message = messages[segment];
        return message >= 0 && !trusted[message];
    }

    /** Where in the body a place of the text lies. */
    int raw(int place) {
        int found = Arrays.binarySearch(at, 0, marks, place);
        int mark = found >= 0 ? found : -found - 2;
        // several marks may be at one place; the last one holds
        while (mark + 1 < marks && at[mark + 1] == place) {
            mark++;
        }
        return raw[mark] + place - at[mark];
    }

    private void read() {
        boolean[] object = new boolean[DEEPEST + 1];
        int[] message = new int[DEEPEST + 1];
        Member[] member = new Member[DEEPEST + 1];
        Arrays.fill(member, Member.OTHER);
        Arrays.fill(message, -1);
        boolean nameNext = false;
        int depth = 0;
        int beyond = 0;
        int i = 0;
        while (i < body.length) {
            byte b = body[i];
            if (b == '"') {
                int start = length;
                int first = marks;
                i = string(i + 1);
                if (nameNext) {
                    member[depth] = member(start, depth);
                    length = start;
                    marks = first;
                    nameNext = false;
                } else {
                    value(start, first, member, message, depth);
                }
                continue;
            }
            if (b == '{' || b == '[') {
                if (depth == DEEPEST) {
                    beyond++;
                } else {
                    depth++;
                    object[depth] = b == '{';
                    member[depth] = Member.OTHER;
                    message[depth] = message[depth - 1];
                    if (depth == 3 && object[3] && !object[2] && member[1] == Member.CONVERSATION) {
                        message[3] = newMessage();
                    }
                }
                nameNext = b == '{';
            } else if (b == '}' || b == ']') {
                if (beyond > 0) {
                    beyond--;
                } else if (depth > 0) {
                    depth--;
                }
                nameNext = false;
            } else if (b == ',') {
                nameNext = object[depth];
            }
            i++;
        }
    }

    private int newMessage() {
        if (messageCount == MOST_MESSAGES) {
            return 0;
        }
        if (messageCount == trusted.length) {
            trusted = Arrays.copyOf(trusted, messageCount * 2);
        }
        return messageCount++;
    }

    /** Keeps a value that is text, and drops any other. */
    private void value(int start, int firstMark, Member[] member, int[] message, int depth) {
        Member own = member[depth];
        if (own == Member.ROLE && depth == 3 && message[3] >= 0) {
            trusted[message[3]] = is(start, "system") || is(start, "developer") || is(start, "assistant");
        }
        boolean kept = depth > 0
                && (member[1] == Member.CONVERSATION || member[1] == Member.SYSTEM)
                && own != Member.ROLE
                && own != Member.NO_TEXT
                && !(own == Member.DATA && isBase64(start))
                && !isAttachment(start);
        if (!kept) {
            length = start;
            marks = firstMark;
            return;
        }
        if (segments == starts.length) {
            starts = Arrays.copyOf(starts, segments * 2);
            ends = Arrays.copyOf(ends, segments * 2);
            messages = Arrays.copyOf(messages, segments * 2);
        }
        starts[segments] = start;
        ends[segments] = length;
        messages[segments] = member[1] == Member.SYSTEM ? -1 : message[depth] >= 0 ? message[depth] : outsideMessages();
        segments++;
        append((byte) 0);
    }

    /** A text that is in no message, such as a prompt, is like one of a user. */
    private int outsideMessages() {
        return newMessage();
    }

    private Member member(int start, int depth) {
        return switch (length - start) {
            case 4 ->
                is(start, "role")
                        ? Member.ROLE
                        : is(start, "type") ? Member.NO_TEXT : is(start, "data") ? Member.DATA : Member.OTHER;
            case 5 ->
                is(start, "input") || is(start, "query") || is(start, "texts") ? Member.CONVERSATION : Member.OTHER;
            case 6 ->
                is(start, "prompt") || is(start, "suffix")
                        ? Member.CONVERSATION
                        : is(start, "system") ? Member.SYSTEM : Member.OTHER;
            // of /tokenize; in a message it is read for being in one
            case 7 -> depth == 1 && is(start, "content") ? Member.CONVERSATION : Member.OTHER;
            case 8 -> is(start, "messages") ? Member.CONVERSATION : Member.OTHER;
            case 9 -> is(start, "documents") ? Member.CONVERSATION : Member.OTHER;
            case 12 -> is(start, "instructions") ? Member.SYSTEM : Member.OTHER;
            default -> Member.OTHER;
        };
    }

    private boolean is(int start, String word) {
        if (length - start != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (text[start + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BASE64 = ";base64,".getBytes(StandardCharsets.US_ASCII);

    /** A data URL: an image, a sound. */
    private boolean isAttachment(int start) {
        if (!startsWith(start, DATA)) {
            return false;
        }
        int last = Math.min(length - BASE64.length, start + 100);
        for (int i = start + DATA.length; i < last; i++) {
            if (text[i] == ';' && startsWith(i, BASE64)) {
                return true;
            }
        }
        return false;
    }

    /** So many letters, digits and signs of base64 without a space, a dot or an at-sign are no text that says anything. */
    private boolean isBase64(int start) {
        if (length - start < FEWEST_BASE64) {
            return false;
        }
        for (int i = start; i < length; i++) {
            byte b = text[i];
            boolean letter = (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9');
            if (!letter && b != '+' && b != '/' && b != '=' && b != '\n' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    private boolean startsWith(int start, byte[] prefix) {
        return length - start >= prefix.length
                && Arrays.equals(text, start, start + prefix.length, prefix, 0, prefix.length);
    }

    /** Appends a string's content; returns the place after its closing quote. */
    private int string(int from) {
        mark(from);
        int i = from;
        int run = from;
        while (i < body.length) {
            byte b = body[i];
            if (b == '"') {
                copy(run, i);
                mark(i);
                return i + 1;
            }
            if (b == '\\') {
                copy(run, i);
                i = escape(i + 1);
                run = i;
                mark(i);
            } else {
                i++;
            }
        }
        copy(run, body.length);
        mark(body.length);
        return body.length;
    }

    private void mark(int place) {
        if (marks == at.length) {
            at = Arrays.copyOf(at, marks * 2);
            raw = Arrays.copyOf(raw, marks * 2);
        }
        at[marks] = length;
        raw[marks] = place;
        marks++;
    }

    private void copy(int from, int to) {
        reserve(to - from);
        System.arraycopy(body, from, text, length, to - from);
        length += to - from;
    }

    private void reserve(int more) {
        if (length + more + 4 > text.length) {
            text = Arrays.copyOf(text, Math.max(text.length * 2, length + more + 64));
        }
    }

    private void append(byte b) {
        reserve(1);
        text[length++] = b;
    }

    /** Appends what an escape stands for; returns the place after it. */
    private int escape(int i) {
        if (i >= body.length) {
            return body.length;
        }
        switch (body[i]) {
            case 'n' -> append((byte) '\n');
            case 't' -> append((byte) '\t');
            case 'r' -> append((byte) '\r');
            case 'b' -> append((byte) '\b');
            case 'f' -> append((byte) '\f');
            case 'u' -> {
                return unicode(i + 1);
            }
            default -> append(body[i]);
        }
        return i + 1;
    }

    private int unicode(int i) {
        int unit = hex(i);
        if (unit < 0) {
            return Math.min(body.length, i);
        }
        int next = i + 4;
        int code = unit;
        if (Character.isHighSurrogate((char) unit)
                && next + 6 <= body.length
                && body[next] == '\\'
                && body[next + 1] == 'u') {
            int low = hex(next + 2);
            if (low >= 0 && Character.isLowSurrogate((char) low)) {
                code = Character.toCodePoint((char) unit, (char) low);
                next += 6;
            }
        }
        encode(code);
        return next;
    }

    private void encode(int code) {
        reserve(4);
        if (code < 0x80) {
            text[length++] = (byte) code;
        } else if (code < 0x800) {
            text[length++] = (byte) (0xC0 | (code >> 6));
            text[length++] = (byte) (0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
            text[length++] = (byte) (0xE0 | (code >> 12));
            text[length++] = (byte) (0x80 | ((code >> 6) & 0x3F));
            text[length++] = (byte) (0x80 | (code & 0x3F));
        } else {
            text[length++] = (byte) (0xF0 | (code >> 18));
            text[length++] = (byte) (0x80 | ((code >> 12) & 0x3F));
            text[length++] = (byte) (0x80 | ((code >> 6) & 0x3F));
            text[length++] = (byte) (0x80 | (code & 0x3F));
        }
    }

    private int hex(int i) {
        if (i + 4 > body.length) {
            return -1;
        }
        int value = 0;
        for (int j = i; j < i + 4; j++) {
            int digit = Character.digit(body[j], 16);
            if (digit < 0) {
                return -1;
            }
            value = value * 16 + digit;
        }
        return value;
    }
}
