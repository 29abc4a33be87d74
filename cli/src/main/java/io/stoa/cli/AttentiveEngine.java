package io.stoa.cli;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.engine.chat.ChatMessage;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * An engine that also asks for the answer's log-probabilities and keeps the last answer, so that tasks which only want
 * its text can be scored as they always are.
 */
final class AttentiveEngine implements Engine {
    private final Engine engine;
    private Optional<Heard> last = Optional.empty();

    /** A prompt as text and what was answered. */
    record Heard(String prompt, Generation answer) {}

    AttentiveEngine(Engine engine) {
        this.engine = engine;
    }

    /** The last answer; then nothing, until there is another. */
    Optional<Heard> take() {
        Optional<Heard> taken = last;
        last = Optional.empty();
        return taken;
    }

    @Override
    public Generation generate(
            Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
        Generation answer = engine.generate(prompt, options.withAlternatives(2), stream, cancelled);
        last = Optional.of(new Heard(text(prompt), answer));
        return answer;
    }

    /** What a router sees of a prompt: the messages' texts, one below the other. */
    static String text(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Text text -> text.text();
            case Prompt.Chat chat -> text(chat.messages());
            case Prompt.Continued continued -> text(continued.messages());
        };
    }

    private static String text(List<ChatMessage> messages) {
        return messages.stream().map(message -> message.content().orElse("")).collect(Collectors.joining("\n"));
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
    public Optional<String> whyNot(Capability capability) {
        return engine.whyNot(capability);
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
