package io.stoa.benchmark.gate;

import io.stoa.benchmark.dataset.Limits;
import io.stoa.benchmark.dataset.LineReader;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What each document was worth, from the {@code samples_TASK_DATE.jsonl} of lm-evaluation-harness.
 *
 * @param documents by their id
 */
record Samples(Map<String, Document> documents) {
    static final Samples NONE = new Samples(Map.of());

    /** How many ids a message names. */
    private static final int NAMED = 5;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    Samples {
        documents = Collections.unmodifiableMap(new LinkedHashMap<>(documents));
    }

    /**
     * One document.
     *
     * @param hash of the document, when it was logged
     * @param promptHash of what the model was asked, when it was logged
     */
    record Document(double score, Optional<String> hash, Optional<String> promptHash) {}

    /**
     * The same documents as two models answered them.
     *
     * @param leftOut how many were not in both, or not the same in both
     * @param otherPrompts how many were asked with another prompt
     */
    record Paired(List<Double> baseline, List<Double> current, int leftOut, int otherPrompts) {}

    /**
     * Reads the scores of one metric and filter.
     *
     * @return empty where the metric has no number for each document, as with corpus measures
     */
    static Optional<Samples> read(Path file, ResultsFile.Measure measure) {
        String metric = measure.metric();
        Map<String, Document> documents = new LinkedHashMap<>();
        long number = 0;
        try (LineReader reader = new LineReader(file, Limits.STANDARD)) {
            while (reader.next()) {
                number++;
                long at = number;
                String line = reader.text()
                        .orElseThrow(() -> StoaException.user(file + ":" + at + ": not UTF-8; log the samples again"));
                if (line.isBlank()) {
                    continue;
                }
                JsonNode json = parse(file, number, line);
                if (json.has("filter") && !json.path("filter").asString("").equals(measure.filter())) {
                    continue;
                }
                JsonNode id = json.path("doc_id");
                if (!id.isValueNode() || id.isNull()) {
                    throw StoaException.user(file + ":" + number + ": no doc_id; log the samples again");
                }
                JsonNode value = json.path(metric);
                if (!value.isNull() && !value.isBoolean() && !value.isNumber()) {
                    if (documents.isEmpty()) {
                        return Optional.empty();
                    }
                    throw StoaException.user(
                            file + ":" + number + ": \"" + metric + "\" is no number, as on other lines");
                }
                if (value.isNull() && measure.higherIsBetter().equals(Optional.of(false))) {
                    throw StoaException.user(file + ":" + number + ": \"" + metric
                            + "\" is null, and for a metric of which less is better nobody knows what that is worth");
                }
                double score = score(value);
                if (!Double.isFinite(score)) {
                    throw StoaException.user(file + ":" + number + ": \"" + metric + "\" is not finite: " + score);
                }
                Document document = new Document(score, text(json, "doc_hash"), text(json, "prompt_hash"));
                if (documents.putIfAbsent(id.asString(), document) != null) {
                    throw StoaException.user(
                            file + ":" + number + ": doc_id " + id.asString() + " again; log the samples again");
                }
            }
        } catch (IOException e) {
            throw ResultsFile.unreadable(file, e);
        }
        return documents.isEmpty() ? Optional.empty() : Optional.of(new Samples(documents));
    }

    /** No answer is worth nothing. */
    private static double score(JsonNode value) {
        if (value.isNumber()) {
            return value.doubleValue();
        }
        return value.isBoolean() && value.booleanValue() ? 1 : 0;
    }

    private static Optional<String> text(JsonNode json, String key) {
        return Optional.of(json.path(key).asString("")).filter(text -> !text.isEmpty());
    }

    private static JsonNode parse(Path file, long number, String line) {
        try {
            JsonNode json = JSON.readTree(line);
            if (json.isObject()) {
                return json;
            }
            throw StoaException.user(file + ":" + number + ": not a JSON object but " + json.getNodeType());
        } catch (JacksonException e) {
            throw StoaException.user(file + ":" + number + ": not JSON: " + e.getOriginalMessage());
        }
    }

    /** These and those of a task of the same group. */
    Samples and(String task, Samples more) {
        Map<String, Document> all = new LinkedHashMap<>(documents);
        more.documents.forEach((id, document) -> all.put(task + "/" + id, document));
        return new Samples(all);
    }

    double mean() {
        return documents.values().stream()
                .mapToDouble(Document::score)
                .average()
                .orElseThrow();
    }

    /**
     * Puts the documents of two runs side by side.
     *
     * @param common whether documents that only one has, or that have changed, are left out instead of refused
     * @throws StoaException of kind USER that names them
     */
    static Paired pair(String task, Samples baseline, Samples current, boolean common) {
        List<String> only = missing(baseline, current);
        List<String> added = missing(current, baseline);
        List<String> changed = new ArrayList<>();
        List<Double> before = new ArrayList<>();
        List<Double> after = new ArrayList<>();
        int otherPrompts = 0;
        for (Map.Entry<String, Document> entry : baseline.documents.entrySet()) {
            Optional<Document> other = Optional.ofNullable(current.documents.get(entry.getKey()));
            if (other.isEmpty()) {
                continue;
            }
            if (differ(entry.getValue().hash(), other.get().hash())) {
                changed.add(entry.getKey());
                continue;
            }
            otherPrompts += differ(entry.getValue().promptHash(), other.get().promptHash()) ? 1 : 0;
            before.add(entry.getValue().score());
            after.add(other.get().score());
        }
        List<String> why = Stream.of(
                        told(only, "only in the baseline"),
                        told(added, "only in the current run"),
                        told(changed, "changed (another doc_hash)"))
                .flatMap(Optional::stream)
                .toList();
        if (!why.isEmpty() && !common) {
            throw StoaException.user(task + ": the two runs have different documents: " + String.join("; ", why)
                    + "; run both on the same documents, or compare those in common with --common");
        }
        if (before.isEmpty()) {
            throw StoaException.user(task + ": the two runs have no document in common: " + String.join("; ", why));
        }
        return new Paired(before, after, only.size() + added.size() + changed.size(), otherPrompts);
    }

    private static List<String> missing(Samples from, Samples in) {
        return from.documents.keySet().stream()
                .filter(id -> !in.documents.containsKey(id))
                .toList();
    }

    private static boolean differ(Optional<String> one, Optional<String> other) {
        return one.isPresent() && other.isPresent() && !one.equals(other);
    }

    private static Optional<String> told(List<String> ids, String what) {
        if (ids.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(ids.size() + " " + what + ", "
                + (ids.size() > NAMED ? "such as " : "") + "doc_id "
                + String.join(", ", ids.subList(0, Math.min(NAMED, ids.size()))));
    }
}
