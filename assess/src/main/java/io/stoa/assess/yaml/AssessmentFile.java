package io.stoa.assess.yaml;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Disclosure;
import io.stoa.model.HourlyPrice;
import io.stoa.model.IntendedUse;
import io.stoa.model.Machine;
import io.stoa.model.Workload;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What a {@code stoa.yaml} says, with paths resolved against its folder.
 *
 * @param name what the assessment is called
 * @param models the models to judge, at least one
 * @param workload what they are wanted for
 * @param machine the declared machine; absent for the machine at hand
 * @param hourly what an hour of the machine costs
 * @param useName what that use is called
 * @param use how they are to be used
 * @param report where the report files go
 * @param validFor how long the signed verdicts are good for
 * @param pipeline what every candidate has to work in; absent where there is none
 */
public record AssessmentFile(
        String name,
        List<Model> models,
        Workload workload,
        Optional<Machine> machine,
        Optional<HourlyPrice> hourly,
        String useName,
        IntendedUse use,
        Report report,
        Duration validFor,
        Optional<PipelineEntry> pipeline) {
    public AssessmentFile {
        requireNonNull(name, "name");
        requireNonNull(workload, "workload");
        requireNonNull(machine, "machine");
        requireNonNull(hourly, "hourly");
        requireNonNull(useName, "useName");
        requireNonNull(use, "use");
        requireNonNull(validFor, "validFor");
        requireNonNull(report, "report");
        requireNonNull(pipeline, "pipeline");
        models = List.copyOf(models);
    }

    /** A model as the user names it; it becomes one candidate, or one per quantization. */
    public sealed interface Model {
        String id();

        /** Model cards and licence files. */
        List<Path> papers();

        /** What the user says about it beside them. */
        Disclosure disclosure();

        /**
         * A GGUF file.
         *
         * @param quantize the types to judge it at; empty for the file as it is
         */
        record File(String id, Path path, List<Path> papers, List<String> quantize, Disclosure disclosure)
                implements Model {
            public File {
                requireNonNull(disclosure, "disclosure");
                papers = List.copyOf(papers);
                quantize = List.copyOf(quantize);
            }
        }

        /** A model behind an OpenAI-compatible endpoint. */
        record Endpoint(
                String id,
                URI baseUri,
                String name,
                Optional<String> revision,
                List<Path> papers,
                Optional<String> keyVariable,
                Disclosure disclosure)
                implements Model {
            public Endpoint {
                requireNonNull(disclosure, "disclosure");
                papers = List.copyOf(papers);
            }
        }
    }

    /**
     * A pipeline in which each candidate takes the place of one model.
     *
     * @param file of the pipeline
     * @param model that a candidate takes the place of
     * @param items what it is asked
     * @param limit how many items at most
     * @param k passages of a ranking that count
     * @param gates least shares by measure
     * @param mostRisk the largest share of given answers that may be wrong
     */
    public record PipelineEntry(
            Path file,
            String model,
            Path items,
            Optional<Integer> limit,
            int k,
            Map<String, Double> gates,
            OptionalDouble mostRisk) {
        public PipelineEntry {
            requireNonNull(mostRisk, "mostRisk");
            gates = Map.copyOf(new TreeMap<>(gates));
        }
    }

    /** Where the report files go, when they are wanted. */
    public record Report(Optional<Path> html, Optional<Path> json) {}
}
