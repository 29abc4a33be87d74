package io.stoa.engine.llama;

import io.stoa.engine.LogLikelihood;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One continuation after one prompt, and what is known of its likelihood so far.
 *
 * <p>To score the continuation's n tokens the model reads the prompt and all of the continuation but its last token; what
 * it makes of each of the last n of these positions is a probability of the token that follows.
 */
final class ScoredPath {
    private final int[] read;
    private final int[] ending;
    private final double[] logProbabilities;
    private boolean greedy = true;

    /** Both have at least one token. */
    ScoredPath(int[] prompt, int[] ending) {
        this.read = Arrays.copyOf(prompt, prompt.length + ending.length - 1);
        System.arraycopy(ending, 0, read, prompt.length, ending.length - 1);
        this.ending = ending;
        this.logProbabilities = new double[ending.length];
    }

    /** The tokens to read. */
    int[] read() {
        return read;
    }

    /** The first position that is asked what follows: the prompt's last token. */
    int firstScored() {
        return read.length - ending.length;
    }

    boolean scores(int position) {
        return position >= firstScored() && position < read.length;
    }

    /** Takes in what the model makes of a position that {@link #scores}. */
    void add(int position, Logits logits, double logNormalizer) {
        int index = position - firstScored();
        logProbabilities[index] = logits.logProbability(ending[index], logNormalizer);
        greedy &= logits.mostLikely() == ending[index];
    }

    LogLikelihood result() {
        List<Double> tokens = new ArrayList<>();
        for (double logProbability : logProbabilities) {
            tokens.add(logProbability);
        }
        return new LogLikelihood(firstScored() + 1, tokens, greedy);
    }
}
