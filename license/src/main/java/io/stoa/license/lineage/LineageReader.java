package io.stoa.license.lineage;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.text.Recognition;
import io.stoa.model.Candidate;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads a model's lineage and its licence claims.
 *
 * <p>Claims come from the model's own files ({@link Trace}) and from its papers: cards, LICENSE and NOTICE files. A paper
 * belongs to a base or a teacher when it lies in a folder named like it (without publisher), and to the model otherwise;
 * what lies in the model's own folder is the model's.
 */
public final class LineageReader {
    private static final int MOST_BASES = Trace.MOST_BASES;

    private static final int MOST_TEACHERS = 64;

    /** No name of a model is longer. */
    private static final int LONGEST_NAME = 200;

    private final Licenses licenses;
    private final Function<String, Recognition> recognition;

    public LineageReader(Licenses licenses) {
        this(licenses, licenses::recognize);
    }

    /** A reader with its own way to recognise texts, such as one that remembers. */
    public LineageReader(Licenses licenses, Function<String, Recognition> recognition) {
        this.licenses = licenses;
        this.recognition = recognition;
    }

    /**
     * A paper that was read.
     *
     * @param path where it lies
     * @param text its content
     * @param owner the base or the teacher that it belongs to, where that is known otherwise than by its folder
     * @param defect why nothing can be said about it, as the end of a sentence about the file
     */
    public record Paper(Path path, String text, Optional<String> owner, Optional<String> defect) {
        public Paper(Path path, String text) {
            this(path, text, Optional.empty());
        }

        public Paper(Path path, String text, Optional<String> owner) {
            this(path, text, owner, defect(text));
        }

        /**
         * Reads a paper. One that is too large for a licence or a card has that defect and no text.
         *
         * @throws StoaException of kind {@code USER} that names the file when it cannot be read
         */
        public static Paper read(Path path) {
            return Licenses.isTooLarge(path)
                    ? new Paper(path, "", Optional.empty(), Optional.of(Licenses.TOO_LARGE))
                    : new Paper(path, Licenses.text(Licenses.read(path)));
        }

        private static Optional<String> defect(String text) {
            if (text.indexOf('\0') >= 0) {
                return Optional.of("is not a text file");
            }
            return text.isBlank() ? Optional.of("holds no text") : Optional.empty();
        }
    }

    /**
     * Reads the candidate's own header, the settings that lie beside it, and its papers.
     *
     * @throws StoaException of kind {@code USER} when the GGUF file cannot be read, or when more bases are named than a
     *     model has
     */
    public Lineage read(Candidate candidate, List<Paper> papers) {
        return read(candidate, papers, List.of());
    }

    /**
     * The same, with teachers that its user knows of.
     *
     * @param teachers models whose outputs trained it, beside those that its files and papers name
     * @throws StoaException as {@link #read(Candidate, List)}
     */
    public Lineage read(Candidate candidate, List<Paper> papers, List<String> teachers) {
        return switch (candidate) {
            case Candidate.GgufFile file -> {
                List<Trace> traces = new ArrayList<>(List.of(gguf(file.path())));
                OwnFile.settingsBeside(file.path())
                        .forEach(settings -> trace(settings).ifPresent(traces::add));
                Lineage lineage = read(
                        file.id(),
                        Optional.ofNullable(file.path().toAbsolutePath().getParent()),
                        traces,
                        papers,
                        teachers);
                List<Step> steps = new ArrayList<>(lineage.steps());
                file.quantizedFrom()
                        .ifPresent(made -> steps.add(new Step(
                                Step.Relation.QUANTIZED,
                                "%s from %s by %s"
                                        .formatted(made.type(), made.base().abbreviated(), made.by()),
                                List.of())));
                yield new Lineage(steps, lineage.architecture(), lineage.multimodal());
            }
            case Candidate.RemoteModel remote -> {
                String source = remote.baseUri().toString();
                Trace named = Trace.called(
                        source,
                        remote.name(),
                        Trace.hint(licenses, source, "model name", remote.name()).stream()
                                .toList());
                yield read(remote.id(), Optional.empty(), List.of(named), papers, teachers);
            }
        };
    }

