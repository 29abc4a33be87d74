package io.stoa.cli;

import io.stoa.engine.gguf.Preflight;
import io.stoa.engine.llama.ImportanceMatrix;
import io.stoa.engine.llama.QuantizationRecipe;
import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
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
        name = "quantize",
        description = {
            "Write a smaller copy of a GGUF file, byte-identical to llama-quantize's.",
            "Which type is small enough and still good enough is for quantize ladder to find."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = {
            "stoa quantize FROM TYPE TO [--imatrix FILE] [--force] [--json]",
            "stoa quantize (ladder | imatrix) ..."
        },
        footer = {
            "",
            "Examples:",
            "  stoa quantize examples/quickstart/models/micro.gguf Q8_0 micro-Q8_0.gguf",
            "  stoa quantize mini.gguf Q4_K_M mini-Q4_K_M.gguf --json",
            "  stoa quantize imatrix mini.gguf --text calibration.txt mini.imatrix.gguf",
            "  stoa quantize mini.gguf IQ2_XS small.gguf --imatrix mini.imatrix.gguf",
            "  stoa quantize ladder mini.gguf --text work.txt"
        })
final class QuantizeCommand implements Runnable {
    private final House house;

    // Not required, because a subcommand may stand in their place.
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FROM",
            description = "The GGUF file to quantize, usually F16.")
    private Path from = Path.of("");

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "TYPE",
            description = "F16, Q8_0, Q6_K, Q5_K_M, Q4_K_M, Q4_0, Q2_K, ...")
    private String type = "";

    @Parameters(index = "2", arity = "0..1", paramLabel = "TO", description = "The file to write.")
    private Path to = Path.of("");

    @Option(
            names = "--imatrix",
            paramLabel = "FILE",
            description = "An importance matrix (llama.cpp's GGUF or .dat); types below three bits need one.")
    private Optional<Path> imatrix = Optional.empty();

    @Option(names = "--force", description = "Replace TO when it exists.")
    private boolean force;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    QuantizeCommand(House house) {
        this.house = house;
    }

    /** The verb with those below it. */
    static CommandLine commandLine(House house) {
        CommandLine quantize = new CommandLine(new QuantizeCommand(house));
        quantize.addSubcommand(new QuantizeLadderCommand(house));
        quantize.addSubcommand(new QuantizeImatrixCommand(house));
        return quantize;
    }

    record Result(String from, String to, String type, long bytesBefore, long bytesAfter, String sha256, String by) {}

    @Override
    public void run() {
        if (to.toString().isEmpty()) {
            throw new ParameterException(spec.commandLine(), "name a file, a type and the file to write");
        }
        if (Files.exists(to) && !force) {
            throw StoaException.user(to + ": exists already; choose another name, or replace it with --force");
        }
        Preflight.examine(from);
        house.llama()
                .quantize(
                        from,
                        to,
                        new QuantizationRecipe(
                                type.toUpperCase(Locale.ROOT), imatrix.map(ImportanceMatrix::read), Map.of()),
                        Runtime.getRuntime().availableProcessors());
        Result result = new Result(
                from.toString(),
                to.toString(),
                type.toUpperCase(Locale.ROOT),
                from.toFile().length(),
                to.toFile().length(),
                Artifacts.digestOf(to, Progress.NONE).hex(),
                house.llama().version());
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(result));
        } else {
            house.out()
                    .printf(
                            Locale.ROOT,
                            "%s: %s, %.1f %% of %s's %s%nsha256 %s%n",
                            to,
                            new Bytes(result.bytesAfter()),
                            100.0 * result.bytesAfter() / result.bytesBefore(),
                            from,
                            new Bytes(result.bytesBefore()),
                            result.sha256());
        }
    }
}
