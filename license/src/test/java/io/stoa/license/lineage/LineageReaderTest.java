package io.stoa.license.lineage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stoa.license.GgufFiles;
import io.stoa.license.clause.Licenses;
import io.stoa.license.lineage.LineageReader.Paper;
import io.stoa.license.lineage.Step.Standing;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineageReaderTest {
    private static final LineageReader READER = new LineageReader(new Licenses());
    private static final String LLAMA_31 = "LicenseRef-scancode-llama-3.1-license-2024";

    @TempDir
    private Path folder;

    @Test
    void readsTheHeader() throws IOException {
        Lineage lineage = read(Map.of("general.architecture", "llama", "general.license", "apache-2.0"));
        assertThat(lineage.architecture()).contains("llama");
        assertThat(lineage.multimodal()).contains(false);
        Claim claim = model(lineage).claims().getFirst();
        assertThat(claim.license()).contains("Apache-2.0");
        assertThat(claim.place()).isEqualTo("general.license");
        assertThat(claim.source()).endsWith("m.gguf");
        assertThat(model(lineage).standing()).isEqualTo(new Standing.Settled("Apache-2.0"));
    }

    @Test
    void settingsBesideAFileTellItsBase() throws IOException {
        Files.writeString(
                folder.resolve("adapter_config.json"), "{\"base_model_name_or_path\": \"meta-llama/Llama-3.1-8B\"}");
        Lineage lineage = read(Map.of("general.architecture", "llama", "general.license", "mit"));
        assertThat(lineage.steps())
                .extracting(Step::relation, Step::name)
                .contains(tuple(Step.Relation.BASE, "meta-llama/Llama-3.1-8B"));
        Files.writeString(folder.resolve("config.json"), "{".repeat(3));
        assertOpen(read(Map.of("general.architecture", "llama", "general.license", "mit")));
    }

    @ParameterizedTest
    @CsvSource({"mllama, true", "llama4, true", "llama, false", "qwen2,"})
    void knowsWhichArchitecturesTakeImages(String architecture, @Nullable Boolean multimodal) throws IOException {
        assertThat(read(Map.of("general.architecture", architecture)).multimodal())
                .isEqualTo(Optional.ofNullable(multimodal));
    }

    @Test
    void nothingSaidIsOpen() throws IOException {
        Standing standing = model(read(Map.of("general.architecture", "llama"))).standing();
        assertThat(standing)
                .isInstanceOfSatisfying(
                        Standing.Open.class, open -> assertThat(open.why()).contains("nothing says"));
    }

    @Test
    void anotherNameOfTheSameLicenceAgreesAndAnUnknownOneDoubts() throws IOException {
        assertThat(model(read(Map.of("general.license", "other", "general.license.name", "llama3.1")))
                        .standing())
                .isEqualTo(new Standing.Settled(LLAMA_31));
        assertThat(model(read(Map.of("general.license", "apache-2.0", "general.license.name", "Apache License 2.0")))
                        .standing())
                .isEqualTo(new Standing.Settled("Apache-2.0"));
        assertOpen(read(Map.of("general.license", "apache-2.0", "general.license.name", "qwen-research")));
        assertOpen(read(Map.of("general.license", "other")));
        assertOpen(read(Map.of("general.license", "gpl")));
        assertThat(model(read(Map.of(
                                "general.license", "other",
                                "general.license.link", "https://www.llama.com/llama3_1/license/")))
                        .standing())
                .isEqualTo(new Standing.Settled(LLAMA_31));
    }

    @Test
    void aNameThatContradictsLeavesItOpen() throws IOException {
        assertOpen(read(Map.of("general.license", "llama3.3", "general.name", "Llama 3.1 70B")));
        assertThat(model(read(Map.of("general.license", "llama3.1", "general.name", "Llama 3.1 70B")))
                        .standing())
                .isEqualTo(new Standing.Settled(LLAMA_31));
        assertOpen(read(Map.of("general.name", "Llama 3.1 70B")));
    }

    @Test
    void theCardAndTheHeaderMayContradictEachOther() throws IOException {
        Lineage lineage = read(Map.of("general.license", "apache-2.0"), card("license: llama3.1"));
        assertThat(model(lineage).standing())
                .isInstanceOfSatisfying(
                        Standing.Open.class,
                        open -> assertThat(open.why())
                                .contains(
                                        "m.gguf (general.license)",
                                        "README.md (license, line 2)",
                                        "Apache-2.0",
                                        LLAMA_31));
    }

    @Test
    void aBaseWhosePublisherIsKnownIsSettledAndAnotherIsOpen() throws IOException {
        Lineage known =
                read(Map.of("general.license", "mit"), card("license: mit\nbase_model: meta-llama/Llama-3.1-8B"));
        assertThat(known.steps()).extracting(Step::relation).containsExactly(Step.Relation.BASE, Step.Relation.MODEL);
        assertThat(known.steps().getFirst().standing()).isEqualTo(new Standing.Settled(LLAMA_31));
        Lineage tuned =
                read(Map.of("general.license", "mit"), card("license: mit\nbase_model: [someone/My-Llama-3.1]"));
        assertThat(tuned.steps().getFirst().standing()).isInstanceOf(Standing.Open.class);
        Lineage unknown = read(Map.of("general.license", "mit"), card("license: mit\nbase_model: Qwen/Qwen2.5-7B"));
        assertThat(unknown.steps().getFirst().standing())
                .isInstanceOfSatisfying(
                        Standing.Open.class,
                        open -> assertThat(open.remedy()).contains("in a folder named Qwen2.5-7B"));
    }

    @Test
    void aPaperInAFolderNamedLikeTheBaseIsTheBases() throws IOException {
        Paper base = new Paper(folder.resolve("qwen2.5-7b/README.md"), "---\nlicense: apache-2.0\n---\n");
        Lineage lineage =
                read(Map.of("general.license", "mit"), card("license: mit\nbase_model: Qwen/Qwen2.5-7B"), base);
        assertThat(lineage.steps().getFirst().standing()).isEqualTo(new Standing.Settled("Apache-2.0"));
        assertThat(model(lineage).standing()).isEqualTo(new Standing.Settled("MIT"));
    }

    @Test
    void readsTheBasesOfTheHeader() throws IOException {
        Lineage lineage = read(Map.of(
                "general.base_model.count", 2,
                "general.base_model.0.name", "Llama 3.1 8B",
                "general.base_model.0.organization", "Meta Llama",
                "general.base_model.1.repo_url", "https://huggingface.co/google/gemma-2-2b"));
        assertThat(lineage.steps())
                .extracting(Step::name)
                .containsExactly("Meta-Llama/Llama 3.1 8B", "google/gemma-2-2b", "m");
        assertThat(lineage.steps().get(0).standing()).isEqualTo(new Standing.Settled(LLAMA_31));
        assertThat(lineage.steps().get(1).standing()).isEqualTo(new Standing.Settled("LicenseRef-gemma-terms-of-use"));
    }

    @Test
    void aNoticeWithThePrescribedSentenceSpeaks() throws IOException {
        Paper notice = new Paper(Path.of("NOTICE"), """
            Llama 3.1 is licensed under the Llama 3.1 Community License,
            Copyright © Meta Platforms, Inc. All Rights Reserved.
            """);
        assertThat(model(read(Map.of(), notice)).standing()).isEqualTo(new Standing.Settled(LLAMA_31));
        assertThat(model(read(Map.of(), new Paper(Path.of("NOTICE"), "Product X by Y")))
                        .claims())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "license: [apache-2.0, mit]",
                "license: 7",
                "license: other",
                "license: unknown",
                "license: other\nlicense_name: glm-4",
                "license: {a: b}",
                "license: apache-2.0\nlicense: mit",
                "license: [",
                "license: apache-2.0 or mit",
                "- a\n- b",
                "a: &a [1]\nb: [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: ]",
            })
    void aCardThatDoesNotSayOneLicenceLeavesItOpen(String front) throws IOException {
        assertOpen(read(Map.of(), card(front)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "license: mit",
                "license:\n- mit",
                "license:\r\n  - MIT\r",
                "license: [mit, mit]",
                "license: other\nlicense_name: mit"
            })
    void readsCards(String front) throws IOException {
        assertThat(model(read(Map.of(), card(front))).standing()).isEqualTo(new Standing.Settled("MIT"));
    }

    @Test
    void hostileCardsAreOnlyDoubtful() throws IOException {
        String bomb = """
            a: &a [x,x,x,x,x,x,x,x,x]
            b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
            c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
            license: *c\
            """;
        for (String front : List.of(
                bomb,
                "license: &a [[*a]]",
                "license: &a {b: {c: *a}}",
                "license: " + "[".repeat(60_000),
                "x: y\n".repeat(50_000),
                "- ".repeat(30_000),
                "? ".repeat(30_000))) {
            assertOpen(read(Map.of(), card(front)));
        }
        assertOpen(read(Map.of(), new Paper(folder.resolve("README.md"), "---\nlicense: mit\n")));
    }

    @Test
    void readsTheFixturesOfTheHub() throws IOException {
        Path cards = Path.of("../../shared/data/cards");
        assumeThat(cards).as("model cards to test on").isDirectory();
        for (String name :
                List.of("sample_simple.md", "sample_windows_line_breaks.md", "sample_invalid_model_index.md")) {
            assertThat(model(read(Map.of(), paper(cards.resolve(name)))).standing())
                    .as(name)
                    .isEqualTo(new Standing.Settled("MIT"));
        }
        assertThat(model(read(Map.of(), paper(cards.resolve("sample_datasetcard_simple.md"))))
                        .standing())
                .isEqualTo(new Standing.Settled("BSD-3-Clause"));
        for (String name : List.of("sample_no_metadata.md", "sample_invalid_card_data.md", "sample_template.md")) {
            Paper paper = paper(cards.resolve(name));
            assertThatCode(() -> read(Map.of(), paper)).as(name).doesNotThrowAnyException();
            assertOpen(read(Map.of(), paper));
        }
    }

    @Test
    void aRemoteModelHasItsPapersAndItsName() {
        Candidate.RemoteModel remote = new Candidate.RemoteModel(
                "big",
                URI.create("http://127.0.0.1:1/v1"),
                "llama3.3:70b",
                Optional.empty(),
                List.of(),
                Optional.empty());
        assertOpen(READER.read(remote, List.of()));
        assertOpen(READER.read(remote, List.of(card("license: apache-2.0"))));
        assertThat(model(READER.read(remote, List.of(card("license: llama3.3"))))
                        .standing())
                .isEqualTo(new Standing.Settled("LicenseRef-scancode-llama-3.3-license-2024"));
        assertThat(READER.read(remote, List.of()).multimodal()).isEmpty();
    }

    private Lineage read(Map<String, Object> metadata, Paper... papers) throws IOException {
        Path path = GgufFiles.write(folder.resolve("m.gguf"), metadata);
        return READER.read(
                new Candidate.GgufFile("m", path, Digest.of(""), List.of(), Optional.empty()), Arrays.asList(papers));
    }

    private Paper card(String front) {
        return new Paper(folder.resolve("README.md"), "---\n" + front + "\n---\n# A model\n");
    }

    private static Paper paper(Path path) throws IOException {
        return new Paper(path, Files.readString(path));
    }

    private static Step model(Lineage lineage) {
        return lineage.steps().stream()
                .filter(step -> step.relation() == Step.Relation.MODEL)
                .findFirst()
                .orElseThrow();
    }

    private static void assertOpen(Lineage lineage) {
        assertThat(model(lineage).standing()).as("%s", lineage).isInstanceOf(Standing.Open.class);
    }
}
