package io.stoa.engine.llama;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.engine.chat.ChatTemplate;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A GGUF file in this process.
 *
 * <p>Every call starts from an empty context: what was asked before never changes an answer, and equal calls compute
 * equal shapes, without which llama.cpp's results differ by up to hundredths of a nat. Scoring reads the prompt once
 * and each continuation after it in a batch of its own, taking it back afterwards, so that a continuation's score does
 * not depend on what it was asked together with.
 */
final class LlamaEngine implements Engine {
    /** The most rows of logits per batch; more would only cost memory (4 bytes × vocabulary × rows). */
    private static final int SCORED_ROWS = 64;

    /** The smallest context for embeddings. */
    private static final int EMBEDDING_TOKENS = 512;

    private final LlamaLibrary library;
    private final LlamaLog log;
    private final LlamaModel model;
    private final LlamaContext context;
    private final EngineOptions options;
    private final EngineFacts facts;
    private final Set<Capability> capabilities;
    private final LlamaLibrary.Pooling pooling;
    private final ReentrantLock lock = new ReentrantLock(true);

    private Optional<LlamaContext> embeddingContext = Optional.empty();
    private int embeddingTokens;
    private LlamaLibrary.Pooling embeddingPooling = LlamaLibrary.Pooling.AS_MODEL_SAYS;
    private Optional<ChatTemplate> template = Optional.empty();
    private volatile boolean closing;
    private boolean closed;

    /** Takes over a loaded model and its context, and closes both. */
    LlamaEngine(
            LlamaLibrary library,
            LlamaLog log,
            LlamaModel model,
            LlamaContext context,
            Path gguf,
            GgufHeader header,
            EngineOptions options) {
        this.library = library;
        this.log = log;
        this.model = model;
        this.context = context;
        this.options = options;
        this.facts = new EngineFacts(
                header.string("general.name").orElseGet(() -> String.valueOf(gguf.getFileName())),
                "llama.cpp " + library.version(),
                header.string("general.architecture"),
                OptionalInt.of(options.contextTokens()),
                OptionalInt.of(model.vocabularySize()),
                header.string("tokenizer.chat_template"));
        this.capabilities = model.isDiffusion()
                ? Set.of(Capability.TOKENIZE)
                : context.hasMemory() ? Set.of(Capability.values()) : Set.of(Capability.TOKENIZE, Capability.EMBED);
        this.pooling = header.hyperParameter("pooling_type").isPresent()
                ? LlamaLibrary.Pooling.AS_MODEL_SAYS
                : LlamaLibrary.Pooling.MEAN;
    }

    @Override
    public EngineFacts facts() {
        return facts;
    }

    @Override
    public Set<Capability> capabilities() {
        return capabilities;
    }

    @Override
    public Generation generate(
            Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
        require(Capability.GENERATE);
        Stopwatch stopwatch = new Stopwatch();
        return alone(() -> {
            int[] tokens = tokens(prompt);
            if (tokens.length >= this.options.contextTokens()) {
                throw tooLong("the prompt has " + tokens.length + " tokens and leaves no room for an answer");
            }
            AnswerText text = new AnswerText(options.stop(), stream);
            try (Sampler sampler = new Sampler(library, options)) {
                Answering answering =
                        new Answering(sampler, text, options, stopwatch, () -> closing || cancelled.getAsBoolean());
                Generation.Finish finish = answering.run(tokens);
                return new Generation(
                        text.text(),
                        finish,
                        tokens.length,
                        answering.made,
                        answering.timeToFirstToken,
                        stopwatch.elapsed(),
                        answering.tokens);
            }
        });
    }

    /** One answer in the making. */
    private final class Answering {
        private final Sampler sampler;
        private final AnswerText text;
        private final int maxTokens;
        private final Stopwatch stopwatch;
        private final BooleanSupplier cancelled;
        private final OptionalInt alternatives;
        private final List<ScoredToken> tokens = new ArrayList<>();
        private int made;
        private Optional<Duration> timeToFirstToken = Optional.empty();

        Answering(
                Sampler sampler,
                AnswerText text,
                GenerateOptions options,
                Stopwatch stopwatch,
                BooleanSupplier cancelled) {
            this.sampler = sampler;
            this.text = text;
            this.maxTokens = options.maxTokens();
            this.alternatives = options.alternatives();
            this.stopwatch = stopwatch;
            this.cancelled = cancelled;
        }

        Generation.Finish run(int[] prompt) {
            context.clear();
            int[] unread = prompt;
            int position = 0;
            while (true) {
                if (cancelled.getAsBoolean()
                        || !context.decode(unread, position, LlamaContext.Outputs.LAST, cancelled)) {
                    text.end();
                    return Generation.Finish.CANCELLED;
                }
                position += unread.length;
                int token = sampler.next(context);
                if (alternatives.isPresent() && !model.isEndOfGeneration(token)) {
                    Logits logits = context.logits(context.last());
                    tokens.add(logits.scored(token, logits.logNormalizer(), alternatives.getAsInt()));
                }
                if (timeToFirstToken.isEmpty()) {
                    timeToFirstToken = Optional.of(stopwatch.elapsed());
                }
                if (model.isEndOfGeneration(token)) {
                    text.end();
                    return Generation.Finish.STOP;
                }
                made++;
                if (text.add(model.piece(token, false))) {
                    return Generation.Finish.STOP;
                }
                if (made == maxTokens || position == options.contextTokens()) {
                    text.end();
                    return Generation.Finish.LENGTH;
                }
                unread = new int[] {token};
            }
        }
    }

