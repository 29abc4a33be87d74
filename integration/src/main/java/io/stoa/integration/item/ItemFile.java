package io.stoa.integration.item;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Bytes;
import io.stoa.model.Score.Stop;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The items of a JSONL file: one JSON object a line in UTF-8, blank lines aside, each with an {@code id} of its own.
 *
 * @param path the file
 * @param items those that are asked, at least one, in the order of the file
 * @param total how many the file holds
 */
public record ItemFile<T>(Path path, List<T> items, int total) {
    /** An item file is held in memory. */
    static final Bytes LARGEST = Bytes.mebibytes(64);

    private static final int DEEPEST_NESTING = 64;

    public ItemFile {
        requireNonNull(path, "path");
        items = List.copyOf(items);
        if (items.isEmpty() || items.size() > total) {
            throw new IllegalArgumentException(path + ": " + items.size() + " items of " + total);
        }
    }

    /** Why counting ends after these items. */
    public Stop stop() {
        return items.size() < total ? Stop.LIMITED : Stop.EXHAUSTED;
    }

    /**
     * Reads a file. Every line is checked, also those beyond the limit.
     *
     * @param limit how many items to keep at most, the first ones
     * @param parse makes an item of a line, or throws {@link ItemLine#wrong}
     * @throws StoaException of kind {@code USER} that names the file, and the line where there is one
     */
    public static <T> ItemFile<T> read(Path path, Optional<Integer> limit, Function<ItemLine, T> parse) {
        JsonMapper mapper = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(DEEPEST_NESTING)
                                .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
        List<T> items = new ArrayList<>();
        Map<String, Integer> lineOfId = new HashMap<>();
        int number = 0;
        for (String text : text(path).split("\\R", -1)) {
            number++;
            if (!text.isBlank()) {
                ItemLine line = new ItemLine(path, number, object(mapper, text, path, number));
                Integer earlier = lineOfId.putIfAbsent(line.id(), number);
                if (earlier != null) {
                    throw line.wrong("id \"" + line.id() + "\" is that of line " + earlier + "; give it its own");
                }
                items.add(parse.apply(line));
            }
        }
        if (items.isEmpty()) {
            throw StoaException.user(path + ": holds no item; one JSON object a line is expected");
        }
        return new ItemFile<>(
                path, items.subList(0, Math.min(items.size(), limit.orElse(Integer.MAX_VALUE))), items.size());
    }

    private static ObjectNode object(JsonMapper mapper, String text, Path path, int number) {
        try {
            if (mapper.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw new StoaException(
                    StoaException.Kind.USER, path + ":" + number + ": not JSON: " + e.getOriginalMessage(), e);
        }
        throw StoaException.user(path + ":" + number + ": not a JSON object");
    }

    private static String text(Path path) {
        if (!Files.isRegularFile(path)) {
            throw StoaException.user(path + ": no such file; it should hold one JSON object a line");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] content = in.readNBytes((int) LARGEST.count() + 1);
            if (content.length > LARGEST.count()) {
                throw StoaException.user(path + ": larger than " + LARGEST + "; take a sample of it");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new StoaException(StoaException.Kind.USER, path + ": not UTF-8; convert it", e);
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, path + ": cannot be read: " + e, e);
        }
    }
}
