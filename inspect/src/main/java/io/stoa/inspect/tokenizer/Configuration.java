package io.stoa.inspect.tokenizer;

import io.stoa.engine.safetensors.BoundedJson;
import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.inspect.observation.Shown;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The small JSON files beside a model. */
public final class Configuration {
    private static final String REMEDY = "Read it, and compare with the base's file.";
    private static final int DEEPEST = 12;

    /** Keys that force or forbid words, whatever was asked. */
    private static final Set<String> FORCING = Set.of(
            "forced_decoder_ids",
            "forced_bos_token_id",
            "force_words_ids",
            "bad_words_ids",
            "suppress_tokens",
            "begin_suppress_tokens",
            "sequence_bias");

    private Configuration() {}

    /** Notes what a file asks for; gives its JSON, where it is sound. */
    public static Optional<JsonNode> examine(Path file, Notes notes) {
        JsonNode json;
        try {
            json = BoundedJson.read(file);
        } catch (StoaException e) {
            notes.fail(Check.CONFIG, "", e.sentence());
            return Optional.empty();
        }
        walk(json, "", notes, 0);
        notes.passIfClean(Check.CONFIG, "It asks for no code and forces no words.");
        notes.passIfClean(Check.CODE, "It names no code.");
        return Optional.of(json);
    }

    private static void walk(JsonNode node, String place, Notes notes, int depth) {
        if (depth > DEEPEST) {
            return;
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String key = entry.getKey();
            JsonNode value = entry.getValue();
            String where = place.isEmpty() ? key : place + "." + key;
            if (key.equals("auto_map") && !value.isEmpty()) {
                notes.lead(
                        Check.CODE,
                        where,
                        "The model brings code of its own: " + Shown.text(value.toString(), 200) + ".",
                        "Read the files that it names before allowing them (trust_remote_code).");
            } else if (key.equals("trust_remote_code") && value.asBoolean(false)) {
                notes.fail(Check.CODE, where, "It allows the model's own code by itself.", "Remove the line.");
            } else if (FORCING.contains(key) && !value.isNull() && !(value.isContainer() && value.isEmpty())) {
                notes.lead(
                        Check.CONFIG,
                        where,
                        "It forces or forbids tokens: " + Shown.text(value.toString(), 100) + ".",
                        REMEDY);
            } else if (value.isString()
                    && value.stringValue().matches("(?s).*(__import__|eval\\(|exec\\(|os\\.system|subprocess).*")) {
                notes.fail(
                        Check.CONFIG,
                        where,
                        "The text has Python code in it: " + Shown.quoted(value.stringValue()) + ".",
                        REMEDY);
            } else if (key.equals("_name_or_path")
                    && value.isString()
                    && value.stringValue().contains("..")) {
                notes.fail(Check.CONFIG, where, "The path leads out of the folder.", REMEDY);
            }
            walk(value, where, notes, depth + 1);
        }
        if (node.isArray()) {
            for (JsonNode item : node) {
                walk(item, place + "[]", notes, depth + 1);
            }
        }
    }
}
