package io.stoa.license.bom;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.license.bom.BomModel.Details;
import io.stoa.license.bom.BomModel.HashedFile;
import io.stoa.license.bom.BomModel.Repository;
import io.stoa.license.clause.Licenses;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.LineageReader;
import io.stoa.license.lineage.LineageReader.Paper;
import io.stoa.license.lineage.OwnFile;
import io.stoa.license.lineage.Step;
import io.stoa.license.lineage.Trace;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads models for a bill of materials: GGUF files with the papers that are given with them, and folders, whose cards,
 * licence texts and notices are their models' papers.
 *
 * <p>In a folder every GGUF file is a model; files of one model in several parts ({@code -00001-of-00003.gguf}) are one. A
 * folder without GGUF files is one model of all its weights files. Settings ({@link OwnFile}) beside them, and headers of
 * safetensors files, tell what they were made from. Papers in a folder inside it that is named like a base
 * model are that base's. A folder of the Hub's cache ({@code models--PUBLISHER--NAME/snapshots/COMMIT}) tells repository
 * and commit.
 */
public final class BomReader {
    private static final Pattern PART = Pattern.compile("(.+)-\\d{5}-of-\\d{5}\\.gguf", Pattern.CASE_INSENSITIVE);
    private static final Pattern WEIGHTS = Pattern.compile(
            ".*\\.(gguf|safetensors|bin|pt|pth|onnx|h5|msgpack|npz|pkl|ckpt)", Pattern.CASE_INSENSITIVE);
    private static final Pattern PAPER = Pattern.compile(
            "(?:LICENSE|LICENCE|COPYING|NOTICE)(?:[._-][A-Za-z0-9._-]*)?"
                    + "|(?:README|MODEL[_-]?CARD|(?:.*[_-])?USE[_-]POLICY)(?:\\.(?:md|markdown|txt))?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern SNAPSHOT = Pattern.compile("models--([^/\\\\]+?)--([^/\\\\]+)");
    private static final Pattern HUB = Pattern.compile("https?://(?:www\\.)?huggingface\\.co/([^/\\s]+/[^/\\s]+)/*");
    private static final int MOST_FILES = 10_000;
    private static final int MOST_BASES = 16;
    private static final int MOST_WORDS = 1000;
    private static final int LONGEST_WORD = 500;
    private static final int LONGEST_SAID = 2000;

    private final Licenses licenses;
    private final Function<Path, Digest> digests;

    /**
     * A reader.
     *
     * @param licenses reads claims
     * @param digests the SHA-256 of a file, which may take its time
     */
    public BomReader(Licenses licenses, Function<Path, Digest> digests) {
        this.licenses = licenses;
        this.digests = digests;
    }

    /**
     * The models at a path.
     *
     * @throws StoaException of kind {@code USER} when there are none, or one cannot be read
     */
    public List<BomModel> read(Path path) {
        if (Files.isDirectory(path)) {
            return folder(path);
        }
        if (!Files.isReadable(path)) {
            throw StoaException.user(path + ": cannot be read; is the path right?");
        }
        if (!isGguf(path)) {
            throw StoaException.user(
                    path + ": neither a GGUF file nor a folder nor a stoa.yaml; for other weights name the"
                            + " folder that they lie in");
        }
        return List.of(model(stem(path), List.of(path), List.of(), path, Optional.empty(), List.of()));
    }

    /** A candidate with its papers, and the teachers that its user knows of. */
    public BomModel read(Candidate candidate, List<String> teachers) {
        return switch (candidate) {
            case Candidate.GgufFile file ->
                model(
                        file.id(),
                        List.of(file.path()),
                        papers(sorted(file.papers())),
                        file.path(),
                        Optional.empty(),
                        teachers);
            case Candidate.RemoteModel remote -> {
                List<Paper> papers = papers(sorted(remote.papers()));
                Lineage lineage = new LineageReader(licenses).read(candidate, papers, teachers);
                yield model(
                        new Read(remote.id(), List.of(), papers, lineage, Optional.empty()),
                        Optional.empty(),
                        Map.of());
            }
        };
    }

    private List<BomModel> folder(Path folder) {
        List<Path> files = files(folder);
        List<Path> weights = files.stream()
                .filter(file -> WEIGHTS.matcher(name(file)).matches())
                .toList();
        List<Path> paths = files.stream()
                .filter(file -> PAPER.matcher(name(file)).matches())
                .toList();
        if (weights.isEmpty() && paths.isEmpty()) {
            throw StoaException.user(
                    folder + ": holds neither weights (such as *.gguf or *.safetensors) nor a card nor a"
                            + " licence text; is it a model's folder?");
        }
        Optional<Repository> repository = snapshot(folder);
        Map<String, List<Path>> models = new TreeMap<>();
        weights.stream()
                .filter(BomReader::isGguf)
                .forEach(file -> models.computeIfAbsent(stem(file), _ -> new ArrayList<>())
                        .add(file));
        if (models.isEmpty()) {
            models.put(repository.map(Repository::name).orElseGet(() -> name(folder)), weights);
        }
        List<Paper> papers = papers(paths);
        return models.entrySet().stream()
                .map(model -> model(model.getKey(), model.getValue(), papers, folder, repository, List.of()))
                .toList();
    }

    /** What was read of one model. */
    private record Read(
            String name, List<Path> files, List<Paper> papers, Lineage lineage, Optional<GgufHeader> header) {}

    private BomModel model(
            String name,
            List<Path> files,
            List<Paper> given,
            Path root,
            Optional<Repository> repository,
            List<String> teachers) {
        Optional<GgufHeader> header = header(files);
        Optional<Path> gguf = files.stream().filter(BomReader::isGguf).findFirst();
        LineageReader reader = new LineageReader(licenses);
        List<Trace> traces = new ArrayList<>();
        header.ifPresent(read -> traces.add(reader.gguf(gguf.orElseThrow(), read)));
        others(files, root).forEach(file -> reader.trace(file).ifPresent(traces::add));
        List<Paper> papers = new ArrayList<>(given);
        if (Files.isDirectory(root)) {
            papers.addAll(papers(papersOfBases(root, bases(header, given, traces))));
        }
        Map<String, String> shown = new TreeMap<>();
        Stream.of(
                        files.stream(),
                        papers.stream().map(Paper::path),
                        traces.stream().map(trace -> Path.of(trace.source())))
                .flatMap(paths -> paths)
                .forEach(path -> shown.put(
                        path.toString(),
                        path.startsWith(root) && !path.equals(root)
                                ? root.relativize(path).toString().replace('\\', '/')
                                : name(path)));
        Lineage lineage = header.isPresent()
                ? reader.read("model", gguf.map(file -> file.toAbsolutePath().getParent()), traces, papers, teachers)
                : reader.read(name, Optional.of(root), traces, papers, teachers);
        return model(new Read(name, files, papers, lineage, header), repository, shown);
    }

    /** The files beside the first one's header that say where a model comes from: settings, and headers of other weights. */
    private static List<OwnFile> others(List<Path> files, Path root) {
        if (files.isEmpty()) {
            return Files.isDirectory(root) ? OwnFile.settingsBeside(root.resolve("weights")) : List.of();
        }
        return Stream.concat(
                        files.stream()
                                .flatMap(file -> OwnFile.of(file).stream())
                                .filter(file -> file.kind() == OwnFile.Kind.SAFETENSORS),
                        OwnFile.settingsBeside(files.getFirst()).stream())
                .toList();
    }

    /** The header of a model's first GGUF file. */
    private static Optional<GgufHeader> header(List<Path> files) {
        return files.stream().filter(BomReader::isGguf).findFirst().map(GgufReader::read);
    }

    private BomModel model(Read read, Optional<Repository> given, Map<String, String> shown) {
        List<CardFacts> cards =
                read.papers.stream().map(paper -> CardFacts.of(paper.text())).toList();
        Set<String> hub = new HashSet<>();
        cards.forEach(card -> card.all("base_model").forEach(base -> hub.add(withoutHost(base))));
        read.header.ifPresent(header -> hub.addAll(repositories(header)));
        Optional<Repository> repository = given.or(() -> read.header
                .flatMap(header -> header.string("general.repo_url"))
                .flatMap(BomReader::onHub)
                .map(found -> new Repository(found, Optional.empty())));
        return new BomModel(
                read.name,
                repository,
                read.files.stream()
                        .map(file -> new HashedFile(name(file), digests.apply(file)))
                        .toList(),
                read.papers.stream()
                        .map(paper -> new HashedFile(
                                shown.getOrDefault(paper.path().toString(), name(paper.path())),
                                digests.apply(paper.path())))
                        .toList(),
                withoutFolders(read.lineage, read.name, shown),
                hub,
                details(cards, read.header, read.lineage.multimodal()));
    }

    private static Details details(List<CardFacts> cards, Optional<GgufHeader> header, Optional<Boolean> multimodal) {
        List<String> datasets = new ArrayList<>(
                header.map(read -> strings(read, "general.datasets")).orElse(List.of()));
        cards.forEach(card -> datasets.addAll(card.all("datasets")));
        Optional<String> task = cards.stream()
                .flatMap(card -> card.only("pipeline_tag").stream())
                .findFirst()
                .or(() -> header.flatMap(read -> Tasks.among(strings(read, "general.tags"))));
        List<String> inputs = new ArrayList<>(task.map(Tasks::inputs).orElse(List.of()));
        if (multimodal.isPresent() && inputs.isEmpty()) {
            inputs.add("text");
        }
        if (multimodal.orElse(false) && inputs.size() == 1) {
            inputs.add("image");
        }
        return new Details(
                task,
                inputs,
                task.map(Tasks::outputs).orElse(List.of()),
                datasets,
                cards.stream()
                        .flatMap(card -> card.only("base_model_relation").stream())
                        .findFirst(),
                header.flatMap(read -> read.string("general.quantized_by"))
                        .filter(by -> !by.isBlank())
                        .map(BomReader::shortened),
                header.map(BomReader::types),
                header.map(GgufHeader::parameters));
    }

    private static String types(GgufHeader header) {
        return header.tensors().stream()
                .map(tensor -> tensor.type())
                .distinct()
                .sorted()
                .map(GgmlType::name)
                .collect(Collectors.joining(" "));
    }

    private static List<String> strings(GgufHeader header, String key) {
        return header.array(key).orElse(List.of()).stream()
                .flatMap(value -> value instanceof GgufValue.Text(String text) ? Stream.of(text) : Stream.empty())
                .filter(text -> text.length() <= LONGEST_WORD)
                .limit(MOST_WORDS)
                .toList();
    }

    /** The base models that a header gives by their addresses on the Hub. */
    private static Set<String> repositories(GgufHeader header) {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < MOST_BASES; i++) {
            header.string("general.base_model." + i + ".repo_url")
                    .flatMap(BomReader::onHub)
                    .ifPresent(names::add);
        }
        return names;
    }

