package io.stoa.assess.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.model.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;

class NextStepTest {
    private static final List<Standing> STANDINGS = SampleAssessment.nine().results().stream()
            .map(result -> Standing.of(result, SampleAssessment.WORKLOAD))
            .toList();

    @Test
    void everyRemedyOnceTheNearestFirst() {
        List<NextStep> steps = NextStep.of(STANDINGS);
        assertThat(steps).extracting(NextStep::remedy).doesNotHaveDuplicates();
        assertThat(steps.getFirst().weight()).isEqualTo(Finding.Weight.CONDITION);
        assertThat(steps.getLast().weight()).isEqualTo(Finding.Weight.BLOCKS);
        assertThat(steps.getFirst().candidates()).contains("mini-F16", "mini-Q8_0");
        assertThat(steps.getLast().candidates()).contains("nano-F16", "nano-Q8_0", "nano-Q4_0");
    }

    @Test
    void aStandingHoldsWhatTheFindingsSay() {
        Standing undecided = STANDINGS.stream()
                .filter(standing -> standing.id().equals("micro-Q4_0"))
                .findFirst()
                .orElseThrow();
        assertThat(undecided.scores()).containsOnlyKeys("reading", "facts", "handbook");
        assertThat(undecided.quality().orElseThrow().missing()).containsExactly("tools");
    }
}
