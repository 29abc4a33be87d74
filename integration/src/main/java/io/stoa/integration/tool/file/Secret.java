package io.stoa.integration.tool.file;

import io.stoa.integration.tool.Credential;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a secret is kept; it is read when it is needed and stands in no file that is shared.
 *
 * @param header that it goes out in
 * @param variable the environment variable that holds it
 * @param file or the file that holds it, which others cannot read
 */
public record Secret(String header, Optional<String> variable, Optional<Path> file) {
    private static final int LONGEST = 10_000;

    /** Reads it. */
    public Credential read(Map<String, String> environment) {
        return Credential.of(
                header,
                variable.map(name -> of(name, environment))
                        .or(() -> file.map(Secret::of))
                        .orElse(""));
    }

    private static String of(String variable, Map<String, String> environment) {
        String value = environment.getOrDefault(variable, "");
        if (value.isBlank()) {
            throw StoaException.user("the environment variable " + variable + " is not set; set it to the secret");
        }
        return value;
    }

    private static String of(Path file) {
        try {
            if (Files.size(file) > LONGEST) {
                throw StoaException.user(file + ": is too large for a secret");
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)
                    || permissions.contains(PosixFilePermission.GROUP_READ)) {
                throw StoaException.user(file + ": others can read this secret; chmod 600 it");
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": the secret cannot be read (" + e + ")", e);
        }
    }
}
