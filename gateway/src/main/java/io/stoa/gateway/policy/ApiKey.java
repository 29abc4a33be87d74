package io.stoa.gateway.policy;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A key and what it may be used for, as it is kept. The key itself is not kept, see {@link KeySecret}.
 *
 * @param id its public name, such as {@code support-bot}
 * @param digest the SHA-256 of the key
 * @param created when it was made
 * @param expires from when on it is nobody's
 * @param revoked when it was taken back
 * @param use the name of the intended use under which its requests fall, where it is not the route's own
 * @param team whose budget its requests also count against
 * @param routes the routes that it may ask; absent is all
 * @param tools the functions that its requests may offer the model; absent is all
 * @param limits how fast it may ask, over all routes
 * @param routeLimits how fast it may ask a route
 */
public record ApiKey(
        String id,
        Digest digest,
        Instant created,
        Optional<Instant> expires,
        Optional<Instant> revoked,
        Optional<String> use,
        Optional<String> team,
        Optional<Set<String>> routes,
        Optional<Set<String>> tools,
        Limits limits,
        Map<String, Limits> routeLimits) {
    private static final int LONGEST = 256;
    private static final int MOST = 1_000;

    public ApiKey {
        BudgetOwner.checkName("a key", id);
        requireNonNull(digest, "digest");
        requireNonNull(created, "created");
        requireNonNull(expires, "expires");
        requireNonNull(revoked, "revoked");
        requireNonNull(limits, "limits");
        use.ifPresent(name -> checkLine("a use", name));
        team.ifPresent(name -> BudgetOwner.checkName("a team", name));
        routes = routes.map(names -> checked("a route", names));
        tools = tools.map(names -> checked("a tool", names));
        routeLimits = Map.copyOf(routeLimits);
        checked("a route", routeLimits.keySet());
    }

    private static Set<String> checked(String what, Set<String> names) {
        if (names.size() > MOST) {
            throw new IllegalArgumentException("a key lists at most " + MOST + " names: " + names.size());
        }
        names.forEach(name -> checkLine(what, name));
        return Set.copyOf(names);
    }

    private static void checkLine(String what, String name) {
        if (name.isBlank() || name.length() > LONGEST || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    what + " has a name of one line and at most " + LONGEST + " characters: " + name);
        }
    }

    /** Whether it is somebody's at a time. */
    public boolean isValid(Instant now) {
        return revoked.isEmpty() && expires.filter(end -> !now.isBefore(end)).isEmpty();
    }
}
