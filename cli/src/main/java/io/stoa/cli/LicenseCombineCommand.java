package io.stoa.cli;

import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.compat.Compatibility;
import io.stoa.license.compat.CompatibilityRules;
import io.stoa.license.compat.Way;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "combine",
        description =
                "Say whether two licences go together: a merge, a fine-tune under another licence, code, data, outputs.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "republish: a work of the first, changed, is published under the second alone. merge: both become one work."
                    + " code: code of the first in a program under the second. data: data of the first train a model under"
                    + " the second. outputs: outputs of a model under the first do. beside: both run in one product.",
            "Exit codes, for one --how: 0 compatible, 10 with duties, 11 not known, 12 incompatible. Otherwise 0.",
            "",
            "Examples:",
            "  stoa license combine llama3.1 mit --how republish",
            "  stoa license combine apache-2.0 GPL-2.0-only --how code --json",
            "  stoa license combine gemma llama3.1",
            "",
            LicenseCommand.NO_ADVICE
        })
final class LicenseCombineCommand implements Callable<Integer> {
    private final House house;

    @Parameters(
            index = "0",
            paramLabel = "FIRST",
            description = "A licence by id, tag or name, or a file with its text.")
    private String first = "";

    @Parameters(index = "1", paramLabel = "SECOND", description = "Another one, or the same.")
    private String second = "";

    @Option(
            names = "--how",
            paramLabel = "WAY",
            description = "republish, merge, code, data, outputs or beside. Default: all of them.")
    private List<Way> ways = List.of();

    @Option(names = "--non-commercial", description = "The purpose is not commercial. Default: it is.")
    private boolean nonCommercial;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    LicenseCombineCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        Licenses licenses = new Licenses();
        CompatibilityRules rules = new CompatibilityRules();
        String one = id(first, licenses);
        String other = id(second, licenses);
        Map<String, Compatibility> answers = new LinkedHashMap<>();
        for (Way way : ways.isEmpty() ? Arrays.asList(Way.values()) : ways) {
            answers.put(way.lowerCase(), rules.of(way, one, other, !nonCommercial));
        }
        if (json) {
            house.out()
                    .println(JsonMapper.shared().writeValueAsString(new Document(answers, LicenseCommand.NO_ADVICE)));
        } else {
            answers.forEach((way, answer) -> house.out()
                    .println(way + ": " + answer.answer().name().replace('_', ' ') + ": " + answer.reason()));
            house.out().println(LicenseCommand.NO_ADVICE);
        }
        return answers.size() == 1
                ? ExitCode.of(answers.values().iterator().next().answer()).code()
                : ExitCode.OK.code();
    }

    /** What {@code --json} prints. */
    private record Document(Map<String, Compatibility> ways, String note) {}

    /** The id of a licence, named or given as a file; others may still be known to the rules by their SPDX id. */
    private String id(String said, Licenses licenses) {
        Optional<License> named = licenses.find(said);
        if (named.isPresent()) {
            return named.get().id();
        }
        if (LicenseArgument.file(said).isPresent()) {
            Optional<LicenseArgument> file = LicenseArgument.of(said, licenses, house.err());
            file.flatMap(LicenseArgument::caution)
                    .ifPresent(caution -> house.err().println(caution));
            return file.filter(found -> found.caution().isEmpty())
                    .map(found -> found.license().id())
                    .orElse(said);
        }
        house.err()
                .println(said + ": neither a licence that Stoa knows nor a file" + licenses.hint(said)
                        + "; one licence at a time is looked up");
        return said;
    }
}
