package io.stoa.cli;

import io.stoa.integration.step.Journal;
import io.stoa.integration.step.JournalEntry;
import io.stoa.integration.step.RunHistory.Past;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "approve",
        description = {
            "Answer what a run waits for: approve or refuse a step, or say whether an effect in doubt happened.",
            "The answer is bound to the very step that was shown; another input needs another answer."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa pipeline approve case-4711 --by 'A. Ito'",
            "  stoa pipeline approve case-4711 --step send --refuse --by 'A. Ito' --note 'wrong customer'",
            "  stoa pipeline approve case-4711 --step send --happened --result 'ticket 12' --by 'A. Ito'",
            "  stoa pipeline approve case-4711 --step send --not-happened --by 'A. Ito'"
        })
final class PipelineApproveCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "RUN", description = "The run's id.")
    private String run = "";

    @Option(names = "--step", paramLabel = "PATH", description = "The step; needed when several wait.")
    private Optional<String> path = Optional.empty();

    @Option(
            names = "--digest",
            paramLabel = "SHA256",
            description = "The digest that was shown; another one is refused. Default: what waits now")
    private Optional<String> digest = Optional.empty();

    @ArgGroup
    private Answer answer = new Answer();

    @Option(
            names = "--result",
            paramLabel = "TEXT|@FILE",
            description = "With --happened: what the tool answered, as far as it is known.")
    private String result = "";

    @Option(names = "--by", required = true, paramLabel = "NAME", description = "Who says so.")
    private String by = "";

    @Option(names = "--note", paramLabel = "TEXT", description = "Why.")
    private String note = "";

    @Mixin
    private PipelineCommand.Place place = new PipelineCommand.Place();

    @Option(names = "--json", description = "Print what was written down as JSON.")
    private boolean json;

    /** At most one of them; none approves. */
    static final class Answer {
        @Option(names = "--refuse", description = "The step must not be carried out.")
        private boolean refuse;

        @Option(names = "--happened", description = "The effect in doubt did happen.")
        private boolean happened;

        @Option(names = "--not-happened", description = "The effect in doubt did not happen; it may be tried again.")
        private boolean notHappened;
    }

    PipelineApproveCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        try (Journal journal = place.runs(house).open(run)) {
            Past step = step(journal.waiting());
            ObjectNode written =
                    JsonMapper.shared().createObjectNode().put("run", run).put("step", step.path());
            if (answer.happened || answer.notHappened) {
                rule(journal, step, written);
            } else {
                decide(journal, step, written);
            }
            house.out()
                    .println(
                            json
                                    ? written.toString()
                                    : step.path() + ": "
                                            + written.path("answer").stringValue("")
                                            + "; go on with `stoa pipeline resume " + run + place.option() + "`");
        }
        return ExitCode.OK.code();
    }

    private Past step(List<Past> waiting) {
        if (path.isPresent()) {
            return waiting.stream()
                    .filter(past -> past.path().equals(path.get()))
                    .findFirst()
                    .orElseThrow(() -> StoaException.user("step " + path.get() + " of run " + run + " does not wait"
                            + (waiting.isEmpty() ? "; nothing of it does" : "; these do: " + names(waiting))));
        }
        if (waiting.size() != 1) {
            throw StoaException.user(
                    waiting.isEmpty()
                            ? "nothing of run " + run + " waits for a person"
                            : "several steps of run " + run + " wait; name one with --step: " + names(waiting));
        }
        return waiting.getFirst();
    }

    private static String names(List<Past> waiting) {
        return String.join(", ", waiting.stream().map(Past::path).toList());
    }

    private void decide(Journal journal, Past step, ObjectNode written) {
        if (step.isUncertain()) {
            throw StoaException.user("step " + step.path() + " is in doubt: say --happened or --not-happened");
        }
        String shown = digest.map(text -> text.replaceFirst("^sha256:", ""))
                .orElseGet(() -> step.asked().map(JournalEntry.Asked::digest).orElse(""));
        JournalEntry.Decided decided = journal.decide(step.path(), shown, !answer.refuse, by, note);
        written.put("answer", decided.approved() ? "approved" : "refused")
                .put("digest", "sha256:" + decided.digest())
                .put("by", by)
                .put("time", decided.time().toString());
    }

    private void rule(Journal journal, Past step, ObjectNode written) {
        String text = result.startsWith("@") ? WholeText.of(Path.of(result.substring(1))) : result;
        ObjectNode told = JsonMapper.shared()
                .createObjectNode()
                .put("text", text)
                .put("state", "DONE")
                .put("millis", 0);
        JournalEntry.Ruled ruled =
                journal.rule(step.path(), answer.happened ? Optional.of(told) : Optional.empty(), by, note);
        written.put("answer", ruled.happened() ? "happened" : "not happened")
                .put("digest", "sha256:" + ruled.digest())
                .put("by", by)
                .put("time", ruled.time().toString());
    }
}
