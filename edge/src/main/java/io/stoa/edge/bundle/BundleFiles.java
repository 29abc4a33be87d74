package io.stoa.edge.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The files of a bundle, of which nothing is believed yet: a folder, or a tar with the same files in it. Only names that a
 * bundle can have, and no more files than it can have.
 */
final class BundleFiles {
    /** Three files at the top, a manifest, a configuration, and the parts. */
    static final int MOST_FILES = 5 + PartKind.values().length;

    private static final String BLOB = "blobs/sha256/[0-9a-f]{64}";
    /** What lies at the top, in the order of a tar. */
    static final List<String> TOP = List.of(OciLayout.SIGNATURE, OciLayout.MARK, OciLayout.INDEX);

    private BundleFiles() {}

    /** The files by name; those of a tar in its order. */
    static Map<String, Region> of(Path bundle) throws IOException, BundleFault {
        if (Files.isDirectory(bundle, LinkOption.NOFOLLOW_LINKS)) {
            return ofFolder(bundle);
        }
        if (Files.isRegularFile(bundle, LinkOption.NOFOLLOW_LINKS)) {
            return ofTar(bundle);
        }
        throw new BundleFault(Fault.UNREADABLE, "is neither a folder nor a file");
    }

    private static Map<String, Region> ofFolder(Path folder) throws IOException, BundleFault {
        Map<String, Region> files = new TreeMap<>();
        for (Path entry : list(folder)) {
            String name = name(entry);
            if (TOP.contains(name)) {
                files.put(name, file(entry));
            } else if (!name.equals("blobs") || !Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                throw stranger(name);
            }
        }
        Path blobs = folder.resolve("blobs");
        if (!Files.isDirectory(blobs, LinkOption.NOFOLLOW_LINKS)) {
            throw new BundleFault(Fault.MISSING, "has no folder blobs");
        }
        for (Path entry : list(blobs)) {
            if (!name(entry).equals("sha256") || !Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                throw stranger("blobs/" + name(entry));
            }
            for (Path blob : list(entry)) {
                String name = OciLayout.BLOBS + name(blob);
                if (!name.matches(BLOB)) {
                    throw stranger(name);
                }
                files.put(name, file(blob));
            }
        }
        return complete(files);
    }

    private static List<Path> list(Path folder) throws IOException, BundleFault {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            for (Path entry : stream) {
                entries.add(entry);
                if (entries.size() > MOST_FILES) {
                    throw new BundleFault(Fault.STRANGER, "holds more files than a bundle has");
                }
            }
        }
        return entries;
    }

    private static String name(Path entry) {
        return String.valueOf(entry.getFileName());
    }

    private static Region file(Path path) throws IOException, BundleFault {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new BundleFault(Fault.STRANGER, "has a link or something else that is no file: " + name(path));
        }
        return new Region(path, 0, Files.size(path));
    }

    private static Map<String, Region> ofTar(Path tar) throws IOException, BundleFault {
        Map<String, Region> files = new LinkedHashMap<>();
        Region whole = new Region(tar, 0, Files.size(tar));
        try (FileChannel channel = whole.channel()) {
            long at = 0;
            for (; ; ) {
                Optional<Tar.Entry> next = entry(channel, at);
                if (next.isEmpty()) {
                    break;
                }
                Tar.Entry entry = next.get();
                long start = at + Tar.BLOCK;
                long end = start + Tar.padded(entry.size());
                if (entry.size() > whole.size() || end > whole.size()) {
                    throw new BundleFault(Fault.TRUNCATED, "ends in the middle of " + entry.name());
                }
                if (!(TOP.contains(entry.name()) || entry.name().matches(BLOB)) || entry.executable()) {
                    throw stranger(entry.name());
                }
                if (files.put(entry.name(), new Region(tar, start, entry.size())) != null) {
                    throw new BundleFault(Fault.STRANGER, "has " + entry.name() + " twice");
                }
                if (files.size() > MOST_FILES) {
                    throw new BundleFault(Fault.STRANGER, "holds more files than a bundle has");
                }
                demandZeros(channel, start + entry.size(), (int) (end - start - entry.size()));
                at = end;
            }
            if (whole.size() != at + Tar.END) {
                throw new BundleFault(
                        whole.size() < at + Tar.END ? Fault.TRUNCATED : Fault.STRANGER,
                        "does not end where its last file ends");
            }
            demandZeros(channel, at, Tar.END);
        }
        return complete(files);
    }

    private static Optional<Tar.Entry> entry(FileChannel channel, long at) throws IOException, BundleFault {
        byte[] header = bytes(channel, at, Tar.BLOCK);
        try {
            return Tar.entry(header);
        } catch (IOException e) {
            throw new BundleFault(Fault.STRANGER, String.valueOf(e.getMessage()));
        }
    }

    private static void demandZeros(FileChannel channel, long at, int count) throws IOException, BundleFault {
        for (byte value : bytes(channel, at, count)) {
            if (value != 0) {
                throw new BundleFault(Fault.STRANGER, "has something hidden between its files");
            }
        }
    }

    private static byte[] bytes(FileChannel channel, long at, int count) throws IOException, BundleFault {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new BundleFault(Fault.TRUNCATED, "ends too early");
            }
        }
        return buffer.array();
    }

    private static Map<String, Region> complete(Map<String, Region> files) throws BundleFault {
        for (String needed : TOP) {
            if (!files.containsKey(needed)) {
                throw new BundleFault(Fault.MISSING, "has no " + needed);
            }
        }
        if (files.size() > MOST_FILES) {
            throw new BundleFault(Fault.STRANGER, "holds more files than a bundle has");
        }
        return files;
    }

    private static BundleFault stranger(String name) {
        return new BundleFault(
                Fault.STRANGER, "holds " + BundleMetadata.printed(name) + ", which is no part of a bundle");
    }
}
