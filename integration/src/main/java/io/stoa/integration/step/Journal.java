package io.stoa.integration.step;

import io.stoa.integration.step.JournalEntry.Asked;
import io.stoa.integration.step.JournalEntry.Begun;
import io.stoa.integration.step.JournalEntry.Decided;
import io.stoa.integration.step.JournalEntry.Ended;
import io.stoa.integration.step.JournalEntry.Failed;
import io.stoa.integration.step.JournalEntry.Kept;
import io.stoa.integration.step.JournalEntry.Outcome;
import io.stoa.integration.step.JournalEntry.Ruled;
import io.stoa.integration.step.JournalEntry.Started;
import io.stoa.integration.step.RunHistory.Ending;
import io.stoa.integration.step.RunHistory.Past;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import io.stoa.store.CanonicalJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Carries out the steps of a run and writes down each before and after, in a file that only grows (see {@link
 * JournalText}). For several threads, as long as no two take the same path at once.
 *
 * <p>What is promised when the process or the machine dies at any moment, or the disk is full:
 *
 * <ul>
 *   <li>a result that {@link #take} returned is never lost and never computed again;
 *   <li>a step with {@link Effects#NONE} or {@link Effects#IDEMPOTENT} that was under way is done again, under the same
 *       effect name;
 *   <li>a step with {@link Effects#EACH_CALL} that was under way, or that failed in a way that leaves it open whether it
 *       did anything, is never done again by itself: the run waits until a person says whether it happened.
 * </ul>
 */
public final class Journal implements Steps, AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int EFFECT_DIGITS = 32;

    private final JournalFile file;
    private final JournalText text;
    private final RunHistory history;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private long length;
    /** Why no more can be written. */
    private Optional<String> broken = Optional.empty();

    private Journal(JournalFile file, JournalText text, RunHistory history, long length, Clock clock) {
        this.file = file;
        this.text = text;
        this.history = history;
        this.length = length;
        this.clock = clock;
    }

    /**
     * Begins a run.
     *
     * @param file empty
     * @param about what is run, on what, with which models
     */
    public static Journal begin(JournalFile file, String run, JsonNode about, Clock clock) {
        JournalText text = new JournalText();
        Started started = new Started(run, canonical(about), clock.instant());
        JournalText.Line line = text.line(started);
        byte[] magic = JournalText.MAGIC.getBytes(StandardCharsets.US_ASCII);
        byte[] both = new byte[magic.length + line.bytes().length];
        System.arraycopy(magic, 0, both, 0, magic.length);
        System.arraycopy(line.bytes(), 0, both, magic.length, line.bytes().length);
        try {
            file.append(both);
        } catch (IOException e) {
            file.close();
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    file.name() + ": cannot be written (" + e + "); free some space, remove it and run anew",
                    e);
        }
        text.written(line);
        return new Journal(file, text, new RunHistory(started), both.length, clock);
    }

    /** Goes on with a run; the torn tail of its file is cut off. */
    public static Journal open(JournalFile file, Clock clock) {
        try {
            JournalText text = new JournalText();
            JournalText.Contents contents = text.read(file);
            if (contents.sound() < contents.length()) {
                file.cut(contents.sound());
            }
            return new Journal(file, text, contents.history(), contents.sound(), clock);
        } catch (IOException e) {
            file.close();
            throw new StoaException(
                    StoaException.Kind.RESOURCES, file.name() + ": cannot be cut (" + e + "); see to its disk", e);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** What a run's file says; nothing is changed, and somebody may be writing to it. */
    public static RunHistory look(JournalFile file) {
        return new JournalText().read(file).history();
    }

    /** What was run, on what, with which models. */
    public Started started() {
        return history.started();
    }

    /** How the run ended, unless it has not. */
    public Optional<Ended> ended() {
        return locked(history::ended);
    }

    /** Each step so far. */
    public List<Past> steps() {
        return locked(history::steps);
    }

    /** The steps that a person has to be asked about. */
    public List<Past> waiting() {
        return locked(history::waiting);
    }

    @Override
    public JsonNode take(Step step, Work work) {
        String digest = step.digest().hex();
        Optional<JsonNode> kept = locked(() -> kept(step, digest));
        if (kept.isPresent()) {
            return kept.get();
        }
        String effect = Digest.of(history.started().run() + "\n" + digest).hex().substring(0, EFFECT_DIGITS);
        append(() -> new Begun(
                step.path(), step.kind(), step.effects(), canonical(step.input()), digest, effect, clock.instant()));
        JsonNode output;
        try {
            output = canonical(work.carryOut(effect));
        } catch (Waiting e) {
            throw e;
        } catch (StoaException e) {
            throw failed(step, e);
        } catch (RuntimeException e) {
            throw failed(step, new StoaException(StoaException.Kind.BUG, step.path() + ": " + e, e));
        }
        append(() -> new Kept(step.path(), output, clock.instant()));
        return output;
    }

    private Optional<JsonNode> kept(Step step, String digest) {
        Optional<Past> past =
                history.step(step.path()).filter(known -> known.begun().isPresent());
        if (past.isEmpty()) {
            return Optional.empty();
        }
        Begun begun = past.get().begun().orElseThrow();
        if (!begun.digest().equals(digest)) {
            throw StoaException.user("run " + history.started().run() + ": step " + step.path()
                    + " was made of another input than it would have now; the run was made by another pipeline, by"
                    + " other inputs or by another version of Stoa: run anew, or take those that made it");
        }
        if (past.get().isUncertain()) {
            throw uncertain(past.get());
        }
        return past.get().output();
    }

    private Waiting uncertain(Past past) {
        String what = past.ending()
                .map(ending -> ending instanceof Ending.Failure failure
                        ? "failed (" + failure.failed().reason() + ") after it may have had its effect"
                        : "is in doubt")
                .orElse("was under way when the process died");
        return new Waiting(
                Waiting.Reason.UNCERTAIN,
                past.path(),
                past.path() + " " + what + ", and its effect must not happen twice. Did it happen? Its name outside is "
                        + past.begun().orElseThrow().effect());
    }

    /** Keeps why a step failed; what is thrown then. */
    private RuntimeException failed(Step step, StoaException e) {
        append(() -> new Failed(step.path(), e.kind(), e.sentence(), clock.instant()));
        return locked(() -> {
            Past past = history.step(step.path()).orElseThrow();
            return past.isUncertain() ? uncertain(past) : e;
        });
    }

    @Override
    public boolean approved(Step step) {
        String digest = step.digest().hex();
        Optional<Decided> decided = locked(() -> history.step(step.path())
                .flatMap(Past::decided)
                .filter(answer -> answer.digest().equals(digest)));
        if (decided.isPresent()) {
            return decided.get().approved();
        }
        boolean asked = locked(() -> history.step(step.path())
                .flatMap(Past::asked)
                .filter(question -> question.digest().equals(digest))
                .isPresent());
        if (!asked) {
            append(() -> new Asked(
                    step.path(), step.kind(), step.effects(), canonical(step.input()), digest, clock.instant()));
        }
        throw new Waiting(
                Waiting.Reason.APPROVAL, step.path(), step.path() + " waits for a person to approve or refuse it");
    }

    /**
     * Writes down a person's answer to a step that waits for approval.
     *
     * @param digest of the step that the person was shown, in hexadecimal
     * @throws StoaException of kind {@code USER} when no such step waits, or another digest does
     */
    public Decided decide(String path, String digest, boolean approved, String by, String note) {
        requireSomebody(by);
        Asked asked = locked(() -> history.step(path)
                .filter(Past::awaitsApproval)
                .flatMap(Past::asked)
                .orElseThrow(() -> notWaiting(path, "for approval")));
        if (!asked.digest().equals(digest)) {
            throw StoaException.user(
                    "step " + path + " of run " + history.started().run() + " is sha256:" + asked.digest()
                            + ", not what was shown; look at it again with `stoa pipeline show`");
        }
        Decided decided = new Decided(path, digest, approved, by, note, clock.instant());
        append(() -> decided);
        return decided;
    }

    /**
     * Writes down a person's word on an effect in doubt.
     *
     * @param result what the step gave; empty when it did not happen
     * @throws StoaException of kind {@code USER} when no such step is in doubt
     */
    public Ruled rule(String path, Optional<JsonNode> result, String by, String note) {
        requireSomebody(by);
        Past past = locked(() ->
                history.step(path).filter(Past::isUncertain).orElseThrow(() -> notWaiting(path, "because of a doubt")));
        Ruled ruled = new Ruled(
                path,
                past.begun().orElseThrow().digest(),
                result.isPresent(),
                result.map(Journal::canonical).orElseGet(JsonNodeFactory.instance::nullNode),
                by,
                note,
                clock.instant());
        append(() -> ruled);
        return ruled;
    }

    private static void requireSomebody(String by) {
        if (by.isBlank()) {
            throw StoaException.user("a decision is somebody's: say whose it is");
        }
    }

    private StoaException notWaiting(String path, String why) {
        List<String> waiting = history.waiting().stream().map(Past::path).toList();
        return StoaException.user(
                "step " + path + " of run " + history.started().run() + " does not wait " + why
                        + (waiting.isEmpty()
                                ? "; nothing of this run waits"
                                : "; those that wait: " + String.join(", ", waiting)));
    }

    /** Whether an entry could not be written: then no other can be, until the file is opened again. */
    public boolean isBroken() {
        return locked(broken::isPresent);
    }

    /** Writes down how the run ended. */
    public Ended end(Outcome outcome, JsonNode value) {
        Ended ended = new Ended(outcome, canonical(value), clock.instant());
        append(() -> ended);
        return ended;
    }

    private void append(Supplier<JournalEntry> entry) {
        lock.lock();
        try {
            if (broken.isPresent()) {
                throw StoaException.resources(broken.get());
            }
            JournalEntry made = entry.get();
            JournalText.Line line = text.line(made);
            write(line);
            text.written(line);
            history.add(made);
        } finally {
            lock.unlock();
        }
    }

    private void write(JournalText.Line line) {
        // Until the line is whole, nobody may write another after it: not even when this ends in an error.
        broken = Optional.of(file.name() + ": an entry was not written to its end; resume the run");
        if (length + line.bytes().length > JournalText.LARGEST_FILE) {
            throw StoaException.resources(file.name() + ": a journal has at most " + JournalText.LARGEST_FILE
                    + " bytes, and this run needs more; give its steps less to read");
        }
        try {
            file.append(line.bytes());
        } catch (IOException e) {
            cutBack();
            String why = file.name() + ": cannot be written (" + e + "); free some space, then resume the run";
            broken = Optional.of(why);
            throw new StoaException(StoaException.Kind.RESOURCES, why, e);
        }
        length += line.bytes().length;
        broken = Optional.empty();
    }

    private void cutBack() {
        try {
            file.cut(length);
        } catch (IOException _) {
            // Then the tail stays torn, and whoever opens the file cuts it off.
        }
    }

    private <T> T locked(Supplier<T> reading) {
        lock.lock();
        try {
            return reading.get();
        } finally {
            lock.unlock();
        }
    }

    /** The value as everybody will read it later, so that a run that is resumed sees the same as one that is not. */
    static JsonNode canonical(JsonNode value) {
        return JSON.readTree(CanonicalJson.write(value));
    }

    @Override
    public void close() {
        file.close();
    }
}
