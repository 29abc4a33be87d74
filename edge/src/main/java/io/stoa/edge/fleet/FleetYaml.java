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
import static io.stoa.store.yaml.YamlFile.truth;
import static io.stoa.store.yaml.YamlFile.whole;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.hardware.cost.Price;
import io.stoa.hardware.input.Dimension;
import io.stoa.model.Bytes;
import io.stoa.model.Interval;
import io.stoa.model.StoaException;
import io.stoa.store.yaml.JsonSchema;
import io.stoa.store.yaml.Problems;
import io.stoa.store.yaml.Shape;
import io.stoa.store.yaml.YamlFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SequencedMap;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads {@code fleet.yaml}. Everything wrong with it is told at once, with file, line and column. */
public final class FleetYaml {
    private static final int MOST_PLACEMENTS = 1000;
    private static final Shape.Whole TOKENS = new Shape.Whole(1, 1_048_576);
    private static final Shape.Text CACHE_TYPE =
            new Shape.Text(List.of("F32", "F16", "BF16", "Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0", "IQ4_NL"));
    private static final Shape.ListOf RANGE = new Shape.ListOf(new Shape.Real(0.001, 1e9), 1);

    private static final Shape.Fields WORKLOAD = fields(
            required("prompt-tokens", TOKENS, "a typical prompt"),
            required("answer-tokens", TOKENS, "a typical answer"),
            optional("context", TOKENS, "the longest prompt and answer together", "the sum of both"),
            optional("sequences", new Shape.Whole(1, 256), "conversations in the cache at the same time", "1"),
            optional("kv-type", CACHE_TYPE, "the type of keys and values", "F16"),
            optional("flash-attention", new Shape.Truth(), "whether attention is computed in tiles", "true"),
            optional("requests-per-day", new Shape.Real(0.001, 1e9), "requests of one device"),
            optional("least-tokens-per-second", new Shape.Real(0.001, 1e5), "the slowest bearable generation"));

    private static final Shape.Fields SHAPE_OF_MODEL = fields(
            required(
                    "architecture",
                    new Shape.Text(DecoderShape.ARCHITECTURES.stream().sorted().toList()),
                    "llama.cpp's name for it"),
            required("layers", new Shape.Whole(1, 1000), "num_hidden_layers"),
            required("width", new Shape.Whole(32, 65_536), "hidden_size"),
            required("heads", new Shape.Whole(1, 1024), "num_attention_heads"),
            required("kv-heads", new Shape.Whole(1, 1024), "num_key_value_heads"),
            optional("head-length", new Shape.Whole(8, 4096), "head_dim", "width ÷ heads"),
            required("feed-forward", new Shape.Whole(32, 1 << 20), "intermediate_size"),
            required("vocabulary", new Shape.Whole(2, 1 << 20), "vocab_size"),
            optional("tied", new Shape.Truth(), "tie_word_embeddings", "false"),
            optional("window", new Shape.Whole(1, 1 << 20), "sliding_window, of Gemma"));

    private static final Shape.Fields QUANTIZATION = fields(
            required("name", DeviceYaml.NAME, "such as Q4_K_M"),
            optional("size", DeviceYaml.SIZE, "the file's size"),
            optional("bits", new Shape.Real(1, 32), "bits per weight of the whole file"));

    private static final Shape.Fields MODEL = fields(
            required("name", DeviceYaml.NAME, "what people call it"),
            optional("file", DeviceYaml.NAME, "a GGUF file, of which the header is read"),
            optional("shape", SHAPE_OF_MODEL, "its configuration, where no file is at hand"),
            optional("quantizations", new Shape.ListOf(QUANTIZATION, 1), "further sizes, the most wanted first"));

    private static final Shape.ByKey SERVER = new Shape.ByKey(servers());

    private static SequencedMap<String, Shape.Fields> servers() {
        SequencedMap<String, Shape.Fields> kinds = new LinkedHashMap<>();
        kinds.put(
                "hourly",
                fields(
                        required("name", DeviceYaml.NAME, "what people call it"),
                        required("hourly", DeviceYaml.PRICE, "what an hour costs"),
                        required("prompt", RANGE, "tokens/s of prompts, [least, most]"),
                        required("generation", RANGE, "tokens/s of all answers together, [least, most]"),
                        optional("utilisation", new Shape.Real(0.001, 1), "the share of paid time in use", "1")));
        kinds.put(
                "input-per-million",
                fields(
                        required("name", DeviceYaml.NAME, "what people call it"),
                        required("input-per-million", DeviceYaml.PRICE, "what a million prompt tokens cost"),
                        required("output-per-million", DeviceYaml.PRICE, "what a million answer tokens cost")));
        return kinds;
    }

