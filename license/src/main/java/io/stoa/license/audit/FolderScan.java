package io.stoa.license.audit;

import io.stoa.license.audit.ModelFolder.ModelFile;
import io.stoa.license.audit.ModelFolder.ModelPaper;
import io.stoa.license.audit.ModelFolder.Unread;
import io.stoa.license.lineage.OwnFile;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds the models in a folder.
 *
 * <p>A folder that holds weights, a config.json, an adapter_config.json, a card or a licence file is a model; weights in one
 * folder without any paper are a model each. Folders within it are models of their own, unless they hold papers only and are
 * called {@code licenses}, {@code license} or {@code legal}: those papers are the model's. The Hub's cache ({@code
 * models--publisher--name/snapshots/commit}, with files that are links into {@code blobs}) and Ollama's store ({@code
 * manifests} beside {@code blobs}) give models their names. Links are followed to files inside the audited folder only, and
 * never to folders. What cannot be read is a model of which nothing is known.
 */
public final class FolderScan {
    private static final int DEEPEST = 32;
    private static final int MOST_ENTRIES = 2_000_000;
    private static final int LARGEST_MANIFEST = 1 << 16;
    private static final int MOST_WEIGHTS = 64;

    private static final Set<String> SKIPPED = Set.of(".git", ".locks", "node_modules", "__pycache__");
    private static final Set<String> PAPER_FOLDERS = Set.of("license", "licenses", "licence", "licences", "legal");

    private static final Pattern PAPER = Pattern.compile(
            "(?:licen[sc]e|copying|notice|readme|use[-_]policy|.*model[-_]?card).*", Pattern.CASE_INSENSITIVE);
    private static final Pattern PAPER_ENDING =
            Pattern.compile("(?:.*\\.(?:md|markdown|txt|rst|html?|license))|[^.]*", Pattern.CASE_INSENSITIVE);
    private static final Pattern HUB = Pattern.compile("models--([^/\\\\]+?)--([^/\\\\]+)");
    private static final Pattern BLOB = Pattern.compile("sha256:([0-9a-f]{64})");

    private final Path root;
    private final Path realRoot;
    private final String prefix;
    private final List<ModelFolder> found = new ArrayList<>();
    private int entries;

    private FolderScan(Path root, Path realRoot, String prefix) {
        this.root = root;
        this.realRoot = realRoot;
        this.prefix = prefix;
    }

    /**
     * The models in some folders, by name.
     *
     * @throws StoaException of kind {@code USER} when one is no folder, or holds more than could be models
     */
    public static List<ModelFolder> of(List<Path> roots) {
        List<ModelFolder> all = new ArrayList<>();
        for (Path root : roots) {
            if (!Files.isDirectory(root)) {
                throw StoaException.user(root + ": no such folder; name folders that hold models");
            }
            String prefix = roots.size() == 1 ? "" : slashed(root) + "/";
            try {
                FolderScan scan = new FolderScan(root, root.toRealPath(), prefix);
                scan.walk();
                all.addAll(scan.found);
            } catch (IOException e) {
                throw new StoaException(
                        StoaException.Kind.USER, root + ": cannot be read (" + e + "); check its permissions", e);
            }
        }
        all.sort(Comparator.comparing(ModelFolder::name).thenComparing(ModelFolder::place));
        return all;
    }

    private static String slashed(Path path) {
        return path.toString().replace('\\', '/');
    }

    private record Folder(Path path, int depth) {}

    private void walk() throws IOException {
        Deque<Folder> open = new ArrayDeque<>(List.of(new Folder(root, 0)));
        while (!open.isEmpty()) {
            Folder folder = open.pop();
            Listing listing = list(folder.path);
            if (Files.isDirectory(folder.path.resolve("manifests"))
                    && Files.isDirectory(folder.path.resolve("blobs"))) {
                ollama(folder.path);
                listing.folders.removeIf(path -> Set.of("manifests", "blobs").contains(name(path)));
            }
            listing.folders.removeIf(path -> isOutOfTheWay(folder.path, path));
            if (!listing.files.isEmpty()) {
                for (Path inner : List.copyOf(listing.folders)) {
                    Listing below =
                            PAPER_FOLDERS.contains(name(inner).toLowerCase(Locale.ROOT)) ? list(inner) : new Listing();
                    if (below.files.isEmpty() && !(below.papers.isEmpty() && below.unread.isEmpty())) {
                        listing.papers.addAll(below.papers);
                        listing.unread.addAll(below.unread);
                        listing.folders.remove(inner);
                    }
                }
            }
            if (folder.depth < DEEPEST) {
                listing.folders.forEach(path -> open.push(new Folder(path, folder.depth + 1)));
            } else {
                listing.folders.forEach(
                        path -> listing.unread.add(unread(path, "lies more than %d folders deep".formatted(DEEPEST))));
            }
            add(folder.path, listing);
        }
    }

