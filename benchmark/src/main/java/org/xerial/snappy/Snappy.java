package org.xerial.snappy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorInputStream;

/**
 * Stands in for the class of this name in snappy-java, which the Parquet reader calls by name: the one method that it calls,
 * in Java and with bounds. The original writes as many bytes as a page says of itself, whatever the buffer holds, so a
 * damaged or hostile file overwrites the process' memory (CVE-2026-90559; every version up to 1.1.10.8).
 */
public final class Snappy {
    private Snappy() {}

    /**
     * Unpacks a raw Snappy block into what remains of {@code uncompressed}, whose position stays and whose limit becomes the
     * unpacked bytes' end.
     *
     * @param compressed a whole block, from position to limit
     * @param uncompressed where the bytes go, from its position on
     * @return how many bytes were unpacked
     * @throws IOException if the block is broken, holds less or more than it says, or does not fit
     */
    public static int uncompress(ByteBuffer compressed, ByteBuffer uncompressed) throws IOException {
        // Three windows are kept at a time.
        if (uncompressed.remaining() > Integer.MAX_VALUE / 3) {
            throw new IOException("a page of " + uncompressed.remaining() + " bytes is too large for Snappy");
        }
        byte[] block = new byte[compressed.remaining()];
        compressed.duplicate().get(block);
        // A copy may reach back to the first byte, so the window is all that was unpacked.
        int window = Math.max(1, uncompressed.remaining());
        try (SnappyCompressorInputStream in =
                new SnappyCompressorInputStream(new ByteArrayInputStream(block), window)) {
            int size = in.getSize();
            if (size < 0 || size > uncompressed.remaining()) {
                throw new IOException("a Snappy block says that it unpacks to " + Integer.toUnsignedString(size)
                        + " bytes where its page has room for " + uncompressed.remaining());
            }
            byte[] bytes = in.readNBytes(size);
            if (bytes.length < size || in.read() >= 0) {
                throw new IOException("a Snappy block unpacks to " + (bytes.length < size ? "less" : "more")
                        + " than the " + size + " bytes it says");
            }
            uncompressed.duplicate().put(bytes);
            uncompressed.limit(uncompressed.position() + size);
            return size;
        } catch (RuntimeException e) {
            throw new IOException("a Snappy block is broken (" + e.getMessage() + ")", e);
        }
    }
}
