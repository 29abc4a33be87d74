package io.stoa.benchmark.dataset;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What the cells of a column are, found by looking at all of them before the first is converted. The rules are those of
 * pandas' {@code read_csv}, found by running it; test resource {@code pandas-types.json}.
 */
final class ColumnType {
    private static final Pattern WHOLE = Pattern.compile(" *+[+-]?+[0-9]{1,20}+ *+");
    private static final Pattern NUMBER = Pattern.compile(
            " *+[+-]?+(?:(?:[0-9]++(?:\\.[0-9]*+)?+|\\.[0-9]++)(?:[eE][+-]?+[0-9]{1,9}+)?+|inf|infinity) *+",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern TRUTH = Pattern.compile("true|false", Pattern.CASE_INSENSITIVE);
    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MOST = BigInteger.TWO.pow(64);

    /** Longer cells are texts: no number that anyone wrote. */
    private static final int LONGEST_NUMBER = 400;

    private boolean absent;
    private boolean present;
    private boolean whole = true;
    private boolean number = true;
    private boolean truth = true;
    private BigInteger least = BigInteger.ZERO;
    private BigInteger most = BigInteger.ZERO;

    /** A cell without a value. */
    void seeAbsent() {
        absent = true;
    }

    void see(String cell) {
        present = true;
        if (!whole && !number && !truth) {
            return;
        }
        boolean couldBeNumber = cell.length() <= LONGEST_NUMBER;
        truth = truth && TRUTH.matcher(cell).matches();
        number = number && couldBeNumber && NUMBER.matcher(cell).matches();
        whole = whole && couldBeNumber && WHOLE.matcher(cell).matches();
        if (whole) {
            BigInteger value = integer(cell);
            least = least.min(value);
            most = most.max(value);
        }
    }

    private static BigInteger integer(String cell) {
        return new BigInteger(cell.strip());
    }

    JsonNode convert(String cell) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (!present) {
            return nodes.nullNode();
        }
        if (truth) {
            return nodes.booleanNode(cell.toLowerCase(Locale.ROOT).equals("true"));
        }
        if (whole) {
            return fits() ? wholeNumber(integer(cell)) : nodes.stringNode(cell);
        }
        return number ? nodes.numberNode(floating(cell.strip())) : nodes.stringNode(cell);
    }

    /** Signed or unsigned 64 bits. */
    private boolean fits() {
        return least.compareTo(LEAST) >= 0
                && most.compareTo(MOST) < 0
                && (least.signum() == 0 || most.bitLength() < Long.SIZE);
    }

    private JsonNode wholeNumber(BigInteger value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (absent) {
            return nodes.numberNode(value.doubleValue());
        }
        if (value.bitLength() < Integer.SIZE) {
            return nodes.numberNode(value.intValue());
        }
        return value.bitLength() < Long.SIZE ? nodes.numberNode(value.longValue()) : nodes.numberNode(value);
    }

    private static double floating(String cell) {
        String lower = cell.toLowerCase(Locale.ROOT);
        if (lower.contains("inf")) {
            return lower.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return Double.parseDouble(cell);
    }
}
