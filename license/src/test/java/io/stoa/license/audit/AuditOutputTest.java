package io.stoa.license.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.stoa.license.audit.Watch.Change;
import io.stoa.license.audit.Watch.Kind;
import io.stoa.license.audit.Watch.State;
import io.stoa.license.clause.Licenses;
import io.stoa.license.clause.MadeUpLicenses;
import io.stoa.model.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AuditOutputTest {
    private static final String HOSTILE = "<script>alert(1)</script> & \"quotes\" ]]> \u202e";

    @TempDir
    private Path root;

    private Shelf shelf() throws IOException {
        return new Shelf(root)
                .card("good", "license: mit")
                .card("odd name #1%", "license: '" + HOSTILE.replace("'", "") + "'")
                .card("tuned", "license: apache-2.0\nbase_model: meta-llama/Llama-3.1-8B")
                .card("lame", "license: cc-by-nc-4.0");
    }

    private static final String POLICY = """
            deny: [cc-by-nc-4.0]
            exceptions: [{model: lame, reason: "for a while", expires: 2027-01-01}]
            """;

    /** The parts that the schema of SARIF 2.1.0 requires, and the rules that it states in prose about them. */
    @Test
    void theSarifLogHasWhatItsSchemaAsksFor() throws IOException {
        JsonNode log = JsonMapper.shared().readTree(Sarif.write(shelf().audit(POLICY), "1.0"));
        assertThat(log.at("/version").asString()).isEqualTo("2.1.0");
        assertThat(log.at("/$schema").asString()).startsWith("https://").endsWith("sarif-schema-2.1.0.json");
        JsonNode driver = log.at("/runs/0/tool/driver");
        assertThat(driver.path("name").asString()).isNotBlank();
        JsonNode rules = driver.path("rules");
        Set<String> ids = new HashSet<>();
        rules.forEach(rule -> {
            assertThat(ids.add(rule.path("id").asString())).isTrue();
            assertThat(rule.at("/shortDescription/text").asString()).isNotBlank();
            assertThat(rule.at("/defaultConfiguration/level").asString()).isIn("note", "warning", "error");
        });
        JsonNode results = log.at("/runs/0/results");
        assertThat(results.size()).isGreaterThanOrEqualTo(3);
        results.forEach(result -> {
            int index = result.path("ruleIndex").asInt();
            assertThat(rules.get(index).path("id")).isEqualTo(result.path("ruleId"));
            assertThat(result.at("/message/text").asString()).isNotBlank();
            String uri = result.at("/locations/0/physicalLocation/artifactLocation/uri")
                    .asString();
            assertThat(uri).matches("(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+").doesNotStartWith("/");
            JsonNode line = result.at("/locations/0/physicalLocation/region/startLine");
            assertThat(line.isMissingNode() || line.asInt() >= 1).isTrue();
            assertThat(result.at("/partialFingerprints").size()).isEqualTo(1);
        });
        JsonNode suppressed = results.valueStream()
                .filter(result -> result.has("suppressions"))
                .findFirst()
                .orElseThrow();
        assertThat(suppressed.at("/suppressions/0/kind").asString()).isEqualTo("external");
        assertThat(suppressed.at("/suppressions/0/justification").asString()).contains("for a while");
        assertThat(Sarif.write(shelf().audit(POLICY), "1.0")).isEqualTo(Sarif.write(shelf().audit(POLICY), "1.0"));
        assertThat(Sarif.uri("a b/ü#%")).isEqualTo("a%20b/%C3%BC%23%25");
    }

    @Test
    void theSarifLogIsValidAgainstTheOfficialSchema() throws IOException {
        Schema schema = sarifSchema();
        Audit findings = shelf().audit(POLICY);
        assertThat(problems(schema, Sarif.write(findings, "1.0"))).isEmpty();
        assertThat(problems(schema, Sarif.write(shelf().audit(), "1.0"))).isEmpty();
        Audit none = new Audit(findings.date(), findings.knowledge(), Optional.empty(), List.of());
        assertThat(problems(schema, Sarif.write(none, "1.0"))).isEmpty();

        String log = Sarif.write(findings, "1.0");
        for (List<String> wrong : List.of(
                List.of("\"version\" : \"2.1.0\"", "\"version\" : \"2.0.0\""),
                List.of("\"level\" : \"error\"", "\"level\" : \"fatal\""),
                List.of("\"kind\" : \"external\"", "\"kind\" : \"policy\""),
                List.of("\"message\"", "\"text\""))) {
            assertThat(log).contains(wrong.getFirst());
            assertThat(problems(schema, log.replace(wrong.getFirst(), wrong.getLast())))
                    .as(wrong.getLast())
                    .isNotEmpty();
        }
    }

    /** It lies in the jar of a library that was made from it. */
    private static Schema sarifSchema() throws IOException {
        try (InputStream in = AuditOutputTest.class.getResourceAsStream("/schema/sarif-schema-2.1.0.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                    .getSchema(
                            new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8),
                            InputFormat.JSON);
        }
    }

    private static List<String> problems(Schema schema, String log) {
        return schema
                .validate(
                        log,
                        InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Object::toString)
                .toList();
    }

    @Test
    void thePageIsWellFormedAndLoadsNothing() throws Exception {
        String page = AuditPage.render(shelf().audit(POLICY), "1.0");
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        var document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(page)));
        assertThat(document.getElementsByTagName("script").getLength()).isZero();
        assertThat(document.getElementsByTagName("article").getLength()).isEqualTo(4);
        assertThat(page)
                .doesNotContain("<script", "\u202e", "src=", "http://")
                .contains("not legal advice", "lang=\"en\"");
        assertThat(page).contains("prefers-color-scheme: dark", "Content-Security-Policy", "scope=\"col\"");
    }

    @Test
    void theWatchSaysWhatChanged() throws IOException {
        Shelf shelf = new Shelf(root)
                .card("text", "license: llama3.1")
                .file("text", "LICENSE", "terms of one kind and no other, ".repeat(20))
                .card("tag", "license: mit")
                .card("base", "license: mit\nbase_model: org/one")
                .card("gone", "license: mit")
                .card("same", "license: gemma");
        Watch watch = new Watch(Shelf.LICENSES);
        State before = watch.state(shelf.audit());
        Path file = root.resolveSibling(root.getFileName() + "-state.json");
        Files.writeString(file, Watch.written(before));
        assertThat(Watch.read(file)).contains(before);
        Files.delete(file);
        assertThat(Watch.read(file)).isEmpty();
        assertThat(watch.changes(before, watch.state(shelf.audit()), 10_000)).isEmpty();
        shelf.file("text", "LICENSE", "terms of another kind and no other, ".repeat(20))
                .card("tag", "license: apache-2.0")
                .card("base", "license: mit\nbase_model: org/two")
                .card("added", "license: mit");
        Files.delete(root.resolve("gone/README.md"));
        List<Change> changes = watch.changes(before, watch.state(shelf.audit()), 10_000);
        assertThat(changes)
                .anySatisfy(change -> assertThat(change)
                        .isEqualTo(new Change(
                                Kind.TEXT_CHANGED,
                                "text in text",
                                "the text of text/LICENSE changed while what is declared stayed")));
        assertThat(kinds(changes, "tag")).contains(Kind.DECLARED_CHANGED, Kind.STANDING_CHANGED);
        assertThat(kinds(changes, "base")).contains(Kind.BASE_CHANGED);
        assertThat(kinds(changes, "gone")).containsExactly(Kind.MODEL_GONE);
        assertThat(kinds(changes, "added")).containsExactly(Kind.MODEL_NEW);
        assertThat(kinds(changes, "same")).isEmpty();
        State later = watch.state(shelf.audit(Optional.empty(), LocalDate.parse("2028-01-01")));
        assertThat(kinds(watch.changes(before, later, 90), "same")).containsExactly(Kind.READING_STALE);
    }

    @Test
    void aReadingThatFlipsOnTheSameDayIsAChange() throws IOException {
        Shelf shelf = new Shelf(root).card("wader", "license: heron");
        State before = state(shelf, MadeUpLicenses.knowledge());
        assertThat(state(shelf, MadeUpLicenses.knowledge())).isEqualTo(before);
        State now = state(shelf, MadeUpLicenses.flipped());
        assertThat(kinds(new Watch(MadeUpLicenses.flipped()).changes(before, now, 10_000), "wader"))
                .containsExactly(Kind.READING_CHANGED);
    }

    @Test
    void aStateOfAnotherFormatIsNamed() throws IOException {
        Path file =
                Files.writeString(root.resolve("state.json"), "{\"format\": 1, \"knowledge\": \"x\", \"models\": {}}");
        assertThatThrownBy(() -> Watch.read(file)).hasMessageContaining("has format 1");
    }

    private static State state(Shelf shelf, Licenses licenses) {
        Auditor auditor = new Auditor(licenses, Optional.empty(), Shelf.TODAY);
        return new Watch(licenses).state(auditor.audit(FolderScan.of(List.of(shelf.root())), Progress.NONE));
    }

    private static List<Kind> kinds(List<Change> changes, String model) {
        return changes.stream()
                .filter(change -> change.model().startsWith(model + " "))
                .map(Change::kind)
                .toList();
    }
}
