package io.stoa.cli;

import io.stoa.benchmark.dataset.HubSettings;
import io.stoa.benchmark.dataset.HubToken;
import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.engine.llama.MemoryReport;
import io.stoa.hardware.memory.Companion;
import io.stoa.hardware.memory.MemoryComparison;
import io.stoa.hardware.memory.MemoryParts;
import io.stoa.hardware.memory.MemoryPrediction;
import io.stoa.hardware.memory.MemoryPredictor;
import io.stoa.hardware.memory.MemorySettings;
import io.stoa.hardware.memory.Offload;
import io.stoa.hardware.safetensors.PagedCache;
import io.stoa.hardware.safetensors.SafetensorsModel;
import io.stoa.model.Bytes;
import io.stoa.model.Machine;
import io.stoa.model.StoaException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "fit",
        description = "Predict from the header alone what memory a model needs at some context lengths.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa fit model.gguf --context 512,4096 --sequences 4",
            "  stoa fit model.gguf --kv-type Q8_0 --gpu-layers 20 --draft small.gguf --adapter lora.gguf",
            "  stoa fit https://huggingface.co/OWNER/MODEL/resolve/main/model.gguf --json     fetches the header only",
            "  stoa fit folder-with-config.json-and-safetensors --context 8192     also vLLM's blocks",
            "  stoa fit examples/quickstart/models/*.gguf --compare     beside llama.cpp's own report",
            "  stoa fit search plan.yaml                                models × machines, cheapest first",
            "  stoa fit claim --machine L4 --parameters 8e9 --bits 4.9 --generation 90"
        })
final class FitCommand implements Runnable {
    private final House house;

    // None at all would be refused before a subcommand is looked at.
    @Parameters(
            arity = "0..*",
            paramLabel = "MODEL",
            description = "GGUF files, their addresses (HF_TOKEN is sent to the Hub alone), or folders of safetensors.")
    private List<String> models = List.of();

    @Option(
            names = "--context",
            split = ",",
            paramLabel = "N",
            defaultValue = "256,512,4096",
            description = "Context lengths in tokens, each sequence. Default: ${DEFAULT-VALUE}")
    private List<Integer> contexts = List.of();

    @Option(names = "--sequences", defaultValue = "1", description = "Requests at once. Default: ${DEFAULT-VALUE}")
    private int sequences = 1;

    @Option(
            names = "--kv-type",
            paramLabel = "TYPE",
            defaultValue = "F16",
            description = "The type of keys and values: F32, F16, BF16, Q8_0, Q5_1, Q5_0, Q4_1, Q4_0 or IQ4_NL."
                    + " Default: ${DEFAULT-VALUE}")
    private String cacheType = "F16";

    @Option(
            names = "--flash-attention",
            paramLabel = "on|off",
            defaultValue = "on",
            description = "Default: ${DEFAULT-VALUE}")
    private String flashAttention = "on";

    @Option(
            names = "--gpu-layers",
            paramLabel = "N",
            description = "Divide weights and caches between a device, which gets the last N layers, and the host.")
    private Optional<Integer> deviceLayers = Optional.empty();

    @Option(names = "--draft", paramLabel = "FILE", description = "A draft model that is loaded too.")
    private Optional<String> draft = Optional.empty();

    @Option(
            names = "--adapter",
            paramLabel = "FILE",
            description = "A LoRA adapter that is loaded too; may be repeated.")
    private List<String> adapters = List.of();

    @Option(names = "--projector", paramLabel = "FILE", description = "A projector (mmproj) that is loaded too.")
    private Optional<String> projector = Optional.empty();

    @Option(names = "--compare", description = "Set the prediction beside llama.cpp's own report, as a Markdown table.")
    private boolean compare;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    FitCommand(House house) {
        this.house = house;
    }

