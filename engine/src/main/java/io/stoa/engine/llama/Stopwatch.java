package io.stoa.engine.llama;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Takes the times of a {@link DecodeTimes.Plan}. The first reading and the first step warm up and do not count. */
final class Stopwatch {
    private final LlamaContext context;
    private final int vocabulary;
    private final DecodeTimes.Plan plan;

    Stopwatch(LlamaContext context, int vocabulary, DecodeTimes.Plan plan) {
        this.context = context;
        this.vocabulary = vocabulary;
        this.plan = plan;
    }

    DecodeTimes run() {
        List<Duration> prompts = new ArrayList<>();
        for (int reading = 0; reading <= plan.readings(); reading++) {
            context.clear();
            long begun = System.nanoTime();
            read(0, plan.promptTokens());
            if (reading > 0) {
                prompts.add(since(begun));
            }
        }
        context.clear();
        for (int sequence = 0; sequence < plan.sequences() && plan.depth() > 0; sequence++) {
            read(sequence, plan.depth());
        }
        List<Duration> steps = new ArrayList<>();
        for (int step = 0; step < plan.steps(); step++) {
            long begun = System.nanoTime();
            context.begin();
            for (int sequence = 0; sequence < plan.sequences(); sequence++) {
                context.add(token(step + sequence), plan.depth() + step, sequence, true);
            }
            context.decode(() -> false);
            if (step > 0 || plan.steps() == 1) {
                steps.add(since(begun));
            }
        }
        return new DecodeTimes(plan, prompts, steps);
    }

    /** Only the last token's logits are wanted, as in serving. */
    private void read(int sequence, int tokens) {
        for (int start = 0; start < tokens; start += context.batchTokens()) {
            int end = Math.min(tokens, start + context.batchTokens());
            context.begin();
            for (int position = start; position < end; position++) {
                context.add(token(position), position, sequence, position == tokens - 1);
            }
            context.decode(() -> false);
        }
    }

    /** Different tokens, so that experts are chosen as in a text. */
    private int token(int number) {
        return (int) ((number * 7919L + 13) % vocabulary);
    }

    private static Duration since(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun);
    }
}
