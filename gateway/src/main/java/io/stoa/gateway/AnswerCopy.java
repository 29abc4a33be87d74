package io.stoa.gateway;

import io.stoa.gateway.audit.RequestRecord.Content;
import io.stoa.model.Digest;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was sent to a caller: its length and digest, and its bytes where somebody needs them and they are few. */
final class AnswerCopy {
    private static final int MOST_BYTES = 1024 * 1024;

    private final MessageDigest digest = Digest.sha256();
    private final boolean asText;
    private @Nullable Buffer kept;
    private long bytes;

    /**
     * @param asText whether the record is to hold it
     * @param asBytes whether it may have to be sent again
     */
    AnswerCopy(boolean asText, boolean asBytes) {
        this.asText = asText;
        this.kept = asText || asBytes ? Buffer.buffer() : null;
    }

    void add(byte[] part) {
        bytes += part.length;
        digest.update(part);
        if (kept != null && bytes <= MOST_BYTES) {
            kept.appendBytes(part);
        } else {
            kept = null;
        }
    }

    Content content() {
        return bytes == 0
                ? Content.NONE
                : new Content(
                        bytes,
                        Optional.of(Digest.of(digest)),
                        asText
                                ? Optional.ofNullable(kept).map(each -> each.toString(StandardCharsets.UTF_8))
                                : Optional.empty());
    }

    /** All bytes, where they were to be kept and were not too many. */
    Optional<byte[]> all() {
        return Optional.ofNullable(kept).map(Buffer::getBytes);
    }
}
