package io.stoa.benchmark.task;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.Score;
import java.util.List;

/**
 * The items of a task, as they were read.
 *
 * @param name where they were read from, for people: a file, or a dataset
 * @param digest the SHA-256 of all that was read
 * @param total how many items there are
 * @param seed what the order of the items was drawn from
 * @param items those that are asked, at least one, in the order in which they are asked
 */
public record ItemSet(String name, Digest digest, int total, Digest seed, List<Item> items) {
    public ItemSet {
        requireNonNull(name, "name");
        requireNonNull(digest, "digest");
        requireNonNull(seed, "seed");
        items = List.copyOf(items);
        if (items.isEmpty() || items.size() > total) {
            throw new IllegalArgumentException(name + ": " + items.size() + " of " + total + " items");
        }
    }

    /**
     * Puts items into the order in which they are asked.
     *
     * @param limit at most this many are asked: the first ones of that order, not of the file
     */
    public static ItemSet of(String name, Digest digest, List<Item> items, int limit) {
        ItemOrder order = ItemOrder.of(items);
        List<Item> kept = order.items().subList(0, Math.min(limit, items.size()));
        return new ItemSet(name, digest, items.size(), order.seed(), kept);
    }

    public int size() {
        return items.size();
    }

    /** Whether asking these items asks everything that there is. */
    public Score.Stop stop() {
        return items.size() < total ? Score.Stop.LIMITED : Score.Stop.EXHAUSTED;
    }

    /** Where a number came from, for people: the name and the start of the digest. */
    public String source() {
        return name + " (sha256 " + digest.abbreviated() + ")";
    }
}
