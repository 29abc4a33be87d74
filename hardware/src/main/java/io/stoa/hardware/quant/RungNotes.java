package io.stoa.hardware.quant;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was measured of rungs, one small JSON file each, so that a ladder that was stopped goes on where it was. A note is
 * found by all that decides its content: the digests of base, text and importance matrix, the type, windows, seed,
 * margins, the engine's version, and what a task or a speed depends on. A note that cannot be read is measured again.
 */
public final class RungNotes {
    private final Path folder;

    /** @param folder made when the first note is written */
    public RungNotes(Path folder) {
        this.folder = folder;
    }

    Optional<MeasuredRung> find(List<String> what) {
        Path note = note(what);
        if (!Files.isRegularFile(note)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JsonMapper.shared().readValue(Files.readString(note), MeasuredRung.class));
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    void keep(List<String> what, MeasuredRung rung) {
        Path note = note(what);
        try {
            Files.createDirectories(folder);
            // Made the usual way and not as a temporary file, whose permissions are its owner's alone.
            Path partial = folder.resolve("." + note.getFileName() + "." + UUID.randomUUID() + ".partial");
            try {
                Files.writeString(partial, JsonMapper.shared().writeValueAsString(rung));
                Files.move(partial, note, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    folder + ": the measurement cannot be kept (" + e.getMessage() + "): choose another --work folder",
                    e);
        }
    }

    private Path note(List<String> what) {
        return folder.resolve(Digest.of(String.join("\n", what)).hex() + ".json");
    }
}
