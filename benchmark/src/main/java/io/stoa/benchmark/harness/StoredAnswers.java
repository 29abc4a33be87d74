package io.stoa.benchmark.harness;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.Format;
import io.stoa.benchmark.dataset.Row;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads answers that were given elsewhere, one at a time:
 *
 * <ul>
 *   <li>JSON lines with an answer each: {@code response} (or {@code answer}, {@code completion}, {@code output}, {@code
 *       text}), or {@code responses} for several, or {@code log_likelihoods} of the choices; and {@code doc_id}, the
 *       document's number from 0, or {@code id}, what the document's own {@code id} (or {@code task_id}, {@code key},
 *       {@code question_id}) is; without either the lines are in the documents' order;
 *   <li>lm-evaluation-harness' {@code samples_*.jsonl}, which hold their documents;
 *   <li>logs of Inspect, {@code .json} or {@code .eval}.
 * </ul>
 */
final class StoredAnswers {
    private static final List<String> SINGLE =
            List.of("response", "answer", "completion", "output", "text", "prediction");
    private static final List<String> IDS = List.of("id", "task_id", "key", "question_id");
    private static final int SNIFFED = 4096;
    private static final long LARGEST_SAMPLE = 64L << 20;

    private final Path file;
    private final Optional<Prompts> prompts;
    private final Map<Integer, String> seen = new HashMap<>();
    private Optional<Map<String, Integer>> byId = Optional.empty();
    private Optional<String> firstFilter = Optional.empty();
    private int next;

    /** An answer beside its document. */
    record Stored(int index, ObjectNode document, List<RawAnswer> raw) {}

    /**
     * @param prompts the task's documents, where they are known
     */
    StoredAnswers(Path file, Optional<Prompts> prompts) {
        this.file = file;
        this.prompts = prompts;
    }

