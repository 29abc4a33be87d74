package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.engine.chat.ChatMessage;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** An engine whose answers are written into a journal, from whatever thread they are asked. */
public final class JournaledEngine implements Engine {
    /** So many answers make up a record of signals. */
    static final int WINDOW = 100;

    private final Engine engine;
    private final Journal journal;
    private final Clock clock;
    private final boolean keepContent;
    private SignalWindow window = new SignalWindow();

    /** @param keepContent whether questions and answers are kept, too */
    public JournaledEngine(Engine engine, Journal journal, Clock clock, boolean keepContent) {
        this.engine = requireNonNull(engine, "engine");
        this.journal = requireNonNull(journal, "journal");
        this.clock = requireNonNull(clock, "clock");
        this.keepContent = keepContent;
    }

    @Override
    public Generation generate(
            Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
        Instant came = clock.instant();
        long began = System.nanoTime();
        String asked = text(prompt);
        Answered.Call call = prompt instanceof Prompt.Text ? Answered.Call.TEXT : Answered.Call.CHAT;
        Generation answer;
        try {
            answer = engine.generate(prompt, options, stream, cancelled);
        } catch (RuntimeException e) {
            write(failed(came, began, call, asked), "");
            throw e;
        }
        Answered.End end = switch (answer.finish()) {
            case STOP -> Answered.End.WHOLE;
            case LENGTH -> Answered.End.CUT;
            case CANCELLED -> Answered.End.ABANDONED;
        };
        write(
                new Answered(
                        came,
                        call,
                        end,
                        answer.promptTokens(),
                        answer.answerTokens(),
                        answer.timeToFirstToken(),
                        answer.total(),
                        bytes(asked),
                        bytes(answer.text()),
                        content(asked, answer.text())),
                answer.text());
        return answer;
    }

    private Answered failed(Instant came, long began, Answered.Call call, String asked) {
        return new Answered(
                came,
                call,
                Answered.End.FAILED,
                0,
                0,
                Optional.empty(),
                Duration.ofNanos(System.nanoTime() - began),
                bytes(asked),
                0,
                content(asked, ""));
    }

    private Optional<Answered.Content> content(String asked, String answer) {
        return keepContent ? Optional.of(new Answered.Content(asked, answer)) : Optional.empty();
    }

    private synchronized void write(Answered answered, String text) {
        journal.answered(answered);
        window.add(answered, text);
        if (window.answers() >= WINDOW) {
            flush();
        }
    }

    private synchronized void flush() {
        if (window.answers() > 0) {
            journal.signals(window.signals(ProcessMemory.most()));
            window = new SignalWindow();
        }
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String text(Prompt prompt) {
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
    public List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength) {
        Instant came = clock.instant();
        long began = System.nanoTime();
        String asked = String.join("\n", texts);
        try {
            List<List<float[]>> vectors = engine.embed(texts, pooling, unitLength);
            write(embedded(came, began, asked, Answered.End.WHOLE), "embedding");
            return vectors;
        } catch (RuntimeException e) {
            write(embedded(came, began, asked, Answered.End.FAILED), "");
            throw e;
        }
    }

    private Answered embedded(Instant came, long began, String asked, Answered.End end) {
        return new Answered(
                came,
                Answered.Call.EMBEDDING,
                end,
                0,
                0,
                Optional.empty(),
                Duration.ofNanos(System.nanoTime() - began),
                bytes(asked),
                0,
                content(asked, ""));
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

    /** Writes the signals that are left and closes the engine; the journal stays its owner's. */
    @Override
    public void close() {
        flush();
        engine.close();
    }
}
