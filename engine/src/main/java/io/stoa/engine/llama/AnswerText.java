package io.stoa.engine.llama;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * An answer as it grows. Tokens are bytes that may end inside a character, and a stop string may begin in one token and
 * end in a later one: what could still become either is held back from the stream until it is decided.
 */
final class AnswerText {
    private static final byte[] NOTHING = {};

    private final List<String> stops;
    private final Consumer<String> stream;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final StringBuilder text = new StringBuilder();
    private byte[] halfCharacter = NOTHING;
    private int streamed;

    AnswerText(List<String> stops, Consumer<String> stream) {
        this.stops = List.copyOf(stops);
        this.stream = stream;
    }

    /** Adds a token's bytes. Returns true when a stop string is complete; the answer then ends before it. */
    boolean add(byte[] piece) {
        ByteBuffer in = ByteBuffer.wrap(piece);
        if (halfCharacter.length > 0) {
            in = ByteBuffer.allocate(halfCharacter.length + piece.length)
                    .put(halfCharacter)
                    .put(piece)
                    .flip();
        }
        decode(in, false);
        halfCharacter = in.hasRemaining() ? Arrays.copyOfRange(in.array(), in.position(), in.limit()) : NOTHING;
        int stop = -1;
        for (String candidate : stops) {
            int index = text.indexOf(candidate, streamed);
            if (index >= 0 && (stop < 0 || index < stop)) {
                stop = index;
            }
        }
        if (stop >= 0) {
            text.setLength(stop);
            streamTo(stop);
            return true;
        }
        streamTo(text.length() - longestStopBegun());
        return false;
    }

    /** Ends an answer that no stop string ended: what was held back is part of it. */
    void end() {
        decode(ByteBuffer.wrap(halfCharacter), true);
        streamTo(text.length());
    }

    String text() {
        return text.toString();
    }

    private void decode(ByteBuffer in, boolean last) {
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        decoder.decode(in, out, last);
        text.append(out.flip());
    }

    /** The length of the longest unstreamed end of the text with which a stop string begins. */
    private int longestStopBegun() {
        int longest = 0;
        for (String stop : stops) {
            int length = Math.min(stop.length() - 1, text.length() - streamed);
            while (length > longest && !stop.startsWith(text.substring(text.length() - length))) {
                length--;
            }
            longest = Math.max(longest, length);
        }
        return longest;
    }

    private void streamTo(int end) {
        if (end > streamed) {
            String piece = text.substring(streamed, end);
            streamed = end;
            stream.accept(piece);
        }
    }
}
