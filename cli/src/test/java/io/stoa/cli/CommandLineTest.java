package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandLineTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private CommandLine stoa() {
        return Main.commandLine(new House(
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC()));
    }

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        List<String> texts = new ArrayList<>();
        for (Object argument : arguments) {
            texts.add(argument.toString());
        }
        return stoa().execute(texts.toArray(String[]::new));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everyCommandExplainsItselfWithAnExample() {
        List<CommandLine> all = new ArrayList<>(List.of(stoa()));
        for (int i = 0; i < all.size(); i++) {
            all.addAll(all.get(i).getSubcommands().values());
        }
        assertThat(all).hasSizeGreaterThan(12);
        for (CommandLine command : all) {
            String name = command.getCommandName();
            String usage = command.getUsageMessage();
            assertThat(usage).as(name).contains("Usage:");
            assertThat(formats(command))
                    .as(name)
                    .allSatisfy(text -> assertThatCode(text::formatted).doesNotThrowAnyException());
            if (!name.equals("help") && !name.equals("generate-completion")) {
                assertThat(usage).as(name).containsPattern("Examples?:").contains("stoa ");
            }
        }
    }

    /** What picocli takes for format strings: it warns on standard error of one that has a bare per cent sign. */
    private static List<String> formats(CommandLine command) {
        CommandLine.Model.UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        List<String> formats = new ArrayList<>(List.of(usage.header()));
        formats.addAll(List.of(usage.description()));
        formats.addAll(List.of(usage.footer()));
        return formats;
    }

    @Test
    void aCommandIsMadeAloneAndIsTheSameAsAmongAll() {
        House house = new House(Map.of(), System.out, System.err, Clock.systemUTC());
        stoa().getSubcommands().forEach((name, command) -> {
            CommandLine made = Main.commandLineFor(house, name, "anything");
            // These two speak of all the others.
            if (!name.equals("help") && !name.equals("generate-completion")) {
                assertThat(made.getSubcommands()).containsOnlyKeys(name);
            }
            assertThat(made.getSubcommands())
                    .hasEntrySatisfying(
                            name, each -> assertThat(each.getUsageMessage()).isEqualTo(command.getUsageMessage()));
        });
        assertThat(Main.commandLineFor(house, "asess").getSubcommands()).hasSameSizeAs(stoa().getSubcommands());
        assertThat(Main.commandLineFor(house).getSubcommands()).hasSameSizeAs(stoa().getSubcommands());
    }

    @Test
    void theExitCodesAreListed() {
        assertThat(run("help", "exit-codes")).isZero();
        for (ExitCode code : ExitCode.values()) {
            assertThat(out()).contains(code.meaning().substring(0, 20)).contains(" " + code.code() + " ");
        }
    }

    @Test
    void theVersionIsTheBuildsVersion() {
        assertThat(run("--version")).isZero();
        assertThat(out().strip()).matches("stoa \\d+\\.\\d+\\.\\d+.*");
    }

    @Test
    void aWrongCommandLineIsToldApart() {
        assertThat(run()).isEqualTo(ExitCode.USER.code());
        assertThat(run("asess")).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("assess");
        assertThat(run("assess", "--jsn")).isEqualTo(ExitCode.USER.code());
        assertThat(run("ledger")).isEqualTo(ExitCode.USER.code());
    }

    @Test
    void aWrongFileNamesLineAndColumn() throws IOException {
        Path file = Files.writeString(folder.resolve("stoa.yaml"), "modles: []\n");
        assertThat(run("assess", file)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains(file + ":1:1: unknown key modles; did you mean models?");
        assertThat(out()).isEmpty();
        assertThat(folder.resolve(".stoa"))
                .as("nothing is made for a file that cannot be read")
                .doesNotExist();
    }

    @Test
    void aFileThatIsNotThereSaysWhatToDo() {
        assertThat(run("assess", folder.resolve("none.yaml"))).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("stoa init");
        assertThat(run("ledger", "verify", "--home", folder)).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("--home");
    }

    @Test
    void theStarterCanBeAssessed() throws IOException {
        Files.copy(Quickstart.SHIPPED.resolve("models/micro.gguf"), folder.resolve("micro.gguf"));
        assertThat(run("init", folder)).isZero();
        assertThat(run("init", folder)).as("never overwrites").isEqualTo(ExitCode.USER.code());
        assertThat(run("assess", "--plan", folder.resolve("stoa.yaml"))).isZero();
        assertThat(err()).contains("micro: ").contains("benchmark/my-task");
    }

    @Test
    void quantizingNamesWhatItMade() throws IOException {
        Path from = Quickstart.SHIPPED.resolve("models/nano.gguf");
        Path to = folder.resolve("nano-Q8_0.gguf");
        assertThat(run("quantize", from, "Q8_0", to, "--json")).isZero();
        JsonNode result = JsonMapper.shared().readTree(out());
        assertThat(result.path("bytesAfter").longValue()).isEqualTo(258_368).isEqualTo(Files.size(to));
        assertThat(run("quantize", from, "Q8_0", to)).as("never overwrites").isEqualTo(ExitCode.USER.code());
        assertThat(run("quantize", from, "Q9_9", folder.resolve("x.gguf"))).isEqualTo(ExitCode.USER.code());
        assertThat(run("quantize", from, "Q4_K_M", folder.resolve("x.gguf")))
                .as("nano's rows are no multiple of 256")
                .isEqualTo(ExitCode.USER.code());
        assertThat(folder.resolve("x.gguf")).doesNotExist();
    }

    @Test
    void aModelAnswersAndScores() throws IOException {
        Path model = Quickstart.SHIPPED.resolve("models/micro.gguf");
        assertThat(run("generate", model, "What is the river of Donel?")).isZero();
        assertThat(out().strip()).isEqualTo("Dun");
        assertThat(run("score", model, "What is the river of Donel?", "Dun", "cake", "--json"))
                .isZero();
        JsonNode scored = JsonMapper.shared().readTree(out());
        assertThat(scored.get(0).path("logLikelihood").doubleValue())
                .isGreaterThan(scored.get(1).path("logLikelihood").doubleValue());
        assertThat(run("generate", model, "x", "--temperature", "-1")).isEqualTo(ExitCode.USER.code());
        assertThat(run("generate", folder.resolve("none.gguf"), "x")).isEqualTo(ExitCode.USER.code());
    }
}
