package io.stoa.license.audit;

import static java.util.Objects.requireNonNull;

import io.stoa.license.clause.Licenses;
import io.stoa.license.lineage.BoundedYaml;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.SpdxExpression;
import io.stoa.license.lineage.Step;
import io.stoa.license.lineage.Step.Standing;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Says which claims about licences changed since they were last accepted, and which readings have grown old. */
public final class Watch {
    private static final long LARGEST_STATE = 64L << 20;
    private static final int FORMAT = 2;

    private final Map<String, String> updatable;
    private final Licenses licenses;

    public Watch(Licenses licenses) {
        this.licenses = licenses;
        this.updatable = updatable();
    }

    /**
     * What was claimed when it was accepted.
     *
     * @param format of this file, 2
     * @param date the day
     * @param models by name and folder
     */
    public record State(int format, LocalDate date, SortedMap<String, Seen> models) {
        public State {
            requireNonNull(date, "date");
            models = new TreeMap<>(models);
        }
    }

    /**
     * What was claimed about one model.
     *
     * @param papers the SHA-256 of each file
     * @param declared what cards and headers declare, with their places
     * @param texts which licence each licence text was
     * @param bases its bases and teachers
     * @param standing the licence that held, {@code unknown} when none did
     * @param terms by licence: how Stoa reads its terms
     */
    public record Seen(
            SortedMap<String, String> papers,
            SortedSet<String> declared,
            SortedMap<String, String> texts,
            SortedSet<String> bases,
            String standing,
            SortedMap<String, Reading> terms) {
        public Seen {
            requireNonNull(standing, "standing");
            papers = new TreeMap<>(papers);
            declared = new TreeSet<>(declared);
            texts = new TreeMap<>(texts);
            bases = new TreeSet<>(bases);
            terms = new TreeMap<>(terms);
        }
    }

    /**
     * A reading of a licence's terms.
     *
     * @param read the day on which it was made
     * @param clauses the SHA-256 of what it says
     */
    public record Reading(LocalDate read, String clauses) {
        public Reading {
            requireNonNull(read, "read");
            requireNonNull(clauses, "clauses");
        }
    }

    /** What may have happened. */
    public enum Kind {
        /** The text of a licence is another, while what is declared stayed. */
        TEXT_CHANGED,
        DECLARED_CHANGED,
        BASE_CHANGED,
        /** Another paper changed, and no claim with it. */
        PAPER_CHANGED,
        PAPER_GONE,
        MODEL_GONE,
        MODEL_NEW,
        STANDING_CHANGED,
        /** Stoa reads the terms of a licence anew. */
        READING_CHANGED,
        /** The licensor may update the terms, and Stoa's reading of them is old. */
        READING_STALE;

        /** Whether a claim is another one than was accepted. */
        public boolean isChange() {
            return this != READING_STALE && this != MODEL_NEW && this != PAPER_CHANGED;
        }
    }

    /**
     * Something that happened since.
     *
     * @param kind what kind of thing
     * @param model which model
     * @param sentence what, for a person
     */
    public record Change(Kind kind, String model, String sentence) {
        public Change {
            requireNonNull(kind, "kind");
            requireNonNull(model, "model");
        }
    }

    /** What an audit found, to be compared with later ones. */
    public State state(Audit audit) {
        SortedMap<String, Seen> models = new TreeMap<>();
        audit.models().forEach(model -> models.put(model.name() + " in " + model.folder(), seen(model)));
        return new State(FORMAT, audit.date(), models);
    }

    private Seen seen(Audit.Model model) {
        SortedMap<String, String> papers = new TreeMap<>();
        model.papers().forEach((file, digest) -> papers.put(file, digest.hex()));
        SortedSet<String> declared = new TreeSet<>();
        SortedMap<String, String> texts = new TreeMap<>();
        SortedSet<String> bases = new TreeSet<>();
        SortedMap<String, Reading> terms = new TreeMap<>();
        String standing = "unknown";
        for (Step step : model.lineage().steps()) {
            if (step.relation() == Step.Relation.BASE || step.relation() == Step.Relation.TEACHER) {
                bases.add(step.name());
            }
            ids(step)
                    .flatMap(id -> licenses.find(id).stream())
                    .forEach(license -> terms.put(
                            license.id(),
                            new Reading(license.read(), license.digest().hex())));
            if (step.relation() == Step.Relation.MODEL) {
                standing = standing(step.standing());
                for (Claim claim : step.claims()) {
                    switch (claim.kind()) {
                        case DECLARED ->
                            declared.add(file(claim.source()) + ", " + key(claim.place()) + ": " + claim.said());
                        case TEXT ->
                            texts.put(
                                    claim.source(),
                                    claim.license().or(claim::doubt).orElseThrow());
                        case REPOSITORY, NAME, EVIDENCE, ORIGIN -> {}
                    }
                }
            }
        }
        return new Seen(papers, declared, texts, bases, standing, terms);
    }

    private static Stream<String> ids(Step step) {
        return step.claims().stream()
                .flatMap(claim -> claim.license().stream())
                .flatMap(said -> SpdxExpression.parse(said).stream())
                .flatMap(expression -> expression.licenses().stream());
    }

    private static String standing(Standing standing) {
        return switch (standing) {
            case Standing.Settled(String license) -> license;
            case Standing.Compound compound -> compound.expression();
            case Standing.Inherited(), Standing.Open _ -> "unknown";
        };
    }

