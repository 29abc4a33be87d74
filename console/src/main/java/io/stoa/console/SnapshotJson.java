package io.stoa.console;

import io.stoa.console.ConsoleFeed.Figures;
import io.stoa.console.ConsoleFeed.Numbered;
import io.stoa.console.ConsoleSources.Approval;
import io.stoa.console.ConsoleSources.Audit;
import io.stoa.console.ConsoleSources.Budget;
import io.stoa.console.ConsoleSources.Chain;
import io.stoa.console.ConsoleSources.House;
import io.stoa.console.ConsoleSources.Monitor;
import io.stoa.console.ConsoleSources.RouteView;
import io.stoa.console.ConsoleSources.TierView;
import io.stoa.console.Slot.TierKey;
import io.stoa.console.Window.Span;
import io.stoa.gateway.audit.RequestRecord.End;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Standing;
import io.stoa.gateway.route.Tier;
import io.stoa.model.Digest;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * All that the console shows, as one JSON object:
 *
 * <ul>
 *   <li>{@code time}, {@code started}, {@code since} (of today's sums), {@code requests} since the start, {@code version},
 *       {@code currency}, {@code localTarget}
 *   <li>{@code routes}: each with its tiers, how they stand ({@code live}, {@code lapsed}, {@code forbidden}) and why, and
 *       its sums of today
 *   <li>{@code today}: sums over all routes
 *   <li>{@code windows}: for {@code minutes}, {@code hour} and {@code day} the sums and percentiles over all of it, and for
 *       each stretch of time, as columns of equal length, the oldest first and the one that runs last; a percentile of
 *       nothing is null
 *   <li>{@code recent}, {@code unanswered}: requests, the newest first
 *   <li>{@code budgets}, {@code audit} (null where none is kept), {@code monitors}
 *   <li>{@code problems}: parts that could not be had, and why
 * </ul>
 *
 * Moments are ISO 8601, durations are µs, money is millionths of the currency.
 */
final class SnapshotJson {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Figures figures;
    private final ConsoleSources sources;
    private final ArrayNode problems = NODES.arrayNode();

    private SnapshotJson(Figures figures, ConsoleSources sources) {
        this.figures = figures;
        this.sources = sources;
    }

    static byte[] of(Figures figures, ConsoleSources sources) {
        return MAPPER.writeValueAsBytes(new SnapshotJson(figures, sources).json());
    }

    private ObjectNode json() {
        House house = sources.house();
        ObjectNode json = NODES.objectNode();
        json.put("time", figures.now().toString());
        json.put("started", figures.started().toString());
        json.put("since", figures.since().toString());
        json.put("requests", figures.count());
        json.put("version", house.version());
        json.put("currency", house.currency());
        json.put("localTarget", house.localTarget());
        part(json, "routes", () -> routes(json.putArray("routes")));
        json.set("today", sums(sum(figures.today())));
        ObjectNode windows = json.putObject("windows");
        for (Span span : Span.values()) {
            windows.set(span.key(), window(span));
        }
        requests(json.putArray("recent"), figures.recent());
        requests(json.putArray("unanswered"), figures.unanswered());
        part(json, "budgets", () -> budgets(json.putArray("budgets")));
        part(
                json,
                "audit",
                () -> sources.audit()
                        .ifPresentOrElse(audit -> json.set("audit", audit(audit)), () -> json.putNull("audit")));
        part(json, "monitors", () -> monitors(json.putArray("monitors")));
        json.set("problems", problems);
        return json;
    }

    /** A store that fails must not hide what the gateway itself knows. */
    private void part(ObjectNode json, String name, Runnable write) {
        try {
            write.run();
        } catch (RuntimeException e) {
            json.putNull(name);
            problems.addObject()
                    .put("part", name)
                    .put(
                            "message",
                            Optional.ofNullable(e.getMessage())
                                    .orElse(e.getClass().getSimpleName()));
        }
    }

    private void routes(ArrayNode to) {
        for (RouteView view : sources.routes()) {
            Route route = view.route();
            ObjectNode json = to.addObject();
            json.put("name", route.name());
            json.put("use", route.use());
            json.put("deadlineMillis", route.deadline().toMillis());
            json.put("answerTokens", route.answerTokens());
            put(json, "fallback", route.fallback());
            ArrayNode tiers = json.putArray("tiers");
            for (int at = 0; at < view.tiers().size(); at++) {
                tiers.add(tier(route, at, view.tiers().get(at)));
            }
            Map<TierKey, Tally> own = new HashMap<>();
            figures.today().forEach((key, tally) -> {
                if (key.route().equals(route.name())) {
                    own.put(key, tally);
                }
            });
            json.set("today", sums(sum(own)));
        }
    }

    private ObjectNode tier(Route route, int at, TierView view) {
        Tier tier = route.tiers().get(at);
        ObjectNode json = NODES.objectNode();
        json.put("name", tier.name());
        json.put("model", tier.target().model());
        json.put("lowest", at == 0 && route.tiers().size() > 1);
        json.put("contextTokens", tier.contextTokens());
        json.put("promptPerMillion", tier.price().promptPerMillion());
        json.put("completionPerMillion", tier.price().completionPerMillion());
        Tally today = figures.today().getOrDefault(new TierKey(route.name(), tier.name()), new Tally());
        json.put("answered", today.answered());
        switch (view.standing()) {
            case Standing.Live live -> {
                json.put("standing", "live");
                json.put("candidate", live.candidate());
                json.put("sequence", live.verdict().sequence());
                json.put("evidence", live.verdict().digest().hex());
                json.put("expires", live.expires().toString());
            }
            case Standing.Lapsed(String reason) ->
                json.put("standing", "lapsed").put("reason", reason);
            case Standing.Forbidden(String clause, String reason) ->
                json.put("standing", "forbidden").put("clause", clause).put("reason", reason);
        }
        view.approval().ifPresent(approval -> json.set("approval", approval(approval)));
        return json;
    }

    private static ObjectNode approval(Approval approval) {
        ObjectNode json = NODES.objectNode();
        json.put("verdict", approval.verdict());
        json.put("by", approval.by());
        json.put("given", approval.given().toString());
        ArrayNode conditions = json.putArray("conditions");
        approval.conditions().forEach(conditions::add);
        return json;
    }

    private static Tally sum(Map<TierKey, Tally> parts) {
        Tally sum = new Tally();
        parts.values().forEach(sum::add);
        return sum;
    }

    private static ObjectNode sums(Tally tally) {
        ObjectNode json = NODES.objectNode();
        json.put("answered", tally.answered());
        json.put("lower", tally.lower());
        json.put("upper", tally.upper());
        for (End end : End.values()) {
            json.put(word(end), tally.of(end));
        }
        json.put("promptTokens", tally.promptTokens());
        json.put("completionTokens", tally.completionTokens());
        json.put("costMicros", tally.costMicros());
        json.put("savedMicros", tally.savedMicros());
        return json;
    }

    private ObjectNode window(Span span) {
        long last = span.index(figures.now().toEpochMilli());
        Slot whole = new Slot(last);
        Slot[] columns = new Slot[span.slots()];
        for (Slot slot : figures.slots().getOrDefault(span, List.of())) {
            long at = slot.index() - last + span.slots() - 1;
            if (at >= 0 && at < span.slots()) {
                columns[(int) at] = slot;
                whole.add(slot);
            }
        }
        for (int at = 0; at < columns.length; at++) {
            if (columns[at] == null) {
                columns[at] = new Slot(last - span.slots() + 1 + at);
            }
        }
        ObjectNode json = NODES.objectNode();
        json.put("slotSeconds", span.slot().toSeconds());
        json.put(
                "begins",
                Instant.ofEpochMilli(columns[0].index() * span.slot().toMillis())
                        .toString());
        ObjectNode sums = sums(whole.tally());
        sums.set("firstByte", percentiles(whole.firstByte()));
        sums.set("whole", percentiles(whole.whole()));
        json.set("sums", sums);
        json.set("tiers", tiers(whole.tiers()));
        List<Slot> slots = List.of(columns);
        column(json, "answered", slots, slot -> slot.tally().answered());
        column(json, "lower", slots, slot -> slot.tally().lower());
        column(json, "upper", slots, slot -> slot.tally().upper());
        column(json, "refused", slots, slot -> slot.tally().of(End.REFUSED));
        column(json, "failed", slots, slot -> slot.tally().of(End.FAILED));
        column(json, "abandoned", slots, slot -> slot.tally().of(End.ABANDONED));
        column(json, "costMicros", slots, slot -> slot.tally().costMicros());
        json.set(
                "firstByte",
                percentileColumns(slots.stream().map(Slot::firstByte).toList()));
        json.set("whole", percentileColumns(slots.stream().map(Slot::whole).toList()));
        return json;
    }

    private static ArrayNode tiers(Map<TierKey, Tally> tiers) {
        ArrayNode json = NODES.arrayNode();
        tiers.forEach((key, tally) -> {
            if (tally.answered() > 0) {
                json.addObject()
                        .put("route", key.route())
                        .put("tier", key.tier())
                        .put("answered", tally.answered());
            }
        });
        return json;
    }

    private static void column(ObjectNode to, String name, List<Slot> slots, ToLongFunction<Slot> value) {
        ArrayNode column = to.putArray(name);
        slots.forEach(slot -> column.add(value.applyAsLong(slot)));
    }

    private static ObjectNode percentiles(Histogram histogram) {
        ObjectNode json = NODES.objectNode();
        for (Percentile percentile : Percentile.values()) {
            put(json, percentile.key, histogram.percentile(percentile.share));
        }
        return json;
    }

    private static ObjectNode percentileColumns(List<Histogram> histograms) {
        ObjectNode json = NODES.objectNode();
        for (Percentile percentile : Percentile.values()) {
            ArrayNode column = json.putArray(percentile.key);
            for (Histogram histogram : histograms) {
                histogram.percentile(percentile.share).ifPresentOrElse(column::add, column::addNull);
            }
        }
        return json;
    }

    private static void requests(ArrayNode to, List<Numbered> requests) {
        for (Numbered numbered : requests) {
            RecentRequest request = numbered.request();
            ObjectNode json = to.addObject();
            json.put("number", numbered.number());
            json.put("id", request.id());
            json.put("time", request.time().toString());
            json.put("path", request.path());
            put(json, "key", request.key());
            put(json, "use", request.use());
            json.put("route", request.route());
            put(json, "tier", request.tier());
            put(json, "candidate", request.candidate());
            put(json, "verdict", request.verdict());
            json.put("end", word(request.end()));
            json.put("status", request.status());
            json.put("reason", request.reason());
            json.put("attempts", request.attempts());
            json.put("promptTokens", request.usage().prompt());
            json.put("completionTokens", request.usage().completion());
            json.put("costMicros", request.costMicros());
            put(json, "firstByteMicros", request.firstByteMicros());
            json.put("durationMicros", request.durationMicros());
            json.put("requestBytes", request.requestBytes());
            json.put("answerBytes", request.answerBytes());
        }
    }

    private void budgets(ArrayNode to) {
        for (Budget budget : sources.budgets()) {
            ObjectNode json = to.addObject();
            json.put("kind", budget.kind().name().toLowerCase(Locale.ROOT));
            json.put("owner", budget.owner());
            json.put("limitMicros", budget.limit().value());
            json.put("spentMicros", budget.spent().value());
            json.put("reservedMicros", budget.reserved().value());
            put(json, "resets", budget.resets().map(Instant::toString));
        }
    }

    private static ObjectNode audit(Audit audit) {
        ObjectNode json = NODES.objectNode();
        json.put("records", audit.records());
        put(json, "head", audit.head().map(Digest::hex));
        switch (audit.chain()) {
            case Chain.Whole(long records, Instant checked) ->
                json.put("chain", "whole").put("checkedRecords", records).put("checked", checked.toString());
            case Chain.Broken(String reason, Instant checked) ->
                json.put("chain", "broken").put("reason", reason).put("checked", checked.toString());
            case Chain.Unchecked _ -> json.put("chain", "unchecked");
        }
        return json;
    }

    private void monitors(ArrayNode to) {
        for (Monitor monitor : sources.monitors()) {
            ObjectNode json = to.addObject();
            json.put("route", monitor.route());
            json.put("state", monitor.state().name().toLowerCase(Locale.ROOT));
            json.put("seen", monitor.seen());
            if (monitor.evidence().isPresent()) {
                json.put("evidence", monitor.evidence().getAsDouble());
            } else {
                json.putNull("evidence");
            }
            json.put("sentence", monitor.sentence());
        }
    }

    private static String word(End end) {
        return switch (end) {
            case SERVED -> "served";
            case ESCALATED -> "escalated";
            case FELL_BACK -> "fellBack";
            case REFUSED -> "refused";
            case FAILED -> "failed";
            case ABANDONED -> "abandoned";
        };
    }

    private static void put(ObjectNode json, String name, Optional<String> value) {
        json.put(name, value.orElse(null));
    }

    private static void put(ObjectNode json, String name, OptionalLong value) {
        if (value.isPresent()) {
            json.put(name, value.getAsLong());
        } else {
            json.putNull(name);
        }
    }

    private enum Percentile {
        P50("p50", 0.5),
        P95("p95", 0.95),
        P99("p99", 0.99);

        private final String key;
        private final double share;

        Percentile(String key, double share) {
            this.key = key;
            this.share = share;
        }
    }
}
