package io.stoa.benchmark.harness;

import io.stoa.benchmark.dataset.BrokenRows;
import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.Format;
import io.stoa.benchmark.dataset.Limits;
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
import java.util.function.Supplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads answers that were given elsewhere, one at a time:
 *
 * <ul>
 *   <li>JSON lines with an answer each: {@code response} (or {@code answer}, {@code completion}, {@code output}, {@code
 *       text}), or {@code responses} for several, or {@code log_likelihoods}, for each choice a number in nats or a pair of
 *       it and whether it was the greedy choice; and {@code doc_id}, the document's number from 0, or {@code id}, what the
 *       document's own {@code id} (or {@code task_id}, {@code key}, {@code question_id}) is; without either the lines are
 *       in the documents' order;
 *   <li>lm-evaluation-harness' {@code samples_*.jsonl}, which hold their documents;
 *   <li>logs of Inspect, {@code .json} or {@code .eval}.
 * </ul>
 */
final class StoredAnswers {
    private static final List<String> SINGLE =
            List.of("response", "answer", "completion", "output", "text", "prediction");
    private static final List<String> IDS = List.of("id", "task_id", "key", "question_id");
    private static final int SNIFFED = 4096;
    private static final int SHOWN = 80;

    /** A sample of Inspect holds all that went on, not only an answer. */
    private static final long LARGEST_SAMPLE = 64L << 20;

    private final Path file;
    private final TaskConfig task;
    private final Optional<Prompts> prompts;
    private final Map<Integer, Object> seen = new HashMap<>();
    private Optional<Map<String, Integer>> byId = Optional.empty();
    private Optional<String> firstFilter = Optional.empty();
    private int next;

    /**
     * An answer beside its document.
     *
     * @param where it stands, whose text is how errors name it
     * @param index of the document
     */
    record Stored(Object where, int index, ObjectNode document, List<RawAnswer> raw) {
        /** As errors begin: the place and the document, with its own id where it has one. */
        String label() {
            return StoredAnswers.label(where, index, document);
        }
    }

    /**
     * @param task whose output type tells what an answer is
     * @param prompts the task's documents, where they are known
     */
    StoredAnswers(Path file, TaskConfig task, Optional<Prompts> prompts) {
        this.file = file;
        this.task = task;
        this.prompts = prompts;
    }

    private static String label(Object where, int index, ObjectNode document) {
        return where + ": document " + index
                + ownId(document).map(id -> " (id " + id + ")").orElse("");
    }

