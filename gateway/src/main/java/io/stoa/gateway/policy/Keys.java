package io.stoa.gateway.policy;

import io.stoa.gateway.wire.ApiError;
import io.stoa.model.Digest;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys, as a snapshot in memory: a look-up never asks the store. What is changed through this object holds at once; what
 * is changed elsewhere holds after the next {@link #refresh}, which {@link PolicyAdmission} calls every half second.
 */
public final class Keys {
    private final PolicyStore store;
    private final Clock clock;
    private volatile Snapshot snapshot = new Snapshot(Policy.EMPTY);

    public Keys(PolicyStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
        reload();
    }

    /** The policy and ways to look into it. */
    private static final class Snapshot {
        private final Policy policy;
        private final Map<ByteBuffer, ApiKey> byDigest = new HashMap<>();
        private final Map<String, ApiKey> byId = new HashMap<>();
        private final Map<String, List<Budget>> budgets = new HashMap<>();

        Snapshot(Policy policy) {
            this.policy = policy;
            for (ApiKey key : policy.keys()) {
                byDigest.put(
                        ByteBuffer.wrap(HexFormat.of().parseHex(key.digest().hex())), key);
                byId.put(key.id(), key);
                budgets.put(key.id(), policy.budgetsOf(key));
            }
        }
    }

    /** Whose key a text is. */
    public sealed interface Answer {
        /** Somebody's. */
        record Known(ApiKey key) implements Answer {}

        /** It was somebody's until it expired or was taken back. */
        record Ended(ApiKey key) implements Answer {}

        /** It has the form of a key, and is nobody's. */
        record Unknown() implements Answer {}

        /** It is no key: its form or its checksum is wrong, so it was typed or copied wrongly. */
        record Mistyped() implements Answer {}
    }

    public Answer answer(String text) {
        if (!KeySecret.isWellFormed(text)) {
            return new Answer.Mistyped();
        }
        ApiKey key = snapshot.byDigest.get(KeySecret.lookUp(text));
        if (key == null) {
            return new Answer.Unknown();
        }
        return key.isValid(clock.instant()) ? new Answer.Known(key) : new Answer.Ended(key);
    }

    /** What the caller with such a key is told, where it is not known. Says nothing about keys that were not shown. */
    public ApiError refusal(String text) {
        String message = switch (answer(text)) {
            case Answer.Known _ -> "this key is known; try again";
            case Answer.Ended(ApiKey key) ->
                "the key " + key.id()
                        + (key.revoked().isPresent() ? " was revoked" : " has expired")
                        + "; ask whoever runs this gateway for a new one";
            case Answer.Unknown _ -> "this key is not known here; was it made for another gateway?";
            case Answer.Mistyped _ ->
                KeySecret.looksOurs(text)
                        ? "this key is damaged (its checksum is wrong); copy it again, whole"
                        : "keys of this gateway begin with stoa_sk_; send one as Authorization: Bearer …";
        };
        return ApiError.of(401, "authentication_error", "invalid_api_key", message);
    }

    Optional<ApiKey> byId(String id) {
        return Optional.ofNullable(snapshot.byId.get(id));
    }

    /** The budgets that a key's requests count against, as in the snapshot. */
    List<Budget> budgets(String id) {
        return snapshot.budgets.getOrDefault(id, List.of());
    }

    Policy policy() {
        return snapshot.policy;
    }

    /** Makes a key of what is to be known of it; its digest is that of the secret. */
    public void create(ApiKey key) {
        store.create(key);
        reload();
    }

    /** Takes a key back, at once. */
    public boolean revoke(String id) {
        boolean done = store.revoke(id, Instant.now(clock));
        reload();
        return done;
    }

    /** Looks whether keys or budgets have changed elsewhere. Returns whether they have. */
    public boolean refresh() {
        if (store.revision() == snapshot.policy.revision()) {
            return false;
        }
        reload();
        return true;
    }

    private synchronized void reload() {
        Policy latest = store.policy();
        // a slower look must not undo a later one
        if (latest.revision() > snapshot.policy.revision()) {
            snapshot = new Snapshot(latest);
        }
    }

    /** A key with nothing but a name. */
    public static ApiKey plain(String id, Digest digest, Instant created) {
        return new ApiKey(
                id,
                digest,
                created,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Limits.NONE,
                Map.of());
    }
}
