package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A part of a device that computes beside its processor. Its speed is neither measured nor estimated here: Stoa runs
 * llama.cpp on the processor, and a peak in operations per second says nothing about tokens, which wait for memory.
 *
 * @param name what its maker calls it
 * @param peak its maker's figure, as it is written
 * @param runtimes what can run language models on it
 */
public record Accelerator(String name, Optional<String> peak, List<String> runtimes) {
    public Accelerator {
        requireNonNull(peak, "peak");
        runtimes = List.copyOf(runtimes);
        if (name.isBlank()) {
            throw new IllegalArgumentException("an accelerator has a name");
        }
    }

    /** What a reader must know about it. */
    public String sentence() {
        return name + peak.map(figure -> " (" + figure + ")").orElse("")
                + (runtimes.isEmpty()
                        ? ": no runtime for language models is known here"
                        : ": usable through " + String.join(", ", runtimes))
                + "; Stoa runs and measures the processor only, so no figure here is the accelerator's";
    }
}
