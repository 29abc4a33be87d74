package io.stoa.integration.step;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.Digest;
import io.stoa.store.CanonicalJson;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What is about to be done in a run.
 *
 * @param path names it within its run, the same each time the run is carried out: {@code answer/turn-2/call-0}
 * @param kind what it is, by the semantic conventions' names of operations where they have one: {@code retrieval},
 *     {@code chat}, {@code execute_tool}
 * @param input all that its result depends on
 * @param effects whether carrying it out changes anything outside
 */
public record Step(String path, String kind, JsonNode input, Effects effects) {
    public Step {
        requireNonNull(input, "input");
        requireNonNull(effects, "effects");
        if (path.isBlank() || kind.isBlank()) {
            throw new IllegalArgumentException("a step has a path and a kind: \"" + path + "\", \"" + kind + "\"");
        }
    }

    /** The digest of its canonical JSON: what approvals are bound to, and what tells it from another step. */
    public Digest digest() {
        return Digest.of(CanonicalJson.write(JsonNodeFactory.instance
                .objectNode()
                .put("path", path)
                .put("kind", kind)
                .put("effects", effects.name())
                .set("input", input)));
    }
}
