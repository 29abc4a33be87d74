package io.stoa.gateway.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A set of sequences, kept as the ranges that it is made of. */
final class Ranges {
    private final NavigableMap<Long, Long> ends = new TreeMap<>();

    /** Both ends are part of a range. */
    record Range(long from, long to) {
        long size() {
            return to - from + 1;
        }
    }

    void add(long from, long to) {
        long start = from;
        long end = to;
        for (Optional<Map.Entry<Long, Long>> near = touching(start, end);
                near.isPresent();
                near = touching(start, end)) {
            start = Math.min(start, near.get().getKey());
            end = Math.max(end, near.get().getValue());
            ends.remove(near.get().getKey());
        }
        ends.put(start, end);
    }

    private Optional<Map.Entry<Long, Long>> touching(long from, long to) {
        return Optional.ofNullable(ends.floorEntry(to + 1)).filter(near -> near.getValue() >= from - 1);
    }

    List<Range> all() {
        List<Range> all = new ArrayList<>();
        ends.forEach((from, to) -> all.add(new Range(from, to)));
        return all;
    }

    boolean contains(long sequence) {
        return Optional.ofNullable(ends.floorEntry(sequence))
                .filter(near -> near.getValue() >= sequence)
                .isPresent();
    }

    /** The first of a range that is not in this set. */
    Optional<Long> firstMissing(Range range) {
        Optional<Map.Entry<Long, Long>> near =
                Optional.ofNullable(ends.floorEntry(range.from())).filter(found -> found.getValue() >= range.from());
        if (near.isEmpty()) {
            return Optional.of(range.from());
        }
        return near.get().getValue() >= range.to()
                ? Optional.empty()
                : Optional.of(near.get().getValue() + 1);
    }

    long size() {
        return all().stream().mapToLong(Range::size).sum();
    }
}
