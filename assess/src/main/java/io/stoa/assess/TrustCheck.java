package io.stoa.assess;

import io.stoa.inspect.Inspection;
import io.stoa.inspect.Inspector;
import io.stoa.inspect.observation.Observation;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.PillarName;
import io.stoa.model.Progress;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * May the file be trusted: the whole examination of {@code inspect}. What {@link FilePillar} says of the file already
 * (structure, finite weights) is not said again. A failure blocks; a lead is a condition, but for instructions that a
 * template adds by itself, which many honest ones do: those are told, as is everything that was not tested.
 */
record TrustCheck(Candidate.GgufFile file) implements Check {
    /** Raised when the examination itself changes, so that files are examined again. */
    private static final String EXAMINATION = "inspect 1";

    /** What the ledger keeps. */
    record Examined(List<Noted> noted) {}

    /** One observation. */
    record Noted(
            io.stoa.inspect.observation.Check check,
            io.stoa.inspect.observation.Outcome outcome,
            Optional<String> place,
            String sentence,
            Optional<String> remedy) {
        String said() {
            return place.map(where -> where + ": " + sentence).orElse(sentence);
        }
    }

    @Override
    public String id() {
        return "hardware/trust";
    }

    @Override
    public PillarName pillar() {
        return PillarName.HARDWARE;
    }

    @Override
    public String title() {
        return "may the file be trusted";
    }

    @Override
    public Stage stage() {
        return Stage.EXAMINE;
    }

    @Override
    public Duration estimate() {
        long bytes = file.path().toFile().length();
        return Duration.ofMillis(2_000 + bytes / 300_000);
    }

    @Override
    public List<Finding> run(Recorder recorder, Progress progress) {
        EvidenceKey key = new EvidenceKey(file.identity(), id(), Digest.of(EXAMINATION));
        Recorded<Examined> recorded = recorder.once(key, Examined.class, () -> examine(progress));
        List<Finding> findings = new ArrayList<>();
        for (Noted noted : recorded.value().noted()) {
            finding(noted, List.of(recorded.evidence())).ifPresent(findings::add);
        }
        if (findings.isEmpty()) {
            findings.add(Finding.info(
                    this,
                    "Nothing speaks against the file: no hidden bytes, no dead tensors, and its chat template passes on"
                            + " whatever is said.",
                    List.of(),
                    List.of(recorded.evidence())));
        }
        return findings;
    }

    private Examined examine(Progress progress) {
        Inspection inspection = Inspector.inspect(file.path(), Optional.empty(), progress);
        return new Examined(
                inspection.observations().stream().map(TrustCheck::noted).toList());
    }

    private static Noted noted(Observation observation) {
        return new Noted(
                observation.check(),
                observation.outcome(),
                observation.place(),
                observation.sentence(),
                observation.remedy());
    }

    private Optional<Finding> finding(Noted noted, List<EvidenceRef> evidence) {
        boolean said = noted.check() == io.stoa.inspect.observation.Check.GGUF
                || noted.check() == io.stoa.inspect.observation.Check.FINITE;
        if (said) {
            return Optional.empty();
        }
        String remedy = noted.remedy().orElse("Look at the file.");
        return switch (noted.outcome()) {
            case PASS -> Optional.empty();
            case FAIL -> Optional.of(Finding.blocks(this, noted.said(), remedy, List.of(), evidence));
            case LEAD ->
                Optional.of(
                        noted.check() == io.stoa.inspect.observation.Check.INSTRUCTIONS
                                ? Finding.info(this, "Noticed: " + noted.said(), List.of(), evidence)
                                : Finding.condition(this, noted.said(), remedy, List.of(), evidence));
            case NOT_TESTED -> Optional.of(Finding.info(this, "Not examined: " + noted.said(), List.of(), evidence));
        };
    }
}
