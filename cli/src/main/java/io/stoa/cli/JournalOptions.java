package io.stoa.cli;

import io.stoa.model.Bytes;
import picocli.CommandLine.Option;

/** What a device writes down. */
final class JournalOptions {
    @Option(
            names = "--journal-size",
            defaultValue = "64MiB",
            paramLabel = "SIZE",
            description = "The oldest records go when the journal has more. Default: ${DEFAULT-VALUE}")
    private String size = "64MiB";

    @Option(names = "--keep-content", description = "Keep questions and answers, too; else only counts and times.")
    private boolean keepContent;

    Bytes size() {
        return Arguments.bytes(size);
    }

    boolean keepContent() {
        return keepContent;
    }
}
