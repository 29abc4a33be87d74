package io.stoa.integration.retrieve.store;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.filter.MetadataFilterBuilder;
import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Passages in any vector store that LangChain4j has an adapter for. It finds by meaning only, because LangChain4j's
 * interface knows no words.
 *
 * <p>That interface cannot say which documents there are, so their digests and the ids of their passages are kept in a
 * JSON file beside ({@code {"documents": {"a.md": {"digest": "…", "ids": ["…"]}}}}), written whole. It has no transactions either: a
 * document's old passages go only after the new ones have come, and a search meanwhile may see both; a crash between the
 * two is mended when the document is put or removed the next time.
 */
public final class LangChainStore implements PassageStore {
    private static final String ID = "stoa_id";
    private static final String DOCUMENT = "stoa_document";
    private static final String PLACE = "stoa_place";
    private static final String PREFIX = "stoa_m_";
    private static final TypeReference<TreeMap<String, Kept>> REGISTER = new TypeReference<>() {};

    private final EmbeddingStore<TextSegment> store;
    private final Path register;
    private final int dimension;
    private final JsonMapper json = JsonMapper.shared();
    private final Map<String, Kept> documents;

    /** What is remembered of a document: its digest, and its passages' ids in LangChain4j's store. */
    record Kept(String digest, List<String> ids) {
        Kept {
            ids = List.copyOf(ids);
        }
    }

    /**
     * @param store stays its owner's to close
     * @param register a file of this store's own, made when there is none
     * @param dimension how long its vectors are
     */
    public LangChainStore(EmbeddingStore<TextSegment> store, Path register, int dimension) {
        if (dimension < 1) {
            throw new IllegalArgumentException("a vector has at least one number: " + dimension);
        }
        this.store = store;
        this.register = register;
        this.dimension = dimension;
        this.documents = read(register);
    }

    private Map<String, Kept> read(Path file) {
        if (!Files.exists(file)) {
            return new TreeMap<>();
        }
        try {
            return json.readValue(Files.readString(file), REGISTER);
        } catch (IOException | JacksonException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": cannot be read (" + e.getMessage()
                            + "); put it back, or empty the vector store, remove this file and ingest again",
                    e);
        }
    }

    @Override
    public synchronized void put(String document, String digest, List<Passage> passages, List<float[]> vectors) {
        Asked.put(name(), dimension(), document, digest, passages, vectors);
        List<String> old =
                documents.getOrDefault(document, new Kept(digest, List.of())).ids();
        List<String> ids =
                passages.stream().map(_ -> UUID.randomUUID().toString()).toList();
        List<String> both = new ArrayList<>(old);
        both.addAll(ids);
        // Before anything comes, so that a crash leaves nothing that nobody knows of; the digest is of no document, so
        // that the document is put again.
        keep(document, new Kept("unfinished", both));
        List<Embedding> embeddings = new ArrayList<>();
        List<TextSegment> segments = new ArrayList<>();
        for (int i = 0; i < passages.size(); i++) {
            embeddings.add(Embedding.from(Asked.unit(vectors.get(i))));
            segments.add(segment(passages.get(i)));
        }
        calling(() -> {
            if (!ids.isEmpty()) {
                store.addAll(ids, embeddings, segments);
            }
            if (!old.isEmpty()) {
                store.removeAll(old);
            }
            return ids;
        });
        keep(document, new Kept(digest, ids));
    }

    private static TextSegment segment(Passage passage) {
        Map<String, Object> metadata = new HashMap<>();
        passage.metadata().forEach((key, value) -> metadata.put(PREFIX + key, value));
        metadata.put(ID, passage.id());
        metadata.put(DOCUMENT, passage.document());
        metadata.put(PLACE, passage.place());
        return TextSegment.from(passage.text(), Metadata.from(metadata));
    }

    private static Passage passage(TextSegment segment) {
        Map<String, String> metadata = new HashMap<>();
        segment.metadata().toMap().forEach((key, value) -> {
            if (key.startsWith(PREFIX)) {
                metadata.put(key.substring(PREFIX.length()), value.toString());
            }
        });
        return new Passage(text(segment, ID), text(segment, DOCUMENT), text(segment, PLACE), segment.text(), metadata);
    }

    private static String text(TextSegment segment, String key) {
        String text = segment.metadata().getString(key);
        if (text == null) {
            throw StoaException.user("LangChain4j's store holds a segment without " + key
                    + ": it was not put by Stoa; give each program a store of its own");
        }
        return text;
    }

    @Override
    public synchronized void remove(String document) {
        Kept kept = documents.get(document);
        if (kept != null) {
            calling(() -> {
                if (!kept.ids().isEmpty()) {
                    store.removeAll(kept.ids());
                }
                return kept;
            });
            documents.remove(document);
            write();
        }
    }

    private void keep(String document, Kept kept) {
        documents.put(document, kept);
        write();
    }

    private void write() {
        try {
            Path whole = register.toAbsolutePath();
            Path half = whole.resolveSibling(whole.getFileName() + ".part");
            Files.writeString(half, json.writeValueAsString(documents), StandardCharsets.UTF_8);
            try (FileChannel channel = FileChannel.open(half, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(half, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    register + ": cannot be written (" + e + "); is the disk full, and is the folder yours?",
                    e);
        }
    }

    @Override
    public synchronized Map<String, String> documents() {
        Map<String, String> digests = new TreeMap<>();
        documents.forEach((document, kept) -> digests.put(document, kept.digest()));
        return digests;
    }

    @Override
    public synchronized long size() {
        return documents.values().stream().mapToLong(kept -> kept.ids().size()).sum();
    }

    @Override
    public OptionalInt dimension() {
        return OptionalInt.of(dimension);
    }

    @Override
    public boolean findsWords() {
        return false;
    }

    @Override
    public List<Hit> search(Query query) {
        Asked.query(name(), dimension(), false, query);
        EmbeddingSearchRequest.EmbeddingSearchRequestBuilder request = EmbeddingSearchRequest.builder()
                .queryEmbedding(Embedding.from(Asked.unit(query.vector())))
                .maxResults(query.most());
        query.filter().entrySet().stream()
                .map(one ->
                        MetadataFilterBuilder.metadataKey(PREFIX + one.getKey()).isEqualTo(one.getValue()))
                .reduce((one, other) -> one.and(other))
                .ifPresent(request::filter);
        List<EmbeddingMatch<TextSegment>> matches =
                calling(() -> store.search(request.build()).matches());
        // LangChain4j's relevance is (1 + cosine) ÷ 2.
        return matches.stream()
                .map(match -> new Hit(passage(match.embedded()), 2 * match.score() - 1))
                .sorted(Comparator.comparingDouble(Hit::score)
                        .reversed()
                        .thenComparing(hit -> hit.passage().id()))
                .toList();
    }

    private interface Call<T> {
        T made();
    }

    private <T> T calling(Call<T> call) {
        try {
            return call.made();
        } catch (StoaException known) {
            throw known;
        } catch (RuntimeException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    name() + ": failed (" + e + "); is the vector store running and reachable?",
                    e);
        }
    }

    private String name() {
        return "LangChain4j's store (" + register.getFileName() + ")";
    }

    @Override
    public void close() {}
}
