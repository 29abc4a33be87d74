package io.stoa.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.engine.Engine.Capability;
import io.stoa.engine.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine keeps. A test class of an engine extends it and opens one whose model answers prompts at length. */
public abstract class EngineContract {
    private static final Prompt PROMPT = Prompt.user("What is the job of Dogor?");

    private Engine engine;

    /** By how many nats a token's log-probability may depend on what else is computed; 0 is bit-identical. */
    protected double noise() {
        return 0;
    }

    /** A new engine; the contract closes it. */
    protected abstract Engine open();

    @BeforeEach
    final void openEngine() {
        engine = open();
    }

    @AfterEach
    final void closeEngine() {
        engine.close();
    }

    private void assume(Capability capability) {
        assumeTrue(engine.capabilities().contains(capability), () -> "this engine cannot " + capability);
    }

    private Map<Capability, ThrowingCallable> calls() {
        return Map.of(
                Capability.GENERATE, () -> engine.generate(PROMPT, GenerateOptions.greedy(2)),
                Capability.SCORE, () -> engine.score(PROMPT, List.of("weaver")),
                Capability.TOKENIZE, () -> engine.tokenize("weaver", false),
                Capability.EMBED, () -> engine.embed("weaver"));
    }

    @Test
    final void saysWhatItIs() {
        assertThat(engine.facts().name()).isNotBlank();
        assertThat(engine.facts().engine()).isNotBlank();
        assertThat(engine.capabilities()).isNotEmpty();
    }

    @Test
    final void refusesWhatItDoesNotSupport() {
        calls().forEach((capability, call) -> {
            if (!engine.capabilities().contains(capability)) {
                assertThatThrownBy(call).isInstanceOf(UnsupportedOperationException.class);
            }
        });
    }

    @Test
    final void streamsExactlyTheText() {
        assume(Capability.GENERATE);
        List<String> pieces = new ArrayList<>();
        Generation generation = engine.generate(PROMPT, GenerateOptions.greedy(16), pieces::add, () -> false);
        assertThat(String.join("", pieces)).isEqualTo(generation.text()).isNotEmpty();
        assertThat(pieces).doesNotContain("");
        assertThat(generation.answerTokens()).isPositive();
        assertThat(generation.timeToFirstToken())
                .hasValueSatisfying(first -> assertThat(first).isLessThanOrEqualTo(generation.total()));
    }

    @Test
    final void answersAlikeTwice() {
        assume(Capability.GENERATE);
        String first = engine.generate(PROMPT, GenerateOptions.greedy(16)).text();
        assertThat(engine.generate(PROMPT, GenerateOptions.greedy(16)).text()).isEqualTo(first);
    }

    @Test
    final void stopsAtTheTokenLimit() {
        assume(Capability.GENERATE);
        Generation generation = engine.generate(PROMPT, GenerateOptions.greedy(1));
        assertThat(generation.answerTokens()).isEqualTo(1);
        assertThat(generation.finish()).isEqualTo(Generation.Finish.LENGTH);
    }

