package io.stoa.license.audit;

import static io.stoa.license.audit.Shelf.model;
import static io.stoa.license.audit.Shelf.rules;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.OperatingSystemMXBean;
import io.stoa.license.GgufFiles;
import io.stoa.license.audit.Audit.Model;
import io.stoa.license.audit.Audit.Outcome;
import io.stoa.license.clause.Clause;
import io.stoa.license.clause.Condition;
import io.stoa.license.clause.Effect;
import io.stoa.license.clause.Reliability;
import io.stoa.license.clause.Topic;
import io.stoa.license.lineage.Step;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditorTest {
    private static final String LLAMA_31 = "LicenseRef-scancode-llama-3.1-license-2024";

    @TempDir
    private Path root;

    private Shelf shelf() {
        return new Shelf(root);
    }

    /** The cases are recorded mismatches of real models; names and files here are made up after them. */
    @Test
    void aQuantizationThatDeclaresApacheOverAResearchLicenceDropsTerms() throws IOException {
        Audit audit = shelf().card(
                        "px-large-w4", "license: apache-2.0\nbase_model: mistralai/Pixtral-Large-Instruct-2411")
                .card("Pixtral-Large-Instruct-2411", "license: other\nlicense_name: mrl")
                .audit();
        Model model = model(audit, "px-large-w4");
        assertThat(rules(model)).contains(Rule.TERMS_DROPPED);
        assertThat(model.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(model.issues().getFirst().message()).contains("mistral-research", "Pixtral-Large-Instruct-2411");
    }

    @Test
    void anApacheDistillationOfGemmaIsContradictedByItsNameAndDropsTerms() throws IOException {
        Model model = model(
                shelf().card("gemma3-12b-r1-distilled", "license: apache-2.0\nbase_model: google/gemma-3-12b-it")
                        .audit(),
                "gemma3-12b-r1-distilled");
        assertThat(rules(model)).contains(Rule.TERMS_DROPPED, Rule.TEACHER_UNKNOWN);
        assertThat(model.outcome()).isEqualTo(Outcome.FAIL);
    }

    @Test
    void anApacheAdapterOfAResearchModelDropsTerms() throws IOException {
        Model model = model(
                shelf().card("colq", "license: apache-2.0")
                        .file("colq", "adapter_config.json", "{\"base_model_name_or_path\": \"vidore/base-of-colq\"}")
                        .card("base-of-colq", "license: other\nlicense_name: qwen-research")
                        .audit(),
                "colq");
        assertThat(rules(model)).contains(Rule.TERMS_DROPPED);
        assertThat(model.licenses()).containsExactly("Apache-2.0", "LicenseRef-scancode-qwen-research-2024");
    }

    @Test
    void anOllamaModelWhoseHeaderNamesAnotherVersionIsContradicted() throws IOException {
        Path gguf = GgufFiles.write(
                root.resolve("m"), Map.of("general.architecture", "llama", "general.name", "Llama 3.1 70B Instruct"));
        String model = blob(Files.readAllBytes(gguf));
        Files.delete(gguf);
        String license = blob("Llama 3.3 is licensed by nobody".getBytes(StandardCharsets.UTF_8));
        shelf().file("manifests/registry.ollama.ai/library/llama3.3", "70b", """
                        {"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:%s"},
                         {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:%s"},
                         {"mediaType": "application/vnd.ollama.image.params", "digest": "sha256:../../x"}]}
                        """.formatted(model, license));
        Audit audit = shelf().audit();
        Model found = model(audit, "library/llama3.3:70b");
        assertThat(audit.models()).hasSize(1);
        assertThat(rules(found)).contains(Rule.CLAIMS_CONTRADICT, Rule.LICENSE_TEXT_UNKNOWN);
        assertThat(found.outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    private String blob(byte[] bytes) throws IOException {
        String digest = Digest.of(bytes).hex();
        Files.createDirectories(root.resolve("blobs"));
        Files.write(root.resolve("blobs/sha256-" + digest), bytes);
        return digest;
    }

    @Test
    void aCardAndAFileThatNameDifferentLicencesContradictEachOther() throws IOException {
        Path text = Path.of("../../shared/data/licenses/choosealicense/apache-2.0.txt");
        assumeThat(text).as("licence texts to test on").isRegularFile();
        String file = Files.readString(text);
        String apache = file.substring(file.indexOf("\n---", 4) + 5);
        Model model = model(
                shelf().card("mimo", "license: mit")
                        .file("mimo", "LICENSE", apache)
                        .audit(),
                "mimo");
        assertThat(rules(model)).contains(Rule.CLAIMS_CONTRADICT);
        assertThat(model.licenses()).isEmpty();
        assertThat(model.issues().getFirst().line()).hasValue(2);
        assertThat(model.issues().getFirst().file()).isEqualTo("mimo/README.md");
    }

    @Test
    void aTokenizerOfAnotherFamilyContradicts() throws IOException {
        String config = "{\"model_type\": \"qwen3\", \"vocab_size\": 151936}";
        shelf().card("npu", "license: mit")
                .file("npu", "config.json", config)
                .card("open", "license: apache-2.0")
                .file("open", "config.json", config)
                .card("tuned", "license: mit\nbase_model: Qwen/Qwen3-8B")
                .file("tuned", "config.json", config)
                .card("claimed", "license: apache-2.0\nbase_model: allenai/OLMo-2-7B")
                .file("claimed", "config.json", "{\"model_type\": \"llama\", \"vocab_size\": 128256}");
        Audit audit = shelf().audit();
        assertThat(rules(model(audit, "npu"))).contains(Rule.EVIDENCE_CONTRADICTS);
        assertThat(rules(model(audit, "open"))).isEmpty();
        assertThat(rules(model(audit, "tuned"))).doesNotContain(Rule.EVIDENCE_CONTRADICTS);
        assertThat(rules(model(audit, "claimed"))).contains(Rule.EVIDENCE_CONTRADICTS);
    }

    @Test
    void teachersAskForWhatTheirOutputsCarry() throws IOException {
        String trained = "It was fine-tuned on synthetic data generated by meta-llama/Llama-3.1-405B-Instruct.\n";
        shelf().card("models--acme--Student/snapshots/0123", "license: apache-2.0", trained)
                .card("old", "license: mit", "We trained it on outputs of meta-llama/Meta-Llama-3-70B for a week.\n")
                .card("clean", "license: mit", "It answers questions about data from the web.\n");
        Audit audit = shelf().audit();
        Model student = model(audit, "acme/Student");
        assertThat(student.lineage().steps())
                .filteredOn(step -> step.relation() == Step.Relation.TEACHER)
                .extracting(Step::name)
                .containsExactly("meta-llama/Llama-3.1-405B-Instruct");
        assertThat(rules(student)).contains(Rule.TEACHER_TERMS, Rule.NAME_LACKS_PREFIX);
        assertThat(student.licenses()).containsExactly("Apache-2.0");
        assertThat(rules(model(audit, "old"))).contains(Rule.TEACHER_FORBIDS);
        assertThat(model(audit, "old").outcome()).isEqualTo(Outcome.FAIL);
        assertThat(model(audit, "clean").outcome()).isEqualTo(Outcome.PASS);
    }

    @Test
    void aTeacherWhoseTermsAreNotSettledLeavesADoubt() throws IOException {
        shelf().card("unread", "license: cc-by-4.0")
                .card("free", "license: mit")
                .card("student", "license: mit\nteachers: [org/unread]")
                .card("pupil", "license: mit\nteachers: [org/free]");
        Audit audit = shelf().audit();
        assertThat(rules(model(audit, "student"))).contains(Rule.TEACHER_UNCLEAR);
        assertThat(model(audit, "student").outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(model(audit, "pupil").outcome()).isEqualTo(Outcome.PASS);
    }

    @Test
    void aProhibitionUnderConditionsIsADoubt() {
        Condition outputs = new Condition.OutputsTrainModels(true);
        assertThat(taught(Effect.FORBIDS, List.of(outputs))).isEqualTo(Rule.TEACHER_FORBIDS);
        assertThat(taught(Effect.FORBIDS, List.of(outputs, new Condition.Commercial(true))))
                .isEqualTo(Rule.TEACHER_UNCLEAR);
        assertThat(taught(Effect.UNCLEAR, List.of(outputs))).isEqualTo(Rule.TEACHER_UNCLEAR);
        assertThat(taught(Effect.DUTY, List.of(outputs))).isEqualTo(Rule.TEACHER_TERMS);
    }

    private static Rule taught(Effect effect, List<Condition> when) {
        return Auditor.taught(new Clause(
                Topic.OUTPUTS_TO_TRAIN,
                effect,
                when,
                "it says something",
                Optional.of("do something"),
                List.of(),
                "1",
                Optional.empty(),
                Reliability.READ,
                Shelf.TODAY));
    }

    @Test
    void aChoiceWithoutTheBasesLicenceDropsItsTerms() throws IOException {
        shelf().card("choice", "license: MIT OR Apache-2.0 AND gemma\nbase_model: google/gemma-2-2b")
                .card("always", "license: MIT AND gemma OR gemma\nbase_model: google/gemma-2-2b");
        Audit audit = shelf().audit();
        assertThat(rules(model(audit, "choice"))).contains(Rule.TERMS_DROPPED);
        assertThat(rules(model(audit, "always"))).doesNotContain(Rule.TERMS_DROPPED);
    }

    @Test
    void whatCannotBeReadIsSaid() throws IOException {
        shelf().card("tuned", "license: mit\nbase_model: org/base-a")
                .card("base-a", "license: mit")
                .file("base-a", "LICENSE", "free ".repeat(400_000))
                .card("other", "license: mit\nbase_model: org/base-b")
                .file("base-b", "LICENSE", "\0\1\2")
                .file("store/manifests/registry.ollama.ai/library/odd", "1b", "no JSON at all")
                .file("store/manifests/registry.ollama.ai/library/bare", "1b", "{}")
                .file("store/manifests/registry.ollama.ai/library/huge", "1b", " ".repeat(70_000) + "{\"layers\": []}")
                .file("store/manifests/registry.ollama.ai/library/lacks", "1b", """
                        {"layers": [{"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:%s"}]}
                        """.formatted("0".repeat(64)));
        Files.createDirectories(root.resolve("store/blobs"));
        Audit audit = shelf().audit();
        for (String name : List.of(
                "tuned",
                "base-a",
                "other",
                "base-b",
                "library/odd:1b",
                "library/bare:1b",
                "library/huge:1b",
                "library/lacks:1b")) {
            assertThat(rules(model(audit, name))).as(name).contains(Rule.PAPER_UNREADABLE);
            assertThat(model(audit, name).outcome()).as(name).isEqualTo(Outcome.UNKNOWN);
        }
        assertThat(model(audit, "tuned").issues().getFirst().file()).isEqualTo("base-a/LICENSE");
    }

    @Test
    void aFolderThatMayNotBeReadIsSaid() throws IOException {
        shelf().card("good", "license: mit").card("locked", "license: mit");
        Set<PosixFilePermission> before = Files.getPosixFilePermissions(root.resolve("locked"));
        Files.setPosixFilePermissions(root.resolve("locked"), Set.of());
        try {
            assumeThat(Files.isReadable(root.resolve("locked")))
                    .as("root may read everything")
                    .isFalse();
            Audit audit = shelf().audit();
            assertThat(rules(model(audit, "locked"))).containsExactly(Rule.PAPER_UNREADABLE);
            assertThat(audit.outcome()).isEqualTo(Outcome.UNKNOWN);
        } finally {
            Files.setPosixFilePermissions(root.resolve("locked"), before);
        }
    }

    @Test
    void manyWeightsHideNoSettings() throws IOException {
        shelf().card("many", "license: mit")
                .file("many", "adapter_config.json", "{\"base_model_name_or_path\": \"meta-llama/Llama-3.1-8B\"}");
        for (int i = 0; i < 64; i++) {
            Files.writeString(root.resolve("many/Expert%02d.safetensors".formatted(i)), SAFETENSORS);
        }
        Model whole = model(shelf().audit(), "many");
        assertThat(whole.licenses()).containsExactly("MIT", LLAMA_31);
        assertThat(rules(whole)).contains(Rule.TERMS_DROPPED).doesNotContain(Rule.PAPER_UNREADABLE);
        Files.writeString(root.resolve("many/Expert64.safetensors"), SAFETENSORS);
        assertThat(rules(model(shelf().audit(), "many"))).contains(Rule.TERMS_DROPPED, Rule.PAPER_UNREADABLE);
    }

    /** A header of two bytes, and no tensors. */
    private static final String SAFETENSORS = "\2\0\0\0\0\0\0\0{}";

    @Test
    void circlesSelvesAndNobodyAreImpossible() throws IOException {
        shelf().card("self", "license: mit\nbase_model: self")
                .card("a", "license: mit\nbase_model: org/b")
                .card("b", "license: mit\nbase_model: org/c")
                .card("c", "license: mit\nbase_model: org/b")
                .card("disk", "license: mit\nbase_model: /home/somebody/checkpoints")
                .card("nobody", "license: mit\nbase_model: nobody/knows-it")
                .card("many", "license: mit\nbase_model: [" + manyBases() + "]");
        Audit audit = shelf().audit();
        for (String name : List.of("self", "a", "disk")) {
            assertThat(rules(model(audit, name))).as(name).contains(Rule.ORIGIN_IMPOSSIBLE);
        }
        assertThat(rules(model(audit, "nobody"))).containsExactly(Rule.BASE_UNKNOWN);
        assertThat(rules(model(audit, "many"))).containsExactly(Rule.PAPER_UNREADABLE);
        assertThat(audit.models())
                .allSatisfy(model -> assertThat(model.outcome()).isEqualTo(Outcome.UNKNOWN));
    }

    private static String manyBases() {
        StringBuilder bases = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            bases.append(i == 0 ? "" : ", ").append("org/model-").append(i);
        }
        return bases.toString();
    }

    @Test
    void hostileFilesLeaveTheLicenceUnknownAndTheRestAlone() throws IOException {
        shelf().card("bomb", "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nlicense: *b")
                .file("binary", "LICENSE", "\0\1\2")
                .file("empty", "LICENSE", "")
                .file("huge", "LICENSE", "free ".repeat(400_000))
                .file("deep", "config.json", "[".repeat(100_000))
                .file("broken", "model.gguf", "GGUF but no more")
                .file("short", "model.safetensors", "x")
                .file("foreign", "LICENSE", "本软件按原样提供，不提供任何形式的保证。".repeat(40))
                .card("spdx", "license: GPL-2.0-only WITH Classpath-exception-2.0")
                .card("control", "license: \"mit\\u001b[2J\"")
                .card("good", "license: mit");
        Audit audit = shelf().audit();
        assertThat(audit.models()).hasSize(11);
        assertThat(audit.models())
                .filteredOn(model -> !model.name().equals("good"))
                .allSatisfy(
                        model -> assertThat(model.outcome()).as(model.name()).isEqualTo(Outcome.UNKNOWN));
        assertThat(model(audit, "good").outcome()).isEqualTo(Outcome.PASS);
    }

    @Test
    void expressionsAreChoicesAndBoth() throws IOException {
        shelf().card("choice", "license: apache-2.0 OR cc-by-nc-4.0")
                .card("both", "license: mit AND cc-by-nc-4.0")
                .card("partly", "license: MIT OR LicenseRef-unheard-of");
        Audit audit = shelf().audit("deny-categories: [non-commercial]");
        assertThat(model(audit, "choice").outcome()).isEqualTo(Outcome.PASS);
        assertThat(model(audit, "choice").licenses()).containsExactly("Apache-2.0 OR CC-BY-NC-4.0");
        assertThat(rules(model(audit, "both"))).containsExactly(Rule.POLICY_CATEGORY);
        assertThat(model(audit, "partly").licenses()).containsExactly("MIT");
        Audit used = shelf().audit("use: {commercial: true, distribution: internal, modification: none,"
                + " outputs-train-models: false, domains: []}");
        assertThat(rules(model(used, "choice"))).isEmpty();
        assertThat(rules(model(used, "both"))).containsExactly(Rule.POLICY_USE);
    }

    @Test
    void theHubsCacheIsReadThroughItsLinksAndNothingElseIs() throws IOException {
        shelf().file("cache/models--org--one/blobs", "abc", "---\nlicense: mit\n---\n")
                .file("cache/models--org--one/refs", "main", "0123");
        Path snapshot = Files.createDirectories(root.resolve("cache/models--org--one/snapshots/0123"));
        Files.createSymbolicLink(snapshot.resolve("README.md"), Path.of("../../blobs/abc"));
        Path outside = Files.createTempDirectory("outside");
        Files.writeString(outside.resolve("README.md"), "---\nlicense: apache-2.0\n---\n");
        Files.createSymbolicLink(root.resolve("cache/link"), outside);
        Files.createSymbolicLink(snapshot.resolve("LICENSE"), outside.resolve("README.md"));
        Files.createSymbolicLink(root.resolve("cache/round"), root);
        Audit audit = shelf().audit();
        assertThat(audit.models()).hasSize(1);
        assertThat(model(audit, "org/one").licenses()).containsExactly("MIT");
    }

    @Test
    void weightsInOneFolderAreModelsOfTheirOwn() throws IOException {
        GgufFiles.write(root.resolve("a.gguf"), Map.of("general.license", "mit"));
        GgufFiles.write(root.resolve("b.gguf"), Map.of("general.license", "llama3.1"));
        GgufFiles.write(root.resolve("c-00002-of-00002.gguf"), Map.of());
        Audit audit = shelf().audit();
        assertThat(audit.models()).extracting(Model::name).containsExactly("a.gguf", "b.gguf");
        assertThat(model(audit, "b.gguf").licenses()).containsExactly(LLAMA_31);
    }

    @Test
    void aThousandFoldersTakeLessThanTwentySeconds() throws IOException {
        for (int i = 0; i < 1000; i++) {
            String folder = "team%d/model%d".formatted(i % 10, i);
            shelf().card(
                            folder,
                            "license: " + (i % 3 == 0 ? "mit" : i % 3 == 1 ? "llama3.1" : "apache-2.0")
                                    + "\nbase_model: "
                                    + (i % 2 == 0 ? "meta-llama/Llama-3.1-8B" : "org/model" + (i + 1) % 1000),
                            "This is model %d.\n".formatted(i) + "It was trained on data of many kinds. ".repeat(200));
            shelf().file(
                            folder,
                            "LICENSE",
                            "Some words that are no licence, number %d. "
                                    .formatted(i)
                                    .repeat(150));
            shelf().gguf(folder, Map.of("general.architecture", "llama", "general.name", "Model " + i));
        }
        long started = System.nanoTime();
        Duration before = processorTime();
        Audit audit = shelf().audit();
        Duration busy = processorTime().minus(before);
        System.out.printf(
                "1,000 folders audited in %d ms, %d ms of processor time%n",
                Duration.ofNanos(System.nanoTime() - started).toMillis(), busy.toMillis());
        assertThat(audit.models()).hasSize(1000);
        // of all processors together: a machine that does other work as well makes this no longer
        assertThat(busy).isLessThan(Duration.ofSeconds(20));
        assertThat(shelf().audit()).isEqualTo(audit);
    }

    private static Duration processorTime() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return Duration.ofNanos(system.getProcessCpuTime());
    }

    @Test
    void progressIsHeard() throws IOException {
        shelf().card("one", "license: mit");
        long[] heard = new long[2];
        Progress progress = (done, total) -> {
            heard[0] = done;
            heard[1] = total;
        };
        new Auditor(Shelf.LICENSES, Optional.empty(), Shelf.TODAY).audit(FolderScan.of(List.of(root)), progress);
        assertThat(heard).containsExactly(1, 1);
    }
}
