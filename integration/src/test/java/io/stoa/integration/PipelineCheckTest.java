package io.stoa.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.integration.judge.TestItem;
import io.stoa.integration.pipeline.CorpusSearch;
import io.stoa.integration.pipeline.PipelineYaml;
import io.stoa.integration.pipeline.Surroundings;
import io.stoa.integration.tool.Tool;
import io.stoa.model.Check;
import io.stoa.model.Finding;
import io.stoa.model.Finding.Weight;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Candidates at the support desk that ships as an example, whose model is a script here. */
class PipelineCheckTest {
    private static final Path DESK = Path.of("..", "examples", "support-desk");
    /** Must never be called: candidates are judged by what they would do. */
    private static final class Tickets implements Tool {
        @Override
        public Description description() {
            ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
            return new Description("open_ticket", "opens a ticket", schema, Effects.EACH_CALL);
        }

        @Override
        public String call(ObjectNode arguments, String effect, Duration patience) {
            throw new AssertionError("a candidate under judgement opened a ticket: " + arguments);
        }

        @Override
        public void close() {}
    }

    private final MemoryRecorder recorder = new MemoryRecorder();

    /** Reads colours and foods rightly, and nothing else. */
    private static ScriptedEngine reader(String wrong) {
        return new ScriptedEngine(chat -> {
            String prompt = ScriptedEngine.said(chat);
            String question = prompt.substring(prompt.indexOf("Question: "));
            String who = Pattern.compile("[A-Z][a-z]+(?=[ ?])")
                    .matcher(question)
                    .results()
                    .map(MatchResult::group)
                    .reduce("", (_, last) -> last);
            if (!wrong.isEmpty()) {
                return wrong;
            }
            String pattern = question.contains("color")
                    ? "likes the color (\\w+)"
                    : question.contains("food") || question.contains("eat")
                            ? "likes to eat (\\w+)"
                            : question.contains("live") || question.contains("town")
                                    ? "lives in (\\w+)"
                                    : question.contains("old") || question.contains("age")
                                            ? "is (\\d+) years old"
                                            : question.contains("animal")
                                                    ? "keeps an? (\\w+)"
                                                    : question.contains("job")
                                                                    || question.contains("trade")
                                                                    || question.contains("work")
                                                            ? "works as an? (\\w+)"
                                                            : "owns an? (\\w+)";
            Matcher fact = Pattern.compile(who + " " + pattern).matcher(prompt);
            return fact.find() ? fact.group(1) : "I do not know.";
        });
    }

    private List<Finding> findings(
            ScriptedEngine engine, Map<String, Double> gates, OptionalDouble risk, String model, int limit) {
        PipelineTask task = new PipelineTask(
                PipelineYaml.read(DESK.resolve("pipeline.yaml")),
                model,
                TestItem.read(DESK.resolve("items.jsonl"), Optional.of(limit)),
                5,
                gates,
                risk,
                () -> new Surroundings(
                        Map.of(),
                        Map.of("customers", new CorpusSearch(DESK.resolve("documents"))),
                        Map.of("open_ticket", new Tickets()),
                        Map.of(),
                        (path, stage, work, steps) -> {
                            throw StoaException.user("no agents here");
                        }));
        IntegrationPillar pillar = new IntegrationPillar(engine, Fixtures.BUILD, Optional.of(task));
        Check check = pillar.plan(Fixtures.subject(
                        Fixtures.remote(), Fixtures.tools(Fixtures.TOOLS, OptionalDouble.empty(), Optional.of(5))))
                .getLast();
        assertThat(check.id()).isEqualTo("integration/pipeline");
        return check.run(recorder, Progress.NONE);
    }

    @Test
    void aCandidateThatDoesTheJobHasNothingAgainstIt() {
        List<Finding> findings = findings(
                reader(""), Map.of("success", 0.85, "search/recall@5", 0.9), OptionalDouble.of(0.2), "desk", 150);
        assertThat(findings).extracting(Finding::weight).containsOnly(Weight.INFO);
        assertThat(recorder.keys()).hasSize(6);
    }

    @Test
    void aCandidateThatIsAtFaultIsBlocked() {
        List<Finding> findings = findings(reader("mauve"), Map.of("success", 0.8), OptionalDouble.empty(), "desk", 30);
        assertThat(findings.getFirst().weight()).isEqualTo(Weight.BLOCKS);
        assertThat(findings.getFirst().sentence()).contains("answer loses ");
        assertThat(recorder.keys()).hasSize(3);
    }

    @Test
    void aPartThatMissesItsGateIsACondition() {
        List<Finding> findings =
                findings(reader(""), Map.of("rank/recall@5", 0.995), OptionalDouble.empty(), "desk", 150);
        assertThat(findings).anySatisfy(finding -> {
            assertThat(finding.weight()).isEqualTo(Weight.CONDITION);
            assertThat(finding.remedy().orElseThrow()).startsWith("Mend the stage rank");
        });
    }

    @Test
    void whatWasMeasuredIsNotMeasuredAgain() {
        ScriptedEngine engine = reader("");
        findings(engine, Map.of(), OptionalDouble.empty(), "desk", 30);
        int asked = engine.asked().size();
        findings(engine, Map.of(), OptionalDouble.empty(), "desk", 30);
        assertThat(engine.asked()).hasSize(asked);
    }

    @Test
    void aModelThatThePipelineDoesNotHaveIsRefused() {
        assertThatThrownBy(() -> findings(reader(""), Map.of(), OptionalDouble.empty(), "dsk", 30))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("has no model \"dsk\"; it has desk");
    }
}
