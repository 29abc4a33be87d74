package io.stoa.gateway.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All keys and budgets, of one moment.
 *
 * @param revision changes whenever one of them does
 */
public record Policy(long revision, List<ApiKey> keys, List<Budget> budgets) {
    public static final Policy EMPTY = new Policy(-1, List.of(), List.of());

    public Policy {
        keys = List.copyOf(keys);
        budgets = List.copyOf(budgets);
    }

    /** The budgets that a key's requests count against: its own first, then its team's, then that of all. */
    public List<Budget> budgetsOf(ApiKey key) {
        List<BudgetOwner> owners = new ArrayList<>(List.of(BudgetOwner.key(key.id())));
        key.team().map(BudgetOwner::team).ifPresent(owners::add);
        owners.add(BudgetOwner.ALL);
        return owners.stream()
                .flatMap(owner ->
                        budgets.stream().filter(budget -> budget.owner().equals(owner)))
                .toList();
    }

    public Optional<ApiKey> key(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }
}
