package io.stoa.hardware.speed;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.model.Interval;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How long this machine takes for a batch, as a sum of what the batch makes it do. Each part has a price that was found by
 * timing small made-up models: so much for a layer, for a row of a matrix, for a byte of weights of a type that lies in
 * the cache, for one that does not, for a product in a prompt. A type that was not timed has no price, and then nothing is
 * predicted.
 *
 * @param machine what it was found on; elsewhere it says nothing
 * @param engine the build of llama.cpp
 * @param cacheBytes our part of the processor's last cache
 * @param vector the numbers of a head that are multiplied at a time
 * @param threads the prices by number of native threads
 */
public record SpeedModel(String machine, String engine, long cacheBytes, int vector, Map<Integer, Prices> threads) {
    static final String LAYERS = "layers";

    static final String ELEMENTS = "elements";

    /** In a step; in a prompt the type follows. */
    static final String ROWS = "rows";

    /** In a prompt; the type follows. */
    private static final String PRODUCTS = "products ";

    /** What parts are called that are bytes of a type: in the cache, and not. */
    static final String CACHED = "cached ";

    static final String MEMORY = "memory ";

    /** A working set of that share of the cache is read from it; one of the other share comes from memory altogether. */
    private static final double ALL_CACHED = 0.5;

    private static final double NONE_CACHED = 2;

    /** llama.cpp reads prompts in pieces of so many tokens ({@code n_ubatch}). */
    private static final int MICRO_BATCH = 512;

    public SpeedModel {
        // A file that was written before has none.
        if (vector < 1) {
            throw new IllegalArgumentException("vector must be positive: " + vector);
        }
        threads = Collections.unmodifiableMap(new TreeMap<>(threads));
    }

    /**
     * The prices with one number of threads.
     *
     * @param step of a step that gives one sequence its next token
     * @param prompt of reading a prompt
     * @param usual what the machine was like, most of the time; the prices are of it
     */
    public record Prices(PriceList step, PriceList prompt, Moment usual) {
        public Prices {
            requireNonNull(step, "step");
            requireNonNull(prompt, "prompt");
            requireNonNull(usual, "usual");
        }
    }

    /**
     * What is asked for.
     *
     * @param now what the machine is like, with the threads that are to work
     * @param references small models that were timed lately, which say what the prices leave unsaid; maybe none
     */
    public record Question(Moment now, List<Reference> references, int promptTokens, int depth, int sequences) {
        public Question {
            requireNonNull(now, "now");
            references = List.copyOf(references);
            if (promptTokens < 1 || depth < 0 || sequences < 1) {
                throw new IllegalArgumentException("not a question: a prompt of " + promptTokens + ", depth " + depth
                        + ", " + sequences + " sequences");
            }
        }
    }

    /**
     * A model that was timed.
     *
     * @param header of one of {@link Calibration#small}
     * @param looks at it, with whatever numbers of threads
     */
    public record Reference(GgufHeader header, int promptTokens, int depth, List<Calibration.Times> looks) {
        public Reference {
            looks = List.copyOf(looks);
        }
    }

    /** What is known of a model's speed. */
    public sealed interface Answer {
        /**
         * Seconds.
         *
         * @param prompt of reading the prompt, which is the time to the first token where nobody else is served
         * @param promptInterval of 90 %
         * @param step from one token to the next while all sequences go on
         * @param stepInterval of 90 %
         */
        record Known(double prompt, Interval promptInterval, double step, Interval stepInterval) implements Answer {}

        /** Nothing, and why, as a clause. */
        record Unknown(String reason) implements Answer {}
    }

    /** The types of a model's weights that have prices. */
    public Set<GgmlType> calibratedTypes(GgufHeader header) {
        Set<GgmlType> types = EnumSet.noneOf(GgmlType.class);
        if (DecodeWork.read(header) instanceof DecodeWork.Reading.Read(DecodeWork work)) {
            work.matrices().forEach(matrix -> types.add(matrix.type()));
        }
        types.removeIf(type -> threads.values().stream()
                .noneMatch(each -> each.prompt().prices().containsKey(PRODUCTS + type)));
        return types;
    }

