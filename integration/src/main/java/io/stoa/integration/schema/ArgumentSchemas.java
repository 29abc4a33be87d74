package io.stoa.integration.schema;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.Dialects;
import io.stoa.model.StoaException;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the JSON Schemas (draft 2020-12) that tools declare ready for use.
 *
 * <p>Schemas come from files that somebody downloaded and arguments from a model, so neither is trusted: a schema may
 * refer only into itself and nothing is ever fetched; its size and nesting are limited; see {@link ArgumentSchema} and
 * {@link BoundedPattern} for the limits while it is applied.
 */
public final class ArgumentSchemas {
    private static final int MOST_VALUES = 5_000;
    private static final int DEEPEST_NESTING = 64;
    private static final List<String> REFERENCES = List.of("$ref", "$dynamicRef", "$recursiveRef");

    /** Made once, because reading the dialect takes long; it caches nothing, so that nothing of one schema is left in it. */
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDialect(
            Dialects.getDraft202012(),
            builder -> builder.schemaCacheEnabled(false)
                    .schemaLoader(loader -> loader.fetchRemoteResources(false))
                    .schemaRegistryConfig(SchemaRegistryConfig.builder()
                            .locale(Locale.ROOT)
                            .regularExpressionFactory(BoundedPattern::of)
                            .build()));

    private static final ArgumentSchema SCHEMA_OF_SCHEMAS =
            ready(REGISTRY.getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId())));

    private static ArgumentSchema ready(Schema schema) {
        schema.initializeValidators();
        return new ArgumentSchema(schema);
    }

    /**
     * Makes a schema ready.
     *
     * @throws IllegalArgumentException that says what is wrong with it
     */
    public ArgumentSchema compile(ObjectNode schema) {
        ObjectNode own = schema.deepCopy();
        // Names of other dialects and of the schema itself would only be looked up; the keywords in use are common
        // ones.
        own.remove(List.of("$schema", "$id"));
        requireHarmless(own, DEEPEST_NESTING, MOST_VALUES);
        SCHEMA_OF_SCHEMAS.problem(own).ifPresent(problem -> {
            throw new IllegalArgumentException("not a JSON Schema: " + problem);
        });
        try {
            return ready(REGISTRY.getSchema(own));
        } catch (SchemaException | StoaException e) {
            throw new IllegalArgumentException("not a usable JSON Schema: " + e.getMessage(), e);
        }
    }

    /** Returns how many values may still follow. */
    private static int requireHarmless(JsonNode node, int levels, int values) {
        if (levels == 0) {
            throw new IllegalArgumentException("nested deeper than " + DEEPEST_NESTING + " levels");
        }
        if (values == 0) {
            throw new IllegalArgumentException("holds more than " + MOST_VALUES + " values");
        }
        for (String keyword : REFERENCES) {
            String target = node.path(keyword).stringValue("#");
            if (!target.startsWith("#")) {
                throw new IllegalArgumentException(
                        keyword + " leads to " + target + "; nothing is fetched, so copy what it means into $defs");
            }
        }
        int left = values - 1;
        for (JsonNode child : node) {
            left = requireHarmless(child, levels - 1, left);
        }
        return left;
    }
}