    /**
     * Reads all.
     *
     * @throws StoaException of kind {@code USER} where something is not understood, naming its place
     */
    void forEach(Consumer<Stored> answers) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".eval")) {
            archive(answers);
        } else if (name.endsWith(".json")) {
            JsonNode log = json();
            if (log.path("samples").isArray()) {
                log.path("samples").forEach(sample -> inspected(sample, file.toString(), answers));
            } else {
                rows(new Format.Json(), answers);
            }
        } else {
            rows(Format.of(name).orElse(new Format.JsonLines()), answers);
        }
    }

    /** Whether a file holds the answers' documents as well. */
    static boolean bringDocuments(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".eval")) {
            return true;
        }
        try (Reader in = Files.newBufferedReader(file)) {
            char[] start = new char[SNIFFED];
            int length = Math.max(0, in.read(start));
            String text = new String(start, 0, length);
            return text.contains("\"doc\"") || (name.endsWith(".json") && text.contains("\"eval\""));
        } catch (IOException _) {
            // Compressed or unreadable: whoever reads it whole will say so.
        }
        return false;
    }

    private JsonNode json() {
        try (InputStream in = Files.newInputStream(file)) {
            return JsonMapper.shared().readTree(in);
        } catch (JacksonException e) {
            throw StoaException.user(file + ": not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER, file + ": cannot be read (" + e.getMessage() + "); name a file", e);
        }
    }

    private void archive(Consumer<Stored> answers) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            List<? extends ZipEntry> samples = zip.stream()
                    .filter(entry -> entry.getName().startsWith("samples/")
                            && entry.getName().endsWith(".json"))
                    .sorted(Comparator.comparing(ZipEntry::getName))
                    .toList();
            for (ZipEntry entry : samples) {
                String where = file + "!" + entry.getName();
                try (InputStream in = zip.getInputStream(entry)) {
                    byte[] bytes = in.readNBytes((int) LARGEST_SAMPLE + 1);
                    if (bytes.length > LARGEST_SAMPLE) {
                        throw StoaException.user(where + ": larger than 64 MiB; is this a sample?");
                    }
                    inspected(JsonMapper.shared().readTree(bytes), where, answers);
                } catch (JacksonException e) {
                    throw StoaException.user(where + ": not JSON: " + e.getOriginalMessage());
                }
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": no log of Inspect (" + e.getMessage() + "); name a .eval or .json log",
                    e);
        }
    }

    /** A sample of Inspect: epochs of one sample come one after the other, and the first counts. */
    private void inspected(JsonNode sample, String where, Consumer<Stored> answers) {
        if (sample.path("epoch").asInt(1) > 1) {
            return;
        }
        String text = sample.path("output").path("completion").asString("");
        JsonNode id = sample.path("id");
        int index = prompts.isPresent() ? inspectedIndex(id, where) : next++;
        ObjectNode document = prompts.map(known -> known.documents().get(index)).orElseGet(() -> {
            ObjectNode made = JsonMapper.shared().createObjectNode();
            if (sample.path("metadata") instanceof ObjectNode metadata) {
                made.setAll(metadata);
            }
            made.set("id", id);
            made.set("input", sample.path("input"));
            made.set("target", sample.path("target"));
            if (sample.path("choices").isArray()) {
                made.set("choices", sample.path("choices"));
            }
            return made;
        });
        accept(index, where, document, List.of(new RawAnswer.Texts(List.of(text))), answers);
    }

    /** Inspect numbers samples from 1 where their dataset gives them no ids. */
    private int inspectedIndex(JsonNode id, String where) {
        OptionalInt own = find(id.asString(""));
        if (own.isPresent()) {
            return own.getAsInt();
        }
        int count = prompts.orElseThrow().documents().size();
        int index = id.asInt(0) - 1;
        if (index < 0 || index >= count) {
            throw StoaException.user(where + ": the id " + id + " is none of the " + count + " documents");
        }
        return index;
    }

    private void rows(Format format, Consumer<Stored> answers) {
        new DatasetReader().forEach(List.of(file), format, row -> row(row, answers));
    }

    private void row(Row row, Consumer<Stored> answers) {
        ObjectNode values = row.values();
        String where = row.place().toString();
        if (values.path("doc") instanceof ObjectNode document && values.has("resps")) {
            String filter = values.path("filter").asString("none");
            if (firstFilter.isEmpty()) {
                firstFilter = Optional.of(filter);
            }
            // The same answers come once for each filter.
            if (firstFilter.get().equals(filter)) {
                int index = values.path("doc_id").asInt(next);
                next = index + 1;
                accept(index, where, document, logged(values.path("resps"), where), answers);
            }
            return;
        }
        if (prompts.isEmpty()) {
            throw StoaException.user(where + ": holds an answer without its document, and the task's documents are not"
                    + " known; name the dataset's folder, or use samples that lm-evaluation-harness logged");
        }
        int index = index(values, where);
        accept(index, where, prompts.get().documents().get(index), given(values, where), answers);
    }

    private void accept(int index, String where, ObjectNode document, List<RawAnswer> raw, Consumer<Stored> answers) {
        String earlier = seen.putIfAbsent(index, where);
        if (earlier != null) {
            throw StoaException.user(where + ": document " + index + " was answered already at " + earlier
                    + "; keep one answer, or write several as responses");
        }
        answers.accept(new Stored(index, document, raw));
    }

    private int index(ObjectNode values, String where) {
        int count = prompts.orElseThrow().documents().size();
        int index;
        if (values.has("doc_id")) {
            JsonNode number = values.path("doc_id");
            index = number.isIntegralNumber() || number.isString() ? number.asInt(-1) : -1;
        } else {
            Optional<JsonNode> id =
                    IDS.stream().filter(values::has).map(values::path).findFirst();
            if (id.isPresent()) {
                OptionalInt found = find(id.get().asString(""));
                if (found.isEmpty()) {
                    throw StoaException.user(where + ": no document has the id " + id.get()
                            + "; use doc_id for a document's number from 0");
                }
                return found.getAsInt();
            }
            index = next++;
        }
        if (index < 0 || index >= count) {
            throw StoaException.user(where + ": there is no document "
                    + (values.has("doc_id") ? values.path("doc_id") : index)
                    + "; they are numbered 0 to " + (count - 1));
        }
        return index;
    }

    /** The document whose own id this is. */
    private OptionalInt find(String id) {
        if (byId.isEmpty()) {
            Map<String, Integer> found = new HashMap<>();
            List<ObjectNode> documents = prompts.orElseThrow().documents();
            for (int i = 0; i < documents.size(); i++) {
                for (String key : IDS) {
                    JsonNode own = documents.get(i).path(key);
                    if (own.isString() || own.isIntegralNumber()) {
                        found.putIfAbsent(own.asString(), i);
                        break;
                    }
                }
            }
            byId = Optional.of(found);
        }
        Integer index = byId.get().get(id);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    private static List<RawAnswer> given(ObjectNode values, String where) {
        if (values.path("log_likelihoods").isArray()) {
            List<RawAnswer> raw = new ArrayList<>();
            for (JsonNode value : values.path("log_likelihoods")) {
                raw.add(likelihood(value, where));
            }
            return raw;
        }
        if (values.path("responses").isArray()) {
            List<String> texts = new ArrayList<>();
            values.path("responses").forEach(text -> texts.add(text.isString() ? text.stringValue() : ""));
            if (texts.isEmpty()) {
                throw StoaException.user(where + ": responses is empty; write an empty text where there was no answer");
            }
            return List.of(new RawAnswer.Texts(texts));
        }
        for (String key : SINGLE) {
            JsonNode value = values.path(key);
            if (value.isString() || value.isNull()) {
                return List.of(new RawAnswer.Texts(List.of(value.isNull() ? "" : value.stringValue())));
            }
        }
        throw StoaException.user(where + ": holds no answer; write it as \"response\", as \"responses\" where there are"
                + " several, or as \"log_likelihoods\" of the choices");
    }

    /** What the harness logs: for each request a list of answers, each a text or a log-likelihood with a flag. */
    private static List<RawAnswer> logged(JsonNode resps, String where) {
        List<RawAnswer> raw = new ArrayList<>();
        for (JsonNode request : resps) {
            if (request.path(0).isArray()) {
                raw.add(likelihood(request.path(0), where));
            } else {
                List<String> texts = new ArrayList<>();
                request.forEach(text -> texts.add(text.isString() ? text.stringValue() : ""));
                raw.add(new RawAnswer.Texts(texts.isEmpty() ? List.of("") : texts));
            }
        }
        if (raw.isEmpty()) {
            throw StoaException.user(where + ": resps is empty");
        }
        return raw;
    }

    /** A number, or a pair of a number and whether it was the greedy choice; the harness writes both as texts. */
    private static RawAnswer likelihood(JsonNode value, String where) {
        JsonNode number = value.isArray() ? value.path(0) : value;
        String greedy = value.isArray() ? value.path(1).asString("") : "";
        double nats = number.isNumber() ? number.doubleValue() : parsed(number.asString(""));
        if (Double.isNaN(nats) || nats == Double.POSITIVE_INFINITY) {
            throw StoaException.user(where + ": " + value + " is no log-likelihood; write a number in nats");
        }
        return new RawAnswer.Likelihood(nats, greedy.equalsIgnoreCase("true"));
    }

    /** What cannot be said at all has a log-likelihood of minus infinity, which Python writes as {@code -inf}. */
    private static double parsed(String text) {
        if (text.equals("-inf")) {
            return Double.NEGATIVE_INFINITY;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException _) {
            return Double.NaN;
        }
    }
}
