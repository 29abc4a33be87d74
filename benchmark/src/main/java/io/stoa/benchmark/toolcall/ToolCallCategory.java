package io.stoa.benchmark.toolcall;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The single-turn categories of BFCL v4; what must be called, and in which language. */
public enum ToolCallCategory {
    SIMPLE_PYTHON(Demand.ONE, Language.PYTHON),
    SIMPLE_JAVA(Demand.ONE, Language.JAVA),
    SIMPLE_JAVASCRIPT(Demand.ONE, Language.JAVASCRIPT),
    MULTIPLE(Demand.CHOSEN, Language.PYTHON),
    PARALLEL(Demand.SEVERAL, Language.PYTHON),
    PARALLEL_MULTIPLE(Demand.SEVERAL, Language.PYTHON),
    IRRELEVANCE(Demand.NONE, Language.PYTHON),
    LIVE_SIMPLE(Demand.ONE, Language.PYTHON),
    LIVE_MULTIPLE(Demand.CHOSEN, Language.PYTHON),
    LIVE_PARALLEL(Demand.SEVERAL, Language.PYTHON),
    LIVE_PARALLEL_MULTIPLE(Demand.SEVERAL, Language.PYTHON),
    LIVE_IRRELEVANCE(Demand.NONE, Language.PYTHON),
    LIVE_RELEVANCE(Demand.ANY, Language.PYTHON);

    /** What an answer must hold. */
    public enum Demand {
        /** The call of the only function on offer. */
        ONE,
        /** One call of the right function among several. */
        CHOSEN,
        /** Several calls, in any order. */
        SEVERAL,
        /** No call: no function fits. */
        NONE,
        /** Some call, whichever. */
        ANY
    }

    private final Demand demand;
    private final Language language;

    ToolCallCategory(Demand demand, Language language) {
        this.demand = demand;
        this.language = language;
    }

    /** The category of a name such as {@code live_simple}. */
    public static Optional<ToolCallCategory> named(String bfclName) {
        return Arrays.stream(values())
                .filter(category -> category.bfclName().equals(bfclName))
                .findFirst();
    }

    /** As in BFCL's file names. */
    public String bfclName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Demand demand() {
        return demand;
    }

    public Language language() {
        return language;
    }

    /** Whether particular calls are expected, so that an item needs possible answers. */
    public boolean expectsCalls() {
        return switch (demand) {
            case ONE, CHOSEN, SEVERAL -> true;
            case NONE, ANY -> false;
        };
    }
}
