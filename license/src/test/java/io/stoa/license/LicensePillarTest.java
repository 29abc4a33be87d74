package io.stoa.license;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.license.clause.Licenses;
import io.stoa.model.Bytes;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Digest;
import io.stoa.model.Disclosure;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.Finding.Weight;
import io.stoa.model.IntendedUse;
import io.stoa.model.IntendedUse.Distribution;
import io.stoa.model.IntendedUse.Modification;
import io.stoa.model.Machine;
import io.stoa.model.Progress;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.Role;
import io.stoa.model.StoaException;
import io.stoa.model.Subject;
import io.stoa.model.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class LicensePillarTest {
    private static final LicensePillar PILLAR = new LicensePillar(new Licenses());

    @TempDir
    private Path folder;

    private final JsonLedger ledger = new JsonLedger();

    /** Keeps what is recorded as JSON, as the real ledger does. */
    private static final class JsonLedger implements Recorder {
        private final Map<EvidenceKey, String> entries = new LinkedHashMap<>();

        @Override
        public <T extends Record> Recorded<T> once(EvidenceKey key, Class<T> type, Supplier<T> measure) {
            boolean reused = entries.containsKey(key);
            String json = entries.computeIfAbsent(key, _ -> JsonMapper.shared().writeValueAsString(measure.get()));
            return new Recorded<>(
                    JsonMapper.shared().readValue(json, type),
                    new EvidenceRef(List.copyOf(entries.keySet()).indexOf(key) + 1L, Digest.of(json)),
                    reused);
        }
    }

    @Test
    void asksTwoCheapQuestions() throws IOException {
        List<Check> checks = PILLAR.plan(subject(Map.of("general.license", "mit"), use(Distribution.INTERNAL)));
        assertThat(checks).extracting(Check::id).containsExactly("license/claims", "license/use");
        assertThat(checks).extracting(Check::stage).containsOnly(Check.Stage.EXAMINE);
    }

    @Test
    void allClearIsInformation() throws IOException {
        List<Finding> findings = findings(subject(Map.of("general.license", "apache-2.0"), use(Distribution.INTERNAL)));
        assertThat(findings).extracting(Finding::weight).containsOnly(Weight.INFO);
        assertThat(findings.getFirst().sentence()).contains("m is under Apache-2.0", "general.license");
        assertThat(findings.getLast().sentence()).contains("is allowed and nothing is asked");
        assertThat(findings.getLast().evidence()).hasSize(2);
    }

    @Test
    void theShippedModelsMayBeUsed() {
        Path nano = Path.of("../examples/quickstart/models/nano.gguf");
        Subject subject = subject(
                new Candidate.GgufFile("nano", nano, Digest.of("nano"), List.of(), Optional.empty()),
                use(Distribution.INTERNAL));
        assertThat(findings(subject)).extracting(Finding::weight).containsOnly(Weight.INFO);
    }

    @Test
    void dutiesAreConditionsWithRemedies() throws IOException {
        List<Finding> findings = findings(subject(Map.of("general.license", "llama3.1"), use(Distribution.PRODUCT)));
        assertThat(findings)
                .filteredOn(finding -> finding.weight() == Weight.CONDITION)
                .hasSize(4)
                .anySatisfy(
                        finding -> assertThat(finding.remedy().orElseThrow()).contains("Built with Llama"));
        assertThat(findings).noneMatch(finding -> finding.weight() == Weight.UNKNOWN);
    }

    @Test
    void teachersThatTheUserKnowsOfCount() throws IOException {
        Subject plain = subject(Map.of("general.license", "mit"), use(Distribution.INTERNAL));
        Candidate candidate = plain.candidate();
        assertThat(findings(plain)).extracting(Finding::weight).containsOnly(Weight.INFO);

        Subject taught =
                subject(candidate, plain.use(), new Disclosure(Role.GENERATOR, List.of("meta-llama/Meta-Llama-3-70B")));
        assertThat(findings(taught))
                .anySatisfy(finding -> assertThat(finding.weight()).isNotEqualTo(Weight.INFO))
                .anySatisfy(finding -> assertThat(finding.sentence()).contains("meta-llama/Meta-Llama-3-70B is under"));

        Subject unknown =
                subject(candidate, plain.use(), new Disclosure(Role.GENERATOR, List.of("acme/never-heard-of")));
        assertThat(findings(unknown))
                .filteredOn(finding -> finding.weight() == Weight.UNKNOWN)
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.remedy().orElse("")).contains("acme/never-heard-of"));
    }

    @Test
    void aRoleAddsToWhatIsDone() throws IOException {
        Subject plain = subject(Map.of("general.license", "llama3"), use(Distribution.INTERNAL));
        assertThat(findings(plain)).extracting(Finding::weight).doesNotContain(Weight.BLOCKS);

        List<Finding> asTeacher =
                findings(subject(plain.candidate(), plain.use(), new Disclosure(Role.TEACHER, List.of())));
        assertThat(asTeacher).extracting(Finding::weight).contains(Weight.BLOCKS);
        assertThat(asTeacher.getLast().sentence()).startsWith("as teacher, the intended use is forbidden");
    }

    @Test
    void prohibitionsBlockAndContradictionsAreUnknown() throws IOException {
        assertThat(findings(subject(Map.of("general.license", "cc-by-nc-4.0"), use(Distribution.INTERNAL))))
                .anySatisfy(finding -> {
                    assertThat(finding.weight()).isEqualTo(Weight.BLOCKS);
                    assertThat(finding.remedy().orElseThrow()).contains("ask the licensor");
                });
        assertThat(findings(subject(
                        Map.of("general.license", "apache-2.0", "general.name", "Llama 3.1 8B"),
                        use(Distribution.INTERNAL))))
                .filteredOn(finding -> finding.weight() == Weight.UNKNOWN)
                .singleElement()
                .satisfies(finding -> assertThat(finding.sentence()).contains("contradict"));
    }

    @Test
    void whatIsRecordedIsReusedUntilAPaperChanges() throws IOException {
        Path card = Files.writeString(folder.resolve("README.md"), "---\nlicense: mit\n---\n");
        Subject subject = subject(Map.of(), use(Distribution.INTERNAL), card);
        List<Finding> first = findings(subject);
        assertThat(ledger.entries).hasSize(2);
        assertThat(findings(subject)).isEqualTo(first);
        assertThat(ledger.entries).hasSize(2);
        Files.writeString(card, "---\nlicense: llama2\n---\n");
        assertThat(findings(subject)).isNotEqualTo(first);
        assertThat(ledger.entries).hasSize(4);
    }

    @Test
    void aMissingPaperIsNamed() throws IOException {
        Path missing = folder.resolve("LICENSE");
        Subject subject = subject(Map.of("general.license", "mit"), use(Distribution.INTERNAL), missing);
        for (Check check : PILLAR.plan(subject)) {
            assertThatThrownBy(() -> check.run(ledger, Progress.NONE))
                    .isInstanceOfSatisfying(
                            StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                    .hasMessageContaining(missing.toString());
        }
        assertThat(ledger.entries).isEmpty();
    }

    private List<Finding> findings(Subject subject) {
        return PILLAR.plan(subject).stream()
                .flatMap(check -> check.run(ledger, Progress.NONE).stream())
                .toList();
    }

    private Subject subject(Map<String, Object> metadata, IntendedUse use, Path... papers) throws IOException {
        Path path = GgufFiles.write(folder.resolve("m.gguf"), metadata);
        return subject(
                new Candidate.GgufFile(
                        "m", path, Digest.of(Files.readAllBytes(path)), List.of(papers), Optional.empty()),
                use);
    }

    private static Subject subject(Candidate candidate, IntendedUse use) {
        return subject(candidate, use, Disclosure.NONE);
    }

    private static Subject subject(Candidate candidate, IntendedUse use, Disclosure disclosure) {
        return new Subject(
                candidate,
                new Workload(List.of(), 1, 1, 1, 1, Workload.Latency.NO_TARGET),
                new Machine("here", Bytes.gibibytes(1), Optional.empty(), 1, "any", false, "test"),
                use,
                disclosure);
    }

    private static IntendedUse use(Distribution distribution) {
        return new IntendedUse(
                        "help desk",
                        Optional.of(true),
                        Optional.of(distribution),
                        OptionalLong.of(1000),
                        OptionalLong.of(1_000_000),
                        Set.of("DE", "US"),
                        Optional.of(Modification.NONE),
                        Optional.of(false))
                .toBuilder()
                        .domains(Optional.of(Set.of()))
                        .guardrailsWeakened(Optional.of(false))
                        .build();
    }
}
