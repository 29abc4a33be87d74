package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.stats.SequentialDifference;
import io.stoa.benchmark.stats.StoppingRule;
import io.stoa.model.Digest;
import io.stoa.model.Interval;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/**
 * May these models replace that one? All are asked the same documents in an order drawn from a seed, and each is let go as
 * soon as it is decided whether it is worse than the reference by less than a margin. The decision may be looked for after
 * every document (see {@link SequentialDifference}); the probability that any of k models is called wrongly is at most 1 −
 * confidence, because each has a k-th of it.
 */
public final class Race implements AutoCloseable {
    private static final int FIRST_BLOCK = 16;
    private static final int LARGEST_BLOCK = 128;

    private final List<Part> parts = new ArrayList<>();
    private final List<Place> order = new ArrayList<>();
    private final Settings settings;
    private final List<Runner> runners = new ArrayList<>();

    /**
     * How to compare.
     *
     * @param asking how models are asked; its seed is that of answers, not of the order
     * @param orderSeed of the documents' order
     * @param margin the loss of score that is still accepted, such as 0.02
     * @param confidence of all decisions together, such as 0.95
     */
    public record Settings(Run.Settings asking, long orderSeed, double margin, double confidence) {
        public Settings {
            requireNonNull(asking, "asking");
            if (!(margin > 0 && margin < 1)) {
                throw new IllegalArgumentException("the margin lies in (0, 1): " + margin);
            }
            if (!(confidence > 0.5 && confidence < 1)) {
                throw new IllegalArgumentException("the confidence lies in (0.5, 1): " + confidence);
            }
        }
    }

    /**
     * How a model did against the reference. Scores of a metric of which less is better count as 1 less the score.
     *
     * @param outcome absent where the documents did not decide it
     * @param documents that were needed, or all
     * @param score its mean on them
     * @param reference the reference's mean on the same
     * @param difference its interval at all looks together; each of its ends is one side of the decision
     */
    public record Standing(
            String model,
            Optional<StoppingRule.Outcome> outcome,
            int documents,
            double score,
            double reference,
            Interval difference) {}

    private record Part(TaskConfig task, Prompts prompts, Evaluator evaluator) {}

    private record Place(int part, int document) {}

    private record Question(Part part, Asked asked) {}

    /**
     * @param reference what the others are held against
     * @param others at least one
     */
    public Race(
            TaskLibrary library,
            String name,
            Map<String, Object> overrides,
            TaskData data,
            Settings settings,
            Entrant reference,
            List<Entrant> others) {
        this.settings = settings;
        library.askable(name, overrides).tasks().forEach(task -> {
            Metric first = task.metrics().getFirst();
            if (!first.aggregation().name().equals("mean")) {
                throw StoaException.user("task " + task.name() + ": its metric " + first.name()
                        + " is no mean over documents, so models cannot be compared document by document");
            }
            Prompts prompts =
                    new Prompts(task, data.splits(task), settings.asking().layout());
            for (int i = 0; i < settings.asking().documents(prompts); i++) {
                order.add(new Place(parts.size(), i));
            }
            parts.add(new Part(task, prompts, new Evaluator(task, prompts.reader(), _ -> {})));
        });
        Collections.shuffle(order, new Random(settings.orderSeed()));
        runners.add(new Runner(reference));
        others.forEach(other -> runners.add(new Runner(other)));
        if (runners.size() < 2) {
            throw StoaException.user("a comparison needs a reference and at least one other model");
        }
    }

    /**
     * What would be asked, as a digest: the tasks' definitions, and each document with its requests and its target.
     *
     * @param asking how models are asked
     */
    public static Digest identity(
            TaskLibrary library, String name, Map<String, Object> overrides, TaskData data, Run.Settings asking) {
        StringBuilder digests = new StringBuilder(asking.seed() + "\n");
        library.askable(name, overrides).tasks().forEach(task -> {
            Prompts prompts = new Prompts(task, data.splits(task), asking.layout());
            digests.append(Digest.of(HarnessTask.definition(task)).hex()).append('\n');
            for (int i = 0; i < asking.documents(prompts); i++) {
                digests.append(Digest.of(SampleJson.asked(i, prompts).toString())
                                .hex())
                        .append('\n');
            }
        });
        return Digest.of(digests.toString());
    }

    /** How many documents there are. */
    public int documents() {
        return order.size();
    }

