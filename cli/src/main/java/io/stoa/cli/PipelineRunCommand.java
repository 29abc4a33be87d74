package io.stoa.cli;

import io.stoa.integration.pipeline.DurableRun;
import io.stoa.integration.pipeline.Inputs;
import io.stoa.integration.pipeline.Outcome;
import io.stoa.integration.pipeline.Pipeline;
import io.stoa.integration.pipeline.PipelineYaml;
import io.stoa.integration.step.Runs;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "run",
        description = {
            "Run a pipeline. Each step is kept before it is used.",
            "Exit code 0 when it has its outputs, 11 when it waits for a person, 12 when a guard or a person stopped"
                    + " it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa pipeline run examples/quickstart/pipeline.yaml --input question=\"Where does Zoban live?\"",
            "  stoa pipeline run support.yaml --inputs case.json --run case-4711 --json",
            "  stoa pipeline run support.yaml --input letter=@letter.txt --trace trace.json"
        })
final class PipelineRunCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "FILE", description = "The pipeline's file.")
    private Path file = Path.of("");

    @Option(
            names = "--input",
            paramLabel = "NAME=VALUE",
            description = "An input; NAME=@FILE reads it from a file. May be repeated.")
    private Map<String, String> given = new LinkedHashMap<>();

    @Option(names = "--inputs", paramLabel = "FILE", description = "All inputs, a JSON object.")
    private Optional<Path> inputsFile = Optional.empty();

    @Option(names = "--run", paramLabel = "ID", description = "What the run is called. Default: the time")
    private Optional<String> id = Optional.empty();

    @Mixin
    private PipelineCommand.Place place = new PipelineCommand.Place();

    @Option(names = "--trace", paramLabel = "FILE", description = "Write the run's trace there, as OTLP in JSON.")
    private Optional<Path> trace = Optional.empty();

    @Option(names = "--json", description = "Print what came of it as JSON.")
    private boolean json;

    PipelineRunCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        Pipeline pipeline = PipelineYaml.read(file);
        ObjectNode inputs = inputs(pipeline);
        trace.ifPresent(path -> WholeFile.refuseIfUnwritable("--trace", path));
        Runs runs = place.runs(house);
        String run = id.orElseGet(() -> runs.freshId(new SecureRandom()));
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try (PipelineSurroundings opened = PipelineSurroundings.open(house, pipeline);
                DurableRun durable = DurableRun.begin(runs, run, pipeline, inputs, opened.surroundings())) {
            Outcome outcome = durable.go(opened.surroundings(), line.start(pipeline.name()));
            line.clear();
            PipelineReport.trace(house, place, run, trace);
            return PipelineReport.print(house, place, run, outcome, json);
        }
    }

    private ObjectNode inputs(Pipeline pipeline) {
        if (inputsFile.isPresent() && !given.isEmpty()) {
            throw StoaException.user("--inputs and --input: give one of them");
        }
        if (inputsFile.isPresent()) {
            try {
                return Inputs.checked(pipeline, JsonMapper.shared().readTree(WholeText.of(inputsFile.get())));
            } catch (JacksonException e) {
                throw new StoaException(
                        StoaException.Kind.USER, inputsFile.get() + ": not JSON: " + e.getOriginalMessage(), e);
            }
        }
        Map<String, String> texts = new LinkedHashMap<>();
        given.forEach((name, value) ->
                texts.put(name, value.startsWith("@") ? WholeText.of(Path.of(value.substring(1))) : value));
        return Inputs.parsed(pipeline, texts);
    }
}
