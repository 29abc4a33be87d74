package io.stoa.cli;

import io.stoa.benchmark.task.Answer;
import io.stoa.benchmark.task.Item;
import io.stoa.benchmark.task.Task;
import io.stoa.engine.Engine;
import io.stoa.engine.Generation;
import io.stoa.engine.ScoredToken;
import io.stoa.gateway.cascade.Cascade.LocalAnswer;
import io.stoa.gateway.cascade.Labelled;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What two models answered to the items of tasks, in a file of JSON lines that grows with every answer: whoever is stopped
 * goes on from there.
 */
final class RouteAnswers {
    private final Path file;
    private final Map<String, Line> known = new HashMap<>();

    /**
     * One answer.
     *
     * @param key what was asked of whom, under which settings
     * @param task its task's id
     * @param prompt what the model read
     * @param score what the answer is worth
     * @param answer what it was
     */
    record Line(String key, String task, String prompt, double score, LocalAnswer answer) {}

    RouteAnswers(Path file) {
        this.file = file;
        if (Files.exists(file)) {
            read();
        }
    }

    private void read() {
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            int whole = text.lastIndexOf('\n') + 1;
            if (whole < text.length()) {
                // Half a line of a run that was killed: that answer is asked again.
                text = text.substring(0, whole);
                WholeFile.write(file, text.getBytes(StandardCharsets.UTF_8));
            }
            List<String> lines = text.lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                try {
                    Line line = JsonMapper.shared().readValue(lines.get(i), Line.class);
                    known.put(line.key(), line);
                } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
                    throw StoaException.user(file + ", line " + (i + 1) + ": is no answer that route fit kept; mend or"
                            + " remove the line, or name another file with --answers");
                }
            }
        } catch (IOException e) {
            throw StoaException.user("--answers " + file + ": cannot be read (" + e + ")");
        }
    }

    private static String key(String identity, String build, Task task, Item item) {
        return Digest.of(String.join(
                        "\n", identity, build, task.settings(), item.digest().hex()))
                .hex();
    }

    /** Asks what is not known yet. */
    void ask(String identity, String build, Engine model, List<Task> tasks, Progress progress) {
        AttentiveEngine engine = new AttentiveEngine(model);
        int total = tasks.stream().mapToInt(task -> task.items().size()).sum();
        int done = 0;
        try (BufferedWriter out = Files.newBufferedWriter(
                file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (Task task : tasks) {
                for (Item item : task.items().items()) {
                    String key = key(identity, build, task, item);
                    if (!known.containsKey(key)) {
                        Line line = ask(key, task, item, engine);
                        known.put(key, line);
                        out.write(JsonMapper.shared().writeValueAsString(line));
                        out.newLine();
                        out.flush();
                    }
                    progress.at(++done, total);
                }
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    "--answers " + file + ": cannot be written (" + e + "); mend it and run the same command again",
                    e);
        }
    }

    private static Line ask(String key, Task task, Item item, AttentiveEngine engine) {
        engine.take();
        try {
            Answer answer = task.ask(engine, item);
            AttentiveEngine.Heard heard = engine.take()
                    .orElseThrow(() -> StoaException.bug("task " + task.id() + " was answered without a generation"));
            return new Line(key, task.id(), heard.prompt(), answer.score(), local(heard.answer()));
        } catch (StoaException refusal) {
            if (refusal.kind() != StoaException.Kind.USER) {
                throw refusal;
            }
            // A prompt that does not fit is an answer that is worth nothing and tells nothing.
            return new Line(key, task.id(), item.prompt(), 0, new LocalAnswer("", "length", List.of(), List.of()));
        }
    }

    /** An answer as a gateway would hear it. */
    static LocalAnswer local(Generation answer) {
        List<Double> logs = new ArrayList<>();
        List<Double> margins = new ArrayList<>();
        for (ScoredToken token : answer.tokens()) {
            OptionalDouble log = token.logProbability();
            if (log.isPresent()) {
                logs.add(log.getAsDouble());
                margins.add(margin(token, log.getAsDouble()));
            }
        }
        return new LocalAnswer(answer.text(), answer.finish().name().toLowerCase(Locale.ROOT), logs, margins);
    }

    /** How much likelier a token was than the likeliest other one. */
    private static double margin(ScoredToken token, double log) {
        return token.top().stream()
                .filter(other -> other.token() != token.token())
                .mapToDouble(other -> log - other.logProbability())
                .min()
                .orElse(0);
    }

    /** Items that both have answered. */
    List<Labelled> labelled(String small, String large, String build, List<Task> tasks) {
        List<Labelled> examples = new ArrayList<>();
        for (Task task : tasks) {
            for (Item item : task.items().items()) {
                Optional<Line> weak = Optional.ofNullable(known.get(key(small, build, task, item)));
                Optional<Line> strong = Optional.ofNullable(known.get(key(large, build, task, item)));
                if (weak.isPresent() && strong.isPresent()) {
                    examples.add(new Labelled(
                            weak.get().prompt(),
                            weak.get().score(),
                            strong.get().score(),
                            Optional.of(weak.get().answer()),
                            Optional.of(task.id())));
                }
            }
        }
        return examples;
    }
}
