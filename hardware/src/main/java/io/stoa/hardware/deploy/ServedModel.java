package io.stoa.hardware.deploy;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import java.util.Optional;

/** The model that is served, by an identity that does not change under one's feet. Its chat template is its own. */
public sealed interface ServedModel {
    /**
     * A GGUF file on the machine.
     *
     * @param path absolute
     * @param digest of the file
     * @param licence what the file's header says of its licence
     */
    record Gguf(String path, Digest digest, Optional<String> licence) implements ServedModel {
        public Gguf {
            Printable.requirePath("the model's path", path);
            requireNonNull(digest, "digest");
            licence = licence.map(text -> Printable.require("the model's licence", text, 4096));
        }
    }

    /**
     * A model of the Hugging Face hub.
     *
     * @param id {@code owner/name}
     * @param revision the commit, 40 hexadecimal digits: a branch or a tag may move
     */
    record Hub(String id, String revision) implements ServedModel {
        public Hub {
            if (!id.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")) {
                throw new IllegalArgumentException("a model of the hub is owner/name: " + id);
            }
            if (!revision.matches("[0-9a-f]{40}")) {
                throw new IllegalArgumentException(
                        "the revision of " + id + " must be a commit of 40 hexadecimal digits: " + revision
                                + "; the model's page on the hub lists them under its history");
            }
        }
    }

    /** What it is, for a comment. */
    default String identity() {
        return switch (this) {
            case Gguf gguf -> gguf.path() + " (" + gguf.digest() + ")";
            case Hub hub -> hub.id() + " at revision " + hub.revision();
        };
    }
}
