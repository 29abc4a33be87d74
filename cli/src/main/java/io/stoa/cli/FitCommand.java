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
import io.stoa.hardware.safetensors.ModelConfig;
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
import java.util.concurrent.Callable;
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
            "  stoa fit model.gguf --gpu-layers 20 --gpu-memory 8GiB",
            "  stoa fit folder-with-config.json-and-safetensors --gpu-memory 24GiB     also vLLM's blocks",
            "  stoa fit examples/quickstart/models/*.gguf --compare     beside llama.cpp's own report",
            "  stoa fit search plan.yaml                                models × machines, cheapest first",
            "  stoa fit claim --machine L4 --parameters 8e9 --bits 4.9 --generation 90"
        })
final class FitCommand implements Callable<Integer> {
    private static final String EXACT = "exact";

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

    @Option(
            names = "--gpu-memory",
            paramLabel = "SIZE",
            description = "What the device has, such as 24GiB: for --gpu-layers, and for vLLM, which takes 0.9 of it.")
    private Optional<String> gpuMemory = Optional.empty();

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

    /** What is said of one model at one context. */
    sealed interface Answer {
        /** Whether it fits; "yes", "no" or "unknown" in JSON. */
        Fits fits();
    }

    /**
     * What one model needs at one context.
     *
     * @param exactness "exact", or what is only an estimate and what is not counted
     * @param beside what is loaded too
     * @param total the buffers
     * @param process what the process takes besides them
     * @param reason why it is not known whether it fits, where it is not
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
            long process,
            Fits fits,
            Optional<String> reason)
            implements Answer {}

    /**
     * A model of which the weights are known and the rest is not.
     *
     * @param reason why
     */
    record UnknownFit(String file, int context, int sequences, long weights, Fits fits, String reason)
            implements Answer {}

    /** A file that is loaded beside the model. */
    record Beside(String what, String file, long bytes) {}

    /** Weights and caches, divided. */
    record OnDevice(int layers, long deviceWeights, long hostWeights, long deviceCaches, long hostCaches) {}

    /**
     * What is loaded beside a model.
     *
     * @param uncounted what of it is not counted, as clauses
     * @param estimated what of it is no more than estimated, as clauses
     */
    private record Company(List<Beside> files, List<String> uncounted, List<String> estimated) {}

    /**
     * What a folder of safetensors needs; the rest depends on the server.
     *
     * @param vllmBlocks the most blocks that vLLM can have
     * @param vllmUnknown why they are not known
     * @param reason why it is not known whether it fits, where it is not
     */
    record CheckpointFit(
            String file,
            int context,
            int sequences,
            long weights,
            long keysAndValues,
            Optional<Long> vllmBlocks,
            Optional<Double> requestsAtOnce,
            Optional<String> vllmUnknown,
            long total,
            Fits fits,
            Optional<String> reason)
            implements Answer {}

