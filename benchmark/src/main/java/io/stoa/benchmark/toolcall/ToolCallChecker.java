package io.stoa.benchmark.toolcall;

import io.stoa.benchmark.toolcall.Judgement.Right;
import io.stoa.benchmark.toolcall.Judgement.Wrong;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * BFCL's AST check: holds the calls of an answer against the expected ones.
 *
 * <p>A call is right when its function is the expected one, every required parameter is there, every parameter is both
 * declared and expected and has an allowed type and value, and none is missing that may not be left out. Several calls
 * may come in any order: each expected one, in turn, takes the first answer's call that fits.
 */
public final class ToolCallChecker {
    /** How a model was shown the functions' names. */
    public enum FunctionNames {
        AS_DECLARED,
        /** With an underscore for each dot, for servers that allow no dots in names ({@code underscore_to_dot}). */
        UNDERSCORES_FOR_DOTS
    }

    private final FunctionNames names;

    public ToolCallChecker(FunctionNames names) {
        this.names = names;
    }

    /** Reads an answer and judges it. */
    public Judgement judge(ToolCallItem item, AnswerSyntax syntax, String answer) {
        return judge(item, syntax.parse(answer));
    }

    /** Judges what was read from an answer. Where no call is wanted, an answer that cannot be read is right. */
    public Judgement judge(ToolCallItem item, ParsedAnswer answer) {
        return switch (answer) {
            case ParsedAnswer.Calls(List<FunctionCall> calls) -> judge(item, calls);
            case ParsedAnswer.Unreadable(Fault fault, String why) ->
                item.category().expectsCalls() ? new Wrong(fault, why) : judge(item, List.of());
        };
    }

    /** Judges calls. */
    public Judgement judge(ToolCallItem item, List<FunctionCall> calls) {
        Optional<Wrong> wrong = switch (item.category().demand()) {
            case ONE -> one(item, calls, Fault.SIMPLE_WRONG_COUNT);
            case CHOSEN -> one(item, calls, Fault.MULTIPLE_WRONG_COUNT);
            case SEVERAL -> several(item, calls);
            case NONE ->
                calls.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Wrong(
                                Fault.CALLED_THOUGH_IRRELEVANT,
                                "no function fits, but \"" + calls.getFirst().function() + "\" is called"));
            case ANY ->
                calls.isEmpty()
                        ? Optional.of(new Wrong(Fault.NOT_CALLED_THOUGH_RELEVANT, "no function is called"))
                        : Optional.empty();
        };
        return wrong.<Judgement>map(fault -> fault).orElseGet(Right::new);
    }

    private Optional<Wrong> one(ToolCallItem item, List<FunctionCall> calls, Fault wrongCount) {
        return wrongCount(calls.size(), item.expected().size(), wrongCount)
                .or(() -> call(item, item.expected().getFirst(), calls.getFirst()));
    }

    private Optional<Wrong> several(ToolCallItem item, List<FunctionCall> calls) {
        Optional<Wrong> miscounted = wrongCount(calls.size(), item.expected().size(), Fault.PARALLEL_WRONG_COUNT);
        if (miscounted.isPresent()) {
            return miscounted;
        }
        List<FunctionCall> left = new ArrayList<>(calls);
        for (ExpectedCall expected : item.expected()) {
            List<String> reasons = new ArrayList<>();
            Optional<FunctionCall> match = left.stream()
                    .filter(call -> call(item, expected, call)
                            .map(wrong -> reasons.add(wrong.fault().bfclName() + " (" + wrong.why() + ")"))
                            .isEmpty())
                    .findFirst();
            if (match.isEmpty()) {
                return Optional.of(new Wrong(
                        Fault.PARALLEL_NO_MATCH,
                        "no call is the expected one of \"" + expected.function() + "\": "
                                + String.join("; ", reasons)));
            }
            left.remove(match.get());
        }
        return Optional.empty();
    }

    private static Optional<Wrong> wrongCount(int calls, int expected, Fault fault) {
        return calls == expected
                ? Optional.empty()
                : Optional.of(new Wrong(fault, "expected calls: " + expected + ", found: " + calls));
    }

    private Optional<Wrong> call(ToolCallItem item, ExpectedCall expected, FunctionCall call) {
        FunctionDeclaration function = item.declarationOf(expected);
        String name = switch (names) {
            case AS_DECLARED -> function.name();
            case UNDERSCORES_FOR_DOTS -> function.name().replace('.', '_');
        };
        if (!call.function().equals(name)) {
            return Optional.of(new Wrong(
                    Fault.WRONG_FUNCTION_NAME, "expected \"" + name + "\", found \"" + call.function() + "\""));
        }
        return missing(Fault.MISSING_REQUIRED, function.required(), call)
                .or(() -> arguments(function, expected, call))
                .or(() -> missing(Fault.MISSING_OPTIONAL, needed(expected), call));
    }

    private static Optional<Wrong> arguments(FunctionDeclaration function, ExpectedCall expected, FunctionCall call) {
        for (Map.Entry<String, ArgumentValue> argument : call.arguments().entrySet()) {
            String name = argument.getKey();
            Parameter parameter = function.parameters().get(name);
            List<ArgumentValue> allowed = expected.allowed().get(name);
            if (parameter == null || allowed == null) {
                return Optional.of(new Wrong(Fault.UNEXPECTED_PARAMETER, "unexpected parameter \"" + name + "\""));
            }
            Optional<Wrong> wrong = new ArgumentChecker(name, parameter, allowed).check(argument.getValue());
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return Optional.empty();
    }

    private static Optional<Wrong> missing(Fault fault, List<String> parameters, FunctionCall call) {
        return parameters.stream()
                .filter(parameter -> !call.arguments().containsKey(parameter))
                .findFirst()
                .map(parameter -> new Wrong(fault, "parameter \"" + parameter + "\" is missing"));
    }

    /** What may not be left out although it is not required. */
    private static List<String> needed(ExpectedCall expected) {
        return expected.allowed().entrySet().stream()
                .filter(parameter -> !parameter.getValue().contains(ExpectedCall.ABSENT))
                .map(Map.Entry::getKey)
                .toList();
    }
}
