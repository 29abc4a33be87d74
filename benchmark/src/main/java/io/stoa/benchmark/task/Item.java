package io.stoa.benchmark.task;

import io.stoa.model.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
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

    /** The SHA-256 of everything in it. Each text stands behind its length, so that no two items give the same bytes. */
    public Digest digest() {
        MessageDigest digest = Digest.sha256();
        feed(digest, id);
        feed(digest, prompt);
        feed(digest, answer);
        choices.forEach(choice -> feed(digest, choice));
        return Digest.of(digest);
    }

    private static void feed(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }
}
