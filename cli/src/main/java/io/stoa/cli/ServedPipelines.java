package io.stoa.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.stoa.gateway.input.GatewayFile.PipelineEntry;
import io.stoa.gateway.policy.Admission;
import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.policy.Decision;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Standing;
import io.stoa.gateway.route.Standings;
import io.stoa.gateway.route.Tier;
import io.stoa.gateway.upstream.Leg;
import io.stoa.gateway.upstream.Target;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.TokenUsage;
import io.stoa.integration.pipeline.Pipeline;
import io.stoa.integration.pipeline.PipelineYaml;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The pipelines that a gateway serves as models. To the gateway each is an endpoint of this process that only it can call;
 * to their models the pipelines go through the gateway again, so that every call keeps to the verdicts and is a record of
 * its own. A pipeline may serve while all that it asks may.
 */
final class ServedPipelines implements AutoCloseable {
    /** The variable by which targets and engines find the key; the key is made anew at each start. */
    static final String KEY_VARIABLE = "STOA_KEY_OF_PIPELINES";

    /** More than this the gateway lets nobody send in one request by default. */
    private static final int LONGEST_BODY = 64 << 20;

    private static final int KEY_BYTES = 32;

    /** More than a message and an answer have; what counts are the limits of the routes that are asked. */
    private static final int CONTEXT = 1 << 20;

    private static final int ANSWER_TOKENS = 1024;
    private static final int ENDING_SECONDS = 10;

    private final List<PipelineEntry> entries;
    private final Map<String, Pipeline> pipelines = new LinkedHashMap<>();
    private final RunCallers callers = new RunCallers();
    private final String key;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, PipelineService> services = new HashMap<>();

