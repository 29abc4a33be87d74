package io.stoa.benchmark.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The text rules against lm-evaluation-harness 0.4.13: text-rules.json.gz holds made-up inputs, put together at random
 * from pieces that the rules look for, with what the harness' functions gave.
 */
final class TextRulesTest {
    /** The thread's own time in nanoseconds, which a busy machine does not lengthen. */
    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static final JsonNode CASES = read();

    private static JsonNode read() {
        try (InputStream file = TextRulesTest.class.getResourceAsStream("text-rules.json.gz")) {
            return JsonMapper.shared().readTree(new GZIPInputStream(Objects.requireNonNull(file)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Optional<String> text(JsonNode node) {
        return node.isNull() ? Optional.empty() : Optional.of(node.stringValue());
    }

    private static void assertSame(String kind, int atLeast, int column, Function<String, Optional<String>> rule) {
        assertThat(CASES.path(kind).size()).isGreaterThanOrEqualTo(atLeast);
        for (JsonNode row : CASES.path(kind)) {
            String input = row.get(0).stringValue();
            assertThat(rule.apply(input)).as("%s of <%s>", kind, input).isEqualTo(text(row.get(column)));
        }
    }

    @Test
    void finalAnswersAreNormalizedAsByTheHarness() {
        assertSame("normalize", 2600, 1, answer -> Optional.of(MinervaMath.ORIGINAL.normalize(answer)));
        assertSame("normalize", 2600, 2, answer -> Optional.of(MinervaMath.REVISED.normalize(answer)));
    }

    @Test
    void finalSentencesAndBoxesAreFoundAsByTheHarness() {
        assertSame("extract", 500, 1, output -> Optional.of(MinervaMath.extract(output)));
        assertSame("box", 600, 1, MinervaMath::lastBox);
        assertSame("box", 600, 2, MinervaMath::lastBoxed);
    }

    @Test
    void hendrycksAnswersAreStrippedAndComparedAsByTheHarness() {
        assertSame("strip", 2600, 1, HendrycksMath::strip);
        assertSame("dollars", 200, 1, output -> Optional.of(HendrycksMath.extract(output)));
        assertThat(CASES.path("equivalent").size()).isGreaterThanOrEqualTo(600);
        for (JsonNode row : CASES.path("equivalent")) {
            String left = row.get(0).stringValue();
            String right = row.get(1).stringValue();
            assertThat(HendrycksMath.equivalent(left, right))
                    .as("<%s> and <%s>", left, right)
                    .isEqualTo(row.get(2).booleanValue());
        }
    }

    @Test
    void longHostileTextsTakeLittleTime() {
        List<String> pieces = List.of(
                "Final Answer: The final answer is",
                "\\boxed{",
                "\\text{",
                "\\sqrt[",
                "\\frac",
                "$",
                "\n",
                "{",
                "\\left",
                "1,000,",
                "\\text{ ",
                "units",
                "\\",
                "=",
                "\n$",
                "a ");
        for (String piece : pieces) {
            for (String end : List.of("", "$$", "]}", "1/2")) {
                String text = piece.repeat(1_000_000 / piece.length()) + end;
                long start = cpu();
                MinervaMath.extract(text);
                MinervaMath.lastBoxed(text);
                MinervaMath.ORIGINAL.normalize(text);
                MinervaMath.REVISED.normalize(text);
                HendrycksMath.equivalent(text, text + "1");
                assertThat(Duration.ofNanos(cpu() - start))
                        .as("1 MB of <%s>", piece)
                        .isLessThan(Duration.ofSeconds(3));
            }
        }
    }
}
