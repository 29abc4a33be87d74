package io.stoa.engine.chat.jinja;

import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a template mentions in its expressions.
 *
 * @param texts its constant texts
 * @param numbers its whole numbers that fit into 32 bits
 * @param names the attributes that it asks for
 */
public record Mentions(Set<String> texts, Set<Integer> numbers, Set<String> names) {
    public Mentions {
        texts = Collections.unmodifiableSet(new TreeSet<>(texts));
        numbers = Collections.unmodifiableSet(new TreeSet<>(numbers));
        names = Collections.unmodifiableSet(new TreeSet<>(names));
    }

    static Mentions of(List<Statement> template) {
        Collector collector = new Collector();
        collector.statements(template);
        return new Mentions(collector.texts, collector.numbers, collector.names);
    }

    /** Walks statements and expressions; the parser bounds how deep they nest. */
    private static final class Collector {
        private final Set<String> texts = new TreeSet<>();
        private final Set<Integer> numbers = new TreeSet<>();
        private final Set<String> names = new TreeSet<>();

        private void statements(List<Statement> statements) {
            statements.forEach(this::statement);
        }

        private void statement(Statement statement) {
            switch (statement) {
                case Statement.Data _, Statement.Break _, Statement.Continue _ -> {}
                case Statement.Output output -> expression(output.expression());
                case Statement.If choice -> {
                    choice.branches().forEach(branch -> {
                        expression(branch.test());
                        statements(branch.body());
                    });
                    statements(choice.otherwise());
                }
                case Statement.For loop -> {
                    expression(loop.iterable());
                    loop.test().ifPresent(this::expression);
                    statements(loop.body());
                    statements(loop.otherwise());
                }
                case Statement.Assign assign -> expression(assign.value());
                case Statement.AssignBlock block -> {
                    block.filters().forEach(this::filter);
                    statements(block.body());
                }
                case Statement.With with -> {
                    with.values().forEach(this::expression);
                    statements(with.body());
                }
                case Statement.DefineMacro define -> macro(define.macro());
                case Statement.CallBlock block -> {
                    macro(block.caller());
                    expression(block.call());
                }
                case Statement.FilterBlock block -> {
                    block.filters().forEach(this::filter);
                    statements(block.body());
                }
                case Statement.Scoped scoped -> statements(scoped.body());
            }
        }

        private void macro(Statement.Macro macro) {
            macro.defaults().forEach(this::expression);
            statements(macro.body());
        }

        private void filter(Expression.Filter filter) {
            arguments(filter.arguments());
        }

        private void arguments(Expression.CallArguments arguments) {
            arguments.positional().forEach(this::expression);
            arguments.named().forEach(keyword -> expression(keyword.value()));
            arguments.more().ifPresent(this::expression);
            arguments.moreNamed().ifPresent(this::expression);
        }

        private void expression(Expression expression) {
            switch (expression) {
                case Expression.Literal literal -> literal(literal.value());
                case Expression.Name(String name) -> names.add(name);
                case Expression.Attribute attribute -> {
                    names.add(attribute.name());
                    expression(attribute.target());
                }
                case Expression.Item item -> {
                    expression(item.target());
                    expression(item.index());
                }
                case Expression.Slice slice -> {
                    expression(slice.target());
                    slice.start().ifPresent(this::expression);
                    slice.stop().ifPresent(this::expression);
                    slice.step().ifPresent(this::expression);
                }
                case Expression.Call call -> {
                    expression(call.target());
                    arguments(call.arguments());
                }
                case Expression.Filtered filtered -> {
                    expression(filtered.target());
                    filter(filtered.filter());
                }
                case Expression.Tested tested -> {
                    expression(tested.target());
                    arguments(tested.arguments());
                }
                case Expression.Not not -> expression(not.operand());
                case Expression.Sign sign -> expression(sign.operand());
                case Expression.Chain chain -> {
                    expression(chain.first());
                    chain.steps().forEach(step -> expression(step.operand()));
                }
                case Expression.Concatenation concatenation ->
                    concatenation.parts().forEach(this::expression);
                case Expression.Comparison comparison -> {
                    expression(comparison.first());
                    comparison.rest().forEach(compared -> expression(compared.operand()));
                }
                case Expression.And and -> and.operands().forEach(this::expression);
                case Expression.Or or -> or.operands().forEach(this::expression);
                case Expression.Conditional conditional -> {
                    expression(conditional.test());
                    expression(conditional.then());
                    conditional.otherwise().ifPresent(this::expression);
                }
                case Expression.Listing listing -> listing.items().forEach(this::expression);
                case Expression.Tuple tuple -> tuple.items().forEach(this::expression);
                case Expression.Mapping mapping ->
                    mapping.entries().forEach(entry -> {
                        expression(entry.key());
                        expression(entry.value());
                    });
            }
        }

        private void literal(Value value) {
            if (value instanceof Value.Text text) {
                texts.add(text.value());
            } else if (value instanceof Value.Whole(BigInteger whole)) {
                Optional.of(whole)
                        .filter(number -> number.bitLength() < Integer.SIZE)
                        .ifPresent(number -> numbers.add(number.intValue()));
            }
        }
    }
}
