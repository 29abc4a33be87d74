package io.stoa.integration.agent;

import static java.util.Objects.requireNonNull;

/**
 * What an agent is given to read besides what it is asked.
 *
 * @param source where it comes from, such as a document's name
 * @param trusted whether it is as good as what the user says; else it is marked as data
 */
public record Material(String source, String text, boolean trusted) {
    public Material {
        requireNonNull(source, "source");
        requireNonNull(text, "text");
    }
}
