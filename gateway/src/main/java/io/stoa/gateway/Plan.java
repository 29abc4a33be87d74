package io.stoa.gateway;

import io.stoa.gateway.cascade.Cascade;
import io.stoa.gateway.route.Route;
import java.util.List;
import java.util.Optional;

/**
 * Who is asked, in which order.
 *
 * @param route what was asked for
 * @param use the use under which it falls
 * @param steps who may answer: each next one when all before failed before the first byte
 * @param cascade where the first step's answer is looked at before it is sent on, who looks
 * @param reason why the first step is asked first
 */
record Plan(Route route, String use, List<Step> steps, Optional<Cascade> cascade, String reason) {
    Plan {
        steps = List.copyOf(steps);
    }
}
