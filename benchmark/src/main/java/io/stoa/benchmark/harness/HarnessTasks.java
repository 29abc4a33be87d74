package io.stoa.benchmark.harness;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.DownloadProgress;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.dataset.LocalDatasets;
import io.stoa.benchmark.task.Task;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import io.stoa.model.TaskKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The task files that an assessment names, made into tasks that it can ask item by item. Each is read and rendered once,
 * whatever the number of candidates.
 *
 * <p>An assessment's score is a mean over items of values in [0, 1] of which more is better: only such a metric is taken. A
 * group is taken where it averages that metric by the number of documents, which is the mean over the items of all its
 * tasks.
 */
public final class HarnessTasks implements AutoCloseable {
    /** How many of a group's members a message names. */
    private static final int NAMED = 12;

    private final Optional<Supplier<HubDatasets>> hub;
    private final DatasetReader reader = new DatasetReader();
    private final Map<Wanted, HarnessTask> made = new HashMap<>();
    private Optional<HubDatasets> opened = Optional.empty();
    private Optional<TaskData> shared = Optional.empty();
    private Optional<TaskLibrary> shipped = Optional.empty();

    private record Wanted(String id, TaskKind.Harness kind, int limit) {}

    private HarnessTasks(Optional<Supplier<HubDatasets>> hub) {
        this.hub = hub;
    }

    /** @param hub opens what fetches datasets that do not lie on this machine; asked when the first task is made */
    public HarnessTasks(Supplier<HubDatasets> hub) {
        this(Optional.of(hub));
    }

    /** Only what lies on this machine. */
    public static HarnessTasks local() {
        return new HarnessTasks(Optional.empty());
    }

    /**
     * A task, with all its prompts.
     *
     * @param id what the assessment calls it
     * @param limit at most this many items are asked: the first ones of their seeded order
     * @throws StoaException of kind {@code USER} where the name, the metric or the filter is unknown (with the nearest one),
     *     the score would be no mean over items, or a document cannot be had
     */
    public Task task(String id, TaskKind.Harness kind, int limit) {
        return made.computeIfAbsent(new Wanted(id, kind, limit), this::make);
    }

    private HarnessTask make(Wanted wanted) {
        try {
            Found found = find(wanted.kind());
            Measure measure = measure(found.suite(), wanted.kind());
            TaskData data = data(found, wanted.kind());
            Prompts.Layout layout = new Prompts.Layout(wanted.kind().chat(), Optional.empty(), Prompts.SHOT_SEED);
            List<HarnessTask.Part> parts = found.suite()
                    .tasks()
                    .map(task -> HarnessTask.Part.of(task, new Prompts(task, data.splits(task), layout), measure))
                    .toList();
            return HarnessTask.of(wanted.id(), found.suite().name(), measure, parts, wanted.limit());
        } catch (StoaException e) {
            throw new StoaException(e.kind(), "task " + wanted.id() + ": " + e.sentence(), e);
        }
    }

    /**
     * What is counted.
     *
     * @param metric its name
     * @param filter the name of the pipeline that answers go through first
     */
    record Measure(String metric, String filter) {}

    private record Found(TaskLibrary library, Suite suite) {}

    private TaskLibrary shipped() {
        TaskLibrary library = shipped.orElseGet(() -> new TaskLibrary(List.of(ShippedTasks.folder())));
        shipped = Optional.of(library);
        return library;
    }

