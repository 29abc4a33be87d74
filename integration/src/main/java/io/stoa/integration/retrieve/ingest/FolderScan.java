package io.stoa.integration.retrieve.ingest;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * The documents below a folder. Hidden files and folders are passed over. Links are not followed: what they lead to inside the
 * folder is there anyway, and what lies outside was not meant.
 *
 * @param found by their ids
 * @param refused what looks like a document and is not read
 * @param passed files that are no documents, such as pictures
 */
record FolderScan(List<Found> found, List<Ingestion.Refusal> refused, int passed) {
    private static final int DEEPEST = 64;
    private static final int MOST_FILES = 1_000_000;

    /**
     * A document.
     *
     * @param id its path below the folder, with forward slashes
     */
    record Found(String id, Path file, Format format, long bytes) {}

    static FolderScan of(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw StoaException.user(folder + ": no such folder; name the folder that the documents lie in");
        }
        Visit visit = new Visit(folder);
        try {
            Files.walkFileTree(
                    folder.toRealPath(), EnumSet.noneOf(java.nio.file.FileVisitOption.class), DEEPEST, visit);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER, folder + ": cannot be read (" + e + "); may you read it?", e);
        }
        visit.found.sort(Comparator.comparing(Found::id));
        return new FolderScan(List.copyOf(visit.found), List.copyOf(visit.refused), visit.passed);
    }

    private static final class Visit extends SimpleFileVisitor<Path> {
        private final Path folder;
        private final Path real;
        private final List<Found> found = new ArrayList<>();
        private final List<Ingestion.Refusal> refused = new ArrayList<>();
        private int passed;

        Visit(Path folder) {
            this.folder = folder;
            try {
                this.real = folder.toRealPath();
            } catch (IOException e) {
                throw new StoaException(
                        StoaException.Kind.USER, folder + ": cannot be read (" + e + "); may you read it?", e);
            }
        }

        private String id(Path path) {
            return real.relativize(path).toString().replace(path.getFileSystem().getSeparator(), "/");
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return !directory.equals(real) && hidden(directory)
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        private static boolean hidden(Path path) {
            return String.valueOf(path.getFileName()).startsWith(".");
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = String.valueOf(file.getFileName());
            if (hidden(file) || name.startsWith("~$")) {
                return FileVisitResult.CONTINUE;
            }
            if (attributes.isSymbolicLink()) {
                link(file);
            } else if (attributes.isDirectory()) {
                refuse(file, "lies more than " + DEEPEST + " folders deep; move it up", true);
            } else {
                document(file, name, attributes);
            }
            if (found.size() + refused.size() > MOST_FILES) {
                throw StoaException.resources(
                        folder + ": more than " + MOST_FILES + " documents; ingest its parts into stores of their own");
            }
            return FileVisitResult.CONTINUE;
        }

        private void document(Path file, String name, BasicFileAttributes attributes) {
            Optional<Format> format = Format.of(name);
            if (format.isEmpty()) {
                if (Format.isOtherDocument(name)) {
                    refuse(file, "is of a format that is not read; save it as PDF, or as .docx, .xlsx or .pptx", true);
                } else {
                    passed++;
                }
            } else if (!attributes.isRegularFile()) {
                refuse(file, "is no file but a device or a pipe; remove it", true);
            } else {
                found.add(new Found(id(file), file, format.get(), attributes.size()));
            }
        }

        private void link(Path file) {
            try {
                Path target = file.toRealPath();
                boolean matters = Files.isDirectory(target)
                        || Format.of(String.valueOf(target.getFileName())).isPresent();
                if (!target.startsWith(real) && matters) {
                    refuse(
                            file,
                            "is a link that leads out of the folder; copy what it leads to, or ingest that folder",
                            true);
                }
            } catch (IOException _) {
                if (Format.of(String.valueOf(file.getFileName())).isPresent()
                        && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    refuse(file, "is a link that leads nowhere; remove it", true);
                }
            }
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            refuse(file, "cannot be read (" + e.getClass().getSimpleName() + "); may you read it?", false);
            return FileVisitResult.CONTINUE;
        }

        private void refuse(Path file, String reason, boolean itsFault) {
            refused.add(new Ingestion.Refusal(id(file), reason, itsFault));
        }
    }
}
