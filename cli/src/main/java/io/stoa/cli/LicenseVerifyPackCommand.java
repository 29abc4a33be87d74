package io.stoa.cli;

import io.stoa.license.clause.Licenses;
import io.stoa.license.pack.PackReport;
import io.stoa.license.pack.PackVerifier;
import io.stoa.model.Digest;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "verify-pack",
        description = {
            "Check a folder that `stoa license pack` made: every part that is missing, changed or wrong is named, with"
                    + " what to do.",
            "Duties are worked out again from the models and facts that the manifest states, and licence texts are"
                    + " recognised again."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Exit codes: 0 whole, 11 a partial pack, 20 broken.",
            "",
            "Examples:",
            "  stoa license verify-pack pack",
            "  stoa license verify-pack pack --model Llama-3.1-8B-Q4_K_M.gguf",
            "  stoa license verify-pack pack --json",
            "",
            LicenseCommand.NO_ADVICE
        })
final class LicenseVerifyPackCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "DIR", description = "The folder of a pack.")
    private Path folder = Path.of("");

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "A model file that is shipped with the pack: it must be one that the pack was made for.")
    private List<Path> models = List.of();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    LicenseVerifyPackCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        SortedMap<String, Digest> digests = new TreeMap<>();
        models.forEach(file -> digests.put(file.toString(), LicensePackCommand.digest(file, house)));
        PackReport report = new PackVerifier(new Licenses()).verify(folder, digests);
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(new Document(report, LicenseCommand.NO_ADVICE)));
        } else {
            print(report, house.out());
        }
        return switch (report.verdict()) {
            case WHOLE -> ExitCode.OK.code();
            case PARTIAL -> ExitCode.UNDECIDED.code();
            case BROKEN -> ExitCode.BROKEN.code();
        };
    }

    /** What {@code --json} prints. */
    private record Document(PackReport report, String note) {}

    private void print(PackReport report, PrintStream out) {
        out.println(
                switch (report.verdict()) {
                    case WHOLE -> "WHOLE: %d checks".formatted(report.checked());
                    case PARTIAL -> "PARTIAL, not to be shipped: %d checks, nothing broken".formatted(report.checked());
                    case BROKEN ->
                        "BROKEN: %d of %d checks"
                                .formatted(
                                        report.breaks().size(),
                                        Math.max(
                                                report.checked(),
                                                report.breaks().size()));
                });
        report.breaks().forEach(broken -> {
            out.println("  - " + broken.part() + ": " + broken.what());
            out.println("    " + broken.todo());
        });
        report.open().forEach(open -> out.println("  lacks: " + open));
        report.notes().forEach(note -> out.println("  note: " + note));
        out.println(LicenseCommand.NO_ADVICE);
    }
}
