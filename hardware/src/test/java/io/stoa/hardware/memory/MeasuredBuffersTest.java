package io.stoa.hardware.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stoa.model.Bytes;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The plan against what llama.cpp reported on 16 shapes and 9 shipped files under about 200 settings; see the resource. */
class MeasuredBuffersTest {
    private final MemoryPredictor predictor = new MemoryPredictor();

    @Test
    void everyBufferIsPredictedToTheByte() {
        assertThat(MeasuredReport.all()).hasSizeGreaterThanOrEqualTo(150).allSatisfy(report -> {
            MemoryParts parts = parts(report);
            assertThat(parts.weights()).as("weights of %s", report).isEqualTo(new Bytes(report.weights()));
            assertThat(parts.repacked()).as("repacked of %s", report).isEqualTo(new Bytes(report.repacked()));
            assertThat(parts.keysAndValues()).as("cache of %s", report).isEqualTo(new Bytes(report.keysAndValues()));
            assertThat(parts.compute()).as("compute of %s", report).isEqualTo(new Bytes(report.compute()));
            assertThat(parts.output().count() / 0x1p20)
                    .as("output of %s, reported with two decimals", report)
                    .isCloseTo(report.outputMebibytes(), within(0.00501));
        });
    }

    @Test
    void theReportsCoverEveryFamilyAndEverySetting() {
        List<MeasuredReport> reports = MeasuredReport.all();
        Set<String> families =
                reports.stream().map(report -> report.header().architecture()).collect(Collectors.toSet());

        assertThat(families).hasSameSizeAs(Family.values());
        assertThat(reports).anyMatch(report -> !report.flashAttention());
        assertThat(reports).anyMatch(report -> !report.unified());
        assertThat(reports).anyMatch(report -> !report.fullWindow());
        assertThat(reports).anyMatch(MeasuredReport::mapped);
        assertThat(reports).anyMatch(report -> report.keyType().blockElements() > 1);
        assertThat(reports).anyMatch(report -> report.repacked() > 0);
    }

    @Test
    void aComparisonTableShowsPredictedAndMeasured() {
        MeasuredReport report = MeasuredReport.all().getFirst();
        MemoryComparison row = new MemoryComparison(
                report.model(),
                report.context(),
                parts(report),
                new Bytes(report.weights() + report.repacked()),
                new Bytes(report.keysAndValues()),
                new Bytes(report.compute() * 2));

        assertThat(row.error()).isNegative();
        assertThat(MemoryComparison.table(List.of(row)).lines())
                .hasSize(3)
                .last()
                .asString()
                .startsWith("| nano-F16 | 256 | 427,776 / 427,776 | 98,304 / 98,304 | 1,180,672 / 2,361,344 |");
    }

    private MemoryParts parts(MeasuredReport report) {
        return switch (predictor.predict(report.header(), report.settings())) {
            case MemoryPrediction.Known known -> known.parts();
            case MemoryPrediction.Estimated estimated -> throw new AssertionError(report + ": " + estimated.reason());
            case MemoryPrediction.Unknown unknown -> throw new AssertionError(report + ": " + unknown.reason());
        };
    }
}
