package io.stoa.benchmark.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;

/** How a file is packed, told by its name. Files that were packed in pieces are read to their end. */
enum Compression {
    NONE(""),
    GZIP(".gz"),
    BZIP2(".bz2");

    private static final int BUFFER = 1 << 16;

    private final String ending;

    Compression(String ending) {
        this.ending = ending;
    }

    /** @param name in lower case */
    static Compression of(String name) {
        return name.endsWith(GZIP.ending) ? GZIP : name.endsWith(BZIP2.ending) ? BZIP2 : NONE;
    }

    String plainName(String name) {
        return name.substring(0, name.length() - ending.length());
    }

    InputStream unpack(InputStream in) throws IOException {
        return switch (this) {
            case NONE -> in;
            case GZIP -> new GZIPInputStream(in, BUFFER);
            case BZIP2 -> new BZip2CompressorInputStream(in, true);
        };
    }
}
