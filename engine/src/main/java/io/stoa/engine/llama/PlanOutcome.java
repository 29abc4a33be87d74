package io.stoa.engine.llama;

import static java.util.Objects.requireNonNull;

/** Whether a quantization can be made of a model. */
public sealed interface PlanOutcome {
    /** It can, and this is what comes out. */
    record Possible(PlannedQuantization plan) implements PlanOutcome {
        public Possible {
            requireNonNull(plan, "plan");
        }
    }

    /**
     * The rows of the model's matrices are no whole blocks of the type.
     *
     * @param sentence names the matrix, and what to choose instead
     */
    record Misfit(String sentence) implements PlanOutcome {
        public Misfit {
            requireNonNull(sentence, "sentence");
        }
    }
}
