package io.stoa.edge.fleet;

import static io.stoa.store.yaml.YamlFile.fields;
import static io.stoa.store.yaml.YamlFile.find;
import static io.stoa.store.yaml.YamlFile.list;
import static io.stoa.store.yaml.YamlFile.mapping;
import static io.stoa.store.yaml.YamlFile.need;
import static io.stoa.store.yaml.YamlFile.optional;
import static io.stoa.store.yaml.YamlFile.real;
import static io.stoa.store.yaml.YamlFile.required;
import static io.stoa.store.yaml.YamlFile.scalar;
import static io.stoa.store.yaml.YamlFile.text;
import static io.stoa.store.yaml.YamlFile.texts;
import static io.stoa.store.yaml.YamlFile.whole;

import io.stoa.hardware.cost.Money;
import io.stoa.hardware.cost.Price;
import io.stoa.hardware.input.Dimension;
import io.stoa.hardware.roofline.Claim;
import io.stoa.hardware.roofline.ModelFacts;
import io.stoa.hardware.roofline.PhysicsCheck;
import io.stoa.model.Bytes;
import io.stoa.store.yaml.Problems;
import io.stoa.store.yaml.Shape;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Devices as they are written in the catalogue and in fleet files. A figure beyond what any such device has is refused
 * with what was probably meant, and so is a speed, measured or claimed, that the device's memory does not allow.
 */
final class DeviceYaml {
    static final Shape.Pattern SIZE =
            new Shape.Pattern("[0-9]{1,9}(\\.[0-9]{1,3})? ?(MB|GB|MiB|GiB)", "8 GiB or 808 MB");
    static final Shape.Text NAME = Shape.Text.ANY;

    private static final Shape.Pattern BANDWIDTH =
            new Shape.Pattern("[0-9]{1,6}(\\.[0-9]{1,3})? ?(MB/s|GB/s)", "17.1 GB/s");
    private static final Shape.Pattern CACHE = new Shape.Pattern("[0-9]{1,6}(\\.[0-9]{1,3})? ?(MB|KiB|MiB)", "2 MiB");
    private static final Shape.Pattern POWER = new Shape.Pattern("[0-9]{1,4}(\\.[0-9]{1,3})? ?(mW|W)", "11 W");
    private static final Shape.Pattern AMOUNT = new Shape.Pattern("[0-9]{1,9}(\\.[0-9]{1,9})? [A-Z]{3}", "80.00 EUR");
    private static final Shape.Pattern DATE = new Shape.Pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-11-01");
    private static final Shape.Pattern FIGURE =
            new Shape.Pattern("memory|reserve|bandwidth|cache|power|accelerator", "bandwidth");
    private static final Shape.Pattern KNOWN = new Shape.Pattern(
            "(?s)(declared|measured|assumed): \\S.{0,500}", "declared: its data sheet, read at example.org");
    private static final Shape.Real SPEED = new Shape.Real(0.001, 100_000);

    static final Shape.Fields PRICE = fields(
            required("amount", AMOUNT, "what was asked"),
            required("date", DATE, "when"),
            required("source", NAME, "where it was read"));

    private static final Shape.Fields MEASURED = fields(
            required("source", NAME, "where the rows were read, or who timed them"),
            required("engine", NAME, "what ran the models"),
            required(
                    "rows",
                    new Shape.ListOf(
                            fields(
                                    required("model", NAME, "what ran"),
                                    optional("quantization", NAME, "its quantization, for a model of this file"),
                                    optional("read", SIZE, "the bytes that a token reads", "that model's weights"),
                                    required("tokens-per-second", SPEED, "of generation, one answer at a time")),
                            1),
                    "the timed answers"));

    private static final Shape.Fields CLAIM = fields(
            required("model", NAME, "a model of this file"),
            required("quantization", NAME, "its quantization"),
            required("tokens-per-second", SPEED, "what is said"),
            required("source", NAME, "who says so"));

    private static final Shape.Fields POWERS =
            fields(required("busy", POWER, "under load"), optional("idle", POWER, "without", "unknown"));

    private static final Shape.Fields ACCELERATOR = fields(
            required("name", NAME, "what its maker calls it"),
            optional("peak", NAME, "its maker's figure"),
            required("runtimes", new Shape.ListOf(NAME, 0), "what runs language models on it"));

    /** A device of the catalogue. */
    static final Shape.Fields CATALOGUED = Shape.Fields.of(figures().toArray(Shape.Key[]::new));

    /** A device of a fleet. */
    static final Shape.Fields OWNED = Shape.Fields.of(Stream.concat(
                    figures(),
                    Stream.of(
                            required("count", new Shape.Whole(1, 10_000_000), "how many there are"),
                            optional("price", PRICE, "what one costs"),
                            optional("claims", new Shape.ListOf(CLAIM, 0), "speeds that somebody claims")))
            .toArray(Shape.Key[]::new));