    /**
     * Asks until everything is decided.
     *
     * @param decided hears each model's standing at once; the model is not asked again
     */
    public List<Standing> run(Progress progress, Consumer<Standing> decided) {
        Runner reference = runners.getFirst();
        List<Runner> open = new ArrayList<>(runners.subList(1, runners.size()));
        double each = 1 - (1 - settings.confidence()) / open.size();
        StoppingRule rule = new StoppingRule.NonInferior(each, settings.margin());
        Map<Runner, SequentialDifference> differences = new HashMap<>();
        Map<Runner, Standing> standings = new HashMap<>();
        open.forEach(runner -> differences.put(runner, new SequentialDifference()));
        int block = FIRST_BLOCK;
        for (int from = 0; from < order.size() && !open.isEmpty(); from += block) {
            block = from == 0 ? FIRST_BLOCK : Math.min(LARGEST_BLOCK, from);
            List<Question> questions = order.subList(from, Math.min(order.size(), from + block)).stream()
                    .map(this::question)
                    .toList();
            List<Double> expected = reference.scores(questions);
            for (Runner runner : List.copyOf(open)) {
                SequentialDifference difference =
                        Optional.ofNullable(differences.get(runner)).orElseThrow();
                List<Double> scores = runner.scores(questions);
                Optional<StoppingRule.Outcome> outcome = Optional.empty();
                for (int i = 0; i < questions.size() && outcome.isEmpty(); i++) {
                    runner.sum += scores.get(i);
                    runner.referenceSum += expected.get(i);
                    difference.add(scores.get(i) - expected.get(i));
                    outcome = rule.decide(difference);
                }
                if (outcome.isPresent() || from + block >= order.size()) {
                    int n = (int) difference.n();
                    Standing standing = new Standing(
                            runner.entrant.model().id(),
                            outcome,
                            n,
                            runner.sum / n,
                            runner.referenceSum / n,
                            difference.interval(1 - 2 * (1 - each)));
                    standings.put(runner, standing);
                    open.remove(runner);
                    runner.close();
                    decided.accept(standing);
                }
            }
            progress.at(Math.min(from + block, order.size()), order.size());
        }
        return runners.stream().skip(1).map(standings::get).toList();
    }

    /** What is asked is the same for all models: a chat template is the engine's own. */
    private Question question(Place place) {
        Part part = parts.get(place.part());
        return new Question(
                part,
                Asked.of(
                        part.task(),
                        part.prompts(),
                        place.document(),
                        settings.asking().seed()));
    }

    /** One model, with its answers so far. */
    private final class Runner {
        private final Entrant entrant;
        private final Map<String, ResponseCache> caches = new HashMap<>();
        private final Map<String, EngineCalls> calls = new HashMap<>();
        private double sum;
        private double referenceSum;

        Runner(Entrant entrant) {
            this.entrant = entrant;
        }

        List<Double> scores(List<Question> questions) {
            return questions.stream().map(this::score).toList();
        }

        private double score(Question question) {
            TaskConfig task = question.part().task();
            Asked asked = question.asked();
            List<RawAnswer> raw = answer(question);
            Sample sample = question.part()
                    .evaluator()
                    .score(
                            asked.index(),
                            question.part().prompts().documents().get(asked.index()),
                            asked.requests(),
                            raw)
                    .samples()
                    .getFirst();
            Metric metric = task.metrics().getFirst();
            Measured measured =
                    Optional.ofNullable(sample.scores().get(metric.name())).orElseThrow();
            double score = Aggregation.values(List.of(measured)).getFirst();
            if (!(score >= 0 && score <= 1)) {
                throw StoaException.user("task " + task.name() + ": a score of " + score
                        + " does not lie in [0, 1], so models cannot be compared document by document");
            }
            return metric.higherIsBetter() ? score : 1 - score;
        }

        private List<RawAnswer> answer(Question question) {
            TaskConfig task = question.part().task();
            Asked asked = question.asked();
            ResponseCache cache = caches.computeIfAbsent(
                    task.name(), _ -> new ResponseCache(settings.asking().cache(), entrant, task.name()));
            return cache.find(asked.index(), asked.key()).orElseGet(() -> {
                EngineCalls engine = calls.computeIfAbsent(
                        task.name(),
                        _ -> new EngineCalls(
                                entrant.engine(task),
                                task.repeats(),
                                settings.asking().seed()));
                List<RawAnswer> given = engine.ask(List.of(asked.requests())).getFirst();
                cache.put(asked.index(), asked.key(), given);
                return given;
            });
        }

        void close() {
            caches.values().forEach(ResponseCache::close);
            caches.clear();
            calls.clear();
        }
    }

    @Override
    public void close() {
        runners.forEach(Runner::close);
    }
}
