package io.stoa.benchmark.dataset;

import io.stoa.engine.chat.jinja.PythonText;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Files as the authors of benchmarks publish them, where their columns are not those of the dataset on the Hub. Each turns
 * a folder into rows with the Hub's columns.
 */
public enum PublicLayout {
    /** Tables by subject, {@code test/anatomy_test.csv}: with a header, or as the authors' archive without one. */
    MMLU("cais/mmlu") {
        @Override
        Optional<List<ObjectNode>> rows(Path folder, String config, String split, DatasetReader reader) {
            Optional<Path> file = first(
                    folder.resolve(split).resolve(config + "_" + split + ".csv"),
                    folder.resolve(config + "_" + split + ".csv"));
            return file.map(path -> {
                Format.Table plain = Format.Table.csv().withAbsent(Set.of());
                boolean headed = firstLine(path).startsWith("question,");
                List<String> names = List.of("question", "choice0", "choice1", "choice2", "choice3", "answer");
                return reader.read(List.of(path), headed ? plain : plain.withColumns(names)).rows().stream()
                        .map(Row::values)
                        .map(PublicLayout::mmlu)
                        .toList();
            });
        }
    },

    /** {@code NAME.json} with {@code examples}, and {@code cot-prompts/NAME.txt} as split {@code examples}. */
    BIG_BENCH_HARD("SaylorTwift/bbh") {
        @Override
        Optional<List<ObjectNode>> rows(Path folder, String config, String split, DatasetReader reader) {
            Optional<Path> prompt = first(folder.resolve("cot-prompts").resolve(config + ".txt"));
            if (split.equals("examples")) {
                return prompt.map(path -> examples(text(path)));
            }
            Optional<Path> file = first(folder.resolve(config + ".json"), folder.resolve("bbh/" + config + ".json"));
            return file.map(path -> {
                List<ObjectNode> rows = reader.read(List.of(path), new Format.Json("examples")).rows().stream()
                        .map(Row::values)
                        .toList();
                prompt.ifPresent(told -> rows.forEach(row -> row.put("description", description(text(told)))));
                return rows;
            });
        }
    },

    /** Stories with their questions, {@code murder_mystery.json}. */
    MUSR("TAUR-Lab/MuSR") {
        @Override
        Optional<List<ObjectNode>> rows(Path folder, String config, String split, DatasetReader reader) {
            String name = split.equals("murder_mysteries") ? "murder_mystery" : split;
            return first(folder.resolve(name + ".json"), folder.resolve("small_" + name + ".json"))
                    .map(path -> {
                        List<ObjectNode> rows = new ArrayList<>();
                        reader.read(List.of(path), new Format.Json())
                                .rows()
                                .forEach(row -> row.values()
                                        .path("questions")
                                        .forEach(question -> rows.add(musr(row.values(), question))));
                        return rows;
                    });
        }
    },

    /**
     * {@code BFCL_v4_CATEGORY.json} in JSON lines, the category as the configuration, and {@code possible_answer/} of the same
     * name, whose {@code ground_truth} is joined by {@code id}. Categories in which nothing particular is to be called have
     * no such file. A column {@code category} is added, which the Hub's files only have in their names.
     */
    BERKELEY_FUNCTION_CALLING("gorilla-llm/BFCL") {
        @Override
        Optional<List<ObjectNode>> rows(Path folder, String config, String split, DatasetReader reader) {
            String name = "BFCL_v4_" + config + ".json";
            Map<String, JsonNode> answers = new HashMap<>();
            first(folder.resolve("possible_answer").resolve(name))
                    .ifPresent(file -> lines(file, reader)
                            .forEach(line -> answers.put(line.path("id").asString(), line.path("ground_truth"))));
            return first(folder.resolve(name)).map(file -> {
                List<ObjectNode> rows = lines(file, reader);
                rows.forEach(row -> {
                    row.put("category", config);
                    Optional.ofNullable(answers.get(row.path("id").asString()))
                            .ifPresent(truth -> row.set("ground_truth", truth));
                });
                return rows;
            });
        }
    };

    private final String id;

    PublicLayout(String id) {
        this.id = id;
    }

    /** The layout of a dataset on the Hub, where it has one of its own. */
    public static Optional<PublicLayout> of(String id) {
        for (PublicLayout layout : values()) {
            if (layout.id.equals(id)) {
                return Optional.of(layout);
            }
        }
        return Optional.empty();
    }

    /** A split's rows; absent where the folder is not laid out so. */
    abstract Optional<List<ObjectNode>> rows(Path folder, String config, String split, DatasetReader reader);

    private static List<ObjectNode> lines(Path file, DatasetReader reader) {
        return reader.read(List.of(file), new Format.JsonLines()).rows().stream()
                .map(Row::values)
                .toList();
    }

    private static Optional<Path> first(Path... files) {
        for (Path file : files) {
            if (Files.isRegularFile(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static String firstLine(Path file) {
        return text(file).lines().findFirst().orElse("");
    }

    private static ObjectNode mmlu(ObjectNode row) {
        ObjectNode made = JsonNodeFactory.instance.objectNode();
        made.put("question", row.path("question").asString());
        ArrayNode choices = made.putArray("choices");
        for (int i = 0; i < 4; i++) {
            choices.add(row.path("choice" + i).asString());
        }
        String answer = row.path("answer").asString();
        int letter = "ABCD".indexOf(answer);
        made.put("answer", letter >= 0 && answer.length() == 1 ? letter : Integer.parseInt(answer));
        return made;
    }

    private static ObjectNode musr(ObjectNode story, JsonNode question) {
        ObjectNode made = JsonNodeFactory.instance.objectNode();
        made.put("narrative", story.path("context").asString());
        made.put("question", question.path("question").asString());
        List<String> choices = new ArrayList<>();
        question.path("choices").forEach(choice -> choices.add(choice.asString()));
        int answer = question.path("answer").asInt(-1);
        if (answer < 0 || answer >= choices.size()) {
            throw StoaException.user("a question of MuSR has the answer " + answer + " of " + choices.size()
                    + " choices: " + made.path("question").asString());
        }
        made.put("choices", pythonList(choices));
        made.put("answer_index", answer);
        made.put("answer_choice", choices.get(answer));
        return made;
    }

    /** As Python prints a list of texts; the Hub's column holds it so. */
    private static String pythonList(List<String> texts) {
        return texts.stream().map(PythonText::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    private static final Pattern EXAMPLE =
            Pattern.compile("(?s)Q: (.*?)\nA: Let's think step by step\\.(.*?)(?=\n\nQ: |\\s*\\z)");

    private static final Pattern ANSWER = Pattern.compile("(?s).*[Ss]o the answer is (.*?)\\.?\\s*\\z");

    private static String body(String prompt) {
        int end = prompt.indexOf("-----\n");
        return end < 0 ? prompt : prompt.substring(end + "-----\n".length());
    }

    private static String description(String prompt) {
        return body(prompt).strip().lines().findFirst().orElse("");
    }

    /** The worked examples of a prompt, as questions and answers. */
    private static List<ObjectNode> examples(String prompt) {
        List<ObjectNode> examples = new ArrayList<>();
        Matcher matcher = EXAMPLE.matcher(body(prompt));
        while (matcher.find()) {
            Matcher answer = ANSWER.matcher(matcher.group(2));
            if (answer.matches()) {
                examples.add(JsonNodeFactory.instance
                        .objectNode()
                        .put("input", matcher.group(1))
                        .put("target", answer.group(1)));
            }
        }
        return examples;
    }
}
