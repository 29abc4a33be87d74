package io.stoa.benchmark.task;

import io.stoa.model.StoaException;
import io.stoa.model.WatchedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Regular expressions as Python's {@code re} reads them, run by Java's. What differs is rewritten: named groups, {@code
 * \Z}, white space, words and their bounds, braces that are no quantifier, comments, brackets and {@code &&} inside of
 * classes. Classes are Unicode's, and a line ends with {@code \n} only.
 *
 * <p>An expression may take exponential time. Each search ends with a {@link StoaException} (USER) once it has read more
 * characters than any sensible expression needs, or has gone too deep.
 */
public final class PythonPattern {
    /** {@code re.IGNORECASE} and {@code re.MULTILINE}. */
    public enum Flag {
        IGNORE_CASE,
        MULTILINE
    }

    /** About half a second's work. */
    private static final long MOST_STEPS = 50_000_000;

    /** Each thing that may be left out, and each alternative inside of a group, can double the steps. */
    private static final int MOST_CHOICES = 4;

    /** Python's {@code \w}: it counts numbers of every kind, and neither combining marks nor connectors. */
    private static final String WORD = "\\p{L}\\p{N}_";

    private static final String BOUND = "(?:(?<=[%1$s])(?![%1$s])|(?<![%1$s])(?=[%1$s]))".formatted(WORD);
    private static final String NO_BOUND = "(?:(?<=[%1$s])(?=[%1$s])|(?<![%1$s])(?![%1$s]))".formatted(WORD);
    private static final Pattern QUANTIFIER = Pattern.compile("\\{(?:(\\d+)(,\\d*)?|,(\\d*))\\}");

    private static final Pattern REFERENCE = Pattern.compile("\\\\(?:g<(\\w{1,40})>|(\\d{1,2})|([nt\\\\]))");
    private static final Pattern SYNTAX = Pattern.compile("[^\\p{L}\\p{N}_]");

    private final String expression;
    private final Pattern pattern;
    private final double degree;

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException naming the expression and the place when it is none
     */
    public PythonPattern(String expression) {
        this(expression, Set.of());
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException naming the expression and the place when it is none
     */
    public PythonPattern(String expression, Set<Flag> flags) {
        this.expression = expression;
        this.degree = degree(expression);
        boolean multiline = flags.contains(Flag.MULTILINE);
        int javaFlags = Pattern.UNICODE_CHARACTER_CLASS
                | Pattern.UNIX_LINES
                | (multiline ? Pattern.MULTILINE : 0)
                | (flags.contains(Flag.IGNORE_CASE) ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0);
        try {
            pattern = Pattern.compile(translate(expression, multiline), javaFlags);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "not a regular expression: " + expression + " (" + e.getDescription() + ")");
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("not a regular expression: " + shown() + " (nested too deep)");
        }
    }

    /**
     * Refuses what is no regular expression.
     *
     * @throws IllegalArgumentException naming it
     */
    static void check(String expression) {
        new PythonPattern(expression);
    }

    /** An expression for the text itself, as {@code re.escape}. */
    static String quote(String text) {
        return SYNTAX.matcher(text).replaceAll("\\\\$0");
    }

    /** As {@code re.findall}: each match, as its groups, or as a whole where there are none. Absent groups are empty. */
    public List<List<String>> findAll(String text) {
        List<List<String>> matches = new ArrayList<>();
        Matcher matcher = matcher(text);
        while (found(matcher, text)) {
            List<String> groups = new ArrayList<>();
            for (int i = Math.min(1, matcher.groupCount()); i <= matcher.groupCount(); i++) {
                String group = matcher.group(i);
                groups.add(group == null ? "" : group);
            }
            matches.add(groups);
        }
        return matches;
    }

    /** Whether {@code re.search} finds a match. */
    public boolean isIn(String text) {
        return found(matcher(text), text);
    }

    /** How many matches {@code re.findall} gives. */
    public int countIn(String text) {
        Matcher matcher = matcher(text);
        int count = 0;
        while (found(matcher, text)) {
            count++;
        }
        return count;
    }

