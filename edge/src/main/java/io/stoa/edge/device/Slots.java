package io.stoa.edge.device;

import io.stoa.edge.device.BundleFormat.Entry;
import io.stoa.edge.device.BundleFormat.Incoming;
import io.stoa.model.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The two places for bundles: how one is filled, and emptied. */
final class Slots {
    private static final int CHUNK = 1 << 20;

    private final Path folder;
    private final DeviceFiles files;

    Slots(Path device, DeviceFiles files) {
        this.folder = device.resolve("slots");
        this.files = files;
    }

    Path place(Slot slot) {
        return folder.resolve(slot.folder());
    }

    /** The bundle that is copied turned out to be something else than it said. */
    static final class BrokenSource extends Exception {
        private static final long serialVersionUID = 1;

        BrokenSource(String message) {
            super(message);
        }

        String sentence() {
            return String.valueOf(getMessage());
        }
    }

    /** How many bytes lie in a slot. */
    long bytes(Slot slot) throws IOException {
        if (!Files.isDirectory(place(slot), LinkOption.NOFOLLOW_LINKS)) {
            return 0;
        }
        long bytes = 0;
        for (Path path : walk(place(slot))) {
            if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                bytes += Files.size(path);
            }
        }
        return bytes;
    }

    boolean isEmpty(Slot slot) {
        return !Files.exists(place(slot), LinkOption.NOFOLLOW_LINKS);
    }

    /** Empties a slot; half of it may be gone when a crash comes between. */
    void clear(Slot slot) throws IOException {
        if (isEmpty(slot)) {
            return;
        }
        for (Path path : walk(place(slot)).reversed()) {
            files.delete(path);
        }
        files.syncFolder(folder);
    }

    /** A folder and all in it, each folder before what it holds. Links are not followed. */
    private static List<Path> walk(Path from) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            return all.toList();
        }
    }

    /** Fills an empty slot with the files of a bundle, all of which are safe on the disk afterwards. */
    void fill(Slot slot, Incoming incoming, Path device, Progress progress) throws IOException, BrokenSource {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            files.makeFolder(folder);
            files.syncFolder(device);
        }
        files.makeFolder(place(slot));
        Set<Path> folders = new LinkedHashSet<>();
        folders.add(place(slot));
        long total = incoming.entries().stream().mapToLong(Entry::bytes).sum();
        long done = 0;
        byte[] chunk = new byte[(int) Math.clamp(total, 1, CHUNK)];
        for (Entry entry : incoming.entries()) {
            Path file = place(slot).resolve(entry.path());
            makeParents(place(slot), file, folders);
            done = copy(incoming, entry, file, chunk, done, total, progress);
        }
        for (Path each : folders.stream()
                .sorted(Comparator.comparingInt(Path::getNameCount).reversed())
                .toList()) {
            files.syncFolder(each);
        }
        files.syncFolder(folder);
    }

    private void makeParents(Path slot, Path file, Set<Path> made) throws IOException {
        List<Path> missing = new ArrayList<>();
        Optional<Path> at = Optional.ofNullable(file.getParent());
        while (at.isPresent() && at.get().startsWith(slot) && !made.contains(at.get())) {
            missing.add(at.get());
            at = Optional.ofNullable(at.get().getParent());
        }
        for (Path each : missing.reversed()) {
            files.makeFolder(each);
            made.add(each);
        }
    }

    private long copy(
            Incoming incoming, Entry entry, Path file, byte[] chunk, long before, long total, Progress progress)
            throws IOException, BrokenSource {
        long done = 0;
        try (InputStream in = opened(incoming, entry);
                DeviceFiles.Output out = files.create(file)) {
            for (int read = read(in, entry, chunk); read >= 0; read = read(in, entry, chunk)) {
                done += read;
                if (done > entry.bytes()) {
                    throw new BrokenSource(
                            entry.path() + " is longer than the " + entry.bytes() + " bytes it should have");
                }
                out.write(chunk, read);
                progress.at(before + done, total);
            }
            out.sync();
        }
        if (done < entry.bytes()) {
            throw new BrokenSource(entry.path() + " ends after " + done + " of " + entry.bytes()
                    + " bytes; was the bundle copied whole?");
        }
        return before + done;
    }

    private static InputStream opened(Incoming incoming, Entry entry) throws BrokenSource {
        try {
            return incoming.open(entry);
        } catch (IOException e) {
            throw new BrokenSource(entry.path() + " of the bundle cannot be read (" + e.getMessage() + ")");
        }
    }

    private static int read(InputStream in, Entry entry, byte[] chunk) throws BrokenSource {
        try {
            return in.read(chunk);
        } catch (IOException e) {
            throw new BrokenSource(entry.path() + " of the bundle cannot be read (" + e.getMessage() + ")");
        }
    }
}
