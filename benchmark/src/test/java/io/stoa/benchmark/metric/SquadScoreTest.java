package io.stoa.benchmark.metric;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Results of a Python implementation of the published rules for made-up answers. */
final class SquadScoreTest {
    private static JsonNode published(String part) throws IOException {
        try (InputStream in = requireNonNull(SquadScoreTest.class.getResourceAsStream("squad.json"))) {
            return JsonMapper.shared().readTree(in).path(part);
        }
    }

    @Test
    void scoresAsPythonDoes() throws IOException {
        int compared = 0;
        for (JsonNode one : published("scores")) {
            List<String> references = one.path("references")
                    .valueStream()
                    .map(JsonNode::stringValue)
                    .toList();
            SquadScore score = SquadScore.of(one.path("prediction").stringValue(), references);
            assertThat(score.exact())
                    .as(one.toString())
                    .isEqualTo(one.path("exact").doubleValue());
            assertThat(score.f1()).as(one.toString()).isCloseTo(one.path("f1").doubleValue(), within(1e-12));
            compared++;
        }
        assertThat(compared).isEqualTo(200);
    }

    @Test
    void silenceIsPlacedAtTheBestThreshold() throws IOException {
        int compared = 0;
        for (JsonNode one : published("best")) {
            List<SquadScore.Question> questions = new ArrayList<>();
            for (JsonNode question : one.path("questions")) {
                questions.add(new SquadScore.Question(
                        question.path("score").doubleValue(),
                        question.path("answerable").booleanValue(),
                        question.path("answered").booleanValue(),
                        question.path("no_answer").doubleValue()));
            }
            assertThat(SquadScore.best(questions)).isCloseTo(one.path("best").doubleValue(), within(1e-12));
            compared++;
        }
        assertThat(compared).isEqualTo(30);
        assertThatThrownBy(() -> SquadScore.best(List.of())).hasMessageContaining("at least one question");
    }

    @Test
    void aQuestionWithoutAnAnswerWantsSilence() {
        assertThat(SquadScore.of("", List.of())).isEqualTo(new SquadScore(1, 1));
        assertThat(SquadScore.of("in 1912", List.of())).isEqualTo(new SquadScore(0, 0));
    }
}