    private Found find(TaskKind.Harness kind) {
        Map<String, Object> overrides = new LinkedHashMap<>();
        kind.shots().ifPresent(count -> overrides.put("num_fewshot", count));
        if (kind.file().isEmpty()) {
            return new Found(shipped(), shipped().find(kind.task(), overrides));
        }
        Path file = kind.file().get();
        TaskLibrary alone = new TaskLibrary(List.of(file));
        List<TaskLibrary.Entry> entries = alone.entries().stream()
                .filter(entry -> !entry.kind().equals("tag"))
                .toList();
        if (entries.isEmpty()) {
            // Says why the file cannot be read, where that is the reason.
            alone.find(String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", ""), overrides);
            throw StoaException.user(file + ": names neither a task nor a group; write task: NAME");
        }
        String name = entries.getFirst().name();
        if (entries.getFirst().kind().equals("task")) {
            return new Found(alone, alone.find(name, overrides));
        }
        // A group's tasks are shipped, or lie beside it.
        List<Path> folders = new ArrayList<>(List.of(ShippedTasks.folder()));
        Optional.ofNullable(file.toAbsolutePath().getParent()).ifPresent(folders::add);
        folders.add(file);
        TaskLibrary library = new TaskLibrary(folders);
        return new Found(library, library.find(name, overrides));
    }

    private TaskData data(Found found, TaskKind.Harness kind) {
        if (kind.data().isPresent()) {
            Map<String, Path> local = new LinkedHashMap<>();
            found.suite()
                    .tasks()
                    .forEach(
                            task -> local.put(task.dataset().path(), kind.data().get()));
            return data(local);
        }
        TaskData data = shared.orElseGet(() -> data(Map.of()));
        shared = Optional.of(data);
        return data;
    }

    private TaskData data(Map<String, Path> local) {
        if (opened.isEmpty()) {
            opened = hub.map(Supplier::get);
        }
        return new TaskData(new LocalDatasets(local, reader), opened, DownloadProgress.NONE, reader);
    }

    @Override
    public void close() {
        opened.ifPresent(HubDatasets::close);
        opened = Optional.empty();
    }

    private static Measure measure(Suite suite, TaskKind.Harness kind) {
        List<TaskConfig> tasks = suite.tasks().toList();
        String metric = kind.metric().orElseGet(() -> switch (suite) {
            case Suite.Single(TaskConfig task) -> task.metrics().getFirst().name();
            case Suite.Group group ->
                group.averages().isEmpty() ? "" : group.averages().getFirst().metric();
        });
        Optional<String> averaged = switch (suite) {
            case Suite.Single _ -> Optional.empty();
            case Suite.Group group ->
                average(group, metric)
                        .filters()
                        .flatMap(filters -> filters.stream().findFirst());
        };
        String filter = kind.filter()
                .or(() -> averaged)
                .orElseGet(() -> tasks.getFirst().filters().getFirst().name());
        tasks.forEach(task -> requireUsable(task, metric, filter));
        return new Measure(metric, filter);
    }

    private static Suite.Average average(Suite.Group group, String metric) {
        List<Suite.Average> sameName = group.averages().stream()
                .filter(average -> average.metric().equals(metric))
                .toList();
        if (sameName.stream().anyMatch(Suite.Average::bySize)) {
            return sameName.getFirst();
        }
        List<String> members = group.tasks().map(TaskConfig::name).toList();
        String named = String.join(", ", members.subList(0, Math.min(NAMED, members.size())))
                + (members.size() > NAMED ? " and " + (members.size() - NAMED) + " more" : "");
        if (!sameName.isEmpty()) {
            throw StoaException.user(
                    group.name() + " averages " + metric + " over its tasks whatever their sizes, which is"
                            + " no mean over items and has no gate; name its tasks one by one: " + named);
        }
        List<String> averages =
                group.averages().stream().map(Suite.Average::metric).distinct().toList();
        throw StoaException.user(
                averages.isEmpty()
                        ? group.name() + " is a group without a score of its own; name its tasks one by one: " + named
                        : group.name() + " does not average " + metric
                                + Spelling.hint(metric, averages).orElse("") + "; it averages "
                                + String.join(", ", averages));
    }

    private static void requireUsable(TaskConfig task, String metric, String filter) {
        List<String> names = task.metrics().stream().map(Metric::name).toList();
        Metric named = task.metrics().stream()
                .filter(one -> one.name().equals(metric))
                .findFirst()
                .orElseThrow(() -> StoaException.user(task.name() + " has no metric " + metric
                        + Spelling.hint(metric, names).orElse("") + "; it has " + String.join(", ", names)));
        if (!usable(named)) {
            List<String> others = task.metrics().stream()
                    .filter(HarnessTasks::usable)
                    .map(Metric::name)
                    .toList();
            String why = named.aggregation().name().equals("mean")
                    ? ": less of it is better, and a gate is a score to be reached"
                    : " is computed over all documents together ("
                            + named.aggregation().name() + "), and a gate is decided document by document";
            throw StoaException.user("metric " + metric + " of " + task.name() + why + "; "
                    + (others.isEmpty()
                            ? "ask it with `stoa bench run`"
                            : "name another metric: " + String.join(", ", others)));
        }
        List<String> filters = task.filters().stream().map(FilterPipeline::name).toList();
        if (!filters.contains(filter)) {
            throw StoaException.user(task.name() + " has no filter " + filter
                    + Spelling.hint(filter, filters).orElse("") + "; it has " + String.join(", ", filters));
        }
        if (task.unsafeCode()) {
            throw StoaException.user(task.name() + " runs code that models write, which Stoa does not do");
        }
    }

    private static boolean usable(Metric metric) {
        return metric.aggregation().name().equals("mean") && metric.higherIsBetter();
    }
}
