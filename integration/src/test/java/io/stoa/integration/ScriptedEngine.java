package io.stoa.integration;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.EngineSource;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.model.Candidate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/** An engine whose answers a test writes; it remembers what it was asked. Its own source, for every candidate. */
public final class ScriptedEngine implements Engine, EngineSource {
    private final Function<Prompt.Chat, String> script;
    private final List<Prompt.Chat> asked = new ArrayList<>();

    public ScriptedEngine(Function<Prompt.Chat, String> script) {
        this.script = script;
    }

    public List<Prompt.Chat> asked() {
        return asked;
    }

    /** The only message of a prompt. */
    public static String said(Prompt.Chat prompt) {
        return prompt.messages().getFirst().content().orElseThrow();
    }

    @Override
    public Engine engine(Candidate candidate) {
        return this;
    }

    @Override
    public EngineFacts facts() {
        return new EngineFacts(
                "scripted", "script 1", Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty());
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.GENERATE);
    }

    /** The script's answer, cut to the token limit where one character is a token. */
    @Override
    public Generation generate(
            Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
        if (!(prompt instanceof Prompt.Chat chat)) {
            throw new UnsupportedOperationException("only conversations are scripted");
        }
        asked.add(chat);
        String whole = script.apply(chat);
        String text = whole.substring(0, Math.min(whole.length(), options.maxTokens()));
        return new Generation(
                text,
                text.equals(whole) ? Generation.Finish.STOP : Generation.Finish.LENGTH,
                1,
                text.length(),
                Optional.empty(),
                Duration.ZERO);
    }

    @Override
    public List<LogLikelihood> score(Prompt prompt, List<String> continuations) {
        throw new UnsupportedOperationException("scripted");
    }

    @Override
    public List<Integer> tokenize(String text, boolean special) {
        throw new UnsupportedOperationException("scripted");
    }

    @Override
    public String detokenize(List<Integer> tokens, boolean special) {
        throw new UnsupportedOperationException("scripted");
    }

    @Override
    public List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength) {
        throw new UnsupportedOperationException("scripted");
    }

    @Override
    public List<ScoredToken> logProbabilities(List<Integer> tokens, int alternatives) {
        throw new UnsupportedOperationException("scripted");
    }

    @Override
    public List<Integer> promptTokens(Prompt prompt) {
        throw new UnsupportedOperationException("scripted");
    }

    @Override
    public void close() {}
}
