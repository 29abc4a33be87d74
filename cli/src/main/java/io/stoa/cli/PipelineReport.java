package io.stoa.cli;

import io.stoa.integration.pipeline.DurableRun;
import io.stoa.integration.pipeline.Outcome;
import io.stoa.integration.pipeline.RunTrace;
import io.stoa.integration.step.RunHistory;
import io.stoa.integration.step.RunHistory.Past;
import io.stoa.store.CanonicalJson;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs, for people and for programs. */
final class PipelineReport {
    private static final int WIDEST_PATH = 60;
    private static final int LONGEST = 2000;

    private PipelineReport() {}

    /** What came of a run. */
    static int print(House house, PipelineCommand.Place place, String run, Outcome outcome, boolean json) {
        if (json) {
            house.out().println(json(run, outcome));
        } else {
            words(house, place, run, outcome);
        }
        return code(outcome);
    }

    static int code(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done _ -> ExitCode.OK.code();
            case Outcome.Waits _ -> ExitCode.UNDECIDED.code();
            case Outcome.Stopped _ -> ExitCode.NOT_READY.code();
            case Outcome.Failed failed -> ExitCode.of(failed.kind()).code();
        };
    }

    private static void words(House house, PipelineCommand.Place place, String run, Outcome outcome) {
        switch (outcome) {
            case Outcome.Done(ObjectNode outputs) ->
                outputs.properties()
                        .forEach(entry -> house.out().println(entry.getKey() + ": " + said(entry.getValue())));
            case Outcome.Stopped(String path, String reason) ->
                house.out().println("stopped at " + path + ": " + reason);
            case Outcome.Failed(String path, var _, String reason) -> {
                house.err().println("stoa: " + (path.isEmpty() ? "" : path + ": ") + reason);
                house.err().println("stoa: mend that, then `stoa pipeline resume " + run + place.option() + "`");
            }
            case Outcome.Waits(String path, var reason, String question) -> {
                house.out().println("waits: " + question);
                String answers = switch (reason) {
                    case APPROVAL -> "";
                    case UNCERTAIN -> " --happened (or --not-happened)";
                };
                house.out().println("  stoa pipeline show " + run + " --step " + path + place.option());
                house.out().println("  stoa pipeline approve " + run + " --step " + path + answers + place.option());
                house.out().println("  stoa pipeline resume " + run + place.option());
            }
        }
        house.err().println("run " + run);
    }

    private static String said(JsonNode value) {
        return value.isString() ? value.stringValue() : CanonicalJson.write(value);
    }

    private static ObjectNode json(String run, Outcome outcome) {
        ObjectNode json = JsonMapper.shared().createObjectNode().put("run", run);
        switch (outcome) {
            case Outcome.Done(ObjectNode outputs) -> json.put("state", "done").set("outputs", outputs);
            case Outcome.Stopped(String path, String reason) ->
                json.put("state", "stopped").put("step", path).put("reason", reason);
            case Outcome.Failed(String path, var kind, String reason) ->
                json.put("state", "failed")
                        .put("step", path)
                        .put("kind", kind.name().toLowerCase(Locale.ROOT))
                        .put("reason", reason);
            case Outcome.Waits(String path, var reason, String question) ->
                json.put("state", "waits")
                        .put("step", path)
                        .put("for", reason.name().toLowerCase(Locale.ROOT))
                        .put("question", question);
        }
        return json;
    }

    /** How a run stands, in a word. */
    static String state(RunHistory history) {
        Optional<Outcome> outcome = DurableRun.outcome(history);
        if (outcome.isPresent()) {
            return switch (outcome.get()) {
                case Outcome.Done _ -> "done";
                case Outcome.Stopped _ -> "stopped";
                case Outcome.Failed _ -> "failed";
                case Outcome.Waits _ -> "waits";
            };
        }
        return history.waiting().isEmpty() ? "unfinished" : "waits";
    }

    /** How a step stands, in a word. */
    static String state(Past past) {
        if (past.asked().isPresent() && past.decided().isEmpty()) {
            return "waits";
        }
        if (past.begun().isEmpty()) {
            return past.decided()
                    .map(decided -> decided.approved() ? "approved" : "refused")
                    .orElse("waits");
        }
        if (past.isUncertain()) {
            return "in doubt";
        }
        return past.ending()
                .map(ending -> switch (ending) {
                    case RunHistory.Ending.Result result -> result.told() ? "told" : "done";
                    case RunHistory.Ending.Failure _ -> "failed";
                    case RunHistory.Ending.DidNotHappen _ -> "not done";
                })
                .orElse("begun");
    }

    static void table(RunHistory history, PrintStream out) {
        int width = history.steps().stream()
                .mapToInt(past -> past.path().length())
                .max()
                .orElse(4);
        String format = "%-" + Math.clamp(width, 4, WIDEST_PATH) + "s  %-14s  %-9s  %5s  %10s%n";
        out.printf(Locale.ROOT, format, "step", "kind", "state", "tries", "time");
        for (Past past : history.steps()) {
            out.printf(Locale.ROOT, format, past.path(), kind(past), state(past), tries(past), time(past));
        }
    }

    static String kind(Past past) {
        return past.begun()
                .map(begun -> begun.kind())
                .or(() -> past.asked().map(asked -> asked.kind()))
                .orElse("");
    }

    private static String tries(Past past) {
        return past.tries() == 0 ? "" : Integer.toString(past.tries());
    }

    private static String time(Past past) {
        return took(past).map(PipelineReport::milliseconds).orElse("");
    }

    private static String milliseconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f ms", duration.toNanos() / 1e6);
    }

    private static Optional<Duration> took(Past past) {
        return past.begun()
                .flatMap(begun -> past.ending().map(ending -> Duration.between(begun.time(), ending.time())));
    }

    /** All of one step. */
    static void step(Past past, PrintStream out) {
        out.println(past.path() + " (" + kind(past) + "): " + state(past));
        past.asked().ifPresent(asked -> out.println("asked " + asked.time() + ", sha256:" + asked.digest()));
        past.decided()
                .ifPresent(decided -> out.println((decided.approved() ? "approved" : "refused") + " by " + decided.by()
                        + " " + decided.time() + (decided.note().isEmpty() ? "" : ": " + decided.note())));
        past.begun()
                .ifPresent(begun -> out.println("begun " + begun.time() + ", sha256:" + begun.digest() + ", effect "
                        + begun.effect() + " (" + begun.effects().name().toLowerCase(Locale.ROOT) + ")"));
        past.failures().forEach(failure -> out.println("failed " + failure.time() + ": " + failure.reason()));
        past.begun()
                .map(begun -> begun.input())
                .or(() -> past.asked().map(asked -> asked.input()))
                .ifPresent(input -> out.println("input:\n" + pretty(input)));
        past.output().ifPresent(output -> out.println("output:\n" + pretty(output)));
    }

    private static String pretty(JsonNode value) {
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(value);
    }

    static String abbreviated(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    static ObjectNode json(RunHistory history) {
        ObjectNode json = summary(history);
        json.set("inputs", DurableRun.inputs(history.started()));
        history.ended().ifPresent(ended -> json.set("end", ended.value()));
        ArrayNode steps = json.putArray("steps");
        history.steps().forEach(past -> steps.add(json(past)));
        return json;
    }

    static ObjectNode summary(RunHistory history) {
        JsonNode about = history.started().about();
        return JsonMapper.shared()
                .createObjectNode()
                .put("run", history.started().run())
                .put("pipeline", about.path("pipeline").stringValue(""))
                .put("digest", about.path("digest").stringValue(""))
                .put("state", state(history))
                .put("began", history.started().time().toString())
                .put("last", history.last().toString());
    }

    static ObjectNode json(Past past) {
        ObjectNode json = JsonMapper.shared()
                .createObjectNode()
                .put("step", past.path())
                .put("kind", kind(past))
                .put("state", state(past))
                .put("tries", past.tries());
        past.begun().ifPresent(begun -> {
            json.put("began", begun.time().toString())
                    .put("effects", begun.effects().name().toLowerCase(Locale.ROOT))
                    .put("effect", begun.effect())
                    .put("digest", "sha256:" + begun.digest());
            json.set("input", begun.input());
        });
        took(past).ifPresent(duration -> json.put("milliseconds", duration.toNanos() / 1e6));
        past.asked().ifPresent(asked -> {
            json.put("asked", asked.time().toString()).put("digest", "sha256:" + asked.digest());
            json.set("input", asked.input());
        });
        past.decided()
                .ifPresent(decided -> json.putObject("decision")
                        .put("approved", decided.approved())
                        .put("by", decided.by())
                        .put("note", decided.note())
                        .put("time", decided.time().toString()));
        if (!past.failures().isEmpty()) {
            ArrayNode failures = json.putArray("failures");
            past.failures()
                    .forEach(failure -> failures.addObject()
                            .put("kind", failure.kind().name().toLowerCase(Locale.ROOT))
                            .put("reason", failure.reason())
                            .put("time", failure.time().toString()));
        }
        past.output().ifPresent(output -> json.set("output", output));
        return json;
    }

    /** Writes a run's trace where an option says. */
    static void trace(House house, PipelineCommand.Place place, String run, Optional<Path> file) {
        file.ifPresent(path -> WholeFile.write(
                "--trace", path, RunTrace.of(place.runs(house).look(run)).toString() + "\n"));
    }
}
