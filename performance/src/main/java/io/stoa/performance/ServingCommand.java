package io.stoa.performance;

import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "serving",
        description = {
            "1, 2, 4 and 8 callers: stoa engine against llama-server, in turn, each in its own process on the same"
                    + " native code, with the same model, slots, cache and threads.",
            "Callers stream greedy completions of prompts that no other call shares; every answer has the full length."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ServingCommand implements Runnable {
    private static final int SLOTS = 8;
    private static final int CONTEXT = 512;

    @Mixin
    private final Bench bench = new Bench();

    @Option(names = "--reference", required = true, paramLabel = "DIR", description = "Where llama-server is.")
    private Path reference = Path.of("");

    @Option(names = "--tokens", defaultValue = "64", description = "Tokens an answer. Default: ${DEFAULT-VALUE}")
    private int tokens = 64;

    @Option(names = "--requests", defaultValue = "16", description = "Requests a round. Default: ${DEFAULT-VALUE}")
    private int requests = 16;

    @Option(names = "--rounds", defaultValue = "3", description = "Times in turn. Default: ${DEFAULT-VALUE}")
    private int rounds = 3;

    @Option(
            names = "--callers",
            split = ",",
            defaultValue = "1,2,4,8",
            description = "How many callers. Default: ${DEFAULT-VALUE}")
    private List<Integer> callers = List.of();

    /** A round of one server. */
    private record Round(double tokensPerSecond, List<Double> firstTokenMillis) {}

    private final SplittableRandom random = new SplittableRandom(11);

    @Override
    public void run() {
        LlamaRuntime runtime = Bench.runtime();
        Path model = bench.model(runtime);
        Bench.tellLoad();
        bench.tell("%s, %d threads, %d tokens an answer", model.getFileName(), bench.threads(), tokens);
        List<Map<String, Object>> figures = new ArrayList<>();
        try (Server ours = Server.stoa(model, bench.threads(), SLOTS, CONTEXT, List.of());
                Server theirs = Server.llama(new Reference(reference), model, bench.threads(), SLOTS, CONTEXT)) {
            round(ours, SLOTS);
            round(theirs, SLOTS);
            for (int count : callers) {
                List<Round> our = new ArrayList<>();
                List<Round> their = new ArrayList<>();
                List<Double> ratios = new ArrayList<>();
                for (int round = 0; round < rounds; round++) {
                    our.add(round(ours, count));
                    their.add(round(theirs, count));
                    ratios.add(our.getLast().tokensPerSecond / their.getLast().tokensPerSecond);
                }
                bench.tell(
                        "%d callers: stoa %s   llama-server %s   ratio of tokens/s %.3f",
                        count, told(our), told(their), Bench.median(ratios));
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("callers", count);
                row.put("stoa", our);
                row.put("llamaServer", their);
                row.put("ratio", Bench.median(ratios));
                figures.add(row);
            }
        }
        bench.figures(Map.of("model", model.getFileName().toString(), "rounds", figures));
    }

    private static String told(List<Round> rounds) {
        List<Double> first = rounds.stream()
                .flatMap(round -> round.firstTokenMillis.stream())
                .toList();
        return "%8.2f tokens/s (first token: half within %.0f ms, 99 %% within %.0f ms)"
                .formatted(
                        Bench.median(rounds.stream().map(Round::tokensPerSecond).toList()),
                        Bench.percentile(first, 0.5),
                        Bench.percentile(first, 0.99));
    }

    private Round round(Server server, int count) {
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            prompts.add(prompt());
        }
        List<Server.Answer> answers = new ArrayList<>();
        long start = System.nanoTime();
        try (ExecutorService pool = Executors.newFixedThreadPool(count)) {
            List<Future<Server.Answer>> pending = prompts.stream()
                    .map(prompt -> pool.submit(() -> server.complete(prompt, tokens)))
                    .toList();
            for (Future<Server.Answer> answer : pending) {
                answers.add(answer.get());
            }
        } catch (ExecutionException e) {
            throw new StoaException(StoaException.Kind.ENGINE, "a call failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.engine("interrupted");
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        int made = answers.stream().mapToInt(Server.Answer::tokens).sum();
        if (made != requests * tokens) {
            throw StoaException.engine("answers of " + made + " tokens instead of " + requests * tokens
                    + ": choose a model that does not end them by itself");
        }
        return new Round(
                made / seconds,
                answers.stream()
                        .map(answer -> answer.timeToFirstToken().toNanos() / 1e6)
                        .toList());
    }

    private String prompt() {
        StringBuilder text = new StringBuilder();
        for (int word = 0; word < 24; word++) {
            text.append(word == 0 ? "" : " ");
            for (int letters = 2 + random.nextInt(4); letters > 0; letters--) {
                text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.toString();
    }
}
