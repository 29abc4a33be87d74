package io.stoa.license.bom;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An SPDX licence expression (SPDX 3.0.1, annex B) of listed ids and LicenseRefs.
 *
 * @param text as it is written, with the list's spelling of ids and upper-case operators
 * @param simple whether it is one licence of the list and nothing else
 * @param references the LicenseRefs in it, sorted
 */
record SpdxExpression(String text, boolean simple, List<String> references) {
    private static final int LONGEST = 1000;
    private static final int DEEPEST = 32;
    private static final Pattern TOKEN = Pattern.compile("\\s*([()]|[A-Za-z0-9.:+-]+)\\s*");
    private static final Pattern REFERENCE =
            Pattern.compile("(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+");

    SpdxExpression {
        references = List.copyOf(references);
    }

    /** Reads an expression; nothing where it is none, or names what the list does not have. */
    static Optional<SpdxExpression> of(String text, SpdxList list) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!matcher.region(at, text.length()).lookingAt()) {
                return Optional.empty();
            }
            tokens.add(matcher.group(1));
            at = matcher.end();
        }
        return new Parser(tokens, list).whole();
    }

    /** One pass over the tokens. Mutable, used once. */
    private static final class Parser {
        private final List<String> tokens;
        private final SpdxList list;
        private final Set<String> references = new TreeSet<>();
        private int at;

        Parser(List<String> tokens, SpdxList list) {
            this.tokens = tokens;
            this.list = list;
        }

        Optional<SpdxExpression> whole() {
            Optional<String> text = disjunction(0);
            if (text.isEmpty() || at < tokens.size()) {
                return Optional.empty();
            }
            boolean simple = list.license(text.get()).isPresent();
            return Optional.of(new SpdxExpression(text.get(), simple, List.copyOf(references)));
        }

        private Optional<String> disjunction(int depth) {
            Optional<String> left = conjunction(depth);
            while (left.isPresent() && takes("OR")) {
                Optional<String> right = conjunction(depth);
                left = left.flatMap(first -> right.map(second -> first + " OR " + second));
            }
            return left;
        }

        private Optional<String> conjunction(int depth) {
            Optional<String> left = term(depth);
            while (left.isPresent() && takes("AND")) {
                Optional<String> right = term(depth);
                left = left.flatMap(first -> right.map(second -> first + " AND " + second));
            }
            return left;
        }

        private Optional<String> term(int depth) {
            if (takes("(")) {
                Optional<String> inner = depth < DEEPEST ? disjunction(depth + 1) : Optional.empty();
                return takes(")") ? inner.map(text -> "(" + text + ")") : Optional.empty();
            }
            Optional<String> license = next().flatMap(this::license);
            if (license.isPresent() && takes("WITH")) {
                Optional<String> exception = next().flatMap(list::exception);
                return license.flatMap(id -> exception.map(with -> id + " WITH " + with));
            }
            return license;
        }

        private Optional<String> license(String token) {
            if (REFERENCE.matcher(token).matches()) {
                references.add(token);
                return Optional.of(token);
            }
            Optional<String> listed = list.license(token);
            return listed.isPresent() || !token.endsWith("+")
                    ? listed
                    : list.license(token.substring(0, token.length() - 1)).map(id -> id + "+");
        }

        private Optional<String> next() {
            return at < tokens.size() ? Optional.of(tokens.get(at++)) : Optional.empty();
        }

        private boolean takes(String token) {
            boolean found = at < tokens.size() && tokens.get(at).equalsIgnoreCase(token);
            at += found ? 1 : 0;
            return found;
        }
    }
}
