package io.stoa.cli;

import io.stoa.integration.judge.EvaluationRun;
import io.stoa.integration.judge.Judged;
import io.stoa.integration.judge.PipelineGate;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "gate",
        description = {
            "Is the new version of a pipeline no worse than the old one, on the same items?",
            "Exit code 0 when a loss of more than the margin is ruled out, 12 when a loss is shown or a least score"
                    + " missed, 11 when there are too few items to tell."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa pipeline gate yesterday.json today.json --margin 0.02",
            "  stoa pipeline gate old.yaml new.yaml --items items.jsonl --measure success --measure retrieve/recall@5",
            "  stoa pipeline gate yesterday.json today.json --least success=0.9 --json"
        })
final class PipelineGateCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "BEFORE", description = "A pipeline, or a run that `eval --out` wrote.")
    private Path before = Path.of("");

    @Parameters(index = "1", paramLabel = "AFTER", description = "The same of the new version.")
    private Path after = Path.of("");

    @Mixin
    private JudgedPipelines judged = new JudgedPipelines();

    @Option(
            names = "--margin",
            paramLabel = "SHARE",
            defaultValue = "0.02",
            description = "The largest loss that does not matter. Default: ${DEFAULT-VALUE}, two points")
    private double margin = 0.02;

    @Option(
            names = "--measure",
            paramLabel = "NAME",
            description = "What is held, beside success; `eval` lists the names. May be repeated.")
    private Set<String> measures = new LinkedHashSet<>();

    @Option(
            names = "--least",
            paramLabel = "NAME=SHARE",
            description = "A score that the new version must reach. May be repeated.")
    private Map<String, Double> least = new LinkedHashMap<>();

    @Option(names = "--json", description = "Print the ruling as JSON.")
    private boolean json;

    PipelineGateCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        Set<String> held = new LinkedHashSet<>(measures);
        held.add(Judged.SUCCESS);
        PipelineGate gate = Arguments.checked(() -> new PipelineGate(margin, held, least));
        EvaluationRun first = judged.run(house, before, Map.of());
        PipelineGate.Ruling ruling = gate.judge(first, judged.run(house, after, Map.of()));
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(ruling));
        } else {
            house.out().println(ruling.verdict() + "  " + ruling.sentence());
            for (PipelineGate.Claim claim : ruling.claims()) {
                house.out().println("  " + claim.verdict() + "  " + claim.sentence());
            }
        }
        return ExitCode.of(ruling.verdict()).code();
    }
}
