package io.stoa.benchmark;

import io.stoa.benchmark.task.Answer;
import io.stoa.benchmark.task.Item;
import io.stoa.benchmark.task.Task;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineSource;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.Progress;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.StoaException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One task put to one candidate, in batches of {@value #BATCH} items. Each batch is one entry of the ledger, so a killed
 * run loses at most one batch.
 *
 * <p>Asking ends with the last item, or after the first batch that decides a watched gate. Which batch that is follows
 * from the answers alone: a run that goes on, or one under another gate, ends where an undisturbed one would.
 *
 * <p>The key of a batch covers the task's settings, the engine build, the context, and the content of the batch's items
 * (id, prompt, choices, answer). It does not cover the limit or the gate: they change no answer, and so raising a limit
 * keeps what is known. Items that are added or edited give all items another order, and so new batches. Nor does it
 * cover the machine that the candidate is wanted for, because the answers come from the machine at hand.
 */
final class TaskRun {
    static final int BATCH = 25;

    /** Changes when the meaning of what is recorded changes, so that older entries are not taken for newer ones. */
    private static final String FORMAT = "benchmark answers 3";

    private final Candidate candidate;
    private final Task task;
    private final Sampling sampling;
    private final List<Batch> batches;

    private record Batch(EvidenceKey key, int first, List<Item> items) {}

    /**
     * @param sampling when asking ends
     * @param contextTokens the context that the engine is opened with, which decides what fits
     * @param engineBuild what runs the model, with its version
     */
    TaskRun(Candidate candidate, Task task, Sampling sampling, int contextTokens, String engineBuild) {
        this.candidate = candidate;
        this.task = task;
        this.sampling = sampling;
        List<Item> items = task.items().items();
        List<Batch> made = new ArrayList<>();
        for (int from = 0; from < items.size(); from += BATCH) {
            List<Item> batch = items.subList(from, Math.min(from + BATCH, items.size()));
            String check = checkId(task) + "#" + made.size();
            Digest inputs = inputs(contextTokens, engineBuild, batch);
            made.add(new Batch(new EvidenceKey(candidate.identity(), check, inputs), from, batch));
        }
        this.batches = List.copyOf(made);
    }

    static String checkId(Task task) {
        return "benchmark/" + task.id();
    }

    Candidate candidate() {
        return candidate;
    }

    Task task() {
        return task;
    }

    Sampling sampling() {
        return sampling;
    }

    /** What the ledger holds, if it holds all that is asked. Never asks an engine. */
    Optional<List<Recorded<Answers>>> known(Recorder recorder) {
        try {
            return Optional.of(untilEnough(batch -> recorder.once(batch.key(), Answers.class, () -> {
                throw new NotRecorded();
            })));
        } catch (NotRecorded e) {
            return Optional.empty();
        }
    }

    /**
     * The batches up to the one that ends asking, those that the ledger does not hold yet asked now. The engine is
     * opened for those only.
     */
    List<Recorded<Answers>> complete(Recorder recorder, EngineSource engines, Progress progress) {
        int total = task.items().size();
        return untilEnough(batch -> {
            Recorded<Answers> recorded = recorder.once(
                    batch.key(),
                    Answers.class,
                    () -> ask(
                            engines.engine(candidate), batch, (asked, _) -> progress.at(batch.first() + asked, total)));
            progress.at(batch.first() + batch.items().size(), total);
            return recorded;
        });
    }

    private List<Recorded<Answers>> untilEnough(Function<Batch, Recorded<Answers>> answers) {
        List<Recorded<Answers>> recorded = new ArrayList<>();
        Scores scores = Scores.NONE;
        for (Batch batch : batches) {
            Recorded<Answers> entry = checked(batch, answers.apply(batch));
            recorded.add(entry);
            scores = scores.and(Scores.of(entry.value().answers()));
            if (sampling.enough(scores)) {
                break;
            }
        }
        return List.copyOf(recorded);
    }

    /**
     * Asks the items of a batch. An item that the engine refuses, because its prompt does not fit the context or its
     * template does not take it, is recorded as refused; but only once the engine has read another prompt, so that a
     * missing key or a broken template ends the run rather than looks like wrong answers.
     */
    private Answers ask(Engine engine, Batch batch, Progress progress) {
        List<Answer> answers = new ArrayList<>();
        boolean reads = false;
        for (Item item : batch.items()) {
            try {
                answers.add(task.ask(engine, item));
                reads = true;
            } catch (StoaException refusal) {
                if (refusal.kind() != StoaException.Kind.USER) {
                    throw refusal;
                }
                if (!reads) {
                    task.probe(engine);
                    reads = true;
                }
                answers.add(Answer.refused(item, refusal.sentence()));
            }
            progress.at(answers.size(), batch.items().size());
        }
        return new Answers(task.items().seed(), batch.first(), answers);
    }

    private static Recorded<Answers> checked(Batch batch, Recorded<Answers> recorded) {
        List<String> answered =
                recorded.value().answers().stream().map(Answer::id).toList();
        if (!answered.equals(batch.items().stream().map(Item::id).toList())) {
            throw StoaException.bug("ledger entry " + recorded.evidence().sequence() + " under "
                    + batch.key().check() + " answers other items than were asked; verify the ledger");
        }
        return recorded;
    }

    private Digest inputs(int contextTokens, String engineBuild, List<Item> items) {
        MessageDigest digest = Digest.sha256();
        feed(digest, FORMAT);
        feed(digest, task.settings());
        feed(digest, engineBuild);
        feed(digest, "context " + contextTokens);
        for (Item item : items) {
            feed(digest, item.digest().hex());
        }
        return Digest.of(digest);
    }

    /** Feeds a text behind its length, so that no two lists of texts give the same bytes. */
    private static void feed(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    /** Thrown instead of measuring: says that the ledger does not hold an entry. Caught where it is caused. */
    private static final class NotRecorded extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotRecorded() {
            super("not in the ledger", null, false, false);
        }
    }
}
