package io.stoa.edge.fleet;

/**
 * One answer that somebody timed on a class of devices.
 *
 * @param model what ran, for people
 * @param bytesRead the bytes that one token reads: those of the weights, for an answer with a short context
 * @param tokensPerSecond of generation, one answer at a time
 * @param engine what ran it
 * @param source where this was read; rows of one source stand for one board in one state
 */
public record MeasuredSpeed(String model, double bytesRead, double tokensPerSecond, String engine, String source) {
    public MeasuredSpeed {
        if (model.isBlank() || engine.isBlank() || source.isBlank()) {
            throw new IllegalArgumentException("a measurement names its model, engine and source");
        }
        if (!(bytesRead > 0 && tokensPerSecond > 0)
                || !Double.isFinite(bytesRead)
                || !Double.isFinite(tokensPerSecond)) {
            throw new IllegalArgumentException(
                    "a measurement of " + model + " must be positive: " + bytesRead + " B, " + tokensPerSecond);
        }
    }

    /** The part of a bandwidth that was used, of bytes per second. */
    public double share(double bandwidth) {
        return bytesRead * tokensPerSecond / bandwidth;
    }
}
