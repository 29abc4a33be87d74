package io.stoa.benchmark;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.model.StoaException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An engine that answers as it is told: a function from the user's message to an answer, and one from message and choice
 * to token log-probabilities. It reads at most {@code contextTokens} words and remembers what it was asked.
 */
public final class ScriptedEngine implements Engine {
    private final Set<Capability> capabilities = EnumSet.of(Capability.GENERATE, Capability.SCORE);
    private final List<String> asked = new ArrayList<>();
    private Function<String, String> answer = message -> "";
    private BiFunction<String, String, List<Double>> logProbabilities = (message, choice) -> List.of(-1.0);
    private int contextTokens = 1000;
    private boolean cutting;

    public ScriptedEngine answering(Function<String, String> answer) {
        this.answer = answer;
        return this;
    }

    public ScriptedEngine scoring(BiFunction<String, String, List<Double>> logProbabilities) {
        this.logProbabilities = logProbabilities;
        return this;
    }

    public ScriptedEngine without(Capability capability) {
        capabilities.remove(capability);
        return this;
    }

    public ScriptedEngine reading(int contextTokens) {
        this.contextTokens = contextTokens;
        return this;
    }

    /** From now on answers of more words than the tokens that were asked for are cut off there. */
    public ScriptedEngine cutting() {
        cutting = true;
        return this;
    }

    /** From now on it tells tokens: a begin token 0, and a text's characters, each with log-probability −1. */
    public ScriptedEngine spelling() {
        capabilities.add(Capability.TOKENIZE);
        return this;
    }

    /** The messages that were asked, in order. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    public EngineFacts facts() {
        return new EngineFacts(
                "scripted",
                "scripted 1",
                Optional.empty(),
                OptionalInt.of(contextTokens),
                OptionalInt.empty(),
                Optional.empty());
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.copyOf(capabilities);
    }

    @Override
    public Generation generate(
            Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
        if (options.temperature() != 0) {
            throw new AssertionError("a benchmark generates greedily, not at " + options.temperature());
        }
        String text = answer.apply(read(prompt));
        List<String> words = List.of(text.split(" ", -1));
        if (cutting && words.size() > options.maxTokens()) {
            String cut = String.join(" ", words.subList(0, options.maxTokens()));
            return new Generation(cut, Generation.Finish.LENGTH, 1, 1, Optional.empty(), Duration.ZERO);
        }
        return new Generation(text, Generation.Finish.STOP, 1, 1, Optional.empty(), Duration.ZERO);
    }

    @Override
    public List<LogLikelihood> score(Prompt prompt, List<String> continuations) {
        String message = read(prompt);
        return continuations.stream()
                .map(continuation -> new LogLikelihood(
                        message.split(" ", -1).length, logProbabilities.apply(message, continuation), false))
                .toList();
    }

    private String read(Prompt prompt) {
        String message = switch (prompt) {
            case Prompt.Text(String text) -> text;
            case Prompt.Chat chat -> chat.messages().getLast().content().orElseThrow();
            case Prompt.Continued begun -> begun.messages().getLast().content().orElseThrow();
        };
        asked.add(message);
        int words = message.split(" ", -1).length;
        if (words > contextTokens) {
            throw StoaException.user("a prompt of " + words + " tokens does not fit the context of " + contextTokens);
        }
        return message;
    }

    @Override
    public List<Integer> tokenize(String text, boolean special) {
        return text.chars().boxed().toList();
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
        if (tokens.size() - 1 > contextTokens) {
            throw new AssertionError(tokens.size() + " tokens for a context of " + contextTokens);
        }
        asked.add(tokens.stream().map(Character::toString).collect(Collectors.joining()));
        return IntStream.range(0, tokens.size())
                .mapToObj(i -> new ScoredToken(
                        tokens.get(i),
                        i == 0 ? OptionalDouble.empty() : OptionalDouble.of(-1),
                        List.of(new ScoredToken.Alternative(tokens.get(i), -1))))
                .toList();
    }

    @Override
    public List<Integer> promptTokens(Prompt prompt) {
        if (!(prompt instanceof Prompt.Text(String text))) {
            throw new UnsupportedOperationException("scripted");
        }
        return Stream.concat(Stream.of(0), tokenize(text, true).stream()).toList();
    }

    @Override
    public void close() {}
}
