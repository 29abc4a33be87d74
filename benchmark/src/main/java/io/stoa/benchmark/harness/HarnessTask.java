package io.stoa.benchmark.harness;

import io.stoa.benchmark.task.Answer;
import io.stoa.benchmark.task.Item;
import io.stoa.benchmark.task.ItemSet;
import io.stoa.benchmark.task.Task;
import io.stoa.engine.Engine;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A task file's documents, or those of a group's tasks, as items of an assessment: asked and scored as {@link Run} does,
 * one at a time, so that each answer can lie in the ledger before it counts.
 *
 * <p>An item is called {@code task/number of the document}. Its prompt is the digest of the document with everything that
 * is asked about it and its right answer: the prompts themselves, with their examples, are long, and are made when they are
 * asked.
 */
final class HarnessTask implements Task {
    /** Of draws where a task samples. */
    private static final long SEED = 0;

    private static final int CHARACTERS_PER_TOKEN = 4;

    /** Where documents lie and what they are called; it changes no answer to equal documents. */
    private static final Set<String> PLACES =
            Set.of("task", "task_alias", "tag", "dataset_path", "dataset_name", "dataset_kwargs");

    private final String id;
    private final String suite;
    private final HarnessTasks.Measure measure;
    private final List<Part> parts;
    private final Map<String, Place> places;
    private final ItemSet items;
    private final Work work;
    private final OptionalDouble chance;

    /**
     * One task.
     *
     * @param filter the place of the pipeline that counts
     */
    record Part(TaskConfig task, Prompts prompts, Evaluator evaluator, int filter) {
        static Part of(TaskConfig task, Prompts prompts, HarnessTasks.Measure measure) {
            List<String> filters =
                    task.filters().stream().map(FilterPipeline::name).toList();
            return new Part(
                    task, prompts, new Evaluator(task, prompts.reader(), _ -> {}), filters.indexOf(measure.filter()));
        }
    }

    /** All that a task file says but for where its documents lie: those are told apart by themselves. */
    static String definition(TaskConfig task) {
        ObjectNode keys = task.json();
        keys.remove(PLACES);
        return keys + " " + task.generation();
    }

    private record Place(Part part, int document) {}

    private HarnessTask(
            String id,
            String suite,
            HarnessTasks.Measure measure,
            List<Part> parts,
            Map<String, Place> places,
            ItemSet items,
            Work work,
            OptionalDouble chance) {
        this.id = id;
        this.suite = suite;
        this.measure = measure;
        this.parts = List.copyOf(parts);
        this.places = Map.copyOf(places);
        this.items = items;
        this.work = work;
        this.chance = chance;
    }

    /** Renders every prompt once. */
    static HarnessTask of(String id, String suite, HarnessTasks.Measure measure, List<Part> parts, int limit) {
        Map<String, Place> places = new HashMap<>();
        List<Item> all = new ArrayList<>();
        StringBuilder digests = new StringBuilder();
        Effort effort = new Effort();
        for (Part part : parts) {
            Prompts prompts = part.prompts();
            for (int i = 0; i < prompts.documents().size(); i++) {
                List<Request> requests = prompts.requests(i);
                Item item = new Item(
                        part.task().name() + "/" + i,
                        Digest.of(SampleJson.asked(i, prompts).toString()).hex(),
                        List.of(),
                        prompts.target(i).toString());
                digests.append(item.digest().hex());
                effort.add(part.task(), requests);
                places.put(item.id(), new Place(part, i));
                all.add(item);
            }
        }
        ItemSet items = ItemSet.of(name(suite, parts), Digest.of(digests.toString()), all, limit);
        return new HarnessTask(
                id, suite, measure, parts, places, items, effort.of(items.size(), all.size()), effort.chance(measure));
    }

    private static String name(String suite, List<Part> parts) {
        return parts.size() == 1 ? suite : suite + ", " + parts.size() + " tasks";
    }

    /** What asking takes, added up. */
    private static final class Effort {
        private long requests;
        private double read;
        private double written;
        private double chances;
        private int choices;
        private int documents;

        void add(TaskConfig task, List<Request> asked) {
            documents++;
            requests += asked.size();
            Set<Request.Context> contexts = new HashSet<>();
            for (Request request : asked) {
                switch (request) {
                    case Request.Likelihood one -> {
                        contexts.add(one.context());
                        written += one.continuation().length();
                    }
                    case Request.Rolling rolling -> written += rolling.text().length();
                    case Request.Generate generate -> {
                        contexts.add(generate.context());
                        written += (double) CHARACTERS_PER_TOKEN
                                * task.repeats()
                                * generate.settings().maxTokens().orElse(GenerationSettings.DEFAULT_TOKENS);
                    }
                }
            }
            read += contexts.stream().mapToLong(HarnessTask::length).sum();
            if (task.outputType() == OutputType.MULTIPLE_CHOICE
                    && task.processResults().isEmpty()) {
                choices++;
                boolean twice =
                        task.metrics().stream().anyMatch(metric -> metric.name().equals("acc_mutual_info"));
                chances += (twice ? 2.0 : 1.0) / asked.size();
            }
        }

        Work of(int kept, int all) {
            double part = (double) kept / all;
            return new Work(Math.round(requests * part), read * part, written * part);
        }

        OptionalDouble chance(HarnessTasks.Measure measure) {
            return choices == documents && measure.metric().startsWith("acc")
                    ? OptionalDouble.of(chances / choices)
                    : OptionalDouble.empty();
        }
    }

