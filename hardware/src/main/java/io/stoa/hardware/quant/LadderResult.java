package io.stoa.hardware.quant;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What a ladder found.
 *
 * @param base the file that all rungs were made of
 * @param baseBytes its size
 * @param window the length of a window, in tokens
 * @param windows how many the text has
 * @param seed of their order
 * @param margins what may be lost
 * @param rungs those that were measured, from the smallest to the largest
 * @param untried the types that were not measured, with the reason
 * @param cheapest the smallest rung that is not inferior
 */
public record LadderResult(
        String base,
        long baseBytes,
        int window,
        int windows,
        long seed,
        Margins margins,
        List<MeasuredRung> rungs,
        List<Untried> untried,
        Optional<String> cheapest) {
    public LadderResult {
        requireNonNull(margins, "margins");
        requireNonNull(cheapest, "cheapest");
        rungs = List.copyOf(rungs);
        untried = List.copyOf(untried);
    }

    /** A type that was not measured. */
    public record Untried(String type, long bytes, String reason) {}

    /** How much of the text was read, over all measured rungs, from 0 to 1. */
    public double shareRead() {
        long read = rungs.stream().mapToLong(MeasuredRung::windowsRead).sum();
        long all = rungs.stream().mapToLong(MeasuredRung::windows).sum();
        return all == 0 ? 0 : (double) read / all;
    }
}
