package io.stoa.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stoa.model.Candidate;
import io.stoa.model.Finding;
import io.stoa.model.Finding.Weight;
import io.stoa.model.Progress;
import io.stoa.model.Workload.TaskSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ChatTemplateCheckTest {
    private static final Path TEMPLATES = Path.of("..", "..", "shared", "data", "chat-templates");
    private static final String EACH = "{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}";
    private static final TaskSpec TOOL_TASK = Fixtures.tools(Fixtures.TOOLS, OptionalDouble.empty(), Optional.of(1));

    private final MemoryRecorder recorder = new MemoryRecorder();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"nano.gguf", "micro.gguf", "mini.gguf"})
    void theShippedTemplateRendersEverything(String model) {
        List<Finding> findings =
                run(Fixtures.gguf(Fixtures.QUICKSTART.resolve("models").resolve(model)), TOOL_TASK);

        assertThat(findings).extracting(Finding::weight).containsExactly(Weight.INFO);
        assertThat(findings.getFirst().sentence())
                .contains("one question, several turns, a system message, tools on offer, a tool's result");
    }

    @Test
    void aFileWithoutATemplateIsBlocked() throws IOException {
        List<Finding> findings = run(Fixtures.gguf(Fixtures.writeGguf(folder.resolve("m.gguf"), Map.of())));

        assertThat(findings).extracting(Finding::weight).containsExactly(Weight.BLOCKS);
        assertThat(findings.getFirst().sentence()).contains("tokenizer.chat_template");
        assertThat(findings.getFirst().remedy().orElseThrow()).contains("tokenizer_config.json");
    }

    @Test
    void whatCannotBeParsedIsBlockedWithItsLine() throws IOException {
        List<Finding> findings = template("{% for m in messages %}\n{{ m.role }\n{% endfor %}");

        assertThat(findings).extracting(Finding::weight).containsExactly(Weight.BLOCKS);
        assertThat(findings.getFirst().sentence()).contains("cannot be parsed").containsPattern("line \\d");
    }

    @Test
    void aTemplateThatNeverEndsIsBlocked() throws IOException {
        List<Finding> findings = template("{% macro again(x) %}{{ again(x) }}{% endmacro %}\n{{ again(1) }}");
        assertThat(findings).extracting(Finding::weight).contains(Weight.BLOCKS).doesNotContain(Weight.CONDITION);
        assertThat(findings.getFirst().sentence()).contains("fails on a conversation with one question");

        List<Finding> loops =
                template("{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}");
        assertThat(loops).extracting(Finding::weight).contains(Weight.BLOCKS);
    }

    @Test
    void refusingTheSystemRoleIsACondition() throws IOException {
        List<Finding> findings = template("{% if messages[0].role == 'system' %}"
                + "{{ raise_exception('System role not supported') }}{% endif %}" + EACH);

        assertThat(findings.getFirst().weight()).isEqualTo(Weight.CONDITION);
        assertThat(findings.getFirst().sentence()).contains("refuses", "a system message", "System role not supported");
        assertThat(findings.getFirst().remedy().orElseThrow()).contains("first user message");
        assertThat(findings).extracting(Finding::weight).doesNotContain(Weight.BLOCKS);
    }

    @Test
    void losingTheSystemMessageIsACondition() throws IOException {
        List<Finding> findings = template("{% for m in messages if m.role != 'system' %}{{ m.content }}{% endfor %}");

        assertThat(findings.getFirst().weight()).isEqualTo(Weight.CONDITION);
        assertThat(findings.getFirst().sentence()).contains("loses", "Answer in one short sentence.");
    }

    @Test
    void keepingOnlyTheLastTurnIsBlocked() throws IOException {
        List<Finding> findings = template("{{ messages[-1].content }}");

        assertThat(findings.getFirst().weight()).isEqualTo(Weight.BLOCKS);
        assertThat(findings.getFirst().sentence()).contains("several turns", "Which river");
    }

    @Test
    void notShowingToolsBlocksOnlyWhoeverNeedsThem() throws IOException {
        Candidate.GgufFile file =
                Fixtures.gguf(Fixtures.writeGguf(folder.resolve("m.gguf"), Map.of("tokenizer.chat_template", EACH)));

        assertThat(run(file)).extracting(Finding::weight).containsOnly(Weight.INFO);
        List<Finding> findings = run(file, TOOL_TASK);
        assertThat(findings).extracting(Finding::weight).contains(Weight.BLOCKS);
        assertThat(findings.getFirst().sentence()).contains("find_river");
        assertThat(recorder.keys()).hasSize(1);
    }

    @Test
    void aRemoteModelHasItsOwn() {
        List<Finding> findings = run(Fixtures.remote());

        assertThat(findings).extracting(Finding::weight).containsExactly(Weight.INFO);
        assertThat(recorder.keys()).isEmpty();
    }

    /** What the templates' sources say, some of it surprising. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Qwen-Qwen2.5-7B-Instruct|INFO|renders one question, several turns, a system message, tools",
                "meta-llama-Llama-3.3-70B-Instruct|INFO|renders one question, several turns, a system message, tools",
                "Qwen-Qwen3-0.6B|INFO|renders one question, several turns, a system message, tools on offer, a tool's",
                "google-gemma-2-2b-it|CONDITION|refuses a conversation with a system message: System role not supported",
                "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B|BLOCKS|tools on offer without a word: the prompt lacks",
                "deepseek-ai-DeepSeek-R1-Distill-Llama-8B|CONDITION|a tool's result without a word: the prompt lacks",
                "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use|BLOCKS|fails on a conversation with one question: 'None"
            })
    void realTemplatesAreReadAsTheyAre(String name, Weight weight, String sentence) throws IOException {
        Path source = TEMPLATES.resolve(name + ".jinja");
        assumeThat(source)
                .as("a folder of published chat templates, absent here")
                .isRegularFile();

        assertThat(template(Files.readString(source), TOOL_TASK)).anySatisfy(finding -> {
            assertThat(finding.weight()).isEqualTo(weight);
            assertThat(finding.sentence()).contains(sentence);
        });
    }

    private List<Finding> template(String source, TaskSpec... tasks) throws IOException {
        Path path = Fixtures.writeGguf(
                Files.createTempFile(folder, "model", ".gguf"), Map.of("tokenizer.chat_template", source));
        return run(Fixtures.gguf(path), tasks);
    }

    private List<Finding> run(Candidate candidate, TaskSpec... tasks) {
        return new IntegrationPillar(new ScriptedEngine(prompt -> ""), Fixtures.BUILD)
                .plan(Fixtures.subject(candidate, tasks))
                .getFirst()
                .run(recorder, Progress.NONE);
    }
}
