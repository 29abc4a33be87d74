package io.stoa.engine.chat.jinja;

import io.stoa.engine.chat.jinja.Expression.CallArguments;
import io.stoa.engine.chat.jinja.Statement.Macro;
import io.stoa.engine.chat.jinja.Statement.Target;
import io.stoa.engine.chat.jinja.Value.Arguments;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/** One rendering of a template. */
final class Interpreter {
    /** How a list of statements ended. */
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private final Budget budget = new Budget();
    private final Operations operations;
    private final Attributes attributes;
    private final Filters filters;
    private final Tests tests;
    private final Globals globals;
    private StringBuilder output = new StringBuilder();
    private int line = 1;

    Interpreter(Clock clock, Dialect dialect, Watch watch) {
        this.operations = new Operations(budget, dialect.strict(), watch);
        this.attributes = new Attributes(operations);
        this.tests = new Tests(operations);
        this.filters = new Filters(operations, attributes, tests, dialect.filters());
        this.globals = new Globals(operations, clock);
    }

    String run(List<Statement> template, Map<String, Value> variables) {
        Scope scope = Scope.outermost();
        globals.into(scope);
        variables.forEach(scope::set);
        try {
            execute(template, scope);
            return output.toString();
        } catch (JinjaException e) {
            throw e.at(line);
        }
    }

