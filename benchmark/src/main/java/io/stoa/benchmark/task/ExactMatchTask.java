package io.stoa.benchmark.task;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Prompt;
import java.nio.file.Path;
import java.util.List;

/**
 * Greedy generation, right when the answer, stripped of surrounding white space, equals the expected text.
 *
 * @param id unique in a workload
 * @param items what is asked
 * @param maxTokens the longest answer
 */
public record ExactMatchTask(String id, ItemSet items, int maxTokens) implements Task {
    public ExactMatchTask {
        requireNonNull(id, "id");
        requireNonNull(items, "items");
        if (maxTokens < 1) {
            throw new IllegalArgumentException("max tokens must be positive: " + maxTokens);
        }
    }

    /**
     * Reads the items: JSONL, one object per line with the texts {@code id}, {@code prompt} and {@code answer}; other
     * keys are ignored.
     *
     * @param limit at most this many are asked, the first ones
     * @throws io.stoa.model.StoaException of kind {@code USER}, naming file and line, where an item is malformed
     */
    public static ExactMatchTask read(String id, Path file, int maxTokens, int limit) {
        return new ExactMatchTask(id, new ItemReader(file, ItemReader.Form.FREE).read(limit), maxTokens);
    }

    @Override
    public String scoring() {
        return "exact match";
    }

    @Override
    public String settings() {
        return "exact match of the stripped answer; greedy; one user message; at most " + maxTokens + " tokens";
    }

    @Override
    public Engine.Capability needs() {
        return Engine.Capability.GENERATE;
    }

    @Override
    public void probe(Engine engine) {
        ask(engine, new Item("probe", "1", List.of(), "1"));
    }

    @Override
    public Work work() {
        return new Work(
                items.size(),
                items.items().stream()
                        .mapToDouble(item -> item.prompt().length())
                        .sum(),
                items.items().stream()
                        .mapToDouble(item -> item.answer().length())
                        .sum());
    }

    @Override
    public Answer ask(Engine engine, Item item) {
        String text = engine.generate(Prompt.user(item.prompt()), GenerateOptions.greedy(maxTokens))
                .text();
        return Answer.of(item, text.strip().equals(item.answer()), text, List.of());
    }
}
