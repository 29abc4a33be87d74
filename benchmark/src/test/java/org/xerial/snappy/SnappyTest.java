package org.xerial.snappy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Random;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SnappyTest {
    /** With snappy-java beside it, the order of the class path would decide which of the two is called. */
    @Test
    void isTheOnlyOneOfItsName() throws IOException {
        assertThat(Collections.list(Snappy.class.getClassLoader().getResources("org/xerial/snappy/Snappy.class")))
                .hasSize(1);
    }

    @Test
    void unpacksWhatWasPacked() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            byte[] bytes = new byte[random.nextInt(200_000)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = (byte)
                        (j > 50 && random.nextInt(20) > 0 ? bytes[j - 1 - random.nextInt(50)] : random.nextInt());
            }
            ByteBuffer block = direct(packed(bytes));
            ByteBuffer room = ByteBuffer.allocateDirect(3 + bytes.length + random.nextInt(2) * 100)
                    .position(3);
            assertThat(Snappy.uncompress(block, room)).as("seed " + seed).isEqualTo(bytes.length);
            assertThat(room).as("seed " + seed).isEqualTo(ByteBuffer.wrap(bytes));
            assertThat(room.position()).isEqualTo(3);
            assertThat(block.position()).isZero();
        }
    }

    /** Blocks worked out by hand from Snappy's description of its format. */
    @ParameterizedTest
    @CsvSource({
        "00, ''",
        "04 0c 61626364, 61626364",
        // A literal, then a copy of two bytes from two back that overlaps itself.
        "08 04 6162 0e 0200 04 6364, 6162616261626364",
        // A copy with an offset of four bytes.
        "06 08 616263 0b 03000000, 616263616263",
    })
    void readsEachKindOfElement(String block, String bytes) throws IOException {
        ByteBuffer room = ByteBuffer.allocateDirect(bytes.length() / 2);
        Snappy.uncompress(direct(hex(block)), room);
        assertThat(room).isEqualTo(ByteBuffer.wrap(hex(bytes)));
    }

    @ParameterizedTest
    @CsvSource({
        // It says 2^31 - 1 bytes, 2^32 - 1 bytes, and one more than there is room for.
        "ff ff ff ff 07 0c 61626364, room for 16",
        "ff ff ff ff 0f 0c 61626364, room for 16",
        "11 0c 61626364, room for 16",
        // It ends early, in its literal, in its offset, in its length.
        "08 0c 61626364, ",
        "08 1c 61626364, ",
        "08 04 6162 0e 02, ",
        "ff, ",
        "'', ",
        // It copies from before its beginning, from nowhere, and beyond what it says.
        "08 04 6162 0e 0300, ",
        "08 04 6162 0e 0000, ",
        "08 04 6162 0f ffffffff, ",
        "02 0c 61626364, more than the 2 bytes",
        "03 04 6162 0e 0200, more than the 3 bytes",
    })
    void refusesWhatIsBroken(String block, String why) {
        assertThatThrownBy(() -> Snappy.uncompress(direct(hex(block)), ByteBuffer.allocateDirect(16)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why == null ? "" : why);
    }

    @Test
    void writesNothingBeyondItsRoom() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] good = packed("to be or not to be, to be or not to be".repeat(40).getBytes(StandardCharsets.UTF_8));
        byte[] nothing = new byte[500];
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 1));
            for (int edit = random.nextInt(4); edit > 0 && bad.length > 0; edit--) {
                bad[random.nextInt(Math.min(bad.length, 60))] = (byte) random.nextInt();
            }
            ByteBuffer whole = ByteBuffer.allocate(3000);
            ByteBuffer room = whole.duplicate().position(500).limit(2500);
            try {
                Snappy.uncompress(ByteBuffer.wrap(bad), room);
            } catch (IOException expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
            assertThat(Arrays.equals(whole.array(), 0, 500, nothing, 0, 500))
                    .as("seed " + seed)
                    .isTrue();
            assertThat(Arrays.equals(whole.array(), 2500, 3000, nothing, 0, 500))
                    .as("seed " + seed)
                    .isTrue();
        }
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static byte[] packed(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream snappy = new SnappyCompressorOutputStream(out, bytes.length)) {
            snappy.write(bytes);
        }
        return out.toByteArray();
    }
}
