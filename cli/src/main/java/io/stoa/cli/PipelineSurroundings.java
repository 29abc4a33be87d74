package io.stoa.cli;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.gguf.Preflight;
import io.stoa.integration.pipeline.CorpusSearch;
import io.stoa.integration.pipeline.Pipeline;
import io.stoa.integration.pipeline.Pipeline.ModelEntry;
import io.stoa.integration.pipeline.Pipeline.StoreEntry;
import io.stoa.integration.pipeline.Surroundings;
import io.stoa.integration.pipeline.Surroundings.Model;
import io.stoa.integration.tool.Tool;
import io.stoa.model.Candidate;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Opens what a pipeline's file names, and closes it again. */
final class PipelineSurroundings implements AutoCloseable {
    private static final int CONTEXT = 4096;

    private final House house;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Map<String, Model> models = new LinkedHashMap<>();
    private final Map<String, Surroundings.Search> stores = new LinkedHashMap<>();
    private final Map<String, Tool> tools = new LinkedHashMap<>();

    private PipelineSurroundings(House house) {
        this.house = house;
    }

    static PipelineSurroundings open(House house, Pipeline pipeline) {
        PipelineSurroundings opened = new PipelineSurroundings(house);
        try {
            pipeline.models().forEach(opened::model);
            pipeline.stores().forEach(opened::store);
            pipeline.tools().forEach((name, _) -> {
                throw StoaException.user("tools." + name + ": this version cannot open sources of tools yet");
            });
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    Surroundings surroundings() {
        return new Surroundings(models, stores, tools, Map.of(), agents());
    }

    /** What lets models call tools. */
    static Surroundings.Agents agents() {
        return (path, stage, task, steps) -> {
            throw StoaException.user("stage " + path + ": this version cannot run agents yet");
        };
    }

    private void model(String name, ModelEntry entry) {
        switch (entry) {
            case ModelEntry.GgufFile file -> {
                if (!Files.isRegularFile(file.path())) {
                    throw StoaException.user("models." + name + ": " + file.path() + ": no such file");
                }
                int made = (int) Math.min(
                        CONTEXT,
                        Preflight.examine(file.path())
                                .hyperParameter("context_length")
                                .orElse(CONTEXT));
                Candidate candidate = Arguments.checked(() -> new Candidate.GgufFile(
                        name,
                        file.path(),
                        Artifacts.digestOf(
                                file.path(), new ProgressLine(house.err(), house.terminal()).start("reading " + name)),
                        List.of(),
                        Optional.empty()));
                open(name, candidate, file.context().orElse(made));
            }
            case ModelEntry.Endpoint endpoint ->
                open(
                        name,
                        Arguments.checked(() -> new Candidate.RemoteModel(
                                name,
                                endpoint.base(),
                                endpoint.name(),
                                endpoint.revision(),
                                List.of(),
                                endpoint.keyVariable())),
                        endpoint.context().orElse(CONTEXT));
        }
    }

    private void open(String name, Candidate candidate, int context) {
        EngineOptions options = Arguments.checked(() -> new EngineOptions(context, House.threads()));
        Engine engine = house.open(candidate, options);
        opened.add(engine);
        models.put(name, new Model(engine, candidate.identity()));
    }

    private void store(String name, StoreEntry entry) {
        switch (entry) {
            case StoreEntry.Folder(Path path) -> {
                CorpusSearch search = new CorpusSearch(path);
                opened.add(search);
                stores.put(name, search);
            }
            case StoreEntry.Index(Path path, Optional<String> _) ->
                throw StoaException.user(
                        "stores." + name + ": " + path + ": this version cannot open an index yet; name a folder");
        }
    }

    @Override
    public void close() {
        for (AutoCloseable each : opened.reversed()) {
            try {
                each.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new StoaException(StoaException.Kind.BUG, "something that was opened cannot be closed", e);
            }
        }
        opened.clear();
    }
}
