package io.stoa.edge.device;

import static java.util.Objects.requireNonNull;

import io.stoa.edge.device.BundleFormat.Entry;
import io.stoa.edge.device.BundleFormat.Incoming;
import io.stoa.edge.device.DeviceEvent.Kind;
import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A device's folder with its two slots.
 *
 * <pre>
 * FOLDER/state.json   which slot runs, which was before, and what must not be gone below
 * FOLDER/slots/a      a bundle, or nothing
 * FOLDER/slots/b      likewise
 * FOLDER/lock         held by whoever changes anything
 * FOLDER/a.lock       held by whoever runs the bundle of that slot; and b.lock
 * </pre>
 *
 * <p><b>An installation</b> checks signature, platform, version, expiry, memory and space; copies the bundle into the
 * slot that does not run; verifies that copy; replaces {@code state.json}, which is the switch, and marks a trial; runs the
 * self-test; and then confirms, or goes back. Wherever it is cut off, {@code state.json} names a bundle that is whole: the
 * slot it names is never written to. A trial that was not confirmed, because the test failed or because the process or the
 * machine died in it, ends at the next start: it goes back.
 *
 * <p><b>A start</b> verifies the whole bundle again, signature and digests. When it is damaged, the previous one runs.
 */
public final class Device {
    /** What must be free beyond the bundle: for {@code state.json} and the journal. */
    private static final long RESERVE = 1 << 20;

    private static final long CLOCK_STEP_SECONDS = 3600;

    private final Path folder;
    private final DeviceFiles files;
    private final BundleFormat format;
    private final Surroundings here;
    private final DeviceEvent.Listener listener;
    private final StateFile stateFile;
    private final Slots slots;

    /** @param folder made, but not its parent, when something is first installed */
    public Device(
            Path folder, DeviceFiles files, BundleFormat format, Surroundings here, DeviceEvent.Listener listener) {
        this.folder = folder.toAbsolutePath();
        this.files = requireNonNull(files, "files");
        this.format = requireNonNull(format, "format");
        this.here = requireNonNull(here, "here");
        this.listener = requireNonNull(listener, "listener");
        this.stateFile = new StateFile(this.folder, files);
        this.slots = new Slots(this.folder, files);
    }

    // ---- installing

    /**
     * Installs a bundle, tests it, and keeps it or goes back.
     *
     * @throws StoaException {@code RESOURCES} when the disk refuses; what ran before runs on
     */
    public InstallOutcome install(Path bundle, ClockPolicy policy, Trial trial, Progress progress) {
        try {
            if (!Files.isDirectory(folder)) {
                files.makeFolder(folder);
            }
            try (DeviceLock _ = lock()) {
                DeviceState state = recovered();
                if (state.current().isEmpty()) {
                    keepFolder();
                }
                InstallOutcome outcome = install(state, bundle, policy, trial, progress);
                tell(outcome);
                return outcome;
            }
        } catch (IOException e) {
            throw refusedByDisk("the bundle could not be installed", e);
        }
    }

    /** The folder's own name must survive a power cut, too. */
    private void keepFolder() throws IOException {
        Optional<Path> parent = Optional.ofNullable(folder.getParent());
        if (parent.isPresent()) {
            files.syncFolder(parent.get());
        }
    }

    private StoaException refusedByDisk(String what, IOException e) {
        return new StoaException(
                StoaException.Kind.RESOURCES,
                folder + ": " + what + " (" + e + "); the bundle that ran before runs on. Free some space, or mend the"
                        + " disk or its permissions, and try again",
                e);
    }

