package io.stoa.engine.safetensors;

import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON of a stranger: bounded in size and depth, and no key twice, since readers differ in which of two they take. */
public final class BoundedJson {
    /** Real indexes and tokenizers have some megabytes, the largest 40. */
    private static final long MOST_BYTES = 64L << 20;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxNumberLength(40)
                            .build())
                    .build())
            .build();

    private BoundedJson() {}

    /** Parses a text that has been read. */
    static JsonNode parse(byte[] text) {
        return JSON.readTree(text);
    }

    /**
     * Reads a file.
     *
     * @throws StoaException of kind {@code USER} that names the file, what is wrong with it, and what to do
     */
    public static JsonNode read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw StoaException.user(file + ": there is no such file; download it, or name the model's folder");
            }
            if (Files.size(file) > MOST_BYTES) {
                throw StoaException.user(file + ": has " + new Bytes(Files.size(file)) + "; at most "
                        + new Bytes(MOST_BYTES) + " are read of such a file");
            }
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw StoaException.user(file + ": is not sound JSON (" + e.getOriginalMessage() + "); download it again");
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": cannot be read (" + e + ")", e);
        }
    }
}
