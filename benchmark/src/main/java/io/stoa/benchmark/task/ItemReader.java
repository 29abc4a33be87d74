package io.stoa.benchmark.task;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.Format;
import io.stoa.benchmark.dataset.Row;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Reads item files: JSONL, which is UTF-8 text with one JSON object per line. A byte order mark at the start and blank
 * lines are passed over; everything else that is not an item is refused with file and line, because an item that is
 * silently dropped or misread changes a score that nobody will doubt.
 *
 * <p>The whole file is checked, also behind the limit.
 */
final class ItemReader {
    /** What a line must hold. */
    enum Form {
        /** {@code id}, {@code prompt}, {@code answer}. */
        FREE,
        /** {@code id}, {@code prompt}, {@code choices}, {@code answer}. */
        CHOICES
    }

    private final Path file;
    private final Form form;
    private final Map<String, Long> lines = new HashMap<>();

    /** The number of the line that was read last, from 1. */
    private long line;

    ItemReader(Path file, Form form) {
        this.file = file;
        this.form = form;
    }

    /**
     * Reads the file.
     *
     * @param limit how many items are kept at most: the first ones of their seeded order, not of the file
     */
    ItemSet read(int limit) {
        List<Item> items = new ArrayList<>();
        DatasetReader.Read read =
                new DatasetReader().forEach(List.of(file), new Format.JsonLines(), row -> items.add(item(row)));
        if (items.isEmpty()) {
            throw StoaException.user(file + ": holds no item; write one JSON object per line");
        }
        return ItemSet.of(String.valueOf(file.getFileName()), read.digest(), items, limit);
    }

    private Item item(Row row) {
        JsonNode json = row.values();
        line = row.place().number();
        String id = text(json, "id");
        String prompt = text(json, "prompt");
        String answer = text(json, "answer");
        if (id.isBlank() || prompt.isBlank()) {
            throw wrong("\"id\" or \"prompt\" is blank", "fill it in");
        }
        Long earlier = lines.putIfAbsent(id, line);
        if (earlier != null) {
            throw wrong("the id \"" + id + "\" is already that of line " + earlier, "give every item its own id");
        }
        return switch (form) {
            case FREE -> new Item(id, prompt, List.of(), expected(answer));
            case CHOICES -> {
                List<String> choices = choices(json);
                if (!choices.contains(answer)) {
                    throw wrong(
                            "the answer \"" + answer + "\" is not among the choices " + choices,
                            "write the text of the right choice");
                }
                yield new Item(id, prompt, choices, answer);
            }
        };
    }

    private String text(JsonNode json, String key) {
        JsonNode value = json.path(key);
        if (!value.isString()) {
            throw wrong(
                    value.isMissingNode()
                            ? "\"" + key + "\" is missing"
                            : "\"" + key + "\" is not a text but " + value.getNodeType(),
                    "write \"" + key + "\": \"…\"");
        }
        return value.stringValue();
    }

    /** Answers are stripped before they are compared, so an expected text that is not would never be met. */
    private String expected(String answer) {
        if (answer.isEmpty() || !answer.strip().equals(answer)) {
            throw wrong(
                    "the answer \"" + answer + "\" is empty or has white space around it, which no stripped answer has",
                    "strip it");
        }
        return answer;
    }

    private List<String> choices(JsonNode json) {
        List<String> choices = new ArrayList<>();
        for (JsonNode choice : json.path("choices")) {
            if (!choice.isString() || choice.stringValue().isEmpty()) {
                throw wrong("a choice is not a text but " + choice, "write \"choices\": [\"…\", \"…\"]");
            }
            choices.add(choice.stringValue());
        }
        if (!json.path("choices").isArray() || choices.size() < 2) {
            throw wrong("\"choices\" is not a list of at least two texts", "write \"choices\": [\"…\", \"…\"]");
        }
        if (new HashSet<>(choices).size() < choices.size()) {
            throw wrong("a choice occurs twice in " + choices, "make the choices differ");
        }
        return choices;
    }

    private StoaException wrong(String what, String next) {
        return StoaException.user(file + ":" + line + ": " + what + "; " + next);
    }
}