    private InstallOutcome install(DeviceState state, Path bundle, ClockPolicy policy, Trial trial, Progress progress)
            throws IOException {
        Instant now = here.clock().instant();
        Optional<Path> installed = state.current().map(Resident::slot).map(slots::place);
        try (Incoming incoming = format.open(bundle, installed, now)) {
            BundleFacts facts = incoming.facts();
            if (state.current()
                            .filter(each -> each.digest().equals(facts.digest()))
                            .isPresent()
                    && isWhole(state.current().get())) {
                return new InstallOutcome.Unchanged(state.current().get());
            }
            ClockPolicy.Judgement time = policy.judge(facts, state, now);
            Optional<String> refusal = refusal(facts, state).or(time::refusal);
            if (refusal.isPresent()) {
                return new InstallOutcome.Refused(refusal.get(), state.current());
            }
            Slot slot = state.current().map(each -> each.slot().other()).orElse(Slot.A);
            Optional<String> tooBig = tooBig(incoming, slot);
            if (tooBig.isPresent()) {
                return new InstallOutcome.Refused(tooBig.get(), state.current());
            }
            return fill(state, slot, incoming, trial, progress, time, now);
        } catch (StoaException e) {
            if (e.kind() == StoaException.Kind.USER) {
                return new InstallOutcome.Refused(e.sentence(), state.current());
            }
            throw e;
        }
    }

    private Optional<String> refusal(BundleFacts facts, DeviceState state) {
        if (facts.platform()
                .filter(platform -> !platform.equals(here.platform()))
                .isPresent()) {
            return Optional.of(
                    "the bundle is for " + facts.platform().get() + ", and this device is " + here.platform());
        }
        if (state.current().filter(each -> !each.name().equals(facts.name())).isPresent()) {
            return Optional.of("the bundle is " + facts.name() + ", and this device runs "
                    + state.current().get().name() + "; give another product a folder of its own with --device");
        }
        if (facts.memory().filter(need -> need.compareTo(here.memory()) > 0).isPresent()) {
            return Optional.of(
                    "the bundle needs " + facts.memory().get() + " of memory, and this device has " + here.memory());
        }
        return state.highest().flatMap(highest -> older(facts, highest));
    }

    private static Optional<String> older(BundleFacts facts, DeviceState.Highest highest) {
        int order = facts.version().compareTo(highest.number());
        if (order < 0) {
            return Optional.of("the bundle is version " + facts.version() + ", and version " + highest.version()
                    + " was confirmed here: an older one may bring back what a newer one mended. To go back to the one"
                    + " before, use `stoa edge rollback`");
        }
        return order == 0 && !facts.digest().equals(highest.digest())
                ? Optional.of("the bundle is another version " + facts.version() + " than the one that was confirmed"
                        + " here; its publisher must give it a higher version")
                : Optional.empty();
    }

    private Optional<String> tooBig(Incoming incoming, Slot slot) throws IOException {
        long need = RESERVE;
        for (Entry entry : incoming.entries()) {
            need = Math.addExact(need, entry.bytes());
        }
        long have = files.usableBytes(folder) + slots.bytes(slot);
        return need > have
                ? Optional.of("the bundle needs " + new Bytes(need) + " on the disk, and " + new Bytes(have)
                        + " are free; free some space")
                : Optional.empty();
    }

    private InstallOutcome fill(
            DeviceState state,
            Slot slot,
            Incoming incoming,
            Trial trial,
            Progress progress,
            ClockPolicy.Judgement time,
            Instant now)
            throws IOException {
        BundleFacts facts = incoming.facts();
        Bundle bundle;
        DeviceState before = state;
        try (DeviceLock _ = DeviceLock.alone(leaseOf(slot)).orElseThrow(() -> inUse(slot))) {
            if (state.previous().isPresent()) {
                // before its files are touched, so that nobody goes back to half of it
                before = state.withoutPrevious();
                stateFile.write(before);
            }
            slots.clear(slot);
            try {
                slots.fill(slot, incoming, folder, progress);
                bundle = format.verify(slots.place(slot), now, progress);
                if (!bundle.facts().digest().equals(facts.digest())) {
                    throw new Slots.BrokenSource("the bundle changed while it was read");
                }
            } catch (Slots.BrokenSource e) {
                clearQuietly(slot);
                return new InstallOutcome.Refused(e.sentence(), before.current());
            } catch (IOException | RuntimeException e) {
                clearQuietly(slot);
                throw e;
            }
        }
        DeviceState tried = before.trying(Resident.of(slot, facts, now), "installed " + facts)
                .atClock(now);
        stateFile.write(tried);
        SelfTestReport report = tested(bundle, trial);
        return report.passed() ? confirmed(tried, before, report, time) : failed(tried, facts, report);
    }

    private static StoaException inUse(Slot slot) {
        return StoaException.user("the bundle of slot " + slot.folder()
                + ", which must make room, is still run by a process that was started before; end that process first");
    }

