package io.stoa.benchmark.compare;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.Format;
import io.stoa.benchmark.dataset.Place;
import io.stoa.benchmark.dataset.Row;
import io.stoa.model.StoaException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.DuplicateHeaderMode;
import tools.jackson.databind.JsonNode;

/** Reads scores from files that others wrote. What is not understood is refused with file and line. */
public final class ResponseReader {
    private static final List<String> IDS = List.of("id", "doc_id", "question_id");
    private static final List<String> GOLDS = List.of("answer", "gold", "target");

    /** What lm-evaluation-harness calls the scores that lie in [0, 1], in the order in which they are looked for. */
    private static final List<String> METRICS =
            List.of("correct", "acc", "exact_match", "acc_norm", "pass@1", "f1", "score");

    private final Optional<String> metric;
    private final Optional<String> filter;
    private final Optional<String> cluster;
    private final Consumer<String> notice;

    /** What has been found in the first file, and is then looked for in all. */
    private Optional<String> found = Optional.empty();

    /**
     * @param metric the key of a line's score; otherwise the first known one in the first file, for all
     * @param filter only lines of this filter of lm-evaluation-harness count
     * @param cluster the column or key that says which items belong together
     * @param notice is told what was passed over
     */
    public ResponseReader(
            Optional<String> metric, Optional<String> filter, Optional<String> cluster, Consumer<String> notice) {
        this.metric = metric;
        this.filter = filter;
        this.cluster = cluster;
        this.notice = notice;
    }

    /**
     * Reads a table: a header; a column with the items' ids ({@code id}, {@code doc_id} or {@code question_id}), one with
     * the right answers ({@code answer}, {@code gold} or {@code target}), and one of answers for each model. An answer is
     * right when it equals the right one, and absent when it is empty.
     *
     * @param models the columns to take; when empty all that are left, except those that never hold a right answer
     */
    public List<ScoredItems> table(Path file, List<String> models) {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .setIgnoreEmptyLines(true)
                .setAllowMissingColumnNames(true)
                .setDuplicateHeaderMode(DuplicateHeaderMode.ALLOW_EMPTY)
                .get();
        try (Reader reader = open(file);
                CSVParser parser = format.parse(reader)) {
            List<String> header = parser.getHeaderNames();
            String id = column(file, header, IDS, "the items' ids");
            String gold = column(file, header, GOLDS, "the right answers");
            cluster.ifPresent(name -> require(file, header, name));
            List<String> named = models.isEmpty()
                    ? header.stream()
                            // Without a name: the row numbers that some programs write.
                            .filter(name -> !name.isEmpty()
                                    && !name.equals(id)
                                    && !name.equals(gold)
                                    && !cluster.equals(Optional.of(name)))
                            .toList()
                    : models;
            named.forEach(name -> require(file, header, name));
            if (named.isEmpty()) {
                throw StoaException.user(file + ":1: no column of a model's answers; the header is " + header);
            }
            Map<String, Long> lines = new LinkedHashMap<>();
            Map<String, String> clusters = new LinkedHashMap<>();
            List<Map<String, Optional<Double>>> scores = new ArrayList<>();
            named.forEach(_ -> scores.add(new LinkedHashMap<>()));
            Set<String> golds = new HashSet<>();
            List<Set<String>> answers = new ArrayList<>();
            named.forEach(_ -> answers.add(new HashSet<>()));
            for (CSVRecord row : parser) {
                long line = parser.getCurrentLineNumber();
                if (!row.isConsistent()) {
                    throw StoaException.user(file + ":" + line + ": " + row.size() + " cells under a header of "
                            + header.size() + "; quote cells that hold commas");
                }
                String item = row.get(id);
                unique(file, line, item, lines);
                if (row.get(gold).isEmpty()) {
                    throw StoaException.user(file + ":" + line + ": no right answer; fill in \"" + gold + "\"");
                }
                golds.add(row.get(gold));
                cluster.ifPresent(name -> clusters.put(item, row.get(name)));
                for (int i = 0; i < named.size(); i++) {
                    String answer = row.get(named.get(i));
                    answers.get(i).add(answer);
                    scores.get(i)
                            .put(
                                    item,
                                    answer.isEmpty()
                                            ? Optional.empty()
                                            : Optional.of(answer.equals(row.get(gold)) ? 1.0 : 0.0));
                }
            }
            if (lines.isEmpty()) {
                throw StoaException.user(file + ": holds no item below its header");
            }
            List<ScoredItems> read = new ArrayList<>();
            for (int i = 0; i < named.size(); i++) {
                // A subject or a source is no model that is always wrong.
                if (models.isEmpty() && Collections.disjoint(answers.get(i), golds)) {
                    notice.accept("the column \"" + named.get(i) + "\" never holds a right answer of any item, so it is"
                            + " taken for a description; name it under --models if it is a model");
                } else {
                    read.add(new ScoredItems(named.get(i), scores.get(i), clusters));
                }
            }
            return read;
        } catch (CSVException | UncheckedIOException | IllegalArgumentException e) {
            throw StoaException.user(file + ": not a CSV table (" + e.getMessage() + "); mend or export it again");
        } catch (CharacterCodingException e) {
            throw StoaException.user(file + ": not UTF-8; save the file as UTF-8");
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Reads one model's scores: JSONL with an id ({@code id}, {@code doc_id} or {@code question_id}) and a score a line,
     * such as the {@code samples_*.jsonl} that lm-evaluation-harness logs. A score is a number in [0, 1] or true or false;
     * null is no answer.
     *
     * @param model the name to give it
     */
    public ScoredItems lines(Path file, String model) {
        Map<String, Long> seen = new LinkedHashMap<>();
        Map<String, Optional<Double>> scores = new LinkedHashMap<>();
        Map<String, String> clusters = new LinkedHashMap<>();
        new DatasetReader().forEach(List.of(file), new Format.JsonLines(), row -> {
            JsonNode json = row.values();
            long line = row.place().number();
            if (filter.isPresent() && !filter.get().equals(json.path("filter").asString(""))) {
                return;
            }
            String id = IDS.stream()
                    .filter(name ->
                            json.path(name).isValueNode() && !json.path(name).isNull())
                    .findFirst()
                    .map(name -> json.path(name).asString())
                    .orElseThrow(() -> StoaException.user(row.place() + ": no id; each line needs one of " + IDS));
            unique(file, line, id, seen);
            String name = key(row);
            scores.put(id, score(row.place(), name, json.path(name)));
            cluster.ifPresent(of -> {
                JsonNode value = json.has(of) ? json.path(of) : json.path("doc").path(of);
                if (!value.isValueNode() || value.isNull()) {
                    throw StoaException.user(row.place() + ": no cluster under \"" + of + "\"");
                }
                clusters.put(id, value.asString());
            });
        });
        if (scores.isEmpty()) {
            throw StoaException.user(file + ": holds no item"
                    + filter.map(name -> " of the filter \"" + name + "\"").orElse("") + "; nothing can be compared");
        }
        return new ScoredItems(model, scores, clusters);
    }

    /** The key of a line's score. */
    private String key(Row row) {
        if (metric.isPresent()) {
            return metric.get();
        }
        if (found.isEmpty()) {
            found = METRICS.stream().filter(row.values()::has).findFirst();
            found.ifPresent(
                    name -> notice.accept("scores are those under \"" + name + "\"; choose others with --metric"));
        }
        return found.orElseThrow(() -> StoaException.user(
                row.place() + ": no score under any of " + METRICS + "; name its key with --metric"));
    }

    private static BufferedReader open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw StoaException.user(file + ": no such file");
        }
        BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        try {
            reader.mark(1);
            if (reader.read() != '\uFEFF') {
                reader.reset();
            }
            return reader;
        } catch (IOException e) {
            reader.close();
            throw e;
        }
    }

