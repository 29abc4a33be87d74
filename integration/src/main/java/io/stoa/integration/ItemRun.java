package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.EngineSource;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.Progress;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Asks a candidate the items of one task, greedily, and puts the answers into the ledger in batches of 25.
 *
 * <p>A batch's key holds the settings and the lines of its own items only. So a run that was killed goes on after its
 * last full batch, and items that are appended to the file leave the batches before them valid. The engine is opened
 * by the first item that truly has to be asked.
 *
 * @param engines where the candidate's engine comes from
 * @param candidate who is asked
 * @param check the id of the check
 * @param maxTokens the longest answer
 * @param settings everything besides the items that an answer or its scoring depends on, the engine's build included
 */
record ItemRun(EngineSource engines, Candidate candidate, String check, int maxTokens, List<String> settings) {
    static final int BATCH = 25;

    ItemRun {
        requireNonNull(engines, "engines");
        requireNonNull(candidate, "candidate");
        requireNonNull(check, "check");
        settings = List.copyOf(settings);
    }

    /** The candidate's answer to one prompt. A failure names the item's file and line. */
    Generation answer(Item item, Prompt prompt) {
        try {
            return engines.engine(candidate).generate(prompt, GenerateOptions.greedy(maxTokens));
        } catch (StoaException e) {
            throw new StoaException(e.kind(), item.line() + ": " + e.sentence(), e);
        }
    }

    /**
     * Asks every item that the ledger does not hold yet.
     *
     * @param ask asks one item
     * @param batch makes a ledger entry of the answers to a batch
     * @param type the entry's class
     * @return the entries in the order of the items
     */
    <I extends Item, A, R extends Record> List<Recorded<R>> ask(
            List<I> items,
            Function<I, A> ask,
            Function<List<A>, R> batch,
            Class<R> type,
            Recorder recorder,
            Progress progress) {
        List<Recorded<R>> entries = new ArrayList<>();
        for (int start = 0; start < items.size(); start += BATCH) {
            int from = start;
            List<I> some = items.subList(from, Math.min(items.size(), from + BATCH));
            entries.add(recorder.once(key(from / BATCH, some), type, () -> {
                List<A> answers = new ArrayList<>();
                for (I item : some) {
                    answers.add(ask.apply(item));
                    progress.at(from + answers.size(), items.size());
                }
                return batch.apply(answers);
            }));
            progress.at(from + some.size(), items.size());
        }
        return entries;
    }

    private EvidenceKey key(int batch, List<? extends Item> items) {
        String lines = items.stream().map(item -> item.line().json().toString()).collect(Collectors.joining("\n"));
        String inputs = String.join("\n", settings) + "\nmax tokens " + maxTokens + "\n" + lines;
        return new EvidenceKey(candidate.identity(), check + "#" + batch, Digest.of(inputs));
    }
}
