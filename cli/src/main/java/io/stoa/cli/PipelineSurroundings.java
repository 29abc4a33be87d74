package io.stoa.cli;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.gguf.Preflight;
import io.stoa.integration.pipeline.BoxedAgents;
import io.stoa.integration.pipeline.CorpusSearch;
import io.stoa.integration.pipeline.ModelReranker;
import io.stoa.integration.pipeline.Pipeline;
import io.stoa.integration.pipeline.Pipeline.ModelEntry;
import io.stoa.integration.pipeline.Pipeline.StoreEntry;
import io.stoa.integration.pipeline.PipelineYaml;
import io.stoa.integration.pipeline.Stage;
import io.stoa.integration.pipeline.StoreSearch;
import io.stoa.integration.pipeline.Surroundings;
import io.stoa.integration.pipeline.Surroundings.Model;
import io.stoa.integration.retrieve.EngineEmbedder;
import io.stoa.integration.retrieve.Retriever;
import io.stoa.integration.retrieve.store.LuceneStore;
import io.stoa.integration.tool.BoxLimits;
import io.stoa.integration.tool.Tool;
import io.stoa.integration.tool.file.OpenSources;
import io.stoa.integration.tool.file.ToolsFile;
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
    private final Map<String, Surroundings.Reranker> rerankers = new LinkedHashMap<>();
    private ToolsFile rules = new ToolsFile(new LinkedHashMap<>(), new LinkedHashMap<>(), BoxLimits.DEFAULT);

    private PipelineSurroundings(House house) {
        this.house = house;
    }

    static PipelineSurroundings open(House house, Pipeline pipeline) {
        PipelineSurroundings opened = new PipelineSurroundings(house);
        try {
            pipeline.models().forEach(opened::model);
            pipeline.stores().forEach(opened::store);
            opened.tools(pipeline);
            opened.rerankers(pipeline.stages());
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    Surroundings surroundings() {
        return new Surroundings(models, stores, tools, rerankers, new BoxedAgents(rules));
    }

    private void tools(Pipeline pipeline) {
        if (pipeline.tools().isEmpty()) {
            return;
        }
        rules = PipelineYaml.tools(pipeline);
        OpenSources sources = new OpenSources(rules.sources(), house.environment());
        opened.add(sources);
        rules.tools()
                .forEach((name, wanted) ->
                        tools.put(name, sources.grant(name, wanted).tool()));
    }

    /** A model that reranks is asked how relevant each passage is. */
    private void rerankers(List<Stage> stages) {
        for (Stage stage : stages) {
            switch (stage) {
                case Stage.Rerank rerank ->
                    rerank.model()
                            .flatMap(name ->
                                    Optional.ofNullable(models.get(name)).map(model -> Map.entry(name, model)))
                            .ifPresent(entry -> rerankers.put(entry.getKey(), new ModelReranker(entry.getValue())));
                case Stage.Route route -> {
                    route.cases()
                            .values()
                            .forEach(each -> rerankers(each.branch().stages()));
                    route.otherwise().ifPresent(branch -> rerankers(branch.stages()));
                }
                case Stage.Parallel parallel ->
                    parallel.branches().values().forEach(branch -> rerankers(branch.stages()));
                case Stage.Retrieve _,
                        Stage.Generate _,
                        Stage.CallTool _,
                        Stage.RunAgent _,
                        Stage.Guard _,
                        Stage.Human _ -> {
                    // reranks nothing
                }
            }
        }
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
            case StoreEntry.Index(Path path, Optional<String> embedder) -> index(name, path, embedder);
        }
    }

    private void index(String name, Path path, Optional<String> embedder) {
        LuceneStore store = LuceneStore.toRead(path);
        opened.add(store);
        Optional<Model> model = embedder.flatMap(wanted -> Optional.ofNullable(models.get(wanted)));
        Retriever retriever = model.map(meaning -> new Retriever(
                        store,
                        new EngineEmbedder(meaning.engine(), store.settings().embedder())))
                .orElseGet(() -> new Retriever(store));
        stores.put(
                name,
                new StoreSearch(store, retriever, model.map(Model::identity).orElse("words")));
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
