package io.stoa.benchmark.harness;

import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The numbers of a task, or of a group and its tasks. */
public final class Evaluation {
    private static final int BLOCK = 256;

    private final Suite suite;
    private final SequencedMap<String, Evaluated> tasks;
    private final List<Evaluated> groups;

    private Evaluation(Suite suite, SequencedMap<String, Evaluated> tasks, List<Evaluated> groups) {
        this.suite = suite;
        this.tasks = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tasks));
        this.groups = List.copyOf(groups);
    }

    /** What was evaluated. */
    Suite suite() {
        return suite;
    }

    /** Each task's numbers, by name, in order. */
    public SequencedMap<String, Evaluated> tasks() {
        return tasks;
    }

    /** Each group's averages, those below first. */
    public List<Evaluated> groups() {
        return groups;
    }

    /** The names that stand for everything: the group's where it has an average, else those of all tasks. */
    public List<String> topmost() {
        return groups.stream()
                .filter(group ->
                        group.task().equals(suite.name()) && !group.numbers().isEmpty())
                .findFirst()
                .map(group -> List.of(group.task()))
                .orElseGet(() -> List.copyOf(tasks.keySet()));
    }

    static Evaluation of(Suite suite, SequencedMap<String, Evaluated> tasks) {
        List<Evaluated> groups = new ArrayList<>();
        if (suite instanceof Suite.Group group) {
            group.groups().forEach(each -> groups.add(GroupAverages.of(each, tasks)));
        }
        return new Evaluation(suite, tasks, groups);
    }

    /**
     * Scores answers that were given elsewhere.
     *
     * @param name of one task
     * @param overrides keys that are set above those of its file
     * @param data where its documents are, unless the answers bring them
     * @param file the answers, as {@link StoredAnswers} describes them
     * @param complete whether documents without an answer are refused rather than left out, which needs {@code data}: the
     *     numbers of answered documents do not tell how many more there are
     * @param output where results and samples are written as lm-evaluation-harness writes them, if anywhere
     * @throws StoaException of kind {@code USER}, naming the culprit
     */
    public static Evaluation ofStored(
            TaskLibrary library,
            String name,
            Map<String, Object> overrides,
            Optional<TaskData> data,
            Path file,
            boolean complete,
            Optional<ResultsFolder> output) {
        if (!(library.find(name, overrides) instanceof Suite.Single single)) {
            throw StoaException.user(name + " is a group; score the answers of one of its tasks at a time");
        }
        TaskConfig task = single.task();
        if (complete && data.isEmpty()) {
            throw StoaException.user(file + ": whether it answers all documents of task " + task.name()
                    + " cannot be told without them; say where its dataset lies, or score the answers that are there");
        }
        Optional<Prompts> prompts = data.map(known -> new Prompts(task, known.splits(task), Prompts.Layout.PLAIN));
        try {
            Evaluator evaluator = scored(task, prompts, file, samples(output, task));
            int available = prompts.map(known -> known.documents().size()).orElse(0);
            if (complete && evaluator.asked() < available) {
                throw StoaException.user(file + ": answers " + evaluator.asked() + " of " + available
                        + " documents; answer all, or score those that are there");
            }
            SequencedMap<String, Evaluated> tasks = new LinkedHashMap<>();
            tasks.put(
                    task.name(),
                    evaluator.evaluated(prompts.map(known -> known.documents().size())));
            Evaluation evaluation = of(single, tasks);
            output.ifPresent(folder -> folder.write(evaluation));
            return evaluation;
        } finally {
            output.ifPresent(ResultsFolder::close);
        }
    }

    /**
     * Scores answers as they are read: on all processors, a few blocks at a time, and counted in their order.
     */
    private static Evaluator scored(TaskConfig task, Optional<Prompts> prompts, Path file, Consumer<Sample> samples) {
        int processors = Runtime.getRuntime().availableProcessors();
        List<Evaluator> evaluator = new ArrayList<>(1);
        Deque<Future<List<Evaluator.Scored>>> open = new ArrayDeque<>();
        List<StoredAnswers.Stored> block = new ArrayList<>();
        try (ExecutorService scorers = Executors.newFixedThreadPool(processors)) {
            new StoredAnswers(file, task, prompts).forEach(stored -> {
                if (evaluator.isEmpty()) {
                    DocumentReader reader = prompts.map(Prompts::reader)
                            .orElseGet(() -> at(stored, () -> new DocumentReader(task, stored.document())));
                    evaluator.add(new Evaluator(task, reader, samples));
                }
                block.add(stored);
                if (block.size() == BLOCK) {
                    submit(scorers, evaluator.getFirst(), block, open);
                    if (open.size() > 2 * processors) {
                        count(evaluator.getFirst(), open.removeFirst());
                    }
                }
            });
            if (evaluator.isEmpty()) {
                throw StoaException.user(file + ": holds no answer; is it the right file?");
            }
            submit(scorers, evaluator.getFirst(), block, open);
            open.forEach(done -> count(evaluator.getFirst(), done));
        }
        return evaluator.getFirst();
    }

    private static void submit(
            ExecutorService scorers,
            Evaluator evaluator,
            List<StoredAnswers.Stored> block,
            Deque<Future<List<Evaluator.Scored>>> open) {
        List<StoredAnswers.Stored> given = List.copyOf(block);
        block.clear();
        open.add(scorers.submit(() -> given.stream()
                .map(stored ->
                        at(stored, () -> evaluator.score(stored.index(), stored.document(), List.of(), stored.raw())))
                .toList()));
    }

    /** Errors name the answer that they are about. */
    private static <T> T at(StoredAnswers.Stored stored, Supplier<T> scoring) {
        try {
            return scoring.get();
        } catch (StoaException e) {
            throw new StoaException(e.kind(), stored.label() + ": " + e.sentence(), e);
        }
    }

    private static void count(Evaluator evaluator, Future<List<Evaluator.Scored>> scored) {
        Futures.get(scored).forEach(evaluator::add);
    }

    /** Whether a file of answers holds their documents as well, as far as its first lines tell. */
    public static boolean bringsDocuments(Path file) {
        return StoredAnswers.bringDocuments(file);
    }

    /** The numbers as lm-evaluation-harness writes them. */
    public String json(String model) {
        return PythonJson.indented(ResultsFolder.results(this, model));
    }

    /** The same on one line. */
    public String jsonLine(String model) {
        return ResultsFolder.results(this, model).toString();
    }

    private static Consumer<Sample> samples(Optional<ResultsFolder> output, TaskConfig task) {
        return output.map(folder -> folder.samples(task)).orElse(_ -> {});
    }
}