    private static Stream<Shape.Key> figures() {
        return Stream.of(
                required("name", NAME, "what people call the class"),
                optional("like", NAME, "a device of the catalogue to begin with"),
                optional("memory", SIZE, "what is built in"),
                optional("reserve", SIZE, "what its system keeps"),
                optional("bandwidth", BANDWIDTH, "what its memory gives at most"),
                optional("cache", CACHE, "its last cache"),
                optional("power", POWERS, "what it draws"),
                optional("accelerator", ACCELERATOR, "what computes beside the processor"),
                optional("measured", new Shape.ListOf(MEASURED, 0), "answers that were timed on it"),
                optional("known", new Shape.Named(FIGURE, KNOWN, 0), "how each figure is known"));
    }

    private final Problems problems;
    private final String label;
    private final BiFunction<String, String, Optional<FleetModel>> models;

    /**
     * A reader for a file.
     *
     * @param label the file, for how figures are known
     * @param models the file's models by name and quantization
     */
    DeviceYaml(Problems problems, String label, BiFunction<String, String, Optional<FleetModel>> models) {
        this.problems = problems;
        this.label = label;
        this.models = models;
    }

    /**
     * Reads a device; empty where something was wrong, which is noted.
     *
     * @param like what it begins with
     */
    Optional<DeviceClass> device(MappingNode map, Optional<DeviceClass> like) {
        String name = text(map, "name").orElseThrow();
        OptionalDouble memory =
                or(size(map, "memory"), like.map(each -> each.memory().count()));
        if (memory.isEmpty()) {
            problems.at(map, name + ": say its memory, or begin with a device of the catalogue by like");
            return Optional.empty();
        }
        OptionalDouble reserve =
                or(size(map, "reserve"), like.map(each -> each.reserve().count()));
        if (reserve.isEmpty()) {
            problems.at(map, name + ": say what its system keeps of the memory by reserve, such as 512 MiB");
            return Optional.empty();
        }
        if (!between(need(map, "memory"), memory, 2.5e8, 1e12, "a small device has between 256 MB and 1 TB")) {
            return Optional.empty();
        }
        if (reserve.getAsDouble() >= memory.getAsDouble()) {
            problems.at(need(map, "reserve"), name + ": its system would keep all of its memory");
            return Optional.empty();
        }
        OptionalDouble bandwidth = measure(map, "bandwidth", Dimension.BANDWIDTH);
        between(
                need(map, "bandwidth"),
                bandwidth,
                5e8,
                2e12,
                "such memory gives between 0.5 and 2,000 GB/s; is the unit right (MB/s, GB/s)?");
        OptionalDouble cache = measure(map, "cache", Dimension.MEMORY);
        between(need(map, "cache"), cache, 1e4, 1e9, "last caches have some MiB");
        DeviceClass bare = new DeviceClass(
                name,
                new Bytes((long) memory.getAsDouble()),
                new Bytes((long) reserve.getAsDouble()),
                bandwidth.isPresent()
                        ? bandwidth
                        : like.map(DeviceClass::bandwidth).orElse(OptionalDouble.empty()),
                cache.isPresent()
                        ? Optional.of(new Bytes((long) cache.getAsDouble()))
                        : like.flatMap(DeviceClass::cache),
                power(map).or(() -> like.flatMap(DeviceClass::power)),
                mapping(map, "accelerator")
                        .map(DeviceYaml::accelerator)
                        .or(() -> like.flatMap(DeviceClass::accelerator)),
                List.of(),
                whole(map, "count").map(Long::intValue).orElse(1),
                mapping(map, "price").flatMap(this::price),
                known(map, like));
        // The user's own timings say more about the user's devices than the catalogue's.
        List<MeasuredSpeed> measured = new ArrayList<>();
        list(map, "measured").forEach(group -> measured.addAll(measured((MappingNode) group, bare)));
        list(map, "claims").forEach(claim -> claim((MappingNode) claim, bare));
        boolean sameMemory = bandwidth.isEmpty() && measured.isEmpty();
        return Optional.of(new DeviceClass(
                bare.name(),
                bare.memory(),
                bare.reserve(),
                bare.bandwidth(),
                bare.cache(),
                bare.power(),
                bare.accelerator(),
                sameMemory ? like.map(DeviceClass::measured).orElse(List.of()) : measured,
                bare.count(),
                bare.price(),
                bare.known()));
    }

    private static OptionalDouble or(OptionalDouble own, Optional<Long> other) {
        return own.isPresent() || other.isEmpty() ? own : OptionalDouble.of((double) other.get());
    }

    private static OptionalDouble size(MappingNode map, String key) {
        return measure(map, key, Dimension.MEMORY);
    }

    private static OptionalDouble measure(MappingNode map, String key, Dimension dimension) {
        return text(map, key).map(dimension::parse).orElse(OptionalDouble.empty());
    }

