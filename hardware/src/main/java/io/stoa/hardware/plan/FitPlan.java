package io.stoa.hardware.plan;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.hardware.input.Dimension;
import io.stoa.hardware.input.YamlPart;
import io.stoa.hardware.machine.MachineCatalogue;
import io.stoa.hardware.machine.MachineType;
import io.stoa.hardware.roofline.Efficiency;
import io.stoa.hardware.roofline.ModelFacts;
import io.stoa.hardware.roofline.Parallelism;
import io.stoa.model.Interval;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a search goes through: every model with every quantization, on every machine, at every context, concurrency and
 * way of sharing devices.
 *
 * @param contenders models with a quantization
 * @param machines machines
 * @param contexts tokens of a stream's context, each with room for prompt and answer
 * @param streams answers at the same time
 * @param parallelisms ways of sharing devices
 * @param promptTokens a typical prompt
 * @param answerTokens a typical answer
 * @param timeToFirstToken the longest wait, in seconds, if any
 * @param timePerOutputToken the longest wait between tokens, in seconds, if any
 * @param utilisation the share of the paid time in which the machine works
 * @param efficiencies shares of the peaks by the machines' names, for machines that were measured
 */
public record FitPlan(
        List<Contender> contenders,
        List<MachineType> machines,
        List<Integer> contexts,
        List<Integer> streams,
        List<Parallelism> parallelisms,
        int promptTokens,
        int answerTokens,
        OptionalDouble timeToFirstToken,
        OptionalDouble timePerOutputToken,
        double utilisation,
        Map<String, Efficiency> efficiencies) {
    private static final int MOST = 200;
    private static final long MOST_CELLS = 2_000_000;

    /**
     * A model with a quantization.
     *
     * @param model what people call the model
     * @param quantization and its quantization
     * @param facts what it reads and computes
     * @param memory what it takes of a device
     */
    public record Contender(String model, String quantization, ModelFacts facts, MemoryNeed memory) {
        public Contender {
            requireNonNull(model, "model");
            requireNonNull(quantization, "quantization");
            requireNonNull(facts, "facts");
            requireNonNull(memory, "memory");
        }
    }

    public FitPlan {
        contenders = List.copyOf(contenders);
        machines = List.copyOf(machines);
        contexts = List.copyOf(contexts);
        streams = List.copyOf(streams);
        parallelisms = List.copyOf(parallelisms);
        efficiencies = Map.copyOf(efficiencies);
        if (contenders.isEmpty()
                || machines.isEmpty()
                || contexts.isEmpty()
                || streams.isEmpty()
                || parallelisms.isEmpty()) {
            throw new IllegalArgumentException(
                    "a search needs models, machines, contexts, concurrency and parallelism");
        }
        if (promptTokens < 1 || answerTokens < 1) {
            throw new IllegalArgumentException("prompt and answer must be positive");
        }
        for (int context : contexts) {
            if (context < (long) promptTokens + answerTokens) {
                throw new IllegalArgumentException("a context of " + context + " tokens does not hold a prompt of "
                        + promptTokens + " and an answer of " + answerTokens);
            }
        }
        for (int stream : streams) {
            if (stream < 1) {
                throw new IllegalArgumentException("concurrency must be positive: " + stream);
            }
        }
        if (machines.stream()
                        .flatMap(machine -> machine.hourly().stream())
                        .map(price -> price.amount().currency())
                        .distinct()
                        .count()
                > 1) {
            throw new IllegalArgumentException("the machines' prices are in several currencies; give them in one");
        }
        if (!(utilisation > 0 && utilisation <= 1)) {
            throw new IllegalArgumentException("utilisation lies in (0, 1]: " + utilisation);
        }
    }

    /** How many combinations there are. */
    public long cells() {
        return (long) contenders.size() * machines.size() * contexts.size() * streams.size() * parallelisms.size();
    }

    Efficiency efficiency(MachineType machine) {
        Efficiency unmeasured = Efficiency.unmeasured(machine.kind());
        return efficiencies.getOrDefault(machine.name(), unmeasured);
    }

    /**
     * Reads a plan. Machines are named ones of the catalogue, which the file's own {@code machines} extend; paths of
     * models are taken from the file's folder.
     */
    public static FitPlan read(Path file, MachineCatalogue known) {
        YamlPart part = YamlPart.read(file);
        part.only(
                "models",
                "machines",
                "on",
                "contexts",
                "concurrency",
                "parallelism",
                "workload",
                "utilisation",
                "efficiency");
        MachineCatalogue catalogue = known.with(part);
        List<Contender> contenders = new ArrayList<>();
        for (YamlPart model : part.parts("models", MOST)) {
            contenders.addAll(contenders(model, file));
        }
        YamlPart workload = part.part("workload")
                .only("prompt-tokens", "answer-tokens", "time-to-first-token", "time-per-output-token");
        List<MachineType> machines = new ArrayList<>();
        for (String name : part.texts("on", MOST)) {
            machines.add(catalogue.find(name).orElseThrow(() -> part.wrong("on", unknownMachine(catalogue, name))));
        }
        List<Parallelism> ways = new ArrayList<>();
        for (String way : part.texts("parallelism", 50)) {
            ways.add(parallelism(part, way));
        }
        try {
            FitPlan plan = new FitPlan(
                    contenders,
                    machines,
                    part.integers("contexts", 50, 1, 100_000_000),
                    part.integers("concurrency", 50, 1, 100_000),
                    ways.isEmpty() ? List.of(Parallelism.NONE) : ways,
                    workload.integer("prompt-tokens", 1, 100_000_000),
                    workload.integer("answer-tokens", 1, 100_000_000),
                    seconds(workload, "time-to-first-token"),
                    seconds(workload, "time-per-output-token"),
                    part.optionalNumber("utilisation", 0.001, 1).orElse(1),
                    efficiencies(part, catalogue, machines));
            if (plan.cells() > MOST_CELLS) {
                throw part.wrong(plan.cells() + " combinations; at most " + MOST_CELLS + " are searched");
            }
            return plan;
        } catch (IllegalArgumentException e) {
            throw part.wrong(String.valueOf(e.getMessage()));
        }
    }

    private static String unknownMachine(MachineCatalogue catalogue, String name) {
        return name + " is not in the catalogue, which has "
                + String.join(
                        ", ", catalogue.all().stream().map(MachineType::name).toList());
    }

    private static OptionalDouble seconds(YamlPart workload, String key) {
        return workload.optionalMeasure(key, Dimension.TIME, 1e-6, 86_400, "people wait between 1 us and a day");
    }

    private static List<Contender> contenders(YamlPart model, Path plan) {
        model.only(
                "name",
                "file",
                "quantizations",
                "parameters",
                "active-parameters",
                "experts",
                "used-experts",
                "layers",
                "width",
                "kv-heads",
                "key-length",
                "value-length",
                "kv-bytes-per-token");
        String name = model.text("name");
        List<Contender> contenders = new ArrayList<>();
        if (model.has("file")) {
            Path file = plan.toAbsolutePath().resolveSibling(model.text("file"));
            GgufHeader header = GgufReader.read(file);
            ModelFacts facts = ModelFacts.of(name, header);
            contenders.add(new Contender(name, "as it is", facts, MemoryNeed.of(header)));
            for (YamlPart quantization : model.parts("quantizations", MOST)) {
                ModelFacts other = facts.atBits(name + " " + label(quantization), bits(quantization));
                contenders.add(new Contender(name, label(quantization), other, MemoryNeed.estimate(other)));
            }
            return contenders;
        }
        for (YamlPart quantization : model.parts("quantizations", MOST)) {
            ModelFacts facts = ModelFacts.read(model, name + " " + label(quantization), bits(quantization));
            contenders.add(new Contender(name, label(quantization), facts, MemoryNeed.estimate(facts)));
        }
        if (contenders.isEmpty()) {
            throw model.wrong("the key quantizations is missing: a list such as [{name: Q4_K_M, bits: 4.89}]");
        }
        return contenders;
    }

    private static String label(YamlPart quantization) {
        return quantization.only("name", "bits").text("name");
    }

    private static double bits(YamlPart quantization) {
        return quantization.number("bits", 1, 32);
    }

    /** Such as {@code 4} or {@code tensor 4} or {@code pipeline 2}. */
    private static Parallelism parallelism(YamlPart part, String text) {
        String[] words = text.split(" ", 2);
        String count = words[words.length - 1];
        String way = words.length == 1 ? "tensor" : words[0].toLowerCase(Locale.ROOT);
        if (!count.matches("[1-9][0-9]{0,3}") || !(way.equals("tensor") || way.equals("pipeline"))) {
            throw part.wrong(
                    "parallelism", "'" + text + "' is not a number of devices such as 1, tensor 4 or pipeline 2");
        }
        return new Parallelism(
                way.equals("tensor") ? Parallelism.Way.TENSOR : Parallelism.Way.PIPELINE, Integer.parseInt(count));
    }

    private static Map<String, Efficiency> efficiencies(
            YamlPart part, MachineCatalogue catalogue, List<MachineType> machines) {
        Map<String, Efficiency> efficiencies = new HashMap<>();
        for (YamlPart each : part.parts("efficiency", MOST)) {
            each.only("machine", "bandwidth", "compute", "step-overhead", "basis");
            String name = each.text("machine");
            MachineType machine =
                    catalogue.find(name).orElseThrow(() -> each.wrong("machine", unknownMachine(catalogue, name)));
            if (!machines.contains(machine)) {
                throw each.wrong("machine", machine.name() + " is not one of the machines in on");
            }
            Efficiency measured = new Efficiency(
                    share(each, "bandwidth"),
                    share(each, "compute"),
                    new Interval(
                            0,
                            each.optionalMeasure("step-overhead", Dimension.TIME, 0, 10, "a step takes less than 10 s")
                                    .orElse(0)),
                    each.text("basis"));
            if (efficiencies.put(machine.name(), measured) != null) {
                throw each.wrong("machine", machine.name() + " is here twice");
            }
        }
        return efficiencies;
    }

    private static Interval share(YamlPart part, String key) {
        List<String> ends = part.texts(key, 2);
        double low = number(part, key, ends.isEmpty() ? "" : ends.getFirst());
        double high = number(part, key, ends.isEmpty() ? "" : ends.getLast());
        if (low > high) {
            throw part.wrong(key, "the low end is above the high one");
        }
        return new Interval(low, high);
    }

    private static double number(YamlPart part, String key, String text) {
        if (!text.matches("0?\\.[0-9]{1,9}|1|1\\.0+")) {
            throw part.wrong(key, "'" + text + "' is not a share in (0, 1]; write two of them, as [0.55, 0.65]");
        }
        return Double.parseDouble(text);
    }
}
