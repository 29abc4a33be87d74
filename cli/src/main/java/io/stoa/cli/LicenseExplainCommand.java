package io.stoa.cli;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.Explanation;
import io.stoa.license.clause.Licenses;
import io.stoa.license.text.UserCopy;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "explain",
        description = {
            "Say what a licence allows, asks and forbids, in 13 columns: each statement with its section, how and when it"
                    + " was read, and the conditions under which it holds.",
            "Passages are quoted from your own copy of the text, when you give one."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa license explain llama3.1",
            "  stoa license explain models/LICENSE.txt",
            "  stoa license explain qwen --text models/LICENSE --json",
            "",
            LicenseCommand.NO_ADVICE
        })
final class LicenseExplainCommand implements Callable<Integer> {
    private final House house;

    @Parameters(
            index = "0",
            paramLabel = "ID|FILE",
            description = "A licence id, tag or name, or a file with its text.")
    private String what = "";

    @Option(names = "--text", paramLabel = "FILE", description = "Your copy of the text, to quote from.")
    private Optional<Path> text = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    LicenseExplainCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        Licenses licenses = new Licenses();
        Optional<LicenseArgument> named = LicenseArgument.of(what, licenses, house.err());
        named.map(found -> text.map(file -> found.with(file, licenses)).orElse(found))
                .ifPresent(argument -> print(argument, json, house.out()));
        return (named.isPresent() ? ExitCode.OK : ExitCode.UNDECIDED).code();
    }

    /** Prints all that is known about a licence. */
    static void print(LicenseArgument argument, boolean json, PrintStream out) {
        Explanation explanation = Explanation.of(argument.license(), argument.copy());
        if (json) {
            out.println(JsonMapper.shared()
                    .writeValueAsString(new Document(explanation, argument.caution(), LicenseCommand.NO_ADVICE)));
            return;
        }
        print(explanation, argument, out);
    }

    /** What {@code --json} prints. */
    private record Document(Explanation license, Optional<String> caution, String note) {}

    private static void print(Explanation explanation, LicenseArgument argument, PrintStream out) {
        out.println(explanation.name() + " (" + explanation.id() + ")"
                + explanation.dated().map(", dated "::concat).orElse(""));
        out.println("read " + explanation.read() + " from " + explanation.source());
        argument.caution().ifPresent(caution -> out.println("CAUTION: " + caution));
        if (argument.copy().isPresent()) {
            out.printf(Locale.ROOT, "%d passages of your copy are quoted%n", explanation.quoted());
        }
        Set<UserCopy.Passage> quoted = new HashSet<>();
        for (Explanation.Part part : explanation.columns()) {
            out.println();
            out.println(part.column().words().toUpperCase(Locale.ROOT));
            if (part.sentences().isEmpty()) {
                out.println("  nothing is known about it, which is no permission");
            }
            part.sentences().forEach(sentence -> print(sentence, quoted, out));
        }
        out.println();
        out.println(LicenseCommand.NO_ADVICE);
    }

    private static void print(Explanation.Sentence sentence, Set<UserCopy.Passage> quoted, PrintStream out) {
        String verb = switch (sentence.effect()) {
            case NOTES -> "note";
            case ALLOWS -> "allowed";
            case DUTY -> "duty";
            case UNCLEAR -> "unclear";
            case FORBIDS -> "FORBIDDEN";
        };
        out.println("  " + verb + ": " + sentence.says() + when(sentence.when()));
        out.println("    " + Clause.place(sentence.section()) + ", "
                + sentence.reliability().words() + " " + sentence.read());
        sentence.remedy().ifPresent(remedy -> out.println("    do: " + remedy));
        sentence.provides().forEach(provision -> out.println("    make: " + provision));
        sentence.quote().ifPresent(passage -> quote(passage, quoted.add(passage), out));
    }

    private static String when(List<String> conditions) {
        return conditions.isEmpty() ? "" : ", when " + String.join(" and ", conditions);
    }

    private static void quote(UserCopy.Passage passage, boolean first, PrintStream out) {
        out.println("    your copy, line " + passage.firstLine()
                + (passage.lastLine() > passage.firstLine() ? " to " + passage.lastLine() : "")
                + (first ? ":" : ", quoted above"));
        if (!first) {
            return;
        }
        passage.text().lines().forEach(line -> out.println("    | " + printable(line.strip())));
    }

    /** A stranger's file must not steer the terminal. */
    private static String printable(String line) {
        return line.replaceAll("\\p{Cntrl}", "\uFFFD");
    }
}
