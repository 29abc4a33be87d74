package io.stoa.integration.pipeline;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.step.Step;
import io.stoa.integration.step.Steps;
import io.stoa.integration.step.Waiting;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.StoaException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;

/**
 * Steps with limits: each try ends at a deadline, what failed is tried again where that does no harm, and there are only
 * so many steps in a run.
 */
final class PatientSteps {
    private final Steps steps;
    private final int mostSteps;
    private final long runEnd;
    private final Set<String> paths = ConcurrentHashMap.newKeySet();

    PatientSteps(Steps steps, Pipeline.Limits limits) {
        this.steps = steps;
        this.mostSteps = limits.steps();
        this.runEnd = System.nanoTime() + limits.deadline().toNanos();
    }

    /** The steps of one stage. */
    Steps of(Stage.Settings settings) {
        return new Steps() {
            @Override
            public JsonNode take(Step step, Work work) {
                return patient(settings, step, work);
            }

            @Override
            public boolean approved(Step step) {
                return steps.approved(step);
            }
        };
    }

    /** A step that only computes. */
    JsonNode compute(Step step, Steps.Work work) {
        count(step);
        return steps.take(step, work);
    }

    boolean approved(Step step) {
        return steps.approved(step);
    }

    private JsonNode patient(Stage.Settings settings, Step step, Steps.Work work) {
        count(step);
        Steps.Work within = effect -> within(settings, step, work, effect);
        for (int left = settings.retries(); ; left--) {
            try {
                return steps.take(step, within);
            } catch (StoaException e) {
                boolean harmless = step.effects() != Effects.EACH_CALL;
                boolean mayPass = e.kind() == StoaException.Kind.ENGINE;
                if (left == 0 || !harmless || !mayPass) {
                    throw e;
                }
            }
        }
    }

    private void count(Step step) {
        if (paths.add(step.path()) && paths.size() > mostSteps) {
            throw StoaException.user(
                    "more than " + mostSteps + " steps; raise limits.steps of the pipeline if it really needs them");
        }
    }

    private JsonNode within(Stage.Settings settings, Step step, Steps.Work work, String effect) {
        long left = Math.min(settings.deadline().toNanos(), runEnd - System.nanoTime());
        if (left <= 0) {
            throw StoaException.resources("the run has worked for as long as limits.deadline of the pipeline allows");
        }
        FutureTask<JsonNode> task = new FutureTask<>(() -> work.carryOut(effect));
        Thread thread = Thread.ofVirtual().name(step.path()).start(task);
        try {
            return task.get(left, TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            thread.interrupt();
            throw StoaException.engine(step.path() + ": took longer than " + said(Duration.ofNanos(left))
                    + "; raise the deadline of stage " + settings.name() + ", or see what keeps it");
        } catch (InterruptedException _) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw StoaException.resources(step.path() + ": was interrupted");
        } catch (ExecutionException e) {
            throw unwrapped(step, requireNonNull(e.getCause()));
        }
    }

    private static String said(Duration duration) {
        return duration.toMillis() < 10_000 ? duration.toMillis() + " ms" : duration.toSeconds() + " s";
    }

    private static RuntimeException unwrapped(Step step, Throwable cause) {
        return switch (cause) {
            case StoaException e -> e;
            case Waiting e -> e;
            case Error e -> throw e;
            case RuntimeException e -> e;
            default -> new StoaException(StoaException.Kind.BUG, step.path() + ": " + cause, cause);
        };
    }
}
