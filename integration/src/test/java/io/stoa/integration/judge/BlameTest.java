package io.stoa.integration.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stoa.integration.judge.ScriptedPipeline.Work;
import io.stoa.model.Progress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class BlameTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Map<String, String> WORLD = ScriptedPipeline.world(88);
    private static final ScriptedPipeline HEALTHY = new ScriptedPipeline("healthy", WORLD);
    private static final List<TestItem> ITEMS = ScriptedPipeline.items(88, WORLD);
    private static final Judging JUDGING = new Judging(5, Optional.empty());

    /** A defect: in which stage, and what becomes of it. */
    private record Defect(String name, String stage, UnaryOperator<Work> change) {}

    @Test
    void namesTheStageOfAtLeastNineteenOfTwentySeededDefects() {
        List<Defect> defects = defects();
        assertThat(defects).hasSize(20);
        double healthy = success(HEALTHY);
        List<String> missedByReference = new ArrayList<>();
        List<String> missedByItems = new ArrayList<>();
        for (Defect defect : defects) {
            ScriptedPipeline broken = HEALTHY.with(defect.name(), defect.stage(), defect.change());
            Blame byReference = Blame.byReference(broken, HEALTHY, JUDGING, ITEMS, 1, Progress.NONE);
            Blame byItems = Blame.byItems(broken, JUDGING, ITEMS, 1, Progress.NONE);
            assertThat(byReference.success().estimate())
                    .as(defect.name() + " does harm")
                    .isLessThan(healthy - 0.03);
            if (!blames(byReference, List.of(defect.stage()))) {
                missedByReference.add(
                        defect.name() + ": " + byReference.verdict().sentence());
            }
            if (!blames(byItems, List.of(defect.stage()))) {
                missedByItems.add(defect.name() + ": " + byItems.verdict().sentence());
            }
        }
        System.Logger log = System.getLogger("blame");
        log.log(System.Logger.Level.INFO, "missed by reference: " + missedByReference);
        log.log(System.Logger.Level.INFO, "missed by items: " + missedByItems);
        assertThat(missedByReference).hasSizeLessThanOrEqualTo(1);
        assertThat(missedByItems).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void saysSoWhenNothingIsLost() {
        List<TestItem> right = ITEMS.stream()
                .filter(item -> JUDGING.judge(item, HEALTHY.stages(), HEALTHY.run(item, Map.of(), 1))
                        .success())
                .toList();
        Blame blame = Blame.byItems(HEALTHY, JUDGING, right, 1, Progress.NONE);
        assertThat(blame.verdict()).isInstanceOf(Blame.Verdict.Nothing.class);
    }

    @Test
    void doesNotKnowWhereTooFewItemsFail() {
        ScriptedPipeline broken = HEALTHY.with(
                "two",
                "rerank",
                work -> (item, before) -> item.id().equals("q4") ? JSON.arrayNode() : work.of(item, before));
        Blame blame = Blame.byReference(broken, HEALTHY, JUDGING, ITEMS, 1, Progress.NONE);
        assertThat(blame.verdict()).isInstanceOf(Blame.Verdict.Unknown.class);
        assertThat(blame.losses()).noneMatch(Blame.Loss::shown);
    }

    @Test
    void doesNotKnowWhereTheReferenceFailsAsWell() {
        ScriptedPipeline broken = HEALTHY.with("mute", "generate", _ -> (_, _) -> JSON.stringNode("orange"));
        Blame blame = Blame.byReference(broken, broken, JUDGING, ITEMS, 1, Progress.NONE);
        assertThat(blame.verdict()).isInstanceOf(Blame.Verdict.Unknown.class);
        assertThat(blame.rest()).isEqualTo(1);
    }

    @Test
    void gainsAddUpToTheWholeLoss() {
        for (Defect defect : defects().subList(4, 10)) {
            ScriptedPipeline broken = HEALTHY.with(defect.name(), defect.stage(), defect.change());
            Blame blame = Blame.byItems(broken, JUDGING, ITEMS, 1, Progress.NONE);
            double gained = blame.losses().stream()
                    .mapToDouble(loss -> loss.gain().estimate())
                    .sum();
            assertThat(blame.success().estimate() + gained + blame.rest())
                    .as(defect.name())
                    .isCloseTo(1, within(1e-9));
        }
    }

    @Test
    void stagesThatNothingIsKnownOfAreNamedWithTheNext() {
        ScriptedPipeline broken =
                HEALTHY.with("no context", "prompt", _ -> (item, _) -> JSON.stringNode("Question: " + item.question()));
        Blame blame = Blame.byItems(broken, JUDGING, ITEMS, 1, Progress.NONE);
        assertThat(blame.verdict()).isInstanceOf(Blame.Verdict.Culprit.class);
        assertThat(blame.verdict().sentence())
                .startsWith("context or prompt or generate loses ")
                .matches(".* \\d+\\.\\d points \\[\\d+\\.\\d, \\d+\\.\\d\\]");
    }

    private static double success(ScriptedPipeline pipeline) {
        return ITEMS.stream()
                .mapToDouble(item -> JUDGING.judge(item, pipeline.stages(), pipeline.run(item, Map.of(), 1))
                                .success()
                        ? 1
                        : 0)
                .average()
                .orElseThrow();
    }

    /** Whether the culprit is this stage, by itself or with those that cannot be told from it. */
    private static boolean blames(Blame blame, List<String> stages) {
        return blame.verdict() instanceof Blame.Verdict.Culprit culprit
                && culprit.loss().stages().containsAll(stages);
    }

    private static boolean some(TestItem item, int percent) {
        return Math.floorMod((item.id().hashCode() * 2_654_435_761L) >> 8, 100) < percent;
    }

    private static Defect defect(String name, String stage, int percent, Work broken) {
        return new Defect(
                name,
                stage,
                work -> (item, before) -> some(item, percent) ? broken.of(item, before) : work.of(item, before));
    }

    private static List<Defect> defects() {
        Map<String, String> others = new LinkedHashMap<>();
        Map<String, String> stale = new LinkedHashMap<>();
        WORLD.forEach((id, text) -> {
            if (!id.endsWith("1") && !id.endsWith("3") && !id.endsWith("6")) {
                others.put(id, text);
            }
            stale.put(id, text.replace("color red", "color pink").replace("color blue", "color teal"));
        });
        ScriptedPipeline.Index otherIndex = ScriptedPipeline.Index.of(others);
        ScriptedPipeline.Index lastYear = ScriptedPipeline.Index.of(stale);
        ScriptedPipeline.Index whole = ScriptedPipeline.Index.of(WORLD);
        return List.of(
                defect("a guard that refuses too much", "guard", 25, (_, _) -> JSON.booleanNode(false)),
                new Defect(
                        "a guard that refuses numbers",
                        "guard",
                        work -> (item, before) ->
                                item.question().contains("number") ? JSON.booleanNode(false) : work.of(item, before)),
                new Defect("a router to the small model", "route", _ -> (_, _) -> JSON.stringNode("small")),
                defect(
                        "a router that draws lots",
                        "route",
                        60,
                        (item, _) -> JSON.stringNode(item.id().hashCode() % 2 == 0 ? "small" : "large")),
                defect("a question rewritten without its name", "rewrite", 30, (_, _) -> JSON.stringNode("what color")),
                defect(
                        "a question of another user",
                        "rewrite",
                        20,
                        (_, _) -> JSON.stringNode("open a ticket for pzzson")),
                new Defect(
                        "an index that lacks documents",
                        "retrieve",
                        _ -> (_, before) ->
                                ScriptedPipeline.retrieve(before.get("rewrite").stringValue(), 8, otherIndex)),
                new Defect(
                        "an index of last year",
                        "retrieve",
                        _ -> (_, before) ->
                                ScriptedPipeline.retrieve(before.get("rewrite").stringValue(), 8, lastYear)),
                defect("dropped passages", "retrieve", 35, (_, _) -> JSON.arrayNode()),
                defect(
                        "a search for the wrong field",
                        "retrieve",
                        30,
                        (_, _) -> ScriptedPipeline.retrieve("customer", 8, whole)),
                new Defect("a reranker turned round", "rerank", work -> (_, before) -> {
                    List<JsonNode> passages = new ArrayList<>();
                    before.get("retrieve").forEach(passages::add);
                    Collections.reverse(passages);
                    ArrayNode worst = JSON.arrayNode();
                    passages.stream().limit(3).forEach(worst::add);
                    return worst;
                }),
                defect("a threshold that keeps nothing", "rerank", 15, (_, _) -> JSON.arrayNode()),
                defect(
                        "a context cut short",
                        "context",
                        50,
                        (_, before) -> JSON.stringNode(ScriptedPipeline.text(before.get("rerank"), 20))),
                defect("a context without the first passage", "context", 40, (_, before) -> {
                    ArrayNode rest = JSON.arrayNode();
                    before.get("rerank").forEach(rest::add);
                    if (!rest.isEmpty()) {
                        rest.remove(0);
                    }
                    return JSON.stringNode(ScriptedPipeline.text(rest, 2000));
                }),
                defect(
                        "a prompt without context",
                        "prompt",
                        30,
                        (item, _) -> JSON.stringNode("Text: \nQuestion: " + item.question())),
                defect(
                        "a prompt with another question",
                        "prompt",
                        20,
                        (_, before) -> JSON.stringNode("Text: "
                                + before.get("context").stringValue() + "\nQuestion: What color does Nobody like?")),
                defect("a model quantized too far", "generate", 30, (_, _) -> JSON.stringNode("orange")),
                new Defect("a model that never declines", "generate", work -> (item, before) -> {
                    JsonNode answer = work.of(item, before);
                    return answer.isString() && answer.stringValue().startsWith("I do")
                            ? JSON.stringNode("red")
                            : answer;
                }),
                new Defect("a tool that books for another customer", "tool", work -> (item, before) -> {
                    ObjectNode state = (ObjectNode) work.of(item, before);
                    ArrayNode tickets = state.putArray("tickets");
                    before.get("generate")
                            .path("arguments")
                            .path("customer")
                            .asOptional()
                            .ifPresent(_ -> tickets.add(1));
                    return state;
                }),
                defect("a check that refuses answers", "check", 18, (_, _) -> JSON.booleanNode(false)));
    }
}
