package io.stoa.benchmark.task;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The order in which items are asked: as if drawn at random, and the same whenever and of whomever the same items are
 * asked. The first of them are therefore a fair sample of all, also where the file is sorted by subject or difficulty,
 * and a run may end before the last of them. The order of the file plays no part.
 *
 * @param seed the digest of the set of items, from which the order is drawn
 * @param items all items, by the digest of the seed and their own digest
 */
record ItemOrder(Digest seed, List<Item> items) {
    private record Placed(Item item, Digest own) {}

    ItemOrder {
        requireNonNull(seed, "seed");
        items = List.copyOf(items);
    }

    static ItemOrder of(List<Item> items) {
        List<Placed> placed = new ArrayList<>();
        for (Item item : items) {
            placed.add(new Placed(item, item.digest()));
        }
        placed.sort(Comparator.comparing(place -> place.own().hex()));
        StringBuilder set = new StringBuilder();
        placed.forEach(place -> set.append(place.own().hex()));
        Digest seed = Digest.of(set.toString());
        return new ItemOrder(
                seed,
                placed.stream()
                        .map(place -> new Placed(
                                place.item(), Digest.of(seed.hex() + place.own().hex())))
                        .sorted(Comparator.comparing(place -> place.own().hex()))
                        .map(Placed::item)
                        .toList());
    }
}