    /** Predicts. */
    public Answer predict(GgufHeader header, Question question) {
        return switch (DecodeWork.read(header)) {
            case DecodeWork.Reading.Refused(String reason) -> new Answer.Unknown(reason);
            case DecodeWork.Reading.Read(DecodeWork work) -> predict(work, question);
        };
    }

    private Answer predict(DecodeWork work, Question question) {
        Moment now = question.now();
        Prices prices = threads.get(now.threads());
        if (prices == null) {
            return new Answer.Unknown("calibrated were " + threads.keySet() + " threads, not " + now.threads());
        }
        double promptPace = now.promptPace(prices.usual());
        double stepPace = now.stepPace(prices.usual());
        Map<String, Double> prompt = promptWork(work, question.promptTokens(), now.at(promptPace), vector);
        Map<String, Double> step =
                stepWork(work, question.depth(), question.sequences(), now.at(stepPace), cacheBytes, vector);
        List<String> missing = new ArrayList<>(prices.prompt().missing(prompt));
        missing.addAll(prices.step().missing(step));
        if (!missing.isEmpty()) {
            return new Answer.Unknown("not calibrated: " + String.join(", ", missing));
        }
        List<PriceList.Timed> prompts = new ArrayList<>();
        List<PriceList.Timed> steps = new ArrayList<>();
        for (Reference one : question.references()) {
            // Of other moments nothing is told.
            List<Calibration.Times> looks = one.looks().stream()
                    .filter(look -> look.moment().isAsFar(now))
                    .toList();
            if (!looks.isEmpty()
                    && DecodeWork.read(one.header()) instanceof DecodeWork.Reading.Read(DecodeWork small)) {
                prompts.add(timedPrompt(
                        "",
                        small,
                        one.promptTokens(),
                        Calibration.Times.middleByPrompt(looks),
                        prices.usual(),
                        vector));
                steps.add(timedStep(
                        "",
                        small,
                        one.depth(),
                        Calibration.Times.middleByStep(looks),
                        prices.usual(),
                        cacheBytes,
                        vector));
            }
        }
        Neighbours.Told ofPrompt = Neighbours.told(work, question.promptTokens(), prices.prompt(), prompts);
        Neighbours.Told ofStep = Neighbours.told(work, DecodeWork.cells(question.depth()), prices.step(), steps);
        double reading = prices.prompt().seconds(prompt) * Math.exp(ofPrompt.off());
        double next = Math.exp(ofStep.off())
                * (question.sequences() == 1
                        ? prices.step().seconds(step)
                        : together(work, step, question.sequences(), prices));
        Interval ofNext = prices.step().interval(step, next, ofStep);
        return new Answer.Known(
                reading * promptPace,
                times(prices.prompt().interval(prompt, reading, ofPrompt), promptPace),
                next * stepPace,
                times(question.sequences() == 1 ? ofNext : squared(ofNext, next), stepPace));
    }

    /** What a timed prompt does, and takes at the usual pace. */
    static PriceList.Timed timedPrompt(
            String model, DecodeWork work, int tokens, Calibration.Times times, Moment usual, int vector) {
        double pace = times.moment().promptPace(usual);
        return new PriceList.Timed(
                model,
                work,
                tokens,
                promptWork(work, tokens, times.moment().at(pace), vector),
                times.promptSeconds() / pace);
    }

    /** What a timed step does, and takes at the usual pace. */
    static PriceList.Timed timedStep(
            String model,
            DecodeWork work,
            int depth,
            Calibration.Times times,
            Moment usual,
            long cacheBytes,
            int vector) {
        double pace = times.moment().stepPace(usual);
        return new PriceList.Timed(
                model,
                work,
                DecodeWork.cells(depth),
                stepWork(work, depth, 1, times.moment().at(pace), cacheBytes, vector),
                times.stepSeconds() / pace);
    }

    private static Interval times(Interval interval, double factor) {
        return new Interval(interval.low() * factor, interval.high() * factor);
    }

    /** Sequences side by side are told from one alone and from prompts, which nothing was timed for. */
    private static Interval squared(Interval interval, double seconds) {
        return new Interval(interval.low() * interval.low() / seconds, interval.high() * interval.high() / seconds);
    }

