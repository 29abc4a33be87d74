package io.stoa.benchmark.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reads the rows of files of one format, in order. */
interface RowReader {
    /**
     * Puts every row of every file into the sink.
     *
     * @throws io.stoa.model.StoaException when the rest of a file cannot be understood, so that there is no next row
     */
    void read(List<Path> files, RowSink sink) throws IOException;
}
