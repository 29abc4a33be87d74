package io.stoa.hardware.deploy;

import java.util.List;

/**
 * A file to be written.
 *
 * @param fileName its usual name
 * @param text its content, UTF-8
 * @param next commands that put it to work, in order
 * @param notes what it leaves open or takes for granted, a sentence each
 */
public record Artifact(String fileName, String text, List<String> next, List<String> notes) {
    public Artifact {
        next = List.copyOf(next);
        notes = List.copyOf(notes);
    }
}
