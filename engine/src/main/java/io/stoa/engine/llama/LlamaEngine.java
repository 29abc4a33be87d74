package io.stoa.engine.llama;

import io.stoa.engine.Batching;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.Question;
import io.stoa.engine.ScoredToken;
import io.stoa.engine.chat.ChatTemplate;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A GGUF file in this process.
 *
 * <p>Callers render, tokenize and wait on their own threads; the {@link Scheduler}'s thread does everything else. How
 * calls share the work is the {@link Batching} of the options: alone, every call starts from an empty context, so that
 * equal calls compute equal shapes, without which llama.cpp's results differ by up to hundredths of a nat; continuously,
 * they share batches and prefixes.
 */
final class LlamaEngine implements Engine {
    private final LlamaLibrary library;
    private final LlamaModel model;
    private final LlamaContext context;
    private final EmbeddingContexts embeddings;
    private final Scheduler scheduler;
    private final EngineOptions options;
    private final EngineFacts facts;
    private final Set<Capability> capabilities;
    private final LlamaLibrary.Pooling pooling;
    private final boolean shares;
    /** Calls hold the read lock while they run; closing waits for all of them. */
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

    private volatile Optional<ChatTemplate> template = Optional.empty();
    private volatile boolean closing;
    private boolean closed;

    /** Takes over a loaded model and its context, and closes both. */
    LlamaEngine(
            LlamaLibrary library,
            LlamaLog log,
            LlamaModel model,
            LlamaContext context,
            LlamaLibrary.ContextShape shape,
            Path gguf,
            GgufHeader header,
            EngineOptions options) {
        this.library = library;
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
        this.embeddings = new EmbeddingContexts(library, log, model, options.contextTokens(), options.threads());
        this.shares = options.batching() instanceof Batching.Continuous && !model.hasState();
        int kept = shares ? shape.tokens() : 0;
        int answers = options.batching() instanceof Batching.Continuous continuous ? continuous.slots() : 1;
        this.scheduler = new Scheduler(
                facts.name(),
                context,
                new Sequences(context, shape.sequences(), shape.tokens(), kept, answers),
                options.batching());
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
        return whileOpen(() -> {
            int[] tokens = tokens(prompt);
            if (tokens.length >= this.options.contextTokens()) {
                throw tooLong("the prompt has " + tokens.length + " tokens and leaves no room for an answer");
            }
            int most = Math.min(options.maxTokens(), this.options.contextTokens() - tokens.length + 1);
            try (Sampler sampler = new Sampler(library, model, options, most)) {
                Answering answering = new Answering(
                        model, sampler, tokens, options, this.options.contextTokens(), !stream.equals(UNHEARD));
                if (cancelled.getAsBoolean()) {
                    answering.finish(Generation.Finish.CANCELLED);
                } else {
                    scheduler.submit(answering);
                }
                return answering.await(stream, cancelled);
            }
        });
    }

    @Override
    public List<LogLikelihood> score(Prompt prompt, List<String> continuations) {
        return scoreAll(List.of(new Question(prompt, continuations))).getFirst();
    }

    @Override
    public List<List<LogLikelihood>> scoreAll(List<Question> questions) {
        require(Capability.SCORE);
        return whileOpen(() -> {
            List<List<ScoredPath>> paths = questions.stream().map(this::paths).toList();
            if (!shares) {
                return paths.stream()
                        .map(one -> one.isEmpty() ? List.<LogLikelihood>of() : scheduler.compute(new PlainScoring(one)))
                        .toList();
            }
            List<ScoredPath> all = paths.stream().flatMap(List::stream).toList();
            if (!all.isEmpty()) {
                scheduler.compute(new SharedScoring(all, model.vocabularySize()));
            }
            return paths.stream()
                    .map(one -> one.stream().map(ScoredPath::result).toList())
                    .toList();
        });
    }

    private List<ScoredPath> paths(Question question) {
        String text = text(question.prompt());
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        String before = text.substring(0, end);
        String spaces = text.substring(end);
        int[] prefix = before.isEmpty() ? model.emptyPrompt() : model.prompt(before);
        return question.continuations().stream()
                .map(continuation -> new ScoredPath(prefix, ending(prefix, before, spaces + continuation)))
                .toList();
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

    @Override
    public List<Integer> tokenize(String text, boolean special) {
        return whileOpen(() -> boxed(model.tokenize(text, false, special)));
    }

    @Override
    public String detokenize(List<Integer> tokens, boolean special) {
        return whileOpen(() -> model.text(tokens, special));
    }

    @Override
    public List<Integer> promptTokens(Prompt prompt) {
        return whileOpen(() -> boxed(tokens(prompt)));
    }

    private static List<Integer> boxed(int[] tokens) {
        return Arrays.stream(tokens).boxed().toList();
    }

    @Override
    public List<ScoredToken> logProbabilities(List<Integer> tokens, int alternatives) {
        require(Capability.SCORE);
        return whileOpen(() -> {
            int[] ids = tokens.stream().mapToInt(model::requireToken).toArray();
            if (ids.length == 0) {
                throw new IllegalArgumentException("no token to score");
            }
            // The last token is only asked about, never read.
            if (ids.length - 1 > options.contextTokens()) {
                throw tooLong("the text has " + ids.length + " tokens, the last of which is not read");
            }
            return scheduler.compute(new Reading(ids, alternatives));
        });
    }

    @Override
    public List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength) {
        require(Capability.EMBED);
        return whileOpen(() -> {
            List<int[]> tokens = new ArrayList<>();
            for (String text : texts) {
                tokens.add(embeddingInput(text));
            }
            LlamaLibrary.Pooling wanted = switch (pooling) {
                case AS_MODEL_SAYS -> this.pooling;
                case NONE -> LlamaLibrary.Pooling.NONE;
                case MEAN -> LlamaLibrary.Pooling.MEAN;
                case CLS -> LlamaLibrary.Pooling.CLS;
                case LAST -> LlamaLibrary.Pooling.LAST;
            };
            return scheduler.compute(new Embedding(embeddings, tokens, wanted, unitLength));
        });
    }

    private int[] embeddingInput(String text) {
        int[] tokens = model.embeddingInput(text);
        if (tokens.length == 0) {
            throw StoaException.user("a text without tokens has no embedding: " + text.length() + " characters");
        }
        if (tokens.length > options.contextTokens()) {
            throw tooLong("the text has " + tokens.length + " tokens");
        }
        return tokens;
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
            case Prompt.Continued(var messages) -> template().renderBegun(messages, model.bosText(), model.eosText());
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

    private <T> T whileOpen(Supplier<T> call) {
        use.readLock().lock();
        try {
            if (closing) {
                throw new IllegalStateException("the engine of " + facts.name() + " is closed");
            }
            return call.get();
        } finally {
            use.readLock().unlock();
        }
    }

    /** Ends what is running (answers as cancelled), waits for it, and frees everything. */
    @Override
    public void close() {
        if (use.getReadHoldCount() > 0) {
            throw new IllegalStateException("the engine of " + facts.name() + " was closed from its own callback");
        }
        closing = true;
        // First, because callers wait for what runs there.
        scheduler.close();
        use.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                embeddings.close();
                context.close();
                model.close();
            }
        } finally {
            use.writeLock().unlock();
        }
    }
}
