package io.stoa.integration.retrieve;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Engine;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;

/**
 * Vectors by one of Stoa's engines: a model in this process, or a remote one by the OpenAI protocol. The engine stays its
 * owner's to close.
 */
public final class EngineEmbedder implements Embedder {
    /** Texts a call: a remote endpoint is spared a call a text, and memory stays small. */
    private static final int BATCH = 32;

    private final Engine engine;
    private final String name;
    private final Prefixes prefixes;
    private final int dimension;

    /**
     * What the model wants its texts to begin with, such as {@code search_document: } and {@code search_query: }.
     *
     * @param passage before each passage
     * @param question before each question
     */
    public record Prefixes(String passage, String question) {
        public static final Prefixes NONE = new Prefixes("", "");

        public Prefixes {
            requireNonNull(passage, "passage");
            requireNonNull(question, "question");
        }
    }

    /**
     * @param name which model it is; part of what a store remembers
     * @throws StoaException of kind {@code USER} when the engine makes no vectors
     */
    public EngineEmbedder(Engine engine, String name, Prefixes prefixes) {
        this.engine = engine;
        this.name = name;
        this.prefixes = prefixes;
        if (!engine.capabilities().contains(Engine.Capability.EMBED)) {
            throw StoaException.user(name + ": makes no embeddings"
                    + engine.whyNot(Engine.Capability.EMBED)
                            .map(why -> " (" + why + ")")
                            .orElse("")
                    + "; choose a model that does, or look by words alone");
        }
        this.dimension = engine.embed("one").length;
    }

    public EngineEmbedder(Engine engine, String name) {
        this(engine, name, Prefixes.NONE);
    }

    @Override
    public String name() {
        return prefixes.equals(Prefixes.NONE)
                ? name
                : name + " (" + prefixes.passage() + "|" + prefixes.question() + ")";
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public List<float[]> embedPassages(List<String> texts) {
        List<float[]> vectors = new ArrayList<>(texts.size());
        for (int from = 0; from < texts.size(); from += BATCH) {
            List<String> batch = texts.subList(from, Math.min(texts.size(), from + BATCH)).stream()
                    .map(text -> prefixes.passage() + text)
                    .toList();
            vectors.addAll(embed(batch));
        }
        return vectors;
    }

    @Override
    public float[] embedQuestion(String question) {
        return embed(List.of(prefixes.question() + question)).getFirst();
    }

    private List<float[]> embed(List<String> texts) {
        List<float[]> vectors = engine.embed(texts, Engine.Pooling.AS_MODEL_SAYS, true).stream()
                .map(List::getFirst)
                .toList();
        for (float[] vector : vectors) {
            if (vector.length != dimension) {
                throw StoaException.engine(name + ": gave a vector of " + vector.length + " numbers after those of "
                        + dimension + "; is another model behind the same name?");
            }
        }
        return vectors;
    }
}
