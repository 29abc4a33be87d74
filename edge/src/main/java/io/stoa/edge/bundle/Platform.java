package io.stoa.edge.bundle;

import java.util.Locale;

/**
 * What a bundle runs on, in the words of the OCI image specification (Go's): {@code linux/amd64}, {@code linux/arm64}.
 *
 * @param os the operating system
 * @param architecture the processor's architecture
 */
public record Platform(String os, String architecture) {
    private static final String WORD = "[a-z0-9_]{1,32}";

    public Platform {
        if (!os.matches(WORD) || !architecture.matches(WORD)) {
            throw new IllegalArgumentException(
                    "a platform is an operating system and an architecture such as linux/amd64, not " + os + "/"
                            + architecture);
        }
    }

    /** A platform as it is written. */
    public static Platform of(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("a platform is written as linux/amd64, not " + text);
        }
        return new Platform(text.substring(0, slash), text.substring(slash + 1));
    }

    /** The one that this runs on. */
    public static Platform here() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String family = os.startsWith("mac") ? "darwin" : os.startsWith("windows") ? "windows" : os;
        return new Platform(
                family.replaceAll("[^a-z0-9_]", "_"),
                switch (architecture) {
                    case "x86_64", "amd64" -> "amd64";
                    case "aarch64", "arm64" -> "arm64";
                    default -> architecture.replaceAll("[^a-z0-9_]", "_");
                });
    }

    @Override
    public String toString() {
        return os + "/" + architecture;
    }
}
