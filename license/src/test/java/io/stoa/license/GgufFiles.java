package io.stoa.license;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Writes GGUF files (version 3) of one small tensor and the metadata that a test is about. */
public final class GgufFiles {
    private static final int UINT32 = 4;
    private static final int STRING = 8;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private GgufFiles() {}

    /** Values are strings or integers. */
    public static Path write(Path path, Map<String, Object> metadata) throws IOException {
        GgufFiles file = new GgufFiles();
        file.out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        file.int32(3);
        file.int64(1);
        file.int64(metadata.size());
        metadata.forEach((key, value) -> {
            file.text(key);
            if (value instanceof Integer number) {
                file.int32(UINT32);
                file.int32(number);
            } else {
                file.int32(STRING);
                file.text(value.toString());
            }
        });
        file.text("token_embd.weight");
        file.int32(1);
        file.int64(8);
        file.int32(0);
        file.int64(0);
        file.out.writeBytes(new byte[(32 - file.out.size() % 32) % 32]);
        file.out.writeBytes(new byte[32]);
        return Files.write(path, file.out.toByteArray());
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int64(bytes.length);
        out.writeBytes(bytes);
    }

    private void int32(int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private void int64(long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }
}
