package io.stoa.cli;

import io.stoa.gateway.Page;
import io.stoa.gateway.Pages;
import io.stoa.gateway.audit.RecordListener;
import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.cascade.RouteMonitor;
import io.stoa.gateway.policy.Caller;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What callers say of answers: {@code POST /v1/feedback?request=ID&right=true}, with the key that asked, once for each
 * request. Answers that a certificate kept with the lower tier are labels for that route's monitor; the others are nobody's
 * business here.
 */
final class Feedback implements RecordListener {
    static final String PATH = "/v1/feedback";

    /** So many answers can still be spoken about: an hour's worth at a few dozen a second. */
    private static final int REMEMBERED = 100_000;

    private final Function<String, Optional<RouteMonitor>> monitors;
    private final Function<String, Optional<String>> firstTier;
    private final Map<String, Answered> answered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answered> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Answered(String key, String route) {}

    /**
     * With the monitor of a route, where it has one.
     *
     * @param firstTier the name of the tier that the monitor watches
     */
    Feedback(Function<String, Optional<RouteMonitor>> monitors, Function<String, Optional<String>> firstTier) {
        this.monitors = monitors;
        this.firstTier = firstTier;
    }

    @Override
    public void ended(RequestRecord ended) {
        // The certificate, and so the monitor, is about what the first tier of a route answers.
        if (ended.end() == RequestRecord.End.SERVED
                && ended.key().isPresent()
                && ended.tier().equals(firstTier.apply(ended.route()))
                && monitors.apply(ended.route()).isPresent()) {
            synchronized (answered) {
                answered.put(ended.id(), new Answered(ended.key().get(), ended.route()));
            }
        }
    }

    /** Takes what a caller says. */
    Page heard(Pages.Request request) {
        Optional<Caller> caller = request.caller();
        if (caller.isEmpty()) {
            return error(401, "send the key that asked, as Authorization: Bearer KEY");
        }
        Optional<String> id = parameter(request.query(), "request");
        Optional<String> right = parameter(request.query(), "right").filter(said -> said.matches("true|false"));
        if (id.isEmpty() || right.isEmpty()) {
            return error(
                    400,
                    "say which answer, and whether it was right: ?request=ID&right=true or false; the id is in"
                            + " the answer's x-request-id");
        }
        Optional<Answered> spoken;
        synchronized (answered) {
            spoken = Optional.ofNullable(answered.get(id.get()))
                    .filter(answer -> answer.key().equals(caller.get().keyId()));
            spoken.ifPresent(_ -> answered.remove(id.get()));
        }
        return spoken.flatMap(answer -> monitors.apply(answer.route()).map(monitor -> {
                    monitor.observe(right.get().equals("true"));
                    return Page.json(
                            200,
                            monitor.withdrawn().isPresent()
                                    ? "{\"status\":\"heard\",\"certificate\":\"withdrawn\"}"
                                    : "{\"status\":\"heard\",\"certificate\":\"stands\"}");
                }))
                .orElseGet(() -> error(
                        404,
                        "no answer of this id is waited for: it was not kept with the lower tier under a certificate,"
                                + " is another key's, was spoken about already, or is too old"));
    }

    private static Optional<String> parameter(String query, String name) {
        for (String part : query.split("&", -1)) {
            if (part.startsWith(name + "=")) {
                return Optional.of(part.substring(name.length() + 1));
            }
        }
        return Optional.empty();
    }

    private static Page error(int status, String message) {
        return Page.json(status, "{\"error\":{\"message\":\"" + message + "\",\"type\":\"invalid_request_error\"}}");
    }
}
