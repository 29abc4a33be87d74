package io.stoa.benchmark.task;

/**
 * How much work a backtracking search has with a part of an expression, from one place of a text, at most.
 *
 * @param ways how many ways the part may match, each of which what follows may have to try
 * @param steps how many characters are looked at until all ways are tried
 * @param empty whether it may match without reading anything
 * @param width how many characters every match has; not a number where they differ
 * @param blind how many ways there may be between one look at a character and the next
 */
record SearchCost(Growth ways, Growth steps, boolean empty, double width, double blind) {
    /** From here on the text's end, not the count, is taken to end a repetition. */
    private static final int LARGE_COUNT = 1_000;

    /** Of what matches nothing, such as an anchor. */
    static final SearchCost NOTHING = new SearchCost(Growth.ONE, Growth.ONE, true, 0, 1);

    /**
     * factor · (n + 1)^degree, with n the text's length in characters.
     *
     * @param factor at least 1; infinite where the growth is exponential
     */
    record Growth(double factor, double degree) {
        static final Growth ONE = new Growth(1, 0);
        static final Growth LINEAR = new Growth(1, 1);
        static final Growth EXPONENTIAL = new Growth(Double.POSITIVE_INFINITY, 1);

        static Growth constant(double factor) {
            return new Growth(factor, 0);
        }

        Growth plus(Growth other) {
            return new Growth(factor + other.factor, Math.max(degree, other.degree));
        }

        Growth times(Growth other) {
            return new Growth(factor * other.factor, degree + other.degree);
        }

        Growth power(double exponent) {
            return new Growth(Math.pow(factor, exponent), degree * exponent);
        }

        /** The longest text for which this is no more than so many; negative where there is none. */
        double longest(double most) {
            return Math.pow(most / factor, 1 / degree) - 1;
        }
    }

    /** Of one character. */
    static SearchCost character(double steps) {
        return new SearchCost(Growth.ONE, Growth.constant(steps), false, 1, 1);
    }

    /** Of a group's text once more. */
    static SearchCost reference() {
        return new SearchCost(Growth.ONE, Growth.LINEAR, true, Double.NaN, 1);
    }

    SearchCost then(SearchCost next) {
        return new SearchCost(
                ways.times(next.ways),
                steps.plus(ways.times(next.steps)),
                empty && next.empty,
                width + next.width,
                blind * next.blind);
    }

    SearchCost or(SearchCost other) {
        return new SearchCost(
                ways.plus(other.ways),
                steps.plus(other.steps),
                empty || other.empty,
                width == other.width ? width : Double.NaN,
                empty && other.empty ? blind + other.blind : Math.max(blind, other.blind));
    }

    /** Of what is tried once and then stays: an atomic group, or a possessive repetition. */
    SearchCost once() {
        return new SearchCost(Growth.ONE, steps, empty, width, blind);
    }

    /** Of what is looked for around a place, without being read. */
    SearchCost aside() {
        return new SearchCost(Growth.ONE, steps, true, 0, blind);
    }

    /**
     * Of a repetition.
     *
     * @param most infinite where there is no bound
     */
    SearchCost repeated(double least, double most) {
        double emptyWays = blind * (empty ? Math.max(1, least) + 1 : 1);
        boolean mayBeEmpty = empty || least == 0;
        double allWidth = width == 0 ? 0 : least == most ? width * most : Double.NaN;
        if (ways.equals(Growth.ONE)) {
            boolean tillTheEnd = most > LARGE_COUNT && (!empty || Double.isInfinite(most));
            Growth times = tillTheEnd ? Growth.LINEAR : Growth.constant(Math.max(1, most));
            Growth tries = tillTheEnd && empty ? times.times(Growth.constant(least + 1)) : times;
            Growth lengths = tillTheEnd ? Growth.LINEAR : Growth.constant(most - least + 1);
            return new SearchCost(lengths, Growth.ONE.plus(tries.times(steps)), mayBeEmpty, allWidth, emptyWays);
        }
        if (Double.isInfinite(most)) {
            return new SearchCost(Growth.EXPONENTIAL, Growth.EXPONENTIAL, mayBeEmpty, allWidth, emptyWays);
        }
        Growth each = ways.plus(Growth.ONE);
        return new SearchCost(
                each.power(most),
                Growth.ONE.plus(steps.times(each.power(Math.max(0, most - 1)))),
                mayBeEmpty,
                allWidth,
                emptyWays);
    }
}
