package io.stoa.assess.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.assess.Assessment;
import io.stoa.model.Digest;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonReportTest {
    private static JsonNode read(Assessment assessment) {
        return JsonMapper.shared().readTree(JsonReport.render(assessment));
    }

    @Test
    void saysEverythingThatTheAssessmentSays() {
        Assessment assessment = SampleAssessment.nine();
        JsonNode json = read(assessment);
        assertThat(json.at("/schemaVersion").intValue()).isEqualTo(1);
        assertThat(json.at("/tookSeconds").doubleValue()).isEqualTo(754);
        assertThat(json.at("/ledgerHead/sha256").stringValue())
                .isEqualTo(assessment.ledgerHead().digest().hex());
        assertThat(json.at("/workload/tasks")
                        .valueStream()
                        .map(t -> t.get("type").stringValue()))
                .containsExactly("exact-match", "multiple-choice", "tool-call", "grounded");
        assertThat(json.at("/workload/tasks/3").has("gate")).isFalse();
        assertThat(json.at("/workload/tasks/3/abstention").doubleValue()).isEqualTo(0.8);
        assertThat(json.at("/use").has("annualRevenue")).isFalse();
        assertThat(json.at("/results").valueStream().map(r -> r.get("verdict").stringValue()))
                .contains("READY", "READY IF", "NOT READY", "UNDECIDED");
        assertThat(json.at("/comparisons")).hasSize(4);
        for (int i = 0; i < assessment.results().size(); i++) {
            Assessment.Result result = assessment.results().get(i);
            JsonNode shown = json.at("/results/" + i);
            assertThat(shown.at("/candidate/id").stringValue())
                    .isEqualTo(result.candidate().id());
            assertThat(shown.at("/candidate/type").stringValue()).isEqualTo("gguf");
            assertThat(shown.at("/findings")).hasSameSizeAs(result.findings());
            assertThat(shown.at("/because").isEmpty())
                    .isEqualTo(shown.at("/verdict").stringValue().equals("READY"));
            for (int j = 0; j < result.findings().size(); j++) {
                JsonNode finding = shown.at("/findings/" + j);
                assertThat(finding.get("sentence").stringValue())
                        .isEqualTo(result.findings().get(j).sentence());
                assertThat(finding.has("remedy"))
                        .isEqualTo(result.findings().get(j).remedy().isPresent());
            }
        }
    }

    @Test
    void isTheSameEveryTime() {
        String json = JsonReport.render(SampleAssessment.nine());
        assertThat(json).isEqualTo(JsonReport.render(SampleAssessment.nine())).endsWith("}\n");
    }

    @Test
    void hostileTextIsExact() {
        JsonNode json = read(Hostile.assessment());
        assertThat(json.at("/name").stringValue()).isEqualTo(Hostile.TEXT);
        assertThat(json.at("/results/0/candidate/type").stringValue()).isEqualTo("remote");
        assertThat(json.at("/results/0/candidate/revision").stringValue()).isEqualTo(Hostile.TEXT);
        assertThat(json.at("/use/territories/0").stringValue()).isEqualTo(Hostile.TEXT);
    }

    /** A change here is a change of the format: raise the version, or add only. */
    @Test
    void theMembersOfAFindingAreThese() {
        JsonNode finding = read(SampleAssessment.nine()).at("/results/0/findings/2");
        assertThat(finding.propertyNames())
                .containsExactlyElementsOf(
                        List.of("pillar", "check", "weight", "sentence", "remedy", "quantities", "evidence"));
        assertThat(finding.at("/quantities/0").propertyNames())
                .containsExactly("name", "value", "unit", "low", "high", "n", "basis", "by", "from");
        assertThat(finding.at("/evidence/0/sha256").stringValue())
                .isEqualTo(Digest.of("entry 6").hex());
    }
}
