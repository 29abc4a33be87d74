package io.stoa.hardware.deploy;

import static java.util.Objects.requireNonNull;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The schemas beside this class's resources; their README says whose they are. */
final class Schemas {
    private static final String PLACE = "https://stoa.example/";

    private Schemas() {}

    static Schema compose() {
        JsonNode schema = read("compose-spec.json");
        withoutOldNames(schema);
        return registry(SpecificationVersion.DRAFT_2019_09, Map.of(PLACE + "compose.json", schema.toString()))
                .getSchema(SchemaLocation.of(PLACE + "compose.json"));
    }

    static Schema kserve(String file) {
        return registry(
                        SpecificationVersion.DRAFT_2020_12,
                        Map.of(
                                PLACE + "kserve.json", closed(file),
                                PLACE + "metadata.json", closed("kubernetes-metadata.json"),
                                PLACE + "podspec.json", closed("kubernetes-podspec.json")))
                .getSchema(SchemaLocation.of(PLACE + "kserve.json"));
    }

    /** What is wrong with a YAML document; empty when it is valid. */
    static List<String> problems(Schema schema, String yaml) {
        String json = JsonMapper.shared().writeValueAsString(YamlText.read(yaml));
        return schema.validate(json, InputFormat.JSON).stream()
                .map(Object::toString)
                .toList();
    }

    private static SchemaRegistry registry(SpecificationVersion version, Map<String, String> schemas) {
        return SchemaRegistry.withDefaultDialect(version, builder -> builder.schemas(schemas));
    }

    /** It names its dialect by an address that no validator knows, and its parts as draft 4 did, which nothing refers to. */
    private static void withoutOldNames(JsonNode schema) {
        schema.forEach(Schemas::withoutOldNames);
        if (schema instanceof ObjectNode object) {
            object.remove("$schema");
            if (object.path("id").isString()) {
                object.remove("id");
            }
        }
    }

    private static String closed(String file) {
        JsonNode schema = read(file);
        close(schema);
        return schema.toString();
    }

    private static void close(JsonNode schema) {
        schema.forEach(Schemas::close);
        if (schema instanceof ObjectNode object
                && object.path("properties").isObject()
                && object.path("type").asString("").equals("object")
                && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        if (schema instanceof ObjectNode quantity
                && quantity.path("format").asString("").equals("quantity")) {
            quantity.put("pattern", "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$");
        }
    }

    private static JsonNode read(String file) {
        try (InputStream in = requireNonNull(Schemas.class.getResourceAsStream("/deploy/" + file), file)) {
            return JsonMapper.shared().readTree(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(file, e);
        }
    }
}
