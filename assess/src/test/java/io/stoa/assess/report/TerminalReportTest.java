package io.stoa.assess.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalReportTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 72, 80, 100, 120, 200})
    void noLineIsLongerThanTheWidth(int width) {
        String report = TerminalReport.render(SampleAssessment.nine(), width, false);
        System.out.println(width == 100 || width == 72 ? report : "");
        if (width >= 72) {
            assertThat(report.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(width));
        }
        assertThat(report).endsWith("\n").contains("mini-Q4_0").doesNotContain("\u001b");
    }

    @Test
    void theTableHasALinePerCandidate() {
        assertThat(TerminalReport.render(SampleAssessment.nine(), 120, false).lines())
                .anyMatch(line -> line.matches(
                        "candidate +verdict +quality +reading +facts +tools +handbook +memory +tokens/s +licence"))
                .anyMatch(line -> line.matches("micro-F16 +READY +.*no objection"))
                .anyMatch(line -> line.matches("mini-F16 +READY IF +.*conditions"))
                .anyMatch(line -> line.matches("nano-F16 +NOT READY +.*"))
                .anyMatch(line -> line.matches("micro-Q4_0 +UNDECIDED +.* – .*"));
    }

    @Test
    void colourIsOnlyColour() {
        String coloured = TerminalReport.render(SampleAssessment.nine(), 100, true);
        assertThat(coloured).contains("\u001b[32m").contains("\u001b[31m");
        assertThat(coloured.replaceAll("\u001b\\[[0-9]+m", "").replaceAll(" +\n", "\n"))
                .isEqualTo(TerminalReport.render(SampleAssessment.nine(), 100, false));
    }

    @Test
    void reasonsComeWithWhatToDo() {
        String report = TerminalReport.render(SampleAssessment.nine(), 200, false);
        assertThat(report)
                .contains("mini-F16: READY IF")
                .contains("  - The licence of mini asks")
                .contains("    → Name the model and its licence")
                .contains("stoa ledger verify");
    }

    @Test
    void hostileTextReachesNoTerminal() {
        String report = TerminalReport.render(Hostile.assessment(), 80, false);
        assertThat(report)
                .contains("\uFFFD[31mred")
                .doesNotContainPattern("[\\p{Cc}&&[^\\n]]")
                .doesNotContain("\u202E");
        assertThat(report.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }
}
