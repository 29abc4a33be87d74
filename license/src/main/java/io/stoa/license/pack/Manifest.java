package io.stoa.license.pack;

import static java.util.Objects.requireNonNull;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.Provision;
import io.stoa.license.use.Answer.Outcome;
import io.stoa.license.use.Fact;
import io.stoa.license.use.Part;
import io.stoa.model.Digest;
import io.stoa.model.IntendedUse;
import io.stoa.model.StoaException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a pack states about itself, in {@code MANIFEST.json} (see {@link ManifestJson}).
 *
 * @param knowledge the digest of the knowledge base that it was made with
 * @param partial whether something is missing or not known
 * @param outcome what the use comes to
 * @param purpose what the models are for
 * @param facts the facts of the use
 * @param models the models
 * @param names the names that changed models are passed on under, by model
 * @param duties what the licences ask for
 * @param papers the copies of licences and policies
 * @param notices the digests of the original's notices that NOTICE ends with
 * @param changes the digest of the person's statement that CHANGES ends with
 * @param missing what a partial pack lacks
 * @param files every file but the manifest, by path
 */
record Manifest(
        Digest knowledge,
        boolean partial,
        Outcome outcome,
        String purpose,
        Map<Fact, String> facts,
        List<PackedModel> models,
        SortedMap<String, String> names,
        List<Duty> duties,
        List<Copied> papers,
        List<Digest> notices,
        Optional<Digest> changes,
        List<String> missing,
        SortedMap<String, Entry> files) {
    static final String NAME = "MANIFEST.json";

    /** A duty and the files that fulfil it: none when only a person can. */
    record Duty(
            String license,
            String section,
            String says,
            String make,
            List<String> models,
            boolean certain,
            Optional<String> file) {
        Duty {
            models = List.copyOf(models);
        }

        static Duty of(Requirement requirement) {
            return new Duty(
                    requirement.license().id(),
                    requirement.clause().section(),
                    requirement.clause().says(),
                    requirement.make(),
                    requirement.models(),
                    requirement.certain(),
                    requirement.file());
        }

        String words() {
            return "%s, %s: %s".formatted(license, Clause.place(section), make);
        }
    }

    /** How a paper was recognised. */
    enum Recognised {
        /** Its whole text is that of the licence. */
        TEXT,
        /** Every passage of it that Stoa knows is there, word for word; Stoa does not know the rest. */
        PASSAGES,
        /** A person, or the file's name, said what it is, and nothing speaks against it. */
        NAMED
    }

    /** A copy of a paper. */
    record Copied(String path, String license, Provision.Paper paper, Recognised recognised) {}

    /** A file. */
    record Entry(long bytes, Digest sha256) {}

    Manifest {
        requireNonNull(knowledge, "knowledge");
        requireNonNull(outcome, "outcome");
        requireNonNull(purpose, "purpose");
        requireNonNull(changes, "changes");
        Map<Fact, String> sorted = new EnumMap<>(Fact.class);
        sorted.putAll(facts);
        facts = Collections.unmodifiableMap(sorted);
        models = List.copyOf(models);
        names = Collections.unmodifiableSortedMap(new TreeMap<>(names));
        duties = List.copyOf(duties);
        papers = List.copyOf(papers);
        notices = List.copyOf(notices);
        missing = List.copyOf(missing);
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /** The same with these files. */
    Manifest with(SortedMap<String, Entry> listed) {
        return new Manifest(
                knowledge, partial, outcome, purpose, facts, models, names, duties, papers, notices, changes, missing,
                listed);
    }

    /** The use that it states; throws {@link StoaException} when its facts contradict each other. */
    IntendedUse use() {
        return Fact.facts(IntendedUse.of(purpose).build(), facts);
    }

    /** The stack; throws {@link IllegalArgumentException} when a model cannot be one. */
    List<Part> stack() {
        return models.stream().map(PackedModel::part).toList();
    }

    /** What is said of a use, each value in one order: a set has none of its own. */
    static Map<Fact, String> facts(IntendedUse use) {
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        for (Fact fact : Fact.values()) {
            fact.said(use).ifPresent(said -> facts.put(fact, sorted(said)));
        }
        return facts;
    }

    private static String sorted(String said) {
        if (!said.startsWith("[") || !said.endsWith("]")) {
            return said;
        }
        List<String> words = List.of(said.substring(1, said.length() - 1).split(", ", -1));
        return words.stream().sorted().toList().toString();
    }
}
