package io.stoa.cli;

import io.stoa.model.StoaException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
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
            code = commandLineFor(house, arguments).execute(arguments);
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
        List<Supplier<CommandLine>> all = new ArrayList<>(commands(house).values());
        // These two speak of all the others.
        all.addFirst(() -> new CommandLine(new HelpCommand()));
        all.add(() -> new CommandLine(new AutoComplete.GenerateCompletion()));
        return commandLine(house, all);
    }

    /** As far as some arguments need it: making every command takes longer than starting Java. */
    static CommandLine commandLineFor(House house, String... arguments) {
        if (arguments.length == 1 && (arguments[0].equals("--version") || arguments[0].equals("-V"))) {
            return commandLine(house, List.of());
        }
        return Stream.of(arguments)
                .findFirst()
                .flatMap(name -> Optional.ofNullable(commands(house).get(name)))
                .map(only -> commandLine(house, List.of(only)))
                .orElseGet(() -> commandLine(house));
    }

    /** What makes each command, by its name. */
    private static Map<String, Supplier<CommandLine>> commands(House house) {
        Map<String, Supplier<CommandLine>> commands = new LinkedHashMap<>();
        commands.put("assess", () -> new CommandLine(new AssessCommand(house)));
        commands.put("init", () -> new CommandLine(new InitCommand(house)));
        commands.put("schema", () -> new CommandLine(new SchemaCommand(house)));
        commands.put("cost", () -> new CommandLine(new CostCommand(house)));
        commands.put("compare-cost", () -> new CommandLine(new CompareCostCommand(house)));
        commands.put("simulate", () -> new CommandLine(new SimulateCommand(house)));
        commands.put("plan", () -> new CommandLine(new PlanCommand(house)));
        commands.put("deploy", () -> new CommandLine(new DeployCommand(house)));
        commands.put("inspect", () -> new CommandLine(new InspectCommand(house)));
        commands.put("generate", () -> new CommandLine(new GenerateCommand(house)));
        commands.put("score", () -> new CommandLine(new ScoreCommand(house)));
        commands.put("engine", () -> new CommandLine(new EngineCommand(house)));
        commands.put("serve", () -> new CommandLine(new ServeCommand(house)));
        commands.put("rehearse", () -> new CommandLine(new RehearseCommand(house)));
        commands.put("doctor", () -> new CommandLine(new DoctorCommand(house)));
        commands.put("perplexity", () -> new CommandLine(new PerplexityCommand(house)));
        commands.put("approve", () -> ApproveCommand.commandLine(house));
        commands.put("fit", () -> FitCommand.commandLine(house));
        commands.put("quantize", () -> QuantizeCommand.commandLine(house));
        commands.put("bench", () -> BenchCommand.commandLine(house));
        commands.put("license", () -> LicenseCommand.commandLine(house));
        commands.put("ledger", () -> LedgerCommand.commandLine(house));
        commands.put("key", () -> KeyCommand.commandLine(house));
        commands.put("audit", () -> AuditCommand.commandLine(house));
        commands.put("route", () -> RouteCommand.commandLine(house));
        commands.put("corpus", () -> CorpusCommand.commandLine(house));
        commands.put("tools", () -> ToolsCommand.commandLine(house));
        commands.put("pipeline", () -> PipelineCommand.commandLine(house));
        commands.put("edge", () -> EdgeCommand.commandLine(house));
        commands.put("bundle", () -> BundleCommand.commandLine(house));
        commands.put("exit-codes", () -> {
            CommandLine codes = new CommandLine(new ExitCodesCommand(house));
            String footer = "\n" + ExitCodesCommand.table() + "\nExample:\n  stoa help exit-codes";
            codes.getCommandSpec().usageMessage().footer(footer.split("\n"));
            return codes;
        });
        return commands;
    }

    private static CommandLine commandLine(House house, List<Supplier<CommandLine>> commands) {
        CommandLine stoa = new CommandLine(new Main());
        commands.forEach(command -> stoa.addSubcommand(command.get()));
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
