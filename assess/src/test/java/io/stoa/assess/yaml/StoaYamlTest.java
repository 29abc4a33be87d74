package io.stoa.assess.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.Bytes;
import io.stoa.model.Disclosure;
import io.stoa.model.HourlyPrice;
import io.stoa.model.IntendedUse;
import io.stoa.model.IntendedUse.Distribution;
import io.stoa.model.Machine;
import io.stoa.model.Role;
import io.stoa.model.StoaException;
import io.stoa.model.TaskKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoaYamlTest {
    private static final String GOOD = """
            name: trial
            models:
              - id: micro
                file: micro.gguf
                quantize: [F16, Q8_0]
              - id: big
                endpoint: http://127.0.0.1:8000/v1/
                model: llama
            workload:
              tasks:
                - {id: reading, kind: exact-match, items: items.jsonl, share: 0.6, gate: 0.8}
                - {id: rag, kind: grounded, corpus: corpus, questions: items.jsonl, share: 0.4}
              prompt-tokens: 200
              answer-tokens: 32
              latency: {time-to-first-token: 1.5s}
            hardware: {name: box, memory: 16GiB, cores: 4}
            use:
              purpose: answers
              commercial: true
              distribution: hosted
              monthly-active-users: 700_000_000
              territories: [DE, "NO"]
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void files() throws IOException {
        Files.writeString(folder.resolve("micro.gguf"), "x");
        Files.writeString(folder.resolve("items.jsonl"), "{}\n");
        Files.createDirectory(folder.resolve("corpus"));
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("stoa.yaml"), yaml);
    }

    @Test
    void whatFewLicencesAskForArrivesToo() throws IOException {
        String more = """
                entity: non-profit
                domains: [medical-advice, justice]
                production: true
                domicile: "NO"
                registered: false
                guardrails-weakened: false
                distilled: true
                outputs-train: [llama2]
                product-monthly-active-users: 5
                daily-active-users: 4
                monthly-active-users-on: [{day: 2024-07-23, count: 12_000}]
                annual-revenue: 100
                monthly-revenue: 20
                """;
        IntendedUse use = StoaYaml.read(write(GOOD + more.indent(2))).use();
        assertThat(use.entity()).contains(IntendedUse.Entity.NON_PROFIT);
        assertThat(use.domains()).contains(Set.of(IntendedUse.Domain.MEDICAL_ADVICE, IntendedUse.Domain.JUSTICE));
        assertThat(use.production()).contains(true);
        assertThat(use.domicile()).contains("NO");
        assertThat(use.registered()).contains(false);
        assertThat(use.guardrailsWeakened()).contains(false);
        assertThat(use.distilled()).contains(true);
        assertThat(use.outputsTrain()).containsExactly("llama2");
        assertThat(use.productMonthlyActiveUsers()).hasValue(5);
        assertThat(use.dailyActiveUsers()).hasValue(4);
        assertThat(use.monthlyRevenue()).hasValue(20);
        assertThat(use.monthlyActiveUsersOn()).containsExactly(Map.entry(LocalDate.of(2024, 7, 23), 12_000L));
        assertThat(StoaYaml.read(write(GOOD)).use().domains()).isEmpty();
        assertThat(StoaYaml.read(write(GOOD + "  domains: []\n")).use().domains())
                .contains(Set.of());
    }

    @Test
    void factsAboutTheUseThatContradictEachOtherAreRefusedWithTheirPlace() throws IOException {
        Path more = write(GOOD + "  product-monthly-active-users: 700_000_001\n");
        assertThatThrownBy(() -> StoaYaml.read(more)).hasMessageContaining("more than monthly-active-users");
        Path day = write(GOOD + "  monthly-active-users-on: [{day: 2024-02-30, count: 1}]\n");
        assertThatThrownBy(() -> StoaYaml.read(day)).hasMessageContaining("2024-02-30 is no day");
        Path field = write(GOOD + "  domains: [medecine]\n");
        assertThatThrownBy(() -> StoaYaml.read(field)).hasMessageContaining("use.domains");
    }

    @Test
    void whatTheUserKnowsOfAModelArrives() throws IOException {
        AssessmentFile file = StoaYaml.read(write(GOOD.replace(
                "models:\n",
                "models:\n  - {id: taught, file: micro.gguf, role: judge, teachers: [org/big, org/other]}\n")));
        assertThat(file.models().getFirst().disclosure())
                .isEqualTo(new Disclosure(Role.JUDGE, List.of("org/big", "org/other")));
        assertThat(file.models().getLast().disclosure()).isEqualTo(Disclosure.NONE);

        Path role = write(GOOD.replace("models:\n", "models:\n  - {id: taught, file: micro.gguf, role: jugde}\n"));
        assertThatThrownBy(() -> StoaYaml.read(role))
                .hasMessageContaining("role")
                .hasMessageContaining("judge");
        Path blank = write(GOOD.replace("models:\n", "models:\n  - {id: taught, file: micro.gguf, teachers: [' ']}\n"));
        assertThatThrownBy(() -> StoaYaml.read(blank)).hasMessageContaining("Llama-3.1-70B-Instruct");
        assertThat(StoaYaml.schema()).contains("\"teachers\"", "\"role\"", "transducer");
    }

    @Test
    void everyValueArrives() throws IOException {
        AssessmentFile file = StoaYaml.read(write(GOOD));
        assertThat(file.name()).isEqualTo("trial");
        assertThat(file.models()).hasSize(2);
        assertThat(file.models().get(0))
                .isEqualTo(new AssessmentFile.Model.File(
                        "micro", folder.resolve("micro.gguf"), List.of(), List.of("F16", "Q8_0"), Disclosure.NONE));
        assertThat(((AssessmentFile.Model.Endpoint) file.models().get(1)).baseUri())
                .hasToString("http://127.0.0.1:8000/v1");
        assertThat(file.workload().tasks()).extracting(task -> task.share()).containsExactly(0.6, 0.4);
        assertThat(file.workload().tasks().getFirst().earlyStop()).isTrue();
        assertThat(file.workload().tasks().get(1).kind())
                .isInstanceOfSatisfying(
                        TaskKind.Grounded.class,
                        grounded -> assertThat(grounded.passages()).isEqualTo(2));
        assertThat(file.workload().contextTokens()).isEqualTo(232);
        assertThat(file.workload().latency().timeToFirstToken()).contains(Duration.ofMillis(1500));
        assertThat(file.machine().orElseThrow().memory()).isEqualTo(Bytes.gibibytes(16));
        assertThat(file.use().distribution()).contains(Distribution.HOSTED);
        assertThat(file.use().monthlyActiveUsers()).hasValue(700_000_000);
        assertThat(file.use().territories()).containsExactlyInAnyOrder("DE", "NO");
        assertThat(file.use().outputsTrainModels())
                .as("what is not said is unknown")
                .isEmpty();
    }

    @Test
    void aTaskMayBeAskedInFull() throws IOException {
        Path file = write(GOOD.replace("gate: 0.8", "gate: 0.8, early-stop: false"));
        assertThat(StoaYaml.read(file).workload().tasks().getFirst().earlyStop())
                .isFalse();
        assertThat(StoaYaml.schema()).contains("\"early-stop\"");
    }

    @Test
    void aTaskOfTheHarnessIsNamedOrIsAFile() throws IOException {
        Files.writeString(folder.resolve("own.yaml"), "task: own\n");
        String rag = "- {id: rag, kind: grounded, corpus: corpus, questions: items.jsonl, share: 0.4}";
        Path file = write(GOOD.replace(rag, """
                - {id: algebra, kind: harness, task: mmlu_abstract_algebra, share: 0.2}
                    - {id: own, kind: harness, task: own.yaml, metric: acc, filter: none, num-fewshot: 0, chat: true,
                       data: corpus, share: 0.2, gate: 0.5, early-stop: false, limit: 10}"""));
        assertThat(StoaYaml.read(file).workload().tasks().stream().skip(1).map(task -> task.kind()))
                .containsExactly(
                        new TaskKind.Harness(
                                "mmlu_abstract_algebra",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                false),
                        new TaskKind.Harness(
                                "own.yaml",
                                Optional.of(folder.resolve("own.yaml")),
                                Optional.of(folder.resolve("corpus")),
                                Optional.of("acc"),
                                Optional.of("none"),
                                Optional.of(0),
                                true));
        assertThatThrownBy(() -> StoaYaml.read(
                        write(GOOD.replace(rag, "- {id: a, kind: harness, task: none.yaml, share: 0.4}"))))
                .hasMessageContaining(":12:36: task: none.yaml does not exist");
        assertThatThrownBy(() -> StoaYaml.read(
                        write(GOOD.replace(rag, "- {id: a, kind: harness, task: x, num-fewshot: -1, share: 0.4}"))))
                .hasMessageContaining("num-fewshot");
    }

    /** Each row replaces one text of the good file; the message must name the place and help. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "name: trial | nmae: trial | :1:1: unknown key nmae; did you mean name?",
                "quantize: [F16, Q8_0] | quantise: [F16] | :5:5: unknown key quantise in models[0]; did you mean quantize?",
                "quantize: [F16, Q8_0] | quantize: [F16, Q8_1] | models[0].quantize[1] is \"Q8_1\"",
                "quantize: [F16, Q8_0] | quantize: [F16, F16] | names a type twice",
                "quantize: [F16, Q8_0] | quantize: F16 | :5:15: models[0].quantize must be a list, found \"F16\"",
                "file: micro.gguf | file: nano.gguf | :4:11: file: nano.gguf does not exist",
                "file: micro.gguf | file: corpus | :4:11: file: corpus is a folder",
                "id: big | id: micro | :6:9: the id micro is taken by another model above",
                "id: big | id: a/b | models[1].id must look like",
                "model: llama | revision: 1 | the key model is missing in models[1]",
                "endpoint: http://127.0.0.1:8000/v1/ | endpoint: ftp://x | models[1].endpoint must look like",
                "endpoint: http://127.0.0.1:8000/v1/ | endpoint: http://me:secret@host/v1 | no credentials",
                "kind: exact-match | kind: exactmatch | did you mean exact-match?",
                "kind: exact-match, |  | the key kind is missing in workload.tasks[0]",
                "gate: 0.8 | early-stop: maybe | workload.tasks[0].early-stop must be true or false, found \"maybe\"",
                "questions: items.jsonl | questions: items.jsonl, early-stop: false | unknown key early-stop",
                "gate: 0.8 | gate: 80 | :11:78: workload.tasks[0].gate must be a number from 0 to 1, found 80",
                "gate: 0.8 | gate: high | must be a number from 0 to 1, found \"high\"",
                "gate: 0.8 | gate: 0 | lets everything pass",
                "share: 0.6 | share: 0.7 | add up to 1.100 instead of 1",
                "id: rag | id: reading | the id reading is taken by another task above",
                "prompt-tokens: 200 | prompt-tokens: -1 | must be a whole number from 1",
                "prompt-tokens: 200 | prompt-tokens: 99999999999999999999 | prompt-tokens must be a whole number",
                "time-to-first-token: 1.5s | time-to-first-token: 1.5 | must look like 500ms or 1.5s",
                "memory: 16GiB | memory: 16 | hardware.memory must look like 16GiB",
                "hardware: {name: box, memory: 16GiB, cores: 4} | hardware: thismachine | hardware must be this-machine",
                "commercial: true | commercial: maybe | use.commercial must be true or false, found \"maybe\"",
                "distribution: hosted | distribution: hsoted | did you mean hosted?",
                "purpose: answers | purpose: | use.purpose must be a text, found nothing",
                "purpose: answers | purpose: [a] | use.purpose must be a text, found a list",
                "id: reading | id: template | is taken by Stoa's own check",
                "memory: 16GiB | memory: 99999999999TiB | hardware.memory must look like 16GiB",
                "name: trial | name: [ | not YAML",
                "name: trial | name: !!java.io.File x | name",
                "name: trial | name: &a [*a] | name must be a text, found a list"
            })
    void aWrongValueIsNamedWithItsPlace(String good, String bad, String expected) throws IOException {
        assertThat(GOOD).contains(good.strip());
        Path file = write(GOOD.replace(good.strip(), bad == null ? "" : bad.strip()));
        if (expected.strip().equals("name")) {
            assertThat(StoaYaml.read(file).name())
                    .as("harmless, and never a Java object")
                    .isNotBlank();
            return;
        }
        assertThatThrownBy(() -> StoaYaml.read(file))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .hasMessageStartingWith(file + ":")
                .hasMessageContaining(expected.strip());
    }

    @Test
    void allProblemsAreReportedTogetherInOrder() throws IOException {
        Path file = write(GOOD.replace("gate: 0.8", "gate: 8").replace("name: trial", "nam: x"));
        assertThatThrownBy(() -> StoaYaml.read(file))
                .isInstanceOfSatisfying(
                        StoaException.class,
                        e -> assertThat(e.sentence().lines())
                                .hasSize(2)
                                .first()
                                .asString()
                                .contains(":1:1:"));
    }

    @Test
    void aKeyThatStandsTwiceIsRefused() throws IOException {
        Path file = write(GOOD + "name: again\n");
        assertThatThrownBy(() -> StoaYaml.read(file))
                .hasMessageContaining("name")
                .hasMessageContaining(":23:1");
    }

    @Test
    void whatIsNotAYamlFileIsRefused() throws IOException {
        assertThatThrownBy(() -> StoaYaml.read(folder.resolve("none.yaml"))).hasMessageContaining("stoa init");
        assertThatThrownBy(() -> StoaYaml.read(folder)).hasMessageContaining("is a folder");
        assertThatThrownBy(() -> StoaYaml.read(write(""))).hasMessageContaining("empty");
        assertThatThrownBy(() -> StoaYaml.read(write("- a\n- b\n"))).hasMessageContaining("must be a mapping");
        Path binary = Files.write(folder.resolve("b.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertThatThrownBy(() -> StoaYaml.read(binary)).hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> StoaYaml.read(write("[".repeat(100_000)))).hasMessageContaining("levels deep");
        assertThatThrownBy(() -> StoaYaml.read(write("a:\n" + "- ".repeat(5_000))))
                .hasMessageContaining("levels deep");
        Path large = Files.write(folder.resolve("l.yaml"), new byte[2 << 20]);
        assertThatThrownBy(() -> StoaYaml.read(large)).hasMessageContaining("too large");
    }

    @Test
    void anyTextIsReadOrRefusedAndNothingElse() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String pieces = "[]{}:,-&*!|>'\"#%@`\n\t 01aé😀?.~";
        for (int round = 0; round < 1_000; round++) {
            StringBuilder yaml = new StringBuilder(GOOD);
            for (int i = random.nextInt(4); i >= 0; i--) {
                int at = random.nextInt(yaml.length());
                int from = random.nextInt(pieces.length());
                yaml.replace(
                        at,
                        Math.min(yaml.length(), at + random.nextInt(4)),
                        pieces.substring(from, Math.min(from + 2, pieces.length())));
            }
            Path file = write(yaml.toString().replaceAll("[\\uD800-\\uDFFF]", "x"));
            try {
                StoaYaml.read(file);
            } catch (StoaException e) {
                assertThat(e.kind())
                        .as("seed %d round %d: %s", seed, round, e.getMessage())
                        .isEqualTo(StoaException.Kind.USER);
            }
        }
    }

    @Test
    void theStarterIsReadAsItIs() throws IOException {
        Files.writeString(folder.resolve("items.jsonl"), Starter.items());
        Machine machine = new Machine("here", Bytes.gibibytes(8), Optional.empty(), 2, "CPU: \"x\"", true, "test");
        String yaml = Starter.yaml(List.of(Path.of("micro.gguf")), Optional.empty(), Path.of("items.jsonl"), machine);
        AssessmentFile file = StoaYaml.read(write(yaml));
        assertThat(file.models()).hasSize(1);
        String without = Starter.yaml(List.of(), Optional.empty(), Path.of("items.jsonl"), machine);
        assertThat(StoaYaml.read(write(without)).models().getFirst()).isInstanceOf(AssessmentFile.Model.Endpoint.class);
    }

    @Test
    void theStarterSurvivesOddFileNames() throws IOException {
        String odd = "a \"b\" #c: d.gguf";
        Files.writeString(folder.resolve(odd), "x");
        Machine machine = new Machine("here", Bytes.gibibytes(8), Optional.empty(), 2, "CPU", true, "test");
        String yaml = Starter.yaml(List.of(Path.of(odd)), Optional.empty(), Path.of("items.jsonl"), machine);
        assertThat(StoaYaml.read(write(yaml)).models().getFirst().id()).isEqualTo("a--b---c--d");
    }

    @Test
    void anHourOfTheMachineMayHaveAPrice() throws IOException {
        AssessmentFile read = StoaYaml.read(write(
                GOOD + "price-per-hour: {amount: 0.69 USD, date: 2026-11-01, source: the provider's price list}\n"));
        assertThat(read.hourly())
                .map(HourlyPrice::toString)
                .hasValue("0.69 USD an hour (2026-11-01, the provider's price list)");
        for (String amount : List.of("0.69 XYZ", "990000 USD")) {
            Path wrong = write(GOOD + "price-per-hour: {amount: " + amount + ", date: 2026-11-01, source: a list}\n");
            assertThatThrownBy(() -> StoaYaml.read(wrong)).hasMessageContaining("is not a price");
        }
        Path undated = write(GOOD + "price-per-hour: {amount: 0.69 USD, date: 2026-13-01, source: a list}\n");
        assertThatThrownBy(() -> StoaYaml.read(undated)).hasMessageContaining("is not a price");
    }

    @Test
    void theSchemaNamesEveryKeyOfTheShape() {
        assertThat(StoaYaml.schema())
                .contains(
                        "\"quantize\"",
                        "\"time-to-first-token\"",
                        "\"monthly-active-users\"",
                        "\"additionalProperties\" : false")
                .contains("draft/2020-12");
    }
}
