package io.stoa.benchmark.metric;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Values that sacrebleu and scikit-learn computed for random texts and classes, with several references, signs, other
 * scripts and moved words. The file says which versions.
 */
final class ReferenceValuesTest {
    static Stream<JsonNode> corpora() throws IOException {
        return values("corpora");
    }

    static Stream<JsonNode> classifications() throws IOException {
        return values("classifications");
    }

    private static Stream<JsonNode> values(String kind) throws IOException {
        try (InputStream in = requireNonNull(ReferenceValuesTest.class.getResourceAsStream("reference-values.json"))) {
            return JsonMapper.shared().readTree(in).path(kind).valueStream().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("corpora")
    void textsAreScoredAsSacrebleuDoes(JsonNode corpus) {
        List<String> hypotheses = texts(corpus.path("hypotheses"));
        List<List<String>> references = corpus.path("references")
                .valueStream()
                .map(ReferenceValuesTest::texts)
                .toList();

        assertThat(Bleu.corpus(hypotheses, references))
                .isCloseTo(corpus.path("bleu").doubleValue(), within(1e-9));
        assertThat(new Chrf(0).corpus(hypotheses, references))
                .isCloseTo(corpus.path("chrf").doubleValue(), within(1e-9));
        assertThat(new Chrf(2).corpus(hypotheses, references))
                .isCloseTo(corpus.path("chrf++").doubleValue(), within(1e-9));
        assertThat(Ter.corpus(hypotheses, references))
                .isCloseTo(corpus.path("ter").doubleValue(), within(1e-9));
    }

    @ParameterizedTest
    @MethodSource("classifications")
    void classesAreScoredAsScikitLearnDoes(JsonNode items) {
        Classification<Integer> classification =
                new Classification<>(classes(items.path("wanted")), classes(items.path("predicted")));

        assertThat(classification.macroF1()).isCloseTo(items.path("macro").doubleValue(), within(1e-12));
        assertThat(classification.microF1()).isCloseTo(items.path("micro").doubleValue(), within(1e-12));
        assertThat(classification.f1(0)).isCloseTo(items.path("f1").doubleValue(), within(1e-12));
        assertThat(classification.matthews()).isCloseTo(items.path("mcc").doubleValue(), within(1e-12));
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::stringValue).toList();
    }

    private static List<Integer> classes(JsonNode list) {
        return list.valueStream().map(JsonNode::intValue).toList();
    }
}