    /** How many capturing groups there are. */
    public int groups() {
        return pattern.matcher("").groupCount();
    }

    /** As {@code re.sub(expression, "", text)}. */
    public String removeFrom(String text) {
        StringBuilder rest = new StringBuilder();
        Matcher matcher = matcher(text);
        int from = 0;
        while (found(matcher, text)) {
            rest.append(text, from, matcher.start());
            from = matcher.end();
        }
        return rest.append(text, from, text.length()).toString();
    }

    /**
     * As {@code re.sub(expression, replacement, text, count)}.
     *
     * @param replacement with {@code \\1}, {@code \\g<1>} and {@code \\g<name>} for groups
     * @param count at most so many matches; 0 for all
     */
    public String replaceIn(String text, String replacement, int count) {
        StringBuilder result = new StringBuilder();
        Matcher matcher = matcher(text);
        int from = 0;
        for (int replaced = 0; (count == 0 || replaced < count) && found(matcher, text); replaced++) {
            result.append(text, from, matcher.start());
            expand(replacement, matcher, result);
            from = matcher.end();
        }
        return result.append(text, from, text.length()).toString();
    }

    private static void expand(String replacement, Matcher matcher, StringBuilder result) {
        Matcher reference = REFERENCE.matcher(replacement);
        int from = 0;
        while (reference.find()) {
            result.append(replacement, from, reference.start());
            String name = reference.group(1) == null ? reference.group(2) : reference.group(1);
            String group;
            if (name == null) {
                group = "n".equals(reference.group(3)) ? "\n" : "t".equals(reference.group(3)) ? "\t" : "\\";
            } else {
                group = Character.isDigit(name.charAt(0)) ? matcher.group(Integer.parseInt(name)) : matcher.group(name);
            }
            result.append(group == null ? "" : group);
            from = reference.end();
        }
        result.append(replacement, from, replacement.length());
    }

    /** Counting slows a search down, so what cannot take long is searched without. */
    private Matcher matcher(String text) {
        return pattern.matcher(
                Math.pow(text.length() + 1.0, degree) <= MOST_STEPS >> MOST_CHOICES
                        ? text
                        : new WatchedText(text, MOST_STEPS, TooManySteps::new));
    }

    /**
     * How the steps of a search grow with the text's length n: as n^degree at most. A repetition without an end adds one;
     * one inside of another, or a reference to a group, makes it infinite, which is as good as not knowing.
     */
    private static double degree(String python) {
        int most = 0;
        int here = 0;
        int depth = 0;
        int choices = 0;
        boolean inClass = false;
        for (int i = 0; i < python.length(); i++) {
            char c = python.charAt(i);
            if (c == '\\') {
                i++;
                if (!inClass && i < python.length() && Character.isDigit(python.charAt(i))) {
                    return Double.POSITIVE_INFINITY;
                }
            } else if (inClass) {
                inClass = c != ']' || python.charAt(i - 1) == '[' || python.startsWith("[^]", i - 2);
            } else {
                switch (c) {
                    case '[' -> inClass = true;
                    case '(' -> {
                        depth++;
                        if (python.startsWith("(?P=", i) || python.startsWith("(?(", i)) {
                            return Double.POSITIVE_INFINITY;
                        }
                    }
                    case ')' -> {
                        depth--;
                        if (i + 1 < python.length() && "*+{".indexOf(python.charAt(i + 1)) >= 0) {
                            return Double.POSITIVE_INFINITY;
                        }
                    }
                    case '*', '+', '{' -> here++;
                    case '?' -> choices += i > 0 && python.charAt(i - 1) == '(' ? 0 : 1;
                    case '|' -> {
                        // Alternatives inside of a group may follow each other, so only those of the whole are apart.
                        most = Math.max(most, here);
                        here = depth == 0 ? 0 : here;
                        choices += depth == 0 ? 0 : 1;
                    }
                    default -> {
                        // Nothing that repeats.
                    }
                }
            }
        }
        return choices > MOST_CHOICES ? Double.POSITIVE_INFINITY : 1 + Math.max(most, here);
    }

