package io.stoa.benchmark.harness;

import io.stoa.model.StoaException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Where a task's documents come from.
 *
 * @param path a Hugging Face dataset id, or one of {@code json}, {@code csv}, {@code parquet}, {@code text} with files
 * @param config the dataset's configuration
 * @param revision the commit to take
 * @param files local files by split, where the task names them
 */
public record DatasetSource(
        String path, Optional<String> config, Optional<String> revision, SequencedMap<String, List<String>> files) {
    /** The path of tasks that are asked about whatever their user brings. */
    static final String OWN = "own";

    static DatasetSource of(String task, Map<String, Object> keys) {
        Object path = keys.get("dataset_path");
        if (path == null) {
            throw StoaException.user("task " + task
                    + ": dataset_path is missing; name a dataset, or json with dataset_kwargs.data_files");
        }
        SequencedMap<String, List<String>> files = new LinkedHashMap<>();
        Optional<String> revision = Optional.empty();
        if (keys.get("dataset_kwargs") instanceof Map<?, ?> options) {
            revision = Optional.ofNullable(options.get("revision")).map(String::valueOf);
            switch (options.get("data_files")) {
                case null -> {
                    // The dataset's own files.
                }
                case Map<?, ?> bySplit ->
                    bySplit.forEach((split, names) -> files.put(String.valueOf(split), texts(names)));
                case Object single -> files.put("train", texts(single));
            }
        }
        return new DatasetSource(
                String.valueOf(path),
                Optional.ofNullable(keys.get("dataset_name")).map(String::valueOf),
                revision,
                files);
    }

    private static List<String> texts(Object names) {
        return TaskYaml.asList(Optional.ofNullable(names)).stream()
                .map(String::valueOf)
                .toList();
    }
}
