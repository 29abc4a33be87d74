package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineSource;
import io.stoa.model.Candidate;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Asks a model the documents of many tasks and scores its answers. While the engine computes, the next documents are
 * rendered and the last answers are kept and scored on other threads, so that the engine is what is waited for.
 */
public final class Run {
    /** Documents that are read together: enough that what their prompts have in common is read once. */
    private static final int BLOCK = 16;

    private static final int AHEAD = 4;

    private final Suite suite;
    private final TaskData data;
    private final Settings settings;

    /**
     * How to ask.
     *
     * @param layout of prompts; with a chat template each model's own is used
     * @param limit documents of each task at most, the first ones
     * @param seed of draws
     * @param context the context in tokens that engines are opened with; part of what an answer depends on
     * @param cache where answers are kept
     * @param maxTime nothing more is asked after this time
     * @param maxCost nothing more is asked once this was spent, in the prices' currency
     * @param prices what things cost
     */
    public record Settings(
            Prompts.Layout layout,
            Optional<Integer> limit,
            long seed,
            int context,
            Path cache,
            Optional<Duration> maxTime,
            OptionalDouble maxCost,
            Prices prices) {
        public Settings {
            requireNonNull(layout, "layout");
            requireNonNull(cache, "cache");
            requireNonNull(prices, "prices");
            if (limit.filter(count -> count < 1).isPresent()) {
                throw new IllegalArgumentException("the limit must be positive: " + limit.get());
            }
            if (maxTime.filter(time -> !time.isPositive()).isPresent()) {
                throw new IllegalArgumentException("the longest time must be positive: " + maxTime.get());
            }
            if (maxCost.isPresent() && !(maxCost.getAsDouble() > 0)) {
                throw new IllegalArgumentException("the highest cost must be positive: " + maxCost.getAsDouble());
            }
            if (maxCost.isPresent() && prices.free()) {
                throw new IllegalArgumentException(
                        "a highest cost needs prices; say what an hour or a million tokens cost");
            }
        }
    }

    /**
     * What things cost, in one currency.
     *
     * @param hour of this machine
     * @param millionPromptTokens read
     * @param millionAnswerTokens generated
     */
    public record Prices(double hour, double millionPromptTokens, double millionAnswerTokens) {
        public static final Prices FREE = new Prices(0, 0, 0);

        public Prices {
            if (!(hour >= 0) || !(millionPromptTokens >= 0) || !(millionAnswerTokens >= 0)) {
                throw new IllegalArgumentException("prices must not be negative: " + hour + ", " + millionPromptTokens
                        + ", " + millionAnswerTokens);
            }
        }

        boolean free() {
            return hour == 0 && millionPromptTokens == 0 && millionAnswerTokens == 0;
        }

        double of(Duration time, long promptTokens, long answerTokens) {
            return hour * time.toNanos() / 3.6e12
                    + millionPromptTokens * promptTokens / 1e6
                    + millionAnswerTokens * answerTokens / 1e6;
        }
    }

    /** Why a run ended. */
    public enum Stop {
        COMPLETE,
        MAX_TIME,
        MAX_COST
    }

    /**
     * One model's run.
     *
     * @param evaluation its numbers; absent where the bounds left nothing
     * @param asked documents that the engine was asked
     * @param known documents whose answers were kept from before
     * @param time from start to end
     * @param inEngine the part of it spent in the engine
     * @param cost what it cost
     */
    public record Outcome(
            Optional<Evaluation> evaluation,
            int asked,
            int known,
            Duration time,
            Duration inEngine,
            double cost,
            Stop stop) {}

    /**
     * What will be asked, before anything is.
     *
     * @param requests of all documents
     * @param promptCharacters of all requests; four to the token
     * @param longestAnswers tokens, if every answer is as long as it may be
     */
    public record Plan(int tasks, int documents, long requests, long promptCharacters, long longestAnswers) {
        private static final double BYTES_PER_SECOND = 1e10;
        private static final double LEAST_SECONDS = 1e-3;
        private static final double PROMPTS_ARE_FASTER = 8;

        /**
         * How long and how dear it may be: a local model reads its whole file from memory for each token, here at 10 GB/s,
         * and a prompt goes about eight times faster than an answer; an endpoint takes a second a request. For the first
         * guess only: once it runs, what was measured counts.
         */
        public Estimate estimate(Candidate model, Prices prices) {
            double tokens = promptCharacters / 4.0;
            double seconds = switch (model) {
                case Candidate.GgufFile file -> {
                    double token = Math.max(LEAST_SECONDS, size(file.path()) / BYTES_PER_SECOND);
                    yield token * (tokens / PROMPTS_ARE_FASTER + longestAnswers);
                }
                case Candidate.RemoteModel _ -> requests;
            };
            Duration time = Duration.ofMillis(Math.round(1000 * seconds));
            return new Estimate(time, prices.of(time, Math.round(tokens), longestAnswers));
        }