    /** The one description of the file: what is checked, and what the schema is written from. */
    static final Shape.Fields SHAPE = fields(
            optional("name", DeviceYaml.NAME, "What the fleet is called", "the file's name"),
            required("workload", WORKLOAD, "what each device is asked for"),
            required("models", new Shape.ListOf(MODEL, 1), "what may run, the most wanted first"),
            required("devices", new Shape.ListOf(DeviceYaml.OWNED, 1), "the classes of devices"),
            optional("electricity", DeviceYaml.PRICE, "What a kilowatt-hour costs"),
            optional("lifetime-months", new Shape.Whole(1, 240), "How long a device is used"),
            optional("server", SERVER, "What would answer instead"));

    private final Path file;
    private final DeviceCatalogue catalogue;
    private final YamlFile yaml;
    private final Problems problems;
    private final SequencedMap<String, FleetModel> models = new LinkedHashMap<>();

    private FleetYaml(Path file, DeviceCatalogue catalogue) {
        this.file = file;
        this.catalogue = catalogue;
        this.yaml = new YamlFile(file, "fleet.yaml", "`stoa edge plan --help` shows one");
        this.problems = yaml.problems();
    }

    /**
     * Reads and checks a file.
     *
     * @throws StoaException of kind {@code USER}, one line {@code file:line:column: sentence} per problem
     */
    public static Fleet read(Path file, DeviceCatalogue catalogue) {
        return new FleetYaml(file, catalogue).fleet();
    }

    /** The JSON Schema of the file. */
    public static String schema() {
        return JsonSchema.of(SHAPE, "fleet.yaml");
    }

    private Fleet fleet() {
        MappingNode top = yaml.read(SHAPE);
        Optional<Workload> workload = workload((MappingNode) need(top, "workload"));
        list(top, "models").forEach(node -> model((MappingNode) node));
        // What devices are timed with is looked up among the models, so these come first.
        problems.refuseIfAny();
        List<DeviceClass> devices = devices(top);
        if ((long) devices.size() * models.size() > MOST_PLACEMENTS) {
            problems.at(
                    need(top, "devices"),
                    devices.size() + " devices × " + models.size() + " models are more than " + MOST_PLACEMENTS
                            + " combinations; split the file");
        }
        DeviceYaml prices = reader();
        Optional<Price> electricity = mapping(top, "electricity").flatMap(prices::price);
        Optional<ServerTier> server = mapping(top, "server").flatMap(map -> server(map, prices));
        problems.refuseIfAny();
        try {
            return new Fleet(
                    text(top, "name").orElseGet(() -> String.valueOf(file.getFileName())),
                    workload.orElseThrow(),
                    List.copyOf(models.values()),
                    devices,
                    electricity,
                    whole(top, "lifetime-months")
                            .map(months -> OptionalInt.of(months.intValue()))
                            .orElse(OptionalInt.empty()),
                    server);
        } catch (IllegalArgumentException e) {
            throw StoaException.user(file + ": " + e.getMessage());
        }
    }

    private DeviceYaml reader() {
        return new DeviceYaml(
                problems,
                String.valueOf(file.getFileName()),
                (name, quantization) -> Optional.ofNullable(models.get(key(name, quantization))));
    }

    private static String key(String name, String quantization) {
        return name + "\n" + quantization;
    }

