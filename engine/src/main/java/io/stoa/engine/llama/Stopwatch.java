package io.stoa.engine.llama;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the times of a {@link DecodeTimes.Plan}. What is fast is done more often than asked, because a few hundred
 * microseconds say little; and it is done for a while before it counts, until Java has compiled the way to llama.cpp.
 */
final class Stopwatch {
    private static final long WARM_UP = 10_000_000;
    private static final long ENOUGH = 30_000_000;
    private static final int MOST = 1_000;

    private final LlamaContext context;
    private final int vocabulary;
    private final DecodeTimes.Plan plan;

    Stopwatch(LlamaContext context, int vocabulary, DecodeTimes.Plan plan) {
        this.context = context;
        this.vocabulary = vocabulary;
        this.plan = plan;
    }

    DecodeTimes run() {
        List<Duration> prompts = timed(plan.readings(), _ -> {
            context.clear();
            return took(() -> read(0, plan.promptTokens()));
        });
        context.clear();
        for (int sequence = 0; sequence < plan.sequences() && plan.depth() > 0; sequence++) {
            read(sequence, plan.depth());
        }
        int[] position = {plan.depth()};
        List<Duration> steps = timed(plan.steps(), number -> {
            Duration took = took(() -> step(position[0], number));
            forget(position);
            return took;
        });
        return new DecodeTimes(plan, prompts, steps);
    }

    private interface Trial {
        Duration take(int number);
    }

    /** Takes a trial at least so often, and until it has taken long enough. */
    private static List<Duration> timed(int least, Trial trial) {
        long begun = System.nanoTime();
        int number = 0;
        do {
            trial.take(number++);
        } while (System.nanoTime() - begun < WARM_UP && number < MOST);
        List<Duration> taken = new ArrayList<>();
        begun = System.nanoTime();
        while (taken.size() < least || (System.nanoTime() - begun < ENOUGH && taken.size() < MOST)) {
            taken.add(trial.take(number++));
        }
        return taken;
    }

    private void step(int position, int number) {
        context.begin();
        for (int sequence = 0; sequence < plan.sequences(); sequence++) {
            context.add(token(number + sequence), position, sequence, true);
        }
        context.decode(() -> false);
    }

    /** Every step follows the same tokens; where a model cannot forget one, the cache is filled anew when it is full. */
    private void forget(int[] position) {
        boolean forgotten = true;
        for (int sequence = 0; sequence < plan.sequences(); sequence++) {
            forgotten &= context.remove(sequence, position[0]);
        }
        if (forgotten) {
            return;
        }
        position[0]++;
        if (position[0] == plan.depth() + plan.steps()) {
            context.clear();
            for (int sequence = 0; sequence < plan.sequences() && plan.depth() > 0; sequence++) {
                read(sequence, plan.depth());
            }
            position[0] = plan.depth();
        }
    }

    private static Duration took(Runnable work) {
        long begun = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - begun);
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
}
