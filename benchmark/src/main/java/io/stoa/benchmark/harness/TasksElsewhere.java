package io.stoa.benchmark.harness;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tasks that Stoa can ask and does not ship, because their files hold examples that other people wrote. They come with
 * lm-evaluation-harness.
 */
final class TasksElsewhere {
    private static final Pattern TRUTHFUL_QA = Pattern.compile("truthfulqa(_mc1|_mc2)?");
    private static final Pattern MATH = Pattern.compile("leaderboard_math(_[a-z_]+)?_hard");

    private TasksElsewhere() {}

    /** How a task is got that is none of the shipped ones. */
    static Optional<String> hint(String name) {
        return folder(name)
                .map(folder -> "task " + name + " is not shipped, because its examples are other authors' text; take it"
                        + " from a checkout of lm-evaluation-harness (v0.4.13):"
                        + " --tasks lm-evaluation-harness/lm_eval/tasks/" + folder);
    }

    private static Optional<String> folder(String name) {
        if (TRUTHFUL_QA.matcher(name).matches()) {
            return Optional.of("truthfulqa");
        }
        return MATH.matcher(name).matches() ? Optional.of("leaderboard/math") : Optional.empty();
    }
}
