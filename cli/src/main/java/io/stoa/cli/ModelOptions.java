package io.stoa.cli;

import io.stoa.assess.EnginePool;
import io.stoa.benchmark.harness.Entrant;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.gguf.Preflight;
import io.stoa.engine.remote.ModelList;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Which models are asked: GGUF files and endpoints, and how they are opened. */
final class ModelOptions {
    private static final int CONTEXT = 4096;
    private static final Duration LISTING = Duration.ofSeconds(10);

    @Option(
            names = "--model",
            required = true,
            paramLabel = "FILE|URL[#NAME]",
            description = "A GGUF file, or an OpenAI-compatible endpoint such as http://127.0.0.1:8000/v1#name. May be"
                    + " given several times.")
    private List<String> models = List.of();

    @Option(
            names = "--key-env",
            paramLabel = "VARIABLE",
            description = "The environment variable with the endpoints' key.")
    private Optional<String> keyVariable = Optional.empty();

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "Context in tokens. Default: what the model was made for, at most 4096")
    private Optional<Integer> context = Optional.empty();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Native threads. Default: one less than there are cores")
    private Optional<Integer> threads = Optional.empty();

    ModelOptions() {}

    /** Of one model that another option names. */
    ModelOptions(String model, Optional<String> keyVariable, Optional<Integer> context, Optional<Integer> threads) {
        this.models = List.of(model);
        this.keyVariable = keyVariable;
        this.context = context;
        this.threads = threads;
    }

    /**
     * A model and how it is opened.
     *
     * @param build what runs it
     */
    record Chosen(Candidate candidate, String build, EngineOptions options) {
        EnginePool pool(House house) {
            return new EnginePool(candidate -> house.open(candidate, options));
        }

        Entrant entrant(EnginePool pool) {
            return new Entrant(candidate, build, options.contextTokens(), pool);
        }
    }

    List<Chosen> chosen(House house) {
        List<Chosen> chosen = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (String model : models) {
            Chosen one = isEndpoint(model) ? endpoint(house, model) : file(house, model);
            if (!ids.add(one.candidate().id())) {
                throw StoaException.user("--model " + model + ": there is another model called "
                        + one.candidate().id() + "; give their files different names");
            }
            chosen.add(one);
        }
        return chosen;
    }

    private Chosen file(House house, String model) {
        Path path = Path.of(model);
        if (!Files.isRegularFile(path)) {
            throw StoaException.user("--model " + model + ": no such file");
        }
        String id =
                String.valueOf(path.getFileName()).replaceFirst("\\.gguf$", "").replaceAll("[^A-Za-z0-9._-]", "-");
        long made = Preflight.examine(path).hyperParameter("context_length").orElse(CONTEXT);
        Candidate candidate = Arguments.checked(() ->
                new Candidate.GgufFile(id, path, Artifacts.digestOf(path, Progress.NONE), List.of(), Optional.empty()));
        return new Chosen(candidate, house.llama().version(), options((int) Math.min(CONTEXT, made)));
    }

    private Chosen endpoint(House house, String model) {
        int hash = model.indexOf('#');
        URI base = base(model);
        String name = hash < 0 ? ModelList.first(base, key(house), LISTING) : model.substring(hash + 1);
        Candidate candidate = Arguments.checked(() -> new Candidate.RemoteModel(
                name.replaceAll("[^A-Za-z0-9._-]", "-"), base, name, Optional.empty(), List.of(), keyVariable));
        return new Chosen(candidate, "OpenAI protocol", options(CONTEXT));
    }

    private static URI base(String model) {
        int hash = model.indexOf('#');
        return Arguments.checked(() -> URI.create(hash < 0 ? model : model.substring(0, hash)));
    }

    private Optional<String> key(House house) {
        return keyVariable.map(house::key);
    }

    /**
     * What the models are, again and again: a text that changes when one of them does. A file is read when its size or date
     * has changed; of an endpoint it is the list of its models.
     */
    Supplier<String> state(House house) {
        Map<Path, FileState> files = new HashMap<>();
        return () -> models.stream()
                .map(model -> model + " " + state(house, model, files))
                .collect(Collectors.joining("\n"));
    }

    private String state(House house, String model, Map<Path, FileState> files) {
        if (isEndpoint(model)) {
            return String.join(" ", ModelList.all(base(model), key(house), LISTING));
        }
        Path path = Path.of(model);
        FileState now = FileState.of(path, Optional.ofNullable(files.get(path)));
        files.put(path, now);
        return now.digest().hex();
    }

    private record FileState(long size, FileTime modified, Digest digest) {
        static FileState of(Path path, Optional<FileState> known) {
            try {
                long size = Files.size(path);
                FileTime modified = Files.getLastModifiedTime(path);
                return known.filter(state -> state.size == size && state.modified.equals(modified))
                        .orElseGet(() -> new FileState(size, modified, Artifacts.digestOf(path, Progress.NONE)));
            } catch (IOException e) {
                throw new StoaException(
                        StoaException.Kind.USER, path + ": cannot be read (" + e.getMessage() + "); put it back", e);
            }
        }
    }

    private static boolean isEndpoint(String model) {
        return model.startsWith("http://") || model.startsWith("https://");
    }

    private EngineOptions options(int made) {
        return Arguments.checked(() -> new EngineOptions(context.orElse(made), threads.orElse(House.threads())));
    }
}
