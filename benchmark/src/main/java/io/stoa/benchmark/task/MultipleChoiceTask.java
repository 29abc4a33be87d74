package io.stoa.benchmark.task;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Engine;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntToDoubleFunction;

/**
 * Multiple choice by log-likelihood: the candidate's answer is the choice with the highest Σ ln p after the prompt, of
 * equals the first. The choices are scored as they stand in the item, without a delimiter before them, as
 * lm-evaluation-harness does under a chat template.
 *
 * <p>Beside it stands {@code acc_norm}, which divides Σ ln p by the length of the choice in Unicode code points (what
 * Python's {@code len} counts), so that long choices are not at a disadvantage.
 *
 * @param id unique in a workload
 * @param items what is asked, each with choices
 */
public record MultipleChoiceTask(String id, ItemSet items) implements Task {
    public MultipleChoiceTask {
        requireNonNull(id, "id");
        if (items.items().stream().anyMatch(item -> item.choices().isEmpty())) {
            throw new IllegalArgumentException("an item of " + id + " has no choices");
        }
    }

    /**
     * Reads the items: JSONL, one object per line with the texts {@code id}, {@code prompt} and {@code answer} (the text
     * of the right choice) and the list of texts {@code choices}; other keys are ignored.
     *
     * @param limit at most this many are asked, the first ones
     * @throws StoaException of kind {@code USER}, naming file and line, where an item is malformed
     */
    public static MultipleChoiceTask read(String id, Path file, int limit) {
        return new MultipleChoiceTask(id, new ItemReader(file, ItemReader.Form.CHOICES).read(limit));
    }

    @Override
    public String scoring() {
        return "multiple choice";
    }

    @Override
    public String settings() {
        return "multiple choice by the highest sum of ln p, of equals the first; one user message";
    }

    @Override
    public Engine.Capability needs() {
        return Engine.Capability.SCORE;
    }

    @Override
    public Answer ask(Engine engine, Item item) {
        List<LogLikelihood> scored = engine.score(Prompt.user(item.prompt()), item.choices());
        if (scored.size() != item.choices().size()) {
            throw StoaException.engine(
                    "item " + item.id() + " has " + item.choices().size() + " choices, but "
                            + engine.facts().engine() + " scored " + scored.size() + "; report this engine as broken");
        }
        for (int i = 0; i < scored.size(); i++) {
            // A choice without tokens would have Σ ln p = 0 and win every time.
            if (scored.get(i).tokens().isEmpty()
                    || !Double.isFinite(scored.get(i).sum())) {
                throw StoaException.engine("item " + item.id() + ": the log-likelihood of \""
                        + item.choices().get(i) + "\" is " + scored.get(i).tokens() + " from "
                        + engine.facts().engine() + "; check the model file with its publisher's digest");
            }
        }
        List<Double> sums = scored.stream().map(LogLikelihood::sum).toList();
        String chosen = item.choices().get(highest(sums.size(), sums::get));
        return Answer.of(item, chosen.equals(item.answer()), chosen, sums);
    }

    @Override
    public void probe(Engine engine) {
        ask(engine, new Item("probe", "1", List.of("1", "2"), "1"));
    }

    @Override
    public Work work() {
        return new Work(
                items.size(),
                items.items().stream()
                        .mapToDouble(item -> item.prompt().length())
                        .sum(),
                items.items().stream()
                        .mapToDouble(item -> item.answer().length()
                                + item.choices().stream()
                                        .mapToInt(String::length)
                                        .sum())
                        .sum());
    }

    @Override
    public List<Metric> otherMetrics() {
        return List.of(new Metric("acc_norm", MultipleChoiceTask::rightByLength));
    }

    /** The mean of one over the number of choices. */
    @Override
    public OptionalDouble chance() {
        return items.items().stream()
                .mapToDouble(item -> 1.0 / item.choices().size())
                .average();
    }

    private static boolean rightByLength(Item item, Answer answer) {
        int chosen = highest(item.choices().size(), i -> {
            String choice = item.choices().get(i);
            return answer.logLikelihoods().get(i) / choice.codePointCount(0, choice.length());
        });
        return item.choices().get(chosen).equals(item.answer());
    }

    private static int highest(int count, IntToDoubleFunction value) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (value.applyAsDouble(i) > value.applyAsDouble(best)) {
                best = i;
            }
        }
        return best;
    }
}
