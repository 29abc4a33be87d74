package io.stoa.inspect.structure;

import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.inspect.observation.Shown;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A model's folder: which files are in it, without following a link, bounded in number and depth. */
public final class FolderExamination {
    private static final int MOST_FILES = 20_000;
    private static final int DEEPEST = 32;

    private FolderExamination() {}

    /** The regular files of a folder, sorted; what is wrong with the folder itself goes to the notes. */
    public static List<Path> files(Path folder, Notes notes) throws IOException {
        Path root = folder.toRealPath();
        List<Path> files = new ArrayList<>();
        Map<String, String> lower = new HashMap<>();
        Files.walkFileTree(
                folder,
                java.util.EnumSet.noneOf(java.nio.file.FileVisitOption.class),
                DEEPEST,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                        boolean hooks = path.endsWith(Path.of(".git", "hooks"));
                        if (hooks) {
                            notes.lead(
                                    Check.FOLDER, name(path), "It holds hooks that Git runs.", "Do not run Git in it.");
                        }
                        return path.endsWith(".git") ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                        String name = name(path);
                        if (name.codePoints().anyMatch(Shown::hidden)) {
                            notes.fail(Check.FOLDER, name, "The name has hidden characters.", "Do not use the folder.");
                        }
                        String twin = lower.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
                        if (twin != null) {
                            notes.lead(
                                    Check.FOLDER,
                                    name,
                                    "It differs from " + Shown.quoted(twin)
                                            + " in case only; some systems see one file.",
                                    "Rename or remove one.");
                        }
                        if (attributes.isSymbolicLink()) {
                            link(path, name);
                        } else if (attributes.isRegularFile()) {
                            files.add(path);
                        } else if (attributes.isDirectory()) {
                            notes.notTested(
                                    Check.FOLDER,
                                    name + " lies too deep and was not examined.",
                                    "Examine it by itself.");
                        } else {
                            notes.fail(Check.FOLDER, name, "It is neither a file nor a folder.", "Remove it.");
                        }
                        return files.size() >= MOST_FILES ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path path, IOException e) {
                        notes.notTested(
                                Check.FOLDER, name(path) + " cannot be read (" + e + ").", "Check its permissions.");
                        return FileVisitResult.CONTINUE;
                    }

                    private void link(Path path, String name) {
                        try {
                            Path target = path.toRealPath();
                            if (!target.startsWith(root)) {
                                notes.fail(
                                        Check.FOLDER,
                                        name,
                                        "It is a link out of the folder.",
                                        "Remove it, or put the file there.");
                            } else if (Files.isRegularFile(target)) {
                                notes.pass(Check.FOLDER, name + " is a link inside of the folder.");
                            }
                        } catch (IOException e) {
                            notes.fail(Check.FOLDER, name, "It is a link to nothing, or to itself.", "Remove it.");
                        }
                    }

                    private String name(Path path) {
                        return folder.relativize(path).toString();
                    }
                });
        if (files.size() >= MOST_FILES) {
            notes.notTested(
                    Check.FOLDER, "It has more than " + MOST_FILES + " files; the others were not seen.", "Split it.");
        }
        files.sort(Path::compareTo);
        notes.passIfClean(Check.FOLDER, files.size() + " files, no link out of the folder, no misleading name.");
        return files;
    }
}
