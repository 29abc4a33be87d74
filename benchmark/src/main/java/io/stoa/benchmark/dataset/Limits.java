package io.stoa.benchmark.dataset;

/**
 * How much a file may ask for.
 *
 * @param rowBytes of one line or row of text, and of one element of a JSON list
 * @param documentBytes of a JSON document that has to be held as a whole
 * @param fileBytes of one file, after decompression
 * @param ratio how many times larger a file may grow by decompression, once it has grown beyond {@value #FREE_BYTES} bytes
 * @param rows of all files together
 * @param depth of nested lists and objects
 */
public record Limits(long rowBytes, long documentBytes, long fileBytes, int ratio, long rows, int depth) {
    /** Small files may be as repetitive as they like. */
    static final long FREE_BYTES = 16L << 20;

    /** Beyond the large published benchmarks, and small enough to refuse before memory runs out. */
    public static final Limits STANDARD = new Limits(16L << 20, 128L << 20, 8L << 30, 250, 5_000_000, 100);

    public Limits {
        if (rowBytes < 1 || documentBytes < 1 || fileBytes < 1 || ratio < 1 || rows < 1 || depth < 1) {
            throw new IllegalArgumentException("limits are positive: rowBytes " + rowBytes + ", documentBytes "
                    + documentBytes + ", fileBytes " + fileBytes + ", ratio " + ratio + ", rows " + rows + ", depth "
                    + depth);
        }
    }

    /** The same with other sizes of rows. */
    public Limits withRowBytes(long bytes) {
        return new Limits(bytes, documentBytes, fileBytes, ratio, rows, depth);
    }

    public Limits withDocumentBytes(long bytes) {
        return new Limits(rowBytes, bytes, fileBytes, ratio, rows, depth);
    }

    public Limits withFileBytes(long bytes) {
        return new Limits(rowBytes, documentBytes, bytes, ratio, rows, depth);
    }

    public Limits withRatio(int times) {
        return new Limits(rowBytes, documentBytes, fileBytes, times, rows, depth);
    }

    public Limits withRows(long most) {
        return new Limits(rowBytes, documentBytes, fileBytes, ratio, most, depth);
    }
}
