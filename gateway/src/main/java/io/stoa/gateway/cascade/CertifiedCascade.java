package io.stoa.gateway.cascade;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;

/**
 * The cascade that serves: a prompt goes to the small model only under a certificate for exactly these two models that
 * nothing has withdrawn, and its answer is used only where the score is at least the certified threshold.
 */
public final class CertifiedCascade implements Cascade {
    private final FittedCascade fitted;
    private final Optional<RouteMonitor> monitor;
    private final Optional<String> refusal;

    /**
     * A cascade between two models.
     *
     * @param smallIdentity what serves as the small model now
     * @param largeIdentity what serves as the large model now
     * @param monitor what may withdraw the certificate
     */
    public CertifiedCascade(
            FittedCascade fitted, String smallIdentity, String largeIdentity, Optional<RouteMonitor> monitor) {
        this.fitted = requireNonNull(fitted, "fitted");
        this.monitor = requireNonNull(monitor, "monitor");
        Certificate certificate = fitted.certificate();
        String id = certificate.id();
        if (!certificate.appliesTo(smallIdentity, largeIdentity)) {
            this.refusal = Optional.of("certificate " + id + " is for other models (" + certificate.small() + " and "
                    + certificate.large() + "): everything goes up; fit the route again for these");
        } else if (certificate.kept().isEmpty()) {
            this.refusal = Optional.of("certificate " + id + ": " + certificate.why());
        } else {
            this.refusal = Optional.empty();
        }
        monitor.filter(m -> !m.certificate().equals(id)).ifPresent(m -> {
            throw new IllegalArgumentException(
                    "the monitor watches certificate " + m.certificate() + ", not " + id + "; begin a new one");
        });
    }

    /** Why nothing is kept local, where that is so. */
    public Optional<String> closed() {
        return refusal.or(() -> monitor.flatMap(RouteMonitor::withdrawn));
    }

    @Override
    public Choice before(String prompt) {
        Optional<String> closed = closed();
        if (closed.isPresent()) {
            return new Choice(false, closed.get());
        }
        double score = fitted.promptScore(prompt);
        double least = fitted.readsAnswers() ? fitted.least() : threshold();
        if (score < least) {
            return new Choice(false, sentence("prompt", score, "below", least));
        }
        return new Choice(
                true,
                least == Double.NEGATIVE_INFINITY
                        ? "every prompt is tried, certificate " + id()
                        : sentence("prompt", score, "at least", least));
    }

    @Override
    public Choice after(String prompt, LocalAnswer answer) {
        if (!fitted.readsAnswers()) {
            return before(prompt);
        }
        Optional<String> closed = closed();
        if (closed.isPresent()) {
            return new Choice(false, closed.get());
        }
        if (!AnswerScore.readable(answer)) {
            return new Choice(
                    false,
                    "the answer came without log-probabilities, which certificate " + id() + " rests on: asked above");
        }
        double before = fitted.promptScore(prompt);
        if (before < fitted.least()) {
            return new Choice(false, sentence("prompt", before, "below", fitted.least()));
        }
        double score = fitted.answers().orElseThrow().score(prompt, answer);
        monitor.ifPresent(m -> m.seen(score));
        return score >= threshold()
                ? new Choice(true, sentence("answer", score, "at least", threshold()))
                : new Choice(false, sentence("answer", score, "below", threshold()));
    }

    private double threshold() {
        return fitted.certificate().kept().orElseThrow().threshold();
    }

    private String id() {
        return fitted.certificate().id();
    }

    private String sentence(String what, double score, String how, double threshold) {
        return "score of the " + what + " " + brief(score) + " " + how + " " + brief(threshold) + ", certificate "
                + id();
    }

    private static String brief(double score) {
        // A format string would cost more than the score.
        return Double.toString(Math.rint(score * 1e4) / 1e4).toLowerCase(Locale.ROOT);
    }
}
