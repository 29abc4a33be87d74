package io.stoa.cli;

import io.stoa.edge.device.JournalFile;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/** A device's journal, unpacked for as long as it is looked at. */
final class UnpackedJournal {
    private UnpackedJournal() {}

    static int with(JournalFile file, ToIntFunction<Path> work) {
        try {
            Path folder = Files.createTempDirectory("stoa-journal-");
            try {
                file.unpack(folder);
                return work.applyAsInt(folder);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    "the journal cannot be unpacked (" + e + "); free some space in the system's temporary folder",
                    e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.toList().reversed()) {
                Files.delete(each);
            }
        }
    }
}
