package io.stoa.gateway;

import io.stoa.gateway.wire.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a stream says while it passes. */
final class StreamScan {
    private final StringBuilder line = new StringBuilder();
    private Optional<TokenUsage> usage = Optional.empty();
    private Optional<String> failure = Optional.empty();
    private boolean finished;
    private int events;

    void feed(byte[] part) {
        for (char character : new String(part, StandardCharsets.ISO_8859_1).toCharArray()) {
            if (character == '\n') {
                read(line.toString().strip());
                line.setLength(0);
            } else {
                line.append(character);
            }
        }
    }

    private void read(String text) {
        if (!text.startsWith("data:")) {
            return;
        }
        String data = text.substring(5).strip();
        if (data.equals("[DONE]")) {
            finished = true;
            return;
        }
        events++;
        if (data.startsWith("{\"error\"")) {
            failure = Optional.of(data);
        }
        if (data.contains("\"usage\":{")) {
            usage = AnswerScan.usage(data.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    Optional<TokenUsage> usage() {
        return usage;
    }

    boolean finished() {
        return finished;
    }

    Optional<String> failure() {
        return failure;
    }

    int events() {
        return events;
    }
}
