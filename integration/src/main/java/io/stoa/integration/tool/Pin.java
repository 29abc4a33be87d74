package io.stoa.integration.tool;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.store.CanonicalJson;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which definition of a tool was approved: the digest of the canonical JSON (RFC 8785) of its name, its text and its
 * parameters, as whoever offers it gave them. A tool whose definition changes afterwards has another pin and is refused,
 * because a model reads that text as instructions.
 */
public record Pin(Digest digest) {
    private static final String PREFIX = "sha256:";

    public Pin {
        requireNonNull(digest, "digest");
    }

    /** The pin of a definition. */
    public static Pin of(String name, String text, ObjectNode parameters) {
        ObjectNode defined = JsonNodeFactory.instance.objectNode();
        defined.put("name", name).put("description", text).set("parameters", parameters);
        return new Pin(Digest.of(CanonicalJson.write(defined)));
    }

    /** The pin of a tool under the name that the model calls it by. */
    public static Pin of(Tool.Description description) {
        return of(description.name(), description.text(), description.parameters());
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Pin parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("a pin is sha256: and 64 hexadecimal digits: " + text);
        }
        return new Pin(new Digest(text.substring(PREFIX.length())));
    }

    @Override
    public String toString() {
        return digest.toString();
    }
}
