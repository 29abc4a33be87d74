package io.stoa.benchmark.ifeval;

/** How a count is held against a bound. */
enum Relation {
    LESS_THAN("less than"),
    AT_LEAST("at least");

    private final String words;

    Relation(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    boolean holds(int count, int bound) {
        return switch (this) {
            case LESS_THAN -> count < bound;
            case AT_LEAST -> count >= bound;
        };
    }
}