    /** The command with its subcommands. */
    static CommandLine commandLine(House house) {
        return new CommandLine(new FitCommand(house))
                .addSubcommand(new FitSearchCommand(house))
                .addSubcommand(new FitMachineCommand(house))
                .addSubcommand(new FitMachinesCommand(house))
                .addSubcommand(new FitCalibrateCommand(house))
                .addSubcommand(new FitSpeedCommand(house))
                .addSubcommand(new FitClaimCommand(house));
    }

    /**
     * What one model needs at one context.
     *
     * @param exactness "exact", or why the compute buffer is only an estimate
     * @param beside what is loaded too
     */
    record Fit(
            String file,
            int context,
            int sequences,
            long weights,
            long repacked,
            long keysAndValues,
            long compute,
            long output,
            String exactness,
            List<Beside> beside,
            Optional<OnDevice> offload,
            long total,
            boolean fits) {}

    /** A file that is loaded beside the model. */
    record Beside(String what, String file, long bytes) {}

    /** Weights and caches, divided. */
    record OnDevice(int layers, long deviceWeights, long hostWeights, long deviceCaches, long hostCaches) {}

    /** What a folder of safetensors needs; the rest depends on the server. */
    record CheckpointFit(
            String file,
            int context,
            int sequences,
            long weights,
            long keysAndValues,
            Optional<Long> vllmBlocks,
            Optional<Double> requestsAtOnce,
            long total,
            boolean fits) {}

