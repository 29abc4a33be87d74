package io.stoa.license.pack;

import static java.util.Objects.requireNonNull;

import io.stoa.license.clause.Licenses;
import io.stoa.model.Digest;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file of the user's.
 *
 * @param source where it came from, for a person
 * @param text its content, as it was read
 * @param digest of its bytes
 * @param bytes its bytes
 * @param policyOf the id of the licence whose acceptable use policy the user says that it is
 */
public record UserFile(String source, String text, Digest digest, Bytes bytes, Optional<String> policyOf) {
    public UserFile {
        requireNonNull(digest, "digest");
        requireNonNull(bytes, "bytes");
        requireNonNull(policyOf, "policyOf");
        if (source.isBlank()) {
            throw new IllegalArgumentException("a file has a name");
        }
    }

    /** Bytes that nobody changes. */
    public static final class Bytes {
        private final byte[] content;

        private Bytes(byte[] content) {
            this.content = content;
        }

        byte[] copy() {
            return content.clone();
        }
    }

    /** A file with this content. */
    public static UserFile of(String source, byte[] content) {
        return new UserFile(
                source, Licenses.text(content), Digest.of(content), new Bytes(content.clone()), Optional.empty());
    }

    /** Reads a file; throws as {@link Licenses#read} does. */
    public static UserFile read(Path file) {
        return of(file.toString(), Licenses.read(file));
    }

    /** The same file, of which the user says that it is the policy of a licence. */
    public UserFile asPolicyOf(String license) {
        return new UserFile(source, text, digest, bytes, Optional.of(license));
    }

    /** Its last name. */
    String name() {
        return source.substring(Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\')) + 1);
    }
}
