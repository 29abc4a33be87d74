package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stoa.engine.Batching;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.engine.Question;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests that run side by side in one context. */
@Timeout(120)
final class ContinuousBatchingTest {
    private static final Prompt ENDLESS = new Prompt.Text("The friend of Firitan is Zoranel. The friend of");

    private final LlamaRuntime runtime = Natives.runtime();

    private Engine open(String model, int context, int slots, int cacheTokens, int queue) {
        return runtime.open(
                Natives.model(model),
                new EngineOptions(context, 1, new Batching.Continuous(slots, cacheTokens, queue)));
    }

    /** Hot, so that an answer seldom ends by itself. */
    private static GenerateOptions tokens(int count) {
        return new GenerateOptions(count, 3, 0, 1, 0, 5, List.of());
    }

    /** More prompts to score than there are sequences, of which none begins alike, while answers come and go. */
    @Test
    void answersAndScoresDoNotTakeEachOthersSequencesOrCells() throws Exception {
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            String name = Character.toString('A' + i % 26) + (char) ('a' + i / 26);
            questions.add(new Question(new Prompt.Text(name + " likes to eat"), List.of(" fish")));
        }
        try (Engine engine = open("nano", 512, 4, 2048, 100);
                ExecutorService callers = Executors.newFixedThreadPool(8)) {
            List<Future<?>> scorings = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                scorings.add(callers.submit(
                        () -> assertThat(engine.scoreAll(questions)).hasSize(questions.size())));
            }
            int answered = 0;
            while (scorings.stream().anyMatch(scoring -> !scoring.isDone()) || answered < 8) {
                List<Future<Generation>> answers = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    answers.add(callers.submit(() -> engine.generate(ENDLESS, tokens(3))));
                }
                for (Future<Generation> answer : answers) {
                    assertThat(answer.get().answerTokens()).isPositive();
                    answered++;
                }
            }
            for (Future<?> scoring : scorings) {
                scoring.get();
            }
            System.out.println(answered + " answers beside two scorings");
        }
    }

    /** PyTorch's greedy answers, asked all at once, several times, in random order. */
    @Test
    void answersAreThoseOfTheReferenceWhoeverElseIsThere() throws Exception {
        JsonNode reference = new JsonMapper().readTree(Path.of("../examples/quickstart/models/reference.json"));
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int most = reference.get("greedy_tokens").intValue();
        try (Engine engine = open("micro", 512, 4, 1024, 100);
                ExecutorService callers = Executors.newFixedThreadPool(6)) {
            List<Future<Boolean>> answers = new ArrayList<>();
            for (int round = 0; round < 60; round++) {
                JsonNode cases = reference.get("models").get("micro").get("greedy");
                JsonNode expected = cases.get(random.nextInt(cases.size()));
                answers.add(callers.submit(() -> engine.generate(
                                new Prompt.Text(expected.get("prompt").stringValue()), GenerateOptions.greedy(most))
                        .text()
                        .equals(expected.get("text").stringValue())));
            }
            for (Future<Boolean> answer : answers) {
                assertThat(answer.get()).isTrue();
            }
        }
    }

    @Test
    void aLongPromptDoesNotHoldTheOthersUp() throws Exception {
        Prompt lengthy = new Prompt.Text("Zoranel likes to eat cake. ".repeat(700));
        try (Engine engine = open("mini", 8192, 2, 16_384, 0);
                ExecutorService callers = Executors.newSingleThreadExecutor()) {
            CountDownLatch begun = new CountDownLatch(1);
            Future<Generation> slow = callers.submit(() -> engine.generate(lengthy, tokens(1), piece -> {}, () -> {
                begun.countDown();
                return false;
            }));
            begun.await();
            assertThat(engine.generate(ENDLESS, tokens(8)).answerTokens()).isPositive();
            assertThat(slow.isDone()).isFalse();
            assertThat(slow.get().finish()).isEqualTo(Generation.Finish.LENGTH);
        }
    }

    @Test
    void aFullQueueRefusesAndAFullCacheWaits() throws Exception {
        // Two answers of 200 tokens fit the cache of 512; with the others they wait for cells, in three slots.
        try (Engine engine = open("nano", 256, 3, 512, 8);
                ExecutorService callers = Executors.newFixedThreadPool(6)) {
            List<Future<Generation>> answers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                answers.add(callers.submit(() -> engine.generate(ENDLESS, tokens(200))));
            }
            for (Future<Generation> answer : answers) {
                assertThat(answer.get().finish()).isIn(Generation.Finish.LENGTH, Generation.Finish.STOP);
            }
        }
        try (Engine engine = open("mini", 16_384, 1, 16_384, 1);
                ExecutorService callers = Executors.newFixedThreadPool(2)) {
            AtomicBoolean stop = new AtomicBoolean();
            CountDownLatch asked = new CountDownLatch(2);
            Prompt lengthy = new Prompt.Text("Zoranel likes to eat cake. ".repeat(1800));
            List<Future<Generation>> answers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                answers.add(callers.submit(() -> engine.generate(lengthy, tokens(1), piece -> {}, () -> {
                    asked.countDown();
                    return stop.get();
                })));
            }
            asked.await();
            Thread.sleep(50);
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(() -> engine.generate(ENDLESS, tokens(1)))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.RESOURCES))
                    .withMessageContaining("busy");
            stop.set(true);
            for (Future<Generation> answer : answers) {
                assertThat(answer.get().finish()).isEqualTo(Generation.Finish.CANCELLED);
            }
            assertThat(engine.generate(ENDLESS, tokens(1)).answerTokens()).isEqualTo(1);
        }
    }

    @Test
    void aCancelledAnswerLeavesItsSlotToTheNext() throws Exception {
        try (Engine engine = open("nano", 512, 1, 512, 4);
                ExecutorService callers = Executors.newSingleThreadExecutor()) {
            for (int round = 0; round < 50; round++) {
                AtomicBoolean stop = new AtomicBoolean();
                CountDownLatch begun = new CountDownLatch(1);
                Future<Generation> answer = callers.submit(
                        () -> engine.generate(ENDLESS, tokens(480), piece -> begun.countDown(), stop::get));
                begun.await();
                stop.set(true);
                assertThat(engine.generate(ENDLESS, tokens(2)).answerTokens()).isPositive();
                assertThat(answer.get().answerTokens()).isPositive();
            }
        }
    }

    /** Closing at any moment answers every caller: with what there is, or that the engine is closed. */
    @Test
    void closingLeavesNobodyWaiting() throws Exception {
        for (int round = 0; round < 100; round++) {
            Engine engine = open("nano", 256, 2, 512, 100);
            try (ExecutorService callers = Executors.newFixedThreadPool(3)) {
                List<Future<?>> calls = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    calls.add(callers.submit(() -> engine.generate(ENDLESS, tokens(50))));
                    calls.add(callers.submit(() -> engine.score(ENDLESS, List.of(" cake"))));
                }
                Thread.sleep(0, random(round));
                engine.close();
                for (Future<?> call : calls) {
                    try {
                        call.get();
                    } catch (ExecutionException e) {
                        assertThat(e.getCause())
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageContaining("closed");
                    }
                }
            }
        }
    }

    private static int random(int round) {
        return new Random(round).nextInt(1_000_000);
    }

    /** The second time the prompt is there already, so that the first token comes much sooner. */
    @Test
    void readsASharedPrefixOnce() {
        String lengthy = "Zoranel likes to eat cake. ".repeat(900);
        try (Engine engine = open("mini", 8192, 2, 16_384, 0)) {
            long[] nanos = new long[4];
            for (int i = 0; i < nanos.length; i++) {
                Generation generation =
                        engine.generate(new Prompt.Text(lengthy + "The friend of person " + i + " is"), tokens(2));
                nanos[i] = generation.timeToFirstToken().orElseThrow().toNanos();
            }
            // Reading 6,000 tokens takes hundreds of times as long as reading ten: a factor of five is beyond doubt.
            assertThat(Arrays.stream(nanos).skip(1).min().orElseThrow()).isLessThan(nanos[0] / 5);
        }
    }

    /**
     * Conversations that take turns: what another one has pushed out of the context is brought back, and each answer is
     * still the reference's.
     */
    @Test
    void bringsBackWhatOthersHavePushedOut() throws Exception {
        JsonNode reference = new JsonMapper().readTree(Path.of("../examples/quickstart/models/reference.json"));
        int most = reference.get("greedy_tokens").intValue();
        String lengthy = "Zoranel likes to eat cake. ".repeat(400);
        // One slot: whoever begins pushes the one before it out.
        try (Engine engine = open("mini", 8192, 1, 16_384, 0)) {
            long[] first = new long[3];
            long[] again = new long[3];
            List<Generation> answers = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                for (int user = 0; user < first.length; user++) {
                    Prompt prompt = new Prompt.Text("User " + user + ": " + lengthy + "The friend of Zoranel is");
                    Generation generation = engine.generate(prompt, GenerateOptions.greedy(8));
                    long nanos = generation.timeToFirstToken().orElseThrow().toNanos();
                    if (round == 0) {
                        first[user] = nanos;
                        // Once more, from what is still in the context: the text is then read in the same steps as
                        // later.
                        answers.add(engine.generate(prompt, GenerateOptions.greedy(8)));
                    } else {
                        again[user] = nanos;
                        assertThat(generation.text())
                                .isEqualTo(answers.get(user).text());
                    }
                }
                for (JsonNode expected : reference.get("models").get("mini").get("greedy")) {
                    Prompt prompt = new Prompt.Text(expected.get("prompt").stringValue());
                    assertThat(engine.generate(prompt, GenerateOptions.greedy(most))
                                    .text())
                            .isEqualTo(expected.get("text").stringValue());
                }
            }
            // Reading 2,700 tokens takes a hundred times as long as bringing them back.
            assertThat(Arrays.stream(again).max().orElseThrow())
                    .isLessThan(Arrays.stream(first).min().orElseThrow() / 3);
        }
    }

    /** More than may be kept: the longest unused go, and the memory with them. */
    @Test
    void keepsNoMoreThanTheContextHolds() {
        try (Engine engine = open("nano", 512, 2, 1024, 0)) {
            for (int i = 0; i < 300; i++) {
                String text = "User " + i + ": " + "Zoranel likes to eat cake. ".repeat(1 + i % 60);
                assertThat(engine.generate(new Prompt.Text(text), tokens(8)).promptTokens())
                        .isPositive();
            }
        }
    }
}
