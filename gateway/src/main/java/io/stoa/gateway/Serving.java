package io.stoa.gateway;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.audit.RecordListener;
import io.stoa.gateway.cascade.Cascade;
import io.stoa.gateway.policy.Admission;
import io.stoa.gateway.policy.Guard;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Standings;
import java.time.Duration;
import java.util.Map;

/**
 * What decides about requests: exchanged as a whole, while requests under way keep what they began with.
 *
 * @param routes by the name that callers use
 * @param standings whether tiers may serve
 * @param admission keys, budgets and limits
 * @param cascades by route name; a route of several tiers without one is answered by its last tier
 * @param hedges by route name, after which silence a request is asked a second time; never one with tools, which may do
 *     something
 * @param guard what must not pass
 * @param records hears of every request's end
 * @param pages what else can be looked at
 */
public record Serving(
        Map<String, Route> routes,
        Standings standings,
        Admission admission,
        Map<String, Cascade> cascades,
        Map<String, Duration> hedges,
        Guard guard,
        RecordListener records,
        Pages pages) {
    public Serving {
        routes = Map.copyOf(routes);
        requireNonNull(standings, "standings");
        requireNonNull(admission, "admission");
        cascades = Map.copyOf(cascades);
        hedges = Map.copyOf(hedges);
        requireNonNull(guard, "guard");
        requireNonNull(records, "records");
        requireNonNull(pages, "pages");
    }
}
