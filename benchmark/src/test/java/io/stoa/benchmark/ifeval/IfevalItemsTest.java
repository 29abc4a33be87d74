package io.stoa.benchmark.ifeval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** All published items can be read. */
final class IfevalItemsTest {
    private static final Path ITEMS = Path.of("../../shared/data/items/ifeval/input_data.jsonl");

    @Test
    void readsAll() throws IOException {
        assumeTrue(Files.exists(ITEMS), "the IFEval items are not here");
        Set<String> kinds = new HashSet<>();
        int prompts = 0;
        int instructions = 0;
        for (String line : Files.readAllLines(ITEMS)) {
            JsonNode item = JsonMapper.shared().readTree(line);
            InstructionList list = InstructionList.of(item.path("instruction_id_list"), item.path("kwargs"));
            assertThat(list.check("").strict()).containsOnly(false);
            assertThat(list.check("So be it.").loose()).hasSameSizeAs(list.instructions());
            prompts++;
            instructions += list.instructions().size();
            item.path("instruction_id_list").forEach(id -> kinds.add(id.stringValue()));
        }
        assertThat(prompts).isEqualTo(541);
        assertThat(instructions).isEqualTo(834);
        assertThat(kinds).hasSize(25);
    }
}
