package io.stoa.license.bom;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** A UUID that follows from content: version 5 of RFC 9562, in a name space of Stoa's bills of materials. */
final class ContentUuid {
    /** The UUID of version 5 of {@code io.stoa.license.bom} in RFC 9562's name space of DNS names. */
    private static final UUID NAME_SPACE =
            of(UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "io.stoa.license.bom");

    private ContentUuid() {}

    static UUID of(String content) {
        return of(NAME_SPACE, content);
    }

    static UUID of(UUID nameSpace, String content) {
        byte[] hash;
        try {
            // RFC 9562 prescribes SHA-1 for version 5; nothing rests on its strength
            MessageDigest running = MessageDigest.getInstance("SHA-1");
            running.update(ByteBuffer.allocate(16)
                    .putLong(nameSpace.getMostSignificantBits())
                    .putLong(nameSpace.getLeastSignificantBits())
                    .array());
            hash = running.digest(content.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
        ByteBuffer bytes = ByteBuffer.wrap(hash);
        long high = (bytes.getLong() & ~0xF000L) | 0x5000L;
        long low = (bytes.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
