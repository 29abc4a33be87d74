package io.stoa.benchmark.harness;

import io.stoa.model.StoaException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Scores one document at a time, by the rules of lm-evaluation-harness (lm_eval/api/task.py, {@code process_results}).
 */
final class Scorer {
    private static final Pattern SPACE = Pattern.compile("[\\s\\x1c-\\x1f]+", Pattern.UNICODE_CHARACTER_CLASS);

    private final TaskConfig task;
    private final DocumentReader reader;

    Scorer(TaskConfig task, DocumentReader reader) {
        this.task = task;
        this.reader = reader;
    }

    /** A document's right answers, worked out once for all filters: its target may be a costly template. */
    private final class Golds {
        private final ObjectNode document;
        private final IdentityHashMap<Metric, List<String>> reduced = new IdentityHashMap<>();
        private List<String> texts = List.of();

        Golds(ObjectNode document) {
            this.document = document;
        }

        List<String> texts() {
            if (texts.isEmpty()) {
                texts = Scorer.this.texts(document);
            }
            return texts;
        }

        List<String> reduced(Metric metric) {
            return reduced.computeIfAbsent(
                    metric,
                    _ -> texts().stream().map(metric.exactMatch()::reduced).toList());
        }
    }

    /**
     * What a document contributes to each metric, behind each of several filters.
     *
     * @param byFilter the outcomes of its requests, in their order, behind each filter
     */
    List<SequencedMap<String, Measured>> score(ObjectNode document, List<List<Outcome>> byFilter) {
        Golds golds = new Golds(document);
        return byFilter.stream().map(outcomes -> score(golds, outcomes)).toList();
    }

    /**
     * What a document contributes to each metric.
     *
     * @param outcomes of its requests, in their order
     * @throws StoaException of kind {@code USER} where the document cannot be scored
     */
    private SequencedMap<String, Measured> score(Golds golds, List<Outcome> outcomes) {
        ObjectNode document = golds.document;
        if (task.processResults().isPresent()) {
            try {
                return task.processResults().get().apply(document, outcomes);
            } catch (IllegalArgumentException e) {
                throw reader.wrong(document, e.getMessage() == null ? "cannot be scored" : e.getMessage());
            }
        }
        return switch (task.outputType()) {
            case LOGLIKELIHOOD -> likelihood((Outcome.Likelihood) outcomes.getFirst());
            case LOGLIKELIHOOD_ROLLING -> rolling(document, (Outcome.Likelihood) outcomes.getFirst());
            case MULTIPLE_CHOICE -> choice(document, Outcome.likelihoods(outcomes));
            case GENERATE_UNTIL -> generated(golds, (Outcome.Text) outcomes.getFirst());
        };
    }

    private SequencedMap<String, Measured> likelihood(Outcome.Likelihood outcome) {
        SequencedMap<String, Measured> scores = new LinkedHashMap<>();
        for (Metric metric : task.metrics()) {
            switch (metric.name()) {
                case "perplexity" -> scores.put("perplexity", new Measured.Value(outcome.logLikelihood()));
                case "acc" -> scores.put("acc", new Measured.Value(greedy(outcome, metric) ? 1 : 0));
                default -> {
                    // Bypassed.
                }
            }
        }
        return scores;
    }

    private boolean greedy(Outcome.Likelihood outcome, Metric metric) {
        return outcome.greedy()
                .orElseThrow(() -> StoaException.user("task " + task.name() + ": metric " + metric.name()
                        + " needs to know whether the answer was the greedy choice, which a plain number does not say;"
                        + " write pairs, \"log_likelihoods\": [[-1.5, true]], or leave the metric out"));
    }

    private SequencedMap<String, Measured> rolling(ObjectNode document, Outcome.Likelihood outcome) {
        String text = reader.string(reader.target(task.target(), document), "doc_to_target", document);
        // As re.split gives them: white space at an end makes an empty word there.
        double words = SPACE.split(text, -1).length;
        double bytes = text.getBytes(StandardCharsets.UTF_8).length;
        SequencedMap<String, Measured> scores = new LinkedHashMap<>();
        for (Metric metric : task.metrics()) {
            double weight = metric.name().equals("word_perplexity") ? words : bytes;
            scores.put(metric.name(), new Measured.Weighted(outcome.logLikelihood(), weight));
        }
        return scores;
    }

