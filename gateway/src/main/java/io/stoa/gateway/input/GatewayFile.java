package io.stoa.gateway.input;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Tier;
import io.stoa.gateway.upstream.Target;
import io.stoa.model.Bytes;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What a {@code gateway.yaml} says, with paths resolved against its folder.
 *
 * @param name what the gateway is called
 * @param listen where it listens
 * @param tls its certificate, where it speaks TLS
 * @param store where keys, budgets and idempotency keys are kept
 * @param ledger the ledger that approvals are read from
 * @param trust the public keys whose signatures count
 * @param assessment the {@code stoa.yaml} whose candidates and use are served
 * @param uses further uses by name, each that of an assessment's file
 * @param currency the ISO 4217 code that prices and budgets are in
 * @param routes what callers name as models, at least one
 * @param pipelines served as the models {@code pipeline/NAME}
 * @param guards what is looked for in requests
 * @param audit where the audit is kept
 * @param telemetry where spans and metrics are sent, an OTLP endpoint
 * @param limits what no request may exceed
 */
public record GatewayFile(
        String name,
        Listen listen,
        Optional<Tls> tls,
        Store store,
        Path ledger,
        List<Path> trust,
        Optional<Path> assessment,
        SequencedMap<String, Path> uses,
        String currency,
        List<RouteEntry> routes,
        List<PipelineEntry> pipelines,
        Guards guards,
        Audit audit,
        Optional<URI> telemetry,
        Limits limits) {
    public GatewayFile {
        requireNonNull(name, "name");
        requireNonNull(listen, "listen");
        requireNonNull(tls, "tls");
        requireNonNull(store, "store");
        requireNonNull(ledger, "ledger");
        requireNonNull(assessment, "assessment");
        requireNonNull(currency, "currency");
        requireNonNull(guards, "guards");
        requireNonNull(audit, "audit");
        requireNonNull(telemetry, "telemetry");
        requireNonNull(limits, "limits");
        trust = List.copyOf(trust);
        uses = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(uses));
        routes = List.copyOf(routes);
        pipelines = List.copyOf(pipelines);
        if (routes.isEmpty() || trust.isEmpty()) {
            throw new IllegalArgumentException("a gateway has a route and trusts a key");
        }
    }

    /** Stoa's folder: where the ledger lies, and the quantized files in {@code artifacts}. */
    public Path home() {
        return Optional.ofNullable(ledger.toAbsolutePath().getParent()).orElse(Path.of("/"));
    }

    /** What the papers' paths in approvals are relative to: the folder of the assessment's file. */
    public Path papers(Path file) {
        Path said = assessment.orElse(file).toAbsolutePath();
        return Optional.ofNullable(said.getParent()).orElse(Path.of("/"));
    }

    /**
     * Where it listens.
     *
     * @param host a name or an address
     * @param port 0 for any that is free
     */
    public record Listen(String host, int port) {
        public Listen {
            if (host.isBlank() || port < 0 || port > 65535) {
                throw new IllegalArgumentException("no place to listen: " + host + ":" + port);
            }
        }
    }

    /**
     * Its certificate.
     *
     * @param certificate the chain, PEM
     * @param key its private key, PEM
     */
    public record Tls(Path certificate, Path key) {}

    /** Where its state is kept. */
    public sealed interface Store {
        /** One file, for one gateway. */
        record Sqlite(Path file) implements Store {}

        /** A server, for several gateways; a password is not in the address but in {@code PGPASSWORD}. */
        record Postgres(URI address) implements Store {}
    }

    /**
     * A route.
     *
     * @param name what callers name as the model
     * @param use the use it falls under; absent for the assessment's
     * @param tiers the cheapest first
     * @param cascade the fitted cascade and its certificate, where there is one
     * @param deadline the longest that a request may take
     * @param answerTokens the most tokens of an answer, where the caller sets none
     * @param fallback the route that answers when this one's tiers failed
     * @param hedge after which silence a second attempt is begun
     */
    public record RouteEntry(
            String name,
            Optional<String> use,
            List<TierEntry> tiers,
            Optional<Path> cascade,
            Duration deadline,
            int answerTokens,
            Optional<String> fallback,
            Optional<Duration> hedge) {
        public RouteEntry {
            requireNonNull(name, "name");
            requireNonNull(use, "use");
            requireNonNull(cascade, "cascade");
            requireNonNull(deadline, "deadline");
            requireNonNull(fallback, "fallback");
            requireNonNull(hedge, "hedge");
            tiers = List.copyOf(tiers);
            if (tiers.isEmpty() || answerTokens < 1 || !deadline.isPositive()) {
                throw new IllegalArgumentException("route " + name + " has a tier, a deadline and room for an answer");
            }
        }

        /**
         * The route.
         *
         * @param assessed the use of the assessment, for a route that names none
         * @param targets where each tier answers, by the tier's name
         */
        public Route route(String assessed, Map<String, Target> targets) {
            return new Route(
                    name,
                    use.orElse(assessed),
                    tiers.stream()
                            .map(tier -> tier.tier(Optional.ofNullable(targets.get(tier.name()))
                                    .orElseThrow(() -> new IllegalArgumentException(
                                            "tier " + tier.name() + " of route " + name + " answers nowhere"))))
                            .toList(),
                    deadline,
                    answerTokens,
                    fallback);
        }
    }

    /**
     * A tier.
     *
     * @param name what people call it
     * @param candidate the candidate that was assessed
     * @param model where its model runs
     * @param license the licence that the operator counts on
     * @param price what a million tokens cost
     * @param contextTokens the most tokens of prompt and answer together
     */
    public record TierEntry(
            String name,
            String candidate,
            Model model,
            Optional<String> license,
            Micros.TokenPrice price,
            int contextTokens) {
        public TierEntry {
            requireNonNull(model, "model");
            requireNonNull(license, "license");
            requireNonNull(price, "price");
            if (name.isBlank() || candidate.isBlank() || contextTokens < 1) {
                throw new IllegalArgumentException("a tier has a name, a candidate and a context");
            }
        }

        /** The tier, once it is known where it answers. */
        public Tier tier(Target target) {
            return new Tier(name, candidate, target, price, contextTokens);
        }
    }

    /** Where the model of a tier runs. */
    public sealed interface Model {
        /**
         * In an engine that the gateway starts.
         *
         * @param file the model; absent for the one that the candidate was quantized to
         * @param slots how many requests it answers at the same time
         * @param threads its native threads; absent for what suits the machine
         */
        record Local(Optional<Path> file, int slots, Optional<Integer> threads) implements Model {
            public Local {
                requireNonNull(file, "file");
                requireNonNull(threads, "threads");
                if (slots < 1) {
                    throw new IllegalArgumentException("an engine has a slot: " + slots);
                }
            }
        }

        /** At an endpoint. */
        record Upstream(Target target) implements Model {}
    }

    /**
     * A pipeline that is served like a model.
     *
     * @param name callers name {@code pipeline/NAME}
     * @param file the pipeline's file
     * @param routes by the pipeline's name of a model: the route that answers for it
     * @param input the pipeline's input that gets the last message of the user
     * @param output the pipeline's output that is the answer
     * @param deadline the longest that a request may take
     */
    public record PipelineEntry(
            String name,
            Path file,
            SequencedMap<String, String> routes,
            String input,
            String output,
            Duration deadline) {
        public PipelineEntry {
            requireNonNull(file, "file");
            requireNonNull(input, "input");
            requireNonNull(output, "output");
            routes = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(routes));
            if (name.isBlank() || !deadline.isPositive()) {
                throw new IllegalArgumentException("a pipeline has a name and a deadline: " + name);
            }
        }

        /** What callers name as the model. */
        public String model() {
            return "pipeline/" + name;
        }
    }

    /** What a guard does with what it finds. */
    public enum Action {
        OFF,
        /** It is counted. */
        NOTE,
        /** It is replaced, such as by {@code [EMAIL]}; personal data only. */
        REDACT,
        REFUSE
    }

    /**
     * What is looked for in requests.
     *
     * @param personalData addresses, numbers of cards and accounts, and the like
     * @param promptInjection signals of instructions that are not the caller's
     * @param tools the only tools that may be offered to models; absent for any
     */
    public record Guards(Action personalData, Action promptInjection, Optional<List<String>> tools) {
        public Guards {
            requireNonNull(personalData, "personalData");
            requireNonNull(promptInjection, "promptInjection");
            tools = tools.map(List::copyOf);
        }
    }

    /**
     * The audit.
     *
     * @param folder where its files lie
     * @param keepContent whether prompts and answers are kept; they are committed to in any case
     * @param retention after how long a record may go
     */
    public record Audit(Path folder, boolean keepContent, Duration retention) {
        public Audit {
            requireNonNull(folder, "folder");
            if (!retention.isPositive()) {
                throw new IllegalArgumentException("records are kept for some time: " + retention);
            }
        }
    }

    /**
     * What no request may exceed.
     *
     * @param body the longest body
     * @param inFlight the most requests at the same time; more are refused at once
     */
    public record Limits(Bytes body, int inFlight) {
        public Limits {
            requireNonNull(body, "body");
            if (inFlight < 1) {
                throw new IllegalArgumentException("some request may be in flight: " + inFlight);
            }
        }
    }
}