    private void clearQuietly(Slot slot) {
        try {
            slots.clear(slot);
        } catch (IOException _) {
            // the next start clears it: no state refers to it
        }
    }

    private static SelfTestReport tested(Bundle bundle, Trial trial) {
        try {
            return trial.run(bundle);
        } catch (StoaException e) {
            return SelfTestReport.failed(e.sentence());
        } catch (RuntimeException e) {
            return SelfTestReport.failed("the self-test broke off: " + e);
        }
    }

    private InstallOutcome confirmed(
            DeviceState tried, DeviceState before, SelfTestReport report, ClockPolicy.Judgement time)
            throws IOException {
        Resident kept = tried.current().orElseThrow();
        stateFile.write(tried.confirmed("installed " + kept + ", and its self-test passed"));
        return new InstallOutcome.Installed(
                kept, before.current(), report, time.note().stream().toList());
    }

    private InstallOutcome failed(DeviceState tried, BundleFacts facts, SelfTestReport report) throws IOException {
        DeviceState back = tried.goneBack("went back from " + facts + ": " + String.join("; ", report.failures()));
        stateFile.write(back);
        clearQuietly(tried.current().orElseThrow().slot());
        return new InstallOutcome.RolledBack(facts, back.current(), report);
    }

    private void tell(InstallOutcome outcome) {
        Optional<String> running = outcome.running().map(Resident::toString);
        switch (outcome) {
            case InstallOutcome.Installed installed ->
                listener.happened(new DeviceEvent(
                        Kind.INSTALLED,
                        Optional.of(installed.bundle().toString()),
                        running,
                        "its self-test passed",
                        Optional.of(installed.test())));
            case InstallOutcome.RolledBack back ->
                listener.happened(new DeviceEvent(
                        Kind.ROLLED_BACK,
                        Optional.of(back.bundle().toString()),
                        running,
                        String.join("; ", back.test().failures()),
                        Optional.of(back.test())));
            case InstallOutcome.Refused refused ->
                listener.happened(
                        new DeviceEvent(Kind.REFUSED, Optional.empty(), running, refused.why(), Optional.empty()));
            case InstallOutcome.Unchanged _ -> {
                // nothing happened
            }
        }
    }

    // ---- starting

