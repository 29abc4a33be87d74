package io.stoa.integration.pipeline;

import io.stoa.integration.retrieve.PassageStore;
import io.stoa.integration.retrieve.PassageStore.Hit;
import io.stoa.integration.retrieve.Retriever;
import io.stoa.model.Digest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A store of passages, asked by words, by meaning or by both. */
public final class StoreSearch implements Surroundings.Search {
    private final PassageStore store;
    private final Retriever retriever;
    private final String how;

    /** @param how the store is asked, such as the name of the model that embeds questions */
    public StoreSearch(PassageStore store, Retriever retriever, String how) {
        this.store = store;
        this.retriever = retriever;
        this.how = how;
    }

    @Override
    public String identity() {
        StringBuilder documents = new StringBuilder();
        new TreeMap<>(store.documents())
                .forEach((document, digest) ->
                        documents.append(document).append('\0').append(digest).append('\n'));
        return Digest.of(documents.toString()) + ", " + how;
    }

    @Override
    public List<Hit> search(String query, int most, Map<String, String> filter) {
        return retriever.find(query, most, filter);
    }

    @Override
    public List<Hit> search(List<String> wordings, int most, Map<String, String> filter) {
        return retriever.find(wordings, most, filter);
    }
}
