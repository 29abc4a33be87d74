package io.stoa.integration.judge.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A call that is wanted, compared as a syntax tree and not as text: the name, and for each argument the values that will do.
 * The rules are those of the Berkeley Function-Calling Leaderboard's AST checker (S. G. Patil et al., ICML 2025): no argument
 * beside those named, none missing that is not optional, each value one of the accepted.
 *
 * @param name of the tool
 * @param accepted the values that will do, by argument; at least one each
 * @param optional arguments that may be left out
 */
public record ExpectedCall(String name, Map<String, List<JsonNode>> accepted, Set<String> optional) {
    public ExpectedCall {
        Map<String, List<JsonNode>> copy = new LinkedHashMap<>();
        accepted.forEach((argument, values) -> copy.put(argument, List.copyOf(values)));
        accepted = Map.copyOf(copy);
        optional = Set.copyOf(optional);
        if (name.isBlank()) {
            throw new IllegalArgumentException("an expected call needs a name");
        }
        if (accepted.values().stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("an argument of " + name + " accepts no value");
        }
        if (!accepted.keySet().containsAll(optional)) {
            throw new IllegalArgumentException(
                    "optional arguments of " + name + " are among its arguments: " + optional);
        }
    }

    /** A call of a tool as it was made. */
    public record Call(String name, ObjectNode arguments) {
        public Call {
            arguments = arguments.deepCopy();
        }
    }

    /** Why a call is not this one; absent when it is. */
    public Optional<String> problem(Call call) {
        if (!call.name().equals(name)) {
            return Optional.of("called \"" + call.name() + "\" instead of \"" + name + "\"");
        }
        for (Map.Entry<String, JsonNode> argument : call.arguments().properties()) {
            List<JsonNode> values = accepted.getOrDefault(argument.getKey(), List.of());
            if (values.isEmpty()) {
                return Optional.of(name + " was given \"" + argument.getKey() + "\", which is not expected");
            }
            if (values.stream().noneMatch(value -> JsonValues.same(value, argument.getValue()))) {
                return Optional.of(name + ": " + argument.getKey() + " is " + argument.getValue() + " instead of "
                        + values.getFirst());
            }
        }
        return accepted.keySet().stream()
                .filter(argument ->
                        !optional.contains(argument) && !call.arguments().has(argument))
                .sorted()
                .findFirst()
                .map(argument -> name + " lacks \"" + argument + "\"");
    }

    /**
     * Why calls are not the expected ones; absent when they are.
     *
     * @param ordered whether they must come in this order; otherwise each call may be any of the expected ones, each once
     */
    public static Optional<String> problem(List<ExpectedCall> expected, List<Call> made, boolean ordered) {
        if (made.size() != expected.size()) {
            return Optional.of("made " + made.size() + " calls where " + expected.size() + " were expected");
        }
        if (ordered) {
            for (int i = 0; i < made.size(); i++) {
                Optional<String> problem = expected.get(i).problem(made.get(i));
                if (problem.isPresent()) {
                    return problem;
                }
            }
            return Optional.empty();
        }
        int[] callOf = new int[expected.size()];
        Arrays.fill(callOf, -1);
        for (int call = 0; call < made.size(); call++) {
            if (!place(call, expected, made, callOf, new boolean[expected.size()])) {
                int unplaced = call;
                return Optional.of(
                        expected.size() == 1
                                ? expected.getFirst()
                                        .problem(made.get(unplaced))
                                        .orElseThrow()
                                : "call " + (unplaced + 1) + " ("
                                        + made.get(unplaced).name() + ") is none of those expected");
            }
        }
        return Optional.empty();
    }

    /** Finds a call its expectation, moving others where that helps (the augmenting paths of bipartite matching). */
    private static boolean place(
            int call, List<ExpectedCall> expected, List<Call> made, int[] callOf, boolean[] tried) {
        List<Integer> fitting = new ArrayList<>();
        for (int i = 0; i < expected.size(); i++) {
            if (!tried[i] && expected.get(i).problem(made.get(call)).isEmpty()) {
                fitting.add(i);
            }
        }
        for (int i : fitting) {
            if (tried[i]) {
                continue;
            }
            tried[i] = true;
            if (callOf[i] < 0 || place(callOf[i], expected, made, callOf, tried)) {
                callOf[i] = call;
                return true;
            }
        }
        return false;
    }
}
