package io.stoa.gateway.policy.guard;

import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.policy.Guard;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for signals of injected instructions in what users, documents and tools say. What systems, developers and
 * assistants say is not looked at.
 *
 * <p>It finds the well-known wordings and tricks, and nothing else: a score under the threshold does not mean that a
 * request is harmless.
 */
public final class InjectionGuard implements Guard {
    /** Refuses what {@link InjectionSignal#OVERRIDE} alone shows. */
    public static final double USUAL_THRESHOLD = 0.7;

    private final double threshold;
    private final GuardListener listener;

    /**
     * @param threshold scores from here on are refused; above 1 none is
     */
    public InjectionGuard(double threshold, GuardListener listener) {
        if (!(threshold > 0)) {
            throw new IllegalArgumentException("a threshold is positive: " + threshold);
        }
        this.threshold = threshold;
        this.listener = listener;
    }

    /** The signals in a body. */
    public static Set<InjectionSignal> signals(byte[] body) {
        return InjectionScan.signals(BodyText.of(body));
    }

    /** How much signals count together, from 0 to 1: as if each were wrong independently of the others. */
    public static double score(Set<InjectionSignal> signals) {
        double wrong = 1;
        for (InjectionSignal signal : signals) {
            wrong *= 1 - signal.weight();
        }
        return 1 - wrong;
    }

    @Override
    public Optional<ApiError> refusal(Caller caller, RequestFacts request, byte[] body) {
        Set<InjectionSignal> signals = signals(body);
        if (signals.isEmpty()) {
            return Optional.empty();
        }
        if (score(signals) >= threshold) {
            return Optional.of(ApiError.of(
                    400,
                    "invalid_request_error",
                    "prompt_injection",
                    "the request looks as if a text in it gives the model orders (" + names(signals)
                            + "); take that out, or ask whoever runs this gateway to let it pass"));
        }
        signals.forEach(signal -> listener.noted(caller, signal.name().toLowerCase(Locale.ROOT), 1));
        return Optional.empty();
    }

    private static String names(Set<InjectionSignal> signals) {
        return String.join(
                ", ",
                signals.stream()
                        .map(signal -> signal.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                        .toList());
    }
}
