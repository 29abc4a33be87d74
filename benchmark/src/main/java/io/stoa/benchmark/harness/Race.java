package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.stats.SequentialDifference;
import io.stoa.benchmark.stats.StoppingRule;
import io.stoa.engine.EngineSource;
import io.stoa.model.Candidate;
import io.stoa.model.Interval;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;

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
     * @param layout of prompts
     * @param limit documents of each task at most, the first ones
     * @param seed of the order
     * @param context in tokens
     * @param cache where answers are kept
     * @param margin the loss of score that is still accepted, such as 0.02
     * @param confidence of all decisions together, such as 0.95
     */
    public record Settings(
            Prompts.Layout layout,
            Optional<Integer> limit,
            long seed,
            int context,
            Path cache,
            double margin,
            double confidence) {
        public Settings {
            requireNonNull(layout, "layout");
            requireNonNull(cache, "cache");
            if (!(margin > 0 && margin < 1)) {
                throw new IllegalArgumentException("the margin lies in (0, 1): " + margin);
            }
            if (!(confidence > 0.5 && confidence < 1)) {
                throw new IllegalArgumentException("the confidence lies in (0.5, 1): " + confidence);
            }
        }
    }

    /** A model with what opens it. */
    public record Entrant(Candidate model, String engineBuild, EngineSource engine) {
        public Entrant {
            requireNonNull(model, "model");
            requireNonNull(engine, "engine");
        }
    }

    /**
     * How a model did against the reference.
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
        library.find(name, overrides).tasks().forEach(task -> {
            Metric first = task.metrics().getFirst();
            if (!first.aggregation().name().equals("mean")) {
                throw StoaException.user("task " + task.name() + ": its metric " + first.name()
                        + " is no mean over documents, so models cannot be compared document by document");
            }
            Prompts prompts = new Prompts(task, data.splits(task), settings.layout());
            int count = Math.min(
                    settings.limit().orElse(Integer.MAX_VALUE),
                    prompts.documents().size());
            for (int i = 0; i < count; i++) {
                order.add(new Place(parts.size(), i));
            }
            parts.add(new Part(task, prompts, new Evaluator(task, prompts.reader(), _ -> {})));
        });
        Collections.shuffle(order, new Random(settings.seed()));
        runners.add(new Runner(reference));
        others.forEach(other -> runners.add(new Runner(other)));
        if (runners.size() < 2) {
            throw StoaException.user("a comparison needs a reference and at least one other model");
        }
    }

    /** How many documents there are. */
    public int documents() {
        return order.size();
    }

    /** Asks until everything is decided. */
    public List<Standing> run(Progress progress) {
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
            List<Place> places = order.subList(from, Math.min(order.size(), from + block));
            List<Double> expected = reference.scores(places);
            for (Runner runner : List.copyOf(open)) {
                SequentialDifference difference =
                        Optional.ofNullable(differences.get(runner)).orElseThrow();
                List<Double> scores = runner.scores(places);
                Optional<StoppingRule.Outcome> outcome = Optional.empty();
                for (int i = 0; i < places.size() && outcome.isEmpty(); i++) {
                    runner.sum += scores.get(i);
                    runner.referenceSum += expected.get(i);
                    difference.add(scores.get(i) - expected.get(i));
                    outcome = rule.decide(difference);
                }
                if (outcome.isPresent() || from + block >= order.size()) {
                    int n = (int) difference.n();
                    standings.put(
                            runner,
                            new Standing(
                                    runner.entrant.model().id(),
                                    outcome,
                                    n,
                                    runner.sum / n,
                                    runner.referenceSum / n,
                                    difference.interval(1 - 2 * (1 - each))));
                    open.remove(runner);
                }
            }
            progress.at(Math.min(from + block, order.size()), order.size());
        }
        return runners.stream().skip(1).map(standings::get).toList();
    }

    /** One model, with its answers so far. */
    private final class Runner {
        private final Entrant entrant;
        private final SequencedMap<Integer, ResponseCache> caches = new LinkedHashMap<>();
        private final Map<Integer, EngineCalls> calls = new HashMap<>();
        private double sum;
        private double referenceSum;

        Runner(Entrant entrant) {
            this.entrant = entrant;
        }

        List<Double> scores(List<Place> places) {
            List<Double> scores = new ArrayList<>();
            places.forEach(place -> scores.add(score(place)));
            return scores;
        }

        private double score(Place place) {
            Part part = parts.get(place.part());
            List<Request> requests = part.prompts().requests(place.document());
            ResponseCache cache = caches.computeIfAbsent(
                    place.part(),
                    _ -> new ResponseCache(
                            settings.cache(),
                            entrant.model(),
                            entrant.engineBuild(),
                            settings.context(),
                            part.task().name()));
            String key = ResponseCache.key(requests, part.task().repeats(), settings.seed());
            Optional<List<RawAnswer>> known = cache.find(place.document(), key);
            List<RawAnswer> raw = known.orElseGet(() -> {
                EngineCalls engine = calls.computeIfAbsent(
                        place.part(),
                        _ -> new EngineCalls(
                                Run.able(entrant.engine().engine(entrant.model()), part.task()),
                                part.task().repeats(),
                                settings.seed()));
                List<RawAnswer> given = engine.ask(List.of(requests)).getFirst();
                cache.put(place.document(), key, given);
                return given;
            });
            Sample sample = part.evaluator()
                    .score(place.document(), part.prompts().documents().get(place.document()), requests, raw)
                    .samples()
                    .getFirst();
            Measured measured = Optional.ofNullable(
                            sample.scores().get(part.task().metrics().getFirst().name()))
                    .orElseThrow();
            double score = Aggregation.values(List.of(measured)).getFirst();
            if (!(score >= 0 && score <= 1)) {
                throw StoaException.user("task " + part.task().name() + ": a score of " + score
                        + " does not lie in [0, 1], so models cannot be compared document by document");
            }
            return score;
        }
    }

    @Override
    public void close() {
        runners.forEach(runner -> runner.caches.values().forEach(ResponseCache::close));
    }
}