    private Flow execute(List<Statement> statements, Scope scope) {
        for (Statement statement : statements) {
            budget.enter();
            Flow flow = execute(statement, scope);
            budget.leave();
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    private Flow execute(Statement statement, Scope scope) {
        switch (statement) {
            case Statement.Data data -> write(data.text());
            case Statement.Output out -> {
                line = out.line();
                write(operations.string(evaluate(out.expression(), scope)));
            }
            case Statement.If choice -> {
                return choose(choice, scope);
            }
            case Statement.For loop -> {
                line = loop.line();
                loop(loop, evaluate(loop.iterable(), scope), scope, 0);
            }
            case Statement.Assign assign -> {
                line = assign.line();
                assign(assign.target(), evaluate(assign.value(), scope), scope);
            }
            case Statement.AssignBlock block -> {
                line = block.line();
                Value text = Value.text(captured(() -> execute(block.body(), scope.inner())));
                line = block.line();
                assign(block.target(), filtered(text, block.filters(), scope), scope);
            }
            case Statement.With with -> {
                line = with.line();
                Scope inner = scope.inner();
                for (int at = 0; at < with.targets().size(); at++) {
                    assign(with.targets().get(at), evaluate(with.values().get(at), scope), inner);
                }
                return execute(with.body(), inner);
            }
            case Statement.DefineMacro define -> scope.set(define.macro().name(), macro(define.macro(), scope));
            case Statement.CallBlock block -> {
                line = block.line();
                Value target = evaluate(block.call().target(), scope);
                Arguments arguments = arguments(block.call().arguments(), scope);
                Value caller = macro(block.caller(), scope);
                write(operations.string(call(target, arguments.with("caller", caller))));
            }
            case Statement.FilterBlock block -> {
                line = block.line();
                Value text = Value.text(captured(() -> execute(block.body(), scope.inner())));
                line = block.line();
                write(operations.string(filtered(text, block.filters(), scope)));
            }
            case Statement.Scoped scoped -> {
                return execute(scoped.body(), scope.inner());
            }
            case Statement.Break _ -> {
                return Flow.BREAK;
            }
            case Statement.Continue _ -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private void write(String text) {
        budget.charge(text.length());
        budget.output((long) output.length() + text.length());
        output.append(text);
    }

    private String captured(Runnable writing) {
        StringBuilder outer = output;
        output = new StringBuilder();
        try {
            writing.run();
            return output.toString();
        } finally {
            output = outer;
        }
    }

    private Flow choose(Statement.If choice, Scope scope) {
        for (Statement.Branch branch : choice.branches()) {
            line = branch.line();
            if (operations.truth(evaluate(branch.test(), scope))) {
                return execute(branch.body(), scope);
            }
        }
        return execute(choice.otherwise(), scope);
    }

    private void loop(Statement.For statement, Value iterable, Scope scope, int depth) {
        Iterator<Value> items = operations.iterate(iterable);
        Optional<Integer> size = operations.size(iterable);
        if (statement.test().isPresent()) {
            items = wanted(statement, statement.test().get(), items, scope);
            size = Optional.empty();
        }
        Optional<Value.Function> recursion = statement.recursive()
                ? Optional.of(Value.function(
                        "loop",
                        arguments -> Value.text(captured(
                                () -> loop(statement, arguments.require("loop", 0, "iterable"), scope, depth + 1)))))
                : Optional.empty();
        Value.Loop loop = new Value.Loop(items, size, recursion, depth);
        boolean none = true;
        while (loop.hasNext()) {
            none = false;
            budget.charge(1);
            Scope turn = scope.inner();
            turn.set("loop", loop);
            assign(statement.target(), loop.next(), turn);
            if (execute(statement.body(), turn) == Flow.BREAK) {
                break;
            }
        }
        if (none) {
            execute(statement.otherwise(), scope.inner());
        }
    }

    /** The items that pass a loop's own {@code if}, found one at a time because the body may change the outcome. */
    private Iterator<Value> wanted(Statement.For statement, Expression test, Iterator<Value> items, Scope scope) {
        return new Iterator<>() {
            private Optional<Value> ahead = Optional.empty();

            @Override
            public boolean hasNext() {
                while (ahead.isEmpty() && items.hasNext()) {
                    Value item = items.next();
                    Scope turn = scope.inner();
                    assign(statement.target(), item, turn);
                    if (operations.truth(evaluate(test, turn))) {
                        ahead = Optional.of(item);
                    }
                }
                return ahead.isPresent();
            }

            @Override
            public Value next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Value item = ahead.orElseThrow();
                ahead = Optional.empty();
                return item;
            }
        };
    }

    private void assign(Target target, Value value, Scope scope) {
        switch (target) {
            case Target.Variable variable -> scope.set(variable.name(), value);
            case Target.NamespaceAttribute attribute -> {
                if (!(scope.get(attribute.name()).orElse(Value.None.NONE) instanceof Value.Namespace namespace)) {
                    throw JinjaException.failed("cannot assign attribute on non-namespace object");
                }
                namespace.attributes().put(attribute.attribute(), value);
            }
            case Target.Several several -> {
                int expected = several.targets().size();
                List<Value> parts = operations.elements(value).isEmpty() ? List.of() : operations.all(value);
                if (operations.elements(value).isEmpty()) {
                    throw JinjaException.failed("cannot unpack non-iterable " + value.type() + " object");
                }
                if (parts.size() > expected) {
                    throw JinjaException.failed("too many values to unpack (expected " + expected + ")");
                }
                if (parts.size() < expected) {
                    throw JinjaException.failed(
                            "not enough values to unpack (expected " + expected + ", got " + parts.size() + ")");
                }
                for (int at = 0; at < expected; at++) {
                    assign(several.targets().get(at), parts.get(at), scope);
                }
            }
        }
    }

    private Value.Function macro(Macro macro, Scope scope) {
        return new Value.Function(macro.name(), "Macro", arguments -> {
            int defined = line;
            Scope inner = scope.inner();
            bind(macro, arguments, inner);
            Value text = Value.text(captured(() -> execute(macro.body(), inner)));
            line = defined;
            return text;
        });
    }

    private void bind(Macro macro, Arguments arguments, Scope inner) {
        List<String> parameters = macro.parameters();
        Map<String, Value> named = new LinkedHashMap<>(arguments.named());
        int firstDefault = parameters.size() - macro.defaults().size();
        for (int at = 0; at < parameters.size(); at++) {
            String parameter = parameters.get(at);
            Optional<Value> given = at < arguments.positional().size()
                    ? Optional.of(arguments.positional().get(at))
                    : Optional.ofNullable(named.remove(parameter));
            Value value;
            if (given.isPresent()) {
                value = given.get();
            } else if (at >= firstDefault) {
                value = evaluate(macro.defaults().get(at - firstDefault), inner);
            } else {
                value = new Value.Undefined("parameter " + PythonText.quoted(parameter) + " was not provided");
            }
            inner.set(parameter, value);
        }
        if (macro.special().contains("caller")) {
            Optional<Value> caller = Optional.ofNullable(named.remove("caller"));
            inner.set("caller", caller.orElse(new Value.Undefined("No caller defined")));
        }
        if (macro.special().contains("kwargs")) {
            Map<Value, Value> more = new LinkedHashMap<>();
            named.forEach((name, value) -> more.put(Value.text(name), value));
            inner.set("kwargs", Value.dict(more));
        } else if (!named.isEmpty()) {
            throw JinjaException.failed("macro " + PythonText.quoted(macro.name()) + " takes no keyword argument "
                    + PythonText.quoted(named.keySet().iterator().next()));
        }
        int extra = Math.max(0, arguments.positional().size() - parameters.size());
        if (macro.special().contains("varargs")) {
            List<Value> all = arguments.positional();
            inner.set("varargs", Value.tuple(all.subList(all.size() - extra, all.size())));
        } else if (extra > 0) {
            throw JinjaException.failed("macro " + PythonText.quoted(macro.name()) + " takes not more than "
                    + parameters.size() + " argument(s)");
        }
    }

    private Value evaluate(Expression expression, Scope scope) {
        budget.enter();
        Value value = value(expression, scope);
        budget.leave();
        return value;
    }

    private Value value(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name ->
                scope.get(name.name())
                        .orElseGet(() -> new Value.Undefined(PythonText.quoted(name.name()) + " is undefined"));
            case Expression.Attribute attribute ->
                attributes.attribute(evaluate(attribute.target(), scope), attribute.name());
            case Expression.Item item -> attributes.item(evaluate(item.target(), scope), evaluate(item.index(), scope));
            case Expression.Slice slice -> slice(slice, scope);
            case Expression.Call call -> {
                Value target = evaluate(call.target(), scope);
                Arguments arguments = arguments(call.arguments(), scope);
                line = call.line();
                yield made(call(target, arguments));
            }
            case Expression.Filtered filtered ->
                filtered(evaluate(filtered.target(), scope), List.of(filtered.filter()), scope);
            case Expression.Tested tested ->
                Value.truth(tests.holds(
                        tested.test(), evaluate(tested.target(), scope), arguments(tested.arguments(), scope)));
            case Expression.Not not -> Value.truth(!operations.truth(evaluate(not.operand(), scope)));
            case Expression.Sign sign -> operations.signed(sign.negative(), evaluate(sign.operand(), scope));
            case Expression.Chain chain -> {
                Value left = evaluate(chain.first(), scope);
                for (Expression.Step step : chain.steps()) {
                    left = operations.apply(left, step.operator(), evaluate(step.operand(), scope));
                }
                yield left;
            }
            case Expression.Concatenation concatenation -> operations.concatenated(all(concatenation.parts(), scope));
            case Expression.Comparison comparison -> compare(comparison, scope);
            case Expression.And and -> {
                Value last = Value.Truth.TRUE;
                for (Expression operand : and.operands()) {
                    last = evaluate(operand, scope);
                    if (!operations.truth(last)) {
                        break;
                    }
                }
                yield last;
            }
            case Expression.Or or -> {
                Value last = Value.Truth.FALSE;
                for (Expression operand : or.operands()) {
                    last = evaluate(operand, scope);
                    if (operations.truth(last)) {
                        break;
                    }
                }
                yield last;
            }
            case Expression.Conditional conditional -> {
                if (operations.truth(evaluate(conditional.test(), scope))) {
                    yield evaluate(conditional.then(), scope);
                }
                yield conditional.otherwise().isPresent()
                        ? evaluate(conditional.otherwise().get(), scope)
                        : new Value.Undefined("the inline if-expression on line " + conditional.line()
                                + " evaluated to false and no else section was defined.");
            }
            case Expression.Listing listing -> Value.list(all(listing.items(), scope));
            case Expression.Tuple tuple -> Value.tuple(all(tuple.items(), scope));
            case Expression.Mapping mapping -> {
                Map<Value, Value> entries = new LinkedHashMap<>();
                for (Expression.Entry entry : mapping.entries()) {
                    Value key = operations.key(evaluate(entry.key(), scope));
                    entries.put(key, evaluate(entry.value(), scope));
                }
                yield Value.dict(entries);
            }
        };
    }

    private List<Value> all(List<Expression> expressions, Scope scope) {
        List<Value> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Value slice(Expression.Slice slice, Scope scope) {
        Value target = evaluate(slice.target(), scope);
        Optional<Value> start = bound(slice.start(), scope);
        Optional<Value> stop = bound(slice.stop(), scope);
        Optional<Value> step = bound(slice.step(), scope);
        return made(operations.slice(target, start, stop, step).orElseGet(() -> {
            List<Value> bounds =
                    List.of(start.orElse(Value.None.NONE), stop.orElse(Value.None.NONE), step.orElse(Value.None.NONE));
            return new Value.Undefined(
                    target.type() + " object has no element slice" + operations.repr(Value.tuple(bounds)));
        }));
    }

    private Optional<Value> bound(Optional<Expression> expression, Scope scope) {
        return expression.map(bound -> evaluate(bound, scope)).filter(value -> value != Value.None.NONE);
    }

    private Value compare(Expression.Comparison comparison, Scope scope) {
        Value left = evaluate(comparison.first(), scope);
        for (Expression.Compared next : comparison.rest()) {
            Value right = evaluate(next.operand(), scope);
            if (!operations.related(left, next.relation(), right)) {
                return Value.Truth.FALSE;
            }
            left = right;
        }
        return Value.Truth.TRUE;
    }

    private Value filtered(Value value, List<Expression.Filter> applied, Scope scope) {
        Value result = value;
        for (Expression.Filter filter : applied) {
            Arguments given = arguments(filter.arguments(), scope);
            operations.watched(result, given);
            result = made(filters.apply(filter.name(), result, given));
        }
        return result;
    }

    private Arguments arguments(CallArguments written, Scope scope) {
        if (written.equals(CallArguments.NONE)) {
            return Arguments.NONE;
        }
        List<Value> positional = all(written.positional(), scope);
        Map<String, Value> named = new LinkedHashMap<>();
        for (Expression.Keyword keyword : written.named()) {
            named.put(keyword.name(), evaluate(keyword.value(), scope));
        }
        if (written.more().isPresent()) {
            positional.addAll(operations.all(evaluate(written.more().get(), scope)));
        }
        if (written.moreNamed().isPresent()) {
            if (!(evaluate(written.moreNamed().get(), scope) instanceof Value.Dict more)) {
                throw JinjaException.failed("argument after ** must be a mapping");
            }
            more.entries().forEach((name, value) -> named.put(operations.string(name), value));
        }
        return new Arguments(positional, named);
    }

    private Value call(Value target, Arguments arguments) {
        return switch (target) {
            case Value.Function function -> function.body().call(arguments);
            case Value.Loop loop ->
                loop.recursion()
                        .orElseThrow(() -> JinjaException.failed(
                                "The loop must have the 'recursive' marker to be called recursively."))
                        .body()
                        .call(arguments);
            case Value.Undefined undefined -> throw JinjaException.failed(undefined.message());
            case Value.None _,
                    Value.Text _,
                    Value.Numeric _,
                    Value.Sequence _,
                    Value.Dict _,
                    Value.View _,
                    Value.Generator _,
                    Value.Namespace _,
                    Value.Cycler _ -> throw JinjaException.failed("'" + target.type() + "' object is not callable");
        };
    }

    /** Pays for what a call or a filter made. */
    private Value made(Value value) {
        switch (value) {
            case Value.Text text -> budget.charge(text.value().length());
            case Value.Sequence sequence -> budget.charge(sequence.items().size());
            case Value.View view -> budget.charge(view.items().size());
            case Value.Dict dict -> budget.charge(dict.entries().size());
            case Value.Undefined _,
                    Value.None _,
                    Value.Numeric _,
                    Value.Generator _,
                    Value.Function _,
                    Value.Namespace _,
                    Value.Loop _,
                    Value.Cycler _ -> budget.charge(1);
        }
        return value;
    }
}
