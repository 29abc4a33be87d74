package io.stoa.integration.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import io.stoa.engine.ScoredToken;
import io.stoa.integration.retrieve.PassageStore.Hit;
import io.stoa.integration.retrieve.store.LuceneStore;
import io.stoa.integration.retrieve.store.StoreSettings;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stages that ask a model, with an engine whose answers are computed from the prompt. */
class ModelStagesTest {
    private static final List<Hit> HITS = List.of(
            hit("a", "Cats sleep a lot."),
            hit("b", "The plums are ripe in August."),
            hit("c", "Pears keep till winter."));

    @TempDir
    private Path folder;

    /** Likes a continuation the more of its words the prompt's passage holds; generates what it was told to. */
    private record CountingEngine(String answer, Set<Capability> capabilities) implements Engine {
        @Override
        public EngineFacts facts() {
            return new EngineFacts(
                    "counting", "test", Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty());
        }

        @Override
        public Generation generate(
                Prompt prompt, GenerateOptions options, Consumer<String> stream, BooleanSupplier cancelled) {
            return new Generation(answer, Generation.Finish.STOP, 1, 1, Optional.empty(), Duration.ZERO);
        }

        @Override
        public List<LogLikelihood> score(Prompt prompt, List<String> continuations) {
            String text = ((Prompt.Text) prompt).text();
            String passage = text.substring(0, text.indexOf('\n'));
            String asked = text.contains("Statement: ") || text.contains("Does the passage")
                    ? text.substring(text.indexOf('\n'))
                    : "";
            return continuations.stream()
                    .map(continuation -> {
                        double overlap = WordSupport.USUAL.of(
                                asked.isEmpty()
                                        ? continuation
                                        : asked.lines().skip(1).findFirst().orElse(""),
                                List.of(passage));
                        double likelihood = continuation.equals(" No") ? 1 - overlap : overlap;
                        return new LogLikelihood(1, List.of(Math.log(likelihood + 0.01)), false);
                    })
                    .toList();
        }

        @Override
        public List<ScoredToken> logProbabilities(List<Integer> tokens, int alternatives) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Integer> promptTokens(Prompt prompt) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Integer> tokenize(String text, boolean special) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String detokenize(List<Integer> tokens, boolean special) {
            throw new UnsupportedOperationException();
        }

        /** How often each letter occurs. */
        @Override
        public List<List<float[]>> embed(List<String> texts, Pooling pooling, boolean unitLength) {
            return texts.stream()
                    .map(text -> {
                        float[] vector = new float[27];
                        vector[26] = 0.01f;
                        text.chars().filter(c -> c >= 'a' && c <= 'z').forEach(c -> vector[c - 'a']++);
                        return List.of(vector);
                    })
                    .toList();
        }

        @Override
        public void close() {}
    }

    private static CountingEngine engine(String answer) {
        return new CountingEngine(
                answer, Set.of(Engine.Capability.GENERATE, Engine.Capability.SCORE, Engine.Capability.EMBED));
    }

    @Test
    void rerankersPutTheFittingPassageFirst() {
        for (Reranker reranker : List.of(
                new QuestionLikelihood(engine("")),
                new Relevance(engine("")),
                new Closeness(new EngineEmbedder(engine(""), "letters")))) {
            List<Hit> best = reranker.rerank("when are plums ripe", HITS, 2);
            assertThat(best).as(reranker.name()).hasSize(2);
            assertThat(best.getFirst().passage().id()).as(reranker.name()).isEqualTo("b");
            assertThat(best.getFirst().score()).isGreaterThan(best.getLast().score());
        }
    }

    @Test
    void judgedSupportIsAProbability() {
        JudgedSupport support = new JudgedSupport(engine(""));
        assertThat(support.of("The plums are ripe.", List.of("The plums are ripe in August.")))
                .isGreaterThan(support.enough());
        assertThat(support.of("The cats are green.", List.of("The plums are ripe in August.")))
                .isLessThan(support.enough());
    }

