package io.stoa.integration.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class PipelineYamlTest {
    @TempDir
    private Path folder;

    private static final String OUTPUT = "a: \"{question}\"\n";

    private static String problem(String stages, String outputs) {
        try {
            Workshop.pipeline(stages, outputs);
            return "";
        } catch (StoaException e) {
            assertThat(e.kind()).isEqualTo(StoaException.Kind.USER);
            return e.sentence();
        }
    }

    @Test
    void stagesAreCarriedOutInTheOrderThatTheirReferencesAskFor() {
        Pipeline pipeline = Workshop.pipeline("""
            answer: {kind: generate, model: small, prompt: "{best} {question}"}
            best: {kind: rerank, passages: "{search}", query: "{question}", most: 1}
            search: {kind: retrieve, store: notes, query: "{question}"}
            last: {kind: guard, check: "{question}", longest: 9}
            first: {kind: guard, check: "{question}", longest: 9, after: [last]}
            """, "a: \"{answer}\"\n");
        assertThat(pipeline.stages().stream().map(Stage::name))
                .containsExactly("search", "best", "answer", "last", "first");
        assertThat(pipeline.outputs().get("a")).hasToString("{answer.text}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', textBlock = """
        g: {kind: generate, model: large, prompt: hi}                    ~ test.yaml:15:30: g.model: there is no large among models; there are small
        g: {kind: generate, model: small, prompt: "{questoin}"}          ~ {questoin} is neither an input nor a stage; did you mean question?
        g: {kind: generate, model: small, prompt: {question}}            ~ stands in quotes
        g: {kind: generate, model: small, prompt: "a { b"}               ~ a lone {
        g: {kind: generate, model: small, prompt: "{question|bold}"}     ~ a form is numbered, plain or json
        s: {kind: retrieve, store: nots, query: x}                       ~ there is no nots among stores; did you mean notes?
        s: {kind: retrieve, store: notes, query: "{s}"}                  ~ go round in a circle: s needs s
        r: {kind: rerank, passages: "{question}", query: x}              ~ r.passages must be passages, and {question} is text
                t: {kind: tool, tool: lock}   ~ t.tool: there is no lock among tools; did you mean look?
                a: {kind: agent, model: small, prompt: x, tools: [lok]}   ~ a.tools: there is no lok among tools; did you mean look?
        x: {kind: generat, model: small, prompt: x}                      ~ did you mean generate?
        x: {kind: guard, check: x}                                       ~ lets everything pass
        x: {kind: guard, check: x, matches: ["("]}                       ~ not a regular expression
        x: {kind: human, ask: x, if-refused: perhaps}                    ~ it must be one of stop, go-on
        x: {kind: generate, model: small, prompt: x, schema: {not: {}}}  ~ x.schema
        x: {kind: generate, model: small, prompt: x, after: [y]}         ~ there is no stage y beside this one
        question: {kind: guard, check: x, longest: 1}                    ~ the name question is taken
        x: {kind: route, on: "{question}", cases: {a: {stages: {y: {kind: guard, check: b, longest: 1}}, result: c}}} ~ needs an `otherwise`
        x: {kind: generate, model: small, prompt: x, deadline: 0s}       ~ must be longer than nothing
        """)
    void whatIsWrongIsToldByPlaceWithTheNextStep(String stage, String expected) {
        assertThat(problem(stage + "\n", OUTPUT)).startsWith("test.yaml:").contains(expected);
    }

    @Test
    void aCircleIsNamedWithItsStages() {
        assertThat(problem("""
            a: {kind: generate, model: small, prompt: "{c}"}
            b: {kind: generate, model: small, prompt: "{a}"}
            c: {kind: generate, model: small, prompt: "{b}"}
            """, OUTPUT))
                .contains("test.yaml:15:3: the stages go round in a circle: a needs c needs b needs a");
    }

    @Test
    void typesOfOutputsAreKnown() {
        String search = "s: {kind: retrieve, store: notes, query: x}\n";
        assertThat(problem(search + "t: {kind: retrieve, store: notes, query: \"{s}\"}\n", OUTPUT))
                .contains("t.query is a short text, and {s.passages} is passages");
        assertThat(problem(search, "a: \"{s.text}\"\n")).contains("stage s gives no text; it gives {s.passages}");
        assertThat(problem(search, "a: \"{s.count.x}\"\n")).contains("{s.count} is number, which has no members");
        String json = """
            j: {kind: generate, model: small, prompt: x, schema: {type: object, properties: {city: {type: string}}, required: [city]}}
            """;
        assertThat(problem(json, "a: \"{j.json.city}\"\n")).isEmpty();
        assertThat(problem(json, "a: \"{j.json.cty}\"\n"))
                .contains("the schema of j has no property cty; did you mean city?");
        Expression city =
                Workshop.pipeline(json, "a: \"{j.json.city}\"\n").outputs().get("a");
        assertThat(city)
                .isInstanceOfSatisfying(
                        Expression.Reference.class,
                        reference -> assertThat(reference.type()).isEqualTo(ValueType.TEXT));
    }

    @Test
    void whatIsInsideABranchStaysThere() {
        String route = """
            r:
              kind: route
              on: "{question}"
              cases:
                yes:
                  stages: {inner: {kind: guard, check: "{question}", longest: 5}}
                  result: "{inner}"
              otherwise:
                stages: {other: {kind: guard, check: "{question}", longest: 5}}
                result: "{other}"
            """;
        assertThat(problem(route, "a: \"{inner.text}\"\n")).contains("is a stage inside a branch");
        assertThat(problem(route, "a: \"{r}\"\nb: \"{r.choice}\"\n")).isEmpty();
        String parallel = """
            p:
              kind: parallel
              branches:
                one: {stages: {s: {kind: retrieve, store: notes, query: x}}, result: "{s}"}
                two: {stages: {s: {kind: retrieve, store: notes, query: x}}, result: "{s.count}"}
            """;
        assertThat(problem(parallel, "a: \"{p}\"\n")).contains("gives several values; say which: {p.one}, {p.two}");
        assertThat(problem(parallel + "q: {kind: rerank, passages: \"{p.one}\", query: x}\n", OUTPUT))
                .isEmpty();
        assertThat(problem(parallel + "q: {kind: rerank, passages: \"{p.two}\", query: x}\n", OUTPUT))
                .contains("q.passages must be passages, and {p.two} is number");
    }

    @Test
    void secretsDoNotBelongIntoTheFile() {
        String yaml = Workshop.yaml("g: {kind: guard, check: x, longest: 1}\n", OUTPUT)
                .replace("{file: none.gguf}", "{endpoint: 'http://me:secret@host/v1', name: x}");
        assertThatThrownBy(() -> PipelineYaml.of(Path.of("test.yaml"), yaml))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("key-env");
    }

    @Test
    void aFileThatIsNotThereOrNoTextSaysSo() throws Exception {
        assertThatThrownBy(() -> PipelineYaml.read(folder.resolve("none.yaml")))
                .hasMessageContaining("no such file; docs/pipelines.md shows one");
        Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xff, 0, 1});
        assertThatThrownBy(() -> PipelineYaml.read(binary)).isInstanceOf(StoaException.class);
    }

    /** Bytes of a sound file changed at random: read, or refused with a place; never anything else. */
    @Test
    void mutilatedFilesAreRefusedProperly() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String sound = Workshop.yaml("""
            s: {kind: retrieve, store: notes, query: "{question}"}
            r:
              kind: route
              on: "{s.score}"
              cases:
                ">= 0.5": {stages: {g: {kind: generate, model: small, prompt: "{s} {question}"}}, result: "{g}"}
              otherwise: {stages: {h: {kind: human, ask: "{question}?"}}, result: none}
            """, "a: \"{r}\"\n");
        int refused = 0;
        for (int round = 0; round < 2000; round++) {
            StringBuilder text = new StringBuilder(sound);
            for (int change = 0; change <= random.nextInt(3); change++) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, "{}[]\"'|:&*!,#\n \t".charAt(random.nextInt(16)));
                    default -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
                }
            }
            try {
                PipelineYaml.of(Path.of("test.yaml"), text.toString());
            } catch (StoaException e) {
                assertThat(e.kind())
                        .as("seed %d, round %d: %s\n%s", seed, round, e, text)
                        .isEqualTo(StoaException.Kind.USER);
                assertThat(e.sentence()).as("seed %d, round %d", seed, round).startsWith("test.yaml:");
                refused++;
            }
        }
        assertThat(refused).as("seed %d", seed).isGreaterThan(500);
    }

    @Test
    void theSchemaKnowsEveryKindOfStage() {
        String kinds = JsonMapper.shared()
                .readTree(PipelineYaml.schema())
                .at("/properties/stages/additionalProperties/oneOf")
                .toString();
        for (String kind :
                new String[] {"retrieve", "rerank", "generate", "tool", "agent", "route", "parallel", "guard", "human"
                }) {
            assertThat(kinds).contains("\"const\":\"" + kind + "\"");
        }
    }
}
