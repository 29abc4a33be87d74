package io.stoa.gateway.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Watches the server-sent events of an answer as they pass. A line may arrive cut anywhere, so that what is incomplete
 * is kept, with a bound. Only lines that have a usage or an error are parsed; of the rest no more is looked at than
 * where keys begin. Lines end with LF or CR LF. For one stream, by one thread at a time.
 */
public final class StreamScan {
    /** What is longer than this without an end passes unread: memory has a bound. */
    static final int LONGEST = 1 << 20;

    private static final byte[] DATA = ascii("data:");
    private static final byte[] ERROR_EVENT = ascii("event: error");
    private static final byte[] ERROR_LINE = ascii("error:");
    private static final byte[] DONE = ascii("[DONE]");
    private static final byte[] USAGE = ascii("usage\"");
    private static final byte[] ERROR = ascii("error\"");
    private static final byte[] FINISH = ascii("finish_reason\"");
    private static final byte[] NOTHING = {};

    private final boolean withholding;

    /** The incomplete event when usage may have to be withheld, else the incomplete line. */
    private byte[] held = NOTHING;

    private int heldLength;
    private int lineStart;
    private boolean eventIsUsage;
    private boolean unread;

    private Optional<TokenUsage> usage = Optional.empty();
    private Optional<String> finish = Optional.empty();
    private Optional<String> error = Optional.empty();
    private boolean done;
    private long events;

    private StreamScan(boolean withholding) {
        this.withholding = withholding;
    }

    /** For a caller who asked for usage, or whose stream is not passed on as it is. */
    public static StreamScan passing() {
        return new StreamScan(false);
    }

    /** For a caller who did not ask for usage: the event that holds nothing else is kept from them. */
    public static StreamScan withholdingUsage() {
        return new StreamScan(true);
    }

    /**
     * Takes what came.
     *
     * @return what to send on: the same array unless something is withheld or waits for the rest of its event
     */
    public byte[] feed(byte[] chunk) {
        int from = 0;
        if (unread) {
            from = indexOf(chunk, (byte) '\n', 0, chunk.length) + 1;
            if (from == 0) {
                return chunk;
            }
            unread = false;
        }
        byte[] passed;
        if (heldLength == 0) {
            lineStart = from;
            passed = scan(chunk, chunk.length, from, true);
        } else {
            int searched = heldLength;
            append(chunk);
            passed = scan(held, heldLength, searched, false);
        }
        return withholding ? passed : chunk;
    }

    /**
     * The stream has ended, perhaps inside a line.
     *
     * @return what still waited, to be sent on
     */
    public byte[] end() {
        if (heldLength > lineStart) {
            line(held, lineStart, heldLength);
        }
        byte[] rest = withholding && !eventIsUsage ? Arrays.copyOf(held, heldLength) : NOTHING;
        heldLength = 0;
        lineStart = 0;
        return rest;
    }

    /** The tokens, where the upstream told them. The last word counts where it told them repeatedly. */
    public Optional<TokenUsage> usage() {
        return usage;
    }

    /** Whether {@code [DONE]} came: without it the answer is not whole. */
    public boolean isDone() {
        return done;
    }

    /** What the upstream said went wrong after it had begun with status 200. */
    public Optional<String> error() {
        return error;
    }

    /** The last finish reason. */
    public Optional<String> finish() {
        return finish;
    }

    /** How many events had something of an answer. */
    public long events() {
        return events;
    }

    private void append(byte[] chunk) {
        int wanted = Math.addExact(heldLength, chunk.length);
        if (wanted > held.length) {
            held = Arrays.copyOf(held, Math.max(wanted, 2 * held.length));
        }
        System.arraycopy(chunk, 0, held, heldLength, chunk.length);
        heldLength = wanted;
    }

    /** Reads the lines that are whole and keeps the rest; returns what may pass. */
    private byte[] scan(byte[] bytes, int length, int searched, boolean fresh) {
        int passedTo = 0;
        int eventStart = 0;
        ByteArrayOutputStream passed = new ByteArrayOutputStream(0);
        int from = searched;
        for (int end = indexOf(bytes, (byte) '\n', from, length);
                end >= 0;
                end = indexOf(bytes, (byte) '\n', from, length)) {
            int lineEnd = end > lineStart && bytes[end - 1] == '\r' ? end - 1 : end;
            from = end + 1;
            if (lineEnd > lineStart) {
                line(bytes, lineStart, lineEnd);
            } else {
                if (eventIsUsage && withholding) {
                    passed.write(bytes, passedTo, eventStart - passedTo);
                    passedTo = from;
                }
                eventIsUsage = false;
                eventStart = from;
            }
            lineStart = from;
        }
        int keepFrom = withholding ? eventStart : lineStart;
        if (length - keepFrom > LONGEST) {
            keepFrom = length;
            unread = true;
            eventIsUsage = false;
        }
        byte[] out = bytes;
        if (passedTo > 0) {
            passed.write(bytes, passedTo, keepFrom - passedTo);
            out = passed.toByteArray();
        } else if (keepFrom < length || !fresh) {
            out = Arrays.copyOf(bytes, keepFrom);
        }
        keep(bytes, length, keepFrom, fresh);
        return out;
    }