    private static Optional<String> onHub(String address) {
        Matcher matcher = HUB.matcher(address.strip());
        return matcher.matches() ? Optional.of(matcher.group(1)).filter(Repository::isOne) : Optional.empty();
    }

    private static String withoutHost(String base) {
        return onHub(base).orElseGet(base::strip);
    }

    /** Claims say where they were read; the folders of this machine are nobody's business, and differ between machines. */
    private static Lineage withoutFolders(Lineage lineage, String name, Map<String, String> shown) {
        return new Lineage(
                lineage.steps().stream()
                        .map(step -> new Step(
                                step.relation(),
                                step.relation() == Step.Relation.MODEL ? name : shortened(step.name()),
                                step.claims().stream()
                                        .map(claim -> new Claim(
                                                claim.kind(),
                                                shown.getOrDefault(claim.source(), claim.source()),
                                                claim.place(),
                                                shortened(claim.said()),
                                                claim.license(),
                                                claim.doubt().map(BomReader::shortened)))
                                        .toList()))
                        .toList(),
                lineage.architecture().map(BomReader::shortened),
                lineage.multimodal());
    }

    /** A file may say megabytes; whoever reads a bill of materials wants the first of them. */
    private static String shortened(String said) {
        if (said.length() <= LONGEST_SAID) {
            return said;
        }
        int end = Character.isHighSurrogate(said.charAt(LONGEST_SAID - 1)) ? LONGEST_SAID - 1 : LONGEST_SAID;
        return said.substring(0, end) + " …";
    }

