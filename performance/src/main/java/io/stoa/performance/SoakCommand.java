package io.stoa.performance;

import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "soak",
        description = {
            "Calls stoa engine for a long time with everything that a caller may do, and watches its memory, its open"
                    + " files and its threads (Linux).",
            "The slope of the resident memory is a least-squares fit after the first tenth, told with its standard"
                    + " error."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SoakCommand implements Runnable {
    private static final int CONTEXT = 512;
    private static final double SLOPE_LIMIT = 1.0;

    @Mixin
    private final Bench bench = new Bench();

    @Option(names = "--minutes", defaultValue = "60", description = "How long. Default: ${DEFAULT-VALUE}")
    private double minutes = 60;

    @Option(names = "--callers", defaultValue = "4", description = "How many callers. Default: ${DEFAULT-VALUE}")
    private int callers = 4;

    @Option(names = "--every", defaultValue = "10", description = "Seconds between looks. Default: ${DEFAULT-VALUE}")
    private double every = 10;

    /** One look at the server's process. */
    private record Look(double seconds, long requests, double residentMebibytes, long files, long threads) {}

    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong left = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    @Override
    public void run() {
        Path model = Performance.root().resolve("examples/quickstart/models/nano.gguf");
        long end = System.nanoTime() + (long) (minutes * 60e9);
        List<Look> looks = new ArrayList<>();
        try (Server server = Server.stoa(model, bench.threads(), callers, CONTEXT, List.of())) {
            List<Thread> threads = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                SplittableRandom random = new SplittableRandom(caller);
                threads.add(Thread.ofPlatform().start(() -> {
                    while (System.nanoTime() < end && server.isAlive()) {
                        call(server, random);
                    }
                }));
            }
            long start = System.nanoTime();
            while (System.nanoTime() < end && server.isAlive()) {
                Thread.sleep(Duration.ofMillis((long) (every * 1000)));
                looks.add(look(server, start));
                if (looks.size() % 6 == 1) {
                    Look last = looks.getLast();
                    System.err.printf(
                            "%5.0f s  %8d requests  %7.1f MiB  %d files  %d threads  %d failed%n",
                            last.seconds,
                            last.requests,
                            last.residentMebibytes,
                            last.files,
                            last.threads,
                            failed.get());
                }
            }
            for (Thread thread : threads) {
                thread.join();
            }
            if (!server.isAlive()) {
                throw StoaException.engine("the server died after " + answered + " requests");
            }
            // What a caller holds at rest.
            Thread.sleep(Duration.ofSeconds(2));
            looks.add(look(server, start));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.engine("interrupted");
        }
        tell(looks);
    }

    private Look look(Server server, long start) {
        return new Look(
                (System.nanoTime() - start) / 1e9,
                answered.get() + left.get() + refused.get(),
                server.status("VmRSS").orElse(0L) / 1024.0,
                server.openFiles().orElse(0L),
                server.status("Threads").orElse(0L));
    }

    private void tell(List<Look> looks) {
        List<Look> after = looks.subList(looks.size() / 10, looks.size());
        Slope slope = Slope.of(
                after.stream().mapToDouble(look -> look.requests / 1000.0).toArray(),
                after.stream().mapToDouble(Look::residentMebibytes).toArray());
        Look first = after.getFirst();
        Look last = after.getLast();
        bench.tell(
                "%d answered, %d left in the middle, %d refused as they should be, %d failed",
                answered.get(), left.get(), refused.get(), failed.get());
        bench.tell(
                "resident memory %.1f -> %.1f MiB, slope %.4f +- %.4f MiB per 1,000 requests (limit %.1f)",
                first.residentMebibytes, last.residentMebibytes, slope.slope(), slope.standardError(), SLOPE_LIMIT);
        bench.tell("open files %d -> %d, threads %d -> %d", first.files, last.files, first.threads, last.threads);
        boolean passed = slope.slope() < SLOPE_LIMIT && failed.get() == 0 && last.files <= first.files + callers;
        bench.tell("%s", passed ? "PASSED" : "FAILED");
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("answered", answered.get());
        figures.put("left", left.get());
        figures.put("refused", refused.get());
        figures.put("failed", failed.get());
        figures.put("slopeMebibytesPer1000", slope.slope());
        figures.put("slopeStandardError", slope.standardError());
        figures.put("looks", looks);
        bench.figures(figures);
    }

    private void call(Server server, SplittableRandom random) {
        try {
            int kind = random.nextInt(10);
            switch (kind) {
                case 0, 1, 2 -> expect(server, 200, "/v1/chat/completions", chat(random, false));
                case 3 -> {
                    server.stream("/v1/chat/completions", chat(random, true), line -> true);
                    answered.incrementAndGet();
                }
                case 4, 5 -> {
                    // Leaves after some lines: the slot must be free again.
                    int[] lines = {random.nextInt(6)};
                    server.leave("/v1/chat/completions", chat(random, true), line -> lines[0]-- > 0);
                    left.incrementAndGet();
                }
                case 6 ->
                    expect(
                            server,
                            200,
                            "/v1/completions",
                            body(Map.of("prompt", words(random, 40), "max_tokens", 1, "echo", true, "logprobs", 3)));
                case 7 -> expect(server, 200, "/v1/embeddings", body(Map.of("input", words(random, 30))));
                case 8 -> expect(server, 400, "/v1/completions", body(Map.of("prompt", words(random, 900))));
                default ->
                    expect(
                            server,
                            200,
                            "/v1/chat/completions",
                            body(Map.of(
                                    "messages",
                                    List.of(Map.of("role", "user", "content", words(random, 5))),
                                    "max_tokens",
                                    32,
                                    "response_format",
                                    Map.of("type", "json_object"))));
            }
        } catch (StoaException e) {
            failed.incrementAndGet();
            System.err.println(e.getMessage());
        }
    }

    private void expect(Server server, int status, String path, String body) {
        var response = server.call("POST", path, body);
        if (response.statusCode() != status) {
            failed.incrementAndGet();
            System.err.println(path + ": " + response.statusCode() + " " + response.body());
        } else if (status == 200) {
            answered.incrementAndGet();
        } else {
            refused.incrementAndGet();
        }
    }

    private static String chat(SplittableRandom random, boolean stream) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("messages", List.of(Map.of("role", "user", "content", words(random, 3 + random.nextInt(20)))));
        request.put("max_tokens", 1 + random.nextInt(48));
        request.put("temperature", random.nextInt(2));
        request.put("seed", random.nextInt(1000));
        request.put("stream", stream);
        return body(request);
    }

    private static String body(Map<String, ?> request) {
        return JsonMapper.shared().writeValueAsString(request);
    }

    private static String words(SplittableRandom random, int count) {
        String[] known = {"What", "is", "the", "river", "of", "Donel", "color", "farmer", "likes", "bread", "7", "plus"
        };
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ").append(known[random.nextInt(known.length)]);
        }
        return text.toString();
    }
}
