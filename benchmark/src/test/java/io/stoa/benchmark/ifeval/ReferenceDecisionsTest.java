package io.stoa.benchmark.ifeval;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The decisions of lm-evaluation-harness 0.4.13 on 1,000 composed responses, each checked against all 25 kinds with
 * arguments near to what the response holds.
 *
 * <p>They were made with NLTK 3.10.3, its English Punkt parameters as in neurosnap/sentences 1.0.6, and langdetect 1.0.9
 * with seed 0, its profiles in the order of their names.
 */
final class ReferenceDecisionsTest {
    @Test
    void agrees() throws IOException {
        Set<String> ids = new HashSet<>();
        int decisions = 0;
        try (InputStream in =
                        Objects.requireNonNull(ReferenceDecisionsTest.class.getResourceAsStream("decisions.jsonl.gz"));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
            for (String line : lines.lines().toList()) {
                JsonNode given = JsonMapper.shared().readTree(line);
                InstructionList instructions = InstructionList.of(given.path("ids"), given.path("kwargs"));
                InstructionList.Followed followed =
                        instructions.check(given.path("response").stringValue());
                assertThat(digits(followed.strict()) + " " + digits(followed.loose()))
                        .as(line)
                        .isEqualTo(given.path("strict").stringValue() + " "
                                + given.path("loose").stringValue());
                given.path("ids").forEach(id -> ids.add(id.stringValue()));
                decisions += followed.strict().size();
            }
        }
        assertThat(ids).hasSize(InstructionKind.values().length);
        assertThat(decisions).isEqualTo(25_000);
    }

    private static String digits(List<Boolean> decisions) {
        return decisions.stream().map(decision -> decision ? "1" : "0").collect(Collectors.joining());
    }
}
