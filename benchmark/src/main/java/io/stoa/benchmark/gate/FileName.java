package io.stoa.benchmark.gate;

import io.stoa.model.Digest;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The names of files and folders that are made of the names of tasks and models: no two names share one. As
 * lm-evaluation-harness does, what no file name should hold becomes {@code __}; {@code publisher/model} is
 * {@code publisher__model}.
 */
public final class FileName {
    private static final Pattern UNSAFE = Pattern.compile("[\"<>:/|\\\\?*\\[\\]\\p{Cntrl}]+");
    private static final String INSTEAD = "__";

    /** Bytes; file systems take 255, and a date, what it is and an ending come on top. */
    private static final int LONGEST = 160;

    private static final int KEPT = 40;
    private static final int DIGITS = 8;

    private FileName() {}

    /**
     * The name of a file for a task or a model.
     *
     * @return the harness' name where the original can be read back from it, and otherwise that with the begin of the
     *     original's SHA-256
     */
    public static String of(String name) {
        String safe = UNSAFE.matcher(name).replaceAll(INSTEAD);
        boolean readable = safe.replace(INSTEAD, "/").equals(name);
        boolean fits = safe.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
        boolean visible = !safe.isEmpty() && safe.charAt(0) != '.';
        if (readable && fits && visible) {
            return safe;
        }
        String digest = Digest.of(name).hex().substring(0, DIGITS);
        String kept = fits ? safe : safe.substring(0, safe.offsetByCodePoints(0, KEPT));
        return (visible ? "" : "_") + kept + "-" + digest;
    }
}
