package io.stoa.cli;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts that are read as a whole. */
final class WholeText {
    private static final long MOST_BYTES = 256L * 1024 * 1024;

    private WholeText() {}

    static String of(Path text) {
        try {
            if (Files.size(text) > MOST_BYTES) {
                throw StoaException.user(text + ": has more than " + MOST_BYTES + " bytes; cut it");
            }
            return Files.readString(text, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new StoaException(StoaException.Kind.USER, text + ": is not UTF-8; convert it first", e);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    text + ": cannot be read (" + e.getClass().getSimpleName() + ")",
                    e);
        }
    }
}