    /**
     * What a GGUF file's header says.
     *
     * @throws StoaException of kind {@code USER} when it cannot be read
     */
    public Trace gguf(Path path) {
        return gguf(path, GgufReader.read(path));
    }

    /**
     * What one of a model's own files says; nothing where it says nothing. A file that cannot be read may say anything: its
     * trace is a doubt.
     */
    public Optional<Trace> trace(OwnFile file) {
        String source = file.path().toString();
        if (!file.kind().isWeights() && Licenses.isTooLarge(file.path())) {
            return Optional.of(Trace.unreadable(source, "is larger than 1 MiB"));
        }
        try {
            return switch (file.kind()) {
                case GGUF -> Optional.of(gguf(file.path()));
                case SAFETENSORS -> Trace.safetensors(file.path(), licenses);
                case CONFIG -> Optional.of(Trace.config(source, Licenses.read(file.path())));
                case ADAPTER -> Optional.of(Trace.adapter(source, Licenses.read(file.path())));
                case MERGE -> Optional.of(Trace.merge(source, Licenses.text(Licenses.read(file.path()))));
            };
        } catch (StoaException e) {
            String why = file.kind() == OwnFile.Kind.GGUF ? ": " + e.getMessage() : "; may you read it?";
            return Optional.of(Trace.unreadable(source, "cannot be read" + why));
        }
    }

    /** What the header of a GGUF file says that was read already. */
    public Trace gguf(Path path, GgufHeader header) {
        return Trace.gguf(path.toString(), header, licenses);
    }

    /**
     * Reads a model's lineage from what its files and papers say.
     *
     * @param model what it is called
     * @param folder the model's own folder: papers in it are the model's, whatever the folder is called
     * @param traces its own files
     * @param papers its cards and licence files, and those of its bases
     * @throws StoaException of kind {@code USER} when more bases are named than a model has
     */
    public Lineage read(String model, Optional<Path> folder, List<Trace> traces, List<Paper> papers) {
        return read(model, folder, traces, papers, List.of());
    }

    /**
     * The same, with teachers that its user knows of.
     *
     * @throws StoaException as {@link #read(String, Optional, List, List)}
     */
    public Lineage read(
            String model, Optional<Path> folder, List<Trace> traces, List<Paper> papers, List<String> teachers) {
        Origins origins = new Origins(model, folder, traces, papers, teachers);
        List<Step> steps = new ArrayList<>();
        for (String base : origins.bases) {
            steps.add(step(Step.Relation.BASE, base, origins));
        }
        for (String teacher : origins.teachers) {
            steps.add(step(Step.Relation.TEACHER, teacher, origins));
        }
        List<Claim> claims = new ArrayList<>();
        traces.forEach(trace -> claims.addAll(trace.claims()));
        origins.of(Optional.empty()).forEach(paper -> claims.addAll(claims(paper, origins)));
        claims.addAll(origins.impossible);
        claims.addAll(contradicting(traces, steps, claims));
        steps.add(new Step(Step.Relation.MODEL, model, claims));
        return new Lineage(
                steps,
                traces.stream()
                        .flatMap(trace -> trace.signs().stream())
                        .flatMap(signs -> signs.architecture().stream())
                        .findFirst(),
                multimodal(traces));
    }

    /** One part that takes more than text makes the whole do so. */
    private static Optional<Boolean> multimodal(List<Trace> traces) {
        List<Boolean> said =
                traces.stream().flatMap(trace -> trace.multimodal().stream()).toList();
        return said.contains(true) ? Optional.of(true) : said.stream().findFirst();
    }

    private Step step(Step.Relation relation, String name, Origins origins) {
        List<Claim> claims = new ArrayList<>(repository(name).stream().toList());
        origins.of(Optional.of(name)).forEach(paper -> claims.addAll(claims(paper, origins)));
        return new Step(relation, name, claims);
    }

