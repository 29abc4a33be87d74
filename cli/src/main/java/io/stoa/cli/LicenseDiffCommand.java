package io.stoa.cli;

import io.stoa.license.clause.Column;
import io.stoa.license.clause.Difference;
import io.stoa.license.clause.Explanation;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "diff",
        description = {
            "Say what two licences say differently, column by column: what flips comes first, the most harmful before all.",
            "Versions of one licence can share 98 of 100 words and still differ in what they forbid."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa license diff llama3 llama3.1",
            "  stoa license diff models/old/LICENSE models/new/LICENSE",
            "  stoa license diff tongyi-qianwen qwen --json",
            "",
            LicenseCommand.NO_ADVICE
        })
final class LicenseDiffCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "A", description = "A licence id, tag or name, or a file with its text.")
    private String one = "";

    @Parameters(index = "1", paramLabel = "B", description = "Another one.")
    private String other = "";

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    LicenseDiffCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        Licenses licenses = new Licenses();
        Optional<LicenseArgument> first = LicenseArgument.of(one, licenses, house.err());
        Optional<LicenseArgument> second = LicenseArgument.of(other, licenses, house.err());
        if (first.isEmpty() || second.isEmpty()) {
            return ExitCode.UNDECIDED.code();
        }
        print(first.get(), second.get());
        return ExitCode.OK.code();
    }

    private void print(LicenseArgument a, LicenseArgument b) {
        List<Difference> differences = Explanation.differences(a.license(), b.license());
        List<String> cautions =
                Stream.of(a, b).flatMap(argument -> argument.caution().stream()).toList();
        if (json) {
            house.out()
                    .println(JsonMapper.shared()
                            .writeValueAsString(new Document(
                                    a.license().id(),
                                    b.license().id(),
                                    differences,
                                    cautions,
                                    LicenseCommand.NO_ADVICE)));
            return;
        }
        cautions.forEach(caution -> house.out().println("CAUTION: " + caution));
        print(a.license(), b.license(), differences, house.out());
    }

    /** What {@code --json} prints. */
    private record Document(
            String one, String other, List<Difference> differences, List<String> cautions, String note) {}

    private static void print(License a, License b, List<Difference> differences, PrintStream out) {
        out.println("A  " + a.name() + " (" + a.id() + ")");
        out.println("B  " + b.name() + " (" + b.id() + ")");
        for (Difference difference : differences) {
            out.println();
            out.println(difference.column().words().toUpperCase(Locale.ROOT)
                    + (difference.flips()
                            ? ": A " + difference.one().words() + ", B "
                                    + difference.other().words()
                            : ": " + difference.one().words() + " in both, but not the same"));
            difference.onlyOne().forEach(says -> out.println("  A  " + says));
            difference.onlyOther().forEach(says -> out.println("  B  " + says));
        }
        out.println();
        same(differences).ifPresent(columns -> out.println("the same in both: " + columns));
        out.println(LicenseCommand.NO_ADVICE);
    }

    private static Optional<String> same(List<Difference> differences) {
        List<Column> differing = differences.stream().map(Difference::column).toList();
        return Optional.of(Arrays.stream(Column.values())
                        .filter(column -> !differing.contains(column))
                        .map(Column::words)
                        .collect(Collectors.joining(", ")))
                .filter(columns -> !columns.isEmpty());
    }
}
