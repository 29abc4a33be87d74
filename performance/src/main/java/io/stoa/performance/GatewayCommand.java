package io.stoa.performance;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "gateway",
        description = {
            "stoa serve against nginx as a plain reverse proxy, and against Portkey, before the same upstream, in turn."
                    + " Stoa has its key, limits, budget, audit and metrics on. Needs wrk and nginx.",
            "Processor time is Linux's account of each process, under as many requests as it takes; latency is that of"
                    + " paced calls, beside calls that go to the upstream directly."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class GatewayCommand implements Runnable {
    @Mixin
    private final GatewayBench bench = new GatewayBench();

    @Option(
            names = "--portkey",
            paramLabel = "FILE",
            description = "Portkey's build/start-server.js, from npm install @portkey-ai/gateway@1.15.2.")
    private Optional<Path> portkey = Optional.empty();

    @Option(names = "--rounds", defaultValue = "5", description = "Times in turn. Default: ${DEFAULT-VALUE}")
    private int rounds = 5;

    @Option(names = "--seconds", defaultValue = "5", description = "A turn lasts so long. Default: ${DEFAULT-VALUE}")
    private int seconds = 5;

    @Option(
            names = "--warm-up",
            defaultValue = "200000",
            description = "Requests and a fifth as many streams before anything is measured, so that Java has compiled"
                    + " what it will. Default: ${DEFAULT-VALUE}")
    private long warmUp = 200_000;

    @Option(names = "--connections", defaultValue = "16", description = "Of wrk. Default: ${DEFAULT-VALUE}")
    private int connections = 16;

    @Option(names = "--pace", defaultValue = "400", description = "Paced calls a second. Default: ${DEFAULT-VALUE}")
    private int pace = 400;

    @Option(names = "--calls", defaultValue = "4000", description = "Paced calls of each. Default: ${DEFAULT-VALUE}")
    private int calls = 4000;

    /** Who is measured, and what must come with a request. */
    private record Contender(ChildProcess process, Map<String, String> headers, boolean streams) {
        String name() {
            return process.name();
        }

        URI address() {
            return process.address();
        }
    }

    private record Latency(double p50Millis, double p99Millis) {}

    @Override
    public void run() {
        Bench.tellLoad();
        try (GatewayBench.World world = bench.start()) {
            List<Contender> contenders = new ArrayList<>();
            contenders.add(new Contender(world.startNginx(), Map.of(), true));
            contenders.add(new Contender(world.startStoa(), world.headers(), true));
            if (portkey.isPresent()) {
                contenders.add(new Contender(world.startPortkey(portkey.get()), world.portkeyHeaders(), false));
            }
            measure(world, contenders);
        }
    }

    private void measure(GatewayBench.World world, List<Contender> contenders) {
        Wrk wrk = new Wrk(world.folder(), connections);
        Contender nginx = contenders.getFirst();
        Contender stoa = contenders.get(1);
        double atStart = stoa.process.residentMebibytes();
        warmUp(wrk, contenders);
        Map<String, Double> json = cpu(wrk, contenders, false);
        Map<String, Double> streams =
                cpu(wrk, contenders.stream().filter(Contender::streams).toList(), true);
        double loaded = stoa.process.residentMebibytes();
        Map<String, Latency> latency = latency(world, List.of(nginx, stoa), false);
        Map<String, Latency> streamed = latency(world, List.of(nginx, stoa), true);
        Bench.tellLoad();

        row("CPU a JSON request", ratio(json, "nginx"), "<= 3 x nginx");
        if (json.containsKey("portkey")) {
            row("CPU a JSON request", 1 / ratio(json, "portkey"), "<= 1/15 of Portkey: at least 15");
        }
        row("CPU a stream of 50 events", ratio(streams, "nginx"), "<= 2 x nginx");
        added("JSON", latency);
        added("streams, to the last byte", streamed);
        bench.tell("resident memory: %.0f MiB at the start, %.0f MiB after the load; aim <= 300 MB", atStart, loaded);
        bench.tell(
                "start to the first answered /health: %d ms; aim <= 2000 ms",
                stoa.process.started().toMillis());
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("jsonMicros", json);
        figures.put("streamMicros", streams);
        figures.put("jsonLatency", latency);
        figures.put("streamLatency", streamed);
        figures.put("residentMebibytes", loaded);
        figures.put("startMillis", stoa.process.started().toMillis());
        bench.figures(figures);
    }

    private void row(String what, double ratio, String aim) {
        bench.tell("%-28s ratio %6.2f   aim %s", what, ratio, aim);
    }

    private void added(String what, Map<String, Latency> latency) {
        Latency direct = of(latency, "direct");
        latency.forEach((name, its) -> bench.tell(
                "%-26s %-8s p50 %6.3f ms (+%.3f)   p99 %6.3f ms (+%.3f)",
                what,
                name,
                its.p50Millis,
                its.p50Millis - direct.p50Millis,
                its.p99Millis,
                its.p99Millis - direct.p99Millis));
    }

    private static <T> T of(Map<String, T> figures, String name) {
        return Optional.ofNullable(figures.get(name)).orElseThrow();
    }

    private static double ratio(Map<String, Double> micros, String other) {
        return of(micros, "stoa") / of(micros, other);
    }

    private void warmUp(Wrk wrk, List<Contender> contenders) {
        for (Contender each : contenders) {
            // Nothing has to be compiled in nginx; Portkey takes a hundredth of the requests, and is compiled soon.
            long wanted = each.name().equals("stoa") ? warmUp : warmUp / 50;
            for (long done = 0; done < wanted; ) {
                done += wrk.load(each.address(), each.headers, GatewayBench.body(false), 2);
            }
            for (long done = 0; each.streams && done < wanted / 5; ) {
                done += wrk.load(each.address(), each.headers, GatewayBench.body(true), 2);
            }
        }
    }

    /** Processor time of a request in microseconds, by who: the median of all rounds. */
    private Map<String, Double> cpu(Wrk wrk, List<Contender> contenders, boolean stream) {
        Map<String, List<Double>> micros = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Contender each : contenders) {
                Duration before = each.process.cpu();
                long requests = wrk.load(each.address(), each.headers, GatewayBench.body(stream), seconds);
                double spent = each.process.cpu().minus(before).toNanos() / 1000.0;
                micros.computeIfAbsent(each.name(), _ -> new ArrayList<>()).add(spent / requests);
            }
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        micros.forEach((name, all) -> {
            medians.put(name, Bench.median(all));
            bench.tell(
                    "CPU %-6s %-8s %8.1f us a request (rounds: %s)",
                    stream ? "stream" : "JSON",
                    name,
                    Bench.median(all),
                    String.join(", ", all.stream().map("%.1f"::formatted).toList()));
        });
        return medians;
    }

    /** Calls at a steady pace, in turn to each and to the upstream itself. */
    private Map<String, Latency> latency(GatewayBench.World world, List<Contender> contenders, boolean stream) {
        List<String> names = new ArrayList<>(List.of("direct"));
        List<PlainCaller> callers = new ArrayList<>(List.of(new PlainCaller(world.upstream())));
        List<byte[]> requests = new ArrayList<>(List.of(PlainCaller.request(Map.of(), GatewayBench.body(stream))));
        for (Contender each : contenders) {
            names.add(each.name());
            callers.add(new PlainCaller(each.address()));
            requests.add(PlainCaller.request(each.headers, GatewayBench.body(stream)));
        }
        List<List<Double>> millis = new ArrayList<>();
        names.forEach(_ -> millis.add(new ArrayList<>()));
        long due = System.nanoTime();
        try {
            for (int call = -calls / 10; call < calls; call++) {
                for (int i = 0; i < names.size(); i++) {
                    due += 1_000_000_000L / pace;
                    LockSupport.parkNanos(due - System.nanoTime());
                    long start = System.nanoTime();
                    int status = callers.get(i).call(requests.get(i));
                    double took = (System.nanoTime() - start) / 1e6;
                    if (status != 200) {
                        throw StoaException.engine(names.get(i) + " answered with " + status);
                    }
                    if (call >= 0) {
                        millis.get(i).add(took);
                    }
                }
            }
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, "a paced call: " + e.getMessage(), e);
        } finally {
            callers.forEach(PlainCaller::close);
        }
        Map<String, Latency> latencies = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            latencies.put(
                    names.get(i),
                    new Latency(Bench.percentile(millis.get(i), 0.5), Bench.percentile(millis.get(i), 0.99)));
        }
        return latencies;
    }
}