    @Test
    void questionsAreRewritten() {
        QueryRewriter several = new ModelRewriter(
                engine(String.join(
                        "\n",
                        "Here you go:",
                        "1. When do plums ripen?",
                        "- \"Ripe plums: which month\"",
                        "when are plums RIPE",
                        "",
                        "3) x")),
                ModelRewriter.Way.SEVERAL,
                2);
        assertThat(several.rewrite("When are plums ripe"))
                .containsExactly("When are plums ripe", "When do plums ripen?", "Ripe plums: which month");
        QueryRewriter standalone =
                new ModelRewriter(engine(" When are pears ripe?\nI hope this helps."), ModelRewriter.Way.STANDALONE, 1);
        assertThat(standalone.rewrite("And pears?")).containsExactly("And pears?");
        assertThat(standalone.rewrite("And pears?", List.of("user: When are plums ripe?")))
                .containsExactly("When are pears ripe?");
        assertThat(new ModelRewriter(engine(""), ModelRewriter.Way.STANDALONE, 1)
                        .rewrite("And pears?", List.of("user: plums")))
                .containsExactly("And pears?");
        assertThat(new ModelRewriter(engine("Pears ripen in October."), ModelRewriter.Way.HYPOTHETICAL, 1)
                        .rewrite("When are pears ripe?"))
                .containsExactly("When are pears ripe?", "Pears ripen in October.");
        assertThatThrownBy(() -> new ModelRewriter(engine(""), ModelRewriter.Way.SEVERAL, 11))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anEngineThatCannotIsRefusedByName() {
        CountingEngine none = new CountingEngine("", Set.of());
        assertThatThrownBy(() -> new QuestionLikelihood(none)).hasMessageContaining("counting");
        assertThatThrownBy(() -> new Relevance(none)).isInstanceOf(StoaException.class);
        assertThatThrownBy(() -> new JudgedSupport(none)).isInstanceOf(StoaException.class);
        assertThatThrownBy(() -> new EngineEmbedder(none, "m")).hasMessageContaining("m: makes no embeddings");
        assertThatThrownBy(() -> new ModelRewriter(none, ModelRewriter.Way.SEVERAL, 2))
                .isInstanceOf(StoaException.class);
    }

    @Test
    void wordingsAreFusedAndModelsMustFitTheStore() {
        EngineEmbedder embedder = new EngineEmbedder(engine(""), "letters", new EngineEmbedder.Prefixes("p: ", "q: "));
        assertThat(embedder.name()).isEqualTo("letters (p: |q: )");
        try (LuceneStore words = LuceneStore.toWrite(folder.resolve("words"), StoreSettings.words());
                LuceneStore both = LuceneStore.toWrite(
                        folder.resolve("both"), StoreSettings.hybrid(embedder.dimension(), embedder.name()))) {
            for (Hit hit : HITS) {
                Passage passage = hit.passage();
                words.put(passage.document(), "x", List.of(passage), List.of());
                both.put(passage.document(), "x", List.of(passage), embedder.embedPassages(List.of(passage.text())));
            }
            assertThatThrownBy(() -> new Retriever(words, embedder))
                    .isInstanceOf(StoaException.class)
                    .hasMessageContaining("words alone");
            List<Hit> fused = new Retriever(words).find(List.of("sleeping cats", "pears", "winter pears"), 2, Map.of());
            assertThat(fused).extracting(hit -> hit.passage().id()).containsExactly("c", "a");
            assertThat(new Retriever(both, embedder)
                            .find("ripe plums", 1)
                            .getFirst()
                            .passage()
                            .id())
                    .isEqualTo("b");
            assertThat(new Retriever(both)
                            .find("ripe plums", 1)
                            .getFirst()
                            .passage()
                            .id())
                    .isEqualTo("b");
            assertThat(words.contents()).isEqualTo(both.contents());
        }
    }

    @Test
    void rankingsAreFusedByTheirFormulas() {
        List<Fusion.Ranked> words = List.of(new Fusion.Ranked("a", 8), new Fusion.Ranked("b", 2));
        List<Fusion.Ranked> meaning = List.of(new Fusion.Ranked("b", 1), new Fusion.Ranked("c", 0));
        assertThat(Fusion.USUAL.fuse(words, meaning))
                .containsExactly(
                        new Fusion.Ranked("b", 1.0 / 62 + 1.0 / 61),
                        new Fusion.Ranked("a", 1.0 / 61),
                        new Fusion.Ranked("c", 1.0 / 62));
        assertThat(new Fusion.Convex(0.75).fuse(words, meaning))
                .containsExactly(
                        new Fusion.Ranked("b", 0.25 * 0.25 + 0.75),
                        new Fusion.Ranked("c", 0.75 * 0.5),
                        new Fusion.Ranked("a", 0.25));
        assertThatThrownBy(() -> new Fusion.Convex(1.1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Hit hit(String id, String text) {
        return new Hit(new Passage(id, id, "", text, Map.of()), 1);
    }
}