    private static long length(Request.Context context) {
        return switch (context) {
            case Request.Context.Text text -> text.text().length();
            case Request.Context.Chat chat ->
                chat.messages().stream()
                        .mapToLong(message -> message.content().length())
                        .sum();
        };
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String scoring() {
        return measure.metric() + " of " + suite
                + (measure.filter().equals("none") ? "" : " after " + measure.filter());
    }

    @Override
    public String settings() {
        StringBuilder settings = new StringBuilder("task files 1; seed " + SEED + "; " + measure);
        parts.forEach(part -> settings.append('\n').append(definition(part.task())));
        return Digest.of(settings.toString()).hex();
    }

    @Override
    public ItemSet items() {
        return items;
    }

    @Override
    public Engine.Capability needs() {
        return parts.stream().allMatch(part -> part.task().outputType() == OutputType.GENERATE_UNTIL)
                ? Engine.Capability.GENERATE
                : Engine.Capability.SCORE;
    }

    @Override
    public Work work() {
        return work;
    }

    @Override
    public OptionalDouble chance() {
        return chance;
    }

    @Override
    public Answer ask(Engine engine, Item item) {
        Place place = Optional.ofNullable(places.get(item.id()))
                .orElseThrow(() -> new IllegalArgumentException(item.id() + " is no item of " + id));
        List<Request> requests = place.part().prompts().requests(place.document());
        List<RawAnswer> raw = answers(engine, place.part(), requests);
        return new Answer(
                item.id(), score(place, requests, raw), text(requests, raw), likelihoods(raw), Optional.empty());
    }

    private static List<RawAnswer> answers(Engine engine, Part part, List<Request> requests) {
        return new EngineCalls(engine, part.task().repeats(), SEED)
                .ask(List.of(requests))
                .getFirst();
    }

    /** A document that cannot be scored is no refusal of the engine, which would count as wrong: it ends the check. */
    private double score(Place place, List<Request> requests, List<RawAnswer> raw) {
        Part part = place.part();
        try {
            Sample sample = part.evaluator()
                    .score(place.document(), part.prompts().documents().get(place.document()), requests, raw)
                    .samples()
                    .get(part.filter());
            Measured measured = Optional.ofNullable(sample.scores().get(measure.metric()))
                    .orElseThrow(() -> StoaException.user(
                            part.task().name() + " gives no " + measure.metric() + "; name another metric"));
            double score = Aggregation.values(List.of(measured)).getFirst();
            if (!(score >= 0 && score <= 1)) {
                throw StoaException.user(
                        part.task().name() + ": " + measure.metric() + " of document " + place.document() + " is "
                                + score + ", which does not lie in [0, 1] and has no gate; name another metric");
            }
            return score;
        } catch (StoaException e) {
            throw e.kind() == StoaException.Kind.USER
                    ? new StoaException(StoaException.Kind.ENGINE, e.sentence(), e)
                    : e;
        }
    }

    /** The generated text, several as a JSON array, or the likeliest of several continuations. */
    private static String text(List<Request> requests, List<RawAnswer> raw) {
        List<String> texts = new ArrayList<>();
        for (RawAnswer answer : raw) {
            if (answer instanceof RawAnswer.Texts given) {
                texts.addAll(given.texts());
            }
        }
        if (texts.isEmpty()) {
            return likeliest(requests, likelihoods(raw));
        }
        if (texts.size() == 1) {
            return texts.getFirst();
        }
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        texts.forEach(array::add);
        return array.toString();
    }

    private static String likeliest(List<Request> requests, List<Double> likelihoods) {
        if (requests.size() < 2) {
            return "";
        }
        int best = Scorer.best(requests.size(), likelihoods::get);
        return requests.get(best) instanceof Request.Likelihood one
                ? one.continuation().strip()
                : "";
    }

    private static List<Double> likelihoods(List<RawAnswer> raw) {
        return raw.stream()
                .filter(RawAnswer.Likelihood.class::isInstance)
                .map(answer -> ((RawAnswer.Likelihood) answer).logLikelihood())
                .toList();
    }

    /** The first and the last request of each task's first document, cut down to a character a message. */
    @Override
    public void probe(Engine engine) {
        for (Part part : parts) {
            List<Request> requests = part.prompts().requests(0);
            Set<Request> brief = new HashSet<>(List.of(brief(requests.getFirst())));
            brief.add(brief(requests.getLast()));
            answers(engine, part, List.copyOf(brief));
        }
    }

    private static Request brief(Request request) {
        return switch (request) {
            case Request.Likelihood one -> new Request.Likelihood(brief(one.context()), "1");
            case Request.Rolling _ -> new Request.Rolling("1");
            case Request.Generate one -> {
                GenerationSettings settings = one.settings();
                yield new Request.Generate(
                        brief(one.context()),
                        new GenerationSettings(
                                settings.until(),
                                Optional.of(1),
                                settings.temperature(),
                                settings.topP(),
                                settings.topK()));
            }
        };
    }

    private static Request.Context brief(Request.Context context) {
        return switch (context) {
            case Request.Context.Text text -> text.text().isEmpty() ? text : new Request.Context.Text("1");
            case Request.Context.Chat chat ->
                new Request.Context.Chat(
                        chat.messages().stream()
                                .map(message -> new Message(message.role(), "1"))
                                .toList(),
                        false);
        };
    }
}