    private void keep(byte[] bytes, int length, int keepFrom, boolean fresh) {
        int kept = length - keepFrom;
        lineStart = Math.max(0, lineStart - keepFrom);
        if (kept == 0) {
            heldLength = 0;
            held = NOTHING;
        } else if (fresh) {
            held = Arrays.copyOfRange(bytes, keepFrom, length);
            heldLength = kept;
        } else if (keepFrom > 0) {
            System.arraycopy(held, keepFrom, held, 0, kept);
            heldLength = kept;
        }
    }

    private void line(byte[] bytes, int from, int to) {
        if (startsWith(bytes, from, to, DATA)) {
            int start = from + DATA.length;
            data(bytes, start < to && bytes[start] == ' ' ? start + 1 : start, to);
        } else if (startsWith(bytes, from, to, ERROR_EVENT) || startsWith(bytes, from, to, ERROR_LINE)) {
            failed(new String(bytes, from, to - from, StandardCharsets.UTF_8));
        }
    }

    private void data(byte[] bytes, int from, int to) {
        if (startsWith(bytes, from, to, DONE)) {
            done = true;
            return;
        }
        boolean parse = false;
        for (int i = indexOf(bytes, (byte) '"', from, to); i >= 0; i = indexOf(bytes, (byte) '"', i + 1, to)) {
            int next = i + 1;
            if (next >= to) {
                break;
            }
            parse |= switch (bytes[next]) {
                case 'u' -> startsWith(bytes, next, to, USAGE) && value(bytes, next + USAGE.length, to) == '{';
                case 'e' -> startsWith(bytes, next, to, ERROR) && value(bytes, next + ERROR.length, to) > 0;
                case 'f' -> {
                    if (startsWith(bytes, next, to, FINISH)) {
                        finished(bytes, next + FINISH.length, to);
                    }
                    yield false;
                }
                default -> false;
            };
        }
        if (!parse || !told(bytes, from, to)) {
            events++;
        }
    }

    /** The first byte of a member's value after its name, 0 when this is no member. */
    private static int value(byte[] bytes, int afterName, int to) {
        int colon = afterSpace(bytes, afterName, to);
        if (colon >= to || bytes[colon] != ':') {
            return 0;
        }
        int value = afterSpace(bytes, colon + 1, to);
        return value < to ? bytes[value] : 0;
    }

    private static int afterSpace(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    private void finished(byte[] bytes, int afterName, int to) {
        if (value(bytes, afterName, to) == '"') {
            int open = indexOf(bytes, (byte) '"', afterName, to);
            int close = indexOf(bytes, (byte) '"', open + 1, to);
            if (close > 0 && close - open < 64) {
                finish = Optional.of(new String(bytes, open + 1, close - open - 1, StandardCharsets.UTF_8));
            }
        }
    }

    /** Reads an event's usage and error; says whether it had nothing but those. */
    private boolean told(byte[] bytes, int from, int to) {
        boolean choices = false;
        boolean counted = false;
        try (JsonParser parser = Json.parser(bytes, from, to)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                JsonToken token = parser.nextToken();
                switch (name) {
                    case "usage" -> {
                        Optional<TokenUsage> told = AnswerScan.usage(parser);
                        counted = told.isPresent();
                        usage = told.or(() -> usage);
                    }
                    case "error" -> {
                        if (token != JsonToken.VALUE_NULL) {
                            failed(AnswerScan.errorMessage(parser));
                            return true;
                        }
                    }
                    case "choices" -> {
                        if (token == JsonToken.START_ARRAY) {
                            choices = parser.nextToken() != JsonToken.END_ARRAY;
                            skipRest(parser);
                        }
                        parser.skipChildren();
                    }
                    default -> parser.skipChildren();
                }
            }
        } catch (JacksonException _) {
            return false;
        }
        eventIsUsage = counted && !choices;
        return eventIsUsage;
    }

    /** To the end of the array whose first element is the current token. */
    private static void skipRest(JsonParser parser) {
        JsonToken token = parser.currentToken();
        while (token != null && token != JsonToken.END_ARRAY) {
            parser.skipChildren();
            token = parser.nextToken();
        }
    }

    private void failed(String message) {
        if (error.isEmpty()) {
            error = Optional.of(message.length() <= 500 ? message : message.substring(0, 500) + "…");
        }
    }

    private static boolean startsWith(byte[] bytes, int from, int to, byte[] wanted) {
        return to - from >= wanted.length && Arrays.equals(bytes, from, from + wanted.length, wanted, 0, wanted.length);
    }

    private static int indexOf(byte[] bytes, byte wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
