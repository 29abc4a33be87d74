package io.stoa.benchmark.dataset;

import static java.util.Objects.requireNonNull;

import io.stoa.model.StoaException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How the Hugging Face Hub is reached.
 *
 * @param endpoint without a slash at the end
 * @param token sent to the endpoint's host alone
 * @param cache the folder of what was downloaded
 * @param offline whether only the cache may be used
 * @param retries how failures that may pass are met
 */
public record HubSettings(URI endpoint, Optional<HubToken> token, Path cache, boolean offline, Retries retries) {
    private static final String PUBLIC_HUB = "https://huggingface.co";
    private static final Set<String> YES = Set.of("1", "ON", "YES", "TRUE");

    /**
     * How often and how patiently.
     *
     * @param attempts how often one request is made at most
     * @param pause before the second attempt; doubled before each further one, unless the server names a time
     * @param longestPause above all
     * @param silence after this long without a byte a connection counts as dropped
     */
    public record Retries(int attempts, Duration pause, Duration longestPause, Duration silence) {
        public static final Retries STANDARD =
                new Retries(5, Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofMinutes(1));

        public Retries {
            if (attempts < 1 || pause.isNegative() || longestPause.isNegative() || !silence.isPositive()) {
                throw new IllegalArgumentException("retries need at least one attempt and no negative times: "
                        + attempts + ", " + pause + ", " + longestPause + ", " + silence);
            }
        }
    }

    public HubSettings {
        requireNonNull(token, "token");
        requireNonNull(cache, "cache");
        requireNonNull(retries, "retries");
        if (!isWeb(endpoint) || endpoint.getRawUserInfo() != null || endpoint.getRawQuery() != null) {
            throw StoaException.user(
                    "HF_ENDPOINT: " + hidden(endpoint) + " is not the address of a hub; write it as " + PUBLIC_HUB);
        }
    }

    /**
     * Reads {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code HF_HUB_OFFLINE} and {@code HF_DATASETS_OFFLINE} as the Hub's own
     * Python library does.
     *
     * @param cache the folder of what was downloaded; its layout is not that of the Python library
     */
    public static HubSettings from(Map<String, String> environment, Path cache) {
        String address = value(environment, "HF_ENDPOINT").orElse(PUBLIC_HUB);
        URI endpoint;
        try {
            endpoint = URI.create(address.replaceFirst("/{1,9}$", ""));
        } catch (IllegalArgumentException _) {
            throw StoaException.user("HF_ENDPOINT: not an address; write it as " + PUBLIC_HUB);
        }
        boolean offline = Stream.of("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
                .flatMap(name -> value(environment, name).stream())
                .anyMatch(said -> YES.contains(said.toUpperCase(Locale.ROOT)));
        return new HubSettings(
                endpoint, value(environment, "HF_TOKEN").map(HubToken::new), cache, offline, Retries.STANDARD);
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    static boolean isWeb(URI uri) {
        return uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()));
    }

    private static String hidden(URI uri) {
        return uri.getRawUserInfo() == null ? uri.toString() : "an address with a password";
    }
}
