package io.stoa.benchmark.harness;

import io.stoa.benchmark.metric.Words;
import io.stoa.benchmark.task.PythonRandom;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns a task's documents into requests, byte by byte as the harness does. A system instruction and the description come
 * first, then the examples, then the document.
 *
 * <p>Examples that are drawn come from one generator that moves on from document to document, so the examples of all
 * documents are drawn when this is made, whichever of them are asked later, and in whatever order.
 */
public final class Prompts {
    /** The harness' seed of few-shot examples. */
    public static final long SHOT_SEED = 1234;

    private final TaskConfig task;
    private final Layout layout;
    private final List<ObjectNode> documents;
    private final DocumentReader reader;
    private final List<List<ObjectNode>> examples;

    /**
     * How prompts are laid out.
     *
     * @param chat whether they are messages for the model's chat template, each example a turn of its own
     * @param system an instruction before everything else
     * @param seed of the examples that are drawn
     */
    public record Layout(boolean chat, Optional<String> system, long seed) {
        /** Plain text, the harness' default. */
        public static final Layout PLAIN = new Layout(false, Optional.empty(), SHOT_SEED);
    }

    /**
     * @param splits the dataset's documents by split, before {@code process_docs}
     * @throws StoaException of kind {@code USER} where a split is missing or too small
     */
    Prompts(TaskConfig task, SequencedMap<String, List<ObjectNode>> splits, Layout layout) {
        this.task = task;
        this.layout = layout;
        String asked = task.splits()
                .asked()
                .orElseThrow(() -> StoaException.user("task " + task.name()
                        + ": neither test_split nor validation_split is named; name the part to ask"));
        this.documents = processed(task.processDocs(), split(splits, asked));
        if (documents.isEmpty()) {
            throw StoaException.user("task " + task.name() + ": split " + asked + " holds no document");
        }
        this.reader = new DocumentReader(task, documents.getFirst());
        this.examples = task.shots().count() == 0 ? List.of() : examples(splits);
    }

    private List<ObjectNode> split(SequencedMap<String, List<ObjectNode>> splits, String name) {
        return Optional.ofNullable(splits.get(name))
                .orElseThrow(() -> StoaException.user("task " + task.name() + ": the dataset "
                        + task.dataset().path() + " has no split " + name + "; there are " + splits.keySet()));
    }

    private static List<ObjectNode> processed(Optional<Hooks.OfDocuments> hook, List<ObjectNode> rows) {
        return hook.isPresent() ? hook.get().apply(rows) : rows;
    }

    /** The right answer of a document as the task gives it: a text, the number of a choice, or a list. */
    JsonNode target(int index) {
        return reader.target(task.target(), documents.get(index));
    }

    DocumentReader reader() {
        return reader;
    }

    /** Those that are asked, in order. */
    public List<ObjectNode> documents() {
        return documents;
    }

    private List<List<ObjectNode>> examples(SequencedMap<String, List<ObjectNode>> splits) {
        TaskConfig.Shots shots = task.shots();
        List<ObjectNode> pool = pool(splits);
        boolean mayHoldAsked = shots.split().equals(task.splits().test());
        PythonRandom random = new PythonRandom(layout.seed());
        List<List<ObjectNode>> drawn = new ArrayList<>(documents.size());
        for (ObjectNode document : documents) {
            Optional<ObjectNode> asked = mayHoldAsked ? Optional.of(document) : Optional.empty();
            drawn.add(shots.firstOnes() ? first(pool, asked) : drawn(pool, asked, random));
        }
        return drawn;
    }

    private List<ObjectNode> pool(SequencedMap<String, List<ObjectNode>> splits) {
        TaskConfig.Shots shots = task.shots();
        List<ObjectNode> rows;
        if (shots.split().isPresent()) {
            rows = processed(shots.processDocs(), split(splits, shots.split().get()));
        } else if (shots.samples().isPresent()) {
            rows = shots.samples().get();
        } else {
            TaskConfig.Splits parts = task.splits();
            Optional<String> split = parts.training().or(parts::validation);
            rows = split.isPresent() ? processed(task.processDocs(), split(splits, split.get())) : documents;
        }
        if (shots.indices().isEmpty()) {
            return rows;
        }
        for (int index : shots.indices()) {
            if (index < 0 || index >= rows.size()) {
                throw StoaException.user("task " + task.name() + ": fewshot_indices holds " + index + "; there are "
                        + rows.size() + " examples, counted from 0");
            }
        }
        return shots.indices().stream().map(rows::get).toList();
    }

