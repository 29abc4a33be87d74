package io.stoa.cli;

import com.sun.net.httpserver.HttpExchange;
import io.stoa.gateway.input.GatewayFile.PipelineEntry;
import io.stoa.gateway.policy.Caller;
import io.stoa.integration.pipeline.DurableRun;
import io.stoa.integration.pipeline.Outcome;
import io.stoa.integration.pipeline.Pipeline;
import io.stoa.integration.pipeline.Surroundings;
import io.stoa.integration.step.RunHistory;
import io.stoa.integration.step.RunHistory.Past;
import io.stoa.integration.step.Runs;
import io.stoa.model.Candidate;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.CanonicalJson;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One pipeline that is served: every request a durable run, every step of it told to the audit. A run that waits for a
 * person goes on by itself when the person has answered ({@code stoa pipeline approve}).
 */
final class PipelineService implements AutoCloseable {
    /** So that the gateway does not take a long run for a dead endpoint and begin a second one. */
    private static final int ALIVE_SECONDS = 5;

    private static final int LOOK_SECONDS = 2;

    /** Beside a run's journal: for whom it is. */
    private static final String CALLER_SUFFIX = ".caller";

    private final House house;
    private final PipelineEntry entry;
    private final Pipeline pipeline;
    private final Runs runs;
    private final PipelineSurroundings opened;
    private final Path folder;
    private final RunCallers callers;
    private final StepListener listener;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Instant> waiting = new ConcurrentHashMap<>();
    private final Set<DurableRun> running = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean closing;
    private final ScheduledExecutorService chores = Executors.newScheduledThreadPool(
            1, Thread.ofVirtual().name("pipeline-", 0).factory());

    /** Hears of steps that have ended. */
    @FunctionalInterface
    interface StepListener {
        void ended(String model, String run, String caller, Past step);
    }

