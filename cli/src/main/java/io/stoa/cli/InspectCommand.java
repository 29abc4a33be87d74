package io.stoa.cli;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.inspect.Inspection;
import io.stoa.inspect.Inspector;
import io.stoa.inspect.observation.Observation;
import io.stoa.inspect.observation.Outcome;
import io.stoa.inspect.observation.SarifLog;
import io.stoa.inspect.parentage.Parentage;
import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "inspect",
        description = {
            "Examine a model's file or folder in Java, before any native code sees it, and say whether it may be"
                    + " trusted.",
            "Each check ends as PASS, FAIL, LEAD (a person should look) or NOT TESTED, which never counts as clean."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa inspect model.gguf",
            "  stoa inspect examples/quickstart/models/micro.gguf --json",
            "  stoa inspect tuned-Q4_K_M.gguf --base base-F16.gguf",
            "  stoa inspect downloaded-folder --sarif inspect.sarif",
            "  stoa inspect model.gguf --base chat_template.jinja"
        })
final class InspectCommand implements Callable<Integer> {
    private static final int LONGEST = 72;

    private final House house;

    @Parameters(index = "0", paramLabel = "FILE|DIR", description = "A model's file, or the folder that it lies in.")
    private Path file = Path.of("");

    @Option(
            names = "--base",
            paramLabel = "FILE|DIR",
            description = "What it should be derived from: weights, chat template and tokenizer are compared.")
    private Optional<Path> base = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--sarif", paramLabel = "FILE", description = "Write the checks as a SARIF 2.1.0 log, too.")
    private Optional<Path> sarif = Optional.empty();

    InspectCommand(House house) {
        this.house = house;
    }

    /** What a GGUF file says of itself. */
    record Facts(
            String sha256,
            long bytes,
            int version,
            String architecture,
            long parameters,
            int tensors,
            Map<String, Long> bytesByType,
            Optional<String> quantization,
            Map<String, String> metadata) {}

    record Inspected(
            String file,
            Outcome outcome,
            List<Observation> checks,
            Optional<Parentage> parentage,
            Optional<Facts> facts) {}

    @Override
    public Integer call() {
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        Inspection inspection = Inspector.inspect(file, base, line.start("examining"));
        line.clear();
        Inspected inspected = new Inspected(
                file.toString(), inspection.outcome(), inspection.observations(), inspection.parentage(), facts());
        house.out().print(json ? JsonMapper.shared().writeValueAsString(inspected) + "\n" : text(inspected));
        sarif.ifPresent(to -> write(to, SarifLog.write(inspection.observations(), House.version())));
        return ExitCode.of(inspection.outcome()).code();
    }

    private static void write(Path to, String text) {
        try {
            Files.writeString(to, text);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, to + ": cannot be written (" + e + "); choose another file", e);
        }
    }

    /** Of one GGUF file whose header can be read. */
    private Optional<Facts> facts() {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        GgufHeader header;
        try {
            header = GgufReader.read(file);
        } catch (StoaException e) {
            return Optional.empty();
        }
        Map<String, Long> byType = new TreeMap<>();
        header.tensors().forEach(tensor -> byType.merge(tensor.type().name(), tensor.bytes(), Long::sum));
        Map<String, String> metadata = new TreeMap<>();
        header.metadata().forEach((key, value) -> metadata.put(key, brief(value)));
        return Optional.of(new Facts(
                Artifacts.digestOf(file, Progress.NONE).hex(),
                header.fileBytes(),
                header.version(),
                header.architecture(),
                header.parameters(),
                header.tensors().size(),
                byType,
                LlamaRuntime.quantizationOf(header),
                metadata));
    }

    private static String text(Inspected inspected) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT, "%s: %s%n", inspected.file(), inspected.outcome().label()));
        inspected.facts().ifPresent(facts -> facts(facts, text));
        for (Outcome outcome : List.of(Outcome.FAIL, Outcome.LEAD, Outcome.NOT_TESTED, Outcome.PASS)) {
            for (Observation check : inspected.checks()) {
                if (check.outcome() == outcome) {
                    line(check, text);
                }
            }
        }
        return text.toString();
    }

    private static void facts(Facts facts, StringBuilder text) {
        text.append(String.format(
                Locale.ROOT,
                "GGUF version %d, %s, %,d parameters in %d tensors, %s%nsha256 %s%n",
                facts.version(),
                facts.architecture(),
                facts.parameters(),
                facts.tensors(),
                new Bytes(facts.bytes()),
                facts.sha256()));
        facts.bytesByType()
                .forEach((type, bytes) ->
                        text.append("  ").append(String.format(Locale.ROOT, "%-8s %s%n", type, new Bytes(bytes))));
        facts.metadata()
                .forEach((key, value) -> text.append("  ")
                        .append(key.replaceAll("\\p{Cntrl}", "␣"))
                        .append(" = ")
                        .append(value)
                        .append('\n'));
    }

    private static void line(Observation check, StringBuilder text) {
        text.append(String.format(
                Locale.ROOT,
                "%-10s %s, %s%s: %s%n",
                check.outcome().label(),
                check.file(),
                check.check().id(),
                check.place().map(place -> ", " + place).orElse(""),
                check.sentence()));
        check.remedy()
                .ifPresent(remedy -> text.append("           → ").append(remedy).append('\n'));
    }

    /** A value in one line; control characters of a stranger's file do not reach the terminal. */
    private static String brief(GgufValue value) {
        String text = switch (value) {
            case GgufValue.Whole(long whole) -> String.valueOf(whole);
            case GgufValue.Real(double real) -> String.valueOf(real);
            case GgufValue.Truth(boolean truth) -> String.valueOf(truth);
            case GgufValue.Text(String string) -> "\"" + string.replaceAll("\\p{Cntrl}", "␣") + "\"";
            case GgufValue.Array(List<GgufValue> values) -> "[" + values.size() + " values]";
        };
        return text.length() > LONGEST ? text.substring(0, LONGEST - 1) + "…" : text;
    }
}