    @Override
    public void run() {
        if (models.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "name models, or search, machine, machines, calibrate, speed or claim");
        }
        Machine machine = House.thisMachine().read();
        List<Object> fits = new ArrayList<>();
        List<MemoryComparison> comparisons = new ArrayList<>();
        for (String model : models) {
            if (!isAddress(model) && Files.isDirectory(Path.of(model))) {
                SafetensorsModel checkpoint = SafetensorsModel.read(Path.of(model));
                contexts.forEach(context -> fits.add(checkpoint(model, checkpoint, context, machine)));
                continue;
            }
            GgufHeader header = header(model);
            for (int context : contexts) {
                fit(model, header, context, machine).ifPresent(fit -> {
                    fits.add(fit);
                    if (compare) {
                        comparisons.add(comparison(fit));
                    }
                });
            }
        }
        if (compare) {
            house.out().print(MemoryComparison.table(comparisons));
        } else if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(fits));
        } else {
            fits.forEach(this::print);
            house.out().println(machine.name() + ": " + machine.memory() + " (" + machine.by() + ")");
        }
    }

    private static boolean isAddress(String model) {
        return model.startsWith("http://") || model.startsWith("https://");
    }

    private GgufHeader header(String model) {
        return isAddress(model)
                ? Preflight.examine(address(model), token(address(model)))
                : Preflight.examine(Path.of(model));
    }

    /** The header of a file that is no model by itself. */
    private GgufHeader part(String file) {
        return isAddress(file) ? GgufReader.read(address(file), token(address(file))) : GgufReader.read(Path.of(file));
    }

    private static URI address(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException _) {
            throw StoaException.user(text + ": is no address; write it as https://host/path/model.gguf");
        }
    }

    /** The Hub's token, when the address is the Hub's. */
    private Optional<String> token(URI address) {
        HubSettings hub = house.hubSettings();
        if (hub.offline()) {
            throw StoaException.user(address + ": is on the network, and HF_HUB_OFFLINE is set; name a file");
        }
        boolean same = String.valueOf(address.getHost()).equals(hub.endpoint().getHost())
                && address.getPort() == hub.endpoint().getPort();
        return hub.token().filter(_ -> same).map(HubToken::secret);
    }

    private MemorySettings settings(int context) {
        GgmlType type = Arrays.stream(GgmlType.values())
                .filter(each -> each.name().equalsIgnoreCase(cacheType))
                .filter(FitCommand::holdsCache)
                .findFirst()
                .orElseThrow(() -> StoaException.user("--kv-type " + cacheType
                        + ": no cache has that type; choose F32, F16, BF16, Q8_0, Q5_1, Q5_0, Q4_1, Q4_0 or IQ4_NL"));
        if (!flashAttention.equals("on") && !flashAttention.equals("off")) {
            throw StoaException.user("--flash-attention " + flashAttention + ": write on or off");
        }
        return Arguments.checked(
                () -> MemorySettings.of(context, sequences, House.thisMachine().repacking())
                        .withCache(type, flashAttention.equals("on")));
    }

    private static boolean holdsCache(GgmlType type) {
        return List.of(
                        GgmlType.F32,
                        GgmlType.F16,
                        GgmlType.BF16,
                        GgmlType.Q8_0,
                        GgmlType.Q5_1,
                        GgmlType.Q5_0,
                        GgmlType.Q4_1,
                        GgmlType.Q4_0,
                        GgmlType.IQ4_NL)
                .contains(type);
    }

    private Optional<Fit> fit(String model, GgufHeader header, int context, Machine machine) {
        MemorySettings settings = settings(context);
        return switch (new MemoryPredictor().predict(header, settings)) {
            case MemoryPrediction.Known(MemoryParts parts, long _) ->
                Optional.of(fit(model, header, context, settings, parts, "exact", machine));
            case MemoryPrediction.Estimated(MemoryParts parts, long _, String reason) ->
                Optional.of(fit(model, header, context, settings, parts, "compute is estimated: " + reason, machine));
            case MemoryPrediction.Unknown(Bytes weights, String reason) -> {
                house.err().println(model + ": at least " + weights + " of weights; the rest is not known: " + reason);
                yield Optional.empty();
            }
        };
    }

    private Fit fit(
            String model,
            GgufHeader header,
            int context,
            MemorySettings settings,
            MemoryParts parts,
            String exactness,
            Machine machine) {
        List<Beside> beside = beside(settings);
        Bytes total = parts.total();
        for (Beside each : beside) {
            total = total.plus(new Bytes(each.bytes()));
        }
        Optional<OnDevice> offload =
                deviceLayers.flatMap(layers -> Arguments.checked(() -> Offload.of(header, settings, layers))
                        .map(split -> new OnDevice(
                                layers,
                                split.deviceWeights().count(),
                                split.hostWeights().count(),
                                split.deviceCaches().count(),
                                split.hostCaches().count())));
        return new Fit(
                model,
                context,
                sequences,
                parts.weights().count(),
                parts.repacked().count(),
                parts.keysAndValues().count(),
                parts.compute().count(),
                parts.output().count(),
                exactness,
                beside,
                offload,
                total.count(),
                total.compareTo(machine.memory()) <= 0);
    }

    private List<Beside> beside(MemorySettings settings) {
        List<Beside> beside = new ArrayList<>();
        for (String file : adapters) {
            beside.add(new Beside(
                    "adapter",
                    file,
                    Companion.adapter(file, part(file)).weights().count()));
        }
        projector.ifPresent(file -> beside.add(new Beside(
                "projector",
                file,
                Companion.projector(file, part(file)).weights().count())));
        draft.ifPresent(file -> beside.add(new Beside("draft model", file, draftBytes(file, settings))));
        return beside;
    }

    private long draftBytes(String file, MemorySettings settings) {
        return switch (new MemoryPredictor().predict(header(file), settings)) {
            case MemoryPrediction.Planned planned -> planned.parts().total().count();
            case MemoryPrediction.Unknown(Bytes weights, String reason) -> {
                house.err().println(file + ": only the " + weights + " of weights are counted: " + reason);
                yield weights.count();
            }
        };
    }

    private MemoryComparison comparison(Fit fit) {
        MemoryReport report = house.llama().measureMemory(Path.of(fit.file()), fit.context());
        return new MemoryComparison(
                String.valueOf(Path.of(fit.file()).getFileName()),
                fit.context(),
                new MemoryParts(
                        new Bytes(fit.weights()),
                        new Bytes(fit.repacked()),
                        new Bytes(fit.keysAndValues()),
                        new Bytes(fit.compute()),
                        new Bytes(fit.output())),
                report.model(),
                report.context(),
                report.compute());
    }

    private CheckpointFit checkpoint(String model, SafetensorsModel checkpoint, int context, Machine machine) {
        MemorySettings settings = settings(context);
        int bits = 8 * settings.keyType().blockBytes() / settings.keyType().blockElements();
        if (settings.keyType().blockElements() > 1) {
            throw StoaException.user("--kv-type " + cacheType + ": is a type of llama.cpp; for safetensors choose F16,"
                    + " BF16 or F32");
        }
        Bytes caches = new Bytes(
                Math.multiplyExact(checkpoint.config().caches(context, bits).count(), (long) sequences));
        Bytes total = checkpoint.weights().plus(caches);
        long left = Math.max(0, machine.memory().count() - checkpoint.weights().count());
        Optional<PagedCache> paged = paged(checkpoint, bits);
        return new CheckpointFit(
                model,
                context,
                sequences,
                checkpoint.weights().count(),
                caches.count(),
                paged.map(cache -> cache.blocks(new Bytes(left))),
                paged.map(cache -> cache.concurrency(new Bytes(left), context)),
                total.count(),
                total.compareTo(machine.memory()) <= 0);
    }

    /** Empty where the layers differ: vLLM then groups them in ways that are not modelled. */
    private static Optional<PagedCache> paged(SafetensorsModel checkpoint, int bits) {
        try {
            return Optional.of(PagedCache.of(checkpoint.config(), bits));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private void print(Object fit) {
        if (fit instanceof Fit known) {
            print(known);
        } else if (fit instanceof CheckpointFit checkpoint) {
            print(checkpoint);
        }
    }

    private void print(Fit fit) {
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "%s at %d tokens × %d: %s = weights %s + repacked %s + KV cache %s + compute %s + output %s",
                fit.file(),
                fit.context(),
                fit.sequences(),
                new Bytes(fit.total()),
                new Bytes(fit.weights()),
                new Bytes(fit.repacked()),
                new Bytes(fit.keysAndValues()),
                new Bytes(fit.compute()),
                new Bytes(fit.output())));
        fit.beside()
                .forEach(beside ->
                        line.append(" + ").append(beside.what()).append(' ').append(new Bytes(beside.bytes())));
        line.append(fit.fits() ? ": fits" : ": does not fit");
        if (!fit.exactness().equals("exact")) {
            line.append(" (").append(fit.exactness()).append(')');
        }
        house.out().println(line);
        fit.offload()
                .ifPresent(split -> house.out()
                        .println("  with " + split.layers() + " layers on the device: weights "
                                + new Bytes(split.deviceWeights()) + " and KV cache " + new Bytes(split.deviceCaches())
                                + " there, weights " + new Bytes(split.hostWeights()) + " and KV cache "
                                + new Bytes(split.hostCaches())
                                + " in the host's memory; each side has a compute buffer"
                                + " of its own"));
    }

    private void print(CheckpointFit fit) {
        house.out()
                .println(fit.file() + " at " + fit.context() + " tokens × " + fit.sequences() + ": "
                        + new Bytes(fit.total()) + " = weights " + new Bytes(fit.weights()) + " + KV cache "
                        + new Bytes(fit.keysAndValues()) + (fit.fits() ? ": fits" : ": does not fit")
                        + " without what the server computes with");
        fit.vllmBlocks()
                .ifPresent(blocks -> house.out()
                        .println("  vLLM: " + blocks + " blocks of " + PagedCache.BLOCK_TOKENS
                                + " tokens in what the weights leave, "
                                + String.format(
                                        Locale.ROOT,
                                        "%.2f",
                                        fit.requestsAtOnce().orElse(0.0))
                                + " requests of " + fit.context() + " tokens at once"));
    }
}