    private static boolean isOutOfTheWay(Path folder, Path inner) {
        return SKIPPED.contains(name(inner))
                || (HUB.matcher(name(folder)).matches()
                        && Set.of("blobs", "refs", ".no_exist").contains(name(inner)));
    }

    private static final class Listing {
        private final List<Path> folders = new ArrayList<>();
        private final List<ModelFile> files = new ArrayList<>();
        private final List<ModelPaper> papers = new ArrayList<>();
        private final List<Unread> unread = new ArrayList<>();
    }

    private Listing list(Path folder) {
        Listing listing = new Listing();
        List<Path> paths = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            for (Path path : stream) {
                count();
                paths.add(path);
            }
        } catch (IOException | DirectoryIteratorException e) {
            listing.unread.add(unreadable(folder, e));
            return listing;
        }
        paths.sort(Comparator.comparing(FolderScan::name));
        for (Path path : paths) {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                listing.folders.add(path);
            } else {
                sort(path, listing);
            }
        }
        return listing;
    }

    private void sort(Path path, Listing listing) {
        Optional<OwnFile> own = OwnFile.of(path);
        if ((own.isEmpty() && !isPaper(name(path))) || !isInside(path)) {
            return;
        }
        own.ifPresentOrElse(
                file -> listing.files.add(new ModelFile(file, shown(path))),
                () -> listing.papers.add(new ModelPaper(shown(path), path, Optional.empty())));
    }

    private static boolean isPaper(String name) {
        return PAPER.matcher(name).matches() && PAPER_ENDING.matcher(name).matches();
    }

    private void count() {
        if (++entries > MOST_ENTRIES) {
            throw StoaException.user(
                    "%s: holds more than %,d files; name the folders that hold models".formatted(root, MOST_ENTRIES));
        }
    }

    private Unread unread(Path path, String why) {
        return new Unread(shown(path), path, why);
    }

    private Unread unreadable(Path path, Exception cause) {
        return unread(path, "cannot be read (%s)".formatted(cause.getClass().getSimpleName()));
    }

    /** Whether a path is a file, and, where it is a link, one that ends inside the audited folder. */
    private boolean isInside(Path path) {
        if (!Files.isSymbolicLink(path)) {
            return Files.isRegularFile(path);
        }
        try {
            Path real = path.toRealPath();
            return real.startsWith(realRoot) && Files.isRegularFile(real);
        } catch (IOException _) {
            // a link that leads nowhere
            return false;
        }
    }

    private static String name(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : name.toString();
    }

    private String shown(Path path) {
        String relative = slashed(root.relativize(path));
        return prefix + (relative.isEmpty() ? "." : relative);
    }

    private void add(Path folder, Listing listing) {
        if (listing.files.isEmpty() && listing.papers.isEmpty() && listing.unread.isEmpty()) {
            return;
        }
        Optional<String> hub = hubName(folder);
        String place = shown(folder);
        long ggufs = listing.files.stream()
                .filter(file -> file.own().kind() == OwnFile.Kind.GGUF)
                .count();
        if (listing.papers.isEmpty() && ggufs > 1 && hub.isEmpty()) {
            listing.files.forEach(file -> found.add(
                    new ModelFolder(file.shown(), false, folder, place, List.of(file), List.of(), listing.unread)));
            return;
        }
        List<ModelFile> files = new ArrayList<>(listing.files.stream()
                .filter(FolderScan::isWeights)
                .limit(MOST_WEIGHTS + 1L)
                .toList());
        if (files.size() > MOST_WEIGHTS) {
            listing.unread.add(unread(
                    folder,
                    "holds more than %d files of weights, and only the first are read".formatted(MOST_WEIGHTS)));
            files.removeLast();
        }
        listing.files.stream().filter(file -> !isWeights(file)).forEach(files::add);
        found.add(new ModelFolder(
                hub.orElse(place), hub.isPresent(), folder, place, files, listing.papers, listing.unread));
    }

    private static boolean isWeights(ModelFile file) {
        return file.own().kind().isWeights();
    }

    /** {@code publisher/name@commit} of a snapshot in the Hub's cache. */
    private static Optional<String> hubName(Path folder) {
        Path snapshots = folder.toAbsolutePath().normalize().getParent();
        Path repository = snapshots == null || !name(snapshots).equals("snapshots") ? null : snapshots.getParent();
        if (repository == null) {
            return Optional.empty();
        }
        Matcher matcher = HUB.matcher(name(repository));
        return matcher.matches() ? Optional.of(matcher.group(1) + "/" + matcher.group(2)) : Optional.empty();
    }

    private record Manifest(Path path, String name) {}

    private void ollama(Path store) {
        Path manifests = store.resolve("manifests");
        Deque<Folder> open = new ArrayDeque<>(List.of(new Folder(manifests, 0)));
        while (!open.isEmpty()) {
            Folder folder = open.pop();
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder.path)) {
                for (Path path : stream) {
                    count();
                    boolean inner = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
                    if (inner && folder.depth < DEEPEST) {
                        open.push(new Folder(path, folder.depth + 1));
                    } else if (inner) {
                        unknown(path, unread(path, "lies more than %d folders deep".formatted(DEEPEST)));
                    } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                            && !name(path).startsWith(".")) {
                        ollama(store, new Manifest(path, tag(manifests.relativize(path))));
                    }
                }
            } catch (IOException | DirectoryIteratorException e) {
                unknown(folder.path, unreadable(folder.path, e));
            }
        }
    }

    /** A model of Ollama's store of which nothing is known. */
    private void unknown(Path path, Unread unread) {
        found.add(new ModelFolder(shown(path), false, path, shown(path), List.of(), List.of(), List.of(unread)));
    }

    /** {@code library/llama3.3:70b} of {@code registry.ollama.ai/library/llama3.3/70b}. */
    private static String tag(Path manifest) {
        List<String> parts = new ArrayList<>();
        manifest.forEach(part -> parts.add(part.toString()));
        if (parts.size() < 3) {
            return slashed(manifest);
        }
        List<String> name = parts.subList(1, parts.size() - 1);
        return String.join("/", name) + ":" + parts.getLast();
    }

    /** A manifest of Ollama: JSON with layers, each with a media type and the digest of its blob. */
    private void ollama(Path store, Manifest manifest) {
        List<ModelFile> files = new ArrayList<>();
        List<ModelPaper> papers = new ArrayList<>();
        List<Unread> unread = new ArrayList<>();
        try {
            for (JsonNode layer : layers(manifest.path)) {
                String type = layer.path("mediaType").asString("");
                boolean model = type.equals("application/vnd.ollama.image.model");
                if (!model && !type.equals("application/vnd.ollama.image.license")) {
                    continue;
                }
                Optional<Path> blob = blob(store, layer);
                if (blob.isEmpty()) {
                    unread.add(unread(manifest.path, "names a layer (%s) that is not in the store".formatted(type)));
                } else if (model) {
                    files.add(new ModelFile(new OwnFile(OwnFile.Kind.GGUF, blob.get()), shown(blob.get())));
                } else {
                    Path as = manifest.path.resolveSibling("LICENSE-" + papers.size());
                    papers.add(new ModelPaper(shown(blob.get()), blob.get(), Optional.of(as)));
                }
            }
        } catch (IOException | JacksonException _) {
            unread.add(unread(manifest.path, "is no manifest of Ollama that can be read"));
        }
        if (!files.isEmpty() || !papers.isEmpty() || !unread.isEmpty()) {
            found.add(new ModelFolder(
                    manifest.name,
                    true,
                    manifest.path.resolveSibling(""),
                    shown(manifest.path),
                    files,
                    papers,
                    unread));
        }
    }

    private static JsonNode layers(Path manifest) throws IOException {
        if (Files.size(manifest) > LARGEST_MANIFEST) {
            throw new IOException("too large");
        }
        JsonNode layers =
                JsonMapper.shared().readTree(Files.readAllBytes(manifest)).path("layers");
        if (!layers.isArray()) {
            throw new IOException("has no layers");
        }
        return layers;
    }

    private Optional<Path> blob(Path store, JsonNode layer) {
        Matcher digest = BLOB.matcher(layer.path("digest").asString(""));
        if (!digest.matches()) {
            return Optional.empty();
        }
        try {
            Path blob = store.resolve("blobs").resolve("sha256-" + digest.group(1));
            return isInside(blob) ? Optional.of(blob) : Optional.empty();
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }
}
