package io.stoa.benchmark.contamination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stoa.benchmark.ScriptedEngine;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.model.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExchangeabilityTest {
    private static final Path MODEL = Path.of("../examples/quickstart/models/nano.gguf");

    @Test
    void theTestIsTheTTest() {
        // scipy 1.17: ttest_1samp([.3, .1, -.2, .4, .25, .15], 0, alternative="greater")
        Exchangeability test = Exchangeability.of(List.of(.3, .1, -.2, .4, .25, .15), 10, 60, 1);
        assertThat(test.t()).isEqualTo(1.953661662911, within(1e-9));
        assertThat(test.p()).isEqualTo(0.054080952964, within(1e-9));
        assertThat(Exchangeability.of(List.of(0.0, 0.0, 0.0), 10, 60, 1).p())
                .as("no order is preferred")
                .isEqualTo(1);
    }

    @Test
    void anOrderThatAModelPrefersIsToldFromOneThatItDoesNot() {
        long seed = 11;
        SplittableRandom random = new SplittableRandom(seed);
        List<Item> items = IntStream.range(0, 24)
                .mapToObj(i -> new Item(
                        "item " + i,
                        List.of("What is the river of N" + random.nextInt(1000) + "?", "D" + random.nextInt(1000))))
                .toList();
        LlamaRuntime runtime = LlamaRuntime.load(Path.of(System.getProperty("stoa.natives")), (level, line) -> {});
        List<Long> seen = new ArrayList<>();
        Progress progress = (done, total) -> seen.add(done);
        try (Engine engine = runtime.open(MODEL, new EngineOptions(256, 1))) {
            Exchangeability test = Exchangeability.of(engine, items, 6, 5, seed, progress);
            assertThat(test.items()).isEqualTo(24);
            assertThat(test.p()).as("seed %d", seed).isGreaterThan(0.01);
            assertThat(test.gain()).isNotZero();
            assertThat(Exchangeability.of(engine, items, 6, 5, seed, progress)).isEqualTo(test);
            // Neighbours that are alike are likelier than strangers: an order that this model truly prefers.
            List<Item> alike = IntStream.range(0, 60)
                    .mapToObj(i -> new Item(
                            "item " + i, List.of(i % 6 < 3 ? "Anna likes the red apple." : "Is the cat of Tom big?")))
                    .toList();
            Exchangeability preferred = Exchangeability.of(engine, alike, 10, 10, seed, progress);
            assertThat(preferred.gain()).isPositive();
            assertThat(preferred.p()).isLessThan(0.001);
            assertThatThrownBy(() -> Exchangeability.of(engine, many(items), 3, 5, seed, progress))
                    .hasMessageContainingAll("shard 1 of 3", "256", "shards, or a longer context");
            assertThatThrownBy(() -> Exchangeability.of(engine, items, 13, 5, seed, progress))
                    .hasMessageContaining("at most 12 shards");
        }
        assertThat(seen).contains(6L);
    }

    private static List<Item> many(List<Item> items) {
        return IntStream.range(0, 20).boxed().flatMap(_ -> items.stream()).toList();
    }

    @Test
    void anEngineThatCannotScoreIsRefused() {
        List<Item> items = List.of(new Item("a", List.of("x")));
        assertThatThrownBy(() -> Exchangeability.of(
                        new ScriptedEngine().without(Engine.Capability.SCORE), items, 3, 1, 1, (_, _) -> {}))
                .hasMessageContaining("cannot SCORE");
    }

    @Test
    void optionsThatMoveCostAMemorizingModel() {
        List<Double> published =
                IntStream.range(0, 100).mapToObj(i -> i < 80 ? 1.0 : 0.0).toList();
        List<Double> moved =
                IntStream.range(0, 100).mapToObj(i -> i < 55 ? 1.0 : 0.0).toList();
        OptionOrder lost = OptionOrder.of(published, moved, 1);
        assertThat(lost.drop()).isEqualTo(0.25, within(1e-12));
        assertThat(lost.p()).isEqualTo(2 * Math.pow(0.5, 25), within(1e-12));
        assertThat(lost.interval().low()).isPositive();
        assertThat(OptionOrder.of(published, published, 1).p()).isEqualTo(1);
        List<Double> means =
                IntStream.range(0, 100).mapToObj(i -> i % 2 == 0 ? 0.75 : 0.5).toList();
        OptionOrder graded = OptionOrder.of(published, means, 1);
        assertThat(graded.drop()).isEqualTo(0.175, within(1e-12));
        assertThat(graded.p()).isLessThan(0.01);
        assertThatThrownBy(() -> OptionOrder.of(published, moved.subList(0, 99), 1))
                .hasMessageContaining("100 and 99");
    }
}
