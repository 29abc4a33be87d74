package io.stoa.performance;

import io.stoa.model.StoaException;
import io.stoa.performance.GatewayFolder.Row;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "gateway-soak",
        description = {
            "Calls stoa serve a few hundred thousand times with all that callers do: whole answers, streams, leaving"
                    + " in the middle, wrong keys, wrong routes, no JSON; then again with many idle connections.",
            "Memory must stay flat, the audit must verify, and its sums must be those of the budget's store and of the"
                    + " upstream."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class GatewaySoakCommand implements Runnable {
    private static final int LOOKS = 20;
    private static final Set<String> SERVED = Set.of("served", "escalated", "fell_back");

    @Mixin
    private final GatewayBench bench = new GatewayBench();

    @Option(names = "--requests", defaultValue = "300000", description = "How many. Default: ${DEFAULT-VALUE}")
    private long requests = 300_000;

    @Option(names = "--callers", defaultValue = "8", description = "At the same time. Default: ${DEFAULT-VALUE}")
    private int callers = 8;

    @Option(names = "--idle", defaultValue = "10000", description = "Idle connections. Default: ${DEFAULT-VALUE}")
    private int idle = 10_000;

    /** One look at the process: its memory, and the heap in use after a full collection. */
    private record Look(long requests, double residentMebibytes, double heapMebibytes) {}

    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong served = new AtomicLong();
    private final AtomicLong left = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    @Override
    public void run() {
        Bench.tellLoad();
        try (GatewayBench.World world = bench.start()) {
            ChildProcess stoa = world.startStoa();
            List<Look> looks = soak(world, stoa);
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("looks", looks);
            tell(looks, figures);
            idle(world, stoa, figures);
            stoa.close();
            boolean sound = sums(world, figures);
            bench.tell("%s", sound && failed.get() == 0 ? "PASSED" : "FAILED");
            bench.figures(figures);
        }
    }

    private List<Look> soak(GatewayBench.World world, ChildProcess stoa) {
        List<Look> looks = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int caller = 0; caller < callers; caller++) {
            SplittableRandom random = new SplittableRandom(caller);
            threads.add(Thread.ofPlatform().start(() -> call(world, stoa, random)));
        }
        try {
            for (int look = 1; look <= LOOKS; look++) {
                while (sent.get() < requests * look / LOOKS && threads.stream().anyMatch(Thread::isAlive)) {
                    Thread.sleep(50);
                }
                looks.add(look(stoa));
                Look last = looks.getLast();
                System.err.printf(
                        "%8d requests  %6.1f MiB resident  %6.1f MiB heap  %d failed%n",
                        last.requests, last.residentMebibytes, last.heapMebibytes, failed.get());
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.engine("interrupted");
        }
        return looks;
    }

    private Look look(ChildProcess stoa) {
        double resident = stoa.residentMebibytes();
        try {
            int code = new ProcessBuilder("jcmd", Long.toString(stoa.pid()), "GC.run")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (code != 0) {
                throw StoaException.engine("jcmd: exit code " + code);
            }
            double heap = stoa.get("/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("stoa_heap_used_bytes "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                    .sum();
            return new Look(sent.get(), resident, heap / (1 << 20));
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.ENGINE, "jcmd: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.engine("interrupted");
        }
    }

    // ---- callers

    private void call(GatewayBench.World world, ChildProcess stoa, SplittableRandom random) {
        PlainCaller caller = new PlainCaller(stoa.address());
        byte[] json = PlainCaller.request(world.headers(), GatewayBench.body(false));
        byte[] stream = PlainCaller.request(world.headers(), GatewayBench.body(true));
        byte[] wrongKey = PlainCaller.request(Map.of("Authorization", "Bearer nobody's"), GatewayBench.body(false));
        byte[] noJson = PlainCaller.request(world.headers(), "{\"model\":");
        byte[] wrongRoute = PlainCaller.request(
                world.headers(), GatewayBench.body(false).replace(GatewayFolder.ROUTE, "elsewhere"));
        try {
            while (sent.incrementAndGet() <= requests) {
                int kind = random.nextInt(100);
                if (kind < 70) {
                    expect(200, caller.call(json), served);
                } else if (kind < 90) {
                    expect(200, caller.call(stream), served);
                } else if (kind < 95) {
                    caller.askAndLeave(stream);
                    left.incrementAndGet();
                    caller = new PlainCaller(stoa.address());
                } else if (kind < 97) {
                    expect(401, caller.call(wrongKey), refused);
                    // What was sent with a wrong key is not read, so the connection ends.
                    caller.close();
                    caller = new PlainCaller(stoa.address());
                } else {
                    expect(kind < 99 ? 400 : 404, caller.call(kind < 99 ? noJson : wrongRoute), refused);
                }
            }
        } catch (IOException e) {
            failed.incrementAndGet();
            System.err.println("a caller stopped: " + e);
        } finally {
            sent.decrementAndGet();
            caller.close();
        }
    }

    private void expect(int wanted, int status, AtomicLong count) {
        if (status == wanted) {
            count.incrementAndGet();
        } else {
            failed.incrementAndGet();
            System.err.println("status " + status + " instead of " + wanted);
        }
    }

    private void tell(List<Look> looks, Map<String, Object> figures) {
        List<Look> after = looks.subList(looks.size() / 4, looks.size());
        double[] thousands =
                after.stream().mapToDouble(look -> look.requests / 1000.0).toArray();
        Slope resident = Slope.of(
                thousands, after.stream().mapToDouble(Look::residentMebibytes).toArray());
        Slope heap = Slope.of(
                thousands, after.stream().mapToDouble(Look::heapMebibytes).toArray());
        bench.tell(
                "%d requests: %d answered, %d left in the middle, %d refused as they should be, %d failed",
                sent.get(), served.get(), left.get(), refused.get(), failed.get());
        bench.tell(
                "resident memory %.1f -> %.1f MiB, slope %.4f +- %.4f MiB per 1,000 requests after the first quarter",
                after.getFirst().residentMebibytes,
                after.getLast().residentMebibytes,
                resident.slope(),
                resident.standardError());
        bench.tell(
                "heap after a collection %.1f -> %.1f MiB, slope %.4f +- %.4f MiB per 1,000 requests",
                after.getFirst().heapMebibytes, after.getLast().heapMebibytes, heap.slope(), heap.standardError());
        figures.put("answered", served.get());
        figures.put("left", left.get());
        figures.put("refused", refused.get());
        figures.put("failed", failed.get());
        figures.put("residentSlope", resident);
        figures.put("heapSlope", heap);
    }

    // ---- idle connections

    private void idle(GatewayBench.World world, ChildProcess stoa, Map<String, Object> figures) {
        Look before = look(stoa);
        byte[] health = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.UTF_8);
        List<Socket> sockets = new ArrayList<>();
        try (PlainCaller caller = new PlainCaller(stoa.address())) {
            for (int i = 0; i < idle; i++) {
                Socket socket =
                        new Socket(stoa.address().getHost(), stoa.address().getPort());
                sockets.add(socket);
                socket.getOutputStream().write(health);
                if (socket.getInputStream().read() != 'H') {
                    throw StoaException.engine("connection " + i + " was not answered");
                }
            }
            Look with = look(stoa);
            byte[] request = PlainCaller.request(world.headers(), GatewayBench.body(false));
            List<Double> millis = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                long start = System.nanoTime();
                expect(200, caller.call(request), served);
                millis.add((System.nanoTime() - start) / 1e6);
            }
            double kibibytes = (with.residentMebibytes - before.residentMebibytes) * 1024 / Math.max(1, idle);
            bench.tell(
                    "%d idle connections: resident %.1f -> %.1f MiB (%.1f KiB each), heap %.1f -> %.1f MiB; 1,000"
                            + " requests beside them answered, p50 %.3f ms, p99 %.3f ms",
                    idle,
                    before.residentMebibytes,
                    with.residentMebibytes,
                    kibibytes,
                    before.heapMebibytes,
                    with.heapMebibytes,
                    Bench.percentile(millis, 0.5),
                    Bench.percentile(millis, 0.99));
            figures.put("idleKibibytesEach", kibibytes);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.ENGINE,
                    "after " + sockets.size() + " idle connections: " + e.getMessage() + "; raise ulimit -n",
                    e);
        } finally {
            for (Socket socket : sockets) {
                try {
                    socket.close();
                } catch (IOException e) {
                    // The process ends anyway.
                }
            }
        }
    }

    // ---- what was written down

    private boolean sums(GatewayBench.World world, Map<String, Object> figures) {
        String verified = world.home().verifyAudit();
        List<Row> records = world.home().records();
        long cost = sum(records, Row::costMicros);
        long attempts = sum(records, Row::attempts);
        long spent = world.home().spentMicros();
        List<Row> whole =
                records.stream().filter(record -> SERVED.contains(record.end())).toList();
        long prompt = sum(whole, Row::prompt);
        long completion = sum(whole, Row::completion);
        long asked = world.count("requests");
        long answered = world.count("answers") + world.count("streams");
        long calls = served.get() + left.get() + refused.get() + failed.get();
        bench.tell("stoa audit verify: %s", verified.lines().findFirst().orElse(""));
        boolean sound = check("records of the audit, and calls", records.size(), calls);
        sound &= check("cost in the audit, and spent in the store (micros)", cost, spent);
        sound &= check("attempts in the audit, and requests at the upstream", attempts, asked);
        sound &= check("prompt tokens of whole answers", prompt, whole.size() * (long) MockUpstream.PROMPT_TOKENS);
        sound &= check("answer tokens of whole answers", completion, whole.size() * (long) MockUpstream.ANSWER_TOKENS);
        long ended = (long) records.size() - whole.size();
        bench.tell(
                "whole answers: %d at callers, %d in the audit, %d at the upstream (those of callers who left count"
                        + " there)",
                served.get(), whole.size(), answered);
        sound &= whole.size() >= served.get() && answered >= whole.size() && answered <= whole.size() + ended;
        figures.put("records", records.size());
        figures.put("costMicros", cost);
        figures.put("spentMicros", spent);
        figures.put("attempts", attempts);
        figures.put("asked", asked);
        return sound;
    }

    private boolean check(String what, long one, long other) {
        bench.tell("%-52s %12d %12d  %s", what, one, other, one == other ? "equal" : "DIFFERENT");
        return one == other;
    }

    private static long sum(List<Row> records, ToLongFunction<Row> figure) {
        return records.stream().mapToLong(figure).sum();
    }
}
