package io.stoa.hardware;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.EngineSource;
import io.stoa.hardware.machine.OtherLoad;
import io.stoa.hardware.memory.MemoryPredictor;
import io.stoa.hardware.memory.Repacking;
import io.stoa.hardware.speed.SpeedProbe;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Pillar;
import io.stoa.model.PillarName;
import io.stoa.model.Subject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Pillar two: does a candidate fit the machine, and is it fast enough on it. */
public final class HardwarePillar implements Pillar {
    /** What the rounds of a tiny model may take together. */
    private static final Duration BUDGET = Duration.ofSeconds(2);

    private final EngineSource engines;
    private final String engineBuild;
    private final Repacking repacking;
    private final OtherLoad load;

    /**
     * Makes the pillar.
     *
     * @param engines where engines come from
     * @param engineBuild what runs local models, such as {@code llama.cpp 0.5.0}; part of the key of every measurement
     * @param repacking which weights it repacks on the machine that is judged; it changes the plan only where a token
     *     table doubles as the output matrix
     * @param load how busy others keep this machine
     */
    public HardwarePillar(EngineSource engines, String engineBuild, Repacking repacking, OtherLoad load) {
        this.engines = requireNonNull(engines, "engines");
        this.engineBuild = requireNonNull(engineBuild, "engineBuild");
        this.repacking = requireNonNull(repacking, "repacking");
        this.load = requireNonNull(load, "load");
    }

    @Override
    public PillarName name() {
        return PillarName.HARDWARE;
    }

    @Override
    public List<Check> plan(Subject subject) {
        SpeedProbe probe = switch (subject.candidate()) {
            case Candidate.GgufFile file -> new SpeedProbe(load::now, BUDGET);
            case Candidate.RemoteModel model -> new SpeedProbe(Optional::empty, BUDGET);
        };
        MemoryPredictor predictor = new MemoryPredictor();
        return List.of(
                new MemoryCheck(subject, predictor, repacking),
                new SpeedCheck(subject, engines, engineBuild, probe, predictor));
    }
}
