package io.stoa.engine.llama;

import io.stoa.engine.llama.Divergence.Estimate;
import io.stoa.engine.llama.Divergence.Spread;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a text window by window, and takes statistics of what one or two models make of it. No more than a batch's
 * logits are held.
 */
final class TextReading {
    private final int[] tokens;
    private final int window;

    /** The first half of a window is only read. */
    private final int first;

    private final Progress progress;

    /** A model and its context. */
    record Reader(LlamaModel model, LlamaContext context) {}

    /**
     * Prepares a reading.
     *
     * @throws StoaException of kind {@code USER} when the text does not fill one window
     */
    TextReading(LlamaModel model, String text, int window, Progress progress) {
        this.tokens = model.beginning(text);
        this.window = window;
        this.first = window / 2;
        this.progress = progress;
        if (tokens.length < window) {
            throw StoaException.user("the text has " + tokens.length + " tokens, and one window has " + window
                    + ": give a longer text or a smaller context");
        }
    }

    private int windows() {
        return tokens.length / window;
    }

    /** The sums of some numbers and of their squares. */
    private static final class Sums {
        private double sum;
        private double squares;
        private long count;

        void add(double value) {
            sum += value;
            squares += value * value;
            count++;
        }

        double mean() {
            return sum / count;
        }

        double error() {
            double variance = squares / count - mean() * mean();
            return variance > 0 ? Math.sqrt(variance / (count - 1)) : 0;
        }

        Estimate estimate() {
            return new Estimate(mean(), error());
        }

        Perplexity perplexity(int windows) {
            return new Perplexity(windows, count, mean(), error());
        }
    }

    /** Reads every window on all readers in step; hears each row that counts, with the place of the token after it. */
    private void read(List<Reader> readers, Rows rows) {
        for (int start = 0; start < windows() * window; start += window) {
            progress.at(start / window, windows());
            readers.forEach(reader -> reader.context.clear());
            int most = readers.stream()
                    .mapToInt(reader -> reader.context.batchTokens())
                    .min()
                    .orElseThrow();
            for (int at = 0; at < window; at += most) {
                int end = Math.min(window, at + most);
                for (Reader reader : readers) {
                    reader.context.begin();
                    for (int position = at; position < end; position++) {
                        boolean wanted = position >= first && position < window - 1;
                        int token =
                                position == 0 ? reader.model.firstOfWindow(tokens[start]) : tokens[start + position];
                        reader.context.add(token, position, 0, wanted);
                    }
                    reader.context.decode(() -> false);
                }
                for (int position = Math.max(at, first); position < Math.min(end, window - 1); position++) {
                    rows.hear(position - at, tokens[start + position + 1]);
                }
            }
        }
        progress.at(windows(), windows());
    }

    private interface Rows {
        void hear(int row, int next);
    }

    Perplexity perplexity(Reader reader) {
        Sums nll = new Sums();
        read(List.of(reader), (row, next) -> {
            Logits logits = reader.context.logits(row);
            nll.add(-logits.logProbability(next, logits.logNormalizer()));
        });
        return nll.perplexity(windows());
    }

    Divergence divergence(Reader base, Reader model) {
        Sums nll = new Sums();
        Sums nllBase = new Sums();
        Sums kl = new Sums();
        Sums change = new Sums();
        Sums changeSquared = new Sums();
        double[] products = new double[1];
        long[] same = new long[1];
        int counted = windows() * (window - 1 - first);
        double[] divergences = new double[counted];
        double[] changes = new double[counted];
        int[] at = new int[1];
        read(List.of(base, model), (row, next) -> {
            Logits ours = model.context.logits(row);
            Logits theirs = base.context.logits(row);
            double normalizer = ours.logNormalizer();
            double normalizerBase = theirs.logNormalizer();
            double own = ours.logProbability(next, normalizer);
            double ownBase = theirs.logProbability(next, normalizerBase);
            nll.add(-own);
            nllBase.add(-ownBase);
            products[0] += own * ownBase;
            double sum = theirs.divergence(normalizerBase, ours, normalizer);
            kl.add(sum);
            double difference = Math.exp(own) - Math.exp(ownBase);
            change.add(difference);
            changeSquared.add(difference * difference);
            same[0] += ours.mostLikely() == theirs.mostLikely() ? 1 : 0;
            divergences[at[0]] = sum;
            changes[at[0]] = difference;
            at[0]++;
        });
        long n = nll.count;
        double covariance = (products[0] / n - nll.mean() * nllBase.mean()) / (n - 1);
        double ratioVariance = nll.error() * nll.error() + nllBase.error() * nllBase.error() - 2 * covariance;
        double rms = Math.sqrt(changeSquared.mean());
        double share = (double) same[0] / n;
        return new Divergence(
                nll.perplexity(windows()),
                nllBase.perplexity(windows()),
                new Estimate(nll.mean() - nllBase.mean(), Math.sqrt(Math.max(0, ratioVariance))),
                covariance / (nll.error() * nllBase.error()),
                kl.estimate(),
                spread(divergences),
                change.estimate(),
                spread(changes),
                new Estimate(rms, rms == 0 ? 0 : 0.5 / rms * changeSquared.error()),
                new Estimate(share, Math.sqrt(share * (1 - share) / (n - 1))));
    }

    private static Spread spread(double[] values) {
        Arrays.sort(values);
        return new Spread(
                values[0],
                percentile(values, 0.01),
                percentile(values, 0.05),
                percentile(values, 0.1),
                percentile(values, 0.5),
                percentile(values, 0.9),
                percentile(values, 0.95),
                percentile(values, 0.99),
                percentile(values, 0.999),
                values[values.length - 1]);
    }

    private static double percentile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
