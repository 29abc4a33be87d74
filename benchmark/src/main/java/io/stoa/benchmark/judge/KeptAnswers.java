package io.stoa.benchmark.judge;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A judge whose answers are kept in a file, a JSON line each, as they come: a run that was stopped goes on where it was,
 * and nothing is asked twice. A line that was only begun is not read. Only for greedy answers, which are the same each time.
 */
public final class KeptAnswers implements Engine {
    private final Engine engine;
    private final Path file;
    private final Map<String, Kept> kept = new HashMap<>();
    private int known;

    private record Kept(String text, Generation.Finish finish) {}

    /**
     * @param engine of the judge, which is closed with this
     * @param folder of all judges' answers
     * @param identity of the model and what runs it: all that an answer depends on besides what is asked
     */
    public KeptAnswers(Engine engine, Path folder, String identity) {
        this.engine = engine;
        this.file = folder.resolve(Digest.of(identity).hex().substring(0, 16)).resolve("judge.jsonl");
        try {
            Files.createDirectories(file.resolveSibling("."));
            if (Files.exists(file)) {
                Files.readString(file).lines().forEach(this::read);
                // What follows must not go on with a line that was only begun.
                Files.writeString(file, "\n", StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private void read(String line) {
        try {
            JsonNode entry = JsonMapper.shared().readTree(line);
            if (entry.path("k").isString() && entry.path("text").isString()) {
                kept.put(
                        entry.path("k").stringValue(),
                        new Kept(
                                entry.path("text").stringValue(),
                                Generation.Finish.valueOf(entry.path("finish").asString())));
            }
        } catch (JacksonException | IllegalArgumentException _) {
            // A line that was only begun: its answer is asked for again.
        }
    }

    /** How many answers were known already. */
    public int known() {
        return known;
    }

    @Override
    public Generation generate(
            Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
        if (options.temperature() > 0) {
            return engine.generate(prompt, options, stream, cancelled);
        }
        String key = Digest.of(options + "\n" + prompt).hex();
        Kept before = kept.get(key);
        if (before != null) {
            known++;
            stream.accept(before.text());
            return new Generation(before.text(), before.finish(), 0, 0, Optional.empty(), Duration.ZERO);
        }
        Generation answer = engine.generate(prompt, options, stream, cancelled);
        if (answer.finish() != Generation.Finish.CANCELLED) {
            keep(key, new Kept(answer.text(), answer.finish()));
        }
        return answer;
    }

    private void keep(String key, Kept answer) {
        ObjectNode line = JsonMapper.shared().createObjectNode();
        line.put("k", key).put("finish", answer.finish().name()).put("text", answer.text());
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw unwritable(e);
        }
        kept.put(key, answer);
    }

    private StoaException unwritable(IOException e) {
        return new StoaException(
                StoaException.Kind.RESOURCES, file + ": answers cannot be kept there (" + e.getMessage() + ")", e);
    }

    @Override
    public EngineFacts facts() {
        return engine.facts();
    }

    @Override
    public Set<Capability> capabilities() {
        return engine.capabilities();
    }

    @Override
    public List<LogLikelihood> score(Prompt prompt, List<String> continuations) {
        return engine.score(prompt, continuations);
    }

    @Override
    public List<ScoredToken> logProbabilities(List<Integer> tokens, int alternatives) {
        return engine.logProbabilities(tokens, alternatives);
    }

    @Override
    public List<Integer> promptTokens(Prompt prompt) {
        return engine.promptTokens(prompt);
    }

    @Override
    public List<Integer> tokenize(String text, boolean special) {
        return engine.tokenize(text, special);
    }

    @Override
    public String detokenize(List<Integer> tokens, boolean special) {
        return engine.detokenize(tokens, special);
    }

    @Override
    public List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength) {
        return engine.embed(texts, pooling, unitLength);
    }

    @Override
    public void close() {
        engine.close();
    }
}