    private List<ObjectNode> first(List<ObjectNode> pool, Optional<ObjectNode> asked) {
        List<ObjectNode> left = without(pool, asked);
        return left.subList(0, enough(left.size()));
    }

    private List<ObjectNode> drawn(List<ObjectNode> pool, Optional<ObjectNode> asked, PythonRandom random) {
        int count = enough(pool.size());
        if (asked.isEmpty()) {
            return random.sample(pool, count);
        }
        enough(pool.size() - 1);
        List<ObjectNode> left = without(random.sample(pool, count + 1), asked);
        // Of a document that the pool holds more than once, more than one copy may have been drawn.
        return left.size() < count ? random.sample(without(pool, asked), count) : left.subList(0, count);
    }

    private int enough(int available) {
        int count = task.shots().count();
        if (count > available) {
            throw StoaException.user("task " + task.name() + ": " + count + " examples are wanted, and there are "
                    + available + "; lower num_fewshot");
        }
        return count;
    }

    private static List<ObjectNode> without(List<ObjectNode> pool, Optional<ObjectNode> asked) {
        return asked.isEmpty()
                ? pool
                : pool.stream().filter(row -> !row.equals(asked.get())).toList();
    }

    /**
     * The requests of one document, in the order in which {@link Scorer} wants their outcomes.
     *
     * @param index of the document
     */
    public List<Request> requests(int index) {
        ObjectNode document = documents.get(index);
        return switch (task.outputType()) {
            case LOGLIKELIHOOD ->
                List.of(new Request.Likelihood(
                        context(index),
                        reader.string(reader.target(task.target(), document), "doc_to_target", document)));
            case LOGLIKELIHOOD_ROLLING ->
                List.of(new Request.Rolling(
                        reader.string(reader.target(task.target(), document), "doc_to_target", document)));
            case MULTIPLE_CHOICE -> choices(index);
            case GENERATE_UNTIL -> List.of(new Request.Generate(context(index), task.generation()));
        };
    }

    private List<Request> choices(int index) {
        ObjectNode document = documents.get(index);
        List<String> choices = reader.choices(task.choices().orElseThrow(), document);
        String delimiter = continuationDelimiter();
        List<Request> requests = new ArrayList<>();
        if (reader.severalInputs()) {
            String continuation =
                    delimiter + reader.string(reader.target(task.target(), document), "doc_to_target", document);
            for (String choice : choices) {
                List<Message> messages = before(index);
                messages.addAll(turn(choice, Optional.empty(), reader.prefix(task.style(), document), "", ""));
                requests.add(new Request.Likelihood(
                        rendered(messages, reader.prefix(task.style(), document)), continuation));
            }
        } else {
            Request.Context context = context(index);
            choices.forEach(choice -> requests.add(new Request.Likelihood(context, delimiter + choice)));
        }
        if (task.metrics().stream().anyMatch(metric -> metric.name().equals("acc_mutual_info"))) {
            Request.Context nothing = new Request.Context.Text("");
            choices.forEach(choice -> requests.add(new Request.Likelihood(nothing, delimiter + choice)));
        }
        return requests;
    }

    /** With a chat template the answer begins a turn, so nothing delimits it, unless the turn has been begun. */
    private String continuationDelimiter() {
        if (!layout.chat()) {
            return task.style().targetDelimiter();
        }
        boolean begun = task.style()
                .answerPrefix()
                .filter(prefix -> !prefix.source().isEmpty() && !endsInSpace(prefix.source()))
                .isPresent();
        return begun ? task.style().targetDelimiter() : "";
    }

    private Request.Context context(int index) {
        ObjectNode document = documents.get(index);
        Optional<String> prefix = reader.prefix(task.style(), document);
        List<Message> messages = before(index);
        String question = reader.string(reader.text(task.text(), document), "doc_to_text", document);
        messages.addAll(turn(question, Optional.empty(), prefix, task.style().targetDelimiter(), ""));
        return rendered(messages, prefix);
    }

