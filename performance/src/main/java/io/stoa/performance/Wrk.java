package io.stoa.performance;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As many requests as a server can take, by wrk: one thread, some connections, the same request again and again. */
final class Wrk {
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ");
    private static final Pattern WRONG = Pattern.compile("Non-2xx|Socket errors");

    private final Path folder;
    private final int connections;

    Wrk(Path folder, int connections) {
        this.folder = folder;
        this.connections = connections;
    }

    /** Answers within the time; fails when one is wrong. */
    long load(URI address, Map<String, String> headers, String body, int seconds) {
        try {
            StringBuilder script = new StringBuilder("wrk.method='POST'\nwrk.body=[==[" + body + "]==]\n");
            headers.forEach((name, value) -> script.append("wrk.headers['" + name + "']='" + value + "'\n"));
            Path file = Files.writeString(folder.resolve("request.lua"), script);
            Process process = new ProcessBuilder(List.of(
                            "wrk",
                            "-t1",
                            "-c" + connections,
                            "-d" + seconds + "s",
                            "-s",
                            file.toString(),
                            address.resolve("/v1/chat/completions").toString()))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher requests = REQUESTS.matcher(said);
            if (process.waitFor() != 0
                    || !requests.find()
                    || WRONG.matcher(said).find()) {
                throw StoaException.engine("wrk against " + address + ": " + said);
            }
            return Long.parseLong(requests.group(1));
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, "wrk cannot be started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.engine("interrupted");
        }
    }
}
