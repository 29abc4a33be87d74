package io.stoa.gateway;

import io.stoa.gateway.cascade.Cascade;
import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Standing;
import io.stoa.gateway.route.Tier;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RefusedRequest;
import io.stoa.gateway.wire.RequestFacts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Finds who may answer. Only tiers whose standing is live are asked. A route with a cascade asks its first tier where the
 * cascade says so; without one nothing proves the lower tiers' answers, and the last tier is asked.
 */
final class Planner {
    private static final int MOST_FALLBACKS = 4;

    private final Serving serving;

    Planner(Serving serving) {
        this.serving = serving;
    }

    /**
     * Who is asked.
     *
     * @param prompt the text that a cascade judges, made only where there is a cascade; absent when the request is not
     *     one that cascades judge
     * @throws RefusedRequest with 404 for an unknown route, 403 where a licence refuses the use, 503 where no tier may
     *     serve now
     */
    Plan plan(Caller caller, RequestFacts facts, Supplier<Optional<String>> prompt) {
        Route route = Optional.ofNullable(serving.routes().get(facts.model())).orElseThrow(() -> unknown(facts));
        String use = caller.use().orElse(route.use());
        Optional<Cascade> cascade = Optional.ofNullable(serving.cascades().get(route.name()))
                .filter(_ -> route.tiers().size() > 1);
        Cascade.Choice choice = cascade.map(each -> choose(each, prompt))
                .orElseGet(() -> new Cascade.Choice(
                        false,
                        route.tiers().size() == 1
                                ? "the only tier of its route"
                                : "no certificate, so the last tier answers"));
        List<Step> steps = new ArrayList<>(route.tiers().size());
        List<Standing> refusals = new ArrayList<>(0);
        if (choice.local()) {
            add(route, route.tiers().getFirst(), use, steps, refusals);
        }
        boolean local = !steps.isEmpty();
        for (Tier tier : upper(route, cascade.isPresent())) {
            add(route, tier, use, steps, refusals);
        }
        if (steps.isEmpty()) {
            refuseForbidden(refusals);
        }
        String reason = steps.isEmpty()
                ? reasons("route " + route.name(), refusals)
                : choice.local() && !local ? reasons("its first tier", refusals.subList(0, 1)) : choice.reason();
        addFallbacks(route, use, steps);
        if (steps.isEmpty()) {
            throw new RefusedRequest(ApiError.of(503, "server_error", "route_not_approved", reason));
        }
        return new Plan(route, use, steps, local ? cascade : Optional.empty(), reason);
    }

    private static RefusedRequest unknown(RequestFacts facts) {
        return new RefusedRequest(new ApiError(
                404,
                "invalid_request_error",
                Optional.of("model_not_found"),
                Optional.of("model"),
                "there is no route named " + shortened(facts.model()) + "; GET /v1/models lists them"));
    }

    private static String shortened(String name) {
        return name.length() > 100 ? name.substring(0, 100) + "…" : name;
    }

    private static Cascade.Choice choose(Cascade cascade, Supplier<Optional<String>> prompt) {
        return prompt.get()
                .map(cascade::before)
                .orElseGet(() -> new Cascade.Choice(
                        false, "the certificate is about single answers in text; this asks for something else"));
    }

    private static List<Tier> upper(Route route, boolean hasCascade) {
        List<Tier> tiers = route.tiers();
        return tiers.size() == 1 ? tiers : tiers.subList(hasCascade ? 1 : tiers.size() - 1, tiers.size());
    }

    private void add(Route route, Tier tier, String use, List<Step> steps, List<Standing> refusals) {
        Standing standing = serving.standings().of(tier, use);
        if (standing instanceof Standing.Live live) {
            steps.add(new Step(route, tier, live));
        } else {
            refusals.add(standing);
        }
    }

    /** The fallbacks serve under the use that was asked for, not under their own. */
    private void addFallbacks(Route route, String use, List<Step> steps) {
        Set<String> seen = new HashSet<>(Set.of(route.name()));
        Optional<Route> next = fallback(route);
        while (next.isPresent() && seen.add(next.get().name()) && seen.size() <= 1 + MOST_FALLBACKS) {
            for (Tier tier : upper(next.get(), false)) {
                add(next.get(), tier, use, steps, new ArrayList<>(0));
            }
            next = fallback(next.get());
        }
    }

    private Optional<Route> fallback(Route route) {
        return route.fallback()
                .flatMap(name -> Optional.ofNullable(serving.routes().get(name)));
    }

    private static void refuseForbidden(List<Standing> refusals) {
        for (Standing refusal : refusals) {
            if (refusal instanceof Standing.Forbidden(String clause, String reason)) {
                throw new RefusedRequest(
                        ApiError.of(403, "permission_error", "use_not_licensed", clause + ": " + reason));
            }
        }
    }

    private static String reasons(String who, List<Standing> refusals) {
        StringBuilder text = new StringBuilder(who).append(" may not serve now");
        for (Standing refusal : refusals) {
            switch (refusal) {
                case Standing.Lapsed(String reason) -> text.append(": ").append(reason);
                case Standing.Forbidden(String clause, String reason) ->
                    text.append(": ").append(clause).append(", ").append(reason);
                case Standing.Live _ -> throw new IllegalStateException("a tier that may serve was refused");
            }
        }
        return text.toString();
    }
}
