package io.stoa.benchmark.math;

import io.stoa.benchmark.metric.Words;
import java.util.Optional;

/**
 * The answer rules of Hendrycks et al. (2021), "Measuring Mathematical Problem Solving With the MATH Dataset", string for
 * string as task {@code hendrycks_math} of lm-evaluation-harness 0.4.13 applies them.
 */
public final class HendrycksMath {
    /** Python refuses to read longer integers. */
    private static final int MAX_INTEGER_DIGITS = 4300;

    private HendrycksMath() {}

    /** The part of an output that is compared: from its first dollar sign to its last, or all of it. */
    public static String extract(String output) {
        int first = output.indexOf('$');
        int last = output.lastIndexOf('$');
        return first == last ? output : output.substring(first + 1, last);
    }

    /** Whether two answers are the same text once stripped; where one cannot be stripped, as they are. */
    public static boolean equivalent(String left, String right) {
        Optional<String> strippedLeft = strip(left);
        Optional<String> strippedRight = strip(right);
        boolean stripped = strippedLeft.isPresent() && strippedRight.isPresent();
        return stripped ? strippedLeft.equals(strippedRight) : left.equals(right);
    }

    /** {@code strip_string}; nothing where the reference raises an error. */
    static Optional<String> strip(String answer) {
        String text = answer.replace("\n", "")
                .replace("\\!", "")
                .replace("\\\\", "\\")
                .replace("tfrac", "frac")
                .replace("dfrac", "frac")
                .replace("\\left", "")
                .replace("\\right", "")
                .replace("^{\\circ}", "")
                .replace("^\\circ", "")
                .replace("\\$", "");
        int unit = text.indexOf("\\text{ ");
        if (unit >= 0) {
            if (text.indexOf("\\text{ ", unit + 1) >= 0) {
                return Optional.empty();
            }
            text = text.substring(0, unit);
        }
        text = text.replace("\\%", "").replace(" .", " 0.").replace("{.", "{0.");
        if (text.isEmpty()) {
            return Optional.of(text);
        }
        text = text.startsWith(".") ? "0" + text : text;
        return withBracedRoots(withoutShortLeftSide(text))
                .map(rooted -> rooted.replace(" ", ""))
                .flatMap(HendrycksMath::withBracedFractions)
                .map(fraction -> fraction.equals("0.5") ? "\\frac{1}{2}" : fraction)
                .flatMap(HendrycksMath::withoutSlash);
    }

    /** "k = 5" without "k =". */
    private static String withoutShortLeftSide(String text) {
        int equals = text.indexOf('=');
        boolean alone = equals >= 0 && text.indexOf('=', equals + 1) < 0;
        boolean shortLeft = alone && text.codePointCount(0, equals) <= 2;
        return shortLeft ? text.substring(equals + 1) : text;
    }

    private static Optional<String> withBracedRoots(String text) {
        String[] parts = text.split("\\\\sqrt", -1);
        StringBuilder braced = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i];
            if (part.isEmpty()) {
                return Optional.empty();
            }
            braced.append("\\sqrt");
            if (part.charAt(0) == '{') {
                braced.append(part);
            } else {
                int end = part.offsetByCodePoints(0, 1);
                braced.append('{').append(part, 0, end).append('}').append(part, end, part.length());
            }
        }
        return Optional.of(braced.toString());
    }

    private static Optional<String> withBracedFractions(String text) {
        String[] parts = text.split("\\\\frac", -1);
        StringBuilder braced = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i];
            if (part.isEmpty()) {
                return Optional.empty();
            }
            braced.append("\\frac");
            if (part.charAt(0) == '{') {
                braced.append(part);
                continue;
            }
            if (part.codePointCount(0, part.length()) < 2) {
                return Optional.of(text);
            }
            int numerator = part.offsetByCodePoints(0, 1);
            int denominator = part.offsetByCodePoints(numerator, 1);
            braced.append('{').append(part, 0, numerator).append('}');
            if (part.charAt(numerator) == '{') {
                braced.append(part, numerator, part.length());
            } else {
                braced.append('{').append(part, numerator, denominator).append('}');
                braced.append(part, denominator, part.length());
            }
        }
        return Optional.of(braced.toString());
    }

    /** {@code a/b} of two integers as a fraction. */
    private static Optional<String> withoutSlash(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || text.indexOf('/', slash + 1) >= 0) {
            return Optional.of(text);
        }
        String numerator = text.substring(0, slash);
        String denominator = text.substring(slash + 1);
        if (!isInteger(numerator) || !isInteger(denominator)) {
            return Optional.empty();
        }
        boolean canonical = isCanonical(numerator) && isCanonical(denominator);
        return Optional.of(canonical ? "\\frac{" + numerator + "}{" + denominator + "}" : text);
    }

    /** Whether Python's {@code int} reads a text. */
    private static boolean isInteger(String text) {
        String body = Words.strip(text);
        body = body.startsWith("-") || body.startsWith("+") ? body.substring(1) : body;
        boolean afterDigit = false;
        int digits = 0;
        for (int i = 0; i < body.length(); i += Character.charCount(body.codePointAt(i))) {
            boolean digit = Character.isDigit(body.codePointAt(i));
            if (!digit && !(body.charAt(i) == '_' && afterDigit)) {
                return false;
            }
            afterDigit = digit;
            digits += digit ? 1 : 0;
        }
        return afterDigit && digits <= MAX_INTEGER_DIGITS;
    }

    /** Whether Python writes the integer as it stands here. */
    private static boolean isCanonical(String integer) {
        String digits = integer.startsWith("-") ? integer.substring(1) : integer;
        return digits.chars().allMatch(c -> c >= '0' && c <= '9') && (digits.charAt(0) != '0' || integer.equals("0"));
    }
}