    private Optional<Workload> workload(MappingNode map) {
        int prompt = whole(map, "prompt-tokens").orElseThrow().intValue();
        int answer = whole(map, "answer-tokens").orElseThrow().intValue();
        int context = whole(map, "context").orElse((long) prompt + answer).intValue();
        GgmlType type = GgmlType.valueOf(text(map, "kv-type").orElse("F16"));
        boolean flash = truth(map, "flash-attention").orElse(true);
        try {
            return Optional.of(new Workload(
                    prompt,
                    answer,
                    context,
                    whole(map, "sequences").orElse(1L).intValue(),
                    type,
                    flash,
                    real(map, "requests-per-day"),
                    real(map, "least-tokens-per-second")));
        } catch (IllegalArgumentException e) {
            problems.at(need(map, "context"), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private void model(MappingNode map) {
        String name = text(map, "name").orElseThrow();
        if (find(map, "file").isPresent() && find(map, "shape").isPresent()) {
            problems.at(need(map, "shape"), name + ": the file says its shape; leave shape out");
            return;
        }
        if (find(map, "file").isEmpty() && list(map, "quantizations").isEmpty()) {
            problems.at(map, name + ": give a file, or quantizations such as [{name: Q4_K_M, size: 808 MB}]");
            return;
        }
        Optional<GgufHeader> header = find(map, "file").isPresent() ? header(map) : shape(map);
        if (find(map, "file").isPresent()) {
            header.ifPresent(read -> add(map, FleetModel.file(name, "as it is", read, "the file's header")));
        }
        for (Node node : list(map, "quantizations")) {
            quantization(name, (MappingNode) node, header).ifPresent(model -> add(node, model));
        }
    }

    private void add(Node node, FleetModel model) {
        if (models.put(key(model.name(), model.quantization()), model) != null) {
            problems.at(node, model.label() + " is in this file twice");
        }
    }

    private Optional<GgufHeader> header(MappingNode map) {
        return yaml.existingFile(map, "file").flatMap(path -> {
            try {
                return Optional.of(GgufReader.read(path));
            } catch (StoaException e) {
                problems.at(need(map, "file"), e.sentence());
                return Optional.empty();
            }
        });
    }

    private Optional<GgufHeader> shape(MappingNode model) {
        return mapping(model, "shape").flatMap(map -> {
            int width = number(map, "width", 0);
            int heads = number(map, "heads", 1);
            try {
                return Optional.of(new DecoderShape(
                                text(map, "architecture").orElseThrow(),
                                number(map, "layers", 0),
                                width,
                                heads,
                                number(map, "kv-heads", 0),
                                number(map, "head-length", width / heads),
                                number(map, "feed-forward", 0),
                                number(map, "vocabulary", 0),
                                truth(map, "tied").orElse(false),
                                number(map, "window", 0))
                        .header());
            } catch (IllegalArgumentException e) {
                problems.at(map, String.valueOf(e.getMessage()));
                return Optional.empty();
            }
        });
    }

    private static int number(MappingNode map, String key, int otherwise) {
        return whole(map, key).map(Long::intValue).orElse(otherwise);
    }

    private Optional<FleetModel> quantization(String model, MappingNode map, Optional<GgufHeader> header) {
        String name = text(map, "name").orElseThrow();
        OptionalDouble bits = real(map, "bits");
        OptionalDouble size = text(map, "size").map(Dimension.MEMORY::parse).orElse(OptionalDouble.empty());
        if (bits.isPresent() == size.isPresent()) {
            problems.at(map, name + ": give its size, or its bits per weight");
            return Optional.empty();
        }
        if (size.isPresent() && !(size.getAsDouble() > 0)) {
            problems.at(need(map, "size"), name + ": a model has some bytes");
            return Optional.empty();
        }
        if (header.isEmpty()) {
            if (size.isEmpty()) {
                problems.at(
                        need(map, "bits"),
                        name + ": bits per weight need a file or a shape, which says how many weights there are; give"
                                + " its size instead");
                return Optional.empty();
            }
            return Optional.of(FleetModel.sizeOnly(
                    model, name, new Bytes((long) size.getAsDouble()), "declared: " + file.getFileName()));
        }
        double parameters = header.get().parameters();
        double bytes = size.orElse(bits.orElse(0) * parameters / 8);
        if (8 * bytes / parameters > 33 || 8 * bytes / parameters < 0.5) {
            problems.at(
                    map,
                    name + ": " + new Bytes((long) bytes) + " for " + (long) parameters
                            + " weights is not believed; is the unit right (MB, GB), and the shape?");
            return Optional.empty();
        }
        String known = size.isPresent()
                ? "declared: " + file.getFileName()
                : "derived: " + bits.getAsDouble() + " bits for each of " + (long) parameters + " weights";
        return Optional.of(FleetModel.sized(model, name, header.get(), new Bytes((long) bytes), known));
    }

    private List<DeviceClass> devices(MappingNode top) {
        DeviceYaml reader = reader();
        SequencedMap<String, DeviceClass> devices = new LinkedHashMap<>();
        for (Node node : list(top, "devices")) {
            MappingNode map = (MappingNode) node;
            Optional<Node> name = find(map, "like");
            Optional<DeviceClass> like = name.flatMap(each -> catalogue.find(scalar(each)));
            if (name.isPresent() && like.isEmpty()) {
                problems.at(name.get(), catalogue.unknown(scalar(name.get())));
                continue;
            }
            reader.device(map, like).ifPresent(device -> {
                if (devices.put(device.name(), device) != null) {
                    problems.at(map, device.name() + " is in this file twice");
                }
            });
        }
        return List.copyOf(devices.values());
    }

    private Optional<ServerTier> server(MappingNode map, DeviceYaml prices) {
        String name = text(map, "name").orElseThrow();
        if (find(map, "hourly").isEmpty()) {
            Optional<Price> input = mapping(map, "input-per-million").flatMap(prices::price);
            Optional<Price> output = mapping(map, "output-per-million").flatMap(prices::price);
            return input.flatMap(in -> output.map(out -> new ServerTier.Api(name, in, out)));
        }
        Optional<Interval> prompt = range(map, "prompt");
        Optional<Interval> generation = range(map, "generation");
        return mapping(map, "hourly")
                .flatMap(prices::price)
                .flatMap(hourly -> prompt.flatMap(read -> generation.map(written -> new ServerTier.Hourly(
                        name, hourly, read, written, real(map, "utilisation").orElse(1)))));
    }

    private Optional<Interval> range(MappingNode map, String key) {
        List<Double> ends = new ArrayList<>();
        YamlFile.texts(map, key).forEach(text -> ends.add(Double.parseDouble(text)));
        if (ends.size() > 2 || ends.getFirst() > ends.getLast()) {
            problems.at(need(map, key), key + ": write one speed or two, the lower first, as [2000, 3000]");
            return Optional.empty();
        }
        return Optional.of(new Interval(ends.getFirst(), ends.getLast()));
    }
}
