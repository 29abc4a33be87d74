package io.stoa.benchmark.harness;

import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Scores the documents of one task, one at a time, behind every filter, and keeps count. */
final class Evaluator {
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
     * Scores a document.
     *
     * @param index of the document
     * @param requests what was asked; none where that is not known
     * @param raw an answer for each request
     * @return its scores, by filter and metric
     */
    SequencedMap<String, SequencedMap<String, Measured>> add(
            int index, ObjectNode document, List<Request> requests, List<RawAnswer> raw) {
        SequencedMap<String, SequencedMap<String, Measured>> byFilter = new LinkedHashMap<>();
        List<String> choices = columnOfChoices(document);
        for (FilterPipeline pipeline : task.filters()) {
            List<Outcome> outcomes = new ArrayList<>(raw.size());
            for (RawAnswer answer : raw) {
                outcomes.add(
                        switch (answer) {
                            case RawAnswer.Likelihood one -> new Outcome.Likelihood(one.logLikelihood(), one.greedy());
                            case RawAnswer.Texts texts -> filtered(document, pipeline, texts, choices);
                        });
            }
            SequencedMap<String, Measured> scores = scorer.score(document, outcomes);
            byFilter.put(pipeline.name(), scores);
            samples.accept(new Sample(
                    index, document, () -> target(document), requests, raw, pipeline.name(), outcomes, scores));
        }
        tally.add(byFilter, isAnswered(raw));
        return byFilter;
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
