package io.stoa.benchmark.math;

import io.stoa.benchmark.math.Answer.Group;
import io.stoa.benchmark.math.Answer.Interval;
import io.stoa.benchmark.math.Answer.Kind;
import io.stoa.benchmark.math.Answer.Relation;
import io.stoa.benchmark.math.Answer.Value;
import io.stoa.benchmark.math.Answer.Words;
import io.stoa.benchmark.math.Expression.Call;
import io.stoa.benchmark.math.Expression.Function;
import java.util.List;

/** Reads what stands in brackets: sets, tuples, intervals, absolute values, or what is merely held together. */
final class BracketReader {
    private final TokenReader tokens;
    private final AnswerReader answers;
    private final ExpressionReader expressions;
    private int bars;

    BracketReader(TokenReader tokens, AnswerReader answers, ExpressionReader expressions) {
        this.tokens = tokens;
        this.answers = answers;
        this.expressions = expressions;
    }

    /** Whether a bar opens here, because none is open. */
    boolean areOutsideBars() {
        return bars == 0;
    }

    Answer bracketed() throws UnreadableException {
        Token open = tokens.peek();
        tokens.skip(1);
        return switch (open.text()) {
            case "(", "[" -> parenthesized(open.text());
            case "{" -> {
                if (tokens.accept("}")) {
                    yield expressions.primary();
                }
                int outer = bars;
                bars = 0;
                Answer inner = answers.list(false);
                bars = outer;
                tokens.expect("}");
                yield inner;
            }
            case "\\{" -> {
                if (tokens.accept("\\}")) {
                    yield new Group(Kind.SET, List.of());
                }
                List<Answer> elements = elementsInside(answers.list(true));
                tokens.expect("\\}");
                yield new Group(Kind.SET, elements);
            }
            case "|" -> {
                bars++;
                Expression inside = ExpressionReader.scalar(expressions.sum());
                bars--;
                tokens.expect("|");
                yield new Value(new Call(Function.ABSOLUTE, inside), false);
            }
            default -> {
                tokens.skip(-1);
                throw tokens.unexpected();
            }
        };
    }

    private Answer parenthesized(String open) throws UnreadableException {
        int outer = bars;
        bars = 0;
        Answer inside = answers.list(false);
        bars = outer;
        boolean round = tokens.accept(")");
        if (!round) {
            tokens.expect("]");
        }
        if (!(inside instanceof Group group) || group.kind() == Kind.SET || group.kind() == Kind.TUPLE) {
            boolean words = inside instanceof Words;
            if (inside instanceof Value value) {
                return new Value(ExpressionReader.scalar(value), false);
            }
            return words || inside instanceof Relation || round ? inside : new Group(Kind.TUPLE, List.of(inside));
        }
        List<Answer> elements = group.elements();
        boolean interval = elements.size() == 2 && !(open.equals("(") && round);
        return interval
                ? new Interval(
                        ExpressionReader.scalar(elements.get(0)),
                        open.equals("["),
                        ExpressionReader.scalar(elements.get(1)),
                        !round)
                : new Group(Kind.TUPLE, elements);
    }

    static List<Answer> elementsInside(Answer inside) {
        return inside instanceof Group group && (group.kind() == Kind.LIST || group.kind() == Kind.ALTERNATIVES)
                ? group.elements()
                : List.of(inside);
    }
}