    @Test
    final void stopsBeforeAStopString() {
        assume(Capability.GENERATE);
        String whole = engine.generate(PROMPT, GenerateOptions.greedy(16)).text();
        assumeTrue(whole.length() > 2);
        String stop = whole.substring(1, 3);
        List<String> pieces = new ArrayList<>();
        Generation generation = engine.generate(
                PROMPT, new GenerateOptions(16, 0, 0, 1, 0, 0, List.of(stop)), pieces::add, () -> false);
        assertThat(generation.text()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(generation.finish()).isEqualTo(Generation.Finish.STOP);
        assertThat(String.join("", pieces)).isEqualTo(generation.text());
    }

    @Test
    final void endsWhenItIsCancelled() {
        assume(Capability.GENERATE);
        assertThat(engine.generate(PROMPT, GenerateOptions.greedy(16), piece -> {}, () -> true)
                        .finish())
                .isEqualTo(Generation.Finish.CANCELLED);
        assertThat(engine.generate(PROMPT, GenerateOptions.greedy(16)).finish())
                .isNotEqualTo(Generation.Finish.CANCELLED);
    }

    @Test
    final void passesOnWhatTheListenerThrows() {
        assume(Capability.GENERATE);
        IllegalCallerException mine = new IllegalCallerException("mine");
        assertThatThrownBy(() -> engine.generate(
                        PROMPT,
                        GenerateOptions.greedy(16),
                        piece -> {
                            throw mine;
                        },
                        () -> false))
                .isSameAs(mine);
        assertThat(engine.generate(PROMPT, GenerateOptions.greedy(16)).text()).isNotEmpty();
    }

    @Test
    final void scoresEachContinuationAsIfItWereAlone() {
        assume(Capability.SCORE);
        List<String> continuations = List.of("weaver", "a", "doctor, or so they say", "weaver");
        List<LogLikelihood> together = engine.score(PROMPT, continuations);
        assertThat(together).hasSameSizeAs(continuations);
        for (int i = 0; i < continuations.size(); i++) {
            LogLikelihood alone =
                    engine.score(PROMPT, List.of(continuations.get(i))).getFirst();
            assertThat(together.get(i).tokens()).isNotEmpty().hasSameSizeAs(alone.tokens());
            for (int token = 0; token < alone.tokens().size(); token++) {
                assertThat(together.get(i).tokens().get(token))
                        .isCloseTo(alone.tokens().get(token), within(noise()));
            }
            assertThat(together.get(i).tokens())
                    .allSatisfy(token -> assertThat(token).isNotPositive());
        }
        assertThat(engine.score(PROMPT, List.of())).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> engine.score(PROMPT, List.of("weaver", "")));
    }

    @Test
    final void readsBackWhatItTokenizes() {
        assume(Capability.TOKENIZE);
        String text = "Größe 3 — naïve 🦊\n\ttabs  and spaces";
        assertThat(engine.detokenize(engine.tokenize(text, false), false)).isEqualTo(text);
        assertThat(engine.tokenize("", false)).isEmpty();
        assertThat(engine.detokenize(List.of(), false)).isEmpty();
    }

    /** What the model reads is the conversation, the start of its answer, and nothing after that. */
    @Test
    final void goesOnWithAnAnswerThatIsBegun() {
        assume(Capability.TOKENIZE);
        Prompt begun = new Prompt.Continued(
                List.of(ChatMessage.user("What is the job of Dogor?"), ChatMessage.assistant("Dogor works as")));
        String read = engine.detokenize(engine.promptTokens(begun), true);
        assertThat(read).isEqualTo(engine.detokenize(engine.promptTokens(PROMPT), true) + "Dogor works as");
        // A server strips the answers of chats.
        assertThat(engine.generate(begun, GenerateOptions.greedy(4)).text().strip())
                .isEqualTo(engine.generate(new Prompt.Text(read), GenerateOptions.greedy(4))
                        .text()
                        .strip());
    }

    @Test
    final void embedsToUnitLength() {
        assume(Capability.EMBED);
        float[] embedding = engine.embed("Dogor works as a weaver.");
        double squares = 0;
        for (float component : embedding) {
            squares += component * component;
        }
        assertThat(squares).isCloseTo(1, within(1e-5));
        assertThat(engine.embed("Dogor works as a weaver.")).isEqualTo(embedding);
        assertThat(engine.embed("Sums of two numbers")).isNotEqualTo(embedding);
    }

    @Test
    final void letsThreadsWaitForEachOther() throws Exception {
        assume(Capability.GENERATE);
        String expected = engine.generate(PROMPT, GenerateOptions.greedy(8)).text();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                answers.add(threads.submit(
                        () -> engine.generate(PROMPT, GenerateOptions.greedy(8)).text()));
            }
            for (Future<String> answer : answers) {
                assertThat(answer.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    final void refusesUseAfterClose() {
        Map<Capability, ThrowingCallable> calls = calls();
        engine.close();
        engine.close();
        engine.capabilities()
                .forEach(capability ->
                        assertThatIllegalStateException().as("%s", capability).isThrownBy(calls.get(capability)));
    }
}
