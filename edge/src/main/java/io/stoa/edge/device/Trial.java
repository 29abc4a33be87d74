package io.stoa.edge.device;

/** The self-test of a bundle where it will run. */
@FunctionalInterface
public interface Trial {
    /** What came of it. What it throws counts as a failure, too. */
    SelfTestReport run(Bundle bundle);
}
