package io.stoa.benchmark.dataset;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads rows from files. */
public final class DatasetReader {
    private final Limits limits;
    private final BrokenRows policy;

    public DatasetReader(Limits limits, BrokenRows policy) {
        this.limits = requireNonNull(limits, "limits");
        this.policy = requireNonNull(policy, "policy");
    }

    /** One that keeps to the standard limits and refuses broken rows. */
    public DatasetReader() {
        this(Limits.STANDARD, BrokenRows.REFUSE);
    }

    /** Reads a file in the format that its name tells. */
    public Split read(Path file) {
        return read(List.of(file), Format.require(String.valueOf(file.getFileName())));
    }

    /**
     * Reads all rows into memory.
     *
     * @throws StoaException of kind USER when a file is missing, broken, beyond a limit or without rows, naming it and the
     *     line; of kind RESOURCES when it cannot be read
     */
    public Split read(List<Path> files, Format format) {
        List<Row> rows = new ArrayList<>();
        Read read = forEach(files, format, rows::add);
        if (rows.isEmpty()) {
            throw StoaException.user(names(files) + ": holds no row; is it the right file, and complete?");
        }
        String source = names(files) + " (sha256 " + read.digest().abbreviated() + ")";
        return new Split(source, read.digest(), rows, read.skipped());
    }

    /**
     * Hands over row by row, with one row in memory at a time (for tables in JSON by columns: the document). Rows that were
     * handed over do not count when this ends with an exception.
     */
    public Read forEach(List<Path> files, Format format, Consumer<Row> rows) {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("no file to read");
        }
        List<Identity> before = files.stream().map(DatasetReader::identify).toList();
        RowSink sink = new RowSink(limits, policy, rows);
        RowReader reader = reader(format);
        attempt(files, () -> reader.read(files, sink));
        long skipped = sink.finish();
        for (Identity identity : before) {
            if (!identity.stillHolds()) {
                throw StoaException.user(identity.file() + ": changed while it was read; read it again");
            }
        }
        return new Read(digest(before.stream().map(Identity::digest).toList()), skipped);
    }

    /**
     * What was read.
     *
     * @param digest as in {@link Split}
     * @param skipped how many broken rows were passed over
     */
    public record Read(Digest digest, long skipped) {}

    private static Digest digest(List<Digest> digests) {
        if (digests.size() == 1) {
            return digests.getFirst();
        }
        StringBuilder lines = new StringBuilder();
        digests.forEach(digest -> lines.append(digest.hex()).append('\n'));
        return Digest.of(lines.toString());
    }

    private static RowReader reader(Format format) {
        return switch (format) {
            case Format.JsonLines _ -> new JsonLinesReader();
            case Format.Json json -> new JsonDocumentReader(json.field());
            case Format.Table table -> new TableReader(table);
            case Format.Parquet _ -> new ParquetRowReader();
            case Format.Text _ -> new TextReader();
            case Format.LlamaCppHellaSwag _ -> new LlamaCppHellaSwagReader();
        };
    }

    private static void attempt(List<Path> files, Reading reading) {
        try {
            reading.run();
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    names(files) + ": cannot be read (" + e.getMessage() + "); check its permissions and the disk",
                    e);
        }
    }

    private static Identity identify(Path file) {
        if (!Files.isRegularFile(file)) {
            throw StoaException.user(file + ": no such file; check the path");
        }
        try {
            FileTime modified = Files.getLastModifiedTime(file);
            long size = Files.size(file);
            return new Identity(file, sha256(file), size, modified);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    file + ": cannot be read (" + e.getMessage() + "); check its permissions and the disk",
                    e);
        }
    }

    static Digest sha256(Path file) throws IOException {
        DigestOutputStream digest = new DigestOutputStream(OutputStream.nullOutputStream(), Digest.sha256());
        try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(digest);
        }
        return Digest.of(digest.getMessageDigest());
    }

    private static String names(List<Path> files) {
        return files.size() == 1
                ? files.getFirst().toString()
                : files.getFirst() + " and " + (files.size() - 1) + " more";
    }

    @FunctionalInterface
    private interface Reading {
        void run() throws IOException;
    }

    /** The digest is taken before the rows are read, in a pass of its own, because not every format is read in order. */
    private record Identity(Path file, Digest digest, long size, FileTime modified) {
        boolean stillHolds() {
            try {
                return Files.size(file) == size
                        && Files.getLastModifiedTime(file).equals(modified);
            } catch (IOException _) {
                return false;
            }
        }
    }
}
