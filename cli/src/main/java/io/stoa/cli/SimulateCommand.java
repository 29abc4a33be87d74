package io.stoa.cli;

import io.stoa.hardware.queue.BatchingQueue;
import io.stoa.hardware.queue.QueueResult;
import io.stoa.hardware.queue.RequestTrace;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "simulate",
        description = "Replay requests before an engine that batches continuously: waiting, first tokens, utilisation,"
                + " drops.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "A trace is a CSV file with the header arrived_at,num_prefill_tokens,num_decode_tokens (seconds) or"
                    + " TIMESTAMP,ContextTokens,GeneratedTokens. Without one, requests come as a Poisson process.",
            "A step of k answers takes --step + k · --step-each; a prompt holds the answers in the making up.",
            "",
            "Examples:",
            "  stoa simulate trace.csv --prompt-speed 20000 --step 0.01 --step-each 0.0002 --slots 64",
            "  stoa simulate --rate 3 --prompt-tokens 800 --answer-tokens 200 --prompt-speed 5000 --step 0.03 --seed 7"
        })
final class SimulateCommand implements Runnable {
    private final House house;

    @Parameters(arity = "0..1", paramLabel = "TRACE", description = "A recorded trace.")
    private Optional<Path> trace = Optional.empty();

    @Option(names = "--faster", defaultValue = "1", description = "Make the trace faster by a factor.")
    private double faster = 1;

    @Option(names = "--rate", paramLabel = "PER SECOND", description = "Requests per second of a Poisson process.")
    private Optional<Double> rate = Optional.empty();

    @Option(names = "--requests", defaultValue = "100000", description = "How many of them. Default: ${DEFAULT-VALUE}")
    private int requests = 100_000;

    @Option(names = "--prompt-tokens", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}")
    private int promptTokens = 1000;

    @Option(names = "--answer-tokens", defaultValue = "200", description = "Default: ${DEFAULT-VALUE}")
    private int answerTokens = 200;

    @Option(names = "--seed", defaultValue = "1", description = "Of the Poisson process. Default: ${DEFAULT-VALUE}")
    private long seed = 1;

    @Option(names = "--prompt-speed", required = true, paramLabel = "TOKENS/S", description = "Reading a prompt.")
    private double promptSpeed = 1;

    @Option(names = "--step", required = true, paramLabel = "SECONDS", description = "A step of the engine,")
    private double step = 1;

    @Option(
            names = "--step-each",
            defaultValue = "0",
            paramLabel = "SECONDS",
            description = "and what each answer adds to it. Default: ${DEFAULT-VALUE}")
    private double stepEach;

    @Option(names = "--slots", defaultValue = "16", description = "Answers at the same time. Default: ${DEFAULT-VALUE}")
    private int slots = 16;

    @Option(names = "--cache", paramLabel = "TOKENS", description = "Tokens that the cache holds. Default: no limit.")
    private Optional<Long> cache = Optional.empty();

    @Option(names = "--queue", description = "Requests that may wait; others are dropped. Default: no limit.")
    private Optional<Integer> queue = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    SimulateCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        if (!(promptSpeed > 0)) {
            throw StoaException.user("--prompt-speed " + promptSpeed + ": it must be positive");
        }
        if (trace.isPresent() == rate.isPresent()) {
            throw StoaException.user("give either a trace or --rate");
        }
        RequestTrace coming = Arguments.checked(() -> trace.map(RequestTrace::read)
                .orElseGet(() -> RequestTrace.poisson(requests, rate.orElse(1.0), promptTokens, answerTokens, seed))
                .faster(faster));
        QueueResult result = Arguments.checked(() -> new BatchingQueue(
                        tokens -> tokens / promptSpeed,
                        streams -> step + streams * stepEach,
                        slots,
                        cache.orElse(Long.MAX_VALUE),
                        queue.orElse(Integer.MAX_VALUE)))
                .run(coming);
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(result));
            return;
        }
        house.out()
                .printf(
                        Locale.ROOT,
                        "%,d requests, %.3f a second: %,d served, %,d dropped, in %,.0f s%n",
                        coming.size(),
                        coming.rate(),
                        result.served(),
                        result.dropped(),
                        result.seconds());
        house.out()
                .printf(
                        Locale.ROOT,
                        "busy %.1f %% of the time, %.2f answers in the making, %.2f requests waiting on average%n",
                        100 * result.utilisation(),
                        result.meanActive(),
                        result.meanQueue());
        house.out()
                .printf(
                        Locale.ROOT,
                        "%-22s %9s %9s %9s %9s %9s %9s%n",
                        "seconds",
                        "mean",
                        "median",
                        "90 %",
                        "95 %",
                        "99 %",
                        "max");
        print("waiting", result.waiting());
        print("time to first token", result.timeToFirstToken());
        print("time per output token", result.timePerOutputToken());
        print("whole answer", result.latency());
    }

    private void print(String what, QueueResult.Times times) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "%-22s %9.4f %9.4f %9.4f %9.4f %9.4f %9.4f%n",
                        what,
                        times.mean(),
                        times.median(),
                        times.p90(),
                        times.p95(),
                        times.p99(),
                        times.max());
    }
}
