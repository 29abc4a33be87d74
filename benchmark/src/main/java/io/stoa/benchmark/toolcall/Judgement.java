package io.stoa.benchmark.toolcall;

/** Whether an answer is right. */
public sealed interface Judgement {
    /** Every call is as it should be. */
    record Right() implements Judgement {}

    /**
     * The first thing that is wrong.
     *
     * @param why one sentence a person reads
     */
    record Wrong(Fault fault, String why) implements Judgement {}

    default boolean right() {
        return switch (this) {
            case Right _ -> true;
            case Wrong _ -> false;
        };
    }
}
