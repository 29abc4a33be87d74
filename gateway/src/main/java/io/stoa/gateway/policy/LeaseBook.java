package io.stoa.gateway.policy;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What a gateway has taken from its leases, in a file that is mapped into memory: a write costs nanoseconds, and since the
 * pages belong to the kernel, it is there when the process has been killed. It is not there when the machine lost power;
 * therefore the book names the boot of the machine in which it was written, and a book of another boot says nothing.
 *
 * <p>Format, in the machine's byte order, {@code <gateway>.book}:
 *
 * <pre>
 * 0      8 bytes  the number 0x53544F41424F4F4B, "STOABOOK"
 * 8      8 bytes  the version, 1
 * 16    16 bytes  the boot: /proc/sys/kernel/random/boot_id; zeros where there is none
 * 64·n   8 bytes  slot n, from 1: total that was set aside or settled from the lease of this slot, in micros
 * </pre>
 *
 * Slots lie 64 bytes apart so that no two share a line of a processor's cache. The file is sparse: it takes the room of
 * the slots that are used. As long as its gateway lives, the file is locked.
 */
final class LeaseBook implements AutoCloseable {
    private static final String SUFFIX = ".book";
    private static final long MAGIC = 0x53544F41424F4F4BL;
    private static final long VERSION = 1;
    private static final long STRIDE = 64;
    private static final int SLOTS = 1 << 16;
    private static final long SIZE = STRIDE * (SLOTS + 1L);
    private static final VarHandle AMOUNT = ValueLayout.JAVA_LONG.varHandle();
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path file;
    private final FileChannel channel;
    private final MemorySegment memory;
    private final BitSet used = new BitSet();

    private LeaseBook(Path file, FileChannel channel, MemorySegment memory) {
        this.file = file;
        this.channel = channel;
        this.memory = memory;
    }

    /**
     * A name for a gateway that begins: its process, when that began, and something random. By the first two, books of
     * this process are told from those of a dead one.
     */
    static String newGateway() {
        return ownPrefix() + UUID.randomUUID().toString().substring(0, 8);
    }

    private static String ownPrefix() {
        ProcessHandle process = ProcessHandle.current();
        long began = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        return process.pid() + "-" + began + "-";
    }

    /** What a dead gateway left. */
    record Left(String gateway, Reading reading) {}

    /** A look into a book. */
    @FunctionalInterface
    interface Reading {
        /** What was taken from the lease of a slot; empty when the book does not know. */
        OptionalLong taken(int slot);
    }

    /** Opens a book for a gateway that begins. */
    static LeaseBook create(Path folder, String gateway) {
        // locked before it has its name, so that nobody takes it for a dead gateway's
        Path fresh = folder.resolve(gateway + ".new");
        Path file = folder.resolve(gateway + SUFFIX);
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(
                    fresh,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    ownerOnly());
            if (channel.tryLock() == null) {
                throw new IOException("it is locked");
            }
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE, Arena.ofAuto());
            UUID boot = boot();
            memory.set(ValueLayout.JAVA_LONG, 8, VERSION);
            memory.set(ValueLayout.JAVA_LONG, 16, boot.getMostSignificantBits());
            memory.set(ValueLayout.JAVA_LONG, 24, boot.getLeastSignificantBits());
            memory.set(ValueLayout.JAVA_LONG, 0, MAGIC);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            return new LeaseBook(file, channel, memory);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    file + " cannot be created (" + e + "); check its folder and the free space",
                    e);
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static UUID boot() {
        try {
            return UUID.fromString(Files.readString(BOOT).strip());
        } catch (IOException | IllegalArgumentException _) {
            return new UUID(0, 0);
        }
    }

    /** A slot for a new lease, at zero; -1 when all are taken. */
    int open() {
        synchronized (used) {
            int slot = used.nextClearBit(1);
            if (slot > SLOTS) {
                return -1;
            }
            used.set(slot);
            AMOUNT.setVolatile(memory, slot * STRIDE, 0L);
            return slot;
        }
    }

    /** Gives a slot back, once the store has forgotten its lease. */
    void free(int slot) {
        if (slot >= 0) {
            synchronized (used) {
                used.clear(slot);
            }
        }
    }

    /** Changes what was taken from a lease. */
    void add(int slot, long amount) {
        if (slot >= 0) {
            // the result is not of interest, but this is how to add in one step
            long _ = (long) AMOUNT.getAndAdd(memory, slot * STRIDE, amount);
        }
    }

    /** What was taken from the lease of a slot. */
    OptionalLong taken(int slot) {
        return OptionalLong.of((long) AMOUNT.getVolatile(memory, slot * STRIDE));
    }

    /** Removes the book, when the store has no lease of its gateway any more. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves the book to whoever starts next. */
    void leave() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is done with what a dead gateway left, before its book is deleted. */
    @FunctionalInterface
    interface Reader {
        void read(Left left);
    }

    /**
     * Shows the books of all gateways that live no more, and deletes them. A book that another process is looking at is
     * left to it.
     *
     * @return how many
     */
    static int readLeft(Path folder, Reader reader) {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        int found = 0;
        String own = ownPrefix();
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> books = files.filter(
                            path -> path.getFileName().toString().endsWith(SUFFIX)
                                    // Opening a file of this process and closing it again drops the lock on it.
                                    && !path.getFileName().toString().startsWith(own))
                    .sorted()
                    .toList();
            for (Path book : books) {
                found += readOne(book, reader) ? 1 : 0;
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, folder + " cannot be read (" + e + "); may you read it?", e);
        }
        return found;
    }

    private static boolean readOne(Path book, Reader reader) throws IOException {
        try (FileChannel channel = FileChannel.open(book, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return false;
            }
            String name = book.getFileName().toString();
            reader.read(new Left(name.substring(0, name.length() - SUFFIX.length()), reading(channel)));
            Files.deleteIfExists(book);
            return true;
        } catch (OverlappingFileLockException | NoSuchFileException _) {
            // another gateway of this process is looking at it, or somebody was quicker
            return false;
        }
    }

    private static Reading reading(FileChannel channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
        int read = channel.read(header, 0);
        UUID boot = boot();
        boolean known = read == 32
                && header.getLong(0) == MAGIC
                && header.getLong(8) == VERSION
                && header.getLong(16) == boot.getMostSignificantBits()
                && header.getLong(24) == boot.getLeastSignificantBits()
                && !boot.equals(new UUID(0, 0));
        return slot -> known ? amount(channel, slot) : OptionalLong.empty();
    }

    private static OptionalLong amount(FileChannel channel, int slot) {
        ByteBuffer amount = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
        try {
            return channel.read(amount, slot * STRIDE) == 8 ? OptionalLong.of(amount.getLong(0)) : OptionalLong.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