    @Override
    public Integer call() {
        if (models.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "name models, or search, machine, machines, calibrate, speed or claim");
        }
        if (compare) {
            models.forEach(FitCommand::requireFile);
        }
        Machine machine = House.thisMachine().read();
        List<Answer> fits = new ArrayList<>();
        List<MemoryComparison> comparisons = new ArrayList<>();
        for (String model : models) {
            if (!isAddress(model) && Files.isDirectory(Path.of(model))) {
                SafetensorsModel checkpoint = SafetensorsModel.read(Path.of(model));
                contexts.forEach(context -> fits.add(checkpoint(model, checkpoint, context, machine)));
                continue;
            }
            GgufHeader header = header(model);
            for (int context : contexts) {
                Answer answer = fit(model, header, context, machine);
                fits.add(answer);
                if (compare && answer instanceof Fit known) {
                    comparisons.add(comparison(known));
                } else if (compare) {
                    house.err().println(sentence(answer));
                }
            }
        }
        if (compare) {
            house.out().print(MemoryComparison.table(comparisons));
        } else if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(fits));
        } else {
            fits.forEach(answer -> house.out().println(sentence(answer)));
            house.out().println(machine.name() + ": " + machine.memory() + " (" + machine.by() + ")");
        }
        boolean undecided = fits.stream().anyMatch(answer -> answer.fits() == Fits.UNKNOWN);
        return (undecided ? ExitCode.UNDECIDED : ExitCode.OK).code();
    }

    /** llama.cpp is asked for the sizes too, and it reads files. */
    private static void requireFile(String model) {
        if (isAddress(model)) {
            throw StoaException.user(model + ": is an address, and --compare has llama.cpp read the model; download it"
                    + " first, or leave --compare out");
        }
        if (Files.isDirectory(Path.of(model))) {
            throw StoaException.user(model + ": is a folder, and --compare has llama.cpp read the model; convert it to"
                    + " GGUF first, or leave --compare out");
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

    private Answer fit(String model, GgufHeader header, int context, Machine machine) {
        MemorySettings settings = settings(context);
        return switch (new MemoryPredictor().predict(header, settings)) {
            case MemoryPrediction.Known(MemoryParts parts, long _) ->
                fit(model, header, context, settings, parts, List.of(), machine);
            case MemoryPrediction.Estimated(MemoryParts parts, long _, String reason) ->
                fit(model, header, context, settings, parts, List.of("compute is estimated: " + reason), machine);
            case MemoryPrediction.Unknown(Bytes weights, String reason) ->
                new UnknownFit(
                        model,
                        context,
                        sequences,
                        weights.count(),
                        Fits.of(weights.plus(MemoryParts.PROCESS), Optional.empty(), everywhere(machine)),
                        reason);
        };
    }

    /** The host's memory, with the device's where layers may go there. */
    private Bytes everywhere(Machine machine) {
        if (deviceLayers.isEmpty()) {
            return machine.memory();
        }
        // A device of unknown size could hold everything.
        return gpuMemory().map(machine.memory()::plus).orElse(new Bytes(Long.MAX_VALUE));
    }

    private Optional<Bytes> gpuMemory() {
        return gpuMemory.map(Arguments::bytes);
    }

    private Fit fit(
            String model,
            GgufHeader header,
            int context,
            MemorySettings settings,
            MemoryParts parts,
            List<String> estimated,
            Machine machine) {
        Company company = company(settings);
        Bytes beside =
                new Bytes(company.files().stream().mapToLong(Beside::bytes).reduce(0, Math::addExact));
        Optional<Offload> offload =
                deviceLayers.flatMap(layers -> Arguments.checked(() -> Offload.of(header, settings, layers)));
        List<String> exactness = new ArrayList<>(estimated);
        exactness.addAll(company.estimated());
        exactness.addAll(company.uncounted());
        Bytes need = parts.need().plus(beside);
        Fits fits = offload.map(split -> divided(split, parts, beside, company, machine))
                .orElseGet(() -> Fits.of(need, whole(need, company), machine.memory()));
        Optional<String> reason = fits == Fits.UNKNOWN ? Optional.of(reason(company)) : Optional.empty();
        if (deviceLayers.isPresent()) {
            exactness.add("on either side compute is counted as on the processor alone");
        }
        return new Fit(
                model,
                context,
                sequences,
                parts.weights().count(),
                parts.repacked().count(),
                parts.keysAndValues().count(),
                parts.compute().count(),
                parts.output().count(),
                exactness.isEmpty() ? EXACT : String.join("; ", exactness),
                company.files(),
                offload.map(this::onDevice),
                parts.total().plus(beside).count(),
                MemoryParts.PROCESS.count(),
                fits,
                reason);
    }

    private OnDevice onDevice(Offload split) {
        return new OnDevice(
                deviceLayers.orElse(0),
                split.deviceWeights().count(),
                split.hostWeights().count(),
                split.deviceCaches().count(),
                split.hostCaches().count());
    }

    /** A need that is also the most, unless something could not be counted. */
    private static Optional<Bytes> whole(Bytes need, Company company) {
        return company.uncounted().isEmpty() ? Optional.of(need) : Optional.empty();
    }

    /**
     * Each side holds its part at least, and at most also what computes and what is loaded beside, which may be on
     * either side. The driver is counted as a process.
     */
    private Fits divided(Offload split, MemoryParts parts, Bytes beside, Company company, Machine machine) {
        Bytes either = parts.compute().plus(parts.output()).plus(beside);
        Bytes host = split.hostWeights().plus(split.hostCaches()).plus(MemoryParts.PROCESS);
        Fits onHost = Fits.of(host, whole(host.plus(either), company), machine.memory());
        Bytes device = split.deviceWeights().plus(split.deviceCaches());
        Fits onDevice = gpuMemory()
                .map(room -> Fits.of(device, whole(device.plus(either).plus(MemoryParts.PROCESS), company), room))
                .orElse(device.count() == 0 ? Fits.YES : Fits.UNKNOWN);
        return onHost.and(onDevice);
    }

    private String reason(Company company) {
        if (deviceLayers.isPresent() && gpuMemory.isEmpty()) {
            return "the device's memory is not known; give it with --gpu-memory";
        }
        return company.uncounted().isEmpty()
                ? "it depends on what the device computes with"
                : String.join("; ", company.uncounted());
    }

    private Company company(MemorySettings settings) {
        List<Beside> files = new ArrayList<>();
        List<String> uncounted = new ArrayList<>();
        List<String> estimated = new ArrayList<>();
        for (String file : adapters) {
            files.add(new Beside(
                    "adapter",
                    file,
                    Companion.adapter(file, part(file)).weights().count()));
        }
        projector.ifPresent(file -> {
            files.add(new Beside(
                    "projector",
                    file,
                    Companion.projector(file, part(file)).weights().count()));
            uncounted.add("what the projector computes with is not counted");
        });
        draft.ifPresent(file -> {
            Bytes bytes = switch (new MemoryPredictor().predict(header(file), settings)) {
                case MemoryPrediction.Known known -> known.parts().total();
                case MemoryPrediction.Estimated(MemoryParts parts, long _, String reason) -> {
                    estimated.add("compute of the draft model is estimated: " + reason);
                    yield parts.total();
                }
                case MemoryPrediction.Unknown(Bytes weights, String reason) -> {
                    uncounted.add("of the draft model only the weights are counted: " + reason);
                    yield weights;
                }
            };
            files.add(new Beside("draft model", file, bytes.count()));
        });
        return new Company(files, uncounted, estimated);
    }

    private MemoryComparison comparison(Fit fit) {
        MemoryReport report = house.llama()
                .measureMemory(Path.of(fit.file()), settings(fit.context()).dryRun());
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

    private Answer checkpoint(String model, SafetensorsModel checkpoint, int context, Machine machine) {
        MemorySettings settings = settings(context);
        if (settings.keyType().blockElements() > 1) {
            throw StoaException.user("--kv-type " + cacheType + ": is a type of llama.cpp; for safetensors choose F16,"
                    + " BF16 or F32");
        }
        int bits = 8 * settings.keyType().blockBytes();
        Bytes room = gpuMemory().map(PagedCache::usable).orElse(machine.memory());
        return switch (checkpoint.config().caches()) {
            case ModelConfig.Known known -> checkpoint(model, checkpoint, known, context, bits, room);
            case ModelConfig.Unknown(String reason) ->
                new UnknownFit(
                        model,
                        context,
                        sequences,
                        checkpoint.weights().count(),
                        Fits.of(checkpoint.weights(), Optional.empty(), room),
                        reason + "; convert the model to GGUF and ask for that");
        };
    }

    private CheckpointFit checkpoint(
            String model, SafetensorsModel checkpoint, ModelConfig.Known known, int context, int bits, Bytes room) {
        Bytes caches = new Bytes(Math.multiplyExact(known.bytes(context, bits).count(), (long) sequences));
        Bytes total = checkpoint.weights().plus(caches);
        Bytes left = new Bytes(Math.max(0, room.count() - checkpoint.weights().count()));
        Fits fits = Fits.of(total, Optional.empty(), room);
        Optional<PagedCache> paged = Optional.empty();
        Optional<String> unknown = Optional.empty();
        if (gpuMemory.isEmpty()) {
            unknown = Optional.of("the device's memory is not known; give it with --gpu-memory");
        } else {
            try {
                paged = Optional.of(PagedCache.of(checkpoint.config(), bits));
            } catch (IllegalArgumentException e) {
                unknown = Optional.ofNullable(e.getMessage());
            }
        }
        return new CheckpointFit(
                model,
                context,
                sequences,
                checkpoint.weights().count(),
                caches.count(),
                paged.map(cache -> cache.blocks(left)),
                paged.map(cache -> cache.concurrency(left, context)),
                unknown,
                total.count(),
                fits,
                fits == Fits.UNKNOWN ? Optional.of("what the server computes with is not known") : Optional.empty());
    }

    private static String sentence(Answer answer) {
        return switch (answer) {
            case Fit fit -> sentence(fit);
            case UnknownFit fit ->
                fit.file() + " at " + fit.context() + " tokens × " + fit.sequences() + ": at least "
                        + new Bytes(fit.weights()) + " of weights; the rest is not known: " + fit.reason()
                        + (fit.fits() == Fits.NO ? ": does not fit" : "");
            case CheckpointFit fit -> sentence(fit);
        };
    }

    private static String verdict(Fits fits, Optional<String> reason) {
        return switch (fits) {
            case YES -> ": fits";
            case NO -> ": does not fit";
            case UNKNOWN -> ": not known whether it fits: " + reason.orElse("");
        };
    }

    private static String sentence(Fit fit) {
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
        line.append(", beside ").append(new Bytes(fit.process())).append(" for the process");
        line.append(verdict(fit.fits(), fit.reason()));
        if (!fit.exactness().equals(EXACT)) {
            line.append(" (").append(fit.exactness()).append(')');
        }
        fit.offload()
                .ifPresent(split -> line.append("\n  with ")
                        .append(split.layers())
                        .append(" layers on the device: weights ")
                        .append(new Bytes(split.deviceWeights()))
                        .append(" and KV cache ")
                        .append(new Bytes(split.deviceCaches()))
                        .append(" there, weights ")
                        .append(new Bytes(split.hostWeights()))
                        .append(" and KV cache ")
                        .append(new Bytes(split.hostCaches()))
                        .append(" in the host's memory; each side has a compute buffer of its own"));
        return line.toString();
    }

    private static String sentence(CheckpointFit fit) {
        String vllm = fit.vllmUnknown()
                .map(reason -> "its blocks are not known: " + reason)
                .orElseGet(() -> String.format(
                        Locale.ROOT,
                        "at most %d blocks of %d tokens in what the weights leave of 0.9 of the device, %.2f requests"
                                + " of %d tokens at once; what it computes with takes some of them",
                        fit.vllmBlocks().orElse(0L),
                        PagedCache.BLOCK_TOKENS,
                        fit.requestsAtOnce().orElse(0.0),
                        fit.context()));
        return fit.file() + " at " + fit.context() + " tokens × " + fit.sequences() + ": " + new Bytes(fit.total())
                + " = weights " + new Bytes(fit.weights()) + " + KV cache " + new Bytes(fit.keysAndValues())
                + verdict(fit.fits(), fit.reason()) + "\n  vLLM: " + vllm;
    }
}
