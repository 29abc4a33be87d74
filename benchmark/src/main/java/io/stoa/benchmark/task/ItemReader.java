package io.stoa.benchmark.task;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads item files: JSONL, which is UTF-8 text with one JSON object per line. A byte order mark at the start and blank
 * lines are passed over; everything else that is not an item is refused with file and line, because an item that is
 * silently dropped or misread changes a score that nobody will doubt.
 *
 * <p>The whole file is checked, also behind the limit.
 */
final class ItemReader {
    /** What a line must hold. */
    enum Form {
        /** {@code id}, {@code prompt}, {@code answer}. */
        FREE,
        /** {@code id}, {@code prompt}, {@code choices}, {@code answer}. */
        CHOICES
    }

    /** Far beyond any context, and small enough to say so before memory runs out on a file that has no lines. */
    private static final int LONGEST_LINE = 16 << 20;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final Path file;
    private final Form form;
    private final JsonMapper mapper = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private final Map<String, Integer> lines = new HashMap<>();

    /** The number of the line that was read last, from 1. */
    private int line;

    ItemReader(Path file, Form form) {
        this.file = file;
        this.form = form;
    }

    /**
     * Reads the file once.
     *
     * @param limit how many items are kept at most: the first ones of their seeded order, not of the file
     */
    ItemSet read(int limit) {
        if (!Files.isRegularFile(file)) {
            throw StoaException.user(file + ": no such file; mend the task's items");
        }
        List<Item> items = new ArrayList<>();
        MessageDigest digest = Digest.sha256();
        try (InputStream in =
                new BufferedInputStream(new DigestInputStream(Files.newInputStream(file), digest), 1 << 16)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            while (next(in, bytes)) {
                String text = decode(bytes.toByteArray());
                if (!text.isBlank()) {
                    items.add(item(text));
                }
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    file + ": cannot be read (" + e.getMessage() + "); check its permissions and the disk",
                    e);
        }
        if (items.isEmpty()) {
            throw StoaException.user(file + ": holds no item; write one JSON object per line");
        }
        return ItemSet.of(String.valueOf(file.getFileName()), Digest.of(digest), items, limit);
    }

    /** Puts the next line into {@code bytes}, without its end; false when there is none. */
    private boolean next(InputStream in, ByteArrayOutputStream bytes) throws IOException {
        bytes.reset();
        line++;
        int read = in.read();
        if (read < 0) {
            return false;
        }
        for (; read >= 0 && read != '\n'; read = in.read()) {
            if (bytes.size() == LONGEST_LINE) {
                throw wrong("the line is longer than 16 MiB", "write one JSON object per line");
            }
            bytes.write(read);
        }
        return true;
    }

    private String decode(byte[] bytes) {
        int start = line == 1 && startsWithByteOrderMark(bytes) ? BYTE_ORDER_MARK.length : 0;
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, bytes.length - start))
                    .toString();
        } catch (CharacterCodingException e) {
            throw wrong("not UTF-8", "save the file as UTF-8");
        }
    }

    private static boolean startsWithByteOrderMark(byte[] bytes) {
        return bytes.length >= BYTE_ORDER_MARK.length
                && ByteBuffer.wrap(bytes, 0, BYTE_ORDER_MARK.length).equals(ByteBuffer.wrap(BYTE_ORDER_MARK));
    }

    private Item item(String text) {
        JsonNode json = parse(text);
        if (!json.isObject()) {
            throw wrong("not a JSON object but " + json.getNodeType(), "write one JSON object per line");
        }
        String id = text(json, "id");
        String prompt = text(json, "prompt");
        String answer = text(json, "answer");
        if (id.isBlank() || prompt.isBlank()) {
            throw wrong("\"id\" or \"prompt\" is blank", "fill it in");
        }
        Integer earlier = lines.putIfAbsent(id, line);
        if (earlier != null) {
            throw wrong("the id \"" + id + "\" is already that of line " + earlier, "give every item its own id");
        }
        return switch (form) {
            case FREE -> new Item(id, prompt, List.of(), expected(answer));
            case CHOICES -> {
                List<String> choices = choices(json);
                if (!choices.contains(answer)) {
                    throw wrong(
                            "the answer \"" + answer + "\" is not among the choices " + choices,
                            "write the text of the right choice");
                }
                yield new Item(id, prompt, choices, answer);
            }
        };
    }

    private JsonNode parse(String text) {
        try {
            return mapper.readTree(text);
        } catch (JacksonException e) {
            throw wrong("not JSON: " + e.getOriginalMessage(), "mend or delete the line");
        }
    }

    private String text(JsonNode json, String key) {
        JsonNode value = json.path(key);
        if (!value.isString()) {
            throw wrong(
                    value.isMissingNode()
                            ? "\"" + key + "\" is missing"
                            : "\"" + key + "\" is not a text but " + value.getNodeType(),
                    "write \"" + key + "\": \"…\"");
        }
        return value.stringValue();
    }

    /** Answers are stripped before they are compared, so an expected text that is not would never be met. */
    private String expected(String answer) {
        if (answer.isEmpty() || !answer.strip().equals(answer)) {
            throw wrong(
                    "the answer \"" + answer + "\" is empty or has white space around it, which no stripped answer has",
                    "strip it");
        }
        return answer;
    }

    private List<String> choices(JsonNode json) {
        List<String> choices = new ArrayList<>();
        for (JsonNode choice : json.path("choices")) {
            if (!choice.isString() || choice.stringValue().isEmpty()) {
                throw wrong("a choice is not a text but " + choice, "write \"choices\": [\"…\", \"…\"]");
            }
            choices.add(choice.stringValue());
        }
        if (!json.path("choices").isArray() || choices.size() < 2) {
            throw wrong("\"choices\" is not a list of at least two texts", "write \"choices\": [\"…\", \"…\"]");
        }
        if (new HashSet<>(choices).size() < choices.size()) {
            throw wrong("a choice occurs twice in " + choices, "make the choices differ");
        }
        return choices;
    }

    private StoaException wrong(String what, String next) {
        return StoaException.user(file + ":" + line + ": " + what + "; " + next);
    }
}
