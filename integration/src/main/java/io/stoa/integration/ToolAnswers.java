package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** The ledger entry of a batch of tool calls. */
record ToolAnswers(List<ToolAnswer> answers) {
    ToolAnswers {
        answers = List.copyOf(answers);
    }

    /** How far an answer came. Each stage includes those before it. */
    enum CallStage {
        /** Words only. */
        NO_CALL,
        /** Something that is meant as a tool call. */
        EMITTED,
        /** It is well-formed: a name and an object of arguments. */
        PARSED,
        /** The tool was on offer and its JSON Schema allows the arguments. */
        VALID,
        /** It is the expected call: the same name, and arguments that are equal as JSON. */
        RIGHT;

        boolean reaches(CallStage other) {
            return compareTo(other) >= 0;
        }
    }

    /**
     * What became of one item.
     *
     * @param item the item's id
     * @param text the answer
     * @param cutOff whether it ran into the token limit
     * @param stage how far it came
     * @param problem why not further; empty where it is right
     */
    record ToolAnswer(String item, String text, boolean cutOff, CallStage stage, String problem) {
        ToolAnswer {
            requireNonNull(item, "item");
            requireNonNull(text, "text");
            requireNonNull(stage, "stage");
            requireNonNull(problem, "problem");
        }
    }
}
