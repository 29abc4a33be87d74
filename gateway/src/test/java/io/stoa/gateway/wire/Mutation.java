package io.stoa.gateway.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/** Changes bytes at random: flips, cuts, doubles, splices, and puts in what tends to hurt. */
final class Mutation {
    private static final String[] HURTFUL = {
        "null",
        "[]",
        "{}",
        "\"\"",
        "-1",
        "1e999",
        "\\u0000",
        "\\ud800",
        "\"",
        "{",
        "[",
        "}",
        "]",
        ",",
        ":",
        "\\",
        "99999999999999999999",
        "true",
        "\u00e9",
        "\uD83D\uDE00",
        "\u0000",
        "\n\n",
        "data: ",
        "[DONE]",
        "\"usage\":{",
        "\"error\":",
        "\"choices\":[]",
        "\"model\":\"m\"",
        "\"include_usage\":true"
    };

    private Mutation() {}

    static byte[] of(byte[] original, List<byte[]> others, SplittableRandom random) {
        byte[] bytes = original.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            bytes = once(bytes, others, random);
        }
        return bytes;
    }

    private static byte[] once(byte[] bytes, List<byte[]> others, SplittableRandom random) {
        int at = random.nextInt(bytes.length + 1);
        int to = Math.min(bytes.length, at + 1 + random.nextInt(12));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        switch (random.nextInt(6)) {
            case 0 -> {
                byte[] flipped = bytes.clone();
                if (at < flipped.length) {
                    flipped[at] ^= (byte) (1 << random.nextInt(8));
                }
                return flipped;
            }
            case 1 -> out.write(bytes, 0, at);
            case 2 -> {
                out.write(bytes, 0, at);
                out.write(bytes, to, bytes.length - to);
            }
            case 3 -> {
                out.write(bytes, 0, to);
                out.write(bytes, at, bytes.length - at);
            }
            case 4 -> {
                out.write(bytes, 0, at);
                out.writeBytes(HURTFUL[random.nextInt(HURTFUL.length)].getBytes(StandardCharsets.UTF_8));
                out.write(bytes, random.nextBoolean() ? at : to, bytes.length - to);
            }
            default -> {
                byte[] other = others.get(random.nextInt(others.size()));
                int from = random.nextInt(other.length + 1);
                out.write(bytes, 0, at);
                out.write(other, from, other.length - from);
            }
        }
        return out.toByteArray();
    }
}
