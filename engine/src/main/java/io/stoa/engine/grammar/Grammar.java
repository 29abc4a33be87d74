package io.stoa.engine.grammar;

import io.stoa.model.StoaException;
import java.util.Arrays;
import java.util.List;

/**
 * A context-free grammar in llama.cpp's notation (GBNF, llama.cpp's grammars/README.md): rules {@code name ::= …} with
 * strings, character classes, {@code .}, groups, {@code |}, {@code * + ?} and {@code {m,n}}; comments after {@code #}.
 * It begins with the rule {@code root}. Left recursion and rules that can never end are refused.
 */
public final class Grammar {
    /** A length that no text has. */
    static final int NEVER = 1 << 30;

    private final List<Node> rules;
    private final int[] shortest;
    private final int root;

    Grammar(List<String> names, List<Node> rules, int root) {
        this.rules = List.copyOf(rules);
        this.root = root;
        this.shortest = new int[rules.size()];
        measure(names);
        refuseLeftRecursion(names);
    }

    /**
     * Reads a grammar.
     *
     * @throws StoaException of kind {@code USER} that names the line
     */
    public static Grammar parse(String gbnf) {
        return new GbnfParser(gbnf).grammar();
    }

    /** The state before the first character. */
    public GrammarState start() {
        return GrammarState.start(this);
    }

    Node rule(int index) {
        return rules.get(index);
    }

    Node root() {
        return new Node.Rule(root);
    }

    /** The fewest bytes that a part derives. */
    int shortest(Node node) {
        return switch (node) {
            case Node.Characters characters -> characters.shortest();
            case Node.Sequence(List<Node> parts) -> {
                long sum = 0;
                for (Node part : parts) {
                    sum += shortest(part);
                }
                yield (int) Math.min(NEVER, sum);
            }
            case Node.Choice(List<Node> branches) ->
                branches.stream().mapToInt(this::shortest).min().orElse(NEVER);
            case Node.Repeat(Node part, int least, int most) ->
                least == 0 ? 0 : (int) Math.min(NEVER, (long) least * shortest(part));
            case Node.Rule(int index) -> shortest[index];
        };
    }

    /** The least fixed point, from above: a rule's length falls until nothing changes. */
    private void measure(List<String> names) {
        Arrays.fill(shortest, NEVER);
        boolean falling = true;
        while (falling) {
            falling = false;
            for (int i = 0; i < shortest.length; i++) {
                int length = shortest(rules.get(i));
                if (length < shortest[i]) {
                    shortest[i] = length;
                    falling = true;
                }
            }
        }
        for (int i = 0; i < shortest.length; i++) {
            if (shortest[i] >= NEVER) {
                throw StoaException.user("the grammar's rule " + names.get(i)
                        + " can never end: it always needs itself, or more than a text can hold; give it a way out");
            }
        }
    }

    private void refuseLeftRecursion(List<String> names) {
        int[] visits = new int[rules.size()];
        for (int i = 0; i < visits.length; i++) {
            visit(i, visits, names, 0);
        }
    }

    private void visit(int rule, int[] visits, List<String> names, int depth) {
        if (visits[rule] == 2) {
            return;
        }
        if (visits[rule] == 1 || depth > GbnfParser.MOST_NESTING) {
            throw StoaException.user("the grammar's rule " + names.get(rule)
                    + " begins with itself, or with too many others in a row; write the repetition at its end");
        }
        visits[rule] = 1;
        begins(rules.get(rule), visits, names, depth);
        visits[rule] = 2;
    }

    /** Visits the rules with which a part may begin; whether it may be empty, so that what follows begins, too. */
    private boolean begins(Node node, int[] visits, List<String> names, int depth) {
        return switch (node) {
            case Node.Characters _ -> false;
            case Node.Sequence(List<Node> parts) -> {
                for (Node part : parts) {
                    if (!begins(part, visits, names, depth)) {
                        yield false;
                    }
                }
                yield true;
            }
            case Node.Choice(List<Node> branches) -> {
                boolean empty = false;
                for (Node branch : branches) {
                    empty |= begins(branch, visits, names, depth);
                }
                yield empty;
            }
            case Node.Repeat(Node part, int least, int _) -> begins(part, visits, names, depth) || least == 0;
            case Node.Rule(int index) -> {
                visit(index, visits, names, depth + 1);
                yield shortest[index] == 0;
            }
        };
    }
}