    private static StoaException unreadable(Path file, IOException e) {
        return new StoaException(
                StoaException.Kind.RESOURCES,
                file + ": cannot be read (" + e.getMessage() + "); check its permissions and the disk",
                e);
    }

    private static String column(Path file, List<String> header, List<String> names, String what) {
        return names.stream()
                .filter(header::contains)
                .findFirst()
                .orElseThrow(() -> StoaException.user(
                        file + ":1: no column with " + what + "; name one of " + names + "; the header is " + header));
    }

    private static void require(Path file, List<String> header, String name) {
        if (!header.contains(name)) {
            throw StoaException.user(file + ":1: no column \"" + name + "\"; the header is " + header);
        }
    }

    private static void unique(Path file, long line, String id, Map<String, Long> lines) {
        Long earlier = lines.putIfAbsent(id, line);
        if (earlier != null) {
            throw StoaException.user(file + ":" + line + ": the id \"" + id + "\" is already that of line " + earlier
                    + "; give every item its own id, or choose one filter of several with --filter");
        }
    }

    private static Optional<Double> score(Place place, String name, JsonNode value) {
        if (value.isNull()) {
            return Optional.empty();
        }
        if (value.isBoolean()) {
            return Optional.of(value.booleanValue() ? 1.0 : 0.0);
        }
        if (value.isNumber() && value.doubleValue() >= 0 && value.doubleValue() <= 1) {
            return Optional.of(value.doubleValue());
        }
        throw StoaException.user(place + ": \"" + name + "\" is not a score in [0, 1] but "
                + (value.isMissingNode() ? "missing" : value.toString()));
    }
}
