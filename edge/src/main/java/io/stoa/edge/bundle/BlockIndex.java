package io.stoa.edge.bundle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Finds blocks of old files in new ones, as rsync does: every block of the old files is entered with its hash, and a hash
 * that rolls over the new file looks each of its windows up. The block's length grows with the old files, so that the
 * table has a bounded size.
 */
final class BlockIndex {
    private static final int LEAST_BLOCK = 256;
    private static final int MOST_BLOCKS = 1 << 21;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    private static final int PROBES = 16;

    /** No place. */
    static final Place NOWHERE = new Place(-1, 0);

    private final List<MemorySegment> olds;
    private final int block;
    private final long[] table;

    /** A place in the old files. */
    record Place(int file, long offset) {}

    BlockIndex(List<MemorySegment> olds) {
        this.olds = List.copyOf(olds);
        long total = olds.stream().mapToLong(MemorySegment::byteSize).sum();
        int length = LEAST_BLOCK;
        while (total / length > MOST_BLOCKS) {
            length = Math.multiplyExact(length, 2);
        }
        this.block = length;
        int size = Integer.highestOneBit((int) Math.max(1, total / length)) * 4;
        this.table = new long[size];
        fill();
    }

    /** The length of a block. */
    int block() {
        return block;
    }

    private void fill() {
        int number = 0;
        for (MemorySegment old : olds) {
            for (long at = 0; at + block <= old.byteSize(); at += block) {
                number++;
                enter(hash(old, at), number);
            }
        }
    }

    /** The high half of an entry is the hash's, the low one the block's number from 1; 0 is an empty entry. */
    private void enter(long hash, int number) {
        long mark = hash & 0xffffffff00000000L;
        for (int probe = 0; probe < PROBES; probe++) {
            int slot = slot(hash, probe);
            if (table[slot] == 0) {
                table[slot] = mark | number;
                return;
            }
            if ((table[slot] & 0xffffffff00000000L) == mark) {
                return;
            }
        }
    }

    private int slot(long hash, int probe) {
        return (int) (hash + probe) & (table.length - 1);
    }

    /** The hash of the window that begins there. */
    long hash(MemorySegment data, long at) {
        return mixed(rolling(data, at));
    }

    long rolling(MemorySegment data, long at) {
        long hash = 0;
        for (int i = 0; i < block; i++) {
            hash = hash * MULTIPLIER + (data.get(ValueLayout.JAVA_BYTE, at + i) & 0xff) + 1;
        }
        return hash;
    }

    /** The highest power that a byte of the window is multiplied with. */
    long leadingPower() {
        long power = 1;
        for (int i = 1; i < block; i++) {
            power *= MULTIPLIER;
        }
        return power;
    }

    /** The hash of the window one byte on. */
    static long rolled(long hash, long leadingPower, byte leaves, byte comes) {
        return (hash - ((leaves & 0xff) + 1) * leadingPower) * MULTIPLIER + (comes & 0xff) + 1;
    }

    static long mixed(long rolling) {
        long hash = (rolling ^ (rolling >>> 32)) * 0xD6E8FEB86659FD93L;
        return hash ^ (hash >>> 32);
    }

    /** Where an old block lies that is the same as the window with this hash; {@link #NOWHERE} when there is none. */
    Place find(long hash, MemorySegment data, long at) {
        long mark = hash & 0xffffffff00000000L;
        for (int probe = 0; probe < PROBES; probe++) {
            long entry = table[slot(hash, probe)];
            if (entry == 0) {
                break;
            }
            if ((entry & 0xffffffff00000000L) == mark) {
                Place place = place((int) entry);
                MemorySegment old = olds.get(place.file());
                if (MemorySegment.mismatch(old, place.offset(), place.offset() + block, data, at, at + block) < 0) {
                    return place;
                }
                break;
            }
        }
        return NOWHERE;
    }

    private Place place(int number) {
        long left = number - 1L;
        for (int file = 0; file < olds.size(); file++) {
            long blocks = olds.get(file).byteSize() / block;
            if (left < blocks) {
                return new Place(file, left * block);
            }
            left -= blocks;
        }
        throw new IllegalStateException("no such block: " + number);
    }
}