    /** The short names of the bases that files and papers name, in lower case. */
    private static Set<String> bases(Optional<GgufHeader> header, List<Paper> papers, List<Trace> traces) {
        Set<String> names = new TreeSet<>();
        traces.forEach(trace -> trace.bases().forEach(base -> names.add(shortName(base))));
        papers.forEach(
                paper -> CardFacts.of(paper.text()).all("base_model").forEach(base -> names.add(shortName(base))));
        header.ifPresent(read -> {
            repositories(read).forEach(base -> names.add(shortName(base)));
            for (int i = 0; i < MOST_BASES; i++) {
                read.string("general.base_model." + i + ".name").ifPresent(base -> names.add(shortName(base)));
            }
        });
        return names;
    }

    private static String shortName(String base) {
        String name = base.strip().replaceFirst("/+$", "");
        return name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }

    private static List<Path> papersOfBases(Path folder, Set<String> bases) {
        List<Path> papers = new ArrayList<>();
        for (Path inside : entries(folder)) {
            if (Files.isDirectory(inside) && bases.contains(name(inside).toLowerCase(Locale.ROOT))) {
                files(inside).stream()
                        .filter(file -> PAPER.matcher(name(file)).matches())
                        .forEach(papers::add);
            }
        }
        return papers;
    }

