package io.stoa.gateway.cascade;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Guesses before generation, from the prompt alone, how the small model will do against the large one: the higher the
 * score, the less would be lost. The score is the fitted mean of (1 + small − large) / 2: ½ where both are equally good.
 */
final class PromptRouter {
    private final Kind kind;
    private final Logistic model;

    /** What it looks at. */
    enum Kind {
        /** At nothing: every prompt is as good as another. */
        NONE,
        /** At the prompt's length, the baseline that must be beaten. */
        LENGTH,
        /** At its length, its words and what can be counted in it. */
        WORDS
    }

    PromptRouter(Kind kind, Logistic model) {
        if (model.weights().length != size(kind)) {
            throw new IllegalArgumentException(
                    "a router of kind " + kind + " has " + size(kind) + " weights, not " + model.weights().length);
        }
        this.kind = kind;
        this.model = model;
    }

    Kind kind() {
        return kind;
    }

    Logistic model() {
        return model;
    }

    static int size(Kind kind) {
        return switch (kind) {
            case NONE -> 0;
            case LENGTH -> 1;
            case WORDS -> TextFeatures.SIZE;
        };
    }

    static double target(Labelled example) {
        return (1 + example.small() - example.large()) / 2;
    }

    static PromptRouter chosen(Kind kind, List<Labelled> examples, long seed) {
        double[] targets = examples.stream().mapToDouble(PromptRouter::target).toArray();
        return new PromptRouter(
                kind,
                Logistic.chosen(features(kind, examples), targets, size(kind), seed)
                        .rounded());
    }

    /** The same under a given penalty. */
    static PromptRouter fit(Kind kind, List<Labelled> examples, double penalty) {
        double[] targets = examples.stream().mapToDouble(PromptRouter::target).toArray();
        return new PromptRouter(
                kind,
                Logistic.fit(features(kind, examples), targets, size(kind), penalty)
                        .rounded());
    }

    /** The score of each example from a router that has not seen it. */
    double[] outOfFold(List<Labelled> examples, long seed) {
        double[] targets = examples.stream().mapToDouble(PromptRouter::target).toArray();
        return Logistic.outOfFold(features(kind, examples), targets, size(kind), model.penalty(), seed);
    }

    private static List<Features> features(Kind kind, List<Labelled> examples) {
        return examples.stream()
                .map(example -> features(kind, example.prompt()))
                .toList();
    }

    private static Features features(Kind kind, String prompt) {
        return switch (kind) {
            case NONE -> Features.dense(new double[0]);
            case LENGTH -> Features.dense(new double[] {TextFeatures.length(prompt)});
            case WORDS -> TextFeatures.of(prompt);
        };
    }

    double score(String prompt) {
        return Logistic.sigmoid(model.intercept()
                + switch (kind) {
                    case NONE -> 0;
                    case LENGTH -> model.weights()[0] * TextFeatures.length(prompt);
                    case WORDS -> TextFeatures.times(prompt, model.weights(), 0);
                });
    }

    double[] scores(List<Labelled> examples) {
        return examples.stream().mapToDouble(example -> score(example.prompt())).toArray();
    }

    /** What each feature adds to the score's logit. */
    Map<String, Double> contributions(String prompt) {
        Map<String, Double> all = switch (kind) {
            case NONE -> new TreeMap<>();
            case LENGTH ->
                new TreeMap<>(Map.of(TextFeatures.name(0), model.weights()[0] * TextFeatures.length(prompt)));
            case WORDS -> TextFeatures.contributions(prompt, model.weights(), 0);
        };
        all.put("(constant)", model.intercept());
        return all;
    }
}
