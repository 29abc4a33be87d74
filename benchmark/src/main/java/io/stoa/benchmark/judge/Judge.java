package io.stoa.benchmark.judge;

import io.stoa.engine.Engine;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** A model that judges answers one at a time, greedily. */
public final class Judge {
    private final Engine engine;
    private final JudgePrompt prompt;
    private final int maxTokens;

    /**
     * @param engine of the judging model; stays open
     * @param maxTokens for a judgement with its reasons
     */
    public Judge(Engine engine, JudgePrompt prompt, int maxTokens) {
        this.engine = engine;
        this.prompt = prompt;
        this.maxTokens = maxTokens;
    }

    /**
     * Judges answers, in their order.
     *
     * @param answers with ids that differ
     * @throws StoaException where the engine fails, or takes none of the prompts
     */
    public Judgements judge(List<JudgedAnswer> answers, Progress progress) {
        Questioning questioning = new Questioning(engine, prompt.rule(), maxTokens);
        List<Judgement> judgements = new ArrayList<>();
        for (JudgedAnswer answer : answers) {
            judgements.add(judgement(answer.id(), questioning.ask(prompt.about(answer))));
            progress.at(judgements.size(), answers.size());
        }
        questioning.requireAnswered();
        String name = engine.facts().name() + " (" + engine.facts().engine() + ")";
        return new Judgements(name, prompt, judgements);
    }

    private Judgement judgement(String id, Questioning.Reply reply) {
        return switch (reply) {
            case Questioning.Reply.None(Unreadable why, String text) -> new Judgement.Dropped(id, why, text);
            case Questioning.Reply.Word(String word, String text) -> {
                OptionalDouble score = prompt.scale().score(word);
                yield score.isPresent()
                        ? new Judgement.Verdict(id, score.getAsDouble(), text)
                        : new Judgement.Dropped(id, Unreadable.OFF_SCALE, text);
            }
        };
    }
}
