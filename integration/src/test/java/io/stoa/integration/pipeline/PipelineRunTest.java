package io.stoa.integration.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.integration.step.Journal;
import io.stoa.integration.step.MemoryFile;
import io.stoa.integration.step.RunHistory;
import io.stoa.integration.step.Waiting;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class PipelineRunTest {
    private final MemoryFile disk = new MemoryFile(new byte[0]);

    private Outcome run(Workshop workshop, String stages, String outputs) {
        Pipeline pipeline = Workshop.pipeline(stages, outputs);
        try (DurableRun run = workshop.begin(disk, pipeline, Workshop.question("why?"))) {
            return workshop.go(run);
        }
    }

    private Outcome goOn(Workshop workshop) {
        try (DurableRun run = Workshop.open(disk)) {
            return workshop.go(run);
        }
    }

    private RunReplay.Report replay() {
        return RunReplay.of(Journal.look(disk));
    }

    private static ObjectNode outputs(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        return ((Outcome.Done) outcome).outputs();
    }

    private static Workshop echo() {
        return new Workshop(prompt -> prompt);
    }

    @Test
    void promptsAreFilledAndCitationsFound() {
        Workshop workshop = new Workshop(prompt -> {
            assertThat(prompt).isEqualTo("[1] Note 1 on why?\n[2] Note 2 on why?\nAsk: why? {as it is}");
            return "<think>hm</think>It is so [2], and not otherwise [7].";
        });
        Outcome outcome = run(workshop, """
            search: {kind: retrieve, store: notes, query: "{question}", most: 2}
            answer:
              kind: generate
              model: small
              prompt: "{search}\\nAsk: {question} {{as it is}}"
              cites: "{search}"
            """, """
            text: "{answer}"
            cites: "{answer.citations}"
            """);
        ObjectNode outputs = outputs(outcome);
        assertThat(outputs.path("text").stringValue()).isEqualTo("It is so [2], and not otherwise [7].");
        JsonNode citations = outputs.path("cites");
        assertThat(citations.path(0).path("passage").stringValue("")).isEqualTo("note-2");
        assertThat(citations.path(1).path("number").intValue()).isEqualTo(7);
        assertThat(citations.path(1).has("passage")).isFalse();
        assertThat(replay().exact()).isTrue();
    }

    @Test
    void aRouteGoesOneWayOnly() {
        String stages = """
            draft: {kind: generate, model: small, prompt: "x", choices: [billing, technical]}
            triage:
              kind: route
              on: "{draft}"
              cases:
                Billing: {stages: {a: {kind: generate, model: small, prompt: "bill {question}"}}, result: "{a}"}
              otherwise: {stages: {b: {kind: generate, model: small, prompt: "mend {question}"}}, result: "{b}"}
            """;
        Workshop billing = new Workshop(prompt -> prompt.equals("x") ? "billing" : prompt);
        ObjectNode outputs = outputs(run(billing, stages, "a: \"{triage}\"\nc: \"{triage.choice}\"\n"));
        assertThat(outputs).hasToString("{\"a\":\"bill why?\",\"c\":\"Billing\"}");
        assertThat(Journal.look(disk).steps().stream().map(RunHistory.Past::path))
                .containsExactly("draft", "triage", "triage/Billing/a");
        assertThat(replay().exact()).isTrue();
    }

    @Test
    void numbersAreCompared() {
        String stages = """
            search: {kind: retrieve, store: notes, query: x}
            r:
              kind: route
              on: "{search.score}"
              cases:
                "< 0.5": {stages: {g: {kind: guard, check: low, longest: 9}}, result: "{g}"}
                ">= 1": {stages: {g: {kind: guard, check: high, longest: 9}}, result: "{g}"}
              otherwise: {stages: {g: {kind: guard, check: middle, longest: 9}}, result: "{g}"}
            """;
        assertThat(outputs(run(echo(), stages, "a: \"{r}\"\n")).path("a").stringValue())
                .isEqualTo("high");
    }

    @Test
    void branchesRunAtTheSameTime() {
        CountDownLatch both = new CountDownLatch(2);
        Workshop workshop = echo().with("look", Effects.NONE, (arguments, _) -> {
            both.countDown();
            try {
                assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return arguments.path("n").toString();
        });
        Outcome outcome = run(workshop, """
            p:
              kind: parallel
              branches:
                one: {stages: {t: {kind: tool, tool: look, arguments: {n: 1}}}, result: "{t.json}"}
                two: {stages: {t: {kind: tool, tool: look, arguments: {n: 2}}}, result: "{t.json}"}
            """, "one: \"{p.one}\"\ntwo: \"{p.two}\"\n");
        assertThat(outputs(outcome)).hasToString("{\"one\":1,\"two\":2}");
        assertThat(replay().exact()).isTrue();
    }

    @Test
    void ofSeveralTroublesTheFirstInTheFileIsTold() {
        Workshop workshop = echo().with("flaky", Effects.NONE, (arguments, _) -> {
            throw StoaException.engine("broken " + arguments.path("n"));
        });
        Outcome outcome = run(workshop, """
            p:
              kind: parallel
              branches:
                one: {stages: {t: {kind: tool, tool: flaky, arguments: {n: 1}}}, result: "{t}"}
                two: {stages: {t: {kind: tool, tool: flaky, arguments: {n: 2}}}, result: "{t}"}
            """, "a: \"{p.one}\"\n");
        assertThat(outcome).isEqualTo(new Outcome.Failed("p/one/t", StoaException.Kind.ENGINE, "broken 1"));
        assertThat(replay().exact()).isTrue();
    }

    @Test
    void aStageIsTriedAgainAndItsReasonsAreKept() {
        AtomicInteger tries = new AtomicInteger();
        Set<String> effects = new TreeSet<>();
        Workshop workshop = echo().with("put", Effects.IDEMPOTENT, (_, effect) -> {
            effects.add(effect);
            if (tries.incrementAndGet() < 3) {
                throw StoaException.engine("no answer");
            }
            return "put";
        });
        Outcome outcome = run(workshop, "t: {kind: tool, tool: put, approve: false, retries: 2}\n", "a: \"{t}\"\n");
        assertThat(outputs(outcome)).hasToString("{\"a\":\"put\"}");
        assertThat(effects).as("each try has the same name outside").hasSize(1);
        RunHistory.Past past = Journal.look(disk).step("t").orElseThrow();
        assertThat(past.tries()).isEqualTo(3);
        assertThat(past.failures())
                .hasSize(2)
                .allSatisfy(failure -> assertThat(failure.reason()).isEqualTo("no answer"));
        assertThat(replay().exact()).isTrue();
    }

    @Test
    void anEffectThatMayHaveHappenedIsNotTriedAgain() {
        Workshop workshop = echo().with("send", Effects.EACH_CALL, (_, _) -> {
            throw StoaException.engine("connection lost");
        });
        String stage = "t: {kind: tool, tool: send, approve: false, retries: 5}\n";
        assertThat(run(workshop, stage, "a: \"{t}\"\n"))
                .isInstanceOfSatisfying(
                        Outcome.Waits.class,
                        waits -> assertThat(waits.question())
                                .contains("connection lost")
                                .contains("Did it happen?"));
        assertThat(goOn(workshop)).isInstanceOf(Outcome.Waits.class);
        assertThat(workshop.asked("send")).isEqualTo(1);
        try (DurableRun run = Workshop.open(disk)) {
            run.journal()
                    .rule(
                            "t",
                            Optional.of(JsonNodeFactory.instance.objectNode().put("text", "sent")),
                            "somebody",
                            "saw it");
        }
        assertThat(outputs(goOn(workshop))).hasToString("{\"a\":\"sent\"}");
        assertThat(workshop.asked("send")).isEqualTo(1);
        assertThat(replay().exact()).isTrue();
    }

    @Test
    void whatTakesTooLongIsCutOff() {
        Workshop workshop = echo().with("look", Effects.NONE, (_, _) -> {
            try {
                Thread.sleep(30_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return "";
        });
        assertThat(run(workshop, "t: {kind: tool, tool: look, deadline: 100ms}\n", "a: \"{t}\"\n"))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.reason())
                                .startsWith("t: took longer than")
                                .contains("raise the deadline of stage t"));
        assertThat(replay().exact()).isTrue();
    }

    @Test
    void toolsThatChangeSomethingWaitForAPerson() {
        Workshop workshop = echo().with("send", Effects.EACH_CALL, (_, _) -> "sent");
        String stages = "t: {kind: tool, tool: send, arguments: {to: \"{question}\"}}\n";
        assertThat(run(workshop, stages, "a: \"{t}\"\n"))
                .isInstanceOfSatisfying(
                        Outcome.Waits.class, waits -> assertThat(waits.reason()).isEqualTo(Waiting.Reason.APPROVAL));
        assertThat(workshop.asked("send")).isZero();
        try (DurableRun run = Workshop.open(disk)) {
            Journal journal = run.journal();
            String shown = journal.waiting().getFirst().asked().orElseThrow().digest();
            assertThatThrownBy(() -> journal.decide("t", "0".repeat(64), true, "somebody", ""))
                    .hasMessageContaining("not what was shown");
            assertThatThrownBy(() -> journal.decide("u", shown, true, "somebody", ""))
                    .hasMessageContaining("does not wait");
            assertThatThrownBy(() -> journal.decide("t", shown, true, " ", "")).hasMessageContaining("somebody's");
            journal.decide("t", shown, true, "somebody", "as agreed");
            assertThatThrownBy(() -> journal.decide("t", shown, false, "another", ""))
                    .as("what was decided stays")
                    .hasMessageContaining("does not wait");
        }
        assertThat(outputs(goOn(workshop))).hasToString("{\"a\":\"sent\"}");
        assertThat(goOn(workshop)).as("a finished run does nothing").isInstanceOf(Outcome.Done.class);
        assertThat(workshop.asked("send")).isEqualTo(1);
    }

    @Test
    void aRefusalStopsTheRunOrIsAValue() {
        Workshop workshop = echo();
        assertThat(run(workshop, "h: {kind: human, ask: \"Send {question}\"}\n", "a: \"{h}\"\n"))
                .isInstanceOf(Outcome.Waits.class);
        refuse("h");
        assertThat(goOn(workshop)).isEqualTo(new Outcome.Stopped("h", "a person refused"));
        assertThat(replay().exact()).isTrue();
    }

    private void refuse(String path) {
        try (DurableRun run = Workshop.open(disk)) {
            Journal journal = run.journal();
            journal.decide(
                    path, journal.waiting().getFirst().asked().orElseThrow().digest(), false, "somebody", "no");
        }
    }

    @Test
    void aRefusalMayGoOn() {
        Workshop workshop = echo();
        run(workshop, "h: {kind: human, ask: x, if-refused: go-on}\n", "a: \"{h}\"\n");
        refuse("h");
        assertThat(outputs(goOn(workshop))).hasToString("{\"a\":false}");
    }

    @Test
    void guardsStopOrReplace() {
        Workshop workshop = new Workshop(_ -> "call 555-1234 [3]");
        String answer = """
            s: {kind: retrieve, store: notes, query: x, most: 2}
            g: {kind: generate, model: small, prompt: "x"}
            """;
        assertThat(run(
                        workshop,
                        answer + "c: {kind: guard, check: \"{g}\", forbids: ['[0-9]{3}-[0-9]{4}']}\n",
                        "a: \"{c}\"\n"))
                .isInstanceOfSatisfying(
                        Outcome.Stopped.class,
                        stopped -> assertThat(stopped.reason()).contains("forbidden"));
        disk.cut(0);
        assertThat(outputs(run(
                        workshop,
                        answer + "c: {kind: guard, check: \"{g}\", cites: \"{s}\", otherwise: I do not know.}\n",
                        "a: \"{c}\"\nwhy: \"{c.reason}\"\n")))
                .hasToString("{\"a\":\"I do not know.\",\"why\":\"it cites [3], and there are 2 passages\"}");
        disk.cut(0);
        assertThat(run(
                        workshop,
                        answer + "c: {kind: guard, check: \"{g}\", number: \"{s.count}\", at-least: 3}\n",
                        "a: \"{c}\"\n"))
                .isEqualTo(new Outcome.Stopped("c", "2 is less than 3.0"));
    }

    @Test
    void aPatternThatRunsAwayIsEnded() {
        Workshop workshop = new Workshop(_ -> "a".repeat(5000));
        assertThat(run(workshop, """
            g: {kind: generate, model: small, prompt: "x"}
            c: {kind: guard, check: "{g}", forbids: ["(a+)+b"]}
            """, "a: \"{c}\"\n"))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.reason()).contains("takes too long"));
    }

    @Test
    void jsonIsAskedForAndReadByItsSchema() {
        String stages = """
            g:
              kind: generate
              model: small
              prompt: "x"
              schema: {type: object, properties: {city: {type: string}, n: {type: integer}}, required: [city, n]}
            """;
        Workshop good = new Workshop(_ -> "{\"n\": 1.0, \"city\": \"Oslo\"}");
        assertThat(outputs(run(good, stages, "a: \"{g.json.city}\"\nb: \"{g.json.n}\"\n")))
                .hasToString("{\"a\":\"Oslo\",\"b\":1}");
        disk.cut(0);
        assertThat(run(new Workshop(_ -> "{\"n\": 1"), stages, "a: \"{g}\"\n"))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.reason()).contains("not the JSON that was asked for"));
    }

    @Test
    void anAgentsTurnsAndCallsAreSteps() {
        Workshop workshop = new Workshop(said -> said.contains("saw it")
                        ? "It is blue."
                        : "<tool_call>{\"name\": \"look\", \"arguments\": {\"what\": \"sky\"}}</tool_call>")
                .with("look", Effects.NONE, (arguments, _) -> "saw it: " + arguments.path("what"));
        Outcome outcome = run(workshop, """
            s: {kind: retrieve, store: notes, query: "{question}", most: 1}
            a: {kind: agent, model: small, prompt: "{question} {s}", tools: [look], turns: 3}
            """, "a: \"{a}\"\nc: \"{a.calls}\"\nf: \"{a.finish}\"\n");
        assertThat(outputs(outcome))
                .hasToString("{\"a\":\"It is blue.\",\"c\":[{\"tool\":\"look\",\"state\":\"done\",\"text\":\"saw it:"
                        + " \\\"sky\\\"\"}],\"f\":\"answered\"}");
        assertThat(Journal.look(disk).steps().stream().map(RunHistory.Past::path))
                .containsExactly("s", "a/turn-1", "a/turn-1/call-0", "a/turn-2");
        assertThat(Journal.look(disk)
                        .step("a/turn-1")
                        .orElseThrow()
                        .begun()
                        .orElseThrow()
                        .input()
                        .toString())
                .as("what was found is data")
                .contains("why? (s.passages, below)");
        assertThat(replay().exact()).isTrue();
        assertThat(RunTrace.of(Journal.look(disk)).toString()).contains("invoke_agent a");
    }

    @Test
    void anAgentsCallsWithEffectsWait() {
        Workshop workshop = new Workshop(said -> said.contains("sent it")
                        ? "Sent."
                        : "<tool_call>{\"name\": \"send\", \"arguments\": {\"to\": \"you\"}}</tool_call>")
                .with("send", Effects.EACH_CALL, (_, _) -> "sent it");
        Outcome outcome = run(
                workshop, "a: {kind: agent, model: small, prompt: \"{question}\", tools: [send]}\n", "a: \"{a}\"\n");
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Waits.class, waits -> assertThat(waits.path()).isEqualTo("a/turn-1/call-0"));
        assertThat(workshop.asked("send")).isZero();
        assertThat(replay().exact()).isTrue();
        try (DurableRun run = Workshop.open(disk)) {
            Journal journal = run.journal();
            journal.decide(
                    "a/turn-1/call-0",
                    journal.waiting().getFirst().asked().orElseThrow().digest(),
                    true,
                    "somebody",
                    "");
        }
        assertThat(outputs(goOn(workshop))).hasToString("{\"a\":\"Sent.\"}");
        assertThat(workshop.asked("send")).isEqualTo(1);
        assertThat(workshop.asked("model"))
                .as("what was said before is not asked again")
                .isEqualTo(2);
        assertThat(replay().exact()).isTrue();
    }

    @Test
    void argumentsThatDoNotFitAToolAreRefused() {
        Workshop workshop = echo().with("look", Effects.NONE, (_, _) -> "saw");
        assertThat(run(workshop, "t: {kind: tool, tool: look, arguments: {n: 1, what: [1]}}\n", "a: \"{t}\"\n"))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.reason()).contains("do not fit the tool"));
        assertThat(workshop.asked("look")).isZero();
    }

    @Test
    void aRunHasOnlySoManySteps() {
        Pipeline pipeline =
                PipelineYaml.of(Path.of("test.yaml"), Workshop.yaml("""
                    a: {kind: generate, model: small, prompt: "x"}
                    b: {kind: generate, model: small, prompt: "{a}"}
                    """, "a: \"{b}\"\n") + "limits: {steps: 1}\n");
        Workshop workshop = echo();
        try (DurableRun run = workshop.begin(disk, pipeline, Workshop.question("x"))) {
            assertThat(workshop.go(run))
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> assertThat(failed.reason()).contains("more than 1 steps"));
        }
    }

    @Test
    void anotherPipelineIsSeenInAReplay() {
        Workshop workshop = echo();
        String stages = """
            a: {kind: generate, model: small, prompt: "say {question}"}
            b: {kind: generate, model: small, prompt: "again {a}"}
            """;
        run(workshop, stages, "x: \"{b}\"\n");
        RunHistory history = Journal.look(disk);
        RunReplay.Report report =
                RunReplay.of(history, Workshop.pipeline(stages.replace("again", "once more"), "x: \"{b}\"\n"));
        assertThat(report.divergence()).hasValueSatisfying(divergence -> {
            assertThat(divergence.path()).isEqualTo("b");
            assertThat(divergence.kept()).contains("again say why?");
            assertThat(divergence.now()).contains("once more say why?");
        });
        assertThat(RunReplay.of(history, Workshop.pipeline(stages, "x: \"{a}\"\n"))
                        .divergence())
                .hasValueSatisfying(divergence -> assertThat(divergence.what()).isEqualTo("end"));
        assertThat(RunReplay.of(
                                history,
                                Workshop.pipeline(stages.lines().findFirst().orElseThrow() + "\n", "x: \"{a}\"\n"))
                        .divergence())
                .hasValueSatisfying(divergence -> assertThat(divergence.path()).isEqualTo("b"));
    }

    @Test
    void aRunGoesOnWithWhatItWasBegunWithOnly() {
        Workshop workshop = echo().with("send", Effects.EACH_CALL, (_, _) -> "sent");
        run(workshop, "t: {kind: tool, tool: send}\n", "a: \"{t}\"\n");
        Workshop changed = echo().with("send", Effects.NONE, (_, _) -> "sent");
        assertThatThrownBy(() -> goOn(changed)).hasMessageContaining("is no longer what it was when the run began");
    }

    @Test
    void inputsAreChecked() {
        Pipeline pipeline = Workshop.pipeline("g: {kind: guard, check: x, longest: 1}\n", "a: \"{g}\"\n");
        ObjectNode none = JsonNodeFactory.instance.objectNode();
        assertThatThrownBy(() -> Inputs.checked(pipeline, none)).hasMessageContaining("also needs question");
        assertThatThrownBy(() -> Inputs.checked(pipeline, none.deepCopy().put("qestion", "x")))
                .hasMessageContaining("did you mean question?");
        assertThatThrownBy(() -> Inputs.checked(pipeline, none.deepCopy().put("question", 1)))
                .hasMessageContaining("must be text");
    }

    @Test
    void aTraceTellsStepsAndNoWords() {
        Workshop workshop = echo().with("look", Effects.NONE, (_, _) -> "a secret");
        run(workshop, """
            s: {kind: retrieve, store: notes, query: "{question}", most: 2}
            g: {kind: generate, model: small, prompt: "{s} {question}"}
            t: {kind: tool, tool: look}
            """, "a: \"{t}\"\n");
        JsonNode trace = RunTrace.of(Journal.look(disk));
        JsonNode spans = trace.at("/resourceSpans/0/scopeSpans/0/spans");
        assertThat(spans.valueStream().map(span -> span.path("name").stringValue("")))
                .containsExactly("invoke_workflow test", "retrieval notes", "chat small", "execute_tool look");
        assertThat(trace.toString())
                .contains("gen_ai.usage.input_tokens")
                .doesNotContain("why?")
                .doesNotContain("a secret");
        assertThat(RunTrace.of(Journal.look(disk))).isEqualTo(trace);
    }
}