    /**
     * Starts what is installed, after it was verified: the current bundle, or the previous one when the current one is
     * damaged or was never confirmed. While an installation is under way in another process, what ran before runs on.
     *
     * @throws StoaException {@code USER} when nothing that is whole is installed
     */
    public Running start(Progress progress) {
        if (!Files.isDirectory(folder)) {
            throw nothingInstalled();
        }
        try (OptionalLock lock = new OptionalLock(DeviceLock.alone(folder.resolve("lock")))) {
            List<String> notes = new ArrayList<>();
            DeviceState state = lock.isHeld()
                    ? recoveredIfWritable(notes)
                    : stateFile.read().state().orElse(DeviceState.EMPTY);
            Resident chosen = (lock.isHeld() ? state.current() : state.trusted()).orElseThrow(this::nothingInstalled);
            return start(state, chosen, lock.isHeld(), notes, progress);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    folder + ": cannot be read (" + e + "); mend the disk or its permissions",
                    e);
        }
    }

    /** A lock that may be held by somebody else. */
    private record OptionalLock(Optional<DeviceLock> lock) implements AutoCloseable {
        boolean isHeld() {
            return lock.isPresent();
        }

        @Override
        public void close() {
            lock.ifPresent(DeviceLock::close);
        }
    }

    private StoaException nothingInstalled() {
        return StoaException.user(
                folder + ": nothing is installed there; use `stoa edge install BUNDLE --device " + folder + "`");
    }

    private Running start(DeviceState state, Resident chosen, boolean locked, List<String> notes, Progress progress)
            throws IOException {
        DeviceLock lease = DeviceLock.shared(leaseOf(chosen.slot()))
                .orElseThrow(() -> StoaException.user(folder + ": its bundle was just replaced; start again"));
        try {
            Bundle bundle = whole(chosen, progress);
            if (locked) {
                noteTime(state, chosen, notes);
            }
            return new Running(chosen, bundle, notes, lease);
        } catch (StoaException e) {
            lease.close();
            if (!locked
                    || e.kind() != StoaException.Kind.USER
                    || state.previous().isEmpty()) {
                throw e;
            }
            return startPrevious(state, e.sentence(), notes, progress);
        }
    }

    private Running startPrevious(DeviceState state, String damage, List<String> notes, Progress progress)
            throws IOException {
        Resident previous = state.previous().orElseThrow();
        Bundle bundle = whole(previous, progress);
        String what = "went back to " + previous + ": the bundle after it is damaged (" + damage + ")";
        notes.add(what);
        writeIfPossible(state.goneBack(what), notes);
        listener.happened(new DeviceEvent(
                Kind.RECOVERED,
                state.current().map(Resident::toString),
                Optional.of(previous.toString()),
                what,
                Optional.empty()));
        DeviceLock lease = DeviceLock.shared(leaseOf(previous.slot())).orElseThrow(() -> inUse(previous.slot()));
        return new Running(previous, bundle, notes, lease);
    }

    private Bundle whole(Resident resident, Progress progress) {
        Bundle bundle = format.verify(slots.place(resident.slot()), resident.verified(), progress);
        if (!bundle.facts().digest().equals(resident.digest())) {
            throw StoaException.user(slots.place(resident.slot()) + ": holds another bundle than was installed there");
        }
        return bundle;
    }

    private boolean isWhole(Resident resident) {
        try {
            return whole(resident, Progress.NONE).facts().digest().equals(resident.digest());
        } catch (StoaException _) {
            return false;
        }
    }

    private void noteTime(DeviceState state, Resident running, List<String> notes) {
        Instant now = here.clock().instant();
        running.expires()
                .filter(end -> !end.isAfter(now))
                .ifPresent(end -> notes.add(running + " expired at " + end
                        + ": it goes on running, but nothing says that it is still good; install a newer one"));
        if (now.isBefore(state.signedTime())) {
            notes.add("this device's clock says " + now + ", but signatures vouch for " + state.signedTime()
                    + ": set the clock");
        } else if (now.isAfter(state.clockTime().plusSeconds(CLOCK_STEP_SECONDS))) {
            writeIfPossible(state.atClock(now), notes);
        }
    }

    private void writeIfPossible(DeviceState state, List<String> notes) {
        try {
            stateFile.write(state);
        } catch (IOException e) {
            notes.add(folder + ": cannot be written (" + e + "); what runs is not affected, but free some space");
        }
    }

    // ---- going back

    /**
     * Goes back to the previous bundle, which is verified first. The one that ran may be gone back to in turn.
     *
     * @param why for the journal
     * @return what runs now
     * @throws StoaException {@code USER} when there is nothing whole to go back to
     */
    public Resident rollback(String why, Progress progress) {
        if (!Files.isDirectory(folder)) {
            throw nothingInstalled();
        }
        try (DeviceLock _ = lock()) {
            DeviceState state = recovered();
            Resident previous = state.previous()
                    .orElseThrow(() -> StoaException.user(folder + ": there is no bundle to go back to"
                            + state.current().map(each -> "; " + each + " runs").orElse("")));
            Bundle _ = whole(previous, progress);
            stateFile.write(state.swapped("went back to " + previous + ": " + why));
            listener.happened(new DeviceEvent(
                    Kind.ROLLED_BACK,
                    state.current().map(Resident::toString),
                    Optional.of(previous.toString()),
                    why,
                    Optional.empty()));
            return previous;
        } catch (IOException e) {
            throw refusedByDisk("going back did not succeed", e);
        }
    }

    // ---- looking

    /** How it stands. Changes nothing and waits for nobody. */
    public DeviceStatus status() {
        if (!Files.isDirectory(folder)) {
            throw nothingInstalled();
        }
        try (OptionalLock lock = new OptionalLock(DeviceLock.alone(folder.resolve("lock")))) {
            StateFile.Found found = stateFile.read();
            DeviceState state = found.state().orElse(DeviceState.EMPTY);
            List<String> problems = new ArrayList<>();
            if (found.damaged()) {
                problems.add(folder + ": state.json is damaged; the next start finds out what is whole");
            }
            if (state.trial() && lock.isHeld()) {
                problems.add("the trial of " + state.current().orElseThrow() + " broke off; the next start goes back");
            }
            return new DeviceStatus(
                    state.current(),
                    state.previous(),
                    state.trial(),
                    !lock.isHeld(),
                    state.highest().map(DeviceState.Highest::version),
                    state.signedTime(),
                    state.note(),
                    problems);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, folder + ": cannot be read (" + e + "); mend its permissions", e);
        }
    }

    // ---- after a crash

    private DeviceLock lock() throws IOException {
        return DeviceLock.alone(folder.resolve("lock"))
                .orElseThrow(() -> StoaException.user(
                        folder + ": another process installs or goes back there; wait until it has ended"));
    }

    private Path leaseOf(Slot slot) {
        return folder.resolve(slot.folder() + ".lock");
    }

    /** What is remembered, once what a crash left is put right: needs the lock. */
    private DeviceState recovered() throws IOException {
        StateFile.Found found = stateFile.read();
        DeviceState state = found.state().orElse(DeviceState.EMPTY);
        if (found.damaged()) {
            state = rebuilt();
            stateFile.write(state);
        } else if (state.trial()) {
            state = afterTrial(state);
            stateFile.write(state);
        }
        collect(state);
        return state;
    }

    private DeviceState recoveredIfWritable(List<String> notes) throws IOException {
        try {
            return recovered();
        } catch (IOException e) {
            notes.add(folder + ": cannot be written (" + e + "); what is whole runs all the same, but free some space");
            StateFile.Found found = stateFile.read();
            DeviceState state = found.state().orElse(DeviceState.EMPTY);
            return found.damaged() ? rebuilt() : state.trial() ? afterTrial(state) : state;
        }
    }

    private DeviceState afterTrial(DeviceState state) {
        Resident tried = state.current().orElseThrow();
        String what = "went back from " + tried + ": its trial broke off before it was confirmed";
        listener.happened(new DeviceEvent(
                Kind.RECOVERED,
                Optional.of(tried.toString()),
                state.previous().map(Resident::toString),
                what,
                Optional.empty()));
        return state.goneBack(what);
    }

    /** From the slots alone, when the file that remembers is damaged: the newest bundle that is whole. */
    private DeviceState rebuilt() {
        Optional<Resident> best = Optional.empty();
        Optional<Resident> other = Optional.empty();
        for (Slot slot : Slot.values()) {
            Optional<Resident> found = found(slot);
            if (found.isPresent() && (best.isEmpty() || isNewer(found.get(), best.get()))) {
                other = best;
                best = found;
            } else if (found.isPresent()) {
                other = found;
            }
        }
        String what = "state.json was damaged; "
                + best.map(each -> each + " is whole and runs").orElse("no slot holds a whole bundle");
        listener.happened(new DeviceEvent(
                Kind.RECOVERED, Optional.empty(), best.map(Resident::toString), what, Optional.empty()));
        return new DeviceState(
                best,
                other,
                false,
                best.map(each -> new DeviceState.Highest(each.version(), each.digest())),
                best.map(Resident::created).orElse(Instant.EPOCH),
                Instant.EPOCH,
                what);
    }

    private static boolean isNewer(Resident one, Resident other) {
        return new BundleVersion(one.version()).compareTo(new BundleVersion(other.version())) > 0;
    }

    private Optional<Resident> found(Slot slot) {
        if (slots.isEmpty(slot)) {
            return Optional.empty();
        }
        Instant now = here.clock().instant();
        try {
            return Optional.of(Resident.of(
                    slot, format.verify(slots.place(slot), now, Progress.NONE).facts(), now));
        } catch (StoaException _) {
            return Optional.empty();
        }
    }

    /** Clears what no state refers to and nobody runs. */
    private void collect(DeviceState state) throws IOException {
        stateFile.tidy();
        for (Slot slot : Slot.values()) {
            if (!state.refersTo(slot) && !slots.isEmpty(slot)) {
                try (OptionalLock lease = new OptionalLock(DeviceLock.alone(leaseOf(slot)))) {
                    if (lease.isHeld()) {
                        slots.clear(slot);
                    }
                }
            }
        }
    }
}
