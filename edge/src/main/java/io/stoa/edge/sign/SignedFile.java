package io.stoa.edge.sign;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * One file of a signed model.
 *
 * @param name its path under the model's folder, with {@code /} between the parts, as section 6.1.2 of the specification
 *     demands it: relative, without empty parts, {@code .} and {@code ..}
 * @param digest the SHA-256 of its content
 */
public record SignedFile(String name, Digest digest) {
    private static final int LONGEST = 4096;

    /** The order of a manifest: by Unicode code points, which is the order of the UTF-8 bytes. */
    static final Comparator<String> ORDER = (left, right) ->
            Arrays.compareUnsigned(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));

    public SignedFile {
        requireNonNull(digest, "digest");
        if (!isCanonical(name)) {
            throw new IllegalArgumentException("a signed file has a relative path without . and ..: " + printed(name));
        }
    }

    static boolean isCanonical(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST
                && name.indexOf(0) < 0
                && name.equals(new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                && Arrays.stream(name.split("/", -1))
                        .noneMatch(part -> List.of("", ".", "..").contains(part));
    }

    static String printed(String name) {
        String plain = name.replaceAll("\\p{Cntrl}", "?");
        return plain.length() > 80 ? plain.substring(0, 80) + "…" : plain;
    }
}
