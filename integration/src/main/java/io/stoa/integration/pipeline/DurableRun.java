package io.stoa.integration.pipeline;

import io.stoa.integration.step.Journal;
import io.stoa.integration.step.JournalEntry;
import io.stoa.integration.step.JournalEntry.Ended;
import io.stoa.integration.step.RunHistory;
import io.stoa.integration.step.Runs;
import io.stoa.integration.step.Step;
import io.stoa.integration.step.Steps;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run of a pipeline with its journal. It goes on with the pipeline that it was begun with, whatever has become of the
 * file since; and only with the models, stores and tools that it was begun with.
 */
public final class DurableRun implements AutoCloseable {
    private static final String FILE = "file";
    private static final String SOURCE = "source";
    private static final String INPUTS = "inputs";
    private static final String SURROUNDINGS = "surroundings";

    private final Journal journal;
    private final Pipeline pipeline;

    private DurableRun(Journal journal, Pipeline pipeline) {
        this.journal = journal;
        this.pipeline = pipeline;
    }

    /** Begins a run. */
    public static DurableRun begin(
            Runs runs, String id, Pipeline pipeline, ObjectNode inputs, Surroundings surroundings) {
        return new DurableRun(runs.begin(id, about(pipeline, inputs, surroundings)), pipeline);
    }

    /** What a journal says at its beginning. */
    static ObjectNode about(Pipeline pipeline, ObjectNode inputs, Surroundings surroundings) {
        ObjectNode about = JsonNodeFactory.instance.objectNode();
        about.put("pipeline", pipeline.name())
                .put("digest", pipeline.digest().toString())
                .put(FILE, pipeline.file().toAbsolutePath().normalize().toString())
                .put(SOURCE, pipeline.source());
        about.set(INPUTS, inputs);
        about.set(SURROUNDINGS, surroundings.identities());
        return about;
    }

    /**
     * Opens a run to go on with it.
     *
     * @throws StoaException of kind {@code USER} when another process is carrying it out
     */
    public static DurableRun open(Runs runs, String id) {
        return of(runs.open(id));
    }

    /** A run with a journal that is open. */
    static DurableRun of(Journal journal) {
        try {
            return new DurableRun(journal, pipeline(journal.started()));
        } catch (RuntimeException e) {
            journal.close();
            throw e;
        }
    }

    /** The pipeline that a run was begun with. */
    public static Pipeline pipeline(JournalEntry.Started started) {
        String file = started.about().path(FILE).stringValue("");
        try {
            return PipelineYaml.of(Path.of(file), started.about().path(SOURCE).stringValue(""));
        } catch (InvalidPathException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    "run " + started.run() + ": its journal names no pipeline file: " + file,
                    e);
        }
    }

    /** What a run was given. */
    public static ObjectNode inputs(JournalEntry.Started started) {
        return started.about().path(INPUTS) instanceof ObjectNode inputs
                ? inputs
                : JsonNodeFactory.instance.objectNode();
    }

    static JsonNode identities(JournalEntry.Started started) {
        return started.about().path(SURROUNDINGS);
    }

    public String id() {
        return journal.started().run();
    }

    public Pipeline pipeline() {
        return pipeline;
    }

    public Journal journal() {
        return journal;
    }

    /** What came of it, when nothing is left to be done: outputs are there, or somebody stopped it. */
    public Optional<Outcome> finished() {
        return journal.ended().map(DurableRun::outcome).filter(outcome -> !(outcome instanceof Outcome.Failed));
    }

    /**
     * Goes on until it ends, or waits for a person.
     *
     * @param progress hears of each step that is done
     * @throws StoaException of kind {@code USER} when the surroundings are not those that it was begun with
     */
    public Outcome go(Surroundings surroundings, Progress progress) {
        Optional<Outcome> finished = finished();
        if (finished.isPresent()) {
            return finished.get();
        }
        requireSame(surroundings.identities());
        Outcome outcome = new PipelineRun(pipeline, surroundings, told(progress)).run(inputs(journal.started()));
        switch (outcome) {
            case Outcome.Waits _ -> {
                // It has not ended.
            }
            case Outcome.Failed _ when journal.isBroken() -> {
                // Nothing can be written down now: for whoever resumes it, the run simply stops here.
            }
            case Outcome.Done _, Outcome.Stopped _, Outcome.Failed _ -> journal.end(ending(outcome), value(outcome));
        }
        return outcome;
    }

    private Steps told(Progress progress) {
        AtomicInteger done = new AtomicInteger();
        int expected = pipeline.steps();
        return new Steps() {
            @Override
            public JsonNode take(Step step, Work work) {
                JsonNode result = journal.take(step, work);
                int count = done.incrementAndGet();
                progress.at(count, Math.max(count, expected));
                return result;
            }

            @Override
            public boolean approved(Step step) {
                return journal.approved(step);
            }
        };
    }

    private void requireSame(JsonNode now) {
        JsonNode before = identities(journal.started());
        for (Map.Entry<String, JsonNode> kind : before.properties()) {
            if (kind.getKey().equals(Surroundings.STORES)) {
                // A store may have learnt since; what was found is kept.
                continue;
            }
            for (Map.Entry<String, JsonNode> each : kind.getValue().properties()) {
                JsonNode is = now.path(kind.getKey()).path(each.getKey());
                if (!is.equals(each.getValue())) {
                    throw StoaException.user("run " + id() + ": " + each.getKey() + " among its " + kind.getKey()
                            + " is no longer what it was when the run began (" + each.getValue() + "), but " + is
                            + "; put it back, or run anew");
                }
            }
        }
    }

    static JournalEntry.Outcome ending(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done _ -> JournalEntry.Outcome.DONE;
            case Outcome.Stopped _ -> JournalEntry.Outcome.STOPPED;
            case Outcome.Failed _ -> JournalEntry.Outcome.FAILED;
            case Outcome.Waits waits -> throw StoaException.bug("a run that waits has not ended: " + waits.path());
        };
    }

    static ObjectNode value(Outcome outcome) {
        ObjectNode value = JsonNodeFactory.instance.objectNode();
        return switch (outcome) {
            case Outcome.Done(ObjectNode outputs) -> outputs;
            case Outcome.Stopped(String path, String reason) ->
                value.put("path", path).put("reason", reason);
            case Outcome.Failed(String path, StoaException.Kind kind, String reason) ->
                value.put("path", path).put("kind", kind.name()).put("reason", reason);
            case Outcome.Waits(String path, var reason, String question) ->
                value.put("path", path).put("waits", reason.name()).put("question", question);
        };
    }

    /** How a run stands, by its history alone. */
    public static Optional<Outcome> outcome(RunHistory history) {
        return history.ended().map(DurableRun::outcome);
    }

    private static Outcome outcome(Ended ended) {
        JsonNode value = ended.value();
        return switch (ended.outcome()) {
            case DONE ->
                new Outcome.Done(value instanceof ObjectNode outputs ? outputs : JsonNodeFactory.instance.objectNode());
            case STOPPED ->
                new Outcome.Stopped(
                        value.path("path").stringValue(""), value.path("reason").stringValue(""));
            case FAILED ->
                new Outcome.Failed(
                        value.path("path").stringValue(""),
                        kind(value),
                        value.path("reason").stringValue(""));
        };
    }

    private static StoaException.Kind kind(JsonNode value) {
        String name = value.path("kind").stringValue("");
        for (StoaException.Kind kind : StoaException.Kind.values()) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        return StoaException.Kind.BUG;
    }

    @Override
    public void close() {
        journal.close();
    }
}
