package io.stoa.benchmark.task;

import java.util.List;

/**
 * One question with its right answer.
 *
 * @param id unique in its item set
 * @param prompt what a user would write
 * @param choices the answers on offer, none where the answer is free
 * @param answer the right answer, one of the choices where there are any
 */
public record Item(String id, String prompt, List<String> choices, String answer) {
    public Item {
        choices = List.copyOf(choices);
        if (id.isBlank() || prompt.isBlank() || answer.isEmpty()) {
            throw new IllegalArgumentException("an item needs an id, a prompt and an answer: \"" + id + "\"");
        }
        if (!choices.isEmpty() && !choices.contains(answer)) {
            throw new IllegalArgumentException("the answer of " + id + " is not among its choices: " + answer);
        }
    }
}
