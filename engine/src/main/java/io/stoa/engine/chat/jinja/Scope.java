package io.stoa.engine.chat.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The variables of a template, a loop's turn, a macro's call or a block. Assignments stay in their scope: only a
 * namespace carries a value out of a loop.
 */
final class Scope {
    private final Optional<Scope> outer;
    private final Map<String, Value> variables = new HashMap<>();

    private Scope(Optional<Scope> outer) {
        this.outer = outer;
    }

    static Scope outermost() {
        return new Scope(Optional.empty());
    }

    Scope inner() {
        return new Scope(Optional.of(this));
    }

    void set(String name, Value value) {
        variables.put(name, value);
    }

    Optional<Value> get(String name) {
        Scope scope = this;
        while (!scope.variables.containsKey(name) && scope.outer.isPresent()) {
            scope = scope.outer.get();
        }
        return Optional.ofNullable(scope.variables.get(name));
    }
}
