package io.stoa.benchmark.harness;

import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Scores the documents of one task, one at a time, behind every filter, and keeps count. */
final class Evaluator {
    private static final int SHOWN = 40;

    private final TaskConfig task;
    private final DocumentReader reader;
    private final Scorer scorer;
    private final Tally tally;
    private final Consumer<Sample> samples;

    /**
     * @param reader reads the task's documents
     * @param samples hears each document that was scored, once for each filter
     */
    Evaluator(TaskConfig task, DocumentReader reader, Consumer<Sample> samples) {
        this.task = task;
        this.reader = reader;
        this.scorer = new Scorer(task, reader);
        this.tally = new Tally(task);
        this.samples = samples;
    }

    /**
     * A document's scores.
     *
     * @param samples one for each filter
     * @param answered whether there was any answer
     */
    record Scored(List<Sample> samples, boolean answered) {}

    /**
     * Scores a document, without counting it. Several threads may.
     *
     * @param index of the document
     * @param requests what was asked; none where that is not known
     * @param raw an answer for each request
     * @throws StoaException of kind {@code USER} where the answers are not what the task asks for
     */
    Scored score(int index, ObjectNode document, List<Request> requests, List<RawAnswer> raw) {
        check(document, raw);
        List<String> choices = columnOfChoices(document);
        List<List<Outcome>> byFilter = new ArrayList<>();
        for (FilterPipeline pipeline : task.filters()) {
            List<Outcome> outcomes = new ArrayList<>(raw.size());
            for (RawAnswer answer : raw) {
                outcomes.add(
                        switch (answer) {
                            case RawAnswer.Likelihood one -> new Outcome.Likelihood(one.logLikelihood(), one.greedy());
                            case RawAnswer.Texts texts -> filtered(document, pipeline, texts, choices);
                        });
            }
            byFilter.add(outcomes);
        }
        List<SequencedMap<String, Measured>> scores = scorer.score(document, byFilter);
        List<Sample> made = new ArrayList<>();
        for (int i = 0; i < byFilter.size(); i++) {
            made.add(new Sample(
                    index,
                    document,
                    () -> target(document),
                    requests,
                    raw,
                    task.filters().get(i).name(),
                    byFilter.get(i),
                    scores.get(i)));
        }
        return new Scored(made, isAnswered(raw));
    }

    /** Texts where the task generates, else log-likelihoods; how many of them go with a choice each, the scorer knows. */
    private void check(ObjectNode document, List<RawAnswer> raw) {
        boolean generates = task.outputType() == OutputType.GENERATE_UNTIL;
        boolean rightKind = raw.stream().allMatch(answer -> answer instanceof RawAnswer.Texts == generates);
        boolean rightCount = task.outputType() == OutputType.MULTIPLE_CHOICE ? !raw.isEmpty() : raw.size() == 1;
        if (rightKind && rightCount) {
            return;
        }
        throw StoaException.user("task " + task.name() + " needs "
                + switch (task.outputType()) {
                    case GENERATE_UNTIL -> "a text, and the answer is " + found(raw) + "; write \"response\": \"…\"";
                    case MULTIPLE_CHOICE ->
                        "the log-likelihoods of its "
                                + reader.choices(task.choices().orElseThrow(), document)
                                        .size()
                                + " choices, and the answer is " + found(raw)
                                + "; write \"log_likelihoods\", a number in nats for each choice, or score texts by a"
                                + " task whose output_type is generate_until";
                    case LOGLIKELIHOOD ->
                        "one log-likelihood, that of the right answer, and the answer is " + found(raw)
                                + "; write \"log_likelihoods\": [[-1.5, true]], in nats and whether it was the greedy"
                                + " choice";
                    case LOGLIKELIHOOD_ROLLING ->
                        "one log-likelihood, that of the whole text, and the answer is " + found(raw)
                                + "; write \"log_likelihoods\": [-1.5], in nats";
                });
    }

    private static String found(List<RawAnswer> raw) {
        return switch (raw.isEmpty() ? null : raw.getFirst()) {
            case null -> "an empty list";
            case RawAnswer.Likelihood _ -> raw.size() == 1 ? "a log-likelihood" : raw.size() + " log-likelihoods";
            case RawAnswer.Texts texts -> {
                String first = texts.texts().getFirst();
                yield "the text \"" + (first.length() > SHOWN ? first.substring(0, SHOWN) + "…" : first) + "\""
                        + (raw.size() > 1 ? " and " + (raw.size() - 1) + " more" : "");
            }
        };
    }

    /** Counts a document. */
    void add(Scored scored) {
        scored.samples().forEach(samples);
        tally.add(scored);
    }

    /** Scores and counts a document. */
    void add(int index, ObjectNode document, List<Request> requests, List<RawAnswer> raw) {
        add(score(index, document, requests, raw));
    }

    private Outcome filtered(
            ObjectNode document, FilterPipeline pipeline, RawAnswer.Texts texts, List<String> choices) {
        try {
            return pipeline.apply(texts.texts(), choices);
        } catch (IllegalArgumentException e) {
            throw reader.wrong(document, "filter " + pipeline.name() + ": " + e.getMessage());
        }
    }

    private JsonNode target(ObjectNode document) {
        return reader.target(task.target(), document);
    }

    private static boolean isAnswered(List<RawAnswer> raw) {
        return raw.stream()
                .anyMatch(answer -> answer instanceof RawAnswer.Likelihood
                        || (answer instanceof RawAnswer.Texts texts
                                && texts.texts().stream().anyMatch(text -> !text.isBlank())));
    }

    /** The harness' filters look at the column of this name, whatever the task takes its choices from. */
    private static List<String> columnOfChoices(ObjectNode document) {
        List<String> choices = new ArrayList<>();
        document.path("choices").forEach(choice -> choices.add(choice.isString() ? choice.stringValue() : ""));
        return choices;
    }

    /**
     * The task's numbers.
     *
     * @throws StoaException of kind {@code USER} where nothing was scored
     */
    Evaluated evaluated(Optional<Integer> available) {
        return tally.evaluated(available, Tally.ROUNDS);
    }

    int asked() {
        return tally.asked();
    }
}
