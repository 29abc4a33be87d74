package io.stoa.engine.chat.jinja;

import java.util.List;
import java.util.Optional;

/** A parsed statement. */
sealed interface Statement {
    /** Text between tags. */
    record Data(String text) implements Statement {}

    record Output(Expression expression, int line) implements Statement {}

    record If(List<Branch> branches, List<Statement> otherwise) implements Statement {}

    record Branch(Expression test, List<Statement> body, int line) {}

    record For(
            Target target,
            Expression iterable,
            Optional<Expression> test,
            boolean recursive,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {}

    record Assign(Target target, Expression value, int line) implements Statement {}

    /** {@code {% set x | filter %}…{% endset %}}. */
    record AssignBlock(Target target, List<Expression.Filter> filters, List<Statement> body, int line)
            implements Statement {}

    record With(List<Target> targets, List<Expression> values, List<Statement> body, int line) implements Statement {}

    record DefineMacro(Macro macro) implements Statement {}

    /** {@code {% call(…) macro(…) %}…{% endcall %}}. */
    record CallBlock(Macro caller, Expression.Call call, int line) implements Statement {}

    record FilterBlock(List<Expression.Filter> filters, List<Statement> body, int line) implements Statement {}

    /** {@code {% generation %}…{% endgeneration %}}: marks the assistant's tokens for training; its text is just text. */
    record Scoped(List<Statement> body) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}

    /**
     * A macro, or the body of a call block.
     *
     * @param defaults those of the last parameters
     * @param special which of {@code caller}, {@code kwargs} and {@code varargs} the body mentions: only then may the
     *     macro be given such
     */
    record Macro(
            String name,
            List<String> parameters,
            List<Expression> defaults,
            List<String> special,
            List<Statement> body) {}

    /** What an assignment writes to. */
    sealed interface Target {
        record Variable(String name) implements Target {}

        record NamespaceAttribute(String name, String attribute) implements Target {}

        record Several(List<Target> targets) implements Target {}
    }
}