    /** The weights are read once for all; what is computed with them, and what attention reads, is for each. */
    private double together(DecodeWork work, Map<String, Double> step, int sequences, Prices prices) {
        double seconds = 0;
        double weights = 0;
        for (Map.Entry<String, Double> part : step.entrySet()) {
            double alone = part.getValue() * prices.step().price(part.getKey());
            seconds += part.getKey().startsWith("attention") ? sequences * alone : alone;
            boolean weight = part.getKey().startsWith(CACHED) || part.getKey().startsWith(MEMORY);
            weights += weight ? alone : 0;
        }
        double products = 0;
        for (Map.Entry<String, Double> part :
                promptWork(work, 1, Threads.ONE, vector).entrySet()) {
            if (part.getKey().startsWith(PRODUCTS)) {
                products += sequences * part.getValue() * prices.prompt().price(part.getKey());
            }
        }
        return Math.max(seconds, seconds - weights + products);
    }

    /** What a step does. */
    static Map<String, Double> stepWork(
            DecodeWork work, int depth, int sequences, Threads threads, long cacheBytes, int vector) {
        Map<String, Double> parts = new TreeMap<>();
        parts.put("batch", 1.0);
        parts.put(LAYERS, (double) work.layers());
        double workingSet = work.bytes() + work.cachedBytes(depth) * sequences;
        double fromMemory =
                Math.clamp(Math.log(workingSet / (ALL_CACHED * cacheBytes)) / Math.log(NONE_CACHED / ALL_CACHED), 0, 1);
        double rows = work.output().rows();
        add(parts, work.output().type(), work.output().bytes(), fromMemory);
        for (DecodeWork.Matrix matrix : work.matrices()) {
            add(parts, matrix.type(), matrix.bytes(), fromMemory);
            rows += matrix.rows();
        }
        parts.put(ROWS, rows);
        addHandOvers(parts, work.layers(), rows, threads);
        work.lookBack(depth, sequences, threads.count(), vector).addTo(parts);
        return parts;
    }

    /** What is known of prices with more threads from those of one: a layer's own time is one's, rows and elements are shared. */
    static Map<String, Double> known(PriceList alone, int threads) {
        Map<String, Double> known = new TreeMap<>();
        alone.prices().forEach((part, price) -> {
            if (part.equals(LAYERS)) {
                known.put(part, price);
            } else if (part.equals(ELEMENTS) || part.startsWith(ROWS)) {
                known.put(part, price / threads);
            }
        });
        return known;
    }

    /** Between operations threads wait for each other and read what others wrote, which takes as long as they are far apart. */
    private static void addHandOvers(Map<String, Double> parts, double layers, double rows, Threads threads) {
        if (threads.count() > 1) {
            parts.put("layers handed over", layers * threads.handOver());
            parts.put("rows handed over", rows * threads.handOver());
        }
    }

    private static void add(Map<String, Double> parts, GgmlType type, double bytes, double fromMemory) {
        // Tables of positions and the like are so small that their type's price does not matter.
        if (type == GgmlType.F32) {
            return;
        }
        if (fromMemory < 1) {
            parts.merge(CACHED + type, bytes * (1 - fromMemory), Double::sum);
        }
        if (fromMemory > 0) {
            parts.merge(MEMORY + type, bytes * fromMemory, Double::sum);
        }
    }

    /** What reading a prompt does. */
    static Map<String, Double> promptWork(DecodeWork work, int tokens, Threads threads, int vector) {
        Map<String, Double> parts = new TreeMap<>();
        double batches = Math.ceilDiv(tokens, MICRO_BATCH);
        parts.put("batch", batches);
        parts.put(LAYERS, batches * work.layers());
        parts.put(ELEMENTS, (double) tokens * work.layers() * work.embedding());
        double rows = 0;
        for (DecodeWork.Matrix matrix : work.matrices()) {
            if (matrix.type() != GgmlType.F32) {
                parts.merge(PRODUCTS + matrix.type(), tokens * matrix.products(), Double::sum);
                parts.merge(ROWS + " " + matrix.type(), (double) tokens * matrix.rows(), Double::sum);
                rows += (double) tokens * matrix.rows();
            }
        }
        addHandOvers(parts, batches * work.layers(), rows, threads);
        work.lookBackOfPrompt(tokens, vector).addTo(parts);
        parts.merge(PRODUCTS + work.output().type(), work.output().products(), Double::sum);
        return parts;
    }
}
