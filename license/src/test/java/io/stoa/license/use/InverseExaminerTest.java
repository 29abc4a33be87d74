package io.stoa.license.use;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.Step;
import io.stoa.license.use.Answer.Outcome;
import io.stoa.license.use.StackAnswer.Duty;
import io.stoa.model.IntendedUse;
import io.stoa.model.Role;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InverseExaminerTest {
    private static final Licenses LICENSES = new Licenses();
    private static final InverseExaminer INVERSE = new InverseExaminer(LICENSES);
    private static final StackExaminer STACKS = new StackExaminer(LICENSES);
    private static final IntendedUse SERVICE = Fact.facts(
            IntendedUse.of("x").build(),
            Map.of(
                    Fact.COMMERCIAL, "true",
                    Fact.DISTRIBUTION, "hosted",
                    Fact.MONTHLY_ACTIVE_USERS, "1000",
                    Fact.ANNUAL_REVENUE, "1000",
                    Fact.TERRITORIES, "US",
                    Fact.MODIFICATION, "none",
                    Fact.OUTPUTS_TRAIN_MODELS, "false",
                    Fact.DOMAINS, "[]",
                    Fact.GUARDRAILS_WEAKENED, "false",
                    Fact.REGISTERED, "true"));

    @ParameterizedTest
    @CsvSource({
        "llama3.1, MONTHLY_ACTIVE_USERS, 700000000, ALLOWED_WITH_DUTIES, FORBIDDEN",
        "qwen, MONTHLY_ACTIVE_USERS, 100000000, ALLOWED_WITH_DUTIES, FORBIDDEN",
        "kimi-k2, MONTHLY_ACTIVE_USERS, 100000000, ALLOWED, ALLOWED_WITH_DUTIES",
        "kimi-k2, MONTHLY_REVENUE, 20000000, ALLOWED, ALLOWED_WITH_DUTIES",
        "stabilityai-ai-community, ANNUAL_REVENUE, 1000000, ALLOWED_WITH_DUTIES, FORBIDDEN",
        "lfm1.0, ANNUAL_REVENUE, 9999999, ALLOWED, FORBIDDEN",
    })
    void theLargestSizeIsExact(String tag, Fact fact, long most, Outcome upTo, Outcome beyond) {
        assertThat(INVERSE.examine(List.of(part("m", tag)), SERVICE).limits())
                .contains(new Inverse.Limit(fact, most, upTo, beyond));
    }

    @Test
    void theMatrixHasEveryKindOfUse() {
        Inverse inverse = INVERSE.examine(List.of(part("m", "cc-by-nc-4.0")), SERVICE);
        assertThat(inverse.now()).isEqualTo(Outcome.FORBIDDEN);
        assertThat(inverse.matrix()).hasSize(32);
        assertThat(inverse.matrix())
                .allMatch(cell -> !cell.commercial() || cell.outcome() == Outcome.FORBIDDEN)
                .filteredOn(cell -> !cell.commercial() && !cell.outputsTrainModels())
                .allMatch(cell -> cell.outcome().compareTo(Outcome.ALLOWED_WITH_DUTIES) <= 0);
    }

    @Test
    void theSmallestChangesAreNamed() {
        Inverse money = INVERSE.examine(List.of(part("m", "cc-by-nc-4.0")), SERVICE);
        assertThat(money.changes()).extracting(Inverse.Change::sentence).containsExactly("commercial: false");
        assertThat(money.replace()).containsExactly("m");

        Inverse users = INVERSE.examine(
                List.of(part("m", "llama3.1"), part("e", "mit")), Fact.MONTHLY_ACTIVE_USERS.with(SERVICE, "800000000"));
        assertThat(users.changes())
                .extracting(Inverse.Change::sentence)
                .containsExactly("monthly-active-users: at most 700000000");
        assertThat(users.replace()).containsExactly("m");

        Inverse training =
                INVERSE.examine(List.of(part("m", "llama2")), Fact.OUTPUTS_TRAIN_MODELS.with(SERVICE, "true"));
        assertThat(training.changes())
                .extracting(Inverse.Change::sentence)
                .contains("outputs-train-models: false", "outputs-train: llama2");
        assertThat(INVERSE.examine(List.of(part("m", "mit")), SERVICE).changes())
                .isEmpty();
    }

    /** With nothing said at all, what is named makes the use allowed, and nothing of it can be left out. */
    @Test
    void manyMissingFactsAreNamedTogether() {
        IntendedUse nothing = IntendedUse.of("x").build();
        for (String tag :
                List.of("llama3.1", "gemma", "cc-by-nc-4.0", "qwen", "deepseek", "stabilityai-ai-community")) {
            List<Part> stack = List.of(part("m", tag));
            Inverse inverse = INVERSE.examine(stack, nothing);
            assertThat(inverse.now()).as(tag).isEqualTo(Outcome.UNKNOWN);
            assertThat(inverse.changes()).as(tag).isNotEmpty();
            for (Inverse.Change change : inverse.changes()) {
                assertThat(STACKS.examine(stack, Fact.replaced(nothing, change.facts()))
                                .outcome())
                        .isEqualTo(change.then())
                        .isLessThanOrEqualTo(Outcome.ALLOWED_WITH_DUTIES);
                for (Fact fact : change.facts().keySet()) {
                    IntendedUse fewer = fact.without(Fact.replaced(nothing, change.facts()));
                    assertThat(STACKS.examine(stack, fewer).outcome())
                            .as("%s: %s without %s", tag, change.sentence(), fact)
                            .isGreaterThan(Outcome.ALLOWED_WITH_DUTIES);
                }
            }
        }
    }

    /** Every scenario that is not allowed: the named changes do allow it, and without the named models the rest is allowed. */
    @Test
    void changesOfEveryScenarioHold() throws IOException {
        int changes = 0;
        for (Scenario scenario : Scenario.all(LICENSES)) {
            if (scenario.line() % 9 == 0) {
                Inverse inverse = INVERSE.examine(scenario.stack(), scenario.use());
                for (Inverse.Change change : inverse.changes()) {
                    changes++;
                    assertThat(STACKS.examine(scenario.stack(), Fact.replaced(scenario.use(), change.facts()))
                                    .outcome())
                            .as("%s: %s", scenario.text(), change.sentence())
                            .isLessThanOrEqualTo(Outcome.ALLOWED_WITH_DUTIES);
                }
                List<Part> rest = scenario.stack().stream()
                        .filter(part -> !inverse.replace().contains(part.name()))
                        .toList();
                if (!rest.isEmpty()) {
                    assertThat(STACKS.examine(rest, scenario.use()).outcome())
                            .isLessThanOrEqualTo(Outcome.ALLOWED_WITH_DUTIES);
                }
            }
        }
        assertThat(changes).isGreaterThan(20);
    }

    @Test
    void oneDisplayServesAllModelsThatAskForIt() {
        List<Duty> duties = STACKS.examine(
                        List.of(part("big", "llama3.1"), part("small", "llama3.3"), part("e", "gemma")), SERVICE)
                .duties();
        assertThat(duties)
                .filteredOn(duty -> duty.todo().contains("\"Built with Llama\""))
                .singleElement()
                .satisfies(duty -> assertThat(duty.models()).containsExactly("big", "small"));
        assertThat(duties)
                .filteredOn(duty -> duty.todo().contains("copy of the licence"))
                .hasSizeGreaterThan(1);
    }

    @Test
    void dutiesThatMakeAlikeAreToldApart() {
        IntendedUse both =
                Fact.replaced(SERVICE, Map.of(Fact.MODIFICATION, "fine-tuned", Fact.OUTPUTS_TRAIN_MODELS, "true"));
        assertThat(STACKS.examine(List.of(part("m", "llama3.1")), both).duties())
                .extracting(Duty::todo)
                .filteredOn(todo -> todo.contains("a name that begins with \"Llama\""))
                .hasSize(2)
                .anyMatch(todo -> todo.contains("name the changed model"))
                .anyMatch(todo -> todo.contains("every model that you train on its outputs"));
    }

    /** What the user does to a model does not undo that it was made by merging models that exclude each other. */
    @Test
    void noFactCuresBasesThatExcludeEachOther() throws IOException {
        List<Scenario> merges = Scenario.all(LICENSES).stream()
                .filter(scenario -> scenario.text().startsWith("mit,llama2,mit"))
                .toList();
        assertThat(merges).hasSizeGreaterThan(3);
        for (Scenario scenario : merges) {
            assertThat(INVERSE.examine(scenario.stack(), scenario.use()).changes())
                    .as(scenario.text())
                    .isEmpty();
        }
    }

    @Test
    void aStackHasOneToEightModelsOfDifferentNames() {
        List<Part> nine = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            nine.add(part("m" + i, "mit"));
        }
        assertThat(STACKS.examine(nine.subList(0, 8), SERVICE).outcome()).isEqualTo(Outcome.ALLOWED);
        assertThatThrownBy(() -> STACKS.examine(nine, SERVICE)).isInstanceOf(StoaException.class);
        assertThatThrownBy(() -> STACKS.examine(List.of(), SERVICE)).isInstanceOf(StoaException.class);
        assertThatThrownBy(() -> STACKS.examine(List.of(part("m", "mit"), part("m", "mit")), SERVICE))
                .hasMessageContaining("two models");
    }

    @Test
    void factsThatContradictEachOtherAreRefused() {
        assertThatThrownBy(() -> Fact.PRODUCT_MONTHLY_ACTIVE_USERS.with(SERVICE, "1001"))
                .hasMessageContaining("more than monthly-active-users");
        assertThatThrownBy(() -> Fact.MONTHLY_ACTIVE_USERS_ON.with(SERVICE, "2024-07-23:1001"))
                .hasMessageContaining("highest month so far");
        assertThatThrownBy(() -> Fact.OUTPUTS_TRAIN.with(SERVICE, "qwen")).hasMessageContaining("outputs-train");
        assertThatThrownBy(() -> Fact.DOMICILE.with(SERVICE, "DE")).hasMessageContaining("territories");
        assertThatThrownBy(() -> Fact.COMMERCIAL.with(SERVICE, "maybe")).hasMessageContaining("true or false");
        assertThatThrownBy(() -> Fact.DOMAINS.with(SERVICE, "medecine")).hasMessageContaining("medical-advice");
        assertThatThrownBy(() -> Fact.MONTHLY_ACTIVE_USERS_ON.with(SERVICE, "yesterday:5"))
                .isInstanceOf(StoaException.class);
    }

    private static Part part(String name, String tag) {
        Claim claim = new Claim(
                Claim.Kind.DECLARED,
                "README.md",
                "license",
                tag,
                LICENSES.find(tag).map(License::id),
                Optional.empty());
        return new Part(
                name,
                Role.GENERATOR,
                new Lineage(
                        List.of(new Step(Step.Relation.MODEL, name, List.of(claim))),
                        Optional.empty(),
                        Optional.of(false)),
                Map.of());
    }
}
