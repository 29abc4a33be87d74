package io.stoa.edge.device;

/** Tries a bundle where it will run. */
@FunctionalInterface
public interface SelfTest {
    /** What came of it. What it throws counts as a failure, too. */
    SelfTestReport run(Bundle bundle);
}
