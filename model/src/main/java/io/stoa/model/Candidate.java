package io.stoa.model;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A model that may go to production. Its identity is a digest or a pinned revision, never a display name. */
public sealed interface Candidate permits Candidate.GgufFile, Candidate.RemoteModel {
    /** The id that the user gave it, unique in an assessment, such as {@code micro-Q8_0}. */
    String id();

    /** What it is, independent of what it is called: {@code sha256:…} or {@code endpoint#model@revision}. */
    String identity();

    /** Where else its licence is said: model cards, LICENSE files. */
    List<Path> papers();

    /**
     * A GGUF file.
     *
     * @param id the user's id
     * @param path where it lies
     * @param digest the SHA-256 of the whole file
     * @param papers model cards (README.md) and licence files that belong to it
     * @param quantizedFrom the file that Stoa quantized it from, when it did
     */
    record GgufFile(String id, Path path, Digest digest, List<Path> papers, Optional<Quantized> quantizedFrom)
            implements Candidate {
        public GgufFile {
            requireId(id);
            requireNonNull(path, "path");
            requireNonNull(digest, "digest");
            requireNonNull(quantizedFrom, "quantizedFrom");
            papers = List.copyOf(papers);
        }

        @Override
        public String identity() {
            return digest.toString();
        }
    }

    /**
     * A model behind an OpenAI-compatible endpoint.
     *
     * @param id the user's id
     * @param baseUri the endpoint up to and including the version, such as {@code http://127.0.0.1:8000/v1}
     * @param name the model's name there
     * @param revision the pinned revision that the user vouches for; a name alone pins nothing
     * @param papers model cards and licence files that belong to it
     * @param keyVariable the environment variable that holds the key, when one is needed; never the key itself
     */
    record RemoteModel(
            String id,
            URI baseUri,
            String name,
            Optional<String> revision,
            List<Path> papers,
            Optional<String> keyVariable)
            implements Candidate {
        public RemoteModel {
            requireId(id);
            requireNonNull(revision, "revision");
            requireNonNull(keyVariable, "keyVariable");
            papers = List.copyOf(papers);
            String scheme = baseUri.getScheme();
            if (!"http".equals(scheme) && !"https".equals(scheme)) {
                throw new IllegalArgumentException("an endpoint starts with http:// or https://: " + baseUri);
            }
        }

        @Override
        public String identity() {
            return baseUri + "#" + name + "@" + revision.orElse("unpinned");
        }
    }

    /**
     * A quantization that Stoa made.
     *
     * @param base the digest of the file it was made from
     * @param type the quantization type, such as {@code Q8_0}
     * @param by the engine that made it, such as {@code llama.cpp 0.5.0}
     */
    record Quantized(Digest base, String type, String by) {}

    private static void requireId(String id) {
        if (!id.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw new IllegalArgumentException(
                    "an id is 1 to 64 letters, digits, dots, dashes and underscores: \"" + id + "\"");
        }
    }
}
