package io.stoa.cli;

import io.stoa.engine.llama.ImportanceMatrix;
import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "imatrix",
        description = {
            "Find how much each column of each matrix matters on a calibration text (an importance matrix, as llama-imatrix"
                    + " makes it), for quantize --imatrix and for types below three bits a weight.",
            "Take a text like the model's work, not the one that the result is measured on."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa quantize imatrix mini.gguf --text calibration.txt mini.imatrix.gguf",
            "  stoa quantize mini.gguf IQ2_XS small.gguf --imatrix mini.imatrix.gguf"
        })
final class QuantizeImatrixCommand implements Runnable {
    private final House house;

    @Parameters(index = "0", paramLabel = "MODEL", description = "The GGUF file, usually F16.")
    private Path model = Path.of("");

    @Parameters(index = "1", paramLabel = "TO", description = "The file to write, in llama.cpp's GGUF format.")
    private Path to = Path.of("");

    @Option(names = "--text", required = true, paramLabel = "TEXT", description = "A UTF-8 text to calibrate on.")
    private Path text = Path.of("");

    @Option(names = "--context", defaultValue = "512", description = "Tokens of a window. Default: ${DEFAULT-VALUE}")
    private int context = 512;

    @Option(names = "--force", description = "Replace TO when it exists.")
    private boolean force;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    QuantizeImatrixCommand(House house) {
        this.house = house;
    }

    /** What {@code --json} prints. */
    record Result(String model, String to, int matrices, int windows, int window) {}

    @Override
    public void run() {
        if (Files.exists(to) && !force) {
            throw StoaException.user(to + ": exists already; choose another name, or replace it with --force");
        }
        WholeFile.refuseIfUnwritable("TO", to);
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        ImportanceMatrix matrix = house.llama()
                .importanceMatrix(
                        model,
                        String.valueOf(text.getFileName()),
                        WholeText.of(text),
                        context,
                        House.threads(),
                        line.start("reading " + text.getFileName()));
        line.clear();
        matrix.write(to);
        Result result =
                new Result(model.toString(), to.toString(), matrix.entries().size(), matrix.windows(), matrix.window());
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(result));
        } else {
            house.out()
                    .printf(
                            Locale.ROOT,
                            "%s: %d matrices, %d windows of %d tokens%n",
                            to,
                            result.matrices(),
                            result.windows(),
                            result.window());
        }
    }
}