    /**
     * Architecture and tokenizer speak where they point to a family that nothing else does: neither a base nor a licence
     * of that family.
     */
    private List<Claim> contradicting(List<Trace> traces, List<Step> steps, List<Claim> own) {
        List<Claim> contradicting = new ArrayList<>();
        for (Trace trace : traces) {
            Optional<Family> family = trace.signs().flatMap(Family::of);
            if (family.isPresent() && !isTold(family.get(), steps, own)) {
                contradicting.add(Claim.doubtful(
                        Claim.Kind.EVIDENCE,
                        trace.source(),
                        "architecture and tokenizer",
                        trace.signs().map(Signs::words).orElseThrow(),
                        "has the architecture and the tokenizer of %s (%s), while neither its bases nor its licence are of that family"
                                .formatted(
                                        family.get().words(),
                                        trace.signs().map(Signs::words).orElseThrow())));
            }
        }
        return contradicting;
    }

    private boolean isTold(Family family, List<Step> steps, List<Claim> claims) {
        Set<String> its = family.tags()
                .flatMap(tag -> licenses.all().stream().filter(license -> isOf(license, tag)))
                .map(License::id)
                .collect(Collectors.toSet());
        List<Step> bases = steps.stream()
                .filter(step -> step.relation() == Step.Relation.BASE)
                .toList();
        boolean based = bases.stream().anyMatch(step -> family.isIn(step.name()) || means(step.claims(), its));
        // what many families use does not explain a base of another one
        Set<String> own = new LinkedHashSet<>(its);
        if (!bases.isEmpty()) {
            own.removeAll(Set.of("Apache-2.0", "MIT"));
        }
        return based || means(claims, own);
    }

    private static boolean means(List<Claim> claims, Set<String> licenses) {
        return claims.stream()
                .filter(claim -> claim.kind() != Claim.Kind.NAME)
                .anyMatch(claim -> claim.license().filter(licenses::contains).isPresent());
    }

    private static boolean isOf(License license, String tag) {
        return license.isCalled(tag)
                || license.aliases().stream()
                        .anyMatch(alias -> alias.toLowerCase(Locale.ROOT).startsWith(tag));
    }

    /** Who the model was made from, as its files and papers tell, and what of that cannot be. */
    private final class Origins {
        private final Optional<Path> folder;
        private final List<Paper> papers;
        private final Map<Paper, ModelCard> cards = new LinkedHashMap<>();
        private final SequencedSet<String> bases = new LinkedHashSet<>();
        private final SequencedSet<String> teachers = new LinkedHashSet<>();
        private final List<Claim> impossible = new ArrayList<>();
        private final Set<String> everyone;

        Origins(String model, Optional<Path> folder, List<Trace> traces, List<Paper> papers, List<String> known) {
            this.folder = folder.map(path -> path.toAbsolutePath().normalize());
            this.papers = papers;
            papers.stream()
                    .filter(paper -> kind(paper) == PaperKind.CARD)
                    .forEach(paper -> cards.put(paper, card(paper)));
            Set<String> declared =
                    known.stream().map(LineageReader::withoutHost).collect(Collectors.toSet());
            known.forEach(teacher -> teachers.add(withoutHost(teacher)));
            List<String> names = new ArrayList<>(List.of(model));
            List<String> publishers = new ArrayList<>();
            for (Trace trace : traces) {
                names.addAll(trace.names());
                publishers.addAll(trace.publishers());
                trace.bases().forEach(base -> add(base, trace.source(), names));
                trace.teachers().forEach(teachers::add);
            }
            cards.forEach((paper, card) ->
                    card.bases().forEach(base -> add(base, paper.path().toString(), names)));
            if (bases.size() > MOST_BASES) {
                throw StoaException.user(
                        "the file and its papers name %d base models, more than %d: %s; are they its papers?"
                                .formatted(bases.size(), MOST_BASES, String.join(", ", bases)));
            }
            cards.values().forEach(card -> teachers.addAll(card.teachers()));
            names.addAll(
                    folder.map(Path::getFileName).map(Path::toString).stream().toList());
            names.stream().flatMap(name -> Teachers.inName(name).stream()).forEach(this::addTold);
            teachers.removeIf(teacher -> Teachers.isOwn(teacher, publishers) && !declared.contains(teacher));
            if (teachers.size() > 1) {
                teachers.remove(Teachers.UNNAMED);
            }
            if (teachers.size() > MOST_TEACHERS) {
                impossible.add(tooMany(model));
            }
            while (teachers.size() > MOST_TEACHERS) {
                teachers.removeLast();
            }
            circles();
            this.everyone = new LinkedHashSet<>(bases);
            everyone.addAll(teachers);
        }

