package io.stoa.hardware.quant;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was measured of rungs, one small JSON file each, so that a ladder that was stopped goes on where it was. A note is
 * found by all that decides its content: the digests of base, text and importance matrix, the type, windows, seed,
 * margins and the engine's version. A note that cannot be read is measured again.
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
            Path partial = Files.createTempFile(folder, ".note", ".partial");
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
        return folder.resolve(digest(String.join("\n", what)) + ".json");
    }

    /** SHA-256 of a text, in hexadecimal. */
    static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
