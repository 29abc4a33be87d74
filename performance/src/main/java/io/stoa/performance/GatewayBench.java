package io.stoa.performance;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** What the gateway's measurements share: the upstream, the gateways before it, the requests. */
final class GatewayBench {
    @Option(
            names = "--stoa",
            paramLabel = "FILE",
            description = "The program that is measured. Default: stoa of this checkout.")
    private Optional<Path> stoa = Optional.empty();

    @Option(names = "--json", description = "Print the figures as JSON at the end, alone on standard output.")
    private boolean json;

    /** A line for people; with {@code --json} it goes to standard error. */
    void tell(String format, Object... values) {
        (json ? System.err : System.out).printf(Locale.ROOT, format + "%n", values);
    }

    /** The figures for programs, when they were asked for. */
    void figures(Map<String, ?> figures) {
        if (json) {
            System.out.println(JsonMapper.shared().writeValueAsString(figures));
        }
    }

    /** A chat with a prompt of 2 KB. */
    static String body(boolean stream) {
        return "{\"model\":\"" + GatewayFolder.ROUTE + "\"," + (stream ? "\"stream\":true," : "")
                + "\"max_tokens\":400,\"messages\":[{\"role\":\"system\",\"content\":\"You are brief.\"},"
                + "{\"role\":\"user\",\"content\":\""
                + "Why is the sky blue at noon, and red in the evening? ".repeat(36) + "\"}]}";
    }

    /** Starts the upstream, in a folder that is deleted at the end. */
    World start() {
        try {
            return new World(
                    Files.createTempDirectory("gateway"),
                    stoa.orElseGet(() -> Performance.root().resolve("stoa")).toString());
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, "no folder: " + e.getMessage(), e);
        }
    }

    /** The processes of a run; closing it ends them in the reverse order. */
    static final class World implements AutoCloseable {
        private final Path folder;
        private final String stoa;
        private final Deque<ChildProcess> processes = new ArrayDeque<>();
        private final ChildProcess mock;
        private Optional<GatewayFolder> home = Optional.empty();
        private String key = "";

        private World(Path folder, String stoa) {
            this.folder = folder;
            this.stoa = stoa;
            int port = ChildProcess.freePort();
            List<String> command = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx128m",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    MockUpstream.class.getName(),
                    Integer.toString(port));
            this.mock = process("upstream", command, Map.of(), port, "/health");
        }

        private ChildProcess process(
                String name, List<String> command, Map<String, String> environment, int port, String look) {
            ChildProcess started =
                    ChildProcess.start(name, command, environment, folder.resolve(name + ".log"), port, look);
            processes.push(started);
            return started;
        }

        Path folder() {
            return folder;
        }

        URI upstream() {
            return mock.address();
        }

        /** How often the upstream did something: {@code requests}, {@code answers} or {@code streams}. */
        long count(String what) {
            try {
                return JsonMapper.shared()
                        .readTree(mock.get("/counts").body())
                        .path(what)
                        .asLong();
            } catch (IOException e) {
                throw new StoaException(StoaException.Kind.ENGINE, "the upstream: " + e.getMessage(), e);
            }
        }

        GatewayFolder home() {
            return home.orElseThrow();
        }

        /** What goes with a call of Stoa. */
        Map<String, String> headers() {
            return Map.of("Content-Type", "application/json", "Authorization", "Bearer " + key);
        }

        Map<String, String> portkeyHeaders() {
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("Content-Type", "application/json");
            headers.put("Authorization", "Bearer none");
            headers.put("x-portkey-provider", "openai");
            headers.put("x-portkey-custom-host", upstream() + "/v1");
            return headers;
        }

        ChildProcess startStoa() {
            int port = ChildProcess.freePort();
            GatewayFolder made = new GatewayFolder(folder, List.of(stoa), upstream(), port);
            home = Optional.of(made);
            key = made.makeKey();
            return process("stoa", made.serve(), Map.of(), port, "/health");
        }

        ChildProcess startNginx() {
            int port = ChildProcess.freePort();
            Path prefix = folder.resolve("nginx");
            List<String> kinds = List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi");
            StringBuilder places = new StringBuilder();
            kinds.forEach(kind -> places.append(kind + "_temp_path " + prefix + "/" + kind + "; "));
            try {
                Files.createDirectories(prefix);
                Files.writeString(prefix.resolve("nginx.conf"), """
                    worker_processes 2; daemon off; pid %1$s/pid; error_log %1$s/errors;
                    events { worker_connections 4096; }
                    http {
                      access_log off; %2$s
                      upstream model { server 127.0.0.1:%3$d; keepalive 256; keepalive_requests 10000000; }
                      server {
                        listen 127.0.0.1:%4$d; keepalive_requests 10000000;
                        location / {
                          proxy_pass http://model; proxy_http_version 1.1;
                          proxy_set_header Connection ""; proxy_buffering off;
                        }
                      }
                    }
                    """.formatted(
                                prefix, places, upstream().getPort(), port));
            } catch (IOException e) {
                throw new StoaException(StoaException.Kind.RESOURCES, prefix + ": " + e.getMessage(), e);
            }
            return process(
                    "nginx",
                    List.of(
                            "nginx",
                            "-p",
                            prefix.toString(),
                            "-c",
                            prefix.resolve("nginx.conf").toString()),
                    Map.of(),
                    port,
                    "/health");
        }

        ChildProcess startPortkey(Path script) {
            int port = ChildProcess.freePort();
            return process(
                    "portkey",
                    List.of("node", script.toString(), "--port=" + port, "--headless"),
                    Map.of("NODE_ENV", "production"),
                    port,
                    "/");
        }

        @Override
        public void close() {
            processes.forEach(ChildProcess::close);
            try {
                Performance.delete(folder);
            } catch (IOException e) {
                throw new StoaException(StoaException.Kind.RESOURCES, folder + ": " + e.getMessage(), e);
            }
        }
    }
}
