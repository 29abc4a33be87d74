package io.stoa.benchmark.dataset;

/** Hears how far downloads have come. Called from the working thread; must be quick and must not throw. */
@FunctionalInterface
public interface DownloadProgress {
    /** A progress that nobody watches. */
    DownloadProgress NONE = (_, _, _) -> {};

    /**
     * Says how much of a file is here.
     *
     * @param path in the dataset
     * @param total bytes; as many as are done when the server does not say
     */
    void at(String path, long done, long total);
}
