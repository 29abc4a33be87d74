package io.stoa.benchmark.ifeval;

import io.stoa.model.StoaException;
import tools.jackson.databind.JsonNode;

/** One instruction that an answer follows or not. */
public sealed interface Instruction
        permits KeywordInstruction, LengthInstruction, ContentInstruction, FormatInstruction, WholeInstruction {
    /**
     * Reads an instruction.
     *
     * @param id for example {@code length_constraints:number_words}
     * @param arguments an object with the instruction's arguments; those that are null, zero or empty count as absent
     * @throws StoaException (USER) naming what is unknown, missing or wrong
     */
    static Instruction of(String id, JsonNode arguments) {
        InstructionKind kind = InstructionKind.of(id);
        Arguments given = new Arguments(id, arguments);
        Instruction instruction;
        try {
            instruction = kind.instruction(given);
        } catch (IllegalArgumentException e) {
            throw StoaException.user(id + ": " + e.getMessage());
        }
        given.allAsked();
        return instruction;
    }

    /**
     * Whether the text follows the instruction, taken as it is.
     *
     * @throws StoaException (USER) when a keyword is a regular expression that takes too many steps
     */
    boolean isFollowedBy(String text);
}
