package io.stoa.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stoa.engine.Batching;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sharing prefixes changes the work, not the results, but for the noise of batch shapes: some hundredths of a nat on
 * F16 weights for the unlikeliest tokens (of −20 nats), while another path's tokens differ by whole nats.
 */
final class SharedScoringTest {
    private static final double NOISE = 0.1;

    private final LlamaRuntime runtime = Natives.runtime();

    private Engine alone() {
        return runtime.open(Natives.model("nano"), new EngineOptions(512, 1));
    }

    private Engine sharing(int slots, int cacheTokens) {
        return runtime.open(
                Natives.model("nano"), new EngineOptions(512, 1, new Batching.Continuous(slots, cacheTokens, 8)));
    }

    private static void assertAlike(List<List<LogLikelihood>> actual, List<List<LogLikelihood>> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int q = 0; q < expected.size(); q++) {
            assertThat(actual.get(q)).hasSameSizeAs(expected.get(q));
            for (int c = 0; c < expected.get(q).size(); c++) {
                List<Double> tokens = actual.get(q).get(c).tokens();
                assertThat(tokens).hasSameSizeAs(expected.get(q).get(c).tokens());
                for (int t = 0; t < tokens.size(); t++) {
                    assertThat(tokens.get(t))
                            .as("question %s, continuation %s, token %s", q, c, t)
                            .isCloseTo(expected.get(q).get(c).tokens().get(t), within(NOISE));
                }
            }
        }
    }

    /** Prompts that share beginnings of all lengths, continuations that begin alike, repeat or contain each other. */
    private static List<Question> questions(Random random, int count) {
        List<String> sentences = List.of(
                "Zoranel likes to eat cake. ",
                "Zoranel likes to eat pie. ",
                "The friend of Firitan is Zoranel. ",
                "Dogor works as a weaver. ",
                "2 + 3 = 5. ");
        List<String> endings =
                List.of(" cake", " cake and tea", " cake and pie", " a", " a weaver", " 5", " Zoranel", " cake and");
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder prompt = new StringBuilder();
            int length = 1 + random.nextInt(12);
            for (int s = 0; s < length; s++) {
                // Mostly the same sentence at the same place, so that prompts part at many depths.
                int sentence = random.nextInt(4) == 0 ? random.nextInt(sentences.size()) : s % sentences.size();
                prompt.append(sentences.get(sentence));
            }
            List<String> continuations = IntStream.range(0, random.nextInt(6))
                    .mapToObj(c -> endings.get(random.nextInt(endings.size())))
                    .toList();
            questions.add(new Question(new Prompt.Text(prompt.toString()), continuations));
        }
        return questions;
    }

    @ParameterizedTest
    @CsvSource({"1, 512", "2, 600", "4, 2048", "100, 4096"})
    void givesTheResultsOfScoringAlone(int slots, int cacheTokens) {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        List<Question> questions = questions(new Random(seed), 120);
        try (Engine alone = alone();
                Engine sharing = sharing(slots, cacheTokens)) {
            List<List<LogLikelihood>> expected = alone.scoreAll(questions);
            assertAlike(sharing.scoreAll(questions), expected);
            // Once more, with prefixes kept from before, and one by one.
            assertAlike(sharing.scoreAll(questions), expected);
            assertAlike(
                    questions.stream()
                            .map(question -> sharing.score(question.prompt(), question.continuations()))
                            .toList(),
                    expected);
        }
    }

    @Test
    void takesNothingForAnAnswer() {
        try (Engine sharing = sharing(2, 1024)) {
            assertThat(sharing.scoreAll(List.of())).isEmpty();
            assertThat(sharing.scoreAll(List.of(new Question(new Prompt.Text("Zoranel"), List.of()))))
                    .containsExactly(List.of());
        }
    }

    /** Alone, a result is the same to the last bit, whatever was asked before and together with it. */
    @Test
    void aloneIsBitIdentical() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        List<Question> questions = questions(new Random(seed), 40);
        try (Engine one = alone();
                Engine other = alone()) {
            List<List<LogLikelihood>> expected = one.scoreAll(questions);
            for (int i = questions.size() - 1; i >= 0; i--) {
                Question question = questions.get(i);
                other.embed("cake");
                List<LogLikelihood> again = new ArrayList<>();
                for (String continuation : question.continuations()) {
                    again.addAll(other.score(question.prompt(), List.of(continuation)));
                }
                assertThat(again).isEqualTo(expected.get(i));
            }
        }
    }
}
