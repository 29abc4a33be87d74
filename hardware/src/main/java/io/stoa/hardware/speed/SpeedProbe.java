package io.stoa.hardware.speed;

import io.stoa.engine.Engine;
import io.stoa.engine.Engine.Capability;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.hardware.machine.OtherLoad;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Measures how fast an engine reads and generates.
 *
 * <p>One round warms up and is not counted. Then rounds run until enough were undisturbed and the time budget is spent,
 * or there are 15 of them; a machine that never gets quiet ends it after three budgets. So a tiny model takes about two
 * seconds, and a large one six rounds, however long they take.
 */
public final class SpeedProbe {
    private static final int MOST_ROUNDS = 15;
    private static final int MOST_BUDGETS = 3;

    /** Longer answers say nothing new about the time per token, and take long on a large model. */
    private static final int MOST_ANSWER_TOKENS = 64;

    /** What a chat template and a beginning-of-text token add to a prompt, at most. */
    private static final int SPARE_TOKENS = 32;

    private static final List<String> WORDS = List.of(
            "river", "stone", "seven", "mills", "quiet", "town", "people", "count", "days", "bells", "tower", "then",
            "carries", "past", "where", "one");

    private final Supplier<Optional<OtherLoad.Reading>> load;
    private final Duration budget;

    /**
     * Makes a probe.
     *
     * @param load tells how busy others keep the machine, such as {@link OtherLoad#now()}; for an endpoint elsewhere {@code
     *     Optional::empty}, because a server is an "other" too
     * @param budget what the rounds of a tiny model may take together
     */
    public SpeedProbe(Supplier<Optional<OtherLoad.Reading>> load, Duration budget) {
        this.load = load;
        this.budget = budget;
    }

    /**
     * Measures.
     *
     * @param form makes a prompt of a text, such as {@code Prompt.Text::new} or {@code Prompt::user}
     * @param promptTokens how long prompts should be; cut where the engine's context is shorter
     * @param answerTokens how long answers are; at most 64 are generated
     * @throws StoaException of kind {@code ENGINE} when no round gave a token
     */
    public SpeedMeasurement measure(
            Engine engine, Function<String, Prompt> form, int promptTokens, int answerTokens, Progress progress) {
        int answer = Math.min(answerTokens, MOST_ANSWER_TOKENS);
        int room = engine.facts().contextTokens().orElse(Integer.MAX_VALUE) - answer - SPARE_TOKENS;
        int prompt = Math.clamp(promptTokens, 1, Math.max(1, room));
        round(engine, form, 0, prompt, answer);
        List<SpeedRound> rounds = new ArrayList<>();
        Duration spent = Duration.ZERO;
        int undisturbed = 0;
        for (int number = 1; number <= MOST_ROUNDS && !done(undisturbed, rounds.size(), spent); number++) {
            Optional<SpeedRound> round = round(engine, form, number, prompt, answer);
            if (round.isPresent()) {
                rounds.add(round.get());
                spent = spent.plus(round.get().total());
                undisturbed += round.get().undisturbed() ? 1 : 0;
            }
            progress.at(Math.min(number, SpeedMeasurement.ENOUGH), SpeedMeasurement.ENOUGH);
        }
        if (rounds.isEmpty()) {
            throw StoaException.engine(engine.facts().name()
                    + ": answered none of the prompts of the speed measurement with a token; "
                    + "try it with a prompt of your own");
        }
        return new SpeedMeasurement(rounds, promptTokens);
    }

    private boolean done(int undisturbed, int rounds, Duration spent) {
        if (undisturbed >= SpeedMeasurement.ENOUGH) {
            return spent.compareTo(budget) >= 0;
        }
        return rounds >= SpeedMeasurement.ENOUGH && spent.compareTo(budget.multipliedBy(MOST_BUDGETS)) >= 0;
    }

    private Optional<SpeedRound> round(
            Engine engine, Function<String, Prompt> form, int number, int promptTokens, int answerTokens) {
        Prompt prompt = form.apply(text(engine, number, promptTokens));
        // A draw from the whole distribution, because a greedy answer may end at once, and always the same way.
        GenerateOptions options = new GenerateOptions(answerTokens, 1, 0, 1, 0, number, List.of());
        Optional<OtherLoad.Reading> before = load.get();
        Generation answer = engine.generate(prompt, options);
        Optional<OtherLoad.Reading> after = load.get();
        return answer.timeToFirstToken()
                .filter(first -> first.isPositive() && answer.answerTokens() > 0)
                .map(first -> new SpeedRound(
                        Math.max(1, answer.promptTokens()),
                        answer.answerTokens(),
                        first,
                        answer.total(),
                        OtherLoad.between(before, after)));
    }

    /** As many words, beginning differently in each round; with a tokenizer, cut to as many tokens. */
    private static String text(Engine engine, int number, int tokens) {
        String text = IntStream.range(0, tokens)
                .mapToObj(word -> WORDS.get((number + word * 7) % WORDS.size()))
                .collect(Collectors.joining(" "));
        if (!engine.capabilities().contains(Capability.TOKENIZE)) {
            return text;
        }
        List<Integer> ids = engine.tokenize(text, false);
        return ids.size() <= tokens ? text : engine.detokenize(ids.subList(0, tokens), false);
    }
}
