package io.stoa.assess.report;

import io.stoa.assess.Assessment;
import io.stoa.model.Bytes;
import io.stoa.model.Candidate;
import io.stoa.model.Finding;
import io.stoa.model.IntendedUse;
import io.stoa.model.Machine;
import io.stoa.model.PillarName;
import io.stoa.model.Quantity;
import io.stoa.model.TaskKind;
import io.stoa.model.Workload;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** An assessment whose every text from outside tries to be something else. */
final class Hostile {
    static final String TEXT =
            "</title></style><script>alert('x')</script>\"onload=\"y\" & {} \u001b[31mred\u0007\u202Edesrever";

    private Hostile() {}

    static Assessment assessment() {
        Assessment sample = SampleAssessment.nine();
        Finding finding = new Finding(
                PillarName.LICENSE,
                TEXT,
                Finding.Weight.UNKNOWN,
                TEXT,
                Optional.of(TEXT),
                List.of(Quantity.declared(TEXT, 1, Quantity.Unit.COUNT, TEXT, TEXT)),
                List.of());
        Workload.TaskSpec task = new Workload.TaskSpec(
                TEXT, 1, OptionalDouble.of(0.5), Optional.empty(), true, new TaskKind.MultipleChoice(Path.of("items")));
        Finding score = new Finding(
                PillarName.BENCHMARK,
                "benchmark/" + TEXT.replace("/", "").replace("#", ""),
                Finding.Weight.INFO,
                TEXT,
                Optional.empty(),
                List.of(Quantity.of(Quantity.SCORE, SampleAssessment.wilson(1, 3), TEXT)),
                List.of());
        List<Finding> findings = List.of(finding, score);
        return new Assessment(
                TEXT,
                sample.version(),
                sample.started(),
                sample.took(),
                new Machine(TEXT, Bytes.gibibytes(1), Optional.empty(), 1, TEXT, false, TEXT),
                new Workload(List.of(task), 1, 1, 2, 1, Workload.Latency.NO_TARGET),
                new IntendedUse(
                        TEXT,
                        Optional.empty(),
                        Optional.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        Set.of(TEXT),
                        Optional.empty(),
                        Optional.empty()),
                List.of(new Assessment.Result(
                        new Candidate.RemoteModel(
                                "remote",
                                URI.create("http://127.0.0.1:8000/v1?a=%22&b='"),
                                TEXT,
                                Optional.of(TEXT),
                                List.of(),
                                Optional.of("STOA_KEY")),
                        SampleAssessment.verdict(findings),
                        findings,
                        sample.ledgerHead())),
                List.of(),
                sample.ledgerHead());
    }
}
