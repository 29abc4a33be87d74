package io.stoa.gateway.policy.guard;

import io.stoa.gateway.policy.Caller;
import io.stoa.gateway.policy.Guard;
import io.stoa.gateway.policy.Redaction;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.RequestFacts;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What to do about each kind of personal data. A kind that is not named is not looked at. */
public final class PiiGuard implements Guard {
    /** What is done about something that was found. */
    public enum Action {
        /** The request is refused. */
        REFUSE,
        /** It is replaced, such as by {@code [EMAIL]}. */
        REDACT,
        /** It passes, and is counted. */
        NOTE
    }

    private final Map<PiiKind, Action> actions;
    private final GuardListener listener;

    public PiiGuard(Map<PiiKind, Action> actions, GuardListener listener) {
        this.actions = Map.copyOf(actions);
        this.listener = listener;
    }

    @Override
    public Optional<ApiError> refusal(Caller caller, RequestFacts request, byte[] body) {
        Map<PiiKind, Integer> counts = new EnumMap<>(PiiKind.class);
        BodyText text = BodyText.of(body);
        PiiFinder.find(text.bytes(), text.length(), (kind, _, _) -> counts.merge(kind, 1, Integer::sum));
        for (Map.Entry<PiiKind, Integer> each : counts.entrySet()) {
            PiiKind kind = each.getKey();
            Action action = actions.getOrDefault(kind, Action.REDACT);
            if (!actions.containsKey(kind)) {
                continue;
            }
            if (action == Action.REFUSE) {
                return Optional.of(ApiError.of(
                        400,
                        "invalid_request_error",
                        "personal_data",
                        "the request has " + kind.words() + " in it, which may not go to this route; take it out"));
            }
            listener.noted(caller, kind.name().toLowerCase(Locale.ROOT), each.getValue());
        }
        return Optional.empty();
    }

    @Override
    public Optional<Redaction> redaction(byte[] body) {
        if (!actions.containsValue(Action.REDACT)) {
            return Optional.empty();
        }
        List<Redaction.Splice> splices = new ArrayList<>();
        BodyText text = BodyText.of(body);
        PiiFinder.find(text.bytes(), text.length(), (kind, from, to) -> {
            if (actions.get(kind) == Action.REDACT) {
                splices.add(new Redaction.Splice(text.raw(from), text.raw(to), "[" + kind.name() + "]"));
            }
        });
        return splices.isEmpty() ? Optional.empty() : Optional.of(new Redaction(splices));
    }
}
