package io.stoa.edge.device;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A real folder whose changes are numbered, so that a test can end the process or the power at any of them, and fill the
 * disk at any byte. When the power goes, what was not forced is lost as a disk may lose it: of each file's bytes since it
 * was forced, a beginning stays, or holes of zeros; of each folder's changes since it was forced, the first few stay.
 */
final class CrashingFiles implements DeviceFiles {
    /** Bytes are written in pieces of this size, each of which may be cut. */
    private static final int PIECE = 48;

    /** The process or the machine ended. */
    static final class Ended extends Error {
        private static final long serialVersionUID = 1;
    }

    /** When at an operation. */
    enum Moment {
        BEFORE,
        MIDDLE,
        AFTER
    }

    private final DeviceFiles disk = new SystemFiles();
    private final long endAt;
    private final Moment moment;
    private final long fullAfter;
    private final long failAt;
    private long operations;
    private long written;
    private boolean ended;
    private final List<String> names = new ArrayList<>();

    /** What was not forced yet, by file: how much of it was. */
    private final Map<Path, Long> forced = new HashMap<>();
    /** What was not forced yet, by folder, in order. */
    private final Map<Path, List<Change>> changes = new LinkedHashMap<>();

    /** How a folder's change is undone. */
    private interface Change {
        void undo() throws IOException;
    }

    private CrashingFiles(long endAt, Moment moment, long fullAfter, long failAt) {
        this.endAt = endAt;
        this.moment = moment;
        this.fullAfter = fullAfter;
        this.failAt = failAt;
    }

