package io.stoa.benchmark.task;

import io.stoa.benchmark.task.SearchCost.Growth;
import io.stoa.model.StoaException;
import io.stoa.model.WatchedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    static final long MOST_STEPS = 50_000_000;

    /** Finding out what a match begins with takes as long as some searches, and many an expression is used once. */
    static final int SEARCHES_BEFORE = 8;

    /** Of what is slow on so few characters, trying each character alone might be slow as well. */
    private static final int SHORT = 1000;

    private static final Pattern REFERENCE = Pattern.compile("\\\\(?:g<(\\w{1,40})>|(\\d{1,2})|([nt\\\\]))");
    private static final Pattern SYNTAX = Pattern.compile("[^\\p{L}\\p{N}_]");

    private final String expression;
    private final Pattern pattern;
    private final Map<String, Integer> names;
    private final double longestUncounted;
    private final double weight;

    /** Up to {@link #SEARCHES_BEFORE}. Threads that count at once lose nothing by it. */
    private int searches;

    /** What it holds is immutable, so that each thread sees either nothing or the whole. */
    private Optional<FirstCharacters> first = Optional.empty();

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
        boolean multiline = flags.contains(Flag.MULTILINE);
        PythonExpression.Translation read = PythonExpression.read(expression, multiline);
        this.names = read.names();
        this.longestUncounted = read.cost().steps().times(Growth.LINEAR).longest(MOST_STEPS);
        this.weight = read.weight();
        int javaFlags = Pattern.UNICODE_CHARACTER_CLASS
                | Pattern.UNIX_LINES
                | (multiline ? Pattern.MULTILINE : 0)
                | (flags.contains(Flag.IGNORE_CASE) ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0);
        try {
            pattern = Pattern.compile(read.java(), javaFlags);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("not a regular expression: " + PythonExpression.shown(expression) + " ("
                    + e.getDescription() + ")");
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException(
                    "not a regular expression: " + PythonExpression.shown(expression) + " (nested too deep)");
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
        Matcher matcher = matcher(text);
        if (!found(matcher, text)) {
            return text;
        }
        StringBuilder rest = new StringBuilder();
        int from = 0;
        do {
            rest.append(text, from, matcher.start());
            from = matcher.end();
        } while (found(matcher, text));
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

    private void expand(String replacement, Matcher matcher, StringBuilder result) {
        Matcher reference = REFERENCE.matcher(replacement);
        int from = 0;
        while (reference.find()) {
            result.append(replacement, from, reference.start());
            String name = reference.group(1) == null ? reference.group(2) : reference.group(1);
            String group;
            if (name == null) {
                group = "n".equals(reference.group(3)) ? "\n" : "t".equals(reference.group(3)) ? "\t" : "\\";
            } else {
                group = matcher.group(number(name));
            }
            result.append(group == null ? "" : group);
            from = reference.end();
        }
        result.append(replacement, from, replacement.length());
    }

    private int number(String group) {
        return Character.isDigit(group.charAt(0))
                ? Integer.parseInt(group)
                : Optional.ofNullable(names.get(group))
                        .orElseThrow(() -> new IllegalArgumentException("no group " + group + " in " + expression));
    }

    private Matcher matcher(String text) {
        // A search from the middle of a text still sees where the text begins.
        return pattern.matcher(watched(text)).useAnchoringBounds(false).useTransparentBounds(true);
    }

    /** Counting slows a search down, so what cannot take long is searched without. */
    private CharSequence watched(String text) {
        if (!isCounted(text.length())) {
            return text;
        }
        double looks = MOST_STEPS / weight;
        if (looks <= text.length()) {
            throw tooManySteps(text);
        }
        return new WatchedText(text, (long) looks, TooManySteps::new);
    }

    /** Whether a search of a text of so many characters counts its steps. */
    boolean isCounted(int length) {
        return length > longestUncounted;
    }

    private boolean found(Matcher matcher, String text) {
        try {
            boolean found = next(matcher, text);
            // Python has no place between the two halves of a character.
            while (found && isInside(text, matcher.start())) {
                found = next(matcher, text);
            }
            return found;
        } catch (TooManySteps | StackOverflowError e) {
            throw tooManySteps(text);
        }
    }

    /** {@link Matcher#find()}, tried only where a match may begin. */
    private boolean next(Matcher matcher, String text) {
        if (searches < SEARCHES_BEFORE && ++searches == SEARCHES_BEFORE && !isCounted(SHORT)) {
            first = FirstCharacters.of(pattern);
        }
        Optional<FirstCharacters> known = first;
        if (known.isEmpty()) {
            return matcher.find();
        }
        int from = matcher.hasMatch() ? Math.max(matcher.end(), matcher.start() + 1) : 0;
        int length = text.length();
        for (int at = known.get().next(text, from);
                at < length;
                at = known.get().next(text, at + 1)) {
            matcher.region(at, length);
            if (matcher.lookingAt()) {
                return true;
            }
        }
        return false;
    }

    private StoaException tooManySteps(String text) {
        return StoaException.user("the regular expression " + PythonExpression.shown(expression)
                + " takes too many steps on a text of " + text.length()
                + " characters; avoid repetitions inside of repetitions");
    }

    static boolean isInside(String text, int at) {
        return at > 0 && at < text.length() && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
    }

    /** Thrown out of the matcher, which cannot be stopped otherwise. */
    private static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManySteps() {
            super("too many steps", null, false, false);
        }
    }
}
