package io.stoa.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.engine.Prompt;
import io.stoa.model.Check;
import io.stoa.model.EvidenceKey;
import io.stoa.model.Finding;
import io.stoa.model.Finding.Weight;
import io.stoa.model.Progress;
import io.stoa.model.Quantity;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ToolCallCheckTest {
    private final MemoryRecorder recorder = new MemoryRecorder();

    @TempDir
    private Path folder;

    @Test
    void countsEachStage() throws IOException {
        Function<Prompt.Chat, String> right = right();
        AtomicInteger n = new AtomicInteger();
        ScriptedEngine engine = new ScriptedEngine(prompt -> switch (n.getAndIncrement() % 10) {
            case 0 -> "In words.";
            case 1 -> "<tool_call>\n{\"name\": \"add\", \"arg\n</tool_call>";
            case 2 -> "<tool_call>\n{\"name\": \"no_such_tool\", \"arguments\": {}}\n</tool_call>";
            case 3 -> "<tool_call>\n" + "x".repeat(500);
            default -> right.apply(prompt);
        });

        Finding finding = run(engine, OptionalDouble.of(0.9), Optional.empty());

        assertThat(finding.weight()).isEqualTo(Weight.BLOCKS);
        assertThat(Fixtures.quantity(finding, Quantity.SCORE)).isEqualTo(0.6);
        assertThat(Fixtures.quantity(finding, "tool call emitted")).isEqualTo(0.9);
        assertThat(Fixtures.quantity(finding, "tool call well-formed")).isEqualTo(0.7);
        assertThat(Fixtures.quantity(finding, "tool call valid")).isEqualTo(0.6);
        assertThat(finding.sentence()).contains("60.0 %", "of 200 requests", "gate of 90.0 %", "20 cut off at 400");
        assertThat(finding.remedy().orElseThrow()).contains("malformed", "grammar");
        assertThat(finding.evidence()).hasSize(8);
        assertThat(engine.asked())
                .allSatisfy(prompt -> assertThat(prompt.tools()).isNotEmpty());
    }

    @Test
    void theIntervalIsHeldAgainstTheGate() throws IOException {
        Function<Prompt.Chat, String> right = right();
        ScriptedEngine perfect = new ScriptedEngine(right);

        assertThat(run(perfect, OptionalDouble.of(0.95), Optional.empty()).weight())
                .isEqualTo(Weight.INFO);
        assertThat(run(perfect, OptionalDouble.empty(), Optional.of(3)).sentence())
                .contains("no gate");
        Finding few = run(perfect, OptionalDouble.of(0.95), Optional.of(25));
        assertThat(few.weight()).isEqualTo(Weight.UNKNOWN);
        // n / (n + z²) ≥ 0.95 first holds at n = 73.
        assertThat(few.remedy().orElseThrow()).contains("at least 48 more", "raise the limit of task tools");
        Finding never = run(perfect, OptionalDouble.of(1), Optional.empty());
        assertThat(never.weight()).isEqualTo(Weight.UNKNOWN);
        assertThat(never.remedy().orElseThrow()).contains("move the gate");
    }

    @Test
    void goesOnWhereItWasKilled() throws IOException {
        Function<Prompt.Chat, String> right = right();
        AtomicInteger n = new AtomicInteger();
        ScriptedEngine dies = new ScriptedEngine(prompt -> {
            if (n.incrementAndGet() > 60) {
                throw StoaException.engine("the engine died");
            }
            return right.apply(prompt);
        });
        assertThatThrownBy(() -> run(dies, OptionalDouble.empty(), Optional.empty()))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.ENGINE))
                .hasMessageContaining("tools.jsonl:61: the engine died");
        assertThat(recorder.keys())
                .extracting(EvidenceKey::check)
                .containsExactly("integration/tools#0", "integration/tools#1");

        ScriptedEngine again = new ScriptedEngine(right);
        assertThat(Fixtures.quantity(run(again, OptionalDouble.empty(), Optional.empty()), Quantity.SCORE))
                .isEqualTo(1);
        assertThat(again.asked()).hasSize(150);

        ScriptedEngine unused = new ScriptedEngine(prompt -> {
            throw StoaException.bug("everything is in the ledger");
        });
        List<Long> done = new ArrayList<>();
        Finding resumed = check(unused, Fixtures.TOOLS, OptionalDouble.empty(), Optional.empty())
                .run(recorder, (at, total) -> done.add(at))
                .getFirst();
        assertThat(Fixtures.quantity(resumed, Quantity.SCORE)).isEqualTo(1);
        assertThat(done).containsExactly(25L, 50L, 75L, 100L, 125L, 150L, 175L, 200L);
    }

    @Test
    void itemsThatAreAppendedOrChangedAreAskedAloneButSettingsAskAll() throws IOException {
        List<String> lines = Files.readAllLines(Fixtures.TOOLS);
        Path items = folder.resolve("tools.jsonl");
        Function<Prompt.Chat, String> silence = prompt -> "words";

        Files.write(items, lines.subList(0, 50));
        assertThat(asked(items, silence, Fixtures.BUILD)).isEqualTo(50);
        Files.write(items, lines.subList(0, 75));
        assertThat(asked(items, silence, Fixtures.BUILD)).isEqualTo(25);
        List<String> changed = new ArrayList<>(lines.subList(0, 75));
        changed.set(30, changed.get(30).replace("\"prompt\": \"", "\"prompt\": \"Please: "));
        Files.write(items, changed);
        assertThat(asked(items, silence, Fixtures.BUILD)).isEqualTo(25);
        assertThat(asked(items, silence, "scripted 2")).isEqualTo(75);
    }

    private int asked(Path items, Function<Prompt.Chat, String> script, String build) {
        ScriptedEngine engine = new ScriptedEngine(script);
        new IntegrationPillar(engine, build)
                .plan(Fixtures.subject(
                        Fixtures.remote(), Fixtures.tools(items, OptionalDouble.empty(), Optional.empty())))
                .get(1)
                .run(recorder, Progress.NONE);
        return engine.asked().size();
    }

    private Finding run(ScriptedEngine engine, OptionalDouble gate, Optional<Integer> limit) {
        return check(engine, Fixtures.TOOLS, gate, limit)
                .run(recorder, Progress.NONE)
                .getFirst();
    }

    private static Check check(ScriptedEngine engine, Path items, OptionalDouble gate, Optional<Integer> limit) {
        return new IntegrationPillar(engine, Fixtures.BUILD)
                .plan(Fixtures.subject(Fixtures.remote(), Fixtures.tools(items, gate, limit)))
                .get(1);
    }

    /** Answers every shipped item rightly. */
    private static Function<Prompt.Chat, String> right() throws IOException {
        JsonMapper mapper = JsonMapper.builder().build();
        Map<String, String> answers = Files.readAllLines(Fixtures.TOOLS).stream()
                .map(mapper::readTree)
                .collect(Collectors.toMap(
                        (JsonNode item) -> item.path("prompt").stringValue(),
                        item -> item.path("answer").stringValue(),
                        (one, other) -> one));
        return prompt -> answers.getOrDefault(ScriptedEngine.said(prompt), "an unknown item");
    }
}
