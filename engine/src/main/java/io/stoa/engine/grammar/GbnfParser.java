package io.stoa.engine.grammar;

import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads GBNF, within bounds. */
final class GbnfParser {
    static final int MOST_NESTING = 200;
    private static final int MOST_CHARACTERS = 4 * 1024 * 1024;
    private static final int MOST_RULES = 50_000;
    private static final int LAST_CODE_POINT = 0x10FFFF;

    private final String text;
    private int at;
    private final Map<String, Integer> indexes = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    /** The place of each rule's first mention, for messages. */
    private final List<Integer> mentions = new ArrayList<>();

    private final List<Optional<Node>> rules = new ArrayList<>();

    GbnfParser(String text) {
        this.text = text;
        if (text.length() > MOST_CHARACTERS) {
            throw StoaException.user("the grammar has more than " + MOST_CHARACTERS + " characters; shorten it");
        }
    }

    Grammar grammar() {
        space(true);
        while (at < text.length()) {
            String name = name();
            space(false);
            if (!text.startsWith("::=", at)) {
                throw wrong("expects ::= after the rule's name " + name);
            }
            at += 3;
            space(true);
            int rule = index(name);
            if (rules.get(rule).isPresent()) {
                throw wrong("defines the rule " + name + " twice");
            }
            rules.set(rule, Optional.of(choice(0)));
            if (at < text.length() && text.charAt(at) != '\n') {
                throw wrong("expects the end of the rule " + name);
            }
            space(true);
        }
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).isEmpty()) {
                at = mentions.get(i);
                throw wrong("uses the rule " + names.get(i) + ", which is not defined");
            }
        }
        Integer root = indexes.get("root");
        if (root == null) {
            throw StoaException.user("the grammar has no rule root, with which an answer would begin");
        }
        return new Grammar(names, rules.stream().map(Optional::orElseThrow).toList(), root);
    }

    private int index(String name) {
        Integer known = indexes.get(name);
        if (known != null) {
            return known;
        }
        if (rules.size() == MOST_RULES) {
            throw wrong("has more than " + MOST_RULES + " rules");
        }
        indexes.put(name, rules.size());
        names.add(name);
        mentions.add(at);
        rules.add(Optional.empty());
        return rules.size() - 1;
    }

    private Node choice(int depth) {
        if (depth > MOST_NESTING) {
            throw wrong("nests more than " + MOST_NESTING + " groups");
        }
        List<Node> branches = new ArrayList<>();
        branches.add(sequence(depth));
        while (at < text.length() && text.charAt(at) == '|') {
            at++;
            space(true);
            branches.add(sequence(depth));
        }
        return branches.size() == 1 ? branches.getFirst() : new Node.Choice(List.copyOf(branches));
    }

    private Node sequence(int depth) {
        List<Node> parts = new ArrayList<>();
        while (at < text.length()) {
            char character = text.charAt(at);
            Node part;
            if (character == '"') {
                part = literal();
            } else if (character == '[') {
                part = characters();
            } else if (character == '.') {
                at++;
                part = new Node.Characters(without(List.of()));
            } else if (character == '(') {
                at++;
                space(true);
                part = choice(depth + 1);
                if (at >= text.length() || text.charAt(at) != ')') {
                    throw wrong("expects )");
                }
                at++;
            } else if (isNameCharacter(character)) {
                part = new Node.Rule(index(name()));
            } else {
                break;
            }
            parts.add(repeated(part));
            space(depth > 0);
            if (depth == 0 && continuesOnNextLine()) {
                space(true);
            }
        }
        return parts.size() == 1 ? parts.getFirst() : new Node.Sequence(List.copyOf(parts));
    }

    /** A rule may go on after a line's end with another branch. */
    private boolean continuesOnNextLine() {
        int ahead = at;
        while (ahead < text.length() && Character.isWhitespace(text.charAt(ahead))) {
            ahead++;
        }
        return ahead < text.length() && text.charAt(ahead) == '|';
    }

    private Node repeated(Node part) {
        Node repeated = part;
        while (at < text.length()) {
            switch (text.charAt(at)) {
                case '*' -> repeated = new Node.Repeat(repeated, 0, Integer.MAX_VALUE);
                case '+' -> repeated = new Node.Repeat(repeated, 1, Integer.MAX_VALUE);
                case '?' -> repeated = new Node.Repeat(repeated, 0, 1);
                case '{' -> {
                    at++;
                    int least = number();
                    int most = least;
                    if (text.startsWith(",", at)) {
                        at++;
                        most = text.startsWith("}", at) ? Integer.MAX_VALUE : number();
                    }
                    if (!text.startsWith("}", at) || most < least) {
                        throw wrong("expects {m}, {m,} or {m,n} with m at most n");
                    }
                    repeated = new Node.Repeat(repeated, least, most);
                }
                default -> {
                    return repeated;
                }
            }
            at++;
        }
        return repeated;
    }

    private int number() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9' && at - start < 9) {
            at++;
        }
        if (at == start) {
            throw wrong("expects a number");
        }
        return Integer.parseInt(text.substring(start, at));
    }

    private Node literal() {
        at++;
        List<Node> characters = new ArrayList<>();
        while (at < text.length() && text.charAt(at) != '"') {
            int codePoint = codePoint();
            characters.add(new Node.Characters(List.of(new Node.Range(codePoint, codePoint))));
        }
        if (at >= text.length()) {
            throw wrong("does not close a string");
        }
        at++;
        return new Node.Sequence(List.copyOf(characters));
    }

    private Node characters() {
        at++;
        boolean negated = text.startsWith("^", at);
        at += negated ? 1 : 0;
        List<Node.Range> ranges = new ArrayList<>();
        while (at < text.length() && text.charAt(at) != ']') {
            int first = codePoint();
            int last = first;
            if (text.startsWith("-", at) && at + 1 < text.length() && text.charAt(at + 1) != ']') {
                at++;
                last = codePoint();
            }
            if (last < first) {
                throw wrong("has a range that ends before it begins");
            }
            ranges.add(new Node.Range(first, last));
        }
        if (at >= text.length()) {
            throw wrong("does not close a character class");
        }
        at++;
        return new Node.Characters(negated ? without(ranges) : joined(ranges));
    }

    private static List<Node.Range> joined(List<Node.Range> ranges) {
        List<Node.Range> sorted = ranges.stream()
                .sorted((one, other) -> Integer.compare(one.first(), other.first()))
                .toList();
        List<Node.Range> joined = new ArrayList<>();
        for (Node.Range range : sorted) {
            if (!joined.isEmpty() && range.first() <= joined.getLast().last() + 1) {
                Node.Range last = joined.removeLast();
                joined.add(new Node.Range(last.first(), Math.max(last.last(), range.last())));
            } else {
                joined.add(range);
            }
        }
        return List.copyOf(joined);
    }

    private static List<Node.Range> without(List<Node.Range> ranges) {
        List<Node.Range> rest = new ArrayList<>();
        int next = 0;
        for (Node.Range range : joined(ranges)) {
            if (range.first() > next) {
                rest.add(new Node.Range(next, range.first() - 1));
            }
            next = range.last() + 1;
        }
        if (next <= LAST_CODE_POINT) {
            rest.add(new Node.Range(next, LAST_CODE_POINT));
        }
        return List.copyOf(rest);
    }

    private int codePoint() {
        int codePoint = text.codePointAt(at);
        at += Character.charCount(codePoint);
        if (codePoint != '\\') {
            return codePoint;
        }
        if (at >= text.length()) {
            throw wrong("ends within an escape");
        }
        char escape = text.charAt(at++);
        return switch (escape) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '\\', '"', '[', ']', '^', '-' -> escape;
            case 'x' -> hexadecimal(2);
            case 'u' -> hexadecimal(4);
            case 'U' -> hexadecimal(8);
            default -> throw wrong("has an unknown escape \\" + escape);
        };
    }

    private int hexadecimal(int digits) {
        String value = text.substring(at, Math.min(at + digits, text.length()));
        if (!value.matches("[0-9a-fA-F]{" + digits + "}")) {
            throw wrong("expects " + digits + " hexadecimal digits");
        }
        at += digits;
        long codePoint = Long.parseLong(value, 16);
        if (codePoint > LAST_CODE_POINT) {
            throw wrong("has a character beyond U+10FFFF");
        }
        return (int) codePoint;
    }

    private String name() {
        int start = at;
        while (at < text.length() && isNameCharacter(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw wrong("expects a rule's name");
        }
        return text.substring(start, at);
    }

    private static boolean isNameCharacter(char character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || character == '-'
                || character == '_';
    }

    private void space(boolean lines) {
        while (at < text.length()) {
            char character = text.charAt(at);
            if (character == '#') {
                while (at < text.length() && text.charAt(at) != '\n') {
                    at++;
                }
            } else if (character == ' ' || character == '\t' || (lines && (character == '\n' || character == '\r'))) {
                at++;
            } else if (character == '\r' && text.startsWith("\n", at + 1)) {
                at++;
            } else {
                return;
            }
        }
    }

    private StoaException wrong(String what) {
        long line = 1
                + text.substring(0, Math.min(at, text.length()))
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        return StoaException.user("the grammar " + what + " (line " + line + ")");
    }
}
