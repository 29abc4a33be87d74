package io.stoa.assess;

import io.stoa.assess.yaml.AssessmentFile.Model;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.Progress;
import io.stoa.model.Recorder;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes candidates of the models that a user names: files by their digest, quantized variants as artifacts in Stoa's
 * own folder. A variant that was made before is found again by its recorded digest.
 */
public final class Candidates {
    private final Recorder recorder;
    private final Artifacts artifacts;
    private final Quantizer quantizer;

    public Candidates(Recorder recorder, Artifacts artifacts, Quantizer quantizer) {
        this.recorder = recorder;
        this.artifacts = artifacts;
        this.quantizer = quantizer;
    }

    /** What the ledger keeps of a quantization. */
    record Made(String digest, long bytes) {}

    /**
     * The candidates of one model, in the order in which their types were named. A file that is not sound becomes one
     * candidate as it is, whose examination will say what is wrong with it.
     *
     * @param progress hears the bytes of the file that were read for its digest
     */
    public List<Candidate> of(Model model, Progress progress) {
        return switch (model) {
            case Model.Endpoint endpoint ->
                List.of(new Candidate.RemoteModel(
                        endpoint.id(),
                        endpoint.baseUri(),
                        endpoint.name(),
                        endpoint.revision(),
                        endpoint.papers(),
                        endpoint.keyVariable()));
            case Model.File file -> {
                Digest digest = Artifacts.digestOf(file.path(), progress);
                Candidate.GgufFile asItIs =
                        new Candidate.GgufFile(file.id(), file.path(), digest, file.papers(), Optional.empty());
                yield file.quantize().isEmpty() ? List.of(asItIs) : variants(file, asItIs);
            }
        };
    }

    private List<Candidate> variants(Model.File file, Candidate.GgufFile asItIs) {
        GgufHeader header;
        try {
            header = Preflight.examine(file.path());
        } catch (StoaException e) {
            return List.of(asItIs);
        }
        Optional<String> own = quantizer.typeOf(header);
        List<Candidate> candidates = new ArrayList<>();
        for (String type : file.quantize()) {
            String id = file.id() + "-" + type;
            if (own.filter(type::equals).isPresent()) {
                candidates.add(
                        new Candidate.GgufFile(id, file.path(), asItIs.digest(), file.papers(), Optional.empty()));
            } else {
                Artifacts.Artifact made = quantized(asItIs, type);
                candidates.add(new Candidate.GgufFile(
                        id,
                        made.path(),
                        made.digest(),
                        file.papers(),
                        Optional.of(new Candidate.Quantized(asItIs.digest(), type, quantizer.by()))));
            }
        }
        return candidates;
    }

    private Artifacts.Artifact quantized(Candidate.GgufFile base, String type) {
        EvidenceKey key =
                new EvidenceKey(base.identity(), "assess/quantize", Digest.of(type + " by " + quantizer.by()));
        Made made = recorder.once(key, Made.class, () -> {
                    Artifacts.Artifact artifact = make(base, type);
                    return new Made(
                            artifact.digest().hex(), artifact.path().toFile().length());
                })
                .value();
        Digest digest = new Digest(made.digest());
        Optional<Path> kept = artifacts.find(digest);
        if (kept.isPresent()) {
            return new Artifacts.Artifact(digest, kept.get());
        }
        Artifacts.Artifact again = make(base, type);
        if (!again.digest().equals(digest)) {
            throw StoaException.engine("quantizing " + base.path() + " to " + type + " gave " + again.digest()
                    + " now and " + digest + " before; delete the artifacts and the ledger's folder to begin anew");
        }
        return again;
    }

    private Artifacts.Artifact make(Candidate.GgufFile base, String type) {
        return artifacts.put(to -> quantizer.quantize(base.path(), to, type));
    }
}
