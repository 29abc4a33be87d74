package io.stoa.benchmark.dataset;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Downloads in a process of its own, which can be killed. */
final class DownloadProcess {
    private DownloadProcess() {}

    static Process start(URI endpoint, Path cache, String split) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DownloadProcess.class.getName(),
                        endpoint.toString(),
                        cache.toString(),
                        split))
                .inheritIO()
                .start();
    }

    /** Arguments: endpoint, cache, split. */
    public static void main(String[] arguments) {
        HubSettings settings = new HubSettings(
                URI.create(arguments[0]),
                Optional.empty(),
                Path.of(arguments[1]),
                false,
                new HubSettings.Retries(3, Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofSeconds(30)));
        try (HubDatasets hub = new HubDatasets(settings)) {
            hub.fetch(new HubReference(LoopbackHub.ID, arguments[2]), DownloadProgress.NONE);
        }
    }
}
