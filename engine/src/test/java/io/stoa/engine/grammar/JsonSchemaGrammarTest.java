package io.stoa.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.model.StoaException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

final class JsonSchemaGrammarTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private static boolean allows(String schema, String text) {
        return Grammar.parse(JsonSchemaGrammar.gbnf(JSON.readTree(schema)))
                .start()
                .accept(text.getBytes(StandardCharsets.UTF_8))
                .filter(GrammarState::mayEnd)
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"string\"}~\"a\\\"b\"~true",
                "{\"type\":\"string\"}~\"a¶b\"~false",
                "{\"type\":\"string\",\"minLength\":2,\"maxLength\":3}~\"a👍\"~true",
                "{\"type\":\"string\",\"minLength\":2,\"maxLength\":3}~\"abcd\"~false",
                "{\"type\":\"string\",\"pattern\":\"^[a-c]{2}(-\\\\d+)?$\"}~\"ab-12\"~true",
                "{\"type\":\"string\",\"pattern\":\"^[a-c]{2}(-\\\\d+)?$\"}~\"abc\"~false",
                "{\"type\":\"string\",\"pattern\":\"b\"}~\"abc\"~true",
                "{\"type\":\"string\",\"format\":\"date\"}~\"2026-11-25\"~true",
                "{\"type\":\"string\",\"format\":\"date\"}~\"2026-02-30\"~false",
                "{\"type\":\"integer\",\"minimum\":-5,\"exclusiveMaximum\":12}~11~true",
                "{\"type\":\"integer\",\"minimum\":-5,\"exclusiveMaximum\":12}~12~false",
                "{\"type\":\"integer\"}~01~false",
                "{\"type\":\"number\",\"minimum\":0,\"maximum\":1}~0.25~true",
                "{\"type\":\"number\",\"minimum\":0,\"maximum\":1}~1.25~false",
                "{\"type\":\"number\",\"minimum\":-2.5,\"maximum\":-1}~-1.5~true",
                "{\"type\":[\"null\",\"boolean\"]}~null~true",
                "{\"enum\":[\"é\",1,{\"a\":[]}]}~{\"a\":[]}~true",
                "{\"enum\":[\"a\",\"abc\"],\"minLength\":2}~\"a\"~false",
                "{\"const\":\"x\"}~\"x\"~true",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{\"type\":\"null\"}},\"required\":[\"b\"]}~{\"b\":null}~true",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{\"type\":\"null\"}},\"required\":[\"b\"]}~{\"a\":null}~false",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{\"type\":\"null\"}}}~{\"a\":null, \"b\": null}~true",
                "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"null\"}}~{\"x\":null}~true",
                "{\"type\":\"array\",\"items\":{\"type\":\"null\"},\"minItems\":1,\"maxItems\":2}~[null,null]~true",
                "{\"type\":\"array\",\"items\":{\"type\":\"null\"},\"minItems\":1,\"maxItems\":2}~[]~false",
                "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"null\"},{\"const\":1}]}~[null, 1]~true",
                "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"boolean\"}]}~true~true",
                "{\"allOf\":[{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"}}},{\"required\":[\"a\"]}]}~{}~false",
                "{\"$ref\":\"#/$defs/t\",\"$defs\":{\"t\":{\"type\":\"object\",\"properties\":{\"t\":{\"$ref\":\"#/$defs/t\"}}}}}~{\"t\":{\"t\":{}}}~true",
                "true~{\"a\":[1,null]}~true",
            })
    void derivesWhatTheSchemaAllows(String schema, String text, boolean allowed) {
        // A line of the table cannot hold a line's end.
        assertThat(allows(schema, text.replace('¶', '\n'))).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{\"not\":{}}~#/not",
                "{\"properties\":{\"a\":{\"if\":{}}}}~#/properties/a/if",
                "{\"type\":\"number\",\"multipleOf\":0.5}~multipleOf",
                "{\"type\":\"number\",\"minimum\":0.1,\"maximum\":0.2}~no whole number",
                "{\"type\":\"integer\",\"minimum\":3,\"maximum\":2}~no number",
                "{\"oneOf\":[{\"type\":\"object\"},{\"type\":\"object\"}]}~oneOf",
                "{\"$ref\":\"http://example.com/x\"}~leads out",
                "{\"$ref\":\"#/$defs/none\"}~not there",
                "{\"type\":\"string\",\"pattern\":\"(?=a)b\"}~looks ahead",
                "{\"type\":\"string\",\"pattern\":\"(a)\\\\1\"}~refers back",
                "{\"type\":\"array\",\"uniqueItems\":true}~uniqueItems",
                "{\"type\":\"thing\"}~unknown type",
                "false~nothing satisfies",
                "7~neither an object",
                "{\"type\":\"object\",\"required\":[\"a\"],\"additionalProperties\":false}~forbids",
                "{\"$ref\":\"#/$defs/t\",\"$defs\":{\"t\":{\"type\":\"object\",\"required\":[\"t\"],\"properties\":{\"t\":{\"$ref\":\"#/$defs/t\"}}}}}~never end",
                "{\"$ref\":\"#\"}~never end",
                "{\"allOf\":[{\"$ref\":\"#\"}]}~circles",
            })
    void refusesByNameWhatItCannotHonour(String schema, String culprit) {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> Grammar.parse(JsonSchemaGrammar.gbnf(JSON.readTree(schema))))
                .withMessageContaining(culprit)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER));
    }

    /**
     * Answers of the shipped models under random schemas. A few by default; all of the 500 with {@code mvn -pl engine
     * -am verify -Dtest=JsonSchemaGrammarTest -Dsurefire.failIfNoSpecifiedTests=false -Dstoa.schemas=500}.
     */
    @Test
    void everyAnswerIsValid() {
        int schemas = Integer.getInteger("stoa.schemas", 60);
        long seed = Long.getLong("stoa.schemas.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        LlamaRuntime runtime = LlamaRuntime.load(Path.of(System.getProperty("stoa.natives")), (level, line) -> {});
        int valid = 0;
        int tight = 0;
        for (String model : List.of("nano", "micro", "mini")) {
            int share = model.equals("nano") ? schemas - 2 * (schemas / 5) : schemas / 5;
            Path file = Path.of("../examples/quickstart/models/" + model + ".gguf");
            try (Engine engine = runtime.open(file, new EngineOptions(512, 1))) {
                for (int i = 0; i < share; i++) {
                    ObjectNode schema = new RandomSchema(random).schema();
                    String gbnf = JsonSchemaGrammar.gbnf(schema);
                    int least = Grammar.parse(gbnf).start().shortestEnding();
                    // Often so few tokens that the answer has to be brought to its end.
                    int tokens = Math.min(400, least + random.nextInt(80));
                    if (least > tokens) {
                        continue;
                    }
                    GenerateOptions options = new GenerateOptions(
                                    tokens, random.nextInt(2), 0, 1, 0, random.nextInt(1000), List.of())
                            .withGrammar(gbnf);
                    Generation answer = engine.generate(Prompt.user("Describe Dogor as JSON."), options);
                    JsonNode json = JSON.readTree(answer.text());
                    Schema validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                            .getSchema(schema);
                    assertThat(validator.validate(json))
                            .as("seed %d, %s, schema %s, answer %s", seed, model, schema, answer.text())
                            .isEmpty();
                    valid++;
                    tight += answer.answerTokens() == tokens ? 1 : 0;
                }
            }
        }
        System.out.printf("schemas: seed %d, %d answers, all valid, %d of them at their limit%n", seed, valid, tight);
        assertThat(valid).isGreaterThan(schemas * 9 / 10);
    }

    /** Schemas of what people use in structured output. */
    private static final class RandomSchema {
        private static final List<String> NAMES =
                List.of("name", "age", "größe", "日本", "a b", "quote\"d", "x-y", "items", "🎉", "back\\slash");

        private final SplittableRandom random;
        private final ObjectNode root = JSON.createObjectNode();

        RandomSchema(SplittableRandom random) {
            this.random = random;
        }

        ObjectNode schema() {
            fill(root, 3);
            ObjectNode defs = root.putObject("$defs");
            ObjectNode tree = defs.putObject("tree").put("type", "object");
            ObjectNode properties = tree.putObject("properties");
            properties
                    .putObject("value")
                    .put("type", "integer")
                    .put("minimum", 0)
                    .put("maximum", 99);
            properties.putObject("left").put("$ref", "#/$defs/tree");
            tree.putArray("required").add("value");
            tree.put("additionalProperties", false);
            return root;
        }

        private void fill(ObjectNode schema, int depth) {
            switch (random.nextInt(depth > 0 ? 12 : 8)) {
                case 0 -> {
                    schema.put("type", "string");
                    if (random.nextBoolean()) {
                        int least = random.nextInt(6);
                        schema.put("minLength", least).put("maxLength", least + random.nextInt(8));
                    }
                }
                case 1 -> {
                    int low = random.nextInt(-1000, 1000);
                    schema.put("type", "integer");
                    if (random.nextBoolean()) {
                        schema.put("minimum", low);
                    }
                    if (random.nextBoolean()) {
                        schema.put("exclusiveMaximum", low + 1 + random.nextInt(500));
                    }
                }
                case 2 -> {
                    double low = random.nextInt(-100, 100) / 4.0;
                    schema.put("type", "number");
                    if (random.nextBoolean()) {
                        schema.put("minimum", low).put("maximum", low + 1 + random.nextInt(50));
                    }
                }
                case 3 -> schema.put("type", "boolean");
                case 4 -> {
                    ArrayNode values = schema.putArray("enum");
                    values.add("red").add("grün").add(7).addNull().addObject().put("k", true);
                }
                case 5 ->
                    schema.put("type", "string")
                            .put(
                                    "format",
                                    List.of("date", "time", "date-time", "uuid").get(random.nextInt(4)));
                case 6 ->
                    schema.put("type", "string")
                            .put(
                                    "pattern",
                                    List.of("^[A-Z]{2}-\\d{3,5}$", "^(a|bc)+\\.[^x]?$", "\\w+@\\w+\\.com", "^\\S{1,9}$")
                                            .get(random.nextInt(4)));
                case 7 -> schema.putArray("type").add("null").add("integer");
                case 8 -> {
                    schema.put("type", "array");
                    fill(schema.putObject("items"), depth - 1);
                    int least = random.nextInt(3);
                    schema.put("minItems", least);
                    if (random.nextBoolean()) {
                        schema.put("maxItems", least + random.nextInt(1, 4));
                    }
                }
                case 9 -> {
                    ArrayNode branches = schema.putArray("anyOf");
                    for (int i = 0; i < 2; i++) {
                        fill(branches.addObject(), depth - 1);
                    }
                }
                case 10 -> schema.put("$ref", "#/$defs/tree");
                default -> {
                    schema.put("type", "object");
                    ObjectNode properties = schema.putObject("properties");
                    ArrayNode required = schema.putArray("required");
                    for (int i = random.nextInt(1, 5); i > 0; i--) {
                        String name = NAMES.get(random.nextInt(NAMES.size()));
                        if (!properties.has(name)) {
                            fill(properties.putObject(name), depth - 1);
                            if (random.nextBoolean()) {
                                required.add(name);
                            }
                        }
                    }
                    if (random.nextBoolean()) {
                        schema.put("additionalProperties", false);
                    }
                }
            }
        }
    }

    @Test
    void anAnswerThatCannotFitIsRefusedAtOnce() {
        LlamaRuntime runtime = LlamaRuntime.load(Path.of(System.getProperty("stoa.natives")), (level, line) -> {});
        String gbnf = JsonSchemaGrammar.gbnf(JSON.readTree("{\"type\":\"array\",\"items\":true,\"minItems\":1000000}"));
        try (Engine engine =
                runtime.open(Path.of("../examples/quickstart/models/nano.gguf"), new EngineOptions(512, 1))) {
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(() -> engine.generate(
                            Prompt.user("x"), GenerateOptions.greedy(20).withGrammar(gbnf)))
                    .withMessageContaining("20 tokens");
            assertThat(Optional.of(engine.generate(
                                            Prompt.user("x"),
                                            GenerateOptions.greedy(20)
                                                    .withGrammar("root ::= \"yes\" | \"no\"")
                                                    .withAlternatives(2))
                                    .text())
                            .filter(List.of("yes", "no")::contains))
                    .isPresent();
        }
    }
}
