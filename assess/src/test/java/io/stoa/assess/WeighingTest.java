package io.stoa.assess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.Finding;
import io.stoa.model.Finding.Weight;
import io.stoa.model.PillarName;
import io.stoa.model.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WeighingTest {
    private static final Set<String> FOUR =
            Set.of("benchmark/reading", "hardware/memory", "license/use", "integration/template");

    private static final List<PillarName> PILLARS = List.of(PillarName.values());

    private static Finding finding(String check, Weight weight) {
        PillarName pillar =
                PillarName.valueOf(check.substring(0, check.indexOf('/')).toUpperCase(Locale.ROOT));
        return new Finding(pillar, check, weight, "It is so.", Optional.of("Do this."), List.of(), List.of());
    }

    private static List<Finding> all(Weight weight) {
        return FOUR.stream().map(check -> finding(check, weight)).toList();
    }

    @Test
    void everyWeightLeadsToItsVerdict() {
        assertThat(Weighing.weigh(FOUR, all(Weight.INFO))).isInstanceOf(Verdict.Ready.class);
        assertThat(Weighing.weigh(FOUR, all(Weight.CONDITION))).isInstanceOf(Verdict.ReadyIf.class);
        assertThat(Weighing.weigh(FOUR, all(Weight.UNKNOWN))).isInstanceOf(Verdict.Undecided.class);
        assertThat(Weighing.weigh(FOUR, all(Weight.BLOCKS))).isInstanceOf(Verdict.NotReady.class);
    }

    @Test
    void silenceIsNotConsent() {
        assertThat(Weighing.weigh(FOUR, List.of()))
                .isInstanceOfSatisfying(
                        Verdict.Undecided.class,
                        undecided -> assertThat(undecided.missing())
                                .extracting(Finding::check)
                                .containsExactlyInAnyOrderElementsOf(FOUR));
        assertThat(Weighing.weigh(Set.of("benchmark/reading"), List.of(finding("benchmark/reading", Weight.INFO))))
                .as("three pillars were not asked anything")
                .isInstanceOf(Verdict.Undecided.class);
    }

    @Test
    void aCheckWithoutAPillarIsRefused() {
        assertThatThrownBy(() -> Weighing.weigh(Set.of("colour/blue"), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("colour/blue");
    }

    @Test
    void addingAFindingNeverRaisesAVerdictAndLosingACheckNeverDoesEither() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Weight> weights = List.of(Weight.values());
        String[] names = {"one", "two", "three"};
        for (int round = 0; round < 3_000; round++) {
            Set<String> asked = new HashSet<>();
            List<Finding> findings = new ArrayList<>();
            for (PillarName pillar : PillarName.values()) {
                for (String name : names) {
                    String check = pillar.lowerCase() + "/" + name;
                    if (random.nextInt(4) == 0) {
                        continue;
                    }
                    asked.add(check);
                    for (int i = random.nextInt(3); i > 0; i--) {
                        // Mostly good news, so that all four verdicts occur.
                        Weight weight =
                                random.nextInt(12) == 0 ? weights.get(random.nextInt(weights.size())) : Weight.INFO;
                        findings.add(finding(check, weight));
                    }
                }
            }
            int before = Weighing.permission(Weighing.weigh(asked, findings));

            List<Finding> more = new ArrayList<>(findings);
            String any = PILLARS.get(random.nextInt(4)).lowerCase() + "/" + names[random.nextInt(3)];
            if (asked.contains(any) && findings.stream().anyMatch(f -> f.check().equals(any))) {
                more.add(finding(any, weights.get(random.nextInt(weights.size()))));
                assertThat(Weighing.permission(Weighing.weigh(asked, more)))
                        .as("seed %d round %d: adding %s", seed, round, more.getLast())
                        .isLessThanOrEqualTo(before);
            }
            for (String check : asked) {
                List<Finding> fewer =
                        findings.stream().filter(f -> !f.check().equals(check)).toList();
                assertThat(Weighing.permission(Weighing.weigh(asked, fewer)))
                        .as("seed %d round %d: losing %s", seed, round, check)
                        .isLessThanOrEqualTo(before);
            }
        }
    }

    @Test
    void blockersOutweighEverything() {
        List<Finding> findings = new ArrayList<>(all(Weight.UNKNOWN));
        findings.add(finding("license/use", Weight.BLOCKS));
        assertThat(Weighing.weigh(FOUR, findings))
                .isInstanceOfSatisfying(
                        Verdict.NotReady.class,
                        verdict -> assertThat(verdict.blockers()).hasSize(1));
    }
}
