package io.stoa.benchmark.harness;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.LocalDatasets;
import io.stoa.engine.EngineSource;
import io.stoa.model.Candidate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A folder with tasks of one's own, as a reader of the manual would write them. */
final class OwnTasks {
    static final Candidate MODEL = model("scripted");

    private final Path folder;

    OwnTasks(Path folder) {
        this.folder = folder;
    }

    /** Sums whose answers are the sum; document i is {@code i+1=}. */
    static OwnTasks sums(Path folder, int documents) {
        OwnTasks tasks = new OwnTasks(folder);
        tasks.write(
                "sums.jsonl",
                IntStream.range(0, documents)
                        .mapToObj(i -> "{\"id\": \"s" + i + "\", \"question\": \"" + i + "+1=\", \"answer\": \""
                                + (i + 1) + "\"}")
                        .collect(Collectors.joining("\n", "", "\n")));
        tasks.write("sums.yaml", """
                task: sums
                dataset_path: sums.jsonl
                doc_to_text: question
                doc_to_target: answer
                """);
        return tasks;
    }

    /** The right answer to a prompt of {@link #sums}. */
    static String sum(String prompt) {
        return Integer.toString(number(prompt) + 1);
    }

    /** The document's number in a prompt of {@link #sums}. */
    static int number(String prompt) {
        String last = prompt.substring(prompt.lastIndexOf('\n') + 1);
        return Integer.parseInt(last.substring(0, last.indexOf('+')));
    }

    static Candidate model(String name) {
        return new Candidate.RemoteModel(
                name, URI.create("http://127.0.0.1:9/v1"), name, Optional.empty(), List.of(), Optional.empty());
    }

    Path write(String name, String text) {
        Path file = folder.resolve(name);
        try {
            Files.createDirectories(file.resolveSibling("."));
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder() {
        return folder;
    }

    TaskLibrary library() {
        return new TaskLibrary(List.of(folder));
    }

    static TaskData data() {
        return new TaskData(new LocalDatasets(Map.of(), new DatasetReader()));
    }

    Run.Settings settings() {
        return new Run.Settings(Prompts.Layout.PLAIN, Optional.empty(), 0, folder.resolve("cache"));
    }

    Run run(String name) {
        return run(name, settings());
    }

    Run run(String name, Run.Settings settings) {
        return new Run(library(), name, Map.of(), data(), settings);
    }

    Run.Outcome ask(String name, EngineSource engines) {
        return ask(run(name), "build 1", engines, Budget.unlimited());
    }

    static Run.Outcome ask(Run run, String build, EngineSource engines, Budget budget) {
        return run.ask(new Entrant(MODEL, build, 256, engines), budget, (_, _) -> {}, Optional.empty());
    }

    static double score(Evaluation evaluation, String task) {
        return Optional.ofNullable(evaluation.tasks().get(task))
                .orElseThrow()
                .numbers()
                .getFirst()
                .value();
    }
}
