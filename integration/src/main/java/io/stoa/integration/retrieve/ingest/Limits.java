package io.stoa.integration.retrieve.ingest;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Bytes;
import java.time.Duration;

/**
 * What a document may cost at most; one that costs more is refused by its name.
 *
 * @param file the bytes of a file
 * @param text the characters that are taken out of it
 * @param pages of a PDF, slides or sheets
 * @param passages that it is cut into
 * @param patience how long reading it may take
 * @param memory of the process that reads it
 */
public record Limits(Bytes file, int text, int pages, int passages, Duration patience, Bytes memory) {
    /** Ample for what people write: 64 MiB, 20 million characters, 5,000 pages, 50,000 passages, a minute, 512 MiB. */
    public static final Limits USUAL =
            new Limits(Bytes.mebibytes(64), 20_000_000, 5_000, 50_000, Duration.ofMinutes(1), Bytes.mebibytes(512));

    public Limits {
        requireNonNull(file, "file");
        requireNonNull(memory, "memory");
        if (file.count() < 1 || file.count() > Bytes.gibibytes(1).count()) {
            throw new IllegalArgumentException("a file is read as a whole, so at most 1 GiB of it: " + file);
        }
        if (text < 1 || pages < 1 || passages < 1 || patience.isNegative() || patience.isZero()) {
            throw new IllegalArgumentException("limits are positive: " + text + " characters, " + pages + " pages, "
                    + passages + " passages, " + patience);
        }
    }
}