    /** What stands before the document. */
    private List<Message> before(int index) {
        List<Message> messages = new ArrayList<>();
        String description = reader.render("description", task.description(), documents.get(index));
        String system =
                joined(layout.system().orElse(""), description, task.style().fewshotDelimiter());
        if (!system.isEmpty()) {
            messages.add(new Message("system", system));
        }
        if (!examples.isEmpty()) {
            examples.get(index).forEach(example -> messages.addAll(example(example)));
        }
        return messages;
    }

    private List<Message> example(ObjectNode example) {
        TaskConfig.Shots shots = task.shots();
        JsonNode text = reader.text(shots.text(), example);
        Optional<List<String>> choices = shots.choices().map(field -> reader.choices(field, example));
        JsonNode target = reader.target(shots.target(), example);
        String question;
        String answer;
        if (reader.severalInputs()) {
            question = choice(choices.orElse(List.of()), text, example);
            answer = reader.string(target, "doc_to_target", example);
        } else {
            question = reader.string(text, "doc_to_text", example);
            answer = choices.isPresent() && DocumentReader.counted(target).isIntegralNumber()
                    ? choice(choices.get(), target, example)
                    : reader.string(target.isArray() ? target.path(0) : target, "doc_to_target", example);
        }
        return turn(
                question,
                Optional.of(answer),
                reader.prefix(shots.style(), example),
                shots.style().targetDelimiter(),
                shots.style().fewshotDelimiter());
    }

    private String choice(List<String> choices, JsonNode index, ObjectNode document) {
        int at = DocumentReader.counted(index).asInt(-1);
        // Python counts negative places from the end.
        int place = at < 0 ? choices.size() + at : at;
        if (place < 0 || place >= choices.size()) {
            throw wrong(document, "the number " + at + " is none of its " + choices.size() + " choices");
        }
        return choices.get(place);
    }

    private static List<Message> turn(
            String question, Optional<String> answer, Optional<String> prefix, String targetDelimiter, String end) {
        boolean answered = answer.filter(text -> !text.isEmpty()).isPresent();
        boolean prefixed = prefix.filter(text -> !text.isEmpty()).isPresent();
        boolean delimited = prefixed ? needsDelimiter(question, prefix.get()) : answered;
        List<Message> messages = new ArrayList<>();
        messages.add(new Message("user", question, delimited ? targetDelimiter : ""));
        if (answered) {
            messages.add(new Message("assistant", joined(prefix.orElse(""), answer.get(), " "), end));
        } else if (prefixed) {
            messages.add(new Message("assistant", prefix.get()));
        }
        return messages;
    }

    private Request.Context rendered(List<Message> messages, Optional<String> prefix) {
        if (layout.chat()) {
            boolean continues = prefix.filter(text -> !text.isEmpty()).isPresent();
            return new Request.Context.Chat(bare(messages), continues);
        }
        StringBuilder text = new StringBuilder();
        messages.forEach(message -> text.append(message.content()).append(message.delimiter()));
        return new Request.Context.Text(text.toString());
    }

    private static List<Message> bare(List<Message> messages) {
        return messages.stream().map(Message::undelimited).toList();
    }

    private StoaException wrong(ObjectNode document, String what) {
        return reader.wrong(document, what);
    }

    /** Both with a delimiter between them, unless one is empty or white space is there already. */
    private static String joined(String first, String second, String delimiter) {
        return first.isEmpty() || second.isEmpty() || !needsDelimiter(first, second)
                ? first + second
                : first + delimiter + second;
    }

    private static boolean needsDelimiter(String first, String second) {
        return !first.isEmpty() && !endsInSpace(first) && !startsInSpace(second);
    }

    private static boolean endsInSpace(String text) {
        return !text.isEmpty() && Words.strip(text.substring(text.length() - 1)).isEmpty();
    }

    private static boolean startsInSpace(String text) {
        return !text.isEmpty() && Words.strip(text.substring(0, 1)).isEmpty();
    }
}