    private ServedPipelines(List<PipelineEntry> entries) {
        this.entries = List.copyOf(entries);
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        this.key = "pipelines_" + HexFormat.of().formatHex(random);
        for (PipelineEntry entry : entries) {
            pipelines.put(entry.name(), checked(entry, PipelineYaml.read(entry.file())));
        }
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, "pipelines cannot be served: " + e.getMessage(), e);
        }
        server.setExecutor(threads);
        server.createContext("/v1/chat/completions", this::receive);
    }

    /**
     * Reads them; they answer once they are {@linkplain #open opened}.
     *
     * @throws StoaException of kind {@code USER} when a file is wrong, or cannot be asked with one message
     */
    static ServedPipelines of(List<PipelineEntry> entries) {
        return new ServedPipelines(entries);
    }

    private static Pipeline checked(PipelineEntry entry, Pipeline pipeline) {
        String where = "pipelines." + entry.name() + " (" + entry.file() + ")";
        if (!pipeline.inputs().keySet().equals(Set.of(entry.input()))) {
            throw StoaException.user(where + ": a message is its only input, and it has "
                    + String.join(", ", pipeline.inputs().keySet()) + "; name the one that gets it with `input`");
        }
        if (!pipeline.outputs().containsKey(entry.output())) {
            throw StoaException.user(where + ": it has no output " + entry.output() + ", but "
                    + String.join(", ", pipeline.outputs().keySet()) + "; name one of them with `output`");
        }
        Set<String> judges = PipelineSurroundings.judges(pipeline.stages());
        judges.stream().filter(entry.routes()::containsKey).findFirst().ifPresent(judge -> {
            throw StoaException.user(where + ": its model " + judge
                    + " reranks, and a route gives no log-likelihoods; leave it out of `models`, and it is opened as"
                    + " the pipeline's file says");
        });
        Set<String> embedders = pipeline.stores().values().stream()
                .flatMap(store -> switch (store) {
                    case Pipeline.StoreEntry.Folder _ -> Stream.empty();
                    case Pipeline.StoreEntry.Index index -> index.embedder().stream();
                })
                .collect(Collectors.toSet());
        pipeline.models().keySet().stream()
                .filter(model ->
                        !entry.routes().containsKey(model) && !embedders.contains(model) && !judges.contains(model))
                .findFirst()
                .ifPresent(model -> {
                    throw StoaException.user(where + ": its model " + model
                            + " is answered by no route; name one under `models`, so that it keeps to the verdicts");
                });
        return pipeline;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Takes requests from now on. */
    void open(House house, String gateway, Path runs, PipelineService.StepListener audit) {
        for (PipelineEntry entry : entries) {
            Pipeline pipeline = through(gateway, entry, need(pipelines, entry.name()));
            services.put(entry.name(), new PipelineService(house, entry, pipeline, runs, callers, audit));
        }
        server.start();
    }

    /** The same pipeline, with the gateway's routes in the place of its models. */
    private static Pipeline through(String gateway, PipelineEntry entry, Pipeline said) {
        LinkedHashMap<String, Pipeline.ModelEntry> models = new LinkedHashMap<>();
        said.models()
                .forEach((name, model) -> models.put(
                        name,
                        entry.routes().containsKey(name)
                                ? new Pipeline.ModelEntry.Endpoint(
                                        URI.create(gateway + "/v1"),
                                        need(entry.routes(), name),
                                        Optional.empty(),
                                        Optional.of(KEY_VARIABLE),
                                        model.context())
                                : model));
        return said.withModels(models);
    }

    private static <V> V need(Map<String, V> map, String name) {
        return Optional.ofNullable(map.get(name))
                .orElseThrow(() -> StoaException.bug(name + " was checked to be there"));
    }

    // ---- what the gateway sees

    /** Their routes, which fall under the use of the first route that they ask. */
    List<Route> routes(Map<String, Route> others, String use) {
        List<Route> routes = new ArrayList<>();
        for (PipelineEntry entry : entries) {
            List<Route> asked = asked(entry, others);
            Tier tier = new Tier(
                    "pipeline",
                    entry.model(),
                    new Target(
                            URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                            entry.name(),
                            Optional.of(KEY_VARIABLE),
                            true),
                    // Each call of its models is paid for as such.
                    Micros.TokenPrice.FREE,
                    CONTEXT);
            routes.add(new Route(
                    entry.model(),
                    asked.isEmpty() ? use : asked.getFirst().use(),
                    List.of(tier),
                    entry.deadline(),
                    ANSWER_TOKENS,
                    Optional.empty()));
        }
        return routes;
    }

    private static List<Route> asked(PipelineEntry entry, Map<String, Route> routes) {
        return entry.routes().values().stream()
                .distinct()
                .map(name -> need(routes, name))
                .toList();
    }

    /** How they stand: like the tiers that they ask, of which the last of a route has to be live. */
    Standings standings(Map<String, Route> routes, Standings others) {
        Map<String, PipelineEntry> byModel = new HashMap<>();
        entries.forEach(entry -> byModel.put(entry.model(), entry));
        return (tier, use) -> {
            PipelineEntry entry = byModel.get(tier.candidate());
            return entry == null ? others.of(tier, use) : standing(entry, routes, others, use);
        };
    }

    private Standing standing(PipelineEntry entry, Map<String, Route> routes, Standings others, String use) {
        String identity = need(pipelines, entry.name()).digest().toString();
        Optional<Standing.Live> live = Optional.empty();
        for (Route route : asked(entry, routes)) {
            Standing standing = others.of(route.tiers().getLast(), use);
            if (!(standing instanceof Standing.Live now)) {
                return standing;
            }
            live = Optional.of(live.filter(before -> before.expires().isBefore(now.expires()))
                    .orElse(now));
        }
        return live.<Standing>map(first -> new Standing.Live(identity, first.verdict(), first.expires()))
                .orElseGet(() -> new Standing.Lapsed(entry.model() + " asks no model, so no verdict speaks of it"));
    }

    Optional<String> key(String variable) {
        return variable.equals(KEY_VARIABLE) ? Optional.of(key) : Optional.empty();
    }

    /**
     * Lets the pipelines' own calls in, each as whoever asked the pipeline: under that use, within that key's limits and
     * budgets. A key that may ask the pipeline may have it ask its models.
     */
    Admission admission(Admission others) {
        if (isEmpty()) {
            return others;
        }
        return new Admission() {
            @Override
            public Optional<Caller> caller(String asked) {
                return callers.of(asked).or(() -> others.caller(asked));
            }

            @Override
            public ApiError refusal(String asked) {
                return others.refusal(asked);
            }

            @Override
            public Map<String, String> rateHeaders(Caller caller, String route) {
                return others.rateHeaders(caller, route);
            }

            @Override
            public CompletionStage<Decision> admit(Caller caller, RequestFacts request, TokenUsage most, Micros worst) {
                return others.admit(
                        caller,
                        callers.pipelineOf(caller).map(request::withModel).orElse(request),
                        most,
                        worst);
            }
        };
    }

    // ---- requests

    private void receive(HttpExchange exchange) {
        try (exchange) {
            String said = exchange.getRequestHeaders().getFirst("Authorization");
            byte[] wanted = ("Bearer " + key).getBytes(StandardCharsets.UTF_8);
            if (said == null || !MessageDigest.isEqual(wanted, said.getBytes(StandardCharsets.UTF_8))) {
                refuse(exchange, 401, "pipelines are called through the gateway");
                return;
            }
            byte[] body = exchange.getRequestBody().readNBytes(LONGEST_BODY);
            JsonNode request = JsonMapper.shared().readTree(body);
            PipelineService service = services.get(request.path("model").stringValue(""));
            Optional<String> message = message(request);
            Optional<Caller> caller =
                    RunCallers.told(exchange.getRequestHeaders().getFirst(Leg.CALLER));
            if (service == null || message.isEmpty() || caller.isEmpty()) {
                refuse(exchange, 400, "a pipeline is asked with a message of the user in text");
                return;
            }
            service.answer(
                    exchange,
                    caller.get(),
                    message.get(),
                    request.path("stream").booleanValue(false));
        } catch (JacksonException e) {
            refuse(exchange, 400, "the request is not JSON");
        } catch (IOException e) {
            // Its caller left; the run has its journal.
            System.getLogger(ServedPipelines.class.getName()).log(System.Logger.Level.DEBUG, "a caller left", e);
        }
    }

    /** The last message of the user, as text. */
    private static Optional<String> message(JsonNode request) {
        Optional<String> last = Optional.empty();
        for (JsonNode message : request.path("messages")) {
            if (message.path("role").stringValue("").equals("user")) {
                JsonNode content = message.path("content");
                if (content.isString()) {
                    last = Optional.of(content.stringValue());
                } else {
                    StringBuilder text = new StringBuilder();
                    content.forEach(part -> text.append(part.path("text").stringValue("")));
                    last = Optional.of(text.toString());
                }
            }
        }
        return last.filter(text -> !text.isBlank());
    }

    private static void refuse(HttpExchange exchange, int status, String why) {
        byte[] body = JsonMapper.shared()
                .writeValueAsBytes(Map.of("error", Map.of("message", why, "type", "invalid_request_error")));
        try {
            exchange.getResponseHeaders().set("content-type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        } catch (IOException e) {
            System.getLogger(ServedPipelines.class.getName()).log(System.Logger.Level.DEBUG, "a caller left", e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        services.values().forEach(PipelineService::close);
        threads.shutdownNow();
        try {
            // Their last steps are still told to the audit.
            var _ = threads.awaitTermination(ENDING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
