package io.stoa.license.bom;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The official JSON schemas. CycloneDX's lie beside the project, and tests that need them are skipped where they do not;
 * SPDX's is in the jar of its tools.
 */
final class Schemas {
    private static final Path FOLDER = Path.of("../../shared/data/bom");
    private static final String CYCLONEDX = "http://cyclonedx.org/schema/";
    private static final String SPDX = "/resources/spdx-schema-v3.0.1.json";

    private Schemas() {}

    static Schema cycloneDx(String version) throws IOException {
        assumeThat(FOLDER)
                .as("CycloneDX's schemas, in %s", FOLDER.toAbsolutePath().normalize())
                .isDirectory();
        Map<String, String> schemas = new HashMap<>();
        for (String name : List.of(
                "bom-1.6.schema.json",
                "bom-1.7.schema.json",
                "spdx.schema.json",
                "jsf-0.82.schema.json",
                "cryptography-defs.schema.json")) {
            schemas.put(CYCLONEDX + name, Files.readString(FOLDER.resolve(name)));
        }
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7, builder -> builder.schemas(schemas))
                .getSchema(SchemaLocation.of(CYCLONEDX + "bom-" + version + ".schema.json"));
    }

    static Schema spdx3() throws IOException {
        try (InputStream in = Schemas.class.getResourceAsStream(SPDX)) {
            assumeThat(in).as("SPDX's schema on the class path").isNotNull();
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(new String(requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8), InputFormat.JSON);
        }
    }

    /** What is wrong with a document; empty when it is valid. */
    static List<String> problems(Schema schema, byte[] document) {
        return schema
                .validate(
                        new String(document, StandardCharsets.UTF_8),
                        InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .toList();
    }
}