    /** Never ends: tells how many operations there are. */
    static CrashingFiles counting() {
        return new CrashingFiles(Long.MAX_VALUE, Moment.BEFORE, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /** Ends at an operation, counted from 0. */
    static CrashingFiles endingAt(long operation, Moment moment) {
        return new CrashingFiles(operation, moment, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /** The disk takes so many more bytes and not one beyond. */
    static CrashingFiles fullAfter(long bytes) {
        return new CrashingFiles(Long.MAX_VALUE, Moment.BEFORE, bytes, Long.MAX_VALUE);
    }

    /** The disk refuses an operation and everything after it but deleting. */
    static CrashingFiles refusingFrom(long operation) {
        return new CrashingFiles(Long.MAX_VALUE, Moment.BEFORE, Long.MAX_VALUE, operation);
    }

    long operations() {
        return operations;
    }

    long written() {
        return written;
    }

    /** The last operation that was begun. */
    String last() {
        return names.isEmpty() ? "nothing" : names.getLast();
    }

    /** Whether an operation can be cut in its middle. */
    boolean isWrite(long operation) {
        return names.get((int) operation).startsWith("write ");
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private void operation(String what, Step first, Step rest, boolean frees) throws IOException {
        if (ended) {
            throw new Ended();
        }
        long number = operations++;
        names.add(what);
        if (number == endAt && moment == Moment.BEFORE) {
            end();
        }
        if (number >= failAt && !frees) {
            throw new IOException("No space left on device (simulated)");
        }
        first.run();
        if (number == endAt && moment == Moment.MIDDLE) {
            end();
        }
        rest.run();
        if (number == endAt && moment == Moment.AFTER) {
            end();
        }
    }

    private void end() {
        ended = true;
        throw new Ended();
    }

    private static final Step NOTHING = () -> {};

    private void changed(Path path, Change change) {
        changes.computeIfAbsent(path.getParent(), _ -> new ArrayList<>()).add(change);
    }

    @Override
    public Output create(Path file) throws IOException {
        Optional<Output>[] opened = newHolder();
        operation(
                "create " + file.getFileName(),
                NOTHING,
                () -> {
                    boolean isNew = !Files.exists(file);
                    byte[] before = isNew ? new byte[0] : Files.readAllBytes(file);
                    opened[0] = Optional.of(disk.create(file));
                    forced.put(file, 0L);
                    changed(file, () -> {
                        Files.deleteIfExists(file);
                        if (!isNew) {
                            Files.write(file, before);
                        }
                    });
                },
                false);
        Output out = opened[0].orElseThrow();
        return new Output() {
            @Override
            public void write(byte[] bytes, int length) throws IOException {
                for (int at = 0; at < length; at += PIECE) {
                    piece(file, out, java.util.Arrays.copyOfRange(bytes, at, Math.min(length, at + PIECE)));
                }
            }

            @Override
            public void sync() throws IOException {
                operation("force " + file.getFileName(), NOTHING, () -> forced.remove(file), false);
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Optional<Output>[] newHolder() {
        return new Optional[] {Optional.empty()};
    }

    private void piece(Path file, Output out, byte[] bytes) throws IOException {
        int half = bytes.length / 2;
        operation(
                "write " + file.getFileName(),
                () -> put(out, bytes, 0, half),
                () -> put(out, bytes, half, bytes.length),
                false);
    }

    private void put(Output out, byte[] bytes, int from, int to) throws IOException {
        int room = (int) Math.min(to - from, fullAfter - written);
        if (room > 0) {
            byte[] part = java.util.Arrays.copyOfRange(bytes, from, from + room);
            out.write(part, room);
            written += room;
        }
        if (room < to - from) {
            throw new IOException("No space left on device (simulated)");
        }
    }

    @Override
    public void makeFolder(Path folder) throws IOException {
        operation(
                "make " + folder.getFileName(),
                NOTHING,
                () -> {
                    if (!Files.exists(folder)) {
                        disk.makeFolder(folder);
                        changed(folder, () -> deleteAll(folder));
                    }
                },
                false);
    }

    private static void deleteAll(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path each : all.toList().reversed()) {
                    Files.delete(each);
                }
            }
        }
    }

    @Override
    public void replace(Path from, Path to) throws IOException {
        operation(
                "replace " + to.getFileName(),
                NOTHING,
                () -> {
                    Optional<byte[]> before = Files.exists(to) ? Optional.of(Files.readAllBytes(to)) : Optional.empty();
                    disk.replace(from, to);
                    Optional.ofNullable(forced.remove(from)).ifPresent(bytes -> forced.put(to, bytes));
                    changed(to, () -> {
                        if (Files.exists(to)) {
                            Files.move(to, from);
                        }
                        if (before.isPresent()) {
                            Files.write(to, before.get());
                        }
                    });
                },
                false);
    }

    @Override
    public void delete(Path path) throws IOException {
        operation(
                "delete " + path.getFileName(),
                NOTHING,
                () -> {
                    if (Files.isDirectory(path)) {
                        changed(path, () -> Files.createDirectories(path));
                    } else if (Files.exists(path)) {
                        byte[] before = Files.readAllBytes(path);
                        changed(path, () -> {
                            Files.createDirectories(path.getParent());
                            Files.write(path, before);
                        });
                    }
                    forced.remove(path);
                    disk.delete(path);
                },
                true);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        operation("force " + folder.getFileName() + "/", NOTHING, () -> changes.remove(folder), false);
    }

    @Override
    public long usableBytes(Path folder) throws IOException {
        return disk.usableBytes(folder);
    }

    /** What the power takes with it when it goes: with a share of 0 all that was not forced, with 1 nothing. */
    void losePower(Random random, double share) throws IOException {
        for (Map.Entry<Path, Long> file : forced.entrySet()) {
            if (Files.isRegularFile(file.getKey())) {
                byte[] bytes = Files.readAllBytes(file.getKey());
                int safe = (int) Math.min(bytes.length, file.getValue());
                int kept = safe + (int) Math.round((bytes.length - safe) * share * random.nextDouble());
                // some file systems give the size back before the bytes
                boolean zeros = share > 0 && random.nextBoolean();
                byte[] left =
                        java.util.Arrays.copyOf(java.util.Arrays.copyOf(bytes, kept), zeros ? bytes.length : kept);
                Files.write(file.getKey(), left);
            }
        }
        List<Path> folders = new ArrayList<>(changes.keySet());
        java.util.Collections.shuffle(folders, random);
        for (Path folder : folders) {
            List<Change> all = changes.get(folder);
            int kept = (int) Math.round(all.size() * share * random.nextDouble());
            for (Change change : all.subList(kept, all.size()).reversed()) {
                if (Files.isDirectory(folder)) {
                    change.undo();
                }
            }
        }
    }
}
