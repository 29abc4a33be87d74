package io.stoa.benchmark.dataset;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.nio.file.Path;
import java.util.List;

/**
 * A split that lies in the cache and was checked.
 *
 * @param commit of the dataset's repository, 40 hexadecimal digits
 * @param files in the order in which they are read, at least one
 */
public record HubSplit(HubReference reference, String commit, List<CachedFile> files, Format format) {
    /**
     * A file of the split.
     *
     * @param path in the dataset
     * @param local where it lies
     */
    public record CachedFile(String path, Path local, Digest digest) {
        public CachedFile {
            requireNonNull(path, "path");
            requireNonNull(local, "local");
            requireNonNull(digest, "digest");
        }
    }

    public HubSplit {
        requireNonNull(reference, "reference");
        requireNonNull(format, "format");
        files = List.copyOf(files);
        if (!HubReference.isCommit(commit) || files.isEmpty()) {
            throw new IllegalArgumentException(reference + ": commit " + commit + ", files " + files);
        }
    }

    List<Path> locals() {
        return files.stream().map(CachedFile::local).toList();
    }

    /** For people: the dataset, the split, and the start of the commit. */
    public String source() {
        return reference + " (commit " + commit.substring(0, 12) + ")";
    }
}