    private SequencedMap<String, Measured> choice(ObjectNode document, List<Outcome.Likelihood> outcomes) {
        List<String> choices = reader.choices(task.choices().orElseThrow(), document);
        int n = choices.size();
        boolean twice = task.metrics().stream().anyMatch(metric -> metric.name().equals("acc_mutual_info"));
        if (outcomes.size() != (twice ? 2 * n : n)) {
            throw StoaException.user("task " + task.name() + " needs " + (twice ? 2 * n : n)
                    + " log-likelihoods, one for each of its " + n + " choices"
                    + (twice ? " and for acc_mutual_info again without the context" : "") + ", and there are "
                    + outcomes.size() + "; write them all, in the order of the choices");
        }
        List<Integer> golds = golds(document, choices);
        IntToDoubleFunction plain = i -> outcomes.get(i).logLikelihood();
        IntToDoubleFunction byCharacter = i -> plain.applyAsDouble(i)
                / choices.get(i).codePointCount(0, choices.get(i).length());
        IntToDoubleFunction byByte =
                i -> plain.applyAsDouble(i) / choices.get(i).getBytes(StandardCharsets.UTF_8).length;
        SequencedMap<String, Measured> scores = new LinkedHashMap<>();
        for (Metric metric : task.metrics()) {
            switch (metric.name()) {
                case "acc" -> scores.put("acc", right(golds, best(n, plain)));
                case "acc_norm" -> scores.put("acc_norm", right(golds, best(n, byCharacter)));
                case "acc_bytes" -> scores.put("acc_bytes", right(golds, best(n, byByte)));
                case "acc_mutual_info" -> {
                    IntToDoubleFunction information = i -> plain.applyAsDouble(i) - plain.applyAsDouble(n + i);
                    scores.put("acc_mutual_info", right(golds, best(n, information)));
                }
                case "exact_match" -> {
                    boolean greedy = golds.stream().anyMatch(gold -> gold >= 0 && greedy(outcomes.get(gold), metric));
                    scores.put("exact_match", new Measured.Value(greedy ? 1 : 0));
                }
                case "f1", "mcc" -> scores.put(metric.name(), new Measured.Label(one(golds), best(n, plain)));
                case "brier_score" ->
                    scores.put("brier_score", new Measured.Distribution(one(golds), probabilities(n, plain)));
                default -> {
                    // Bypassed.
                }
            }
        }
        return scores;
    }

    private static Measured right(List<Integer> golds, int predicted) {
        return new Measured.Value(golds.contains(predicted) ? 1 : 0);
    }

    private static int one(List<Integer> golds) {
        return golds.getFirst();
    }

    /** The numbers of the right choices; −1 for one that is none of them, which then counts as wrong. */
    private List<Integer> golds(ObjectNode document, List<String> choices) {
        JsonNode gold =
                reader.severalInputs() ? reader.text(task.text(), document) : reader.target(task.target(), document);
        List<Integer> golds = new ArrayList<>();
        if (gold.isArray()) {
            gold.forEach(one -> golds.add(gold(one, choices)));
        } else {
            golds.add(gold(gold, choices));
        }
        if (golds.isEmpty()) {
            throw reader.wrong(document, "there is no right answer");
        }
        return golds;
    }

    private static int gold(JsonNode gold, List<String> choices) {
        if (gold.isString()) {
            return choices.indexOf(gold.stringValue());
        }
        JsonNode number = DocumentReader.counted(gold);
        int at = number.isNumber() && number.doubleValue() == Math.rint(number.doubleValue()) ? number.asInt(-1) : -1;
        return at < choices.size() ? Math.max(-1, at) : -1;
    }

    /** The first of the largest; what is not a number counts as larger than all, as it does in NumPy. */
    static int best(int n, IntToDoubleFunction value) {
        int best = 0;
        double highest = value.applyAsDouble(0);
        for (int i = 1; i < n && !Double.isNaN(highest); i++) {
            double here = value.applyAsDouble(i);
            if (here > highest || Double.isNaN(here)) {
                best = i;
                highest = here;
            }
        }
        return best;
    }

    private static List<Double> probabilities(int n, IntToDoubleFunction value) {
        double highest = value.applyAsDouble(best(n, value));
        List<Double> weights = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double weight = Math.exp(value.applyAsDouble(i) - highest);
            weights.add(weight);
            sum += weight;
        }
        double all = sum;
        return weights.stream().map(weight -> weight / all).toList();
    }

    private SequencedMap<String, Measured> generated(Golds golds, Outcome.Text outcome) {
        String prediction = outcome.first();
        SequencedMap<String, Measured> scores = new LinkedHashMap<>();
        for (Metric metric : task.metrics()) {
            switch (metric.name()) {
                case "exact_match" -> {
                    boolean equal =
                            golds.reduced(metric).contains(metric.exactMatch().reduced(prediction));
                    scores.put("exact_match", new Measured.Value(equal ? 1 : 0));
                }
                case "bleu", "chrf", "chrf++", "ter" ->
                    scores.put(metric.name(), new Measured.Texts(golds.texts(), prediction));
                case "bypass" -> scores.put("bypass", new Measured.Value(0));
                default -> throw new IllegalStateException("metric " + metric.name() + " was let through");
            }
        }
        return scores;
    }

    private List<String> texts(ObjectNode document) {
        JsonNode target = reader.target(task.target(), document);
        Optional<List<String>> choices = task.choices().map(field -> reader.choices(field, document));
        if (choices.isPresent()) {
            int gold = gold(target, choices.get());
            if (gold < 0) {
                throw reader.wrong(document, "the right answer " + target + " is none of the choices");
            }
            return List.of(choices.get().get(gold));
        }
        List<String> texts = new ArrayList<>();
        if (target.isArray()) {
            target.forEach(one -> texts.add(DocumentReader.written(one)));
        } else {
            texts.add(DocumentReader.written(target));
        }
        if (texts.isEmpty()) {
            throw reader.wrong(document, "there is no right answer");
        }
        return texts;
    }
}