        private static long size(Path file) {
            try {
                return Files.size(file);
            } catch (IOException e) {
                throw new StoaException(StoaException.Kind.USER, file + ": cannot be read (" + e.getMessage() + ")", e);
            }
        }
    }

    /** A guess, before anything is measured. */
    public record Estimate(Duration time, double cost) {}

    /**
     * @param name a task, a group or a tag
     * @param overrides keys that are set above those of task files
     */
    public Run(TaskLibrary library, String name, Map<String, Object> overrides, TaskData data, Settings settings) {
        this.suite = library.find(name, overrides);
        this.data = data;
        this.settings = settings;
        suite.tasks()
                .filter(task -> task.unsafeCode() && !library.runsCode())
                .findFirst()
                .ifPresent(task -> {
                    throw StoaException.user("task " + task.name()
                            + " runs code that models write; allow it with --confirm-run-unsafe-code, in a container that"
                            + " has nothing to lose");
                });
    }

    private int documents(Prompts prompts) {
        return Math.min(
                settings.limit().orElse(Integer.MAX_VALUE), prompts.documents().size());
    }

    /** Renders every prompt once and counts. */
    public Plan plan() {
        int tasks = 0;
        int documents = 0;
        long requests = 0;
        long characters = 0;
        long answers = 0;
        for (TaskConfig task : suite.tasks().toList()) {
            Prompts prompts = new Prompts(task, data.splits(task), settings.layout());
            tasks++;
            int count = documents(prompts);
            documents += count;
            for (int i = 0; i < count; i++) {
                for (Request request : prompts.requests(i)) {
                    requests++;
                    characters += switch (request) {
                        case Request.Likelihood likelihood ->
                            length(likelihood.context())
                                    + likelihood.continuation().length();
                        case Request.Rolling rolling -> rolling.text().length();
                        case Request.Generate generate -> {
                            answers += (long) task.repeats()
                                    * generate.settings().maxTokens().orElse(GenerationSettings.DEFAULT_TOKENS);
                            yield length(generate.context());
                        }
                    };
                }
            }
        }
        return new Plan(tasks, documents, requests, characters, answers);
    }

    private static long length(Request.Context context) {
        return switch (context) {
            case Request.Context.Text text -> text.text().length();
            case Request.Context.Chat chat ->
                chat.messages().stream()
                        .mapToLong(message -> message.content().length())
                        .sum();
        };
    }

    /** A document with what it is asked. */
    private record Asked(int index, List<Request> requests, String key) {}

    /**
     * Asks a model.
     *
     * @param engines opens it, at most once, when the first answer is not known
     * @param output where results and samples go, if anywhere
     */
    public Outcome ask(
            Candidate model,
            String engineBuild,
            EngineSource engines,
            Progress progress,
            Optional<ResultsFolder> output) {
        long started = System.nanoTime();
        Meter meter = new Meter(started);
        SequencedMap<String, Evaluated> tasks = new LinkedHashMap<>();
        List<TaskConfig> all = suite.tasks().toList();
        List<Prompts> prompts = new ArrayList<>();
        for (TaskConfig task : all) {
            prompts.add(new Prompts(task, data.splits(task), settings.layout()));
        }
        meter.total = prompts.stream().mapToInt(this::documents).sum();
        Optional<Evaluation> evaluation;
        try {
            for (int i = 0; i < all.size() && meter.stop == Stop.COMPLETE; i++) {
                ask(model, engineBuild, engines, all.get(i), prompts.get(i), meter, progress, output)
                        .ifPresent(evaluated -> tasks.put(evaluated.task(), evaluated));
            }
            evaluation = tasks.isEmpty() ? Optional.empty() : Optional.of(Evaluation.of(suite, tasks));
            evaluation.ifPresent(numbers -> output.ifPresent(folder -> folder.write(numbers)));
        } finally {
            output.ifPresent(ResultsFolder::close);
        }
        return new Outcome(
                evaluation,
                meter.asked,
                meter.known,
                Duration.ofNanos(System.nanoTime() - started),
                Duration.ofNanos(meter.engineNanos),
                meter.cost(),
                meter.stop);
    }

    /** What a run has used so far. */
    private final class Meter {
        private final long started;
        private int total;
        private int asked;
        private int known;
        private long engineNanos;
        private long promptTokens;
        private long answerTokens;
        private Stop stop = Stop.COMPLETE;

        Meter(long started) {
            this.started = started;
        }

        double cost() {
            return settings.prices().of(Duration.ofNanos(System.nanoTime() - started), promptTokens, answerTokens);
        }

        /** Whether more may be asked. */
        boolean goesOn() {
            Duration time = Duration.ofNanos(System.nanoTime() - started);
            if (settings.maxTime().filter(most -> time.compareTo(most) >= 0).isPresent()) {
                stop = Stop.MAX_TIME;
            } else if (settings.maxCost().isPresent()
                    && cost() >= settings.maxCost().getAsDouble()) {
                stop = Stop.MAX_COST;
            }
            return stop == Stop.COMPLETE;
        }
    }

