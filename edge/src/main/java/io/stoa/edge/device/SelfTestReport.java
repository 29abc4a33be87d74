package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * What a self-test found.
 *
 * @param asked how many reference questions were asked
 * @param agreed how many of them were answered alike
 * @param tokensPerSecond how fast answers were generated; absent when there were too few tokens to tell
 * @param memory the most that this process has taken so far, where the system tells
 * @param failures why the bundle must not be kept; none when it may
 */
public record SelfTestReport(
        int asked, int agreed, Optional<Double> tokensPerSecond, Optional<Bytes> memory, List<String> failures) {
    public SelfTestReport {
        requireNonNull(tokensPerSecond, "tokensPerSecond");
        requireNonNull(memory, "memory");
        failures = List.copyOf(failures);
    }

    /** A test that could not be done. */
    public static SelfTestReport failed(String why) {
        return new SelfTestReport(0, 0, Optional.empty(), Optional.empty(), List.of(why));
    }

    public boolean passed() {
        return failures.isEmpty();
    }
}
