package io.stoa.license.audit;

import static io.stoa.license.audit.Shelf.model;
import static io.stoa.license.audit.Shelf.rules;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.license.audit.Audit.Outcome;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {
    @TempDir
    private Path root;

    private Shelf shelf() throws IOException {
        return new Shelf(root)
                .card("open", "license: mit")
                .card("closed", "license: cc-by-nc-4.0")
                .card("foreign", "license: gpl-3.0-only")
                .card("tuned", "license: mit\nbase_model: meta-llama/Llama-3.1-8B")
                .card("bare", "tags: [x]");
    }

    @Test
    void onlyWhatIsAllowedPasses() throws IOException {
        Audit audit = shelf().audit("allow: [mit]");
        assertThat(model(audit, "open").outcome()).isEqualTo(Outcome.PASS);
        assertThat(rules(model(audit, "closed"))).containsExactly(Rule.POLICY_LICENSE);
        assertThat(rules(model(audit, "tuned"))).contains(Rule.POLICY_LICENSE, Rule.TERMS_DROPPED);
        assertThat(model(audit, "bare").outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(model(audit, "foreign").outcome()).isNotEqualTo(Outcome.PASS);
    }

    @Test
    void whatIsDeniedFailsEvenWhereStoaDoesNotKnowIt() throws IOException {
        Audit audit = shelf().audit("deny: [GPL-3.0-only, cc-by-nc-4.0]");
        assertThat(rules(model(audit, "foreign"))).contains(Rule.POLICY_LICENSE);
        assertThat(rules(model(audit, "closed"))).contains(Rule.POLICY_LICENSE);
        assertThat(model(audit, "open").outcome()).isEqualTo(Outcome.PASS);
    }

    @Test
    void categoriesAreReadOffTheClauses() throws IOException {
        assertThat(Category.of(Shelf.LICENSES.get("cc-by-nc-4.0")))
                .contains(Category.NON_COMMERCIAL, Category.COPYLEFT);
        assertThat(Category.of(Shelf.LICENSES.get("mit"))).isEmpty();
        assertThat(Category.of(Shelf.LICENSES.get("llama3")))
                .contains(
                        Category.COPYLEFT, Category.USE_RESTRICTED, Category.SCALE_LIMITED, Category.OUTPUTS_RESTRICTED)
                .doesNotContain(Category.NON_COMMERCIAL);
        for (String limited : List.of("kimi-k2", "kimi-k2.5", "minimax-m2", "llama3.1")) {
            assertThat(Category.of(Shelf.LICENSES.get(limited))).as(limited).contains(Category.SCALE_LIMITED);
        }
        for (String unread : List.of("cc-by-4.0", "gpl-3.0-only", "falcon-llm-1.0")) {
            assertThat(Category.of(Shelf.LICENSES.get(unread))).as(unread).contains(Category.OUTPUTS_RESTRICTED);
        }
        assertThat(Category.of(Shelf.LICENSES.get("busl-1.1"))).contains(Category.USE_RESTRICTED);
        Audit audit = shelf().audit("{deny-categories: [unknown, copyleft], dropped-terms: note}");
        assertThat(rules(model(audit, "bare"))).contains(Rule.POLICY_CATEGORY);
        assertThat(rules(model(audit, "tuned"))).contains(Rule.POLICY_CATEGORY);
    }

    @Test
    void theIntendedUseIsExamined() throws IOException {
        Audit audit = shelf().audit("""
                dropped-terms: note
                use:
                  commercial: true
                  distribution: hosted
                  modification: none
                  outputs-train-models: false
                  domains: []
                  territories: [US]
                  monthly-active-users: 1000
                """);
        assertThat(rules(model(audit, "closed"))).containsExactly(Rule.POLICY_USE);
        assertThat(rules(model(audit, "tuned"))).contains(Rule.POLICY_DUTIES);
        assertThat(model(audit, "tuned").outcome()).isEqualTo(Outcome.PASS);
        assertThat(rules(model(audit, "bare"))).contains(Rule.POLICY_USE_UNKNOWN);
    }

    @Test
    void exceptionsHoldUntilTheirDay() throws IOException {
        String policy = """
                allow: [mit]
                exceptions:
                  - {model: "clo*", reason: "research only", expires: %s}
                  - {model: tuned, rules: [terms-dropped], reason: "a letter", expires: 2030-01-01}
                """;
        Audit audit = shelf().audit(policy.formatted("2026-12-01"));
        assertThat(model(audit, "closed").outcome()).isEqualTo(Outcome.PASS);
        assertThat(model(audit, "closed").issues().getFirst().excepted())
                .hasValueSatisfying(reason -> assertThat(reason).contains("research only", "2026-12-01"));
        assertThat(model(audit, "tuned").outcome()).isEqualTo(Outcome.FAIL);
        Audit later = shelf().audit(policy.formatted("2026-11-30"));
        assertThat(rules(model(later, "closed"))).containsExactly(Rule.POLICY_LICENSE, Rule.POLICY_EXCEPTION_EXPIRED);
        assertThat(model(later, "closed").outcome()).isEqualTo(Outcome.FAIL);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "alow: [mit]|did you mean allow?",
                "allow: [apache-2.O]|did you mean Apache-2.0?",
                "allow: mit|allow is a list",
                "deny-categories: [non-comercial]|did you mean non-commercial?",
                "dropped-terms: maybe|fail or note",
                "use: {comercial: true}|did you mean commercial?",
                "use: {commercial: perhaps}|true or false",
                "exceptions: [{model: x, expires: 2027-01-01}]|no \"reason\"",
                "exceptions: [{model: x, reason: y, expires: soon}]|no day",
                "exceptions: [{model: x, reason: y, expires: 2027-01-01, rules: [term-dropped]}]|did you mean terms-dropped?",
                "exceptions: [{modle: x}]|did you mean model?",
                "- a|not keys and values",
                "a: [|not valid YAML",
                "a: &a [*a]|holds itself",
            })
    void mistakesAreNamed(String yaml, String message) {
        assertThatThrownBy(() -> Policy.of("policy.yaml", yaml, Shelf.LICENSES))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("policy.yaml")
                .hasMessageContaining(message);
    }
}