    private static Optional<String> ownId(ObjectNode document) {
        return IDS.stream()
                .map(document::path)
                .filter(id -> id.isString() || id.isIntegralNumber())
                .findFirst()
                .map(JsonNode::asString);
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
            if (holdsSamples()) {
                new DatasetReader(Limits.STANDARD.withRowBytes(LARGEST_SAMPLE), BrokenRows.REFUSE)
                        .forEach(
                                List.of(file),
                                new Format.Json(Optional.of("samples")),
                                row -> inspected(row.values(), row.place(), answers));
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

    /** Whether this is a log of Inspect, as far as the names of its members tell; no member is held in memory. */
    private boolean holdsSamples() {
        try (InputStream in = Files.newInputStream(file);
                JsonParser parser = JsonMapper.shared().createParser(in)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = parser.currentName();
                boolean list = parser.nextToken() == JsonToken.START_ARRAY;
                if (member.equals("samples")) {
                    return list;
                }
                parser.skipChildren();
            }
        } catch (JacksonException | IOException _) {
            // Whoever reads its rows will say so, with the line.
        }
        return false;
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
    private void inspected(JsonNode sample, Object where, Consumer<Stored> answers) {
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
        accept(where, index, document, () -> List.of(new RawAnswer.Texts(List.of(text))), answers);
    }

    /** Inspect numbers samples from 1 where their dataset gives them no ids. */
    private int inspectedIndex(JsonNode id, Object where) {
        if (!ids().isEmpty()) {
            return find(id.asString(""))
                    .orElseThrow(() -> StoaException.user(
                            where + ": no document has the id " + id + "; was the log made with this dataset?"));
        }
        int count = documents();
        int number = id.asInt(0);
        if (number < 1 || number > count) {
            throw StoaException.user(where + ": the id " + id + " is none of the " + count
                    + " documents, which have no ids and are numbered 1 to " + count);
        }
        return number - 1;
    }

    private int documents() {
        return prompts.orElseThrow().documents().size();
    }

    private void rows(Format format, Consumer<Stored> answers) {
        new DatasetReader().forEach(List.of(file), format, row -> row(row, answers));
    }

    private void row(Row row, Consumer<Stored> answers) {
        ObjectNode values = row.values();
        Object where = row.place();
        if (values.path("doc") instanceof ObjectNode document && values.has("resps")) {
            String filter = values.path("filter").asString("none");
            if (firstFilter.isEmpty()) {
                firstFilter = Optional.of(filter);
            }
            // The same answers come once for each filter.
            if (firstFilter.get().equals(filter)) {
                int index = values.has("doc_id") ? number(values.path("doc_id"), where) : next;
                next = index + 1;
                accept(where, index, document, () -> logged(values.path("resps")), answers);
            }
            return;
        }
        if (prompts.isEmpty()) {
            throw StoaException.user(where + ": holds an answer without its document, and the task's documents are not"
                    + " known; name the dataset's folder, or use samples that lm-evaluation-harness logged");
        }
        int index = index(values, where);
        accept(where, index, prompts.get().documents().get(index), () -> given(values), answers);
    }

    private void accept(
            Object where, int index, ObjectNode document, Supplier<List<RawAnswer>> raw, Consumer<Stored> answers) {
        Object earlier = seen.putIfAbsent(index, where);
        if (earlier != null) {
            throw StoaException.user(where + ": document " + index + " was answered already at " + earlier
                    + "; keep one answer, or write several as responses");
        }
        List<RawAnswer> read;
        try {
            read = raw.get();
        } catch (IllegalArgumentException e) {
            throw StoaException.user(label(where, index, document) + ": " + e.getMessage());
        }
        answers.accept(new Stored(where, index, document, read));
    }

    private int index(ObjectNode values, Object where) {
        if (values.has("doc_id")) {
            return number(values.path("doc_id"), where);
        }
        Optional<JsonNode> id =
                IDS.stream().filter(values::has).map(values::path).findFirst();
        if (id.isPresent()) {
            return find(id.get().asString(""))
                    .orElseThrow(() -> StoaException.user(where + ": no document has the id " + id.get()
                            + "; use doc_id for a document's number from 0"));
        }
        return inRange(next++, next - 1, where);
    }

    /** A document's number from 0, which is below their count where that is known. */
    private int number(JsonNode number, Object where) {
        return inRange(number.isIntegralNumber() || number.isString() ? number.asInt(-1) : -1, number, where);
    }

    private int inRange(int index, Object shown, Object where) {
        if (index < 0 || (prompts.isPresent() && index >= documents())) {
            throw StoaException.user(where + ": there is no document " + shown + "; they are numbered "
                    + (prompts.isPresent() ? "0 to " + (documents() - 1) : "from 0"));
        }
        return index;
    }

    /** The document whose own id this is. */
    private OptionalInt find(String id) {
        Integer index = ids().get(id);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** The documents by their own ids; none where they have no ids. */
    private Map<String, Integer> ids() {
        if (byId.isEmpty()) {
            Map<String, Integer> found = new HashMap<>();
            List<ObjectNode> documents = prompts.orElseThrow().documents();
            for (int i = 0; i < documents.size(); i++) {
                int index = i;
                ownId(documents.get(i)).ifPresent(id -> found.putIfAbsent(id, index));
            }
            byId = Optional.of(found);
        }
        return byId.get();
    }

    private boolean generates() {
        return task.outputType() == OutputType.GENERATE_UNTIL;
    }

    /** An answer in our own format; one of another kind than the task's is told by whoever scores it. */
    private List<RawAnswer> given(ObjectNode values) {
        Optional<List<RawAnswer>> likelihoods = values.has("log_likelihoods")
                ? Optional.of(likelihoods(values.path("log_likelihoods")))
                : Optional.empty();
        Optional<List<RawAnswer>> texts = texts(values).map(answers -> List.of(new RawAnswer.Texts(answers)));
        return (generates() ? texts.or(() -> likelihoods) : likelihoods.or(() -> texts))
                .orElseThrow(() -> new IllegalArgumentException(
                        "holds no answer; write it as \"response\", as \"responses\" where there are several, or as"
                                + " \"log_likelihoods\" of the choices"));
    }

    private static Optional<List<String>> texts(ObjectNode values) {
        if (values.has("responses")) {
            JsonNode responses = values.path("responses");
            if (!responses.isArray() || responses.isEmpty()) {
                throw new IllegalArgumentException(
                        (responses.isArray() ? "responses is empty" : "responses is not a list but " + shown(responses))
                                + "; write a list of texts, with an empty text where there was no answer");
            }
            return Optional.of(texts(responses));
        }
        Optional<JsonNode> single = SINGLE.stream()
                .map(values::path)
                .filter(value -> value.isString() || value.isNull())
                .findFirst();
        if (single.isEmpty()) {
            SINGLE.stream().filter(values::has).findFirst().ifPresent(key -> {
                throw new IllegalArgumentException(
                        key + " is not a text but " + shown(values.path(key)) + "; write the answer as a text");
            });
        }
        return single.map(value -> List.of(text(value)));
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(StoredAnswers::text).toList();
    }

    private static String text(JsonNode value) {
        if (!value.isString() && !value.isNull()) {
            throw new IllegalArgumentException(
                    "an answer is not a text but " + shown(value) + "; write texts, or null where there was no answer");
        }
        return value.isNull() ? "" : value.stringValue();
    }

    private static List<RawAnswer> likelihoods(JsonNode values) {
        if (!values.isArray()) {
            throw new IllegalArgumentException("log_likelihoods is not a list but " + shown(values)
                    + "; write a list of numbers in nats, one for each choice");
        }
        return values.valueStream().map(StoredAnswers::likelihood).toList();
    }

    /** What the harness logs: for each request a list of answers, each a text or a log-likelihood with a flag. */
    private List<RawAnswer> logged(JsonNode resps) {
        if (!resps.isArray() || resps.isEmpty()) {
            throw new IllegalArgumentException(
                    resps.isArray()
                            ? "resps is empty; log the samples again"
                            : "resps is not a list but " + shown(resps));
        }
        List<RawAnswer> raw = new ArrayList<>();
        for (JsonNode request : resps) {
            if (!request.isArray() || request.isEmpty()) {
                throw new IllegalArgumentException("resps holds " + shown(request)
                        + ", which is no list of answers; write a list for each request");
            }
            boolean likelihood = request.path(0).isArray() || task.outputType() == OutputType.LOGLIKELIHOOD_ROLLING;
            raw.add(likelihood ? likelihood(request.path(0)) : new RawAnswer.Texts(texts(request)));
        }
        return raw;
    }

    /** A number, or a pair of a number and whether it was the greedy choice; the harness writes both as texts. */
    private static RawAnswer likelihood(JsonNode value) {
        JsonNode number = value.isArray() ? value.path(0) : value;
        double nats = number.isNumber() ? number.doubleValue() : parsed(number.asString(""));
        if (Double.isNaN(nats) || nats == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException(shown(value) + " is no log-likelihood; write a number in nats");
        }
        return new RawAnswer.Likelihood(nats, greedy(value.path(1)));
    }

    /** Absent where there is no flag: a plain number does not say which token was the likeliest. */
    private static Optional<Boolean> greedy(JsonNode flag) {
        return switch (flag.isMissingNode() ? "none" : flag.asString("?").toLowerCase(Locale.ROOT)) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            case "none", "null", "" -> Optional.empty();
            default ->
                throw new IllegalArgumentException(
                        shown(flag) + " does not say whether a choice was the greedy one; write true or false");
        };
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

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    }
}