    PipelineService(
            House house,
            PipelineEntry entry,
            Pipeline pipeline,
            Path folder,
            RunCallers callers,
            StepListener listener) {
        this.house = house;
        this.entry = entry;
        this.pipeline = pipeline;
        this.folder = folder;
        this.callers = callers;
        this.runs = new Runs(folder, house.clock());
        this.listener = listener;
        LinkedHashMap<String, Pipeline.ModelEntry> own = new LinkedHashMap<>(pipeline.models());
        own.keySet().removeAll(entry.routes().keySet());
        this.opened = PipelineSurroundings.open(house, pipeline.withModels(own));
        for (String id : runs.ids()) {
            if (isOurs(id)) {
                waiting.put(id, Instant.MIN);
            }
        }
        var _ = chores.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * What a run needs, with models that ask for its caller. A model is its route: the port at which the gateway asks
     * itself is another at each start.
     */
    private Surroundings surroundings(String key) {
        Surroundings common = opened.surroundings();
        Map<String, Surroundings.Model> models = new LinkedHashMap<>(common.models());
        pipeline.models().forEach((name, said) -> {
            if (!entry.routes().containsKey(name) || !(said instanceof Pipeline.ModelEntry.Endpoint endpoint)) {
                return;
            }
            Candidate.RemoteModel model = new Candidate.RemoteModel(
                    name,
                    endpoint.base(),
                    endpoint.name(),
                    endpoint.revision(),
                    List.of(),
                    Optional.of(ServedPipelines.KEY_VARIABLE));
            Surroundings.Model asked = new Surroundings.Model(
                    house.remote(model, Map.of(ServedPipelines.KEY_VARIABLE, key)), "route " + endpoint.name());
            models.put(name, asked);
        });
        return new Surroundings(models, common.stores(), common.tools(), common.rerankers(), common.agents());
    }

    private boolean isOurs(String id) {
        try {
            RunHistory history = runs.look(id);
            return history.ended().isEmpty()
                    && DurableRun.pipeline(history.started()).digest().equals(pipeline.digest());
        } catch (StoaException e) {
            // Damaged, or being written: `stoa pipeline list` says so to whoever looks.
            return false;
        }
    }

    // ---- one request

    /** Runs it, and answers as a model does. */
    void answer(HttpExchange exchange, Caller caller, String message, boolean stream) throws IOException {
        exchange.getResponseHeaders().set("content-type", stream ? "text/event-stream" : "application/json");
        exchange.sendResponseHeaders(200, 0);
        String run = runs.freshId(random);
        OutputStream out = exchange.getResponseBody();
        byte[] alive = (stream ? ": run " + run + "\n\n" : " ").getBytes(StandardCharsets.UTF_8);
        Object turn = new Object();
        write(out, turn, alive);
        var ticking = chores.scheduleAtFixedRate(
                () -> {
                    try {
                        write(out, turn, alive);
                    } catch (IOException e) {
                        // The run goes on without its caller; an exception ends this chore alone.
                        throw new IllegalStateException("the caller left", e);
                    }
                },
                ALIVE_SECONDS,
                ALIVE_SECONDS,
                TimeUnit.SECONDS);
        Outcome outcome;
        try {
            outcome = run(run, caller, message);
        } finally {
            ticking.cancel(false);
        }
        write(
                out,
                turn,
                stream ? events(run, outcome) : body(run, outcome).toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void write(OutputStream out, Object turn, byte[] bytes) throws IOException {
        synchronized (turn) {
            out.write(bytes);
            out.flush();
        }
    }

    private Outcome run(String run, Caller caller, String message) {
        ObjectNode inputs = JsonNodeFactory.instance.objectNode().put(entry.input(), message);
        remember(run, caller);
        return carriedOut(run, caller, Instant.MIN, with -> DurableRun.begin(runs, run, pipeline, inputs, with));
    }

    private void remember(String run, Caller caller) {
        try {
            Files.createDirectories(folder);
            WholeFile.write(
                    folder.resolve(run + CALLER_SUFFIX),
                    (caller.keyId() + " " + caller.use().orElse("")).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, folder + " cannot be written (" + e + "); free some space", e);
        }
    }

    private Outcome carriedOut(String run, Caller caller, Instant after, Function<Surroundings, DurableRun> opening) {
        String key = callers.begin(caller, entry.model());
        try {
            return carriedOut(run, caller, after, surroundings(key), opening);
        } catch (StoaException e) {
            house.err().println("stoa: " + entry.model() + ", run " + run + ": " + e.sentence());
            return new Outcome.Failed("", e.kind(), e.sentence());
        } catch (RuntimeException e) {
            house.err()
                    .println("stoa: " + entry.model() + ", run " + run + ": this is a bug in Stoa; please report it");
            e.printStackTrace(house.err());
            return new Outcome.Failed("", StoaException.Kind.BUG, "this is a bug in Stoa; the gateway's log has it");
        } finally {
            callers.end(key);
        }
    }

    private Outcome carriedOut(
            String run, Caller caller, Instant after, Surroundings with, Function<Surroundings, DurableRun> opening) {
        try (DurableRun durable = opening.apply(with)) {
            running.add(durable);
            try {
                return ended(run, caller.keyId(), durable.go(with, Progress.NONE), after);
            } finally {
                running.remove(durable);
            }
        } finally {
            with.models().forEach((name, model) -> {
                if (entry.routes().containsKey(name)) {
                    model.engine().close();
                }
            });
        }
    }

    private Outcome ended(String run, String caller, Outcome outcome, Instant after) {
        RunHistory history = runs.look(run);
        for (Past step : history.steps()) {
            if (step.ending().filter(ending -> ending.time().isAfter(after)).isPresent()) {
                listener.ended(entry.model(), run, caller, step);
            }
        }
        if (outcome instanceof Outcome.Waits) {
            waiting.put(run, history.last());
        }
        return outcome;
    }

    // ---- runs that wait

    private void look() {
        for (String run : Set.copyOf(waiting.keySet())) {
            try {
                RunHistory history = runs.look(run);
                if (history.ended().isPresent()) {
                    waiting.remove(run);
                } else if (history.waiting().isEmpty()) {
                    Instant after = waiting.remove(run);
                    threads.execute(() -> goOn(run, after == null ? Instant.MIN : after));
                }
            } catch (RuntimeException e) {
                waiting.remove(run);
                house.err().println("stoa: " + entry.model() + ", run " + run + " does not go on: " + e.getMessage());
            }
        }
    }

    private void goOn(String run, Instant after) {
        Optional<Caller> caller = RunCallers.told(WholeText.of(folder.resolve(run + CALLER_SUFFIX)));
        if (caller.isEmpty()) {
            house.err().println("stoa: run " + run + " does not go on: nobody knows for whom");
            return;
        }
        Outcome outcome = carriedOut(run, caller.get(), after, _ -> DurableRun.open(runs, run));
        if (outcome instanceof Outcome.Failed && runs.look(run).ended().isEmpty() && !closing) {
            // Somebody holds its journal for a moment, such as whoever approves it.
            waiting.put(run, after);
        }
    }

    // ---- answers

    private ObjectNode body(String run, Outcome outcome) {
        ObjectNode body = head(run, "chat.completion");
        ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
        choice.putObject("message").put("role", "assistant").put("content", text(run, outcome));
        choice.put("finish_reason", finish(outcome));
        body.set("usage", usage(run));
        body.putObject("stoa").put("run", run).put("state", state(outcome));
        return body;
    }

    private byte[] events(String run, Outcome outcome) {
        ObjectNode first = head(run, "chat.completion.chunk");
        ObjectNode choice = first.putArray("choices").addObject().put("index", 0);
        choice.putObject("delta").put("role", "assistant").put("content", text(run, outcome));
        choice.putNull("finish_reason");
        ObjectNode last = head(run, "chat.completion.chunk");
        ObjectNode end = last.putArray("choices").addObject().put("index", 0);
        end.putObject("delta");
        end.put("finish_reason", finish(outcome));
        ObjectNode used = head(run, "chat.completion.chunk");
        used.putArray("choices");
        used.set("usage", usage(run));
        used.putObject("stoa").put("run", run).put("state", state(outcome));
        return ("data: " + first + "\n\ndata: " + last + "\n\ndata: " + used + "\n\ndata: [DONE]\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private ObjectNode head(String run, String object) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("id", run)
                .put("object", object)
                .put("created", house.clock().instant().getEpochSecond())
                .put("model", entry.model());
    }

    private String text(String run, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done(ObjectNode outputs) -> {
                JsonNode said = outputs.path(entry.output());
                yield said.isString() ? said.stringValue() : CanonicalJson.write(said);
            }
            case Outcome.Stopped(var _, String reason) -> reason;
            case Outcome.Waits(var _, var _, String question) ->
                "This waits for a person: " + question + " (run " + run + ")";
            case Outcome.Failed(String path, var _, String reason) ->
                "The run " + run + " failed" + (path.isEmpty() ? "" : " at " + path) + ": " + reason;
        };
    }

    private static String finish(Outcome outcome) {
        return outcome instanceof Outcome.Stopped ? "content_filter" : "stop";
    }

    private static String state(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done _ -> "done";
            case Outcome.Stopped _ -> "stopped";
            case Outcome.Waits _ -> "waits";
            case Outcome.Failed _ -> "failed";
        };
    }

    /** The tokens of all its models' answers. */
    private ObjectNode usage(String run) {
        long prompt = 0;
        long answer = 0;
        try {
            for (Past step : runs.look(run).steps()) {
                JsonNode output = step.output().orElseGet(JsonNodeFactory.instance::missingNode);
                prompt += number(output, "prompt_tokens", "promptTokens");
                answer += number(output, "answer_tokens", "answerTokens");
            }
        } catch (StoaException e) {
            house.err().println("stoa: run " + run + ": its tokens cannot be counted: " + e.sentence());
        }
        return JsonMapper.shared()
                .createObjectNode()
                .put("prompt_tokens", prompt)
                .put("completion_tokens", answer)
                .put("total_tokens", prompt + answer);
    }

    private static long number(JsonNode output, String name, String other) {
        return output.path(name).asLong(output.path(other).asLong(0));
    }

    @Override
    public void close() {
        closing = true;
        chores.shutdownNow();
        // What is under way stops where it is, as at a power cut, and is gone on with at the next start.
        running.forEach(DurableRun::close);
        threads.shutdownNow();
        opened.close();
    }
}
