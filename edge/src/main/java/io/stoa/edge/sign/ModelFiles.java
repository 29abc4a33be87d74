package io.stoa.edge.sign;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The files of a model, a folder or a single file, as the specification lists them (section 6): every regular file, except
 * what git keeps at the top of the folder, what is to be ignored, and the signature itself. Symbolic links are refused.
 */
public final class ModelFiles {
    private final Path model;
    private final Optional<Path> signature;

    /**
     * A model.
     *
     * @param signature the signature's file, which may lie in the folder
     */
    public ModelFiles(Path model, Optional<Path> signature) {
        this.model = requireNonNull(model, "model").toAbsolutePath().normalize();
        this.signature = signature.map(file -> file.toAbsolutePath().normalize());
    }

    /**
     * What is to be signed.
     *
     * @param ignored paths under the folder to leave out, beside the usual ones
     * @throws StoaException of kind {@code USER} when there is no file, or a link
     */
    public Manifest manifest(Set<String> ignored, Progress progress) {
        List<String> all = new ArrayList<>(Manifest.ALWAYS_IGNORED);
        ignored.stream().sorted().filter(path -> !all.contains(path)).forEach(all::add);
        List<SignedFile> files = new ArrayList<>();
        list(all).forEach((name, file) -> files.add(new SignedFile(name, Artifacts.digestOf(file, progress))));
        if (files.isEmpty()) {
            throw StoaException.user(model + ": has no file to sign");
        }
        Manifest sorted = Manifest.of(String.valueOf(model.getFileName()), files);
        return new Manifest(sorted.subject(), sorted.files(), all, false);
    }

    /**
     * In which way a model is not what was signed.
     *
     * @param name the file
     * @param kind what is wrong with it
     */
    public record Difference(String name, Kind kind) {
        /** What is wrong with a file. */
        public enum Kind {
            MISSING,
            CHANGED,
            NOT_SIGNED
        }
    }

    /**
     * How the model differs from what was signed.
     *
     * @param manifest of a genuine signature
     * @param strangers whether files that are not signed are borne with
     */
    public List<Difference> differences(Manifest manifest, boolean strangers, Progress progress) {
        List<String> ignored = new ArrayList<>(Manifest.ALWAYS_IGNORED);
        // what implementations write there beside paths under the folder is no path under it
        manifest.ignored().stream().filter(SignedFile::isCanonical).forEach(ignored::add);
        Map<String, Path> found = new HashMap<>(list(ignored));
        List<Difference> differences = new ArrayList<>();
        for (SignedFile signed : manifest.files()) {
            Path file = found.remove(signed.name());
            if (file == null) {
                differences.add(new Difference(signed.name(), Difference.Kind.MISSING));
                continue;
            }
            Digest digest = Artifacts.digestOf(file, progress);
            if (!digest.equals(signed.digest())) {
                differences.add(new Difference(signed.name(), Difference.Kind.CHANGED));
            }
        }
        if (!strangers) {
            found.keySet().stream()
                    .sorted()
                    .forEach(name -> differences.add(new Difference(name, Difference.Kind.NOT_SIGNED)));
        }
        return differences;
    }

    private Map<String, Path> list(List<String> ignored) {
        Map<String, Path> files = new TreeMap<>();
        try {
            if (!Files.isDirectory(model)) {
                take(model, String.valueOf(model.getFileName()), files);
                return files;
            }
            Files.walkFileTree(model, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return !folder.equals(model) && ignored.contains(name(folder))
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (!ignored.contains(name(file)) && !signature.equals(Optional.of(file))) {
                        take(file, name(file), files);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
            return files;
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, model + ": cannot be read (" + e + ")", e);
        }
    }

    private String name(Path file) {
        return model.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
    }

    private static void take(Path file, String name, Map<String, Path> files) {
        if (Files.isSymbolicLink(file)) {
            throw StoaException.user(file + ": is a symbolic link, which is not signed; put the file itself there");
        }
        if (!Files.isRegularFile(file) || !SignedFile.isCanonical(name)) {
            throw StoaException.user(file + ": is no file that can be signed; is the path right?");
        }
        if (files.size() >= Manifest.MOST_FILES) {
            throw StoaException.user("there are more than " + Manifest.MOST_FILES + " files; sign a smaller folder");
        }
        files.put(name, file);
    }
}
