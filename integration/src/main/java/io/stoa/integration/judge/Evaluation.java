package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.judge.Judged.Try;
import io.stoa.integration.judge.Stage.Kind;
import io.stoa.integration.judge.Trace.Outcome;
import io.stoa.integration.judge.Trace.StageRun;
import io.stoa.integration.retrieve.Passage;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Asks a pipeline every item and judges what came of it. */
public final class Evaluation {
    /** So many distractors are gathered at most. */
    private static final int MOST_STRANGE = 200;

    private final Subject subject;
    private final Judging judging;
    private final Settings settings;

    /**
     * How it is asked.
     *
     * @param tries of each item, each with a seed of its own
     * @param seed of the first try
     * @param perturbations forms in which the items are asked as well, once each
     */
    public record Settings(int tries, long seed, Set<Perturbation> perturbations) {
        public Settings {
            perturbations = Set.copyOf(perturbations);
            if (tries < 1 || tries > 1000) {
                throw new IllegalArgumentException("an item is tried 1 to 1000 times: " + tries);
            }
        }

        /** Each item once, as it is. */
        public static Settings once(long seed) {
            return new Settings(1, seed, Set.of());
        }
    }

    public Evaluation(Subject subject, Judging judging, Settings settings) {
        this.subject = requireNonNull(subject, "subject");
        this.judging = requireNonNull(judging, "judging");
        this.settings = requireNonNull(settings, "settings");
    }

    /**
     * Everything.
     *
     * @throws StoaException of kind {@code USER} or {@code RESOURCES} that names the item where the pipeline cannot be asked
     */
    public EvaluationRun run(TestItem.Items items, Progress progress) {
        long total = (long) items.all().size()
                * (settings.tries() + settings.perturbations().size());
        List<Judged> results = new ArrayList<>();
        Map<String, Trace> traces = new LinkedHashMap<>();
        long done = 0;
        for (TestItem item : items.all()) {
            List<Try> tries = new ArrayList<>();
            for (int attempt = 0; attempt < settings.tries(); attempt++) {
                Trace trace = ask(subject, item, Map.of(), settings.seed() + attempt);
                traces.putIfAbsent(item.id(), trace);
                tries.add(judging.judge(item, subject.stages(), trace));
                progress.at(++done, total);
            }
            results.add(new Judged(item.id(), item.ofCase(), !item.unanswerable(), tries));
        }
        Map<String, List<Judged>> changed = new LinkedHashMap<>();
        for (Perturbation perturbation :
                settings.perturbations().stream().sorted().toList()) {
            List<Judged> judged = new ArrayList<>();
            List<Passage> strange = strange(traces);
            for (TestItem item : items.all()) {
                Optional<Try> one = changed(perturbation, item, traces, strange);
                one.ifPresent(found ->
                        judged.add(new Judged(item.id(), item.ofCase(), !item.unanswerable(), List.of(found))));
                progress.at(++done, total);
            }
            if (!judged.isEmpty()) {
                changed.put(perturbation.word(), judged);
            }
        }
        return new EvaluationRun(
                EvaluationRun.FORMAT,
                subject.name(),
                Digest.of(subject.settings()).toString(),
                items.digest().toString(),
                items.file().stop(),
                judging.k(),
                settings.seed(),
                results,
                changed);
    }

    /** Judges one item once. */
    public Judged judge(TestItem item) {
        List<Try> tries = new ArrayList<>();
        for (int attempt = 0; attempt < settings.tries(); attempt++) {
            tries.add(judging.judge(item, subject.stages(), ask(subject, item, Map.of(), settings.seed() + attempt)));
        }
        return new Judged(item.id(), item.ofCase(), !item.unanswerable(), tries);
    }

    private Optional<Try> changed(
            Perturbation perturbation, TestItem item, Map<String, Trace> traces, List<Passage> strange) {
        if (perturbation.ofQuestion()) {
            TestItem asked = item.asking(perturbation.question(item, settings.seed()));
            return Optional.of(judging.judge(item, subject.stages(), ask(subject, asked, Map.of(), settings.seed())));
        }
        Trace before = traces.getOrDefault(item.id(), new Trace(List.of(), Outcome.none(), Optional.empty()));
        return lastOfPassages(before).flatMap(run -> {
            List<Passage> passages = perturbation.passages(item, run.passages(), strange, settings.seed());
            return subject.output(run.stage(), passages)
                    .map(output -> judging.judge(
                            item, subject.stages(), ask(subject, item, Map.of(run.stage(), output), settings.seed())));
        });
    }

    private Optional<StageRun> lastOfPassages(Trace trace) {
        Set<String> names = Set.copyOf(subject.stages().stream()
                .filter(stage -> stage.kind() == Kind.RETRIEVE || stage.kind() == Kind.RERANK)
                .map(Stage::name)
                .toList());
        return trace.stages().reversed().stream()
                .filter(run -> names.contains(run.stage()) && !run.passages().isEmpty())
                .findFirst();
    }

    private static List<Passage> strange(Map<String, Trace> traces) {
        return traces.values().stream()
                .flatMap(trace -> trace.stages().stream())
                .flatMap(run -> run.passages().stream())
                .distinct()
                .limit(MOST_STRANGE)
                .toList();
    }

    /** Asks one item. A model, tool or store that failed is a failed item; anything else names the item. */
    static Trace ask(Subject subject, TestItem item, Map<String, JsonNode> fixed, long seed) {
        try {
            return subject.run(item, fixed, seed);
        } catch (StoaException e) {
            return switch (e.kind()) {
                case ENGINE -> new Trace(List.of(), Outcome.none(), Optional.of(e.sentence()));
                case USER, RESOURCES, BUG -> throw new StoaException(e.kind(), item.place() + ": " + e.sentence(), e);
            };
        }
    }
}
