package io.stoa.hardware;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** An engine that answers by a script: one token per word, and as fast as it is told. */
public final class ScriptedEngine implements Engine {
    private final IntFunction<Times> times;
    private final int contextTokens;
    private final int longestAnswer;
    private final List<Prompt> prompts = new ArrayList<>();

    /** How long one answer takes. */
    public record Times(Duration firstToken, Duration eachToken) {}

    /**
     * Makes an engine.
     *
     * @param times the times of the answer with this number, from 0
     * @param longestAnswer it stops after so many tokens
     */
    public ScriptedEngine(IntFunction<Times> times, int contextTokens, int longestAnswer) {
        this.times = times;
        this.contextTokens = contextTokens;
        this.longestAnswer = longestAnswer;
    }

    /** An engine that always takes the same. */
    public static ScriptedEngine steady(Duration firstToken, Duration eachToken) {
        return new ScriptedEngine(number -> new Times(firstToken, eachToken), 4096, Integer.MAX_VALUE);
    }

    /** What it was asked so far. */
    public List<Prompt> prompts() {
        return prompts;
    }

    @Override
    public EngineFacts facts() {
        return new EngineFacts(
                "scripted",
                "script 1",
                Optional.empty(),
                OptionalInt.of(contextTokens),
                OptionalInt.empty(),
                Optional.empty());
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.GENERATE, Capability.TOKENIZE);
    }

    @Override
    public Generation generate(
            Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
        Times own = times.apply(prompts.size());
        prompts.add(prompt);
        int tokens = Math.min(options.maxTokens(), longestAnswer);
        Duration total = own.firstToken().plus(own.eachToken().multipliedBy(Math.max(0, tokens - 1)));
        return new Generation(
                "word ".repeat(tokens),
                Generation.Finish.LENGTH,
                words(prompt).size(),
                tokens,
                tokens == 0 ? Optional.empty() : Optional.of(own.firstToken()),
                total);
    }

    @Override
    public List<LogLikelihood> score(Prompt prompt, List<String> continuations) {
        throw new UnsupportedOperationException("a script has no probabilities");
    }

    @Override
    public List<Integer> tokenize(String text, boolean special) {
        return Arrays.stream(text.split(" ", -1)).map(String::length).toList();
    }

    @Override
    public String detokenize(List<Integer> tokens, boolean special) {
        return String.join(" ", tokens.stream().map("x"::repeat).toList());
    }

    @Override
    public List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength) {
        throw new UnsupportedOperationException("a script has no embeddings");
    }

    @Override
    public List<ScoredToken> logProbabilities(List<Integer> tokens, int alternatives) {
        throw new UnsupportedOperationException("a script has no embeddings");
    }

    @Override
    public List<Integer> promptTokens(Prompt prompt) {
        throw new UnsupportedOperationException("a script has no embeddings");
    }

    @Override
    public void close() {
        // A script holds nothing.
    }

    private static List<String> words(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Text(String text) -> List.of(text.split(" ", -1));
            case Prompt.Chat chat -> List.of(chat.messages().toString().split(" ", -1));
            case Prompt.Continued begun -> List.of(begun.messages().toString().split(" ", -1));
        };
    }
}
