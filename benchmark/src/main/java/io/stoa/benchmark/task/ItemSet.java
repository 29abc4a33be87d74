package io.stoa.benchmark.task;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.Score;
import java.nio.file.Path;
import java.util.List;

/**
 * The items of a task, as they were read.
 *
 * @param file where they were read from
 * @param digest the SHA-256 of the whole file
 * @param total how many items the file holds
 * @param seed what the order of the items was drawn from
 * @param items those that are asked, at least one, in the order in which they are asked
 */
public record ItemSet(Path file, Digest digest, int total, Digest seed, List<Item> items) {
    public ItemSet {
        requireNonNull(file, "file");
        requireNonNull(digest, "digest");
        requireNonNull(seed, "seed");
        items = List.copyOf(items);
        if (items.isEmpty() || items.size() > total) {
            throw new IllegalArgumentException(file + ": " + items.size() + " of " + total + " items");
        }
    }

    public int size() {
        return items.size();
    }

    /** Whether asking these items asks everything that the file holds. */
    public Score.Stop stop() {
        return items.size() < total ? Score.Stop.LIMITED : Score.Stop.EXHAUSTED;
    }

    /** Where a number came from, for people: the file's name and the start of its digest. */
    public String source() {
        return file.getFileName() + " (sha256 " + digest.abbreviated() + ")";
    }
}
