package io.stoa.benchmark.toolcall;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** The published items of BFCL v4, where they are at hand. */
final class BfclFiles {
    private static final Path FOLDER = Path.of("../../shared/data/items/bfcl");
    private static final JsonMapper MAPPER = new JsonMapper();

    private BfclFiles() {}

    static List<ToolCallItem> items(ToolCallCategory category) throws IOException {
        assumeTrue(Files.isDirectory(FOLDER), "the published items of BFCL are not here");
        String file = "BFCL_v4_" + category.bfclName() + ".json";
        Map<String, String> answers = new LinkedHashMap<>();
        if (category.expectsCalls()) {
            for (String line : lines(FOLDER.resolve("possible_answer").resolve(file))) {
                answers.put(MAPPER.readTree(line).path("id").stringValue(), line);
            }
        }
        return lines(FOLDER.resolve(file)).stream()
                .map(line -> Optional.ofNullable(
                                answers.get(MAPPER.readTree(line).path("id").stringValue()))
                        .map(answer -> ToolCallItem.read(category, line, answer))
                        .orElseGet(() -> ToolCallItem.read(category, line)))
                .toList();
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                .filter(line -> !line.isBlank())
                .toList();
    }
}
