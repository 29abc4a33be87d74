package io.stoa.engine;

import java.util.List;
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
    /** What the model is. */
    EngineFacts facts();

    /** What this engine can truly do; the other methods throw {@link UnsupportedOperationException}. */
    Set<Capability> capabilities();

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
        return generate(prompt, options, piece -> {}, () -> false);
    }

    /**
     * The exact log-likelihood of each continuation after the prompt: Σ ln p(token | everything before it), in nats.
     * Prompt and continuation are tokenized together, and the continuation is what follows the prompt's tokens, as
     * lm-evaluation-harness does ({@code _encode_pair}); trailing spaces of the prompt move to the continuation.
     *
     * @return one result per continuation, in order
     */
    List<LogLikelihood> score(Prompt prompt, List<String> continuations);

    /** The token ids of a text. With {@code special}, markers such as {@code <|im_end|>} become their own tokens. */
    List<Integer> tokenize(String text, boolean special);

    /** The text of tokens; markers are written out when {@code special}. Malformed UTF-8 becomes U+FFFD. */
    String detokenize(List<Integer> tokens, boolean special);

    /** A unit-length embedding of a text (mean-pooled unless the model says otherwise). */
    float[] embed(String text);

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
