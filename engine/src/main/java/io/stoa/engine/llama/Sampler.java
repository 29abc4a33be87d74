package io.stoa.engine.llama;

import io.stoa.engine.GenerateOptions;
import io.stoa.engine.grammar.Grammar;
import io.stoa.engine.grammar.GrammarState;
import io.stoa.model.StoaException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses tokens for one answer: the most likely one at temperature 0, else llama.cpp's chain with a seeded draw.
 *
 * <p>Under a grammar a token is chosen first and then looked at; a refused one is taken out and another chosen, which
 * draws from the distribution of the allowed ones. A token is refused as well when so few would be left after it that
 * the answer could not be ended within its limit, at one byte a token, unless it brings the end nearer. So every answer
 * is whole whose limit is at least the grammar's shortest text in bytes, and most are with a smaller one.
 */
final class Sampler implements AutoCloseable {
    /** Refused tokens after which all are looked at, instead of one at a time. */
    private static final int TRIES = 64;

    /** More bytes a token than this nobody can count on. */
    private static final int MOST_BYTES = 16;

    private final LlamaLibrary library;
    private final LlamaModel model;
    private final Optional<MemorySegment> chain;
    private Optional<GrammarState> state;
    /** Tokens that may still be chosen. */
    private int left;

    /**
     * Prepares an answer.
     *
     * @param most the most tokens that it can have
     * @throws StoaException of kind {@code USER} when the options' grammar is wrong, or cannot be satisfied in so many
     */
    Sampler(LlamaLibrary library, LlamaModel model, GenerateOptions options, int most) {
        this.library = library;
        this.model = model;
        this.left = most;
        this.state = options.grammar().map(gbnf -> Grammar.parse(gbnf).start());
        state.filter(start -> start.shortestEnding() > (long) most * MOST_BYTES).ifPresent(start -> {
            throw StoaException.user("the shortest answer of the grammar has " + start.shortestEnding()
                    + " bytes, and there is room for " + most + " tokens: allow more tokens, or less of an answer");
        });
        this.chain = options.temperature() == 0
                ? Optional.empty()
                : Optional.of(library.newSampler(
                        options.topK(),
                        (float) options.topP(),
                        (float) options.minP(),
                        (float) options.temperature(),
                        seed(options.seed())));
    }

    /** llama.cpp takes 32 bits, and reads all ones ({@code LLAMA_DEFAULT_SEED}) as "take a random seed". */
    private static int seed(long seed) {
        int folded = Long.hashCode(seed);
        return folded == 0xFFFFFFFF ? 0 : folded;
    }

    /** Whether a grammar allows nothing more. */
    boolean isComplete() {
        return state.filter(GrammarState::onlyEnds).isPresent();
    }

    /** The token after a row of the context's last batch. */
    int next(LlamaContext context, int row) {
        if (state.isEmpty()) {
            return choose(context, row);
        }
        if (state.get().onlyEnds()) {
            return model.endToken();
        }
        Map<Integer, Float> takenOut = new LinkedHashMap<>();
        try {
            return allowed(context, row, takenOut);
        } finally {
            // Log-probabilities are told of what the model said.
            takenOut.forEach((token, logit) -> context.setLogit(row, token, logit));
        }
    }

    private int allowed(LlamaContext context, int row, Map<Integer, Float> takenOut) {
        for (int refused = 0; refused < TRIES; refused++) {
            int token = choose(context, row);
            if (follow(token)) {
                return token;
            }
            takenOut.put(token, context.setLogit(row, token, Float.NEGATIVE_INFINITY));
            if (takenOut.size() == model.vocabularySize()) {
                break;
            }
        }
        boolean any = false;
        for (int token = 0; token < model.vocabularySize(); token++) {
            if (after(token).isPresent()) {
                any |= !takenOut.containsKey(token);
            } else if (!takenOut.containsKey(token)) {
                takenOut.put(token, context.setLogit(row, token, Float.NEGATIVE_INFINITY));
            }
        }
        if (!any) {
            throw StoaException.engine(
                    "the model has no token with which the answer could go on as its grammar demands;"
                            + " use another model, or a grammar with plainer characters");
        }
        int token = choose(context, row);
        if (!follow(token)) {
            throw StoaException.bug("the sampler chose token " + token + ", which had been taken out");
        }
        return token;
    }

    private int choose(LlamaContext context, int row) {
        // Checked for both: the native chain ends the process on logits that are not numbers.
        int mostLikely = context.mostLikely(row);
        return chain.map(samplers -> context.sample(samplers, row)).orElse(mostLikely);
    }

    private boolean follow(int token) {
        Optional<GrammarState> next = after(token);
        next.ifPresent(following -> {
            state = Optional.of(following);
            left--;
        });
        return next.isPresent();
    }

    /** The state after a token, if it may come. */
    private Optional<GrammarState> after(int token) {
        GrammarState now = state.orElseThrow();
        if (model.isEndOfGeneration(token)) {
            return now.mayEnd() ? state : Optional.empty();
        }
        byte[] piece = model.answerPiece(token);
        return piece.length == 0
                ? Optional.empty()
                : now.accept(piece)
                        .filter(following -> following.shortestEnding() <= left - 1
                                || following.shortestEnding() < now.shortestEnding());
    }

    @Override
    public void close() {
        chain.ifPresent(library::freeSampler);
    }
}
