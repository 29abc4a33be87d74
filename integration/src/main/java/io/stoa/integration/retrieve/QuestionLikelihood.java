package io.stoa.integration.retrieve;

import io.stoa.engine.Engine;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.Question;
import io.stoa.model.StoaException;
import java.util.List;

/**
 * Reranks by how likely a model finds the question after the passage: the mean of ln p(token) over the question's tokens,
 * in nats. Needs no training. D. Sachan et al., "Improving Passage Retrieval with Zero-Shot Question Generation", EMNLP
 * 2022.
 */
public final class QuestionLikelihood implements Reranker {
    private static final int LONGEST_PASSAGE = 8_000;

    private final Engine engine;

    /** @throws StoaException of kind {@code USER} when the engine gives no log-likelihoods */
    public QuestionLikelihood(Engine engine) {
        this.engine = engine;
        if (!engine.capabilities().contains(Engine.Capability.SCORE)) {
            throw StoaException.user(engine.facts().name() + ": gives no log-likelihoods"
                    + engine.whyNot(Engine.Capability.SCORE)
                            .map(why -> " (" + why + ")")
                            .orElse("")
                    + "; rerank by embeddings, or by a model in this process");
        }
    }

    @Override
    public String name() {
        return "likelihood of the question after the passage, by "
                + engine.facts().name();
    }

    @Override
    public List<Double> scores(String question, List<Passage> passages) {
        return engine
                .scoreAll(passages.stream()
                        .map(passage -> new Question(prompt(passage), List.of(" " + question.strip())))
                        .toList())
                .stream()
                .map(List::getFirst)
                .map(QuestionLikelihood::mean)
                .toList();
    }

    private static Prompt prompt(Passage passage) {
        String text = passage.text();
        return new Prompt.Text("Passage: "
                + text.substring(0, Math.min(LONGEST_PASSAGE, text.length())).strip()
                + "\nPlease write a question based on this passage.\nQuestion:");
    }

    private static double mean(LogLikelihood likelihood) {
        return likelihood.sum() / Math.max(1, likelihood.tokens().size());
    }
}
