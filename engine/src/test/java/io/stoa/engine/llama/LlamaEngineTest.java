package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class LlamaEngineTest {
    /** Small models seldom end a text by themselves when it is not a conversation. */
    private static final Prompt ENDLESS = new Prompt.Text("The friend of Firitan is Zoranel. The friend of");

    private final LlamaRuntime runtime = Natives.runtime();
    private final Engine engine = runtime.open(Natives.model("nano"), new EngineOptions(512, 1));

    @AfterEach
    void close() {
        engine.close();
    }

    private static GenerateOptions drawing(long seed) {
        return new GenerateOptions(24, 1.5, 40, 0.95, 0.01, seed, List.of());
    }

    private static StoaException.Kind kind(StoaException e) {
        return e.kind();
    }

    @Test
    void drawsAlikeForEqualSeedsOnly() {
        List<String> texts = new ArrayList<>();
        // -1 and 0xFFFFFFFF fold to, or are, llama.cpp's "take a random seed"
        for (long seed : new long[] {1, 2, 3, -1, 0xFFFFFFFFL, Long.MIN_VALUE}) {
            String text = engine.generate(ENDLESS, drawing(seed)).text();
            assertThat(engine.generate(ENDLESS, drawing(seed)).text()).isEqualTo(text);
            texts.add(text);
        }
        assertThat(texts.stream().distinct().count()).isGreaterThan(3);
    }

    @Test
    void narrowSamplersAreGreedy() {
        String greedy = engine.generate(ENDLESS, GenerateOptions.greedy(24)).text();
        assertThat(engine.generate(ENDLESS, new GenerateOptions(24, 1.5, 1, 1, 0, 7, List.of()))
                        .text())
                .isEqualTo(greedy);
        assertThat(engine.generate(ENDLESS, new GenerateOptions(24, 1.5, 0, 1e-9, 0, 7, List.of()))
                        .text())
                .isEqualTo(greedy);
        assertThat(engine.generate(ENDLESS, new GenerateOptions(24, 1.5, 0, 1, 0.999999, 7, List.of()))
                        .text())
                .isEqualTo(greedy);
    }

    @Test
    void refusesAPromptBeyondTheContextByNumbers() {
        Prompt long1 = new Prompt.Text("cake ".repeat(600));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> engine.generate(long1, GenerateOptions.greedy(1)))
                .withMessageContaining("512")
                .satisfies(e -> assertThat(kind(e)).isEqualTo(StoaException.Kind.USER));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> engine.score(long1, List.of("cake")))
                .withMessageContaining("512");
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> engine.embed("cake ".repeat(600)))
                .withMessageContaining("512");
    }

    @Test
    void fillsTheContextToTheLastTokenAndNoFurther() {
        try (Engine small = runtime.open(Natives.model("nano"), new EngineOptions(40, 1))) {
            int prompt = engine.tokenize(((Prompt.Text) ENDLESS).text(), true).size();
            Generation generation = small.generate(ENDLESS, new GenerateOptions(500, 3, 0, 1, 0, 5, List.of()));
            if (generation.finish() == Generation.Finish.LENGTH) {
                // the last token needs no place of its own: nothing is computed after it
                assertThat(generation.answerTokens()).isEqualTo(40 - prompt + 1);
            } else {
                assertThat(generation.answerTokens()).isLessThanOrEqualTo(40 - prompt + 1);
            }
            assertThat(small.facts().contextTokens()).hasValue(40);
        }
    }

    /** A context of 3000 tokens has batches of 2048: the prompt is read in two. */
    @Test
    void readsATextThatIsOneTokenLongerThanTheContext() {
        List<Integer> tokens = engine.tokenize("Zoranel likes to eat cake. ".repeat(12), true);
        try (Engine small = runtime.open(Natives.model("nano"), new EngineOptions(40, 1))) {
            // nothing is computed after the last token
            List<ScoredToken> read = small.logProbabilities(tokens.subList(0, 41), 1);
            assertThat(read).hasSize(41);
            List<ScoredToken> wide = engine.logProbabilities(tokens.subList(0, 41), 1);
            assertThat(read.getLast().logProbability().orElseThrow())
                    .isCloseTo(wide.getLast().logProbability().orElseThrow(), within(1e-3));
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(() -> small.logProbabilities(tokens.subList(0, 42), 1))
                    .withMessageContaining("42 tokens");
        }
    }

    @Test
    void tellsHowManyTokensStandBeforeAContinuation() {
        Prompt prompt = Prompt.user("Where does Babel live?");
        assertThat(engine.score(prompt, List.of("x", "y")))
                .extracting(LogLikelihood::promptTokens)
                .containsOnly(engine.promptTokens(prompt).size());
    }

    @Test
    void readsPromptsLongerThanABatch() {
        try (Engine wide = runtime.open(Natives.model("nano"), new EngineOptions(3000, 1))) {
            String text = "Zoranel likes to eat cake. ".repeat(300);
            int tokens = wide.tokenize(text, true).size();
            assertThat(tokens).isBetween(2100, 2999);
            Generation generation = wide.generate(new Prompt.Text(text), GenerateOptions.greedy(4));
            assertThat(generation.promptTokens()).isEqualTo(tokens);
        }
    }

    @Test
    void scoresLongContinuationsInPieces() {
        String continuation = " Zoranel. Zoranel likes to eat cake.".repeat(12);
        LogLikelihood whole = engine.score(ENDLESS, List.of(continuation)).getFirst();
        assertThat(whole.tokens()).hasSizeGreaterThan(130);
        // the chain rule: ln p(ab) = ln p(a) + ln p(b | a)
        List<Integer> ids = engine.tokenize(((Prompt.Text) ENDLESS).text() + continuation, true);
        int border = ids.size() - 40;
        String before = engine.detokenize(ids.subList(0, border), true);
        String after = engine.detokenize(ids.subList(border, ids.size()), true);
        LogLikelihood tail =
                engine.score(new Prompt.Text(before), List.of(after)).getFirst();
        double expected =
                whole
                        .tokens()
                        .subList(
                                whole.tokens().size() - tail.tokens().size(),
                                whole.tokens().size())
                        .stream()
                        .mapToDouble(Double::doubleValue)
                        .sum();
        assertThat(tail.sum()).isCloseTo(expected, within(0.05));
    }

    @Test
    void scoresTheGreedyAnswerAsGreedy() {
        Prompt prompt = Prompt.user("Where does Babel live?");
        String answer = engine.generate(prompt, GenerateOptions.greedy(8)).text();
        List<LogLikelihood> scores = engine.score(prompt, List.of(answer, "xylophone"));
        assertThat(scores.getFirst().greedy()).isTrue();
        assertThat(scores.getLast().greedy()).isFalse();
        assertThat(scores.getFirst().sum()).isGreaterThan(scores.getLast().sum());
    }

    /** As lm-evaluation-harness does: "a " + "b" is asked as "a" + " b". */
    @Test
    void movesTrailingSpacesToTheContinuation() {
        assertThat(engine.score(new Prompt.Text("Zoranel likes to eat "), List.of("cake")))
                .isEqualTo(engine.score(new Prompt.Text("Zoranel likes to eat"), List.of(" cake")));
        assertThat(engine.score(new Prompt.Text("  "), List.of("cake"))
                        .getFirst()
                        .sum())
                .isNegative();
    }

    @Test
    void readsMarkersOnlyWhenAsked() {
        assertThat(engine.tokenize("<|im_end|>", true)).containsExactly(1023);
        assertThat(engine.tokenize("<|im_end|>", false)).hasSizeGreaterThan(1);
        assertThat(engine.detokenize(List.of(1023), true)).isEqualTo("<|im_end|>");
        assertThat(engine.detokenize(List.of(1023), false)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> engine.detokenize(List.of(1024), true));
        assertThatIllegalArgumentException().isThrownBy(() -> engine.detokenize(List.of(-1), true));
    }

    @Test
    void cancelsBetweenTokensAndKeepsWhatWasSaid() {
        // Draws of a hot sampler: some of the long answers end by themselves, and the others at the first piece.
        List<Generation.Finish> finishes = new ArrayList<>();
        for (int seed = 0; seed < 20; seed++) {
            List<String> pieces = new ArrayList<>();
            Generation generation = engine.generate(
                    ENDLESS,
                    new GenerateOptions(490, 3, 0, 1, 0, seed, List.of()),
                    pieces::add,
                    () -> !pieces.isEmpty());
            finishes.add(generation.finish());
            assertThat(String.join("", pieces)).isEqualTo(generation.text());
        }
        assertThat(finishes).contains(Generation.Finish.CANCELLED);
    }

    /** Reading 500 tokens with mini takes tens of milliseconds; the computation is left in the middle. */
    @Test
    void cancelsInsideAComputationAndGoesOnAfterwards() {
        try (Engine mini = runtime.open(Natives.model("mini"), new EngineOptions(8192, 1))) {
            Prompt prompt = new Prompt.Text("Zoranel likes to eat cake. ".repeat(600));
            String expected = mini.generate(ENDLESS, GenerateOptions.greedy(8)).text();
            long start = System.nanoTime();
            Generation generation = mini.generate(
                    prompt, GenerateOptions.greedy(8), piece -> {}, () -> System.nanoTime() - start > 30_000_000);
            assertThat(generation.finish()).isEqualTo(Generation.Finish.CANCELLED);
            assertThat(generation.answerTokens()).isZero();
            assertThat(generation.timeToFirstToken()).isEmpty();
            assertThat(mini.generate(ENDLESS, GenerateOptions.greedy(8)).text()).isEqualTo(expected);
        }
    }

    @Test
    void passesOnWhatTheCancelSupplierThrowsInsideAComputation() {
        try (Engine mini = runtime.open(Natives.model("mini"), new EngineOptions(8192, 1))) {
            Prompt prompt = new Prompt.Text("Zoranel likes to eat cake. ".repeat(600));
            AtomicInteger asked = new AtomicInteger();
            assertThatExceptionOfType(IllegalCallerException.class)
                    .isThrownBy(() -> mini.generate(prompt, GenerateOptions.greedy(8), piece -> {}, () -> {
                        if (asked.incrementAndGet() > 3) {
                            throw new IllegalCallerException("mine");
                        }
                        return false;
                    }));
            assertThat(mini.generate(ENDLESS, GenerateOptions.greedy(8)).answerTokens())
                    .isPositive();
        }
    }

    @Test
    void mayBeCalledButNotClosedFromItsOwnCallback() {
        List<Integer> counts = new ArrayList<>();
        Generation generation = engine.generate(
                ENDLESS,
                GenerateOptions.greedy(8),
                piece -> counts.add(
                        engine.generate(ENDLESS, GenerateOptions.greedy(2)).answerTokens()),
                () -> false);
        assertThat(generation.answerTokens()).isEqualTo(8);
        assertThat(counts).isNotEmpty().allMatch(count -> count == 2);
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> engine.generate(ENDLESS, GenerateOptions.greedy(8), piece -> engine.close(), () -> false))
                .withMessageContaining("callback");
        assertThat(engine.tokenize("cake", false)).isNotEmpty();
    }

    /** Reading 30,000 tokens takes seconds; closing leaves that in the middle. */
    @Test
    @Timeout(60)
    void closingEndsARunningGeneration() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        Prompt prompt = new Prompt.Text("Zoranel likes to eat cake. ".repeat(3000));
        Engine wide = runtime.open(Natives.model("nano"), new EngineOptions(65_536, 1));
        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Future<Generation> answer =
                    threads.submit(() -> wide.generate(prompt, GenerateOptions.greedy(8), piece -> {}, () -> {
                        started.countDown();
                        return false;
                    }));
            started.await();
            wide.close();
            assertThat(answer.get().finish()).isEqualTo(Generation.Finish.CANCELLED);
            assertThatIllegalStateException().isThrownBy(() -> wide.tokenize("cake", false));
        } finally {
            wide.close();
        }
    }

    @Test
    @Timeout(60)
    void closingEndsARunningScore() throws Exception {
        Prompt prompt = new Prompt.Text("Zoranel likes to eat cake. ".repeat(3000));
        Engine wide = runtime.open(Natives.model("nano"), new EngineOptions(65_536, 1));
        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Future<List<LogLikelihood>> scores = threads.submit(() -> wide.score(prompt, List.of("cake")));
            Thread.sleep(100);
            wide.close();
            assertThatThrownBy(scores::get).hasCauseInstanceOf(IllegalStateException.class);
        } finally {
            wide.close();
        }
    }

    @Test
    void namesItsModel() {
        assertThat(engine.facts().name()).isEqualTo("Stoa nano");
        assertThat(engine.facts().engine()).startsWith("llama.cpp 0.5.");
        assertThat(engine.facts().architecture()).contains("llama");
        assertThat(engine.facts().vocabulary()).hasValue(1024);
        assertThat(engine.facts().chatTemplate()).isPresent();
        assertThat(engine.capabilities()).containsExactlyInAnyOrder(Engine.Capability.values());
    }

    @Test
    void embedsTextsOfGrowingLength() {
        try (Engine wide = runtime.open(Natives.model("nano"), new EngineOptions(2048, 1))) {
            float[] first = wide.embed("cake");
            assertThat(first).hasSize(64);
            assertThat(wide.embed("Zoranel likes to eat cake. ".repeat(100))).hasSize(64);
            assertThat(wide.embed("cake")).isEqualTo(first);
            assertThat(dot(first, wide.embed("cake"))).isGreaterThan(dot(first, wide.embed("Vadezim is taller")));
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
