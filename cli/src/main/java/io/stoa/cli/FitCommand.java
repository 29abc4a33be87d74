package io.stoa.cli;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.engine.llama.MemoryReport;
import io.stoa.hardware.memory.MemoryComparison;
import io.stoa.hardware.memory.MemoryParts;
import io.stoa.hardware.memory.MemoryPrediction;
import io.stoa.hardware.memory.MemoryPredictor;
import io.stoa.hardware.memory.MemorySettings;
import io.stoa.model.Bytes;
import io.stoa.model.Machine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
        description = "Predict from the header alone what memory a GGUF file needs at some context lengths.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa fit model.gguf --context 512,4096 --sequences 4",
            "  stoa fit examples/quickstart/models/*.gguf --compare     beside llama.cpp's own report",
            "  stoa fit search plan.yaml                                models × machines, cheapest first",
            "  stoa fit claim --machine L4 --parameters 8e9 --bits 4.9 --generation 90"
        })
final class FitCommand implements Runnable {
    private final House house;

    // None at all would be refused before a subcommand is looked at.
    @Parameters(arity = "0..*", paramLabel = "FILE", description = "GGUF files.")
    private List<Path> files = List.of();

    @Option(
            names = "--context",
            split = ",",
            paramLabel = "N",
            defaultValue = "256,512,4096",
            description = "Context lengths in tokens, each sequence. Default: ${DEFAULT-VALUE}")
    private List<Integer> contexts = List.of();

    @Option(names = "--sequences", defaultValue = "1", description = "Requests at once. Default: ${DEFAULT-VALUE}")
    private int sequences = 1;

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

    record Fit(
            String file,
            int context,
            int sequences,
            long weights,
            long repacked,
            long keysAndValues,
            long compute,
            long output,
            long total,
            boolean fits) {}

    @Override
    public void run() {
        if (files.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "name GGUF files, or search, machine, machines, calibrate, speed or claim");
        }
        Machine machine = House.thisMachine().read();
        List<Fit> fits = new ArrayList<>();
        List<MemoryComparison> comparisons = new ArrayList<>();
        for (Path file : files) {
            GgufHeader header = Preflight.examine(file);
            for (int context : contexts) {
                MemorySettings settings = Arguments.checked(() -> MemorySettings.of(
                        context, sequences, House.thisMachine().repacking()));
                switch (new MemoryPredictor().predict(header, settings)) {
                    case MemoryPrediction.Known(MemoryParts parts, long _) -> {
                        fits.add(fit(file, context, parts, machine));
                        if (compare) {
                            MemoryReport report = house.llama().measureMemory(file, context);
                            comparisons.add(new MemoryComparison(
                                    String.valueOf(file.getFileName()),
                                    context,
                                    parts,
                                    report.model(),
                                    report.context(),
                                    report.compute()));
                        }
                    }
                    case MemoryPrediction.Unknown(Bytes weights, String reason) ->
                        house.err()
                                .println(file + ": at least " + weights + " of weights; the rest is not known: "
                                        + reason);
                }
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

    private Fit fit(Path file, int context, MemoryParts parts, Machine machine) {
        return new Fit(
                file.toString(),
                context,
                sequences,
                parts.weights().count(),
                parts.repacked().count(),
                parts.keysAndValues().count(),
                parts.compute().count(),
                parts.output().count(),
                parts.total().count(),
                parts.total().compareTo(machine.memory()) <= 0);
    }

    private void print(Fit fit) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "%s at %d tokens × %d: %s = weights %s + repacked %s + KV cache %s + compute %s + output %s: %s%n",
                        fit.file(),
                        fit.context(),
                        fit.sequences(),
                        new Bytes(fit.total()),
                        new Bytes(fit.weights()),
                        new Bytes(fit.repacked()),
                        new Bytes(fit.keysAndValues()),
                        new Bytes(fit.compute()),
                        new Bytes(fit.output()),
                        fit.fits() ? "fits" : "does not fit");
    }
}
