package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Loads a bundle's model as it will be loaded and asks it the bundle's reference questions. The answers must be those of
 * the bundle, the speed a share of what was promised, and the memory within what was said.
 */
public final class EngineTrial implements Trial {
    /** Fewer tokens than these say nothing about speed. */
    private static final int LEAST_TOKENS = 16;

    private static final int MOST_TOKENS_UNASKED = 16;

    private final Opener opener;
    private final Supplier<Optional<Bytes>> memory;
    private final Progress progress;

    /** Opens an engine over a bundle's model; whoever asks closes it. */
    @FunctionalInterface
    public interface Opener {
        Engine open(Bundle bundle);
    }

    /**
     * @param memory what this process has taken since the installation began, where the system tells
     * @param progress hears the questions
     */
    public EngineTrial(Opener opener, Supplier<Optional<Bytes>> memory, Progress progress) {
        this.opener = requireNonNull(opener, "opener");
        this.memory = requireNonNull(memory, "memory");
        this.progress = requireNonNull(progress, "progress");
    }

    @Override
    public SelfTestReport run(Bundle bundle) {
        SelfTestPlan plan = bundle.selfTest();
        try (Engine engine = opener.open(bundle)) {
            return plan.references().isEmpty() ? answersAtAll(engine) : answersAlike(engine, plan);
        }
    }

    private SelfTestReport answersAtAll(Engine engine) {
        Generation answer = engine.generate(Prompt.user("Hello."), GenerateOptions.greedy(MOST_TOKENS_UNASKED));
        return new SelfTestReport(
                0,
                0,
                Optional.empty(),
                memory.get(),
                answer.answerTokens() > 0 ? List.of() : List.of("the model does not answer"));
    }

    private SelfTestReport answersAlike(Engine engine, SelfTestPlan plan) {
        int agreed = 0;
        long tokens = 0;
        Duration time = Duration.ZERO;
        List<String> differing = new ArrayList<>();
        for (int i = 0; i < plan.references().size(); i++) {
            SelfTestPlan.Reference reference = plan.references().get(i);
            Generation answer =
                    engine.generate(Prompt.user(reference.prompt()), GenerateOptions.greedy(reference.maxTokens()));
            if (answer.text().equals(reference.answer())) {
                agreed++;
            } else {
                differing.add(Integer.toString(i + 1));
            }
            if (answer.answerTokens() > 1 && answer.timeToFirstToken().isPresent()) {
                tokens += answer.answerTokens() - 1;
                time = time.plus(answer.total().minus(answer.timeToFirstToken().get()));
            }
            progress.at(i + 1, plan.references().size());
        }
        Optional<Double> speed = tokens < LEAST_TOKENS || !time.isPositive()
                ? Optional.empty()
                : Optional.of(tokens / (time.toNanos() / 1e9));
        return judged(plan, agreed, differing, speed);
    }

    private SelfTestReport judged(SelfTestPlan plan, int agreed, List<String> differing, Optional<Double> speed) {
        int asked = plan.references().size();
        List<String> failures = new ArrayList<>();
        if (agreed < plan.leastAgreement() * asked) {
            failures.add(agreed + " of " + asked + " reference answers are those of the bundle, and "
                    + text(100 * plan.leastAgreement()) + " % must be; others were given to "
                    + String.join(", ", differing.subList(0, Math.min(10, differing.size()))));
        }
        Optional<Double> least = plan.tokensPerSecond().map(promised -> promised * plan.leastShare());
        if (least.isPresent()
                && speed.filter(measured -> measured < least.get()).isPresent()) {
            failures.add(text(speed.get()) + " tokens/s were measured, and at least " + text(least.get())
                    + " must be: " + text(100 * plan.leastShare()) + " % of "
                    + text(plan.tokensPerSecond().orElseThrow()));
        }
        Optional<Bytes> taken = memory.get();
        if (plan.memory().isPresent()
                && taken.filter(most -> most.compareTo(plan.memory().get()) > 0).isPresent()) {
            failures.add(
                    taken.get() + " of memory were taken, and " + plan.memory().get() + " was said");
        }
        return new SelfTestReport(asked, agreed, speed, taken, failures);
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
    }
}
