package io.stoa.integration.schema;

import static java.util.Objects.requireNonNull;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressions;
import io.stoa.model.StoaException;
import io.stoa.model.WatchedText;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A {@code pattern} of a JSON Schema that cannot run away. Backtracking matchers take polynomial or even exponential time
 * on patterns such as {@code .*.*.*.*=}; this one may look at a million characters in all, then it gives up.
 *
 * @param pattern the expression, written for ECMA 262 and adapted to Java as the validator itself does
 */
record BoundedPattern(Pattern pattern) implements RegularExpression {
    private static final int LONGEST = 1_000;
    private static final int MOST_LOOKS = 1_000_000;

    BoundedPattern {
        requireNonNull(pattern, "pattern");
    }

    /** Refuses what is no regular expression, or a very long one, with a {@link StoaException} of kind {@code USER}. */
    static BoundedPattern of(String regex) {
        if (regex.length() > LONGEST) {
            throw StoaException.user(
                    "a pattern of " + regex.length() + " characters; at most " + LONGEST + " are taken");
        }
        try {
            return new BoundedPattern(Pattern.compile(RegularExpressions.replaceLongformCharacterProperties(
                    RegularExpressions.replaceDollarAnchors(regex))));
        } catch (PatternSyntaxException e) {
            throw new StoaException(
                    StoaException.Kind.USER, "not a regular expression: " + regex + ": " + e.getDescription(), e);
        }
    }

    /** Whether it matches anywhere; a {@link StoaException} of kind {@code USER} where that takes too long to tell. */
    @Override
    public boolean matches(String value) {
        try {
            return pattern.matcher(new WatchedText(value, MOST_LOOKS, this::tooSlow))
                    .find();
        } catch (StackOverflowError e) {
            // Java's matcher recurses once for each repetition of a group, so a long text can exhaust the stack.
            throw tooSlow();
        }
    }

    private StoaException tooSlow() {
        return StoaException.user("takes too long to check against the pattern " + pattern);
    }
}