    private static List<Path> files(Path folder) {
        return entries(folder).stream().filter(Files::isRegularFile).toList();
    }

    private static List<Path> entries(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> all = entries.limit(MOST_FILES + 1L)
                    .sorted(Comparator.comparing(BomReader::name))
                    .toList();
            if (all.size() > MOST_FILES) {
                throw StoaException.user(
                        folder + ": holds more than " + MOST_FILES + " files; is it a model's folder?");
            }
            return all;
        } catch (IOException | UncheckedIOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    folder + ": cannot be listed (" + e.getClass().getSimpleName() + "); may you read it?",
                    e);
        }
    }

    /** Repository and commit of a folder of the Hub's cache. */
    private static Optional<Repository> snapshot(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        int count = absolute.getNameCount();
        if (count < 3 || !absolute.getName(count - 2).toString().equals("snapshots")) {
            return Optional.empty();
        }
        Matcher matcher = SNAPSHOT.matcher(absolute.getName(count - 3).toString());
        String commit = absolute.getName(count - 1).toString();
        if (!matcher.matches() || !commit.matches("[0-9a-fA-F]{40}")) {
            return Optional.empty();
        }
        return Optional.of(matcher.group(1) + "/" + matcher.group(2))
                .filter(Repository::isOne)
                .map(name -> new Repository(name, Optional.of(commit)));
    }

    private static List<Path> sorted(Collection<Path> paths) {
        return paths.stream().sorted(Comparator.comparing(Path::toString)).toList();
    }

    private static List<Paper> papers(List<Path> paths) {
        return paths.stream().map(Paper::read).toList();
    }

    private static boolean isGguf(Path file) {
        return name(file).toLowerCase(Locale.ROOT).endsWith(".gguf");
    }

    /** The name of a model's file without ending and without the number of its part. */
    private static String stem(Path file) {
        Matcher part = PART.matcher(name(file));
        return part.matches() ? part.group(1) : name(file).replaceFirst("(?i)\\.gguf$", "");
    }

    private static String name(Path path) {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? "model" : name.toString();
    }
}