    @Override
    public List<LogLikelihood> score(Prompt prompt, List<String> continuations) {
        require(Capability.SCORE);
        if (continuations.contains("")) {
            throw new IllegalArgumentException("an empty continuation has no likelihood");
        }
        return alone(() -> {
            String text = text(prompt);
            int end = text.length();
            while (end > 0 && text.charAt(end - 1) == ' ') {
                end--;
            }
            String before = text.substring(0, end);
            String spaces = text.substring(end);
            int[] prefix = before.isEmpty() ? model.emptyPrompt() : model.prompt(before);
            List<int[]> endings = continuations.stream()
                    .map(continuation -> ending(prefix, before, spaces + continuation))
                    .toList();
            return endings.isEmpty() ? List.of() : score(prefix, endings);
        });
    }

    /** The tokens of a continuation: what follows the prompt's tokens when both are tokenized together. */
    private int[] ending(int[] prefix, String before, String continuation) {
        int[] whole = model.prompt(before + continuation);
        boolean follows =
                whole.length > prefix.length && Arrays.equals(whole, 0, prefix.length, prefix, 0, prefix.length);
        // A merge across the border leaves no tokens that follow the prompt's: then the continuation is read by itself.
        int[] ending = follows
                ? Arrays.copyOfRange(whole, prefix.length, whole.length)
                : model.tokenize(continuation, false, true);
        if (prefix.length + ending.length > options.contextTokens()) {
            throw tooLong("prompt and continuation have " + prefix.length + " + " + ending.length + " tokens");
        }
        return ending;
    }

    private List<LogLikelihood> score(int[] prefix, List<int[]> endings) {
        read(prefix);
        Logits first = context.logits(context.last());
        double firstNormalizer = first.logNormalizer();
        boolean pristine = true;
        List<LogLikelihood> scores = new ArrayList<>();
        for (int[] ending : endings) {
            Likelihood likelihood = new Likelihood();
            likelihood.add(first, firstNormalizer, ending[0]);
            if (ending.length > 1) {
                if (!pristine && !context.removeFrom(prefix.length)) {
                    read(prefix);
                }
                pristine = false;
                readScoring(ending, prefix.length, likelihood::add);
            }
            scores.add(likelihood.result());
        }
        return scores;
    }

    private void read(int[] prefix) {
        context.clear();
        if (!context.decode(prefix, 0, LlamaContext.Outputs.LAST, () -> closing)) {
            throw closedMeanwhile();
        }
    }

    /** Reads all of an ending but its last token, and adds what each makes of the next. */
    private void readScoring(int[] ending, int position, BiConsumer<Logits, Integer> scored) {
        for (int start = 0; start < ending.length - 1; start += SCORED_ROWS) {
            int stop = Math.min(start + SCORED_ROWS, ending.length - 1);
            int[] rows = Arrays.copyOfRange(ending, start, stop);
            if (!context.decode(rows, position + start, LlamaContext.Outputs.ALL, () -> closing)) {
                throw closedMeanwhile();
            }
            for (int i = 0; i < rows.length; i++) {
                scored.accept(context.logits(i), ending[start + i + 1]);
            }
        }
    }

    /** A log-likelihood in the making. */
    private static final class Likelihood {
        private final List<Double> tokens = new ArrayList<>();
        private boolean greedy = true;

        void add(Logits logits, int token) {
            add(logits, logits.logNormalizer(), token);
        }

        void add(Logits logits, double logNormalizer, int token) {
            tokens.add(logits.logProbability(token, logNormalizer));
            greedy &= logits.mostLikely() == token;
        }

        LogLikelihood result() {
            return new LogLikelihood(tokens, greedy);
        }
    }

    @Override
    public List<Integer> tokenize(String text, boolean special) {
        return alone(() ->
                Arrays.stream(model.tokenize(text, false, special)).boxed().toList());
    }

    @Override
    public String detokenize(List<Integer> tokens, boolean special) {
        return alone(() -> model.text(tokens, special));
    }

    @Override
    public List<Integer> promptTokens(Prompt prompt) {
        return alone(() -> Arrays.stream(tokens(prompt)).boxed().toList());
    }

    @Override
    public List<ScoredToken> logProbabilities(List<Integer> tokens, int alternatives) {
        require(Capability.SCORE);
        int[] ids = tokens.stream().mapToInt(model::requireToken).toArray();
        if (ids.length == 0) {
            throw new IllegalArgumentException("no token to score");
        }
        return alone(() -> {
            if (ids.length > options.contextTokens()) {
                throw tooLong("the text has " + ids.length + " tokens");
            }
            context.clear();
            List<ScoredToken> scored = new ArrayList<>();
            scored.add(new ScoredToken(ids[0], OptionalDouble.empty(), List.of()));
            readScoring(
                    ids, 0, (logits, token) -> scored.add(logits.scored(token, logits.logNormalizer(), alternatives)));
            return scored;
        });
    }

