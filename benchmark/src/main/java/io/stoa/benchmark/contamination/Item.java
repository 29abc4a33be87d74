package io.stoa.benchmark.contamination;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.Row;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What may have been seen of one item.
 *
 * @param place where it stands
 * @param texts each on its own, at least one
 */
public record Item(String place, List<String> texts) {
    public Item {
        requireNonNull(place, "place");
        texts = List.copyOf(texts);
        if (texts.isEmpty()) {
            throw new IllegalArgumentException(place + ": an item without a text");
        }
    }

    /**
     * Reads a file of items: JSONL, JSON, CSV or Parquet, also the samples that lm-evaluation-harness logs, of which the
     * document counts ({@code doc}), once for all filters.
     *
     * @param field the one whose text counts; otherwise all texts of an item do
     */
    public static List<Item> read(Path file, Optional<String> field) {
        List<Item> items = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Row row : new DatasetReader().read(file).rows()) {
            JsonNode values = row.values();
            if (values.path("doc").isObject()) {
                if (!seen.add(values.path("doc_id").toString())) {
                    continue;
                }
                values = values.path("doc");
            }
            if (field.isPresent() && !values.has(field.get())) {
                throw StoaException.user(row.place() + ": has no \"" + field.get() + "\""
                        + Spelling.hint(field.get(), values.propertyNames())
                                .orElse("; it has " + values.propertyNames()));
            }
            List<String> texts = texts(field.isPresent() ? values.path(field.get()) : values);
            if (!texts.isEmpty()) {
                items.add(new Item(row.place().toString(), texts));
            }
        }
        if (items.isEmpty()) {
            throw StoaException.user(file + ": holds no item with a text; name its field with --field");
        }
        return items;
    }

    private static List<String> texts(JsonNode of) {
        List<String> texts = new ArrayList<>();
        Deque<JsonNode> ahead = new ArrayDeque<>(List.of(of));
        while (!ahead.isEmpty()) {
            JsonNode node = ahead.removeFirst();
            if (node.isString() && !node.stringValue().isBlank()) {
                texts.add(node.stringValue());
            }
            List<JsonNode> inside = new ArrayList<>();
            node.forEach(inside::add);
            inside.reversed().forEach(ahead::addFirst);
        }
        return texts;
    }
}
