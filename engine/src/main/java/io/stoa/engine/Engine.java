package io.stoa.engine;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One loaded model. An engine belongs to one caller at a time: calls from several threads wait for each other. Closing
 * it twice is fine; using it after it was closed throws {@link IllegalStateException} and never reaches native code.
 *
 * <p>Failures of the model or the endpoint are {@link io.stoa.model.StoaException}s of kind {@code ENGINE}; a prompt
 * that does not fit the context is one of kind {@code USER}.
 */
public interface Engine extends AutoCloseable {
    /** For {@link #generate} when only the whole answer is wanted: an engine need not tell it anything. */
    Consumer<String> UNHEARD = piece -> {};

    /** What the model is. */
    EngineFacts facts();

    /** What this engine can truly do; the other methods throw {@link UnsupportedOperationException}. */
    Set<Capability> capabilities();

    /** Why it lacks a capability, where there is more to say than that. */
    default Optional<String> whyNot(Capability capability) {
        return Optional.empty();
    }

    /**
     * Answers a prompt.
     *
     * @param stream hears each piece of text as it is made, whole characters only; stop strings are never passed on
     * @param cancelled is polled between tokens (and inside a long decode where possible); true ends the generation
     *     with {@link Generation.Finish#CANCELLED}
     */
    Generation generate(Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled);

    /** Answers a prompt without streaming. */
    default Generation generate(Prompt prompt, GenerateOptions options) {
        return generate(prompt, options, UNHEARD, () -> false);
    }

    /**
     * The exact log-likelihood of each continuation after the prompt: Σ ln p(token | everything before it), in nats.
     * Prompt and continuation are tokenized together, and the continuation is what follows the prompt's tokens, as
     * lm-evaluation-harness does ({@code _encode_pair}); trailing spaces of the prompt move to the continuation.
     *
     * @return one result per continuation, in order
     */
    List<LogLikelihood> score(Prompt prompt, List<String> continuations);

    /**
     * {@link #score} for many questions. An engine that batches reads what they have in common once.
     *
     * @return for each question, in order, one result per continuation
     */
    default List<List<LogLikelihood>> scoreAll(List<Question> questions) {
        return questions.stream()
                .map(question -> score(question.prompt(), question.continuations()))
                .toList();
    }

    /**
     * What the model makes of each token of a text: ln p(token | the tokens before it). Needs {@link Capability#SCORE}.
     *
     * @param tokens at least one, and at most one more than the context holds, because the last is not read; no begin
     *     token is added
     * @param alternatives how many likeliest tokens to tell for each position
     * @return one for each token; the first has no log-probability
     */
    List<ScoredToken> logProbabilities(List<Integer> tokens, int alternatives);

    /**
     * The tokens that the model would read for a prompt: rendered by the chat template, markers as their tokens, with
     * the begin token where the model wants one. Needs {@link Capability#TOKENIZE}.
     */
    List<Integer> promptTokens(Prompt prompt);

    /** The token ids of a text. With {@code special}, markers such as {@code <|im_end|>} become their own tokens. */
    List<Integer> tokenize(String text, boolean special);

    /** The text of tokens; markers are written out when {@code special}. Malformed UTF-8 becomes U+FFFD. */
    String detokenize(List<Integer> tokens, boolean special);

    /**
     * The embedding of each text, in order.
     *
     * @return vectors of the model's embedding length; with {@link Pooling#NONE} one per token of the text
     */
    List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength);

    /** A unit-length embedding of a text (mean-pooled unless the model says otherwise). */
    default float[] embed(String text) {
        return embed(List.of(text), Pooling.AS_MODEL_SAYS, true).getFirst().getFirst();
    }

    /** How the embeddings of a text's tokens become one. */
    enum Pooling {
        /** What the model says, else {@link #MEAN}. */
        AS_MODEL_SAYS,
        /** Not at all: one embedding per token. */
        NONE,
        MEAN,
        /** The first token's. */
        CLS,
        /** The last token's. */
        LAST
    }

    @Override
    void close();

    /** What an engine may support. */
    enum Capability {
        GENERATE,
        SCORE,
        TOKENIZE,
        EMBED
    }
}
