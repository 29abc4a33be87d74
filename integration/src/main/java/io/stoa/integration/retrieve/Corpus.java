package io.stoa.integration.retrieve;

import io.stoa.model.Bytes;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The documents of a folder.
 *
 * @param folder where they lie
 * @param documents at least one, by ascending id
 * @param digest of every id and every byte, so that a changed corpus is another corpus
 */
public record Corpus(Path folder, List<Document> documents, Digest digest) {
    /** A document goes into a prompt as a whole, so a larger file is not one document. */
    static final Bytes LARGEST_DOCUMENT = Bytes.mebibytes(1);

    /** The corpus and its index are held in memory. */
    static final Bytes LARGEST_CORPUS = Bytes.mebibytes(256);

    public Corpus {
        documents = List.copyOf(documents);
        if (documents.isEmpty()) {
            throw new IllegalArgumentException(folder + ": a corpus without documents");
        }
    }

    /**
     * Reads every {@code *.md} file below a folder, as UTF-8; linked folders are not entered.
     *
     * @throws StoaException of kind {@code USER} or {@code RESOURCES} that names the folder or the file
     */
    public static Corpus read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw StoaException.user(folder + ": no such folder; a corpus is a folder of Markdown files");
        }
        List<Path> files = markdownFiles(folder);
        if (files.isEmpty()) {
            throw StoaException.user(folder + ": no *.md file below it; a corpus is a folder of Markdown files");
        }
        MessageDigest running = Digest.sha256();
        List<Document> documents = new ArrayList<>();
        long bytes = 0;
        for (Path file : files) {
            byte[] content = content(file);
            bytes += content.length;
            if (bytes > LARGEST_CORPUS.count()) {
                throw StoaException.resources(folder + ": more than " + LARGEST_CORPUS
                        + " of Markdown; the index is held in memory, so take a part of it");
            }
            String id = id(folder, file);
            running.update(Digest.of(id).hex().getBytes(StandardCharsets.US_ASCII));
            running.update(Digest.of(content).hex().getBytes(StandardCharsets.US_ASCII));
            documents.add(document(file, id, content));
        }
        return new Corpus(folder, documents, Digest.of(running));
    }

    private static List<Path> markdownFiles(Path folder) {
        try (Stream<Path> entries = Files.walk(folder)) {
            return entries.filter(entry -> entry.toString().endsWith(".md") && !Files.isDirectory(entry))
                    .sorted(Comparator.comparing(file -> id(folder, file)))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new StoaException(StoaException.Kind.USER, folder + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static String id(Path folder, Path file) {
        return folder.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
    }

    private static byte[] content(Path file) {
        if (!Files.isRegularFile(file)) {
            throw StoaException.user(file + ": not a file; remove it from the corpus");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes((int) LARGEST_DOCUMENT.count() + 1);
            if (content.length > LARGEST_DOCUMENT.count()) {
                throw StoaException.user(file + ": larger than " + LARGEST_DOCUMENT
                        + "; a document goes into the prompt as a whole, so split it");
            }
            return content;
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": cannot be read: " + e, e);
        }
    }

    private static Document document(Path file, String id, byte[] content) {
        try {
            return Document.ofMarkdown(
                    id,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(content))
                            .toString());
        } catch (CharacterCodingException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": not UTF-8; convert it", e);
        } catch (IllegalArgumentException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": has no text; fill it or remove it", e);
        }
    }
}
