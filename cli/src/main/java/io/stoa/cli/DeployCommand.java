package io.stoa.cli;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.engine.serve.Listen;
import io.stoa.hardware.deploy.ApiKey;
import io.stoa.hardware.deploy.Artifact;
import io.stoa.hardware.deploy.CacheType;
import io.stoa.hardware.deploy.Deployment;
import io.stoa.hardware.deploy.Image;
import io.stoa.hardware.deploy.MemoryFit;
import io.stoa.hardware.deploy.ServedModel;
import io.stoa.hardware.deploy.Target;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "deploy",
        description = {
            "Write the file that serves a model: a hardened systemd unit, a Compose file, a manifest for KServe or"
                    + " llm-d, an Ollama Modelfile.",
            "Nothing is started. The file is checked before it is written; keys are never in it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa deploy examples/quickstart/models/micro.gguf --to systemd --context 256 --out -",
            "  stoa deploy model.gguf --to systemd-llama-server --gpu-layers 99 --kv-cache q8_0 --listen"
                    + " 127.0.0.1:9000",
            "  stoa deploy acme/small --revision 0123456789abcdef0123456789abcdef01234567 --to compose-vllm \\",
            "    --context 8192 --parallel 16 --listen 0.0.0.0:8000 --key-env VLLM_API_KEY",
            "  stoa deploy acme/small --revision 0123456789abcdef0123456789abcdef01234567 --to llm-d --memory 48GiB"
        })
final class DeployCommand implements Runnable {
    /** Where the model's own context is longer, more must be asked for: it costs memory. */
    private static final int USUAL_CONTEXT = 4096;

