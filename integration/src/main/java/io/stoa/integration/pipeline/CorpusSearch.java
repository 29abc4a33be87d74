package io.stoa.integration.pipeline;

import io.stoa.integration.retrieve.Bm25Index;
import io.stoa.integration.retrieve.Corpus;
import io.stoa.integration.retrieve.Document;
import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore.Hit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A folder of Markdown, indexed in memory: each document is one passage. */
public final class CorpusSearch implements Surroundings.Search, AutoCloseable {
    private final Corpus corpus;
    private final Bm25Index index;

    public CorpusSearch(Path folder) {
        this.corpus = Corpus.read(folder);
        this.index = Bm25Index.of(corpus);
    }

    @Override
    public String identity() {
        return corpus.digest() + ", " + Bm25Index.DESCRIPTION;
    }

    /** Scores are ranks, for the index tells no others: 1, 1/2, 1/3 and so on. */
    @Override
    public List<Hit> search(String query, int most, Map<String, String> filter) {
        List<Hit> hits = new ArrayList<>();
        if (filter.isEmpty()) {
            for (Document document : index.search(query, most)) {
                Passage passage =
                        new Passage(document.id(), document.id(), document.title(), document.passage(), Map.of());
                hits.add(new Hit(passage, 1.0 / (hits.size() + 1)));
            }
        }
        return hits;
    }

    @Override
    public void close() {
        index.close();
    }
}