    private boolean found(Matcher matcher, String text) {
        try {
            boolean found = matcher.find();
            // Python has no place between the two halves of a character.
            while (found && isInside(text, matcher.start())) {
                found = matcher.find();
            }
            return found;
        } catch (TooManySteps | StackOverflowError e) {
            throw StoaException.user("the regular expression " + shown() + " takes too many steps on a text of "
                    + text.length() + " characters; avoid repetitions inside of repetitions");
        }
    }

    private static boolean isInside(String text, int at) {
        return at > 0 && at < text.length() && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
    }

    private String shown() {
        return expression.length() > 80 ? expression.substring(0, 80) + "…" : expression;
    }

    /** Thrown out of the matcher, which cannot be stopped otherwise. */
    private static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManySteps() {
            super("too many steps", null, false, false);
        }
    }

    private static String translate(String python, boolean multiline) {
        StringBuilder java = new StringBuilder();
        Matcher quantifier = QUANTIFIER.matcher(python);
        boolean inClass = false;
        int classStart = 0;
        for (int i = 0; i < python.length(); i++) {
            char c = python.charAt(i);
            if (c == '\\' && i + 1 < python.length()) {
                char escaped = python.charAt(++i);
                java.append(inClass ? escapedInClass(escaped, python) : escaped(escaped, python));
            } else if (inClass) {
                if (c == ']' && i > classStart) {
                    inClass = false;
                    java.append(c);
                } else if (c == '[' || c == ']' || c == '&') {
                    java.append('\\').append(c);
                } else if (c == '^' && i == classStart) {
                    classStart++;
                    java.append(c);
                } else {
                    java.append(c);
                }
            } else if (c == '[') {
                inClass = true;
                classStart = i + 1;
                java.append(c);
            } else if (python.startsWith("(?P<", i)) {
                java.append("(?<");
                i += 3;
            } else if (python.startsWith("(?P=", i) && python.indexOf(')', i) > 0) {
                int end = python.indexOf(')', i);
                java.append("\\k<").append(python, i + 4, end).append('>');
                i = end;
            } else if (python.startsWith("(?#", i) && python.indexOf(')', i) > 0) {
                i = python.indexOf(')', i);
            } else if (c == '{') {
                if (quantifier.region(i, python.length()).lookingAt()) {
                    // Java has no {,n}.
                    java.append(quantifier.group(1) == null ? "{0" : "{").append(python, i + 1, quantifier.end());
                    i = quantifier.end() - 1;
                } else {
                    java.append("\\{");
                }
            } else if (c == '^' && multiline) {
                // Java's ^ does not match after a line's end that ends the text.
                java.append("(?:^|(?<=\n))");
            } else {
                java.append(c);
            }
        }
        return java.toString();
    }

    private static String escaped(char escaped, String python) {
        return switch (escaped) {
            case 'Z' -> "\\z";
            case 'b' -> BOUND;
            case 'B' -> NO_BOUND;
            // Python counts the separators 1C to 1F as white space, Unicode does not.
            case 's' -> "[\\s\\x1c-\\x1f]";
            case 'w' -> "[" + WORD + "]";
            default -> escapedInClass(escaped, python);
        };
    }

    private static String escapedInClass(char escaped, String python) {
        return switch (escaped) {
            case 's' -> "\\s\\x1c-\\x1f";
            case 'S' -> "[^\\s\\x1c-\\x1f]";
            case 'w' -> WORD;
            case 'W' -> "[^" + WORD + "]";
            case 'b' -> "\\x08";
            case 'v' -> "\\x0b";
            case 'A', 'd', 'D', 'a', 'f', 'n', 'r', 't', 'x', 'u' -> "\\" + escaped;
            default -> {
                if (escaped < 128 && Character.isLetter(escaped)) {
                    throw new IllegalArgumentException(
                            "not a regular expression: " + python + " (\\" + escaped + " is not understood)");
                }
                yield "\\" + escaped;
            }
        };
    }
}
