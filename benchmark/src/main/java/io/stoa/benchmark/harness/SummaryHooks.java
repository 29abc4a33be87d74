package io.stoa.benchmark.harness;

import io.stoa.benchmark.metric.Extractiveness;
import io.stoa.benchmark.metric.Rouge;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.databind.node.ObjectNode;

/** Summaries, held against one of a person: ROUGE, and how much was only copied. Neither tells whether they are true. */
final class SummaryHooks {
    /** The text's column and the summary's, as datasets call them. */
    private static final Map<String, String> COLUMNS = columns();

    private SummaryHooks() {}

    private static Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("article", "highlights");
        columns.put("document", "summary");
        columns.put("dialogue", "summary");
        columns.put("text", "summary");
        return columns;
    }

    /** Documents with the columns {@code text} and {@code summary}, whatever they were called. */
    static List<ObjectNode> documents(List<ObjectNode> rows) {
        return rows.stream().map(SummaryHooks::document).toList();
    }

    private static ObjectNode document(ObjectNode row) {
        for (Map.Entry<String, String> names : COLUMNS.entrySet()) {
            if (row.path(names.getKey()).isString()
                    && row.path(names.getValue()).isString()) {
                return row.deepCopy()
                        .put("text", HarnessHooks.text(row, names.getKey()))
                        .put("summary", HarnessHooks.text(row, names.getValue()));
            }
        }
        throw ReadingHooks.wrong(row, "a summary task needs the columns text and summary");
    }

    /**
     * {@code rouge1}, {@code rouge2}, {@code rougeL}, {@code rougeLsum}, and {@code coverage}, the share of the summary's
     * tokens that stand in the text in runs; an empty answer has none.
     */
    static SequencedMap<String, Measured> results(ObjectNode document, List<Outcome> outcomes) {
        String wanted = HarnessHooks.text(document, "summary");
        String made = ((Outcome.Text) outcomes.getFirst()).first();
        SequencedMap<String, Measured> scores = new LinkedHashMap<>();
        scores.put("rouge1", new Measured.Value(Rouge.ngrams(1, wanted, made)));
        scores.put("rouge2", new Measured.Value(Rouge.ngrams(2, wanted, made)));
        scores.put("rougeL", new Measured.Value(Rouge.longest(wanted, made)));
        scores.put("rougeLsum", new Measured.Value(Rouge.longestByLine(wanted, made)));
        if (!made.isBlank()) {
            double coverage =
                    Extractiveness.of(HarnessHooks.text(document, "text"), made).coverage();
            scores.put("coverage", new Measured.Value(coverage));
        }
        return scores;
    }
}
