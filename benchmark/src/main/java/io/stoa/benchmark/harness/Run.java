package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

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
     * @param cache where answers are kept
     */
    public record Settings(Prompts.Layout layout, Optional<Integer> limit, long seed, Path cache) {
        public Settings {
            requireNonNull(layout, "layout");
            requireNonNull(cache, "cache");
            if (limit.filter(count -> count < 1).isPresent()) {
                throw new IllegalArgumentException("the limit must be positive: " + limit.get());
            }
        }

        /** How many of a task's documents are asked. */
        int documents(Prompts prompts) {
            return Math.min(limit.orElse(Integer.MAX_VALUE), prompts.documents().size());
        }
    }

    /** Why a run ended. */
    public enum Stop {
        COMPLETE,
        MAX_TIME,
        MAX_COST,
        /** The thread was interrupted. */
        INTERRUPTED
    }

    /**
     * One model's run.
     *
     * @param evaluation its numbers; absent where nothing was answered before it was stopped
     * @param asked documents that the engine was asked
     * @param known documents whose answers were kept from before
     * @param undone documents that were left
     * @param time from start to end
     * @param inEngine the part of it spent in the engine
     * @param cost what it cost
     */
    public record Outcome(
            Optional<Evaluation> evaluation,
            int asked,
            int known,
            int undone,
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
        public Estimate estimate(Candidate model, Budget.Prices prices) {
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
        this.suite = library.askable(name, overrides);
        this.data = data;
        this.settings = settings;
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
            int count = settings.documents(prompts);
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

    /**
     * Asks a model. Answers that are known cost nothing and count, whatever the budget. Documents that are scored are asked
     * a block at a time, others one by one. What the engine has given is kept before it is asked again, so that a failure
     * loses none of it.
     *
     * @param budget of this and of everything else that shares it
     * @param output where results and samples go, if anywhere
     * @return with {@link Stop#INTERRUPTED} where this thread was interrupted, which it then still is
     */
    public Outcome ask(Entrant entrant, Budget budget, Progress progress, Optional<ResultsFolder> output) {
        long started = System.nanoTime();
        double spent = budget.cost();
        List<Part> parts = suite.tasks()
                .map(task -> new Part(task, new Prompts(task, data.splits(task), settings.layout())))
                .toList();
        int total = parts.stream()
                .mapToInt(part -> settings.documents(part.prompts))
                .sum();
        Asking asking = new Asking(entrant, budget, progress, total);
        SequencedMap<String, Evaluated> tasks = new LinkedHashMap<>();
        Optional<Evaluation> evaluation;
        try {
            for (Part part : parts) {
                if (asking.stop == Stop.COMPLETE) {
                    asking.ask(part, output).ifPresent(evaluated -> tasks.put(evaluated.task(), evaluated));
                }
            }
            evaluation = tasks.isEmpty() ? Optional.empty() : Optional.of(Evaluation.of(suite, tasks));
            evaluation.ifPresent(numbers -> output.ifPresent(folder -> folder.write(numbers)));
        } finally {
            output.ifPresent(ResultsFolder::close);
            if (asking.stop == Stop.INTERRUPTED) {
                Thread.currentThread().interrupt();
            }
        }
        return new Outcome(
                evaluation,
                asking.asked,
                asking.known,
                total - asking.asked - asking.known,
                Duration.ofNanos(System.nanoTime() - started),
                Duration.ofNanos(asking.engineNanos),
                budget.cost() - spent,
                asking.stop);
    }

    private record Part(TaskConfig task, Prompts prompts) {}

    /** One model's run, with what it has used so far. */
    private final class Asking {
        private final Entrant entrant;
        private final Budget budget;
        private final Progress progress;
        private final int total;
        private int asked;
        private int known;
        private long engineNanos;
        private Stop stop = Stop.COMPLETE;

        Asking(Entrant entrant, Budget budget, Progress progress, int total) {
            this.entrant = entrant;
            this.budget = budget;
            this.progress = progress;
            this.total = total;
        }

        /** Whether more may be asked. An interruption is noted and taken back: what is answered is still written. */
        private boolean goesOn() {
            stop = Thread.interrupted() ? Stop.INTERRUPTED : budget.stop();
            return stop == Stop.COMPLETE;
        }

        Optional<Evaluated> ask(Part part, Optional<ResultsFolder> output) {
            TaskConfig task = part.task;
            Consumer<Sample> samples =
                    output.map(folder -> folder.samples(task)).orElse(_ -> {});
            Evaluator evaluator = new Evaluator(task, part.prompts.reader(), samples);
            BlockingQueue<List<Asked>> blocks = new ArrayBlockingQueue<>(AHEAD);
            try (ResponseCache cache = new ResponseCache(settings.cache(), entrant, task.name());
                    ExecutorService others = Executors.newThreadPerTaskExecutor(
                            Thread.ofVirtual().factory());
                    ExecutorService finisher = Executors.newSingleThreadExecutor()) {
                Future<?> rendering = others.submit(() -> render(part, blocks));
                Answers answers = new Answers(part, cache, evaluator, finisher);
                try {
                    for (List<Asked> block = next(blocks, rendering);
                            !block.isEmpty() && stop == Stop.COMPLETE;
                            block = next(blocks, rendering)) {
                        answer(block, answers);
                        progress.at(asked + known, total);
                    }
                } catch (InterruptedException _) {
                    stop = Stop.INTERRUPTED;
                } catch (StoaException e) {
                    // An engine that is interrupted says so as a failure.
                    if (!Thread.interrupted()) {
                        throw e;
                    }
                    stop = Stop.INTERRUPTED;
                } finally {
                    rendering.cancel(true);
                }
                answers.await();
            }
            return evaluator.asked() == 0
                    ? Optional.empty()
                    : Optional.of(evaluator.evaluated(
                            Optional.of(part.prompts.documents().size())));
        }

        /** Asks what is not known of a block, up to the first document that may not be asked any more. */
        private void answer(List<Asked> block, Answers answers) {
            List<Asked> open =
                    block.stream().filter(asked -> !answers.known(asked)).toList();
            if (open.isEmpty()) {
                known += block.size();
                answers.finish(block);
                return;
            }
            int before = asked;
            boolean together = open.stream().map(Asked::requests).allMatch(EngineCalls::isScored);
            if (together) {
                if (goesOn()) {
                    ask(open, answers);
                }
            } else {
                for (Asked one : open) {
                    if (!goesOn()) {
                        break;
                    }
                    ask(List.of(one), answers);
                }
            }
            List<Asked> done = block.stream().takeWhile(answers::known).toList();
            known += done.size() - (asked - before);
            answers.finish(done);
        }

        private void ask(List<Asked> documents, Answers answers) {
            EngineCalls calls = answers.calls();
            long nanos = calls.nanos();
            long read = calls.promptTokens();
            long written = calls.answerTokens();
            List<List<RawAnswer>> given =
                    calls.ask(documents.stream().map(Asked::requests).toList());
            for (int i = 0; i < documents.size(); i++) {
                answers.keep(documents.get(i), given.get(i));
            }
            asked += documents.size();
            engineNanos += calls.nanos() - nanos;
            budget.spend(calls.promptTokens() - read, calls.answerTokens() - written);
        }

        /** One task's answers: kept at once by the thread that asks, scored by another. */
        private final class Answers {
            private final Part part;
            private final ResponseCache cache;
            private final Evaluator evaluator;
            private final ExecutorService finisher;
            private Future<?> finished;
            private Optional<EngineCalls> calls = Optional.empty();

            Answers(Part part, ResponseCache cache, Evaluator evaluator, ExecutorService finisher) {
                this.part = part;
                this.cache = cache;
                this.evaluator = evaluator;
                this.finisher = finisher;
                this.finished = finisher.submit(() -> {});
            }

            EngineCalls calls() {
                EngineCalls open = calls.orElseGet(
                        () -> new EngineCalls(entrant.engine(part.task), part.task.repeats(), settings.seed()));
                calls = Optional.of(open);
                return open;
            }

            boolean known(Asked asked) {
                return cache.find(asked.index(), asked.key()).isPresent();
            }

            void keep(Asked asked, List<RawAnswer> raw) {
                cache.put(asked.index(), asked.key(), raw);
            }

            void finish(List<Asked> done) {
                await();
                finished = finisher.submit(() -> done.forEach(asked -> evaluator.add(
                        asked.index(),
                        part.prompts.documents().get(asked.index()),
                        asked.requests(),
                        cache.find(asked.index(), asked.key()).orElseThrow())));
            }

            void await() {
                Futures.get(finished);
            }
        }
    }

    /** Blocks of documents in order; an empty one says that there are no more. */
    private void render(Part part, BlockingQueue<List<Asked>> blocks) {
        try {
            int count = settings.documents(part.prompts);
            for (int from = 0; from < count; from += BLOCK) {
                List<Asked> block = new ArrayList<>();
                for (int i = from; i < Math.min(count, from + BLOCK); i++) {
                    block.add(Asked.of(part.task, part.prompts, i, settings.seed()));
                }
                blocks.put(block);
            }
            blocks.put(List.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Asked> next(BlockingQueue<List<Asked>> blocks, Future<?> rendering)
            throws InterruptedException {
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
    }
}
