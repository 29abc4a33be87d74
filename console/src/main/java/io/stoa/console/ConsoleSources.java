package io.stoa.console;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.route.Route;
import io.stoa.gateway.route.Standing;
import io.stoa.model.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What only others know, asked for each snapshot, on a virtual thread, at most once a second. A part that fails is shown
 * as missing, with its exception's message; the others are shown all the same.
 */
public interface ConsoleSources {
    /** The gateway itself. */
    House house();

    /** All routes of the configuration, in its order. */
    List<RouteView> routes();

    /** The budgets in force, of keys and teams. Empty when there are none. */
    List<Budget> budgets();

    /** The audit's chain; empty when no audit is kept. */
    Optional<Audit> audit();

    /** The monitor of each route that is watched. */
    List<Monitor> monitors();

    /**
     * The gateway itself.
     *
     * @param version of Stoa
     * @param currency as ISO 4217 says it, such as {@code EUR}
     * @param localTarget the share of answers that is to come from the lowest tier, such as 0.8
     */
    record House(String version, String currency, double localTarget) {
        public House {
            requireNonNull(version, "version");
            requireNonNull(currency, "currency");
            if (!(localTarget >= 0 && localTarget <= 1)) {
                throw new IllegalArgumentException("a share is between 0 and 1: " + localTarget);
            }
        }
    }

    /**
     * A route and how its tiers stand.
     *
     * @param tiers one for each of the route's tiers, in their order
     */
    record RouteView(Route route, List<TierView> tiers) {
        public RouteView {
            requireNonNull(route, "route");
            tiers = List.copyOf(tiers);
            if (tiers.size() != route.tiers().size()) {
                throw new IllegalArgumentException("route " + route.name() + " has "
                        + route.tiers().size() + " tiers, but " + tiers.size() + " stand");
            }
        }
    }

    /**
     * How a tier stands.
     *
     * @param standing under the route's own use
     * @param approval what allows it, where something does or did
     */
    record TierView(Standing standing, Optional<Approval> approval) {
        public TierView {
            requireNonNull(standing, "standing");
            requireNonNull(approval, "approval");
        }
    }

    /**
     * Why a tier may serve.
     *
     * @param verdict as people see it, such as {@code READY IF}
     * @param conditions what whoever approved it has accepted to carry out, one sentence each
     * @param by the name of the key that signed it
     * @param given when
     */
    record Approval(String verdict, List<String> conditions, String by, Instant given) {
        public Approval {
            requireNonNull(verdict, "verdict");
            requireNonNull(by, "by");
            requireNonNull(given, "given");
            conditions = List.copyOf(conditions);
        }
    }

    /**
     * A budget.
     *
     * @param owner the public id of the key, or the team's name
     * @param kind whose it is
     * @param limit what may be spent in a period
     * @param spent what was settled in this period
     * @param reserved what is set aside for requests that run
     * @param resets when the next period begins, where there is one
     */
    record Budget(Owner kind, String owner, Micros limit, Micros spent, Micros reserved, Optional<Instant> resets) {
        public Budget {
            requireNonNull(kind, "kind");
            requireNonNull(owner, "owner");
            requireNonNull(limit, "limit");
            requireNonNull(spent, "spent");
            requireNonNull(reserved, "reserved");
            requireNonNull(resets, "resets");
        }

        /** Whose budget it is. */
        public enum Owner {
            KEY,
            TEAM
        }
    }

    /**
     * The audit's chain.
     *
     * @param records how many it has
     * @param head the digest of the last, which commits to all before; empty while there is none
     * @param chain what the last check said
     */
    record Audit(long records, Optional<Digest> head, Chain chain) {
        public Audit {
            requireNonNull(head, "head");
            requireNonNull(chain, "chain");
        }
    }

    /** Whether a chain is whole. */
    sealed interface Chain {
        /**
         * Every record follows from the one before.
         *
         * @param records how many were checked
         * @param checked when
         */
        record Whole(long records, Instant checked) implements Chain {}

        /**
         * One does not.
         *
         * @param reason a sentence that names it
         */
        record Broken(String reason, Instant checked) implements Chain {}

        /** Not checked since the start. */
        record Unchecked() implements Chain {}
    }

    /**
     * What the monitor has seen of a route's quality.
     *
     * @param seen how many requests were judged
     * @param evidence how far the evidence against the certificate has come, from 0 to 1, where it is withdrawn; on the
     *     scale of the logarithm, so that each judged request moves it by about as much
     * @param sentence what it says, for people
     */
    record Monitor(String route, State state, long seen, OptionalDouble evidence, String sentence) {
        public Monitor {
            requireNonNull(route, "route");
            requireNonNull(state, "state");
            requireNonNull(evidence, "evidence");
            requireNonNull(sentence, "sentence");
        }

        /** What the monitor does. */
        public enum State {
            /** Nothing contradicts the certificate. */
            WATCHING,
            /** The certificate is withdrawn: everything goes to the upper tier. */
            WITHDRAWN,
            /** There is no certificate to watch: everything goes to the upper tier. */
            UNCERTIFIED
        }
    }
}
