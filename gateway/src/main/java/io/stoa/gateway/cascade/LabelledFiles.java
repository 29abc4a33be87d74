package io.stoa.gateway.cascade;

import io.stoa.gateway.cascade.Cascade.LocalAnswer;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Labelled examples in files: Stoa's own JSON lines, and the tables and judgements that RouteLLM publishes.
 *
 * <p>Own lines: {@code {"prompt":…, "small":1, "large":0.5, "group":…, "answer":{"text":…, "finish":"stop",
 * "tokenLogProbabilities":[…], "margins":[…]}}}; {@code group} and {@code answer} may be left out, scores may be true or
 * false.
 */
public final class LabelledFiles {
    private static final long MOST_BYTES = 1L << 30;
    private static final int MOST_LINE = 4 << 20;

    private LabelledFiles() {}

    /**
     * Reads a file by its ending: {@code .csv} is a table of RouteLLM, anything else has own lines. A folder is all its
     * tables.
     */
    public static List<Labelled> read(Path file) {
        if (!Files.exists(file)) {
            throw StoaException.user(file + ": no such file or folder");
        }
        if (Files.isDirectory(file)) {
            return readFolder(file);
        }
        return file.toString().endsWith(".csv") ? readTable(file) : readLines(file);
    }

    private static List<Labelled> readFolder(Path folder) {
        List<Path> tables;
        try (Stream<Path> all = Files.list(folder)) {
            tables = all.filter(path -> path.toString().endsWith(".csv"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw StoaException.user(folder + ": cannot be read (" + e + ")");
        }
        if (tables.isEmpty()) {
            throw StoaException.user(folder + ": holds no .csv; name a file of labelled examples");
        }
        return tables.stream().flatMap(path -> readTable(path).stream()).toList();
    }

    /**
     * RouteLLM's tables of GSM8K and MMLU: a column {@code prompt} and then, by the models' names, whether the weak and
     * the strong model were right ({@code True} or {@code False}); further columns are not read.
     */
    public static List<Labelled> readTable(Path file) {
        requireSize(file);
        String name = String.valueOf(file.getFileName()).replaceFirst("\\.csv$", "");
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                var records = CSVFormat.RFC4180
                        .builder()
                        .setHeader()
                        .setSkipHeaderRecord(true)
                        .get()
                        .parse(reader)) {
            List<String> header = records.getHeaderNames();
            if (header.size() < 3 || !header.getFirst().equals("prompt")) {
                throw StoaException.user(file + ": its first three columns must be prompt and whether the weak and the"
                        + " strong model were right; they are " + header);
            }
            List<Labelled> examples = new ArrayList<>();
            for (CSVRecord row : records) {
                if (row.size() < 3) {
                    throw StoaException.user(
                            file + ", row " + row.getRecordNumber() + ": has only " + row.size() + " columns of 3");
                }
                examples.add(new Labelled(
                        row.get(0), right(file, row, 1), right(file, row, 2), Optional.empty(), Optional.of(name)));
            }
            return examples;
        } catch (IOException | java.io.UncheckedIOException e) {
            throw StoaException.user(file + ": is not a readable table (" + e.getMessage() + ")");
        }
    }

    private static double right(Path file, CSVRecord row, int column) {
        return switch (row.get(column).strip().toLowerCase(Locale.ROOT)) {
            case "true", "1" -> 1;
            case "false", "0" -> 0;
            default ->
                throw StoaException.user(file + ", row " + row.getRecordNumber() + ": " + row.get(column)
                        + " is neither True nor False");
        };
    }

    /**
     * MT-Bench's judgements as RouteLLM and FastChat keep them: questions ({@code question_id}, {@code category},
     * {@code turns}) and judgements ({@code question_id}, {@code model}, {@code turn}, {@code score} of 1 to 10). One
     * example for each question, scored by the mean over its turns, (score − 1) / 9.
     */
    public static List<Labelled> readMtBench(Path questions, Path judgements, String small, String large) {
        Map<String, Map<String, double[]>> scores = new HashMap<>();
        forEachLine(judgements, (line, node) -> {
            double score = node.path("score").asDouble(-1);
            // −1 is how a judgement that could not be read is kept.
            if (score >= 1 && score <= 10) {
                double[] sum = scores.computeIfAbsent(node.path("question_id").asString(""), _ -> new HashMap<>())
                        .computeIfAbsent(node.path("model").asString(""), _ -> new double[2]);
                sum[0] += (score - 1) / 9;
                sum[1]++;
            }
        });
        List<Labelled> examples = new ArrayList<>();
        forEachLine(questions, (line, node) -> {
            Map<String, double[]> of =
                    scores.getOrDefault(node.path("question_id").asString(""), Map.of());
            double[] weak = of.getOrDefault(small, new double[2]);
            double[] strong = of.getOrDefault(large, new double[2]);
            if (weak[1] > 0 && strong[1] > 0) {
                examples.add(new Labelled(
                        node.path("turns").path(0).asString(""),
                        weak[0] / weak[1],
                        strong[0] / strong[1],
                        Optional.empty(),
                        Optional.of(node.path("category").asString("mt-bench"))));
            }
        });
        if (examples.isEmpty()) {
            throw StoaException.user(
                    judgements + ": no question of " + questions + " has scores of both " + small + " and " + large);
        }
        return examples;
    }

    /** Own lines. */
    public static List<Labelled> readLines(Path file) {
        List<Labelled> examples = new ArrayList<>();
        forEachLine(file, (line, node) -> {
            try {
                examples.add(new Labelled(
                        text(node, "prompt"),
                        score(node.path("small")),
                        score(node.path("large")),
                        node.path("answer").isObject() ? Optional.of(answer(node.path("answer"))) : Optional.empty(),
                        node.path("group").isString()
                                ? Optional.of(node.path("group").asString())
                                : Optional.empty()));
            } catch (IllegalArgumentException e) {
                throw StoaException.user(file + ", line " + line + ": " + e.getMessage());
            }
        });
        return examples;
    }

    private static String text(JsonNode node, String field) {
        if (!node.path(field).isString()) {
            throw new IllegalArgumentException(field + " must be a text");
        }
        return node.path(field).asString();
    }

    private static double score(JsonNode node) {
        if (node.isBoolean()) {
            return node.asBoolean() ? 1 : 0;
        }
        if (!node.isNumber()) {
            throw new IllegalArgumentException("small and large must be numbers in [0, 1], or true and false");
        }
        return node.asDouble();
    }

    /** A small model's answer. */
    public static LocalAnswer answer(JsonNode node) {
        return new LocalAnswer(
                node.path("text").asString(""),
                node.path("finish").asString("stop"),
                numbers(node.path("tokenLogProbabilities")),
                numbers(node.path("margins")));
    }

    private static List<Double> numbers(JsonNode node) {
        List<Double> numbers = new ArrayList<>();
        for (JsonNode one : node) {
            if (!one.isNumber()) {
                throw new IllegalArgumentException("log-probabilities and margins must be numbers");
            }
            numbers.add(one.asDouble());
        }
        return numbers;
    }

    @FunctionalInterface
    private interface Line {
        void read(int number, JsonNode node);
    }

    private static void forEachLine(Path file, Line each) {
        requireSize(file);
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                if (line.length() > MOST_LINE) {
                    throw StoaException.user(file + ", line " + number + ": is longer than " + MOST_LINE);
                }
                each.read(number, parsed(file, number, line));
            }
        } catch (IOException e) {
            throw StoaException.user(file + ": cannot be read (" + e + ")");
        }
    }

    private static JsonNode parsed(Path file, int number, String line) {
        try {
            JsonNode node = JsonMapper.shared().readTree(line);
            if (!node.isObject()) {
                throw StoaException.user(file + ", line " + number + ": is not a JSON object");
            }
            return node;
        } catch (JacksonException e) {
            throw StoaException.user(file + ", line " + number + ": is not JSON (" + e.getOriginalMessage() + ")");
        }
    }

    private static void requireSize(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw StoaException.user(file + ": has more than " + MOST_BYTES + " bytes");
            }
        } catch (IOException e) {
            throw StoaException.user(file + ": cannot be read (" + e + ")");
        }
    }

    /** One own line. */
    public static String line(Labelled example) {
        return JsonMapper.shared().writeValueAsString(example);
    }

    static Digest digest(List<Labelled> examples) {
        MessageDigest digest = Digest.sha256();
        examples.forEach(example -> digest.update((line(example) + "\n").getBytes(StandardCharsets.UTF_8)));
        return Digest.of(digest);
    }
}
