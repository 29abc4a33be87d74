package io.stoa.inspect.observation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is noted of one file. A check says at most {@value #MOST_EACH} things of each outcome; the rest is counted. */
public final class Notes {
    private static final int MOST_EACH = 12;

    private static final String AGAIN =
            "Get the file again from where it was published, and compare its SHA-256 with the published one.";

    private final String file;
    private final List<Observation> observations = new ArrayList<>();
    private final Map<Check, Map<Outcome, Integer>> counts = new EnumMap<>(Check.class);

    /** @param file its name in observations */
    public Notes(String file) {
        this.file = Shown.text(file, 200);
    }

    public String file() {
        return file;
    }

    public void pass(Check check, String sentence) {
        add(check, Outcome.PASS, "", sentence, Optional.empty());
    }

    /** A failure for which there is nothing to do but to get another copy. */
    public void fail(Check check, String place, String sentence) {
        fail(check, place, sentence, AGAIN);
    }

    /**
     * A failure.
     *
     * @param place where in the file; empty where it is all of it
     */
    public void fail(Check check, String place, String sentence, String remedy) {
        add(check, Outcome.FAIL, place, sentence, Optional.of(remedy));
    }

    public void lead(Check check, String place, String sentence, String remedy) {
        add(check, Outcome.LEAD, place, sentence, Optional.of(remedy));
    }

    public void notTested(Check check, String sentence, String remedy) {
        add(check, Outcome.NOT_TESTED, "", sentence, Optional.of(remedy));
    }

    /** Whether nothing but good was said of a check so far. */
    public boolean clean(Check check) {
        return counts.getOrDefault(check, Map.of()).keySet().stream().allMatch(outcome -> outcome == Outcome.PASS);
    }

    /** Whether a check has failed. */
    public boolean failed(Check check) {
        return counts.getOrDefault(check, Map.of()).containsKey(Outcome.FAIL);
    }

    /** Passes a check of which nothing else was said. */
    public void passIfClean(Check check, String sentence) {
        if (clean(check)) {
            pass(check, sentence);
        }
    }

    private void add(Check check, Outcome outcome, String place, String sentence, Optional<String> remedy) {
        int count =
                counts.computeIfAbsent(check, _ -> new EnumMap<>(Outcome.class)).merge(outcome, 1, Integer::sum);
        if (count <= MOST_EACH) {
            Optional<String> where = place.isEmpty() ? Optional.empty() : Optional.of(Shown.text(place, 120));
            observations.add(new Observation(check, outcome, file, where, Shown.text(sentence, 600), remedy));
        }
    }

    /** All that was noted, and how much more there was. */
    public List<Observation> observations() {
        List<Observation> all = new ArrayList<>(observations);
        counts.forEach((check, outcomes) -> outcomes.forEach((outcome, count) -> {
            if (count > MOST_EACH) {
                all.add(new Observation(
                        check,
                        outcome,
                        file,
                        Optional.empty(),
                        "There are " + (count - MOST_EACH) + " more like these.",
                        Optional.of("See the first " + MOST_EACH + ".")));
            }
        }));
        return List.copyOf(all);
    }
}
