package io.stoa.cli;

import io.stoa.model.StoaException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code stoa} command. */
@Command(
        name = "stoa",
        description =
                "Takes open models to production: which one can do this job, on which hardware, and may we use it?",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        sortOptions = false,
        subcommands = {HelpCommand.class},
        footer = {
            "",
            "Examples:",
            "  stoa init                                       writes a commented stoa.yaml",
            "  stoa assess stoa.yaml                           one verdict per model, with its evidence",
            "  stoa quantize model.gguf Q4_0 small.gguf        a smaller copy",
            "  stoa quantize ladder model.gguf --text work.txt the smallest that is still good enough",
            "  stoa ledger verify                              is the evidence still what was recorded?",
            "  stoa help exit-codes                            what the exit codes mean"
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    private Main(CommandSpec spec) {
        this.spec = spec;
    }

    private Main() {
        this(CommandSpec.create());
    }

    /** Prints the version of Stoa. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"stoa " + House.version()};
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }

    public static void main(String[] arguments) {
        quietLibraries();
        House house = new House(System.getenv(), System.out, System.err, Clock.systemUTC());
        int code;
        try {
            code = commandLine(house).execute(arguments);
        } catch (OutOfMemoryError e) {
            System.err.println("stoa: out of memory (" + e.getMessage() + "); set STOA_HEAP to more than 1g");
            code = ExitCode.RESOURCES.code();
        } catch (StackOverflowError e) {
            System.err.println("stoa: this is a bug in Stoa (endless recursion); please report it.");
            e.printStackTrace();
            code = ExitCode.BUG.code();
        }
        System.out.flush();
        System.exit(code);
    }

    /** What libraries log below an error is theirs; what llama.cpp says of a failed load is in our own messages. */
    private static void quietLibraries() {
        Logger.getLogger("").setLevel(Level.SEVERE);
    }

    /** The whole command line over a house. */
    static CommandLine commandLine(House house) {
        CommandLine stoa = new CommandLine(new Main());
        for (Object command : List.of(
                new AssessCommand(house),
                new InitCommand(house),
                new SchemaCommand(house),
                new CostCommand(house),
                new CompareCostCommand(house),
                new SimulateCommand(house),
                new PlanCommand(house),
                new DeployCommand(house),
                new InspectCommand(house),
                new GenerateCommand(house),
                new ScoreCommand(house),
                new EngineCommand(house),
                new ServeCommand(house),
                new RehearseCommand(house),
                new DoctorCommand(house),
                new PerplexityCommand(house))) {
            stoa.addSubcommand(command);
        }
        stoa.addSubcommand(ApproveCommand.commandLine(house));
        stoa.addSubcommand(FitCommand.commandLine(house));
        stoa.addSubcommand(QuantizeCommand.commandLine(house));
        stoa.addSubcommand(BenchCommand.commandLine(house));
        stoa.addSubcommand(LicenseCommand.commandLine(house));
        stoa.addSubcommand(LedgerCommand.commandLine(house));
        stoa.addSubcommand(KeyCommand.commandLine(house));
        stoa.addSubcommand(AuditCommand.commandLine(house));
        stoa.addSubcommand(RouteCommand.commandLine(house));
        stoa.addSubcommand(CorpusCommand.commandLine(house));
        stoa.addSubcommand(ToolsCommand.commandLine(house));
        stoa.addSubcommand(PipelineCommand.commandLine(house));
        stoa.addSubcommand(EdgeCommand.commandLine(house));
        stoa.addSubcommand(BundleCommand.commandLine(house));
        stoa.addSubcommand(new CommandLine(new AutoComplete.GenerateCompletion()));
        CommandLine codes = new CommandLine(new ExitCodesCommand(house));
        codes.getCommandSpec()
                .usageMessage()
                .footer(("\n" + ExitCodesCommand.table() + "\nExample:\n  stoa help exit-codes").split("\n"));
        stoa.addSubcommand(codes);
        stoa.setCaseInsensitiveEnumValuesAllowed(true);
        stoa.setOut(new PrintWriter(house.out(), true, StandardCharsets.UTF_8));
        stoa.setErr(new PrintWriter(house.err(), true, StandardCharsets.UTF_8));
        stoa.setColorScheme(CommandLine.Help.defaultColorScheme(house.terminal().color() ? Ansi.ON : Ansi.OFF));
        stoa.setUsageHelpWidth(Math.clamp(house.terminal().width(), 80, 120));
        stoa.setExecutionExceptionHandler((e, command, result) -> failed(e, house));
        stoa.setExitCodeExceptionMapper(e -> ExitCode.USER.code());
        return stoa;
    }

    private static int failed(Exception e, House house) {
        if (e instanceof StoaException known) {
            house.err().println("stoa: " + known.sentence());
            if (known.kind() == StoaException.Kind.BUG) {
                known.printStackTrace(house.err());
            }
            return ExitCode.of(known.kind()).code();
        }
        house.err().println("stoa: this is a bug in Stoa; please report it with the lines below.");
        e.printStackTrace(house.err());
        return ExitCode.BUG.code();
    }
}
