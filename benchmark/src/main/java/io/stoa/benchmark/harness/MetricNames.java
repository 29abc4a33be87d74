package io.stoa.benchmark.harness;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The harness' metrics, with what it takes for granted of each. */
enum MetricNames {
    ACC("acc", "mean", true, OutputType.LOGLIKELIHOOD, OutputType.MULTIPLE_CHOICE),
    ACC_NORM("acc_norm", "mean", true, OutputType.MULTIPLE_CHOICE),
    ACC_BYTES("acc_bytes", "mean", true, OutputType.MULTIPLE_CHOICE),
    ACC_MUTUAL_INFO("acc_mutual_info", "mean", true, OutputType.MULTIPLE_CHOICE),
    EXACT_MATCH("exact_match", "mean", true, OutputType.GENERATE_UNTIL, OutputType.MULTIPLE_CHOICE),
    BRIER_SCORE("brier_score", "brier_score", false, OutputType.MULTIPLE_CHOICE),
    F1("f1", "f1", true, OutputType.MULTIPLE_CHOICE),
    MCC("mcc", "matthews_corrcoef", true, OutputType.MULTIPLE_CHOICE),
    PERPLEXITY("perplexity", "perplexity", false, OutputType.LOGLIKELIHOOD),
    WORD_PERPLEXITY("word_perplexity", "weighted_perplexity", false, OutputType.LOGLIKELIHOOD_ROLLING),
    BYTE_PERPLEXITY("byte_perplexity", "weighted_perplexity", false, OutputType.LOGLIKELIHOOD_ROLLING),
    BITS_PER_BYTE("bits_per_byte", "bits_per_byte", false, OutputType.LOGLIKELIHOOD_ROLLING),
    BLEU("bleu", "bleu", true, OutputType.GENERATE_UNTIL),
    CHRF("chrf", "chrf", true, OutputType.GENERATE_UNTIL),
    CHRF_PLUS_PLUS("chrf++", "chrf++", true, OutputType.GENERATE_UNTIL),
    TER("ter", "ter", false, OutputType.GENERATE_UNTIL),
    BYPASS("bypass", "bypass", true, OutputType.values());

    private final String key;
    private final String aggregation;
    private final boolean higherIsBetter;

    @SuppressWarnings("ImmutableEnumChecker") // An array of its own, never handed out.
    private final OutputType[] outputs;

    MetricNames(String key, String aggregation, boolean higherIsBetter, OutputType... outputs) {
        this.key = key;
        this.aggregation = aggregation;
        this.higherIsBetter = higherIsBetter;
        this.outputs = outputs.clone();
    }

    static Optional<MetricNames> named(String key) {
        return Arrays.stream(values()).filter(metric -> metric.key.equals(key)).findFirst();
    }

    static List<String> keys() {
        return Arrays.stream(values()).map(metric -> metric.key).toList();
    }

    /** Those of a task that names none. */
    static List<String> defaults(OutputType output) {
        return switch (output) {
            case LOGLIKELIHOOD -> List.of("perplexity", "acc");
            case LOGLIKELIHOOD_ROLLING -> List.of("word_perplexity", "byte_perplexity", "bits_per_byte");
            case MULTIPLE_CHOICE -> List.of("acc", "acc_norm");
            case GENERATE_UNTIL -> List.of("exact_match");
        };
    }

    String aggregation() {
        return aggregation;
    }

    boolean higherIsBetter() {
        return higherIsBetter;
    }

    boolean goesWith(OutputType output) {
        return Arrays.asList(outputs).contains(output);
    }
}