        /** The teacher that a name tells is told without its publisher: it may be on record already. */
        private void addTold(String teacher) {
            if (teachers.stream()
                    .map(known -> known.substring(known.lastIndexOf('/') + 1))
                    .noneMatch(teacher::equalsIgnoreCase)) {
                teachers.add(teacher);
            }
        }

        /** What those ask that are left out is not known. */
        private Claim tooMany(String model) {
            return Claim.doubtful(
                    Claim.Kind.ORIGIN,
                    model,
                    "teachers",
                    teachers.size() + " teachers",
                    "was taught by %d models, as its files and papers say, more than the %d that are looked at"
                            .formatted(teachers.size(), MOST_TEACHERS));
        }

        /** Puts a base on record; one that is the model itself, or that nobody could look up, is impossible. */
        private void add(String said, String source, List<String> names) {
            String base = withoutHost(said.substring(0, Math.min(said.length(), LONGEST_NAME)));
            if (said.length() > LONGEST_NAME
                    || base.isEmpty()
                    || base.startsWith(".")
                    || base.startsWith("/")
                    || base.startsWith("~")
                    || base.indexOf('\\') >= 0) {
                impossible.add(Claim.doubtful(
                        Claim.Kind.ORIGIN,
                        source,
                        "base_model",
                        base,
                        "names \"%s\" as its base, which is no model that could be looked up".formatted(base)));
                return;
            }
            if (names.contains(base)) {
                impossible.add(Claim.doubtful(
                        Claim.Kind.ORIGIN,
                        source,
                        "base_model",
                        said,
                        "names the model itself (%s) as its base".formatted(base)));
                return;
            }
            bases.add(base);
        }

        /** Bases that are made from each other in a circle. */
        private void circles() {
            Map<String, Set<String>> madeFrom = new LinkedHashMap<>();
            cards.forEach((paper, card) -> owner(paper, bases)
                    .ifPresent(owner -> madeFrom.computeIfAbsent(owner, _ -> new LinkedHashSet<>())
                            .addAll(card.bases().stream()
                                    .map(LineageReader::withoutHost)
                                    .toList())));
            for (String start : madeFrom.keySet()) {
                Set<String> seen = new LinkedHashSet<>();
                Deque<String> open = new ArrayDeque<>(madeFrom.getOrDefault(start, Set.of()));
                while (!open.isEmpty()) {
                    String next = open.pop();
                    if (seen.add(next)) {
                        open.addAll(madeFrom.getOrDefault(next, Set.of()));
                    }
                }
                if (seen.contains(start)) {
                    impossible.add(Claim.doubtful(
                            Claim.Kind.ORIGIN,
                            start,
                            "base_model",
                            start,
                            "is made from itself, by way of " + String.join(", ", seen)));
                    return;
                }
            }
        }

        /** The papers of a base or a teacher, or of the model. */
        private List<Paper> of(Optional<String> owner) {
            return papers.stream()
                    .filter(paper -> owner(paper, everyone).equals(owner))
                    .toList();
        }

