package io.stoa.engine.supervised;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.Question;
import io.stoa.engine.ScoredToken;
import io.stoa.engine.serve.EngineWire;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An engine in a child process, started again whenever it dies.
 *
 * <p>A request that is under way when the child dies gets one {@link StoaException} of kind {@code ENGINE}; nothing is
 * asked twice behind the caller's back. Requests that come while the next child starts wait for it. A child that dies
 * again and again without having answered anything ends the engine, with what it said last. A child whose server does
 * not answer any more, or whose answer makes no progress, is killed and started again. For any number of threads.
 */
public final class SupervisedEngine implements Engine {
    /** The variable in which the child finds its key: arguments can be read by every user of the machine. */
    public static final String KEY_VARIABLE = "STOA_ENGINE_KEY";

    /** How long a request waits for a child that starts, and a child may take to start. */
    private static final Duration STARTING = Duration.ofSeconds(60);

    /** The longest time without a token; a long prompt on a slow machine takes minutes. */
    private static final Duration SILENCE = Duration.ofMinutes(10);

    private static final Duration LOOKING = Duration.ofSeconds(2);
    private static final int LOOKS_IN_VAIN = 3;

    /** So many children may die without an answer, one after the other. */
    private static final int FRUITLESS = 4;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

    private final List<String> command;
    private final String key;
    private final URI address;
    private final JsonMapper json = JsonMapper.shared();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Optional<Child> child;
    private Optional<StoaException> givenUp = Optional.empty();
    private boolean closed;
    private int fruitless;
    private volatile boolean answered;
    private final EngineWire.Facts facts;
    private final Thread living;
    private final Thread watching;

    private SupervisedEngine(List<String> command, String key, Child first) {
        this.command = List.copyOf(command);
        this.key = key;
        this.address = first.address();
        this.child = Optional.of(first);
        this.facts = read(EngineWire.FACTS, new TypeReference<>() {});
        this.living = Thread.ofVirtual().name("life of the engine").start(() -> live(first));
        this.watching = Thread.ofVirtual().name("watching the engine").start(this::watch);
    }

    /**
     * Starts the child.
     *
     * @param command a command line of {@code stoa engine}: it must listen on a loopback port, print a line of JSON with
     *     its {@code address} when it serves, take its key from the variable {@link #KEY_VARIABLE}, and end when its
     *     standard input does
     * @throws StoaException of kind {@code ENGINE} when it does not serve, with what it said
     */
    public static SupervisedEngine start(List<String> command) {
        String key = HexFormat.of().formatHex(SecureRandom.getSeed(16));
        return new SupervisedEngine(command, key, Child.start(command, key, STARTING));
    }

    // ---- the child's life

    /** The process that runs now, if one does. */
    public Optional<ProcessHandle> process() {
        lock.lock();
        try {
            return child.map(running -> running.process().toHandle());
        } finally {
            lock.unlock();
        }
    }

    /** Where the first child served; every later one serves there too when the command names a port. */
    public URI address() {
        return address;
    }

    /** What whoever speaks to the child itself must send; known to this process and the child alone. */
    public String key() {
        return key;
    }

