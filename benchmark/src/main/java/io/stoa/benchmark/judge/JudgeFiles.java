package io.stoa.benchmark.judge;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.Row;
import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Files of answers and of people's labels: JSON lines, JSON, CSV or Parquet.
 *
 * <p>An answer has {@code id} (or {@code doc_id}), {@code question}, {@code answer} (or {@code response}) and perhaps {@code
 * reference}. A sample that lm-evaluation-harness logged is read as well: its prompt is the question, its first answer the
 * answer, its target the reference; of several filters the first one counts. A label has {@code id} and {@code label}.
 */
public final class JudgeFiles {
    private JudgeFiles() {}

    /**
     * Reads answers, in their order.
     *
     * @param asked what documents were asked, by id, as logged samples hold it; for files of answers without questions
     * @throws StoaException of kind {@code USER}, naming file and line
     */
    public static List<JudgedAnswer> answers(Path file, Map<String, ObjectNode> asked) {
        SequencedMap<String, JudgedAnswer> answers = new LinkedHashMap<>();
        for (Row row : rows(file)) {
            ObjectNode line = row.values();
            String id = id(row);
            boolean otherFilter = line.has("filter") && answers.containsKey(id);
            if (otherFilter) {
                continue;
            }
            JsonNode source = line.has("arguments") || line.has("question") || !asked.containsKey(id)
                    ? line
                    : asked.getOrDefault(id, line);
            JudgedAnswer answer = new JudgedAnswer(
                    id,
                    text(source, "question")
                            .or(() -> prompt(source))
                            .orElseThrow(() -> wrong(row, "has no question; add one, or name the task with --task")),
                    text(line, "answer")
                            .or(() -> text(line, "response"))
                            .or(() -> logged(line))
                            .orElseThrow(() -> wrong(row, "has no answer")),
                    text(line, "reference").or(() -> text(source, "target")));
            if (answers.put(id, answer) != null) {
                throw wrong(row, "is the second answer to " + id + "; give each answer an id of its own");
            }
        }
        if (answers.isEmpty()) {
            throw StoaException.user(file + ": holds no answer; is it the right file?");
        }
        return List.copyOf(answers.values());
    }

    /**
     * Reads labels.
     *
     * @return what people said, by id, as the scale counts it
     * @throws StoaException of kind {@code USER}, naming file and line
     */
    public static Map<String, Double> labels(Path file, Scale scale) {
        Map<String, Double> labels = new LinkedHashMap<>();
        for (Row row : rows(file)) {
            JsonNode label = row.values().path("label");
            String word = label.isBoolean()
                    ? (label.booleanValue() ? "yes" : "no")
                    : label.asString("").strip().toLowerCase(Locale.ROOT);
            double score = scale.score(word)
                    .orElseThrow(() ->
                            wrong(row, "has the label " + label + ", which is not on the scale " + scale.written()));
            if (labels.put(id(row), score) != null) {
                throw wrong(row, "is the second label of " + id(row) + "; keep one");
            }
        }
        return labels;
    }

    private static List<Row> rows(Path file) {
        if (!Files.isRegularFile(file)) {
            throw StoaException.user(file + ": no such file");
        }
        return new DatasetReader().read(file).rows();
    }

    private static String id(Row row) {
        JsonNode id =
                row.values().has("id") ? row.values().path("id") : row.values().path("doc_id");
        if (!id.isValueNode() || id.isNull()) {
            throw wrong(row, "has no id");
        }
        return id.asString();
    }

    private static Optional<String> text(JsonNode line, String key) {
        JsonNode value = line.path(key);
        return value.isString() || value.isNumber() ? Optional.of(value.asString()) : Optional.empty();
    }

    /** What was asked, as samples log it. */
    private static Optional<String> prompt(JsonNode line) {
        return text(line.path("arguments").path("gen_args_0"), "arg_0");
    }

    private static Optional<String> logged(JsonNode line) {
        JsonNode first = line.path("resps").path(0).path(0);
        return first.isString() ? Optional.of(first.stringValue()) : Optional.empty();
    }

    private static StoaException wrong(Row row, String what) {
        return StoaException.user(row.place() + ": " + what);
    }
}
