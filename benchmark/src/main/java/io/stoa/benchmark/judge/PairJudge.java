package io.stoa.benchmark.judge;

import io.stoa.engine.Engine;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;

/**
 * A model that says which of two answers is better, greedily. Judges tend to prefer a place, often the first, so each pair
 * is shown in both orders, and an answer wins only where both say so.
 */
public final class PairJudge {
    private final Engine engine;
    private final PairPrompt prompt;
    private final int maxTokens;

    /**
     * @param engine of the judging model; stays open
     * @param maxTokens for a judgement with its reasons
     */
    public PairJudge(Engine engine, PairPrompt prompt, int maxTokens) {
        this.engine = engine;
        this.prompt = prompt;
        this.maxTokens = maxTokens;
    }

    /**
     * Two answers to one question.
     *
     * @param one of the candidate that the results are told of
     * @param other of the candidate that it is held against
     */
    public record Pair(String id, String question, String one, String other) {}

    /**
     * Compares answers, in their order.
     *
     * @throws StoaException where the engine fails, or takes none of the prompts
     */
    public Preferences compare(List<Pair> pairs, Progress progress) {
        Questioning questioning = new Questioning(engine, prompt.rule(), maxTokens);
        List<Preference> preferences = new ArrayList<>();
        for (Pair pair : pairs) {
            Questioning.Reply oneFirst = questioning.ask(prompt.about(pair.question(), pair.one(), pair.other()));
            Questioning.Reply otherFirst = questioning.ask(prompt.about(pair.question(), pair.other(), pair.one()));
            preferences.add(preference(pair.id(), placed(oneFirst), placed(otherFirst)));
            progress.at(preferences.size(), pairs.size());
        }
        questioning.requireAnswered();
        return new Preferences(preferences);
    }

    /** What was said of the places. */
    private sealed interface Placed {
        enum Place implements Placed {
            FIRST,
            SECOND,
            TIE
        }

        record None(Unreadable why) implements Placed {}
    }

    private static Placed placed(Questioning.Reply reply) {
        return switch (reply) {
            case Questioning.Reply.None none -> new Placed.None(none.why());
            case Questioning.Reply.Word said ->
                switch (said.word()) {
                    case "first" -> Placed.Place.FIRST;
                    case "second" -> Placed.Place.SECOND;
                    case "tie" -> Placed.Place.TIE;
                    default -> new Placed.None(Unreadable.OFF_SCALE);
                };
        };
    }

    private static Preference preference(String id, Placed oneFirst, Placed otherFirst) {
        if (oneFirst instanceof Placed.None(Unreadable why)) {
            return new Preference.Dropped(id, why);
        }
        if (otherFirst instanceof Placed.None(Unreadable why)) {
            return new Preference.Dropped(id, why);
        }
        boolean oneWinsFirst = oneFirst == Placed.Place.FIRST;
        boolean oneWinsSecond = otherFirst == Placed.Place.SECOND;
        if (oneFirst == Placed.Place.TIE && otherFirst == Placed.Place.TIE) {
            return new Preference.Compared(id, Preference.Outcome.TIE);
        }
        if (oneFirst == Placed.Place.TIE || otherFirst == Placed.Place.TIE) {
            return new Preference.Compared(id, Preference.Outcome.UNDECIDED);
        }
        if (oneWinsFirst != oneWinsSecond) {
            return new Preference.Compared(
                    id, oneWinsFirst ? Preference.Outcome.ALWAYS_FIRST : Preference.Outcome.ALWAYS_SECOND);
        }
        return new Preference.Compared(id, oneWinsFirst ? Preference.Outcome.ONE : Preference.Outcome.OTHER);
    }
}
