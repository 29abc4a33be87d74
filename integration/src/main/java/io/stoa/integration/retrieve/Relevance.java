package io.stoa.integration.retrieve;

import io.stoa.engine.Engine;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.Question;
import io.stoa.model.StoaException;
import java.util.List;

/**
 * Reranks by a model's judgement whether a passage answers the question: ln p("Yes") − ln p("No"), in nats, so 0 is even.
 * R. Nogueira et al., "Document Ranking with a Pretrained Sequence-to-Sequence Model", Findings of EMNLP 2020, where a
 * model was trained to it; models of billions of parameters do it untrained, small ones hardly.
 */
public final class Relevance implements Reranker {
    private static final int LONGEST_PASSAGE = 8_000;

    private final Engine engine;

    /** @throws StoaException of kind {@code USER} when the engine gives no log-likelihoods */
    public Relevance(Engine engine) {
        this.engine = engine;
        if (!engine.capabilities().contains(Engine.Capability.SCORE)) {
            throw StoaException.user(engine.facts().name()
                    + ": gives no log-likelihoods; rerank by embeddings, or by a model in this process");
        }
    }

    @Override
    public String name() {
        return "judged relevance, by " + engine.facts().name();
    }

    @Override
    public List<Double> scores(String question, List<Passage> passages) {
        return engine
                .scoreAll(passages.stream()
                        .map(passage -> new Question(prompt(question, passage), List.of(" Yes", " No")))
                        .toList())
                .stream()
                .map(Relevance::margin)
                .toList();
    }

    private static Prompt prompt(String question, Passage passage) {
        String text = passage.text();
        return new Prompt.Text("Passage: "
                + text.substring(0, Math.min(LONGEST_PASSAGE, text.length())).strip() + "\nQuestion: "
                + question.strip() + "\nDoes the passage answer the question? Yes or No:");
    }

    private static double margin(List<LogLikelihood> yesAndNo) {
        return yesAndNo.getFirst().sum() - yesAndNo.getLast().sum();
    }
}
