package io.stoa.license.audit;

import static java.util.Objects.requireNonNull;

import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.Signs;
import io.stoa.model.Digest;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was found about all models of some folders.
 *
 * @param date the day of the audit
 * @param knowledge the digest of what Stoa knows about licences
 * @param policy the policy's file, when there is one
 * @param models by name
 */
public record Audit(LocalDate date, Digest knowledge, Optional<String> policy, List<Model> models) {
    public Audit {
        requireNonNull(date, "date");
        requireNonNull(knowledge, "knowledge");
        requireNonNull(policy, "policy");
        models = List.copyOf(models);
    }

    /** What an audit comes to, from the best to the worst. */
    public enum Outcome {
        PASS,
        UNKNOWN,
        FAIL
    }

    /**
     * One model.
     *
     * @param name its name on the Hub or in Ollama where the folder tells it, and otherwise its path
     * @param folder where it lies, relative to the audited folder
     * @param licenses what it is under: SPDX ids and expressions, of itself and of its bases; empty when nothing is settled
     * @param lineage where it comes from
     * @param signs what points to its family
     * @param papers the files that were read, with their SHA-256
     * @param issues what was found, the gravest first
     * @param outcome what that comes to
     */
    public record Model(
            String name,
            String folder,
            List<String> licenses,
            Lineage lineage,
            List<Signs> signs,
            SortedMap<String, Digest> papers,
            List<Issue> issues,
            Outcome outcome) {
        public Model {
            requireNonNull(name, "name");
            requireNonNull(folder, "folder");
            requireNonNull(lineage, "lineage");
            requireNonNull(outcome, "outcome");
            licenses = List.copyOf(licenses);
            signs = List.copyOf(signs);
            papers = new TreeMap<>(papers);
            issues = List.copyOf(issues);
        }
    }

    /** The worst of the models'; where there are none, nothing is known. */
    public Outcome outcome() {
        return models.stream().map(Model::outcome).max(Outcome::compareTo).orElse(Outcome.UNKNOWN);
    }

    /** How many models come to this. */
    public long count(Outcome outcome) {
        return models.stream().filter(model -> model.outcome() == outcome).count();
    }
}