    private Optional<Evaluated> ask(
            Candidate model,
            String engineBuild,
            EngineSource engines,
            TaskConfig task,
            Prompts prompts,
            Meter meter,
            Progress progress,
            Optional<ResultsFolder> output) {
        Consumer<Sample> samples = output.map(folder -> folder.samples(task)).orElse(_ -> {});
        Evaluator evaluator = new Evaluator(task, prompts.reader(), samples);
        BlockingQueue<List<Asked>> blocks = new ArrayBlockingQueue<>(AHEAD);
        try (ResponseCache cache =
                        new ResponseCache(settings.cache(), model, engineBuild, settings.context(), task.name());
                ExecutorService others =
                        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory());
                ExecutorService finisher = Executors.newSingleThreadExecutor()) {
            Future<?> rendering = others.submit(() -> render(task, prompts, blocks));
            Future<?> finished = finisher.submit(() -> {});
            Optional<EngineCalls> calls = Optional.empty();
            try {
                for (List<Asked> block = next(blocks, rendering);
                        !block.isEmpty() && meter.goesOn();
                        block = next(blocks, rendering)) {
                    List<Asked> open = new ArrayList<>();
                    for (Asked asked : block) {
                        if (cache.find(asked.index(), asked.key()).isEmpty()) {
                            open.add(asked);
                        }
                    }
                    List<List<RawAnswer>> answers = List.of();
                    if (!open.isEmpty()) {
                        if (calls.isEmpty()) {
                            calls = Optional.of(new EngineCalls(
                                    able(engines.engine(model), task), task.repeats(), settings.seed()));
                        }
                        answers = asked(calls.get(), open, meter);
                    }
                    meter.asked += open.size();
                    meter.known += block.size() - open.size();
                    List<Asked> done = block;
                    List<List<RawAnswer>> given = answers;
                    Futures.get(finished);
                    finished = finisher.submit(() -> finish(cache, evaluator, prompts, done, open, given));
                    progress.at(meter.asked + meter.known, meter.total);
                }
                Futures.get(finished);
            } finally {
                rendering.cancel(true);
            }
        }
        return evaluator.asked() == 0
                ? Optional.empty()
                : Optional.of(
                        evaluator.evaluated(Optional.of(prompts.documents().size())));
    }

    private List<List<RawAnswer>> asked(EngineCalls calls, List<Asked> open, Meter meter) {
        long nanos = calls.nanos();
        long read = calls.promptTokens();
        long written = calls.answerTokens();
        List<List<RawAnswer>> answers =
                calls.ask(open.stream().map(Asked::requests).toList());
        meter.engineNanos += calls.nanos() - nanos;
        meter.promptTokens += calls.promptTokens() - read;
        meter.answerTokens += calls.answerTokens() - written;
        return answers;
    }

    /** An engine that can do what a task asks. */
    static Engine able(Engine engine, TaskConfig task) {
        Engine.Capability needed =
                task.outputType() == OutputType.GENERATE_UNTIL ? Engine.Capability.GENERATE : Engine.Capability.SCORE;
        if (!engine.capabilities().contains(needed)) {
            throw StoaException.user("task " + task.name() + " needs " + needed + ", which "
                    + engine.facts().engine() + " cannot do"
                    + engine.whyNot(needed).map(why -> ": " + why).orElse("") + "; take another task or engine");
        }
        return engine;
    }

    /** Blocks of documents in order; an empty one says that there are no more. */
    private void render(TaskConfig task, Prompts prompts, BlockingQueue<List<Asked>> blocks) {
        try {
            int count = documents(prompts);
            for (int from = 0; from < count; from += BLOCK) {
                List<Asked> block = new ArrayList<>();
                for (int i = from; i < Math.min(count, from + BLOCK); i++) {
                    List<Request> requests = prompts.requests(i);
                    block.add(new Asked(i, requests, ResponseCache.key(requests, task.repeats(), settings.seed())));
                }
                blocks.put(block);
            }
            blocks.put(List.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Asked> next(BlockingQueue<List<Asked>> blocks, Future<?> rendering) {
        try {
            while (true) {
                List<Asked> block = blocks.poll(100, TimeUnit.MILLISECONDS);
                if (block != null) {
                    return block;
                }
                if (rendering.isDone() && blocks.isEmpty()) {
                    Futures.get(rendering);
                    return List.of();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private static void finish(
            ResponseCache cache,
            Evaluator evaluator,
            Prompts prompts,
            List<Asked> block,
            List<Asked> open,
            List<List<RawAnswer>> answers) {
        for (int i = 0; i < open.size(); i++) {
            cache.put(open.get(i).index(), open.get(i).key(), answers.get(i));
        }
        for (Asked asked : block) {
            List<RawAnswer> raw = cache.find(asked.index(), asked.key()).orElseThrow();
            evaluator.add(asked.index(), prompts.documents().get(asked.index()), asked.requests(), raw);
        }
    }

    /** The tasks that are asked. */
    public List<String> tasks() {
        return suite.tasks().map(TaskConfig::name).toList();
    }
}
