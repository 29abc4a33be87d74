package io.stoa.gateway.audit;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Where the audit's files lie.
 *
 * <pre>
 * FOLDER/CHAIN/0000000000000001.jsonl    a segment: records, one a line, named by the sequence of the first
 * FOLDER/CHAIN/0000000000000001.salts    32 bytes for each record of that segment; zeros once erased
 * FOLDER/CHAIN/content/0000000000001/…   bodies, where they are kept: one file a record, a thousand to a folder
 * FOLDER/CHAIN/checkpoints.jsonl         signed heads
 * FOLDER/CHAIN/set-aside/…               what a crash left half written
 * FOLDER/CHAIN/lock                      held by the one process that appends
 * </pre>
 *
 * Folders are made with mode 0700 and files with 0600 where the file system knows modes.
 *
 * @param path the folder of all chains
 */
public record AuditFolder(Path path) {
    /** The chain of whoever works on the folder from outside a gateway: {@code stoa audit erase}. */
    public static final String OPERATOR = "operator";

    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    private static final int MOST_CHAIN_LETTERS = 64;

    /**
     * The names of the chains, sorted.
     *
     * @throws StoaException {@code USER} when there is no such folder
     */
    public List<String> chains() {
        try (Stream<Path> folders = Files.list(path)) {
            return folders.filter(Files::isDirectory)
                    .map(folder -> String.valueOf(folder.getFileName()))
                    .filter(AuditFolder::isChainName)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    path + ": no audit there (" + e + "); name the folder that stoa.yaml's gateway writes its audit to",
                    e);
        }
    }

    /** Whether a name can be that of a chain: lower-case letters, digits, {@code -}, {@code _} and {@code .} inside. */
    public static boolean isChainName(String name) {
        return !name.isEmpty()
                && name.length() <= MOST_CHAIN_LETTERS
                && name.chars().allMatch(AuditFolder::isChainLetter)
                && name.charAt(0) != '.'
                && name.charAt(0) != '-';
    }

    private static boolean isChainLetter(int letter) {
        return (letter >= 'a' && letter <= 'z')
                || (letter >= '0' && letter <= '9')
                || letter == '-'
                || letter == '_'
                || letter == '.';
    }

    /** A segment of a chain. */
    record Segment(long first, Path records, Path salts) {}

    Path chain(String chain) {
        return path.resolve(chain);
    }

    Path checkpoints(String chain) {
        return chain(chain).resolve("checkpoints.jsonl");
    }

    Path setAside(String chain) {
        return chain(chain).resolve("set-aside");
    }

    Path content(String chain, long sequence) {
        return chain(chain)
                .resolve("content")
                .resolve(String.format(Locale.ROOT, "%013d", sequence / 1000))
                .resolve(sequence + ".json");
    }

    /** Whether content of any of some records is there. */
    boolean hasContent(String chain, long from, long before) throws IOException {
        for (long at = from; at < before; at = (at / 1000 + 1) * 1000) {
            Path folder = content(chain, at).getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> files = Files.list(folder)) {
                Set<String> names =
                        files.map(file -> String.valueOf(file.getFileName())).collect(Collectors.toSet());
                long end = Math.min(before, (at / 1000 + 1) * 1000);
                if (LongStream.range(at, end).anyMatch(sequence -> names.contains(sequence + ".json"))) {
                    return true;
                }
            }
        }
        return false;
    }

    Segment segment(String chain, long first) {
        String name = String.format(Locale.ROOT, "%016d", first);
        return new Segment(
                first, chain(chain).resolve(name + ".jsonl"), chain(chain).resolve(name + ".salts"));
    }

    /** The segments of a chain in their order. */
    List<Segment> segments(String chain) throws IOException {
        try (Stream<Path> files = Files.list(chain(chain))) {
            return files.map(file -> first(String.valueOf(file.getFileName())))
                    .flatMap(Optional::stream)
                    .sorted()
                    .map(first -> segment(chain, first))
                    .toList();
        }
    }

    private static Optional<Long> first(String file) {
        return file.length() == 22
                        && file.endsWith(".jsonl")
                        && file.chars().limit(16).allMatch(letter -> letter >= '0' && letter <= '9')
                ? Optional.of(Long.parseLong(file.substring(0, 16)))
                : Optional.empty();
    }

    static void makeFolders(Path folder) throws IOException {
        if (POSIX) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(folder);
        }
    }

    /** Opens a file that only its owner may read, for reading and writing; makes it when it is not there. */
    static FileChannel open(Path file) throws IOException {
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return POSIX
                ? FileChannel.open(
                        file,
                        options,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : FileChannel.open(file, options);
    }

    /** Makes names in a folder survive a crash of the machine, where the system can. */
    static void syncFolder(Path folder) {
        if (!POSIX) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException _) {
            // some file systems refuse; the names then survive as long as those systems let them
        }
    }
}
