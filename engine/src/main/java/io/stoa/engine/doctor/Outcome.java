package io.stoa.engine.doctor;

/** What came of a check. */
public sealed interface Outcome {
    /** As it should be. */
    record Passed(String evidence) implements Outcome {}

    /**
     * Not as it should be.
     *
     * @param fault what is wrong
     * @param evidence what was asked and answered
     * @param nextStep what to do about it
     */
    record Failed(String fault, String evidence, String nextStep) implements Outcome {}

    /** There is nothing to judge: the endpoint does not offer it, or judging needs a reference. */
    record NotApplicable(String why) implements Outcome {}

    /** It could not be found out, for example because the time was over. */
    record Unknown(String why) implements Outcome {}
}
