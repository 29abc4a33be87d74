package io.stoa.integration.judge.metric;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Engine;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import java.util.List;

/**
 * Support by a model: how much likelier the passages make the sentence than the question alone does, in nats a token. Above
 * 0 the passages speak for it. Any engine that scores can be asked; it need not follow instructions.
 *
 * <p>The likelihood of a text given its source is BARTScore's (W. Yuan, G. Neubig and P. Liu, NeurIPS 2021); taking off the
 * likelihood without the source is pointwise mutual information, and keeps what is merely fluent from counting.
 */
public final class LikelihoodSupport implements Support {
    private final Engine engine;
    private final String layout;

    /**
     * Of an engine.
     *
     * @param engine one that can {@link Engine.Capability#SCORE}
     * @param layout how the passages and the question become one message, two {@code %s} in this order
     */
    public LikelihoodSupport(Engine engine, String layout) {
        this.engine = requireNonNull(engine, "engine");
        this.layout = requireNonNull(layout, "layout");
        if (!engine.capabilities().contains(Engine.Capability.SCORE)) {
            throw new IllegalArgumentException("an engine that judges support must score: "
                    + engine.whyNot(Engine.Capability.SCORE)
                            .orElse(engine.facts().toString()));
        }
    }

    @Override
    public double of(String question, String sentence, List<String> passages) {
        if (sentence.isBlank()) {
            return 0;
        }
        double with = perToken(layout.formatted(String.join(" ", passages), question), sentence);
        double without = perToken(layout.formatted("", question), sentence);
        return with - without;
    }

    private double perToken(String prompt, String sentence) {
        LogLikelihood likelihood =
                engine.score(Prompt.user(prompt), List.of(sentence)).getFirst();
        return likelihood.sum() / Math.max(1, likelihood.tokens().size());
    }
}
