package io.stoa.license.lineage;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An SPDX licence expression as a choice: any of the alternatives may be taken, and all licences of it then hold. {@code
 * AND} binds more tightly than {@code OR}, and {@code WITH} most tightly: a licence with an exception is a licence of its
 * own. Operators are written in capitals. See annex "SPDX License Expressions" of the SPDX specification, version 3.0.1.
 *
 * @param alternatives the licences of each alternative, at least one of each
 */
public record SpdxExpression(List<List<String>> alternatives) {
    private static final int LONGEST = 1000;
    private static final int DEEPEST = 16;
    private static final int MOST_ALTERNATIVES = 32;
    private static final Pattern TOKEN = Pattern.compile("[()]|[^\\s()]+");

    public SpdxExpression {
        alternatives = alternatives.stream().map(List::copyOf).toList();
        if (alternatives.isEmpty() || alternatives.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("an expression names at least one licence: " + alternatives);
        }
    }

    /** Reads a text; nothing where it is no expression, or one beyond all reason. */
    public static Optional<SpdxExpression> parse(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        List<String> tokens =
                TOKEN.matcher(text).results().map(MatchResult::group).toList();
        try {
            Parser parser = new Parser(tokens);
            List<List<String>> alternatives = parser.choice(0);
            return parser.atEnd() ? Optional.of(new SpdxExpression(alternatives)) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Whether it says more than the name of one licence. */
    public boolean isCompound() {
        return alternatives.size() > 1 || alternatives.getFirst().size() > 1;
    }

    /** All licences that it names, each once. */
    public List<String> licenses() {
        return alternatives.stream().flatMap(List::stream).distinct().toList();
    }

    /**
     * The same with the ids that names mean. Alternatives of which a licence is not known are left out: who may choose need
     * not choose them. Nothing where none is left.
     */
    Optional<SpdxExpression> known(Function<String, Optional<String>> ids) {
        List<List<String>> known = alternatives.stream()
                .filter(all -> all.stream().allMatch(name -> ids.apply(name).isPresent()))
                .map(all -> all.stream()
                        .flatMap(name -> ids.apply(name).stream())
                        .distinct()
                        .sorted()
                        .toList())
                .distinct()
                .toList();
        return known.isEmpty() ? Optional.empty() : Optional.of(new SpdxExpression(known));
    }

    /** The same with every name as {@code ids} writes it; nothing where it does not know one of them. */
    public Optional<SpdxExpression> written(Function<String, Optional<String>> ids) {
        return licenses().stream().allMatch(name -> ids.apply(name).isPresent()) ? known(ids) : Optional.empty();
    }

    /** Written out, without parentheses: none are needed in this form. */
    @Override
    public String toString() {
        return alternatives.stream().map(all -> String.join(" AND ", all)).collect(Collectors.joining(" OR "));
    }

    /** Reads tokens by descent, no deeper than {@link #DEEPEST}. */
    private static final class Parser {
        private final List<String> tokens;
        private int next;

        Parser(List<String> tokens) {
            this.tokens = tokens;
        }

        boolean atEnd() {
            return next == tokens.size();
        }

        private boolean takes(String token) {
            if (!atEnd() && tokens.get(next).equals(token)) {
                next++;
                return true;
            }
            return false;
        }

        List<List<String>> choice(int depth) {
            List<List<String>> alternatives = new ArrayList<>(all(depth));
            while (takes("OR")) {
                alternatives.addAll(all(depth));
            }
            return bounded(alternatives);
        }

        private List<List<String>> all(int depth) {
            List<List<String>> alternatives = one(depth);
            while (takes("AND")) {
                List<List<String>> others = one(depth);
                List<List<String>> both = new ArrayList<>();
                for (List<String> some : alternatives) {
                    for (List<String> more : others) {
                        LinkedHashSet<String> names = new LinkedHashSet<>(some);
                        names.addAll(more);
                        both.add(List.copyOf(names));
                    }
                }
                alternatives = bounded(both);
            }
            return alternatives;
        }

        private List<List<String>> one(int depth) {
            if (takes("(")) {
                if (depth == DEEPEST) {
                    throw new IllegalArgumentException("too deep");
                }
                List<List<String>> inner = choice(depth + 1);
                if (!takes(")")) {
                    throw new IllegalArgumentException("a parenthesis is open");
                }
                return inner;
            }
            String name = name();
            return List.of(List.of(takes("WITH") ? name + " WITH " + name() : name));
        }

        private String name() {
            if (atEnd()
                    || !tokens.get(next).matches("[A-Za-z0-9][A-Za-z0-9.+:_-]*")
                    || tokens.get(next).matches("AND|OR|WITH")) {
                throw new IllegalArgumentException("a licence is expected");
            }
            return tokens.get(next++);
        }

        private static List<List<String>> bounded(List<List<String>> alternatives) {
            if (alternatives.size() > MOST_ALTERNATIVES) {
                throw new IllegalArgumentException("too many alternatives");
            }
            return alternatives;
        }
    }
}
