package io.stoa.integration.retrieve;

import io.stoa.engine.Engine;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.model.StoaException;
import java.util.List;

/**
 * A model's probability that the passages say a sentence: p(Yes) ÷ (p(Yes) + p(No)). As good as the model is at it;
 * measure it on sentences whose answer is known before relying on it.
 */
public final class JudgedSupport implements Support {
    private static final int LONGEST_TEXT = 12_000;

    private final Engine engine;

    /** @throws StoaException of kind {@code USER} when the engine gives no log-likelihoods */
    public JudgedSupport(Engine engine) {
        this.engine = engine;
        if (!engine.capabilities().contains(Engine.Capability.SCORE)) {
            throw StoaException.user(engine.facts().name()
                    + ": gives no log-likelihoods; check citations by words, or by a model in this process");
        }
    }

    @Override
    public String name() {
        return "judged by " + engine.facts().name();
    }

    @Override
    public double of(String sentence, List<String> passages) {
        String text = String.join("\n\n", passages);
        List<LogLikelihood> answers = engine.score(
                new Prompt.Text("Text: "
                        + text.substring(0, Math.min(LONGEST_TEXT, text.length()))
                                .strip() + "\nStatement: " + sentence.strip()
                        + "\nDoes the text say the statement? Yes or No:"),
                List.of(" Yes", " No"));
        return 1 / (1 + Math.exp(answers.getLast().sum() - answers.getFirst().sum()));
    }

    @Override
    public double enough() {
        return 0.5;
    }
}
