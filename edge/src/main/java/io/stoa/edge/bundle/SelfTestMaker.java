package io.stoa.edge.bundle;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks a model what a device will ask it again, and measures how fast it answers. */
public final class SelfTestMaker {
    private final Engine engine;
    private final int contextTokens;
    private final Bytes memory;
    private final String machine;

    /**
     * A model and where it runs.
     *
     * @param engine of the model, that answers one call at a time
     * @param contextTokens the context that it was opened with
     * @param memory what it takes with this context, as the engine tells
     * @param machine for people
     */
    public SelfTestMaker(Engine engine, int contextTokens, Bytes memory, String machine) {
        this.engine = requireNonNull(engine, "engine");
        this.contextTokens = contextTokens;
        this.memory = requireNonNull(memory, "memory");
        this.machine = requireNonNull(machine, "machine");
    }

    /**
     * Asks the prompts, greedily.
     *
     * @param maxTokens of each answer
     * @param progress hears prompts
     * @throws StoaException of kind {@code USER} when no answer has two tokens, so that there is no speed
     */
    public SelfTest make(List<String> prompts, int maxTokens, Progress progress) {
        List<SelfTest.Case> cases = new ArrayList<>();
        long tokens = 0;
        Duration time = Duration.ZERO;
        for (String prompt : prompts) {
            Generation answer = engine.generate(
                    Prompt.user(prompt), GenerateOptions.greedy(maxTokens).withAlternatives(0));
            cases.add(new SelfTest.Case(
                    prompt,
                    maxTokens,
                    answer.text(),
                    answer.tokens().stream().map(ScoredToken::token).toList(),
                    answer.tokens().stream()
                            .map(token -> Math.min(0, token.logProbability().orElse(0)))
                            .toList()));
            if (answer.answerTokens() > 1 && answer.timeToFirstToken().isPresent()) {
                tokens += answer.answerTokens() - 1;
                time = time.plus(answer.total().minus(answer.timeToFirstToken().get()));
            }
            progress.at(cases.size(), prompts.size());
        }
        if (tokens == 0 || time.isZero()) {
            throw StoaException.user("the answers to the self-test's prompts have one token or none, so no speed can be"
                    + " measured; ask something that takes an answer");
        }
        return new SelfTest(
                engine.facts().engine(),
                contextTokens,
                cases,
                new SelfTest.Seen(tokens / (time.toNanos() / 1e9), memory.count(), machine));
    }
}
