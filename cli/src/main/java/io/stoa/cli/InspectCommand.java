package io.stoa.cli;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.engine.gguf.Preflight;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import io.stoa.store.Artifacts;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "inspect",
        description = "Examine a GGUF file in Java, before any native code sees it, and say what it is.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Examples:", "  stoa inspect model.gguf", "  stoa inspect model.gguf --json"})
final class InspectCommand implements Runnable {
    private static final int LONGEST = 72;

    private final House house;

    @Parameters(index = "0", paramLabel = "FILE", description = "The GGUF file.")
    private Path file = Path.of("");

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    InspectCommand(House house) {
        this.house = house;
    }

    record Inspected(
            String file,
            String sha256,
            long bytes,
            int version,
            String architecture,
            long parameters,
            int tensors,
            Map<String, Long> bytesByType,
            Optional<String> quantization,
            Map<String, String> metadata,
            List<String> warnings) {}

    @Override
    public void run() {
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        GgufHeader header = Preflight.examine(file);
        Preflight.weights(file, header, line.start("examining weights"));
        line.clear();
        Map<String, Long> byType = new TreeMap<>();
        header.tensors().forEach(tensor -> byType.merge(tensor.type().name(), tensor.bytes(), Long::sum));
        Map<String, String> metadata = new TreeMap<>();
        header.metadata().forEach((key, value) -> metadata.put(key, brief(value)));
        Inspected inspected = new Inspected(
                file.toString(),
                Artifacts.digestOf(file, Progress.NONE).hex(),
                header.fileBytes(),
                header.version(),
                header.architecture(),
                header.parameters(),
                header.tensors().size(),
                byType,
                LlamaRuntime.quantizationOf(header),
                metadata,
                Preflight.warnings(header));
        house.out().print(json ? JsonMapper.shared().writeValueAsString(inspected) + "\n" : text(inspected));
    }

    private static String text(Inspected inspected) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: sound. GGUF version %d, %s, %,d parameters in %d tensors, %s%nsha256 %s%n",
                inspected.file(),
                inspected.version(),
                inspected.architecture(),
                inspected.parameters(),
                inspected.tensors(),
                new Bytes(inspected.bytes()),
                inspected.sha256()));
        inspected
                .bytesByType()
                .forEach((type, bytes) ->
                        text.append("  ").append(String.format(Locale.ROOT, "%-8s %s%n", type, new Bytes(bytes))));
        inspected
                .metadata()
                .forEach((key, value) -> text.append("  ")
                        .append(key)
                        .append(" = ")
                        .append(value)
                        .append('\n'));
        inspected
                .warnings()
                .forEach(warning -> text.append("warning: ").append(warning).append('\n'));
        return text.toString();
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
