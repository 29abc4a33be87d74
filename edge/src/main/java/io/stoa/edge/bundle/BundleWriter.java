package io.stoa.edge.bundle;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * Writes the files of a bundle, in their order: into one file when its name ends with {@code .tar}, else into a folder. It
 * lies beside its place until it is whole and on the disk, and is then moved there.
 */
final class BundleWriter {
    private final Path whole;
    private final Path half;

    BundleWriter(Path place) {
        this.whole = place.toAbsolutePath();
        this.half = whole.resolveSibling(
                "." + whole.getFileName() + "-" + ProcessHandle.current().pid() + ".part");
    }

    /** A file of a bundle. */
    record Source(long size, Tar.Body body) {}

    /** Looks at what was written before it gets its place. */
    interface Inspection {
        /** Whether it may be moved there. */
        boolean passes(Path written) throws IOException;
    }

    /** Writes all; false when the inspection did not pass, and nothing is left then. */
    boolean write(SequencedMap<String, Source> files, Inspection inspection) throws IOException {
        try {
            if (isTar()) {
                try (OutputStream out = fresh(half)) {
                    writeTar(out, files);
                }
                sync(half);
            } else {
                for (Map.Entry<String, Source> file : files.entrySet()) {
                    writeFile(half.resolve(file.getKey()), file.getValue());
                }
            }
            if (!inspection.passes(half)) {
                return false;
            }
            Files.move(half, whole, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } finally {
            delete(half);
        }
    }

    private boolean isTar() {
        return String.valueOf(whole.getFileName()).endsWith(".tar");
    }

    private static void writeTar(OutputStream out, SequencedMap<String, Source> files) throws IOException {
        Tar.Writer tar = new Tar.Writer(out);
        for (Map.Entry<String, Source> file : files.entrySet()) {
            Source source = file.getValue();
            tar.file(new Tar.Entry(file.getKey(), source.size(), false), source.body());
        }
        tar.end();
    }

    private static void writeFile(Path file, Source source) throws IOException {
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        try (OutputStream out = fresh(file)) {
            source.body().writeTo(out);
        }
        sync(file);
    }

    private static OutputStream fresh(Path file) throws IOException {
        return new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), 1 << 18);
    }

    private static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void delete(Path half) throws IOException {
        if (!Files.exists(half)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(half)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
