package io.stoa.gateway.upstream;

import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/** What is known of all targets; outlives reloads, so that a breaker stays open. */
public final class Endpoints {
    private final Patience patience;
    private final Function<String, Optional<String>> environment;
    private final RetryBudget retryBudget;
    private final ConcurrentMap<Target, Endpoint> known = new ConcurrentHashMap<>();

    /**
     * @param environment the value of an environment variable, which holds a target's key
     */
    public Endpoints(Patience patience, Function<String, Optional<String>> environment) {
        this.patience = patience;
        this.environment = environment;
        this.retryBudget = new RetryBudget(patience.budgetShare());
    }

    /** What is known of a target. */
    public Endpoint of(Target target) {
        Endpoint found = known.get(target);
        return found == null ? known.computeIfAbsent(target, this::create) : found;
    }

    private Endpoint create(Target target) {
        return new Endpoint(target, target.keyVariable().flatMap(environment), patience, System::nanoTime);
    }

    /** Forgets the targets that are no longer used. */
    public void retain(Collection<Target> used) {
        known.keySet().retainAll(used);
    }

    public Patience patience() {
        return patience;
    }

    RetryBudget retryBudget() {
        return retryBudget;
    }
}