    @Override
    public List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength) {
        require(Capability.EMBED);
        return alone(() -> texts.stream()
                .map(text -> embedOne(text, pooling).stream()
                        .map(vector -> unitLength ? unitLength(vector) : vector)
                        .toList())
                .toList());
    }

    private List<float[]> embedOne(String text, Pooling pooling) {
        int[] tokens = model.embeddingInput(text);
        if (tokens.length == 0) {
            throw StoaException.user("a text without tokens has no embedding: " + text.length() + " characters");
        }
        if (tokens.length > options.contextTokens()) {
            throw tooLong("the text has " + tokens.length + " tokens");
        }
        LlamaLibrary.Pooling wanted = switch (pooling) {
            case AS_MODEL_SAYS -> this.pooling;
            case NONE -> LlamaLibrary.Pooling.NONE;
            case MEAN -> LlamaLibrary.Pooling.MEAN;
            case CLS -> LlamaLibrary.Pooling.CLS;
            case LAST -> LlamaLibrary.Pooling.LAST;
        };
        LlamaContext reader = embeddingContext(tokens.length, wanted);
        return wanted == LlamaLibrary.Pooling.NONE ? reader.embedEach(tokens) : List.of(reader.embed(tokens));
    }

    /**
     * A context that reads a text of so many tokens in one micro-batch, because pooling works within one. It grows with
     * the texts, because its compute buffer grows with the micro-batch.
     */
    private LlamaContext embeddingContext(int tokens, LlamaLibrary.Pooling wanted) {
        if (embeddingContext.isEmpty() || tokens > embeddingTokens || wanted != embeddingPooling) {
            embeddingContext.ifPresent(LlamaContext::close);
            embeddingContext = Optional.empty();
            embeddingPooling = wanted;
            embeddingTokens = Math.max(
                    tokens, Math.min(options.contextTokens(), Math.max(EMBEDDING_TOKENS, 2 * embeddingTokens)));
            embeddingContext = Optional.of(LlamaContext.open(
                    library,
                    log,
                    model,
                    new LlamaLibrary.ContextShape(embeddingTokens, embeddingTokens, embeddingTokens, options.threads()),
                    Optional.of(wanted)));
        }
        return embeddingContext.orElseThrow();
    }

    private static float[] unitLength(float[] vector) {
        double squares = 0;
        for (float component : vector) {
            squares += (double) component * component;
        }
        double length = Math.sqrt(squares);
        if (!(length > 0) || Double.isInfinite(length)) {
            throw StoaException.engine("the model's embedding has length " + length
                    + ": its weights are damaged; compare the file's digest with its source");
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (vector[i] / length);
        }
        return vector;
    }

    private int[] tokens(Prompt prompt) {
        int[] tokens = model.prompt(text(prompt));
        return tokens.length == 0 ? model.emptyPrompt() : tokens;
    }

    private String text(Prompt prompt) {
        return switch (prompt) {
            case Prompt.Text(String text) -> text;
            case Prompt.Chat(var messages, var tools) ->
                template().render(messages, tools, true, model.bosText(), model.eosText());
        };
    }

    /** The model's chat template, parsed at the first conversation: a model without a sound one can still score. */
    private ChatTemplate template() {
        ChatTemplate parsed = template.orElseGet(() -> ChatTemplate.parse(facts.chatTemplate()
                .orElseThrow(() -> StoaException.user(facts.name()
                        + " carries no chat template (tokenizer.chat_template): ask it with plain text"))));
        template = Optional.of(parsed);
        return parsed;
    }

    private StoaException tooLong(String what) {
        return StoaException.user(facts.name() + ": " + what + "; the context holds " + options.contextTokens()
                + ": shorten the text or open the model with a longer context");
    }

    private void require(Capability capability) {
        if (!capabilities.contains(capability)) {
            throw new UnsupportedOperationException(facts.name() + " ("
                    + facts.architecture().orElse("unknown architecture") + ") cannot " + capability);
        }
    }

    /** Runs one call at a time. A call from inside another's callback would wreck that one, so it is refused. */
    private <T> T alone(Supplier<T> call) {
        refuseReentry();
        lock.lock();
        try {
            if (closing) {
                throw new IllegalStateException("the engine of " + facts.name() + " is closed");
            }
            return call.get();
        } finally {
            lock.unlock();
        }
    }

    private void refuseReentry() {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("the engine of " + facts.name() + " was called from its own callback");
        }
    }

    private IllegalStateException closedMeanwhile() {
        return new IllegalStateException("the engine of " + facts.name() + " was closed meanwhile");
    }

    /** Ends a running generation as cancelled, waits for it, and frees everything. */
    @Override
    public void close() {
        refuseReentry();
        closing = true;
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                embeddingContext.ifPresent(LlamaContext::close);
                context.close();
                model.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The time since a call began. */
    private static final class Stopwatch {
        private final long start = System.nanoTime();

        Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - start);
        }
    }
}