    /** Whether it serves, or will again: not closed, and not given up. */
    public boolean isAlive() {
        lock.lock();
        try {
            return !closed && givenUp.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a child's death and starts the next, until the engine is closed or gives up. */
    private void live(Child first) {
        try {
            Optional<Child> living = Optional.of(first);
            String last = "";
            while (true) {
                if (living.isPresent()) {
                    Child dying = living.get();
                    dying.process().waitFor();
                    last = "the engine's process " + dying.ending() + dying.lastWords();
                    dying.close();
                }
                if (!bury(living, last)) {
                    return;
                }
                Thread.sleep(pause());
                try {
                    Child next = Child.start(command, key, STARTING);
                    living = Optional.of(next);
                    if (!take(next)) {
                        next.close();
                        return;
                    }
                } catch (StoaException e) {
                    living = Optional.empty();
                    last = e.sentence();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Notes a death, or a child that never lived; false when there is to be no other. */
    private boolean bury(Optional<Child> dead, String last) {
        lock.lock();
        try {
            child = Optional.empty();
            fruitless = dead.isPresent() && answered ? 0 : fruitless + 1;
            answered = false;
            if (fruitless >= FRUITLESS) {
                givenUp = Optional.of(StoaException.engine(
                        last + "; " + fruitless + " processes in a row did no work, so no more are started"));
                changed.signalAll();
            }
            return !closed && givenUp.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** How long to wait before the next child: not at all after one that was of use. */
    private Duration pause() {
        lock.lock();
        try {
            return fruitless == 0 ? Duration.ZERO : FIRST_PAUSE.multipliedBy(1L << (fruitless - 1));
        } finally {
            lock.unlock();
        }
    }

    private boolean take(Child next) {
        lock.lock();
        try {
            if (closed || givenUp.isPresent()) {
                return false;
            }
            child = Optional.of(next);
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void watch() {
        int inVain = 0;
        while (true) {
            Optional<Child> watched;
            lock.lock();
            try {
                if (changed.awaitNanos(LOOKING.toNanos()) > 0) {
                    inVain = 0;
                }
                if (closed || givenUp.isPresent()) {
                    return;
                }
                watched = child;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                lock.unlock();
            }
            inVain = watched.isEmpty() || watched.get().answers() ? 0 : inVain + 1;
            if (inVain == LOOKS_IN_VAIN) {
                watched.ifPresent(Child::kill);
                inVain = 0;
            }
        }
    }

    /** The child, once there is one. */
    private Child child() {
        lock.lock();
        try {
            long left = STARTING.toNanos();
            while (true) {
                if (closed) {
                    throw new IllegalStateException("the engine is closed");
                }
                if (givenUp.isPresent()) {
                    StoaException reason = givenUp.get();
                    throw new StoaException(reason.kind(), reason.sentence(), reason);
                }
                if (child.isPresent() && child.get().process().isAlive()) {
                    return child.get();
                }
                if (left <= 0) {
                    throw StoaException.resources("the engine's process is being started again, which takes more than "
                            + STARTING.toSeconds() + " s; try again later");
                }
                // A child that has just died is replaced by its own thread.
                left = child.isPresent()
                        ? left
                                - (TimeUnit.MILLISECONDS.toNanos(10)
                                        - changed.awaitNanos(TimeUnit.MILLISECONDS.toNanos(10)))
                        : changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.resources("interrupted while the engine's process starts again");
        } finally {
            lock.unlock();
        }
    }

    // ---- calls

    private <T> T read(String path, TypeReference<T> type) {
        return exchange(child -> child.request(path).GET().build(), type);
    }

    private <T> T ask(String path, Object body, TypeReference<T> type) {
        String text = json.writeValueAsString(body);
        return exchange(child -> child.post(path, text), type);
    }

    private interface Asking {
        HttpRequest of(Child child);
    }

    private <T> T exchange(Asking asking, TypeReference<T> type) {
        Child asked = child();
        try {
            HttpResponse<String> response = sent(asked, asking);
            if (response.statusCode() != 200) {
                throw refusal(json.readTree(response.body()));
            }
            answered = true;
            return json.readValue(response.body(), type);
        } catch (IOException | JacksonException e) {
            throw died(asked, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.resources("interrupted while waiting for the engine's process");
        }
    }

    /** Asks again when a kept connection broke before any answer while the child lives: that was the connection's end. */
    private static HttpResponse<String> sent(Child asked, Asking asking) throws IOException, InterruptedException {
        try {
            return asked.client().send(asking.of(asked), BodyHandlers.ofString());
        } catch (IOException e) {
            if (asked.process().waitFor(50, TimeUnit.MILLISECONDS)) {
                throw e;
            }
            return asked.client().send(asking.of(asked), BodyHandlers.ofString());
        }
    }

    private RuntimeException died(Child asked, Exception cause) {
        lock.lock();
        try {
            if (closed) {
                return new IllegalStateException("the engine was closed meanwhile", cause);
            }
        } finally {
            lock.unlock();
        }
        return new StoaException(
                StoaException.Kind.ENGINE,
                "the engine's process " + asked.ending() + " in the middle of this request; it is being started again,"
                        + " so ask again",
                cause);
    }

    /** What the child refused, as it was thrown there. */
    private static RuntimeException refusal(JsonNode answer) {
        JsonNode error = answer.path("error");
        String message = error.path("message").asString("the engine's process refuses without a reason");
        return switch (error.path("type").asString("")) {
            case "invalid_argument" -> new IllegalArgumentException(message);
            case "unsupported" -> new UnsupportedOperationException(message);
            case "invalid_request_error" -> StoaException.user(message);
            case "overloaded_error" -> StoaException.resources(message);
            case "internal_error" -> StoaException.bug(message);
            default -> StoaException.engine(message);
        };
    }

    @Override
    public Generation generate(
            Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
        String body = json.writeValueAsString(new EngineWire.Generate(EngineWire.Asked.of(prompt), options));
        Child asked = child();
        long start = System.nanoTime();
        StringBuilder heard = new StringBuilder();
        try (Events events = new Events(asked.client(), asked.post(EngineWire.GENERATE, body), SILENCE)) {
            while (true) {
                Optional<String> data = events.next(cancelled);
                if (data.isEmpty()) {
                    return new Generation(
                            heard.toString(),
                            Generation.Finish.CANCELLED,
                            0,
                            0,
                            Optional.empty(),
                            Duration.ofNanos(System.nanoTime() - start));
                }
                JsonNode event = json.readTree(data.get());
                if (event.has("error")) {
                    throw refusal(event);
                }
                EngineWire.Generated generated = json.treeToValue(event, EngineWire.Generated.class);
                if (generated.generation().isPresent()) {
                    answered = true;
                    events.finish();
                    return generated.generation().get();
                }
                generated.piece().ifPresent(piece -> {
                    heard.append(piece);
                    stream.accept(piece);
                });
            }
        } catch (Events.Silent e) {
            asked.kill();
            throw died(asked, e);
        } catch (IOException | JacksonException e) {
            throw died(asked, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StoaException.resources("interrupted while waiting for the engine's process");
        }
    }

    @Override
    public EngineFacts facts() {
        return facts.facts();
    }

    @Override
    public Set<Capability> capabilities() {
        return facts.capabilities();
    }

    @Override
    public List<LogLikelihood> score(Prompt prompt, List<String> continuations) {
        return scoreAll(List.of(new Question(prompt, continuations))).getFirst();
    }

    @Override
    public List<List<LogLikelihood>> scoreAll(List<Question> questions) {
        return ask(EngineWire.SCORE, EngineWire.Score.of(questions), new TypeReference<>() {});
    }

    @Override
    public List<ScoredToken> logProbabilities(List<Integer> tokens, int alternatives) {
        return ask(
                EngineWire.LOG_PROBABILITIES,
                new EngineWire.LogProbabilities(tokens, alternatives),
                new TypeReference<>() {});
    }

    @Override
    public List<Integer> promptTokens(Prompt prompt) {
        return ask(EngineWire.PROMPT_TOKENS, EngineWire.Asked.of(prompt), new TypeReference<>() {});
    }

    @Override
    public List<Integer> tokenize(String text, boolean special) {
        return ask(EngineWire.TOKENIZE, new EngineWire.Tokenize(text, special), new TypeReference<>() {});
    }

    @Override
    public String detokenize(List<Integer> tokens, boolean special) {
        return ask(EngineWire.DETOKENIZE, new EngineWire.Detokenize(tokens, special), new TypeReference<>() {});
    }

    @Override
    public List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength) {
        return ask(EngineWire.EMBED, new EngineWire.Embed(texts, pooling, unitLength), new TypeReference<>() {});
    }

    @Override
    public void close() {
        Optional<Child> last;
        lock.lock();
        try {
            closed = true;
            last = child;
            child = Optional.empty();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        watching.interrupt();
        last.ifPresent(Child::close);
        living.interrupt();
    }
}