    private final House house;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "A GGUF file, or a model of the Hugging Face hub as owner/name.")
    private String model = "";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "TARGET",
            converter = DestinationConverter.class,
            completionCandidates = Destinations.class,
            description = "Where it is to run: ${COMPLETION-CANDIDATES}")
    private Destination to = Destination.SYSTEMD;

    @Option(
            names = "--revision",
            paramLabel = "COMMIT",
            description = "The commit of a model of the hub, 40 hexadecimal digits.")
    private Optional<String> revision = Optional.empty();

    @Option(
            names = "--name",
            description = "The model's name for callers. Default: the file's, without .gguf, or owner/name")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "Tokens of one prompt and its answer. Default: the file's own, at most 4096")
    private Optional<Integer> context = Optional.empty();

    @Option(
            names = "--parallel",
            defaultValue = "4",
            paramLabel = "N",
            description = "Answers at once. Default: ${DEFAULT-VALUE}")
    private int parallel = 4;

    @Option(
            names = "--kv-cache",
            defaultValue = "f16",
            paramLabel = "TYPE",
            description = "How keys and values are kept: f16; q8_0 or q4_0 (llama-server, Ollama); fp8 (vLLM, SGLang)."
                    + " Default: ${DEFAULT-VALUE}")
    private CacheType cache = CacheType.F16;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Native threads; on Kubernetes, cores. Default: one less than this machine has cores")
    private Optional<Integer> threads = Optional.empty();

    @Option(
            names = "--gpu-layers",
            defaultValue = "0",
            paramLabel = "N",
            description = "Layers on the GPU, for llama-server and Ollama. Default: ${DEFAULT-VALUE}")
    private int gpuLayers;

    @Option(
            names = "--tensor-parallel",
            defaultValue = "1",
            paramLabel = "N",
            description = "GPUs that share each layer, for vLLM and SGLang. Default: ${DEFAULT-VALUE}")
    private int tensorParallel = 1;

    @Option(
            names = "--gpu-memory",
            paramLabel = "SHARE",
            description = "The share of a GPU's memory that vLLM or SGLang may take, such as 0.85. Default: their own")
    private Optional<Double> gpuMemory = Optional.empty();

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "The most memory of the machine that the service may take, such as 8GiB. Default: what the"
                    + " prediction says and some room, where there is one")
    private Optional<String> memory = Optional.empty();

    @Option(
            names = "--machine",
            defaultValue = "this",
            paramLabel = "this|SIZE",
            description =
                    "The machine that it must fit: this one, or one with so much memory. Default: ${DEFAULT-VALUE}")
    private String machine = "this";

    @Option(
            names = "--listen",
            defaultValue = "127.0.0.1:8080",
            paramLabel = "ADDRESS",
            description = "host:port or [ipv6]:port. Default: ${DEFAULT-VALUE}")
    private String listen = "127.0.0.1:8080";

    @Option(
            names = "--key-env",
            paramLabel = "VARIABLE",
            description = "The environment variable with the key that callers must send.")
    private Optional<String> keyVariable = Optional.empty();

    @Option(names = "--key-file", paramLabel = "FILE", description = "The file with the key, for llama-server.")
    private Optional<Path> keyFile = Optional.empty();

    @Option(
            names = "--program",
            paramLabel = "FILE",
            description =
                    "The program on the machine, for systemd. Default: /opt/stoa/stoa or /usr/local/bin/llama-server")
    private Optional<Path> program = Optional.empty();

    @Option(
            names = "--image",
            paramLabel = "IMAGE",
            description = "The container image for Compose, with a version or a digest. Default: a version of 2026 that"
                    + " knows the options written")
    private Optional<String> image = Optional.empty();

    @Option(
            names = "--out",
            defaultValue = ".",
            paramLabel = "FOLDER|-",
            description = "Where the file goes; - prints it. Default: the current folder")
    private String out = ".";

    @Option(names = "--force", description = "Replace a file that exists.")
    private boolean force;

    @Option(names = "--json", description = "Print what was written as JSON.")
    private boolean json;

    DeployCommand(House house) {
        this.house = house;
    }

    /** The targets as they are written on the command line. */
    enum Destination {
        SYSTEMD,
        SYSTEMD_LLAMA_SERVER,
        COMPOSE_VLLM,
        COMPOSE_SGLANG,
        COMPOSE_LLAMA,
        COMPOSE_LLAMA_CUDA,
        KSERVE,
        LLM_D,
        OLLAMA;

        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    static final class Destinations implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Destination.values()).map(Destination::label).iterator();
        }
    }

    static final class DestinationConverter implements ITypeConverter<Destination> {
        @Override
        public Destination convert(String value) {
            return Arrays.stream(Destination.values())
                    .filter(destination -> destination.label().equals(value))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("no target: " + value + "; choose one of "
                            + Arrays.stream(Destination.values())
                                    .map(Destination::label)
                                    .collect(Collectors.joining(", "))));
        }
    }

    /** What was written. */
    record Written(
            String target,
            String file,
            Optional<String> path,
            Optional<String> text,
            Optional<Long> predictedBytes,
            Optional<Long> memoryLimitBytes,
            List<String> next,
            List<String> notes) {}

    /** A deployment with what is known of its memory. */
    private record Planned(Deployment deployment, Optional<Bytes> need, List<String> notes) {}

    @Override
    public void run() {
        Planned planned = planned();
        Artifact artifact = Arguments.checked(() -> target().artifact(planned.deployment()));
        List<String> notes = new ArrayList<>(planned.notes());
        notes.addAll(artifact.notes());
        Optional<Path> path = out.equals("-") ? Optional.empty() : Optional.of(written(artifact));
        if (json) {
            house.out()
                    .println(JsonMapper.shared()
                            .writeValueAsString(new Written(
                                    to.label(),
                                    artifact.fileName(),
                                    path.map(Path::toString),
                                    path.isPresent() ? Optional.empty() : Optional.of(artifact.text()),
                                    planned.need().map(Bytes::count),
                                    planned.deployment().resources().memory().map(Bytes::count),
                                    artifact.next(),
                                    notes)));
            return;
        }
        path.ifPresentOrElse(house.out()::println, () -> house.out().print(artifact.text()));
        notes.forEach(note -> house.err().println("Note: " + note + "."));
        house.err().println(out.equals(".") || out.equals("-") ? "Next:" : "Next, in " + out + ":");
        artifact.next().forEach(command -> house.err().println("  " + command));
    }

    private Path written(Artifact artifact) {
        Path file = Path.of(out).resolve(artifact.fileName());
        if (Files.exists(file) && !force) {
            throw StoaException.user(
                    file + ": exists already; choose another folder with --out, or replace it with --force");
        }
        try {
            Files.createDirectories(Path.of(out));
            WholeFile.write(file, artifact.text().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, file + ": cannot be written: " + e.getMessage(), e);
        }
        return file;
    }

    private Target target() {
        return switch (to) {
            case SYSTEMD -> new Target.Systemd(Target.Service.STOA, program("/opt/stoa/stoa"));
            case SYSTEMD_LLAMA_SERVER ->
                new Target.Systemd(Target.Service.LLAMA_SERVER, program("/usr/local/bin/llama-server"));
            case COMPOSE_VLLM -> compose(Target.Compose.Server.VLLM);
            case COMPOSE_SGLANG -> compose(Target.Compose.Server.SGLANG);
            case COMPOSE_LLAMA -> compose(Target.Compose.Server.LLAMA_SERVER);
            case COMPOSE_LLAMA_CUDA -> compose(Target.Compose.Server.LLAMA_SERVER_CUDA);
            case KSERVE -> new Target.Kserve();
            case LLM_D -> new Target.LlmD();
            case OLLAMA -> new Target.Ollama();
        };
    }

    private String program(String usual) {
        return program.map(DeployCommand::absolute).orElse(usual);
    }

    private Target.Compose compose(Target.Compose.Server server) {
        return new Target.Compose(server, image.map(Image::new).orElseGet(server::image));
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    private Planned planned() {
        Path file = Path.of(model);
        if (Files.isRegularFile(file)) {
            if (revision.isPresent()) {
                throw StoaException.user("--revision is for models of the hub; " + model + " is a file");
            }
            return ofFile(file);
        }
        if (model.endsWith(".gguf") || !model.matches("[^/]+/[^/]+")) {
            throw StoaException.user(model + ": no such file, and no model of the hub (owner/name)");
        }
        String commit = revision.orElseThrow(() -> StoaException.user("--revision is missing: the commit of " + model
                + " that is to be served, 40 hexadecimal digits; the model's page on the hub lists them"));
        Deployment deployment = Arguments.checked(() -> deployment(
                new ServedModel.Hub(model, commit),
                model,
                context.orElse(USUAL_CONTEXT),
                memory.map(Arguments::bytes)));
        return new Planned(
                deployment, Optional.empty(), List.of("whether it fits was not checked: that needs the model's file"));
    }

    private Planned ofFile(Path file) {
        GgufHeader header = Preflight.examine(file);
        String called = String.valueOf(file.getFileName()).replaceAll("(?i)\\.gguf$", "");
        int tokens = context.orElseGet(() -> (int)
                Math.min(USUAL_CONTEXT, header.hyperParameter("context_length").orElse(USUAL_CONTEXT)));
        List<String> notes = new ArrayList<>();
        header.hyperParameter("context_length").ifPresent(trained -> {
            if (tokens > trained) {
                notes.add("the model was made for " + trained + " tokens, fewer than --context " + tokens);
            }
        });
        Optional<MemoryFit.Fits> fits = fits(header, tokens, notes);
        Optional<Bytes> limit = memory.map(Arguments::bytes);
        if (fits.isPresent() && limit.isPresent() && fits.get().need().compareTo(limit.get()) > 0) {
            throw StoaException.user("--memory " + memory.orElse("") + ": it needs "
                    + fits.get().need() + "; give it more, or lower --context or --parallel");
        }
        Deployment deployment = Arguments.checked(() -> deployment(
                new ServedModel.Gguf(
                        absolute(file),
                        Artifacts.digestOf(
                                file, new ProgressLine(house.err(), house.terminal()).start("reading " + file)),
                        header.string("general.license")),
                called,
                tokens,
                limit.or(() -> fits.map(MemoryFit.Fits::limit))));
        return new Planned(deployment, fits.map(MemoryFit.Fits::need), notes);
    }

    /** The prediction for the processor; where layers go to a GPU there is none. */
    private Optional<MemoryFit.Fits> fits(GgufHeader header, int tokens, List<String> notes) {
        if (gpuLayers > 0) {
            notes.add("whether it fits was not checked: with layers on a GPU the prediction does not hold");
            return Optional.empty();
        }
        Bytes room = machine.equals("this") ? House.thisMachine().read().memory() : Arguments.bytes(machine);
        MemoryFit fit = Arguments.checked(() -> MemoryFit.of(
                header,
                target(),
                new Deployment.Load(tokens, parallel, cache),
                House.thisMachine().repacking(),
                room));
        return switch (fit) {
            case MemoryFit.Fits fits -> Optional.of(fits);
            case MemoryFit.TooBig(Bytes need, Bytes has) ->
                throw StoaException.user(model + " needs " + need + " for " + parallel + " answers of " + tokens
                        + " tokens, and " + (machine.equals("this") ? "this machine" : "the machine") + " has " + has
                        + "; lower --context or --parallel, or name a larger machine with --machine 64GiB");
            case MemoryFit.Unknown(Bytes weights, String reason) -> {
                notes.add("it needs at least " + weights + " for the weights; the rest is not known: " + reason);
                yield Optional.empty();
            }
        };
    }

    private Deployment deployment(ServedModel served, String called, int tokens, Optional<Bytes> limit) {
        return new Deployment(
                served,
                name.orElse(called),
                new Deployment.Load(tokens, parallel, cache),
                new Deployment.Resources(
                        threads.orElseGet(House::threads),
                        gpuLayers,
                        tensorParallel,
                        gpuMemory.map(OptionalDouble::of).orElseGet(OptionalDouble::empty),
                        limit),
                address(),
                key());
    }

    private Deployment.Address address() {
        return switch (Listen.parse(listen)) {
            case Listen.Tcp(String host, int port) -> new Deployment.Address(host, port);
            case Listen.Unix(Path path) ->
                throw StoaException.user("--listen unix:" + path + ": deployments listen on host:port");
        };
    }

    private ApiKey key() {
        if (keyVariable.isPresent() && keyFile.isPresent()) {
            throw StoaException.user("--key-env and --key-file exclude each other; leave one out");
        }
        return keyVariable
                .<ApiKey>map(ApiKey.Variable::new)
                .or(() -> keyFile.map(file -> new ApiKey.File(absolute(file))))
                .orElseGet(ApiKey.None::new);
    }
}
