package io.stoa.license.pack;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A pack before it is written. The same request gives the same bytes. */
public final class Pack {
    private final Manifest manifest;
    private final SortedMap<String, byte[]> files;

    Pack(Manifest manifest, SortedMap<String, byte[]> files) {
        this.manifest = manifest;
        this.files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /** The paths of its files, sorted. */
    public Set<String> paths() {
        return files.keySet();
    }

    /** Whether something is missing or not known. */
    public boolean partial() {
        return manifest.partial();
    }

    /** What a partial pack lacks. */
    public List<String> missing() {
        return manifest.missing();
    }

    SortedMap<String, byte[]> files() {
        return files;
    }
}