    private static String file(String source) {
        return source.substring(Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\')) + 1);
    }

    /** A claim that moved by a line is the same. */
    private static String key(String place) {
        return place.replaceFirst(", line \\d+$", "");
    }

    /**
     * What changed.
     *
     * @param before what was accepted
     * @param now what is claimed
     * @param days readings of terms that may be updated are stale when they are older
     */
    public List<Change> changes(State before, State now, int days) {
        List<Change> changes = new ArrayList<>();
        before.models().forEach((name, seen) -> {
            Optional<Seen> current = Optional.ofNullable(now.models().get(name));
            if (current.isEmpty()) {
                changes.add(new Change(Kind.MODEL_GONE, name, "is gone"));
            } else {
                compare(name, seen, current.get(), changes);
            }
        });
        now.models().keySet().stream()
                .filter(name -> !before.models().containsKey(name))
                .forEach(name -> changes.add(new Change(Kind.MODEL_NEW, name, "was not there before")));
        changes.addAll(stale(now, days));
        return changes;
    }

    /** Readings of terms that their licensors may update, and that are old. */
    public List<Change> stale(State now, int days) {
        List<Change> stale = new ArrayList<>();
        now.models()
                .forEach((name, seen) -> seen.terms().forEach((license, reading) -> {
                    long age = ChronoUnit.DAYS.between(reading.read(), now.date());
                    String why = updatable.getOrDefault(license, "");
                    if (!why.isEmpty() && age > days) {
                        stale.add(new Change(
                                Kind.READING_STALE,
                                name,
                                "%s was read on %s, %d days ago, and %s".formatted(license, reading.read(), age, why)));
                    }
                }));
        return stale;
    }

    private static void compare(String name, Seen before, Seen now, List<Change> changes) {
        boolean declaredSame = before.declared().equals(now.declared());
        if (!declaredSame) {
            changes.add(new Change(
                    Kind.DECLARED_CHANGED,
                    name,
                    "declared %s, now declares %s".formatted(list(before.declared()), list(now.declared()))));
        }
        if (!before.bases().equals(now.bases())) {
            changes.add(new Change(
                    Kind.BASE_CHANGED,
                    name,
                    "was made from %s, now from %s".formatted(list(before.bases()), list(now.bases()))));
        }
        before.papers().forEach((file, digest) -> {
            Optional<String> current = Optional.ofNullable(now.papers().get(file));
            if (current.isEmpty()) {
                changes.add(new Change(Kind.PAPER_GONE, name, file + " is gone"));
            } else if (!current.get().equals(digest)) {
                boolean text = before.texts().keySet().stream()
                        .anyMatch(source -> file(source).equals(file(file)));
                changes.add(new Change(
                        text ? Kind.TEXT_CHANGED : Kind.PAPER_CHANGED,
                        name,
                        text && declaredSame
                                ? "the text of %s changed while what is declared stayed".formatted(file)
                                : file + " changed"));
            }
        });
        now.papers().keySet().stream()
                .filter(file -> !before.papers().containsKey(file))
                .forEach(file -> changes.add(new Change(Kind.PAPER_CHANGED, name, file + " is new")));
        if (!before.standing().equals(now.standing())) {
            changes.add(new Change(
                    Kind.STANDING_CHANGED,
                    name,
                    "was under %s, now under %s".formatted(before.standing(), now.standing())));
        }
        before.terms()
                .forEach((license, reading) -> Optional.ofNullable(now.terms().get(license))
                        .filter(current -> !current.equals(reading))
                        .ifPresent(current -> changes.add(
                                new Change(Kind.READING_CHANGED, name, reread(license, reading, current)))));
    }

    private static String reread(String license, Reading before, Reading now) {
        return before.clauses().equals(now.clauses())
                ? "%s was read on %s, and again on %s, to the same end".formatted(license, before.read(), now.read())
                : "the terms of %s, read on %s, are read otherwise now (%s); `stoa license explain %s` says how"
                        .formatted(license, before.read(), now.read(), license);
    }

    private static String list(SortedSet<String> values) {
        return values.isEmpty() ? "nothing" : String.join("; ", values);
    }

    /**
     * An accepted state; nothing when there is none yet.
     *
     * @throws StoaException of kind {@code USER} when the file is not one
     */
    public static Optional<State> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            if (Files.size(file) > LARGEST_STATE) {
                throw StoaException.user(file + ": larger than 64 MiB, too large for a state; is it one?");
            }
            JsonNode state = JsonMapper.shared().readTree(Files.readAllBytes(file));
            JsonNode format = state.path("format");
            if (format.isInt() && format.asInt() != FORMAT) {
                throw StoaException.user("%s: has format %d, this Stoa reads %d; remove it, and accept the claims anew"
                        .formatted(file, format.asInt(), FORMAT));
            }
            return Optional.of(JsonMapper.shared().treeToValue(state, State.class));
        } catch (IOException | JacksonException | NullPointerException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file
                            + ": is not a state that `stoa license watch` wrote; name another file, or remove it to begin anew",
                    e);
        }
    }

    /** A state as it is kept in a file. */
    public static String written(State state) {
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(state) + "\n";
    }

    /** Licences whose licensors may update the terms, with what they say about it. */
    private static Map<String, String> updatable() {
        try (InputStream in = Watch.class.getResourceAsStream("updatable.yaml")) {
            if (in == null) {
                throw StoaException.bug("updatable.yaml is missing from the licence module");
            }
            Map<String, String> updatable = new TreeMap<>();
            BoundedYaml.read("updatable.yaml", new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .forEach((id, why) -> updatable.put(String.valueOf(id), String.valueOf(why)));
            return updatable;
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.BUG, "updatable.yaml cannot be read", e);
        }
    }
}