        /** Whom a paper belongs to: the one that its folder is named like, and otherwise the model. */
        private Optional<String> owner(Paper paper, Set<String> names) {
            if (paper.owner().isPresent()) {
                return paper.owner().filter(names::contains).or(() -> Optional.of(""));
            }
            Path above = paper.path().toAbsolutePath().normalize().getParent();
            Path last = above == null ? null : above.getFileName();
            if (last == null || folder.equals(Optional.ofNullable(above))) {
                return Optional.empty();
            }
            return names.stream()
                    .filter(name -> last.toString().equalsIgnoreCase(name.substring(name.lastIndexOf('/') + 1)))
                    .findFirst();
        }
    }

    /** What a name that a catalogue, or a folder, gives a model says about its licence. */
    public Trace called(String source, String name) {
        return Trace.called(
                source,
                name,
                repository(name)
                        .map(claim -> Claim.of(
                                claim.kind(),
                                source,
                                "name",
                                name,
                                claim.license().orElseThrow()))
                        .stream()
                        .toList());
    }

    /** What the name of a repository tells: its publisher's own models have a known licence, for others it is a hint. */
    private Optional<Claim> repository(String base) {
        return licenses.hintedBy(base).map(license -> {
            boolean own = license.publisher()
                    .filter(publisher -> base.toLowerCase(Locale.ROOT).startsWith(publisher + "/"))
                    .isPresent();
            Claim.Kind kind = own ? Claim.Kind.REPOSITORY : Claim.Kind.NAME;
            return Claim.of(kind, "base model", "name", base, license.id());
        });
    }

    /** What a paper is, judged by its name first: a licence text may start with three dashes as well. */
    private enum PaperKind {
        LICENSE,
        NOTICE,
        /** An acceptable use policy, or a card without front matter: nothing about which licence it is. */
        SILENT,
        CARD
    }

    private static PaperKind kind(Paper paper) {
        Path file = paper.path().getFileName();
        String name = file == null ? "" : file.toString().toUpperCase(Locale.ROOT);
        if (name.startsWith("LICENSE") || name.startsWith("LICENCE") || name.startsWith("COPYING")) {
            return PaperKind.LICENSE;
        }
        if (name.startsWith("NOTICE")) {
            return PaperKind.NOTICE;
        }
        if (name.contains("USE_POLICY") || name.contains("USE-POLICY")) {
            return PaperKind.SILENT;
        }
        if (ModelCard.isOne(paper.text())) {
            return PaperKind.CARD;
        }
        return name.startsWith("README") || name.contains("CARD") ? PaperKind.SILENT : PaperKind.LICENSE;
    }

    private List<Claim> claims(Paper paper, Origins origins) {
        // what cannot be read may say anything
        if (paper.defect().isPresent()) {
            return List.of(Claim.doubtful(
                    Claim.Kind.TEXT,
                    paper.path().toString(),
                    "file",
                    "nothing readable",
                    paper.defect().get()));
        }
        return switch (kind(paper)) {
            case LICENSE -> List.of(Claim.ofText(paper.path().toString(), recognition.apply(paper.text()), licenses));
            case NOTICE -> notices(paper);
            case SILENT -> List.of();
            case CARD ->
                Optional.ofNullable(origins.cards.get(paper))
                        .map(ModelCard::claims)
                        .orElse(List.of());
        };
    }

    private ModelCard card(Paper paper) {
        return ModelCard.read(paper.path().toString(), paper.text(), licenses);
    }

    /** A NOTICE file speaks where it holds the sentence that a licence prescribes. */
    private List<Claim> notices(Paper paper) {
        String text = plain(paper.text());
        List<Claim> claims = new ArrayList<>();
        for (License license : licenses.all()) {
            license.notice()
                    .filter(notice -> text.contains(plain(notice)))
                    .ifPresent(notice -> claims.add(
                            Claim.of(Claim.Kind.DECLARED, paper.path().toString(), "notice", notice, license.id())));
        }
        return claims;
    }

    private static String plain(String text) {
        return text.replaceAll("[^\\p{L}\\p{N}.]+", " ").toLowerCase(Locale.ROOT);
    }

    private static String withoutHost(String repository) {
        return repository
                .strip()
                .replaceFirst("^https?://(www\\.)?huggingface\\.co/", "")
                .replaceFirst("/+$", "");
    }
}
