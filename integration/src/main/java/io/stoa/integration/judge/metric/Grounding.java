package io.stoa.integration.judge.metric;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.judge.metric.Sentences.Sentence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * How well an answer stands on its passages.
 *
 * <p>Citation recall and precision are those of T. Gao et al., "Enabling Large Language Models to Generate Text with Citations",
 * EMNLP 2023 (ALCE), section 3.2: a sentence is recalled when all that it cites supports it together; a citation is precise
 * when its sentence is recalled and it supports the sentence by itself, or the others do not without it. Faithfulness is the
 * share of sentences that any of the shown passages supports (S. Es et al., "RAGAS", EACL 2024, with sentences for claims).
 *
 * @param sentences how many there are
 * @param supported of them supported by what was shown
 * @param recalled of them supported by what they cite
 * @param citations how many there are
 * @param precise of them precise
 */
public record Grounding(int sentences, int supported, int recalled, int citations, int precise) {
    /** Whether passages support a sentence. */
    @FunctionalInterface
    public interface Judge {
        boolean supports(String question, String sentence, List<String> passages);

        /** By a measure and its calibration. */
        static Judge of(Support support, SupportCalibration calibration) {
            requireNonNull(support, "support");
            requireNonNull(calibration, "calibration");
            return (question, sentence, passages) ->
                    !passages.isEmpty() && calibration.supported(support.of(question, sentence, passages));
        }
    }

    /**
     * Judges an answer.
     *
     * @param shown the passages' texts by id, in the order in which they were shown
     */
    public static Grounding of(String question, String answer, Map<String, String> shown, Judge judge) {
        List<Sentence> sentences = Sentences.of(answer, List.copyOf(shown.keySet()));
        List<String> all = List.copyOf(shown.values());
        int supported = 0;
        int recalled = 0;
        int citations = 0;
        int precise = 0;
        for (Sentence sentence : sentences) {
            Function<List<String>, Boolean> supports =
                    ids -> judge.supports(question, sentence.text(), texts(ids, shown));
            List<String> cited = sentence.cited().stream().distinct().toList();
            boolean complete = !cited.isEmpty() && supports.apply(cited);
            supported += judge.supports(question, sentence.text(), all) ? 1 : 0;
            recalled += complete ? 1 : 0;
            citations += cited.size();
            for (String one : cited) {
                if (complete && (supports.apply(List.of(one)) || !supports.apply(without(cited, one)))) {
                    precise++;
                }
            }
        }
        return new Grounding(sentences.size(), supported, recalled, citations, precise);
    }

    private static List<String> texts(List<String> ids, Map<String, String> shown) {
        return ids.stream()
                .filter(shown::containsKey)
                .map(id -> shown.getOrDefault(id, ""))
                .toList();
    }

    private static List<String> without(List<String> cited, String one) {
        List<String> others = new ArrayList<>(cited);
        others.remove(one);
        return others;
    }

    /** The share of sentences that what was shown supports; absent without a sentence. */
    public OptionalDouble faithfulness() {
        return share(supported, sentences);
    }

    /** Absent without a sentence. */
    public OptionalDouble citationRecall() {
        return share(recalled, sentences);
    }

    /** Absent without a citation. */
    public OptionalDouble citationPrecision() {
        return share(precise, citations);
    }

    private static OptionalDouble share(int part, int whole) {
        return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
    }
}
