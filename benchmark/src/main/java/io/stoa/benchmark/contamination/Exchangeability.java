package io.stoa.benchmark.contamination;

import io.stoa.benchmark.stats.Means;
import io.stoa.engine.Engine;
import io.stoa.engine.ScoredToken;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Whether a model finds a benchmark likelier in its published order than shuffled: the sharded test of Y. Oren and others,
 * "Proving Test Set Contamination in Black Box Language Models", arXiv 2310.17623, section 3.2. The items are cut into
 * shards of neighbours; each shard's log-likelihood in the published order less the mean over seeded shuffles of it is one
 * number, and a one-sided t test asks whether their mean is above 0.
 *
 * <p>A small p says that the order was known, which only seeing the published file explains, provided that the items are
 * exchangeable: sorted by subject, length or difficulty they are not, and p means nothing. A large p acquits nobody: a model
 * may have seen the items shuffled, or too seldom.
 *
 * @param shards how many, each one observation
 * @param shuffles of each shard
 * @param items how many were used; what does not fill the shards evenly is left out at the end
 * @param gain the mean over shards, in nats
 * @param t the statistic, with shards − 1 degrees of freedom
 * @param p one-sided
 */
public record Exchangeability(int shards, int shuffles, int items, double gain, double t, double p, long seed) {
    /** Fewer shards make no t test. */
    private static final int FEWEST_SHARDS = 3;

    /** Between items; and before the first, so that every item's first token is foretold by something. */
    private static final String SEPARATOR = "\n\n";

    /**
     * Asks a model.
     *
     * @param engine with {@link Engine.Capability#SCORE} and {@link Engine.Capability#TOKENIZE}
     * @param items in their published order
     * @param shards at least 3, of at least 2 items each
     * @param shuffles of each shard, at least 1
     * @throws StoaException of kind USER when the engine lacks what it takes, or a shard does not fit its context
     */
    public static Exchangeability of(
            Engine engine, List<Item> items, int shards, int shuffles, long seed, Progress progress) {
        for (Engine.Capability needed : List.of(Engine.Capability.SCORE, Engine.Capability.TOKENIZE)) {
            if (!engine.capabilities().contains(needed)) {
                throw StoaException.user(engine.facts().name() + " cannot " + needed
                        + engine.whyNot(needed).map(why -> " (" + why + ")").orElse("")
                        + "; the test needs a model file");
            }
        }
        if (shards < FEWEST_SHARDS || shuffles < 1) {
            throw StoaException.user("at least " + FEWEST_SHARDS + " shards and one shuffle are needed, not " + shards
                    + " and " + shuffles);
        }
        int size = items.size() / shards;
        if (size < 2) {
            throw StoaException.user(items.size() + " items make no " + shards
                    + " shards of at least two; ask for at most " + items.size() / 2 + " shards");
        }
        Random random = new Random(seed);
        List<Double> gains = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            List<String> texts = items.subList(shard * size, (shard + 1) * size).stream()
                    .map(item -> String.join("\n", item.texts()))
                    .toList();
            double published = logLikelihood(engine, texts, shard, shards);
            double sum = 0;
            for (int shuffle = 0; shuffle < shuffles; shuffle++) {
                List<String> shuffled = new ArrayList<>(texts);
                Collections.shuffle(shuffled, random);
                sum += logLikelihood(engine, shuffled, shard, shards);
            }
            gains.add(published - sum / shuffles);
            progress.at(shard + 1L, shards);
        }
        return of(gains, shuffles, size * shards, seed);
    }

    /** The t test over the shards' gains. */
    static Exchangeability of(List<Double> gains, int shuffles, int items, long seed) {
        double gain = Means.mean(gains);
        double error = Means.standardError(gains);
        double t = error > 0 ? gain / error : 0;
        double p = error > 0 ? TDistribution.of(gains.size() - 1.0).survivalProbability(t) : 1;
        return new Exchangeability(gains.size(), shuffles, items, gain, t, p, seed);
    }

    private static double logLikelihood(Engine engine, List<String> texts, int shard, int shards) {
        List<Integer> tokens = engine.tokenize(SEPARATOR + String.join(SEPARATOR, texts), false);
        OptionalInt context = engine.facts().contextTokens();
        if (context.isPresent() && tokens.size() > context.getAsInt()) {
            long fitting = (long) Math.ceil((double) tokens.size() / context.getAsInt() * shards);
            throw StoaException.user("shard " + (shard + 1) + " of " + shards + " has " + tokens.size()
                    + " tokens, and the context " + context.getAsInt() + "; ask for about " + fitting
                    + " shards, or a longer context");
        }
        return engine.logProbabilities(tokens, 0).stream()
                .map(ScoredToken::logProbability)
                .flatMapToDouble(value -> value.stream())
                .sum();
    }
}
