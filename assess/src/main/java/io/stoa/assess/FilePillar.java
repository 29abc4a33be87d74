package io.stoa.assess;

import io.stoa.engine.EngineSource;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.model.Bytes;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.Finding;
import io.stoa.model.Pillar;
import io.stoa.model.PillarName;
import io.stoa.model.Progress;
import io.stoa.model.Quantity;
import io.stoa.model.Quantity.Unit;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.StoaException;
import io.stoa.model.Subject;
import io.stoa.store.Artifacts;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The first question of the hardware pillar, asked before any other: is the file sound, is it still the file that was
 * named, may it be trusted, does the endpoint answer.
 */
public final class FilePillar implements Pillar {
    /** Raised when the examination itself changes, so that files are examined again. */
    private static final String EXAMINATION = "preflight 1, weights 1";

    /** The check that everything else about a file depends on. */
    static final String FILE = "hardware/file";

    private final EngineSource engines;

    public FilePillar(EngineSource engines) {
        this.engines = engines;
    }

    @Override
    public PillarName name() {
        return PillarName.HARDWARE;
    }

    @Override
    public List<Check> plan(Subject subject) {
        return switch (subject.candidate()) {
            case Candidate.GgufFile file -> List.of(new FileCheck(file), new TrustCheck(file));
            case Candidate.RemoteModel remote -> List.of(new EndpointCheck(remote, engines));
        };
    }

    /** What the ledger keeps of an examination. */
    record Examined(
            Optional<String> refusal, List<String> warnings, long bytes, long parameters, String architecture) {}

    private record FileCheck(Candidate.GgufFile file) implements Check {
        @Override
        public String id() {
            return FILE;
        }

        @Override
        public PillarName pillar() {
            return PillarName.HARDWARE;
        }

        @Override
        public String title() {
            return "is the file sound";
        }

        @Override
        public Stage stage() {
            return Stage.EXAMINE;
        }

        @Override
        public Duration estimate() {
            long bytes = file.path().toFile().length();
            return Duration.ofMillis(50 + bytes / 300_000);
        }

        @Override
        public List<Finding> run(Recorder recorder, Progress progress) {
            if (!Files.isRegularFile(file.path())) {
                throw StoaException.user(file.path() + ": is not there any more; was it deleted during the run?");
            }
            Digest now = Artifacts.digestOf(file.path(), Progress.NONE);
            if (!now.equals(file.digest())) {
                throw StoaException.user(file.path() + ": has changed since the run began (" + now.abbreviated()
                        + " instead of " + file.digest().abbreviated() + ")");
            }
            EvidenceKey key = new EvidenceKey(file.identity(), id(), Digest.of(EXAMINATION));
            Recorded<Examined> examined = recorder.once(key, Examined.class, () -> examine(progress));
            return findings(examined);
        }

        private Examined examine(Progress progress) {
            long bytes = file.path().toFile().length();
            try {
                GgufHeader header = Preflight.examine(file.path());
                Preflight.weights(file.path(), header, progress);
                return new Examined(
                        Optional.empty(),
                        Preflight.warnings(header),
                        bytes,
                        header.parameters(),
                        header.architecture());
            } catch (StoaException e) {
                return switch (e.kind()) {
                    case USER -> new Examined(Optional.of(e.sentence()), List.of(), bytes, 0, "unknown");
                    case ENGINE, RESOURCES, BUG -> throw e;
                };
            }
        }

        private List<Finding> findings(Recorded<Examined> recorded) {
            Examined examined = recorded.value();
            if (examined.refusal().isPresent()) {
                return List.of(Finding.blocks(
                        this,
                        examined.refusal().get(),
                        "Get the file again from where it was published and compare its SHA-256 with the published"
                                + " one.",
                        List.of(),
                        List.of(recorded.evidence())));
            }
            String from = file.path().getFileName() + ", " + file.identity();
            List<Finding> findings = new ArrayList<>();
            findings.add(Finding.info(
                    this,
                    "The file is a sound GGUF: " + examined.architecture() + ", "
                            + String.format(Locale.ROOT, "%,d", examined.parameters()) + " parameters, "
                            + new Bytes(examined.bytes()) + ", every weight finite.",
                    List.of(
                            Quantity.derived(Quantity.SIZE, (double) examined.bytes(), Unit.BYTES, "file system", from),
                            Quantity.derived(
                                    "parameters", (double) examined.parameters(), Unit.COUNT, "tensor table", from)),
                    List.of(recorded.evidence())));
            for (String warning : examined.warnings()) {
                findings.add(Finding.info(this, "Noticed: " + warning + ".", List.of(), List.of(recorded.evidence())));
            }
            return findings;
        }
    }

    private record EndpointCheck(Candidate.RemoteModel remote, EngineSource engines) implements Check {
        @Override
        public String id() {
            return "hardware/endpoint";
        }

        @Override
        public PillarName pillar() {
            return PillarName.HARDWARE;
        }

        @Override
        public String title() {
            return "does the endpoint answer";
        }

        @Override
        public Stage stage() {
            return Stage.EXAMINE;
        }

        @Override
        public Duration estimate() {
            return Duration.ofSeconds(1);
        }

        @Override
        public List<Finding> run(Recorder recorder, Progress progress) {
            String name = engines.engine(remote).facts().name();
            List<Finding> findings = new ArrayList<>();
            findings.add(
                    Finding.info(this, remote.baseUri() + " answers and offers " + name + ".", List.of(), List.of()));
            if (remote.revision().isEmpty()) {
                findings.add(Finding.condition(
                        this,
                        "The model behind " + remote.baseUri() + " is known by its name only, which pins nothing.",
                        "Have the endpoint's operator pin a revision and write it into the file as `revision`.",
                        List.of(),
                        List.of()));
            }
            return findings;
        }
    }
}
