package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.DownloadProgress;
import io.stoa.benchmark.dataset.Format;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.dataset.HubReference;
import io.stoa.benchmark.dataset.LocalDatasets;
import io.stoa.benchmark.dataset.Row;
import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where tasks get their documents: from files that they name, from folders of this machine, or from the Hub. What was read
 * once is kept, because many tasks share a dataset.
 */
public final class TaskData {
    private final LocalDatasets local;
    private final Optional<HubDatasets> hub;
    private final DownloadProgress progress;
    private final DatasetReader reader;
    private final Map<String, List<ObjectNode>> read = new HashMap<>();

    /**
     * @param local datasets that lie in folders
     * @param hub where others are fetched; without it they are refused by name
     */
    public TaskData(LocalDatasets local, Optional<HubDatasets> hub, DownloadProgress progress, DatasetReader reader) {
        this.local = requireNonNull(local, "local");
        this.hub = requireNonNull(hub, "hub");
        this.progress = requireNonNull(progress, "progress");
        this.reader = requireNonNull(reader, "reader");
    }

    /** Only what lies in files and folders. */
    public TaskData(LocalDatasets local) {
        this(local, Optional.empty(), DownloadProgress.NONE, new DatasetReader());
    }

    /**
     * The parts of a dataset that a task uses.
     *
     * @throws StoaException of kind {@code USER} where one cannot be had
     */
    SequencedMap<String, List<ObjectNode>> splits(TaskConfig task) {
        SequencedMap<String, List<ObjectNode>> splits = new LinkedHashMap<>();
        boolean shots = task.shots().count() > 0;
        Optional<String> examples = !shots || task.shots().samples().isPresent()
                ? task.shots().split().filter(_ -> shots)
                : task.shots()
                        .split()
                        .or(() -> task.splits().training())
                        .or(() -> task.splits().validation());
        Stream.of(task.splits().asked(), examples)
                .flatMap(Optional::stream)
                .distinct()
                .forEach(split -> splits.put(split, rows(task, split)));
        return splits;
    }

    private List<ObjectNode> rows(TaskConfig task, String split) {
        DatasetSource source = task.dataset();
        String key = source + "#" + split;
        List<ObjectNode> known = read.get(key);
        if (known == null) {
            known = load(task.name(), source, split);
            read.put(key, known);
        }
        return known;
    }

    private List<ObjectNode> load(String task, DatasetSource source, String split) {
        if (local.has(source.path())) {
            return local.rows(source.path(), source.config(), split);
        }
        if (!source.files().isEmpty()) {
            List<Path> files = Optional.ofNullable(source.files().get(split))
                    .orElseThrow(() -> StoaException.user("task " + task + ": data_files names no split " + split
                            + "; there are " + source.files().keySet()))
                    .stream()
                    .map(Path::of)
                    .toList();
            return values(reader.read(
                            files,
                            Format.require(String.valueOf(files.getFirst().getFileName())))
                    .rows());
        }
        Path file = Path.of(source.path());
        if (Files.isRegularFile(file)) {
            return values(reader.read(file).rows());
        }
        if (source.path().equals(DatasetSource.OWN)) {
            throw StoaException.user("task " + task
                    + " asks documents of your own; name them with --data FILE.jsonl (the task's file says"
                    + " which columns)");
        }
        if (hub.isEmpty()) {
            throw StoaException.user("task " + task + ": its dataset " + source.path()
                    + " does not lie on this machine; name its folder");
        }
        HubReference reference = new HubReference(source.path(), split);
        if (source.config().isPresent()) {
            reference = reference.withConfig(source.config().get());
        }
        if (source.revision().isPresent()) {
            reference = reference.withRevision(source.revision().get());
        }
        return values(hub.get().read(reference, reader, progress).rows());
    }

    private static List<ObjectNode> values(List<Row> rows) {
        return rows.stream().map(Row::values).toList();
    }
}
