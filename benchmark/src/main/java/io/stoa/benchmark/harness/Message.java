package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

/**
 * One turn of a prompt, to be written as plain text or rendered by a chat template.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param content its text
 * @param delimiter what follows it in plain text
 */
public record Message(String role, String content, String delimiter) {
    public Message {
        requireNonNull(role, "role");
        requireNonNull(content, "content");
        requireNonNull(delimiter, "delimiter");
    }

    Message(String role, String content) {
        this(role, content, "");
    }

    Message undelimited() {
        return new Message(role, content, "");
    }
}
