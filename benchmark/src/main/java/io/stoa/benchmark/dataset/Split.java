package io.stoa.benchmark.dataset;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The rows of one split, as they were read.
 *
 * @param source where they came from, for people
 * @param digest of one file its SHA-256; of several the SHA-256 over the lines {@code <hex>\n} of their digests, in order
 * @param rows at least one, in the files' order
 * @param skipped how many broken rows were passed over, which only {@link BrokenRows#SKIP} allows
 */
public record Split(String source, Digest digest, List<Row> rows, long skipped) {
    public Split {
        requireNonNull(source, "source");
        requireNonNull(digest, "digest");
        rows = List.copyOf(rows);
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(source + ": a split has at least one row");
        }
        if (skipped < 0) {
            throw new IllegalArgumentException(source + ": skipped rows cannot be " + skipped);
        }
    }

    /** The same rows, said to come from elsewhere. */
    public Split from(String other) {
        return new Split(other, digest, rows, skipped);
    }

    /**
     * These rows, each with the columns of the other split's row of the same key that it lacks; a row without a partner
     * stays as it is. Questions and answers are often published in separate files.
     *
     * @throws StoaException when a key is missing, occurs twice on one side, or occurs in the other split alone
     */
    public Split joined(Split other, String key) {
        Map<JsonNode, Row> partners = other.by(key);
        Map<JsonNode, Row> own = by(key);
        partners.forEach((value, row) -> {
            if (!own.containsKey(value)) {
                throw StoaException.user(row.place() + ": \"" + key + "\" is " + value + ", which " + source
                        + " does not hold; are the files of the same version?");
            }
        });
        List<Row> joined = new ArrayList<>(rows.size());
        own.forEach((value, row) -> {
            ObjectNode values = row.values().deepCopy();
            Row partner = partners.getOrDefault(value, row);
            partner.values().properties().forEach(entry -> values.putIfAbsent(entry.getKey(), entry.getValue()));
            joined.add(new Row(row.place(), values));
        });
        return new Split(
                source + " with " + other.source,
                Digest.of(digest.hex() + "\n" + other.digest.hex() + "\n"),
                joined,
                skipped + other.skipped);
    }

    private Map<JsonNode, Row> by(String key) {
        Map<JsonNode, Row> found = LinkedHashMap.newLinkedHashMap(rows.size());
        for (Row row : rows) {
            JsonNode value = row.values().path(key);
            if (value.isMissingNode() || value.isNull()) {
                throw StoaException.user(
                        row.place() + ": \"" + key + "\" is missing; join by a key that every row has");
            }
            Row earlier = found.putIfAbsent(value, row);
            if (earlier != null) {
                throw StoaException.user(row.place() + ": \"" + key + "\" is " + value + " as at " + earlier.place()
                        + "; join by a key that is unique");
            }
        }
        return found;
    }
}
