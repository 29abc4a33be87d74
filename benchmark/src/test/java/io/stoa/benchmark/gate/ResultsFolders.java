package io.stoa.benchmark.gate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Folders of results as lm-evaluation-harness leaves them, made up. */
public final class ResultsFolders {
    public static final String DATE = "2025-03-01T10-00-00.123456";

    private ResultsFolders() {}

    /** One task of right and wrong answers with its samples. */
    public static Path withSamples(Path folder, String model, String task, List<Boolean> right) throws IOException {
        double share = right.stream().filter(r -> r).count() / (double) right.size();
        String error = Double.toString(Math.sqrt(share * (1 - share) / (right.size() - 1)));
        Path file = withNumbers(folder, model, DATE, task, "acc", Double.toString(share), error, right.size());
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < right.size(); i++) {
            lines.append(sample(i, right.get(i) ? 1 : 0));
        }
        Files.writeString(folder.resolve("samples_" + task + "_" + DATE + ".jsonl"), lines);
        return file;
    }

    public static String sample(int id, double score) {
        return String.format(
                Locale.ROOT,
                "{\"doc_id\": %d, \"filter\": \"none\", \"acc\": %s, \"doc_hash\": \"h%d\", \"prompt_hash\": \"p%d\"}%n",
                id,
                score,
                id,
                id);
    }

    /** One task with one number, and a second metric that is always there. */
    public static Path withNumbers(
            Path folder, String model, String date, String task, String metric, String value, String error, int n)
            throws IOException {
        Files.createDirectories(folder);
        return Files.writeString(
                folder.resolve("results_" + date + ".json"), """
                {"results": {"%2$s": {"alias": "%2$s", "acc_norm,none": 0.25, "acc_norm_stderr,none": 0.04,
                    "%3$s,none": %4$s, "%3$s_stderr,none": %5$s}},
                 "group_subtasks": {"%2$s": []},
                 "configs": {"%2$s": {"metric_list": [{"metric": "%3$s"}, {"metric": "acc_norm"}]}},
                 "n-samples": {"%2$s": {"original": %6$d, "effective": %6$d}},
                 "config": {"model": "hf"}, "date": 1740823200.5, "model_name": "%1$s"}
                """.formatted(model, task, metric, value, error, n));
    }
}
