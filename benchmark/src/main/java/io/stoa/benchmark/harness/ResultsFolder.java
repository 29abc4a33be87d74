package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.gate.FileName;
import io.stoa.model.StoaException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes what lm-evaluation-harness writes: {@code results_DATE.json} with every number, and {@code samples_TASK_DATE.jsonl}
 * with each document, its answers and its scores (version 0.4.13, {@code --output_path} and {@code --log_samples}).
 * Files are complete or not there.
 */
public final class ResultsFolder implements AutoCloseable {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss.SSSSSS");
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Path folder;
    private final String model;
    private final String date;
    private final Map<String, BufferedWriter> open = new LinkedHashMap<>();
    private final List<Path> begun = new ArrayList<>();

    /**
     * Makes the folder of a model.
     *
     * @param model what answered; its name becomes a folder's
     */
    public ResultsFolder(Path parent, String model, Clock clock) {
        this.model = requireNonNull(model, "model");
        this.folder = parent.resolve(FileName.of(model));
        this.date = DATE.format(LocalDateTime.now(clock));
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    /** Where everything goes. */
    public Path folder() {
        return folder;
    }

    Consumer<Sample> samples(TaskConfig task) {
        Path file = samplesFile(task.name());
        return sample -> {
            BufferedWriter writer = open.computeIfAbsent(task.name(), _ -> {
                begun.add(part(file));
                return writer(part(file));
            });
            try {
                writer.write(SampleJson.scored(sample).toString());
                writer.newLine();
            } catch (IOException e) {
                throw unwritable(file, e);
            }
        };
    }

    private Path samplesFile(String task) {
        return folder.resolve("samples_" + FileName.of(task) + "_" + date + ".jsonl");
    }

    private static BufferedWriter writer(Path file) {
        try {
            return Files.newBufferedWriter(file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static Path part(Path file) {
        return file.resolveSibling(file.getFileName() + ".part");
    }

    /** Writes the numbers, and puts the samples in their place. */
    void write(Evaluation evaluation) {
        closeWriters();
        Path file = folder.resolve("results_" + date + ".json");
        try {
            Files.writeString(part(file), PythonJson.indented(results(evaluation, model)) + "\n");
            Files.move(part(file), file, StandardCopyOption.ATOMIC_MOVE);
            for (String task : evaluation.tasks().keySet()) {
                Path samples = samplesFile(task);
                if (Files.exists(part(samples))) {
                    Files.move(part(samples), samples, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** The results as the harness writes them, without where and when, and with the board's score of its tasks. */
    static ObjectNode results(Evaluation evaluation, String model) {
        ObjectNode json = JSON.objectNode();
        ObjectNode results = json.putObject("results");
        evaluation.tasks().values().forEach(task -> results.set(task.task(), numbers(task)));
        evaluation.groups().forEach(group -> results.set(group.task(), numbers(group)));
        ObjectNode groups = JSON.objectNode();
        evaluation.groups().stream()
                .filter(group -> !group.numbers().isEmpty())
                .forEach(group -> groups.set(group.task(), numbers(group)));
        if (!groups.isEmpty()) {
            json.set("groups", groups);
        }
        ObjectNode subtasks = json.putObject("group_subtasks");
        if (evaluation.suite() instanceof Suite.Group all) {
            all.groups().forEach(group -> {
                ArrayNode members = subtasks.putArray(group.name());
                group.members().forEach(member -> members.add(member.name()));
            });
        }
        Map<String, TaskConfig> tasks = new TreeMap<>();
        evaluation.suite().tasks().forEach(task -> tasks.put(task.name(), task));
        ObjectNode configs = json.putObject("configs");
        tasks.forEach((name, task) -> configs.set(name, task.json()));
        ObjectNode versions = json.putObject("versions");
        tasks.forEach((name, task) -> versions.put(name, task.version()));
        ObjectNode shots = json.putObject("n-shot");
        tasks.forEach((name, task) -> shots.put(name, task.shots().count()));
        ObjectNode higher = json.putObject("higher_is_better");
        tasks.forEach((name, task) -> {
            ObjectNode metrics = higher.putObject(name);
            task.metrics().forEach(metric -> metrics.put(metric.name(), metric.higherIsBetter()));
        });
        ObjectNode samples = json.putObject("n-samples");
        evaluation
                .tasks()
                .values()
                .forEach(task -> samples.putObject(task.task())
                        .put("original", task.available().orElse(task.asked()))
                        .put("effective", task.asked()));
        json.putObject("config").put("model", model);
        LeaderboardScores.of(evaluation).ifPresent(scores -> json.set("leaderboard", scores.json()));
        return json;
    }

    private static ObjectNode numbers(Evaluated task) {
        ObjectNode json = JSON.objectNode();
        json.put("name", task.task());
        json.put("alias", task.alias());
        json.put("sample_len", task.asked());
        for (Evaluated.Figure number : task.numbers()) {
            json.put(number.key(), number.value());
            String error = number.metric() + "_stderr," + number.filter();
            if (number.standardError().isPresent()) {
                json.put(error, number.standardError().getAsDouble());
            } else {
                json.put(error, "N/A");
            }
        }
        return json;
    }

    /** Takes away samples that no results came to. */
    @Override
    public void close() {
        closeWriters();
        for (Path begun : begun) {
            try {
                Files.deleteIfExists(begun);
            } catch (IOException e) {
                throw unwritable(begun, e);
            }
        }
    }

    private void closeWriters() {
        List.copyOf(open.values()).forEach(writer -> {
            try {
                writer.close();
            } catch (IOException e) {
                throw unwritable(folder, e);
            }
        });
        open.clear();
    }

    private static StoaException unwritable(Path file, IOException e) {
        return new StoaException(
                StoaException.Kind.RESOURCES,
                file + ": cannot be written (" + e.getMessage() + "); check its permissions and the disk",
                e);
    }
}