    private boolean between(Node node, OptionalDouble value, double low, double high, String doubt) {
        if (value.isPresent() && !(value.getAsDouble() >= low && value.getAsDouble() <= high)) {
            problems.at(node, "not believed: " + doubt);
            return false;
        }
        return true;
    }

    private Optional<DeviceClass.Power> power(MappingNode map) {
        return mapping(map, "power").flatMap(power -> {
            double busy = measure(power, "busy", Dimension.POWER).orElseThrow();
            OptionalDouble idle = measure(power, "idle", Dimension.POWER);
            if (!(busy >= 0.1 && busy <= 2000) || idle.orElse(0) > busy) {
                problems.at(
                        power,
                        "a small device draws between 0.1 W and 2 kW, and idle no more than under load; is the unit"
                                + " right?");
                return Optional.empty();
            }
            return Optional.of(new DeviceClass.Power(busy, idle));
        });
    }

    private static Accelerator accelerator(MappingNode map) {
        return new Accelerator(text(map, "name").orElseThrow(), text(map, "peak"), texts(map, "runtimes"));
    }

    /** A price with its date and source; empty where something is wrong, which is noted. */
    Optional<Price> price(MappingNode map) {
        String[] amount = text(map, "amount").orElseThrow().split(" ", 2);
        try {
            return Optional.of(new Price(
                    new Money(new BigDecimal(amount[0]), Currency.getInstance(amount[1])),
                    LocalDate.parse(text(map, "date").orElseThrow()),
                    text(map, "source").orElseThrow()));
        } catch (DateTimeException e) {
            problems.at(need(map, "date"), "date: there is no such day");
        } catch (IllegalArgumentException e) {
            problems.at(need(map, "amount"), "amount: " + amount[1] + " is no currency of ISO 4217");
        }
        return Optional.empty();
    }

    private Map<String, String> known(MappingNode map, Optional<DeviceClass> like) {
        Map<String, String> known = new HashMap<>(like.map(DeviceClass::known).orElse(Map.of()));
        for (String figure : List.of("memory", "reserve", "bandwidth", "cache", "power", "accelerator")) {
            find(map, figure).ifPresent(node -> known.put(figure, "declared: " + label + place(node)));
        }
        mapping(map, "known")
                .ifPresent(said -> said.getValue()
                        .forEach(entry -> known.put(scalar(entry.getKeyNode()), scalar(entry.getValueNode()))));
        return known;
    }

    private static String place(Node node) {
        return node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
    }

    private List<MeasuredSpeed> measured(MappingNode group, DeviceClass device) {
        List<MeasuredSpeed> measured = new ArrayList<>();
        for (Node node : list(group, "rows")) {
            MappingNode row = (MappingNode) node;
            String model = text(row, "model").orElseThrow();
            double speed = real(row, "tokens-per-second").orElseThrow();
            facts(row, model)
                    .filter(facts -> possible(row, facts, device, speed, "measured"))
                    .ifPresent(facts -> measured.add(new MeasuredSpeed(
                            facts.name(),
                            facts.expectedStepBytes(1),
                            speed,
                            text(group, "engine").orElseThrow(),
                            text(group, "source").orElseThrow())));
        }
        return measured;
    }

    /** What a row's model reads: what the row says, or one of the file's models. */
    private Optional<ModelFacts> facts(MappingNode row, String model) {
        OptionalDouble read = size(row, "read");
        String quantization = text(row, "quantization").orElse("");
        if (read.isPresent() && read.getAsDouble() > 0) {
            String label = (model + " " + quantization).strip();
            return Optional.of(new ModelFacts(
                    label,
                    read.getAsDouble(),
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    Optional.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty()));
        }
        Optional<ModelFacts> known = models.apply(model, quantization).map(FleetModel::facts);
        if (known.isEmpty()) {
            problems.at(
                    need(row, "model"),
                    "there is no model " + (model + " " + quantization).strip()
                            + " in this file; name one with its quantization, or say what a token reads, as read: 808"
                            + " MB");
        }
        return known;
    }

    private void claim(MappingNode claim, DeviceClass device) {
        String model = text(claim, "model").orElseThrow();
        double speed = real(claim, "tokens-per-second").orElseThrow();
        facts(claim, model).ifPresent(facts -> possible(claim, facts, device, speed, "claimed"));
    }

    /** Whether memory and bandwidth allow it; noted where they do not. */
    private boolean possible(MappingNode node, ModelFacts facts, DeviceClass device, double speed, String how) {
        PhysicsCheck.Report report = PhysicsCheck.check(new Claim(
                facts,
                device.machine(),
                1,
                1,
                0,
                0,
                0,
                OptionalDouble.of(speed),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty()));
        for (PhysicsCheck.Violation violation : report.violations()) {
            problems.at(
                    need(node, "tokens-per-second"),
                    String.format(
                            Locale.ROOT, "impossible as %s (%s): %s", how, violation.bound(), violation.reason()));
        }
        return report.violations().isEmpty();
    }
}
