package io.stoa.benchmark.toolcall;

import java.util.List;

/** What was read from an answer. */
public sealed interface ParsedAnswer {
    /** Calls, none where the answer is an empty list. */
    record Calls(List<FunctionCall> calls) implements ParsedAnswer {
        public Calls {
            calls = List.copyOf(calls);
        }
    }

    /**
     * The answer is no list of calls.
     *
     * @param why what was found where, for people
     */
    record Unreadable(Fault fault, String why) implements ParsedAnswer {}
}
