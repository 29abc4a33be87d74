package io.stoa.license.lineage;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.text.Recognition;
import io.stoa.model.Candidate;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a candidate's lineage and its licence claims.
 *
 * <p>Claims come from the GGUF keys {@code general.license}, {@code general.license.name}, {@code general.license.link},
 * {@code general.name} and {@code general.base_model.*}, and from the candidate's papers; files that merely lie beside the
 * model are not read. A paper belongs to a base model when it lies in a folder named like it (without publisher), and to
 * the model otherwise.
 */
public final class LineageReader {
    private static final int MOST_BASES = 16;
    private static final Set<String> MULTIMODAL = Set.of("mllama", "llama4", "clip");

    private final Licenses licenses;

    public LineageReader(Licenses licenses) {
        this.licenses = licenses;
    }

    /**
     * A paper that was read.
     *
     * @param path where it lies
     * @param text its content
     */
    public record Paper(Path path, String text) {}

    /**
     * Reads the candidate's own header and its papers.
     *
     * @throws StoaException of kind {@code USER} when the GGUF file cannot be read
     */
    public Lineage read(Candidate candidate, List<Paper> papers) {
        return switch (candidate) {
            case Candidate.GgufFile file -> {
                GgufHeader header = GgufReader.read(file.path());
                List<Step> steps = steps(file.id(), claims(file.path(), header), bases(header), papers);
                file.quantizedFrom()
                        .ifPresent(made -> steps.add(new Step(
                                Step.Relation.QUANTIZED,
                                "%s from %s by %s"
                                        .formatted(made.type(), made.base().abbreviated(), made.by()),
                                List.of())));
                yield new Lineage(steps, header.string("general.architecture"), multimodal(header));
            }
            case Candidate.RemoteModel remote -> {
                List<Claim> claims = hint(remote.baseUri().toString(), "model name", remote.name()).stream()
                        .toList();
                yield new Lineage(steps(remote.id(), claims, List.of(), papers), Optional.empty(), Optional.empty());
            }
        };
    }

    /** Reads the papers of a model whose own file tells nothing, such as safetensors. */
    public Lineage read(String model, List<Paper> papers) {
        return new Lineage(steps(model, List.of(), List.of(), papers), Optional.empty(), Optional.empty());
    }

    private List<Step> steps(String model, List<Claim> own, List<String> named, List<Paper> papers) {
        Set<String> bases = allBases(named, papers);
        List<Step> steps = new ArrayList<>();
        for (String base : bases) {
            List<Claim> claims = new ArrayList<>(repository(base).stream().toList());
            papers.stream()
                    .filter(paper -> owner(paper, bases).equals(Optional.of(base)))
                    .forEach(paper -> claims.addAll(claims(paper)));
            steps.add(new Step(Step.Relation.BASE, base, claims));
        }
        List<Claim> claims = new ArrayList<>(own);
        papers.stream().filter(paper -> owner(paper, bases).isEmpty()).forEach(paper -> claims.addAll(claims(paper)));
        steps.add(new Step(Step.Relation.MODEL, model, claims));
        return steps;
    }

    /** The bases that the file names, those that cards name, and theirs in turn. */
    private Set<String> allBases(List<String> named, List<Paper> papers) {
        Set<String> bases = new LinkedHashSet<>(named);
        papers.stream()
                .filter(paper -> kind(paper) == PaperKind.CARD)
                .flatMap(paper -> card(paper).bases().stream())
                .map(LineageReader::withoutHost)
                .forEach(bases::add);
        if (bases.size() > MOST_BASES) {
            throw StoaException.user(
                    "the file and its papers name %d base models, more than %d: %s; are they its papers?"
                            .formatted(bases.size(), MOST_BASES, String.join(", ", bases)));
        }
        return bases;
    }

    /** The base that a paper belongs to: the one that its folder is named like. */
    private static Optional<String> owner(Paper paper, Set<String> bases) {
        Path above = paper.path().toAbsolutePath().normalize().getParent();
        Path folder = above == null ? null : above.getFileName();
        return bases.stream()
                .filter(base ->
                        folder != null && folder.toString().equalsIgnoreCase(base.substring(base.lastIndexOf('/') + 1)))
                .findFirst();
    }

    private List<Claim> claims(Path path, GgufHeader header) {
        String source = path.toString();
        List<Claim> claims = new ArrayList<>();
        Optional<String> name = header.string("general.license.name").filter(said -> !said.isBlank());
        Optional<String> link = header.string("general.license.link").filter(said -> !said.isBlank());
        Optional<String> id = header.string("general.license").filter(said -> !said.isBlank());
        if (id.isPresent() || name.isPresent() || link.isPresent()) {
            claims.addAll(new Declaration(source, "general.license", id.orElse(Declaration.OTHER), name, link)
                    .claims(licenses));
        }
        header.string("general.name")
                .flatMap(said -> hint(source, "general.name", said))
                .ifPresent(claims::add);
        return claims;
    }

    private static List<String> bases(GgufHeader header) {
        List<String> bases = new ArrayList<>();
        long count = header.integer("general.base_model.count").orElse(0);
        for (int i = 0; i < Math.min(count, MOST_BASES + 1); i++) {
            String key = "general.base_model." + i + ".";
            Optional<String> repository = header.string(key + "repo_url").map(LineageReader::withoutHost);
            Optional<String> named = header.string(key + "name")
                    .map(name -> header.string(key + "organization")
                            .map(publisher -> publisher.strip().replace(' ', '-') + "/" + name)
                            .orElse(name));
            bases.add(repository.or(() -> named).orElse("base model " + i));
        }
        return bases;
    }

    /** Whether the file takes more than text; unknown for architectures that come in both kinds. */
    private static Optional<Boolean> multimodal(GgufHeader header) {
        String architecture = header.architecture();
        if (MULTIMODAL.contains(architecture)
                || header.metadata().keySet().stream().anyMatch(key -> key.startsWith(architecture + ".vision."))) {
            return Optional.of(true);
        }
        return architecture.equals("llama") ? Optional.of(false) : Optional.empty();
    }

    private Optional<Claim> hint(String source, String place, String name) {
        return licenses.hintedBy(name).map(license -> Claim.of(Claim.Kind.NAME, source, place, name, license.id()));
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

    private List<Claim> claims(Paper paper) {
        return switch (kind(paper)) {
            case LICENSE -> List.of(text(paper));
            case NOTICE -> notices(paper);
            case SILENT -> List.of();
            case CARD -> card(paper).claims();
        };
    }

    private ModelCard card(Paper paper) {
        return ModelCard.read(paper.path().toString(), paper.text(), licenses);
    }

    private Claim text(Paper paper) {
        String source = paper.path().toString();
        Recognition recognition = licenses.recognize(paper.text());
        return switch (recognition) {
            case Recognition.Known known ->
                Claim.of(Claim.Kind.TEXT, source, "text", "the text of " + known.license(), known.license());
            case Recognition.Modified _, Recognition.Several _, Recognition.Unrecognized _ ->
                Claim.doubtful(Claim.Kind.TEXT, source, "text", "a licence text", recognition.sentence());
        };
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
