package io.stoa.benchmark.ifeval;

import io.stoa.benchmark.metric.Words;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The instructions of one item.
 *
 * @param instructions one or more
 */
public record InstructionList(List<Instruction> instructions) {
    public InstructionList {
        instructions = List.copyOf(instructions);
        if (instructions.isEmpty()) {
            throw new IllegalArgumentException("an item has one instruction or more");
        }
    }

    /**
     * Reads an item's instructions.
     *
     * @param ids {@code instruction_id_list}, a list of texts
     * @param arguments {@code kwargs}, as many objects
     * @throws StoaException (USER) naming what is unknown, missing or wrong
     */
    public static InstructionList of(JsonNode ids, JsonNode arguments) {
        if (!ids.isArray() || ids.isEmpty() || !arguments.isArray() || ids.size() != arguments.size()) {
            throw StoaException.user("instruction_id_list and kwargs hold " + ids.size() + " and " + arguments.size()
                    + " elements; write two lists of the same length, one element or more");
        }
        List<Instruction> instructions = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            if (!ids.path(i).isString()) {
                throw StoaException.user(
                        "instruction_id_list: element " + i + " is not a text; write an instruction's id");
            }
            instructions.add(Instruction.of(ids.path(i).stringValue(), arguments.path(i)));
        }
        return new InstructionList(instructions);
    }

    /**
     * Which instructions an answer follows, strictly (as it is) and loosely (in one of its eight variants). A blank answer
     * follows none.
     *
     * @throws StoaException (USER) when a keyword is a regular expression that takes too many steps
     */
    public Followed check(String answer) {
        Set<String> variants = variants(answer);
        List<Boolean> strict = new ArrayList<>();
        List<Boolean> loose = new ArrayList<>();
        for (Instruction instruction : instructions) {
            boolean strictly = follows(answer, instruction);
            strict.add(strictly);
            loose.add(strictly || variants.stream().anyMatch(variant -> follows(variant, instruction)));
        }
        return new Followed(strict, loose);
    }

    private static boolean follows(String answer, Instruction instruction) {
        return !Words.strip(answer).isEmpty() && instruction.isFollowedBy(answer);
    }

    /** Without the first line, the last line or both, and each of these and the answer without asterisks. */
    private static Set<String> variants(String answer) {
        List<String> lines = Arrays.asList(answer.split("\n", -1));
        int count = lines.size();
        Set<String> variants = new LinkedHashSet<>();
        variants.add(answer);
        variants.add(joined(lines, 1, count));
        variants.add(joined(lines, 0, count - 1));
        variants.add(joined(lines, 1, Math.max(1, count - 1)));
        for (String variant : List.copyOf(variants)) {
            variants.add(variant.replace("*", ""));
        }
        variants.remove(answer);
        return variants;
    }

    private static String joined(List<String> lines, int from, int to) {
        return Words.strip(String.join("\n", lines.subList(from, to)));
    }

    /**
     * What was followed, one element for each instruction.
     *
     * @param strict by the answer as it is
     * @param loose by one of its variants
     */
    public record Followed(List<Boolean> strict, List<Boolean> loose) {
        public Followed {
            strict = List.copyOf(strict);
            loose = List.copyOf(loose);
            if (strict.isEmpty() || strict.size() != loose.size()) {
                throw new IllegalArgumentException(
                        "as many strict as loose decisions, not " + strict.size() + " and " + loose.size());
            }
        }

        /** Whether all instructions are followed strictly: {@code prompt_level_strict_acc}. */
        public boolean allStrictly() {
            return !strict.contains(false);
        }

        /** Whether all instructions are followed loosely: {@code prompt_level_loose_acc}. */
        public boolean allLoosely() {
            return !loose.contains(false);
        }
    }
}
