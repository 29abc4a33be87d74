package io.stoa.cli;

import io.stoa.assess.yaml.AssessmentFile.PipelineEntry;
import io.stoa.integration.PipelineTask;
import io.stoa.integration.judge.TestItem;
import io.stoa.integration.pipeline.Pipeline;
import io.stoa.integration.pipeline.PipelineYaml;
import io.stoa.integration.pipeline.Surroundings;
import java.util.LinkedHashMap;
import java.util.Optional;

/** The pipeline of an assessment: what it names besides the candidate is opened when the first candidate runs. */
final class AssessedPipeline implements AutoCloseable {
    private final House house;
    private Optional<PipelineSurroundings> opened = Optional.empty();

    AssessedPipeline(House house) {
        this.house = house;
    }

    /** Reads the pipeline and its items, so that what is wrong with them is told before anything runs. */
    PipelineTask task(PipelineEntry entry) {
        Pipeline pipeline = PipelineYaml.read(entry.file());
        return new PipelineTask(
                pipeline,
                entry.model(),
                TestItem.read(entry.items(), entry.limit()),
                entry.k(),
                entry.gates(),
                entry.mostRisk(),
                () -> others(pipeline, entry.model()));
    }

    private Surroundings others(Pipeline pipeline, String model) {
        if (opened.isEmpty()) {
            LinkedHashMap<String, Pipeline.ModelEntry> models = new LinkedHashMap<>(pipeline.models());
            models.remove(model);
            opened = Optional.of(PipelineSurroundings.open(
                    house,
                    new Pipeline(
                            pipeline.name(),
                            pipeline.description(),
                            pipeline.file(),
                            pipeline.source(),
                            pipeline.inputs(),
                            models,
                            pipeline.stores(),
                            pipeline.tools(),
                            pipeline.stages(),
                            pipeline.outputs(),
                            pipeline.limits())));
        }
        return opened.get().surroundings();
    }

    @Override
    public void close() {
        opened.ifPresent(PipelineSurroundings::close);
    }
}
