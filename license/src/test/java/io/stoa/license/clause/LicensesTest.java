package io.stoa.license.clause;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.license.text.Quote;
import io.stoa.license.text.Recognition;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LicensesTest {
    private static final Licenses LICENSES = new Licenses();

    @Test
    void everyLicenceAnswersEveryTopic() {
        for (License license : LICENSES.all()) {
            Set<Topic> topics = license.clauses().stream()
                    .map(Clause::topic)
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Topic.class)));
            assertThat(topics).as(license.id()).isEqualTo(EnumSet.allOf(Topic.class));
        }
    }

    /** A note and a permission rest on something that was read. */
    @Test
    void whatWasNotReadPermitsNothing() {
        for (License license : LICENSES.all()) {
            assertThat(license.clauses())
                    .filteredOn(clause -> clause.effect() == Effect.NOTES || clause.effect() == Effect.ALLOWS)
                    .as(license.id())
                    .noneMatch(clause -> clause.section().equals("not read"))
                    .noneMatch(clause ->
                            clause.says().contains("not read") || clause.says().contains("not known"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"not known", "what it says of names was not read", "unread", "read second-hand only"})
    void aNoteOfWhatWasNotReadIsRefused(String says) {
        String rest = ", says: '" + says + "', section: '1', reliability: secondary, remedy: x";
        assertThat(clause("topic: naming, effect: unclear" + rest).says()).isEqualTo(says);
        for (String effect : List.of("notes", "allows")) {
            assertThatThrownBy(() -> clause("topic: naming, effect: " + effect + rest))
                    .hasMessageContaining("not read is unclear");
        }
    }

    @Test
    void theIndexListsEveryFile() throws IOException {
        Path folder = Path.of("src/main/resources/io/stoa/license/clauses");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                    Stream.of("index"),
                                    Files.readAllLines(folder.resolve("index")).stream()
                                            .map(name -> name + ".yaml"))
                            .toList());
        }
    }

    @Test
    void noIdMeansTwoLicences() {
        assertThat(LICENSES.all().stream().map(License::id)).doesNotHaveDuplicates();
    }

    @Test
    void noNameMeansTwoLicences() {
        for (License license : LICENSES.all()) {
            for (String alias : license.aliases()) {
                assertThat(LICENSES.all().stream().filter(other -> other.isCalled(alias)))
                        .as(alias)
                        .containsExactly(license);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "apache-2.0, Apache-2.0",
        "Apache License 2.0, Apache-2.0",
        "mit, MIT",
        "cc-by-nc-4.0, CC-BY-NC-4.0",
        "llama2, LicenseRef-scancode-llama-2-license-2023",
        "llama3, LicenseRef-scancode-llama-3-license-2024",
        "Llama3.1, LicenseRef-scancode-llama-3.1-license-2024",
        "llama3.2, LicenseRef-scancode-llama-3.2-license-2024",
        "llama3.3, LicenseRef-scancode-llama-3.3-license-2024",
        "llama4, LicenseRef-scancode-llama-4-cla-2025",
        "gemma, LicenseRef-gemma-terms-of-use",
    })
    void knowsTheTagsOfTheHub(String tag, String id) {
        assertThat(LICENSES.find(tag).map(License::id)).contains(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "other",
                "unknown",
                "apache-2.0 OR mit",
                "modified-mit",
                "mit-1",
                "llama",
                "llama3.4",
                "cc-by-5.0"
            })
    void whatItDoesNotKnowItDoesNotGuess(String tag) {
        assertThat(LICENSES.find(tag)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Llama 3.1 70B Instruct, llama3.1",
        "meta-llama/Llama-3.2-11B-Vision, llama3.2",
        "Meta-Llama-3-8B, llama3",
        "llama3.3:70b, llama3.3",
        "Llama-2-7b-chat-hf, llama2",
        "Llama-4-Scout-17B-16E, llama4",
        "google/gemma-2-2b-it, gemma",
        "gemma-7b, gemma",
        "google/gemma-3n-E4B, gemma",
        "codegemma-2b, gemma",
    })
    void aNameHints(String name, String tag) {
        assertThat(LICENSES.hintedBy(name)).isEqualTo(LICENSES.find(tag)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TinyLlama-1.1B",
                "open_llama_3b",
                "llama-3b",
                "gemma-4-31B-it",
                "Stoa micro",
                "CodeLlama-7b",
                "llama-30b",
                "llama-3.5"
            })
    void aNameThatTellsNothingHintsNothing(String name) {
        assertThat(LICENSES.hintedBy(name)).isEmpty();
    }

    @Test
    void theLimitOfLlamaIsData() {
        for (String tag : List.of("llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4")) {
            License license = LICENSES.find(tag).orElseThrow();
            List<Condition.Beyond> limits = license.clauses().stream()
                    .flatMap(clause -> clause.when().stream())
                    .filter(Condition.Beyond.class::isInstance)
                    .map(Condition.Beyond.class::cast)
                    .toList();
            assertThat(limits).hasSize(1);
            Condition.Beyond limit = limits.getFirst();
            assertThat(limit.limit()).isEqualTo(700_000_000);
            assertThat(limit.inclusive()).isFalse();
            assertThat(limit.test()).isEqualTo(Condition.Test.ONE_OFF);
            assertThat(limit.date().isPresent())
                    .as("Llama 4 defines no release date")
                    .isEqualTo(!tag.equals("llama4"));
        }
    }

    @Test
    void aMisspeltConditionIsRefused() {
        String yaml = """
                {id: X, name: X, dated: "2020-01-01", source: x, read: "2020-01-01", flows-down: false, clauses: [
                  {topic: commercial, effect: forbids, when: {comercial: true}, says: x, remedy: x, section: "1",
                   reliability: read}]}
                """;
        assertThatThrownBy(() -> new ClauseFile("x", yaml).license())
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("comercial");
    }

    @Test
    void readsWhatADutyAsksFor() {
        String duty = "topic: attribution, effect: duty, says: x, remedy: x, section: '1', reliability: read";

        assertThat(clause(duty + ", provides: {display: Built with X, at: [website, user-interface]}")
                        .provides())
                .containsExactly(new Provision.Display(
                        "Built with X", Set.of(Provision.Place.WEBSITE, Provision.Place.USER_INTERFACE)));
        assertThat(clause(duty + ", provides: [{changes: marked}, {copy: policy, url: a.example}, {notice: n}]")
                        .provides())
                .containsExactly(
                        new Provision.ChangesMarked(),
                        new Provision.Copy(Provision.Paper.POLICY, Optional.of("a.example")),
                        new Provision.Notice("n"));
        for (String wrong :
                List.of("{dance: weekly}", "{changes: hidden}", "{display: X}", "{notice: a, copy: agreement}")) {
            assertThatThrownBy(() -> clause(duty + ", provides: " + wrong))
                    .as(wrong)
                    .isInstanceOfAny(StoaException.class, IllegalArgumentException.class);
        }
    }

    @Test
    void aClauseKnowsWhenItWasReadAndWhereItStands() {
        String clause = "topic: use, effect: allows, says: x, section: '1', reliability: read";

        assertThat(clause(clause).read()).isEqualTo("2020-01-01");
        assertThat(clause(clause).quote()).isEmpty();
        Clause dated = clause(clause
                + ", read: '2021-02-03', quote: {start: '00ff00ff', words: 5, sha256: '%s'}"
                        .formatted("ab".repeat(32)));
        assertThat(dated.read()).isEqualTo("2021-02-03");
        assertThat(dated.quote()).contains(new Quote("00ff00ff", 5, "ab".repeat(32)));
    }

    private static Clause clause(String clause) {
        return new ClauseFile(
                        "x",
                        "{id: X, name: X, source: x, read: '2020-01-01', flows-down: false, clauses: [{%s}]}"
                                .formatted(clause))
                .license()
                .clauses()
                .getFirst();
    }

    @Test
    void readsFilesDefensively(@TempDir Path folder) throws IOException {
        Path missing = folder.resolve("LICENSE");
        assertThatThrownBy(() -> LICENSES.recognize(missing))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining(missing.toString());
        Path large = Files.write(folder.resolve("large"), new byte[Licenses.LARGEST_FILE + 1]);
        assertThat(LICENSES.recognize(large).sentence()).contains("larger than 1 MiB", "a file of its own");
        assertThatThrownBy(() -> Licenses.read(large))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining(large.toString());
        Path garbage = Files.write(folder.resolve("garbage"), new byte[] {0, (byte) 0xff, 1, (byte) 0xfe});
        assertThat(LICENSES.recognize(garbage)).isInstanceOf(Recognition.Unrecognized.class);
    }

    @Test
    void knowsStoasOwnLicence() {
        assertThat(LICENSES.recognize(Path.of("../LICENSE")))
                .isInstanceOfSatisfying(
                        Recognition.Known.class,
                        known -> assertThat(known.license()).isEqualTo("Apache-2.0"));
    }
}
