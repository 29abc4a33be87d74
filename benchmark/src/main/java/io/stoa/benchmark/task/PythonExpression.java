package io.stoa.benchmark.task;

import io.stoa.benchmark.task.SearchCost.Growth;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an expression in the syntax of Python's {@code re} once, from its start to its end, and both writes it in Java's
 * and estimates what a search costs: what is read as a class, a comment or a repetition here is one there, too.
 *
 * <p>Source: the Python 3.11 library reference, "Regular Expression Syntax". Conditional groups and the flags {@code a}
 * and {@code L} are not understood.
 */
final class PythonExpression {
    /** Python's {@code \w}: it counts numbers of every kind, and neither combining marks nor connectors. */
    private static final String WORD = "\\p{L}\\p{N}_";

    private static final String BOUND = "(?:(?<=[%1$s])(?![%1$s])|(?<![%1$s])(?=[%1$s]))".formatted(WORD);
    private static final String NO_BOUND = "(?:(?<=[%1$s])(?=[%1$s])|(?<![%1$s])(?![%1$s]))".formatted(WORD);

    /** Java's own does not match after a line's end that ends the text. */
    private static final String LINE_START = "(?:\\A|(?<=\\n))";

    private static final Pattern COUNT = Pattern.compile("\\{(?:([0-9]+)(,([0-9]*))?|,([0-9]*))\\}");
    private static final Pattern FLAGS = Pattern.compile("\\(\\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])");
    private static final Pattern NAMED = Pattern.compile("\\(\\?P<([\\p{L}_][\\p{L}\\p{N}_]*)>");
    private static final Pattern RECALLED = Pattern.compile("\\(\\?P=([\\p{L}_][\\p{L}\\p{N}_]*)\\)");
    private static final Pattern OCTAL = Pattern.compile("0[0-7]{0,2}|[0-3][0-7]{2}");
    private static final Pattern OCTAL_IN_CLASS = Pattern.compile("[0-7]{1,3}");
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]?");

    private static final String VERBOSE_SPACE = " \t\n\r\u000b\f";

    /** So many ranges of a class are searched about as fast as one. */
    private static final int CLASS_LENGTH = 16;

    /** What a bound of a word looks at. */
    private static final SearchCost WORD_BOUND = new SearchCost(Growth.ONE, Growth.constant(4), true, 0, 1);

    private final String python;
    private final StringBuilder java = new StringBuilder();
    private final Map<String, Integer> names = new HashMap<>();
    private final Deque<Level> outer = new ArrayDeque<>();
    private Level level;
    private int at;
    private int groups;
    private double heaviest = 1;
    private int anchors;

    /**
     * An expression that was read.
     *
     * @param java in Java's syntax, for a pattern with Unicode's classes and lines that end with {@code \n} only
     * @param names the numbers of the named groups
     * @param cost of a search from one place
     * @param weight how much work there may be between one look at a character and the next; about 1 as a rule
     */
    record Translation(String java, Map<String, Integer> names, SearchCost cost, double weight) {
        Translation {
            names = Map.copyOf(names);
        }
    }

    private enum Kind {
        PLAIN,
        ATOMIC,
        AHEAD,
        BEHIND
    }

    /** What stands in one pair of parentheses, so far. */
    private static final class Level {
        private final Kind kind;
        private final int group;
        private final boolean multiline;
        private final boolean verbose;
        private Optional<SearchCost> alternatives = Optional.empty();
        private SearchCost sequence = SearchCost.NOTHING;
        private SearchCost last = SearchCost.NOTHING;
        private Repeatable repeatable = Repeatable.NOTHING;
        private boolean started;

        /**
         * @param group its number, 0 for none
         */
        Level(Kind kind, int group, boolean multiline, boolean verbose) {
            this.kind = kind;
            this.group = group;
            this.multiline = multiline;
            this.verbose = verbose;
        }

        void add(SearchCost cost, Repeatable may) {
            sequence = sequence.then(last);
            last = cost;
            repeatable = may;
            started = true;
        }

        void alternative() {
            alternatives = Optional.of(soFar());
            sequence = SearchCost.NOTHING;
            last = SearchCost.NOTHING;
            repeatable = Repeatable.NOTHING;
            started = true;
        }

        SearchCost soFar() {
            SearchCost whole = sequence.then(last);
            return alternatives.map(other -> other.or(whole)).orElse(whole);
        }
    }

    /** What a repetition would repeat. */
    private enum Repeatable {
        NOTHING,
        ITEM,
        REPETITION
    }

    private PythonExpression(String python, boolean multiline) {
        this.python = python;
        this.level = new Level(Kind.PLAIN, 0, multiline, false);
    }

    /**
     * Reads an expression.
     *
     * @param multiline as with {@code re.MULTILINE}
     * @throws IllegalArgumentException naming the expression and what is wrong with it
     */
    static Translation read(String python, boolean multiline) {
        return new PythonExpression(python, multiline).translation();
    }

    private Translation translation() {
        while (at < python.length()) {
            next();
        }
        if (!outer.isEmpty()) {
            throw wrong("a parenthesis is not closed");
        }
        SearchCost cost = level.soFar();
        double weight = heaviest * cost.blind() * (1 + anchors / CLASS_LENGTH);
        return new Translation(java.toString(), names, cost, weight);
    }

    private void next() {
        char c = python.charAt(at);
        if (level.verbose && VERBOSE_SPACE.indexOf(c) >= 0) {
            at++;
            return;
        }
        if (level.verbose && c == '#') {
            int end = python.indexOf('\n', at);
            at = end < 0 ? python.length() : end + 1;
            return;
        }
        switch (c) {
            case '\\' -> escape();
            case '[' -> characterClass();
            case '(' -> open();
            case ')' -> close();
            case '|' -> {
                level.alternative();
                write("|", 1);
            }
            case '*' -> repeat("*", 1, 0, Double.POSITIVE_INFINITY);
            case '+' -> repeat("+", 1, 1, Double.POSITIVE_INFINITY);
            case '?' -> repeat("?", 1, 0, 1);
            case '{' -> counted();
            case '^' -> anchor(level.multiline ? LINE_START : "^", 1, SearchCost.NOTHING);
            case '$' -> anchor("$", 1, SearchCost.NOTHING);
            default -> item(String.valueOf(c), 1, SearchCost.character(1));
        }
    }

    private void write(String text, int read) {
        java.append(text);
        at += read;
    }

    private void item(String text, int read, SearchCost cost) {
        level.add(cost, Repeatable.ITEM);
        write(text, read);
    }

    private void anchor(String text, int read, SearchCost cost) {
        anchors++;
        level.add(cost, Repeatable.NOTHING);
        write(text, read);
    }

    // ---- Repetitions ----

    private void counted() {
        Matcher count = COUNT.matcher(python).region(at, python.length());
        if (!count.lookingAt()) {
            item("\\{", 1, SearchCost.character(1));
            return;
        }
        String least = Optional.ofNullable(count.group(1)).orElse("0");
        String most = Optional.ofNullable(count.group(1) == null ? count.group(4) : count.group(3))
                .orElse(count.group(2) == null ? least : "");
        // Java has no {,n}.
        repeat(
                "{" + least + (most.equals(least) ? "" : "," + most) + "}",
                count.end() - at,
                Double.parseDouble(least),
                most.isEmpty() ? Double.POSITIVE_INFINITY : Double.parseDouble(most));
    }

    private void repeat(String text, int read, double least, double most) {
        level.last = switch (level.repeatable) {
            case NOTHING -> throw wrong("there is nothing to repeat before " + text);
            case REPETITION -> throw wrong("a repetition is repeated by " + text);
            case ITEM -> level.last.repeated(least, most);
        };
        level.repeatable = Repeatable.REPETITION;
        write(text, read);
        if (at < python.length() && python.charAt(at) == '?') {
            write("?", 1);
        } else if (at < python.length() && python.charAt(at) == '+') {
            level.last = level.last.once();
            write("+", 1);
        }
    }

    // ---- Groups ----

    private void open() {
        if (!python.startsWith("(?", at)) {
            groups++;
            capture(1);
        } else if (python.startsWith("(?#", at)) {
            int end = python.indexOf(')', at);
            if (end < 0) {
                throw wrong("a comment is not closed");
            }
            at = end + 1;
        } else if (python.startsWith("(?P<", at)) {
            named();
        } else if (python.startsWith("(?P=", at)) {
            recalled();
        } else if (python.startsWith("(?=", at) || python.startsWith("(?!", at)) {
            group(python.substring(at, at + 3), 3, Kind.AHEAD);
        } else if (python.startsWith("(?<=", at) || python.startsWith("(?<!", at)) {
            group(python.substring(at, at + 4), 4, Kind.BEHIND);
        } else if (python.startsWith("(?>", at)) {
            group("(?>", 3, Kind.ATOMIC);
        } else {
            flags();
        }
    }

    private void group(String text, int read, Kind kind) {
        outer.push(level);
        level = new Level(kind, 0, level.multiline, level.verbose);
        write(text, read);
    }

    /** Named groups become plain ones, because Python's names may hold what Java's may not. */
    private void named() {
        Matcher name = NAMED.matcher(python).region(at, python.length());
        if (!name.lookingAt()) {
            throw wrong("a group has no name");
        }
        if (names.putIfAbsent(name.group(1), ++groups) != null) {
            throw wrong("the group " + name.group(1) + " is there twice");
        }
        capture(name.end() - at);
    }

    private void capture(int read) {
        outer.push(level);
        level = new Level(Kind.PLAIN, groups, level.multiline, level.verbose);
        write("(", read);
    }

    private void recall(int group, int read) {
        if (group > groups || level.group == group || outer.stream().anyMatch(around -> around.group == group)) {
            throw wrong("a group is meant that is not there, or not closed");
        }
        item("(?:\\" + group + ")", read, SearchCost.reference());
    }

    private void recalled() {
        Matcher name = RECALLED.matcher(python).region(at, python.length());
        if (!name.lookingAt()) {
            throw wrong("a group is meant that has no name");
        }
        recall(names.getOrDefault(name.group(1), Integer.MAX_VALUE), name.end() - at);
    }

    private void flags() {
        Matcher flags = FLAGS.matcher(python).region(at, python.length());
        if (!flags.lookingAt()) {
            throw wrong("a group of this kind is not understood");
        }
        String on = flags.group(1);
        String off = Optional.ofNullable(flags.group(2)).orElse("");
        checkFlags(on, "imsxu");
        checkFlags(off, "imsx");
        boolean multiline = off.indexOf('m') < 0 && (level.multiline || on.indexOf('m') >= 0);
        boolean verbose = off.indexOf('x') < 0 && (level.verbose || on.indexOf('x') >= 0);
        // White space and comments are left out here, and Unicode's rules hold anyway.
        String kept = on.replaceAll("[xu]", "") + (off.replace("x", "").isEmpty() ? "" : "-" + off.replace("x", ""));
        if (flags.group(3).equals(":")) {
            group("(?" + kept + ":", flags.end() - at, Kind.PLAIN);
            level = new Level(Kind.PLAIN, 0, multiline, verbose);
            return;
        }
        if (!off.isEmpty() || on.isEmpty() || !outer.isEmpty() || level.started) {
            throw wrong("flags for the whole stand at its start only");
        }
        level = new Level(Kind.PLAIN, 0, multiline, verbose);
        write(kept.isEmpty() ? "" : "(?" + kept + ")", flags.end() - at);
    }

    private void checkFlags(String flags, String known) {
        flags.chars().filter(flag -> known.indexOf(flag) < 0).findFirst().ifPresent(flag -> {
            throw wrong("the flag " + (char) flag + " is not understood");
        });
    }

    private void close() {
        if (outer.isEmpty()) {
            throw wrong("a parenthesis is closed that is not open");
        }
        SearchCost inside = level.soFar();
        SearchCost whole = switch (level.kind) {
            case PLAIN -> inside;
            case ATOMIC -> inside.once();
            case AHEAD -> inside.aside();
            case BEHIND -> {
                if (Double.isNaN(inside.width())) {
                    throw wrong("what is looked for behind a place has more than one length");
                }
                yield inside.aside();
            }
        };
        anchors += whole.empty() ? 1 : 0;
        level = outer.pop();
        item(")", 1, whole);
    }

    // ---- Characters ----

    private void characterClass() {
        int start = at;
        write("[", 1);
        if (python.startsWith("^", at)) {
            write("^", 1);
        }
        int first = at;
        while (at == first || at >= python.length() || python.charAt(at) != ']') {
            if (at >= python.length()) {
                throw wrong("a class is not closed");
            }
            char c = python.charAt(at);
            if (c == '\\') {
                escapeInClass();
            } else {
                write("[]&".indexOf(c) >= 0 ? "\\" + c : String.valueOf(c), 1);
            }
        }
        double cost = 1 + (at - start) / CLASS_LENGTH;
        heaviest = Math.max(heaviest, cost);
        item("]", 1, SearchCost.character(cost));
    }

    private void escape() {
        char escaped = escapedCharacter();
        switch (escaped) {
            case 'A' -> anchor("\\A", 2, SearchCost.NOTHING);
            case 'Z' -> anchor("\\z", 2, SearchCost.NOTHING);
            case 'b' -> anchor(BOUND, 2, WORD_BOUND);
            case 'B' -> anchor(NO_BOUND, 2, WORD_BOUND);
            // Python counts the separators 1C to 1F as white space, Unicode does not.
            case 's' -> item("[\\s\\x1c-\\x1f]", 2, SearchCost.character(1));
            case 'w' -> item("[" + WORD + "]", 2, SearchCost.character(1));
            case '1', '2', '3', '4', '5', '6', '7', '8', '9' -> reference();
            default -> {
                level.add(SearchCost.character(1), Repeatable.ITEM);
                escapeInClass();
            }
        }
    }

    private void reference() {
        Matcher octal = OCTAL.matcher(python).region(at + 1, python.length());
        if (octal.lookingAt()) {
            level.add(SearchCost.character(1), Repeatable.ITEM);
            escapeInClass();
            return;
        }
        Matcher number = NUMBER.matcher(python).region(at + 1, python.length());
        if (!number.lookingAt()) {
            throw wrong("\\" + python.charAt(at + 1) + " is not understood");
        }
        recall(Integer.parseInt(number.group()), number.end() - at);
    }

    private char escapedCharacter() {
        if (at + 1 == python.length()) {
            throw wrong("it ends with a backslash");
        }
        return python.charAt(at + 1);
    }

    private void escapeInClass() {
        char escaped = escapedCharacter();
        switch (escaped) {
            case 's' -> write("\\s\\x1c-\\x1f", 2);
            case 'S' -> write("[^\\s\\x1c-\\x1f]", 2);
            case 'w' -> write(WORD, 2);
            case 'W' -> write("[^" + WORD + "]", 2);
            case 'b' -> write("\\x08", 2);
            case 'v' -> write("\\x0b", 2);
            case 'd', 'D', 'a', 'f', 'n', 'r', 't' -> write("\\" + escaped, 2);
            case 'x' -> hexadecimal(2);
            case 'u' -> hexadecimal(4);
            case 'U' -> hexadecimal(8);
            case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> octal();
            default -> {
                if (escaped < 128 && Character.isLetter(escaped)) {
                    throw wrong("\\" + escaped + " is not understood");
                }
                write("\\" + escaped, 2);
            }
        }
    }

    private void hexadecimal(int digits) {
        int from = at + 2;
        int end = Math.min(from + digits, python.length());
        String number = python.substring(from, end);
        if (number.length() < digits || !number.chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0)) {
            throw wrong("\\" + python.charAt(at + 1) + " needs " + digits + " hexadecimal digits");
        }
        character(Long.parseLong(number, 16), end - at);
    }

    private void octal() {
        Matcher octal = OCTAL_IN_CLASS.matcher(python).region(at + 1, python.length());
        if (!octal.lookingAt()) {
            throw wrong("\\" + python.charAt(at + 1) + " is not understood");
        }
        character(Long.parseLong(octal.group(), 8), octal.end() - at);
    }

    private void character(long codePoint, int read) {
        if (codePoint > Character.MAX_CODE_POINT) {
            throw wrong("there is no such character");
        }
        write(String.format(Locale.ROOT, "\\x{%x}", codePoint), read);
    }

    private IllegalArgumentException wrong(String why) {
        return new IllegalArgumentException("not a regular expression: " + shown(python) + " (" + why + ")");
    }

    /** An expression as messages name it. */
    static String shown(String python) {
        return python.length() > 80 ? python.substring(0, 80) + "…" : python;
    }
}
