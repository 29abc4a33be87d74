package io.stoa.integration.retrieve.store;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.retrieve.Fusion;
import io.stoa.integration.retrieve.Fusion.Ranked;
import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.QueryBuilder;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Passages in a folder, found by words (BM25) and by meaning (nearest vectors, HNSW), both lists fused.
 *
 * <p>BM25 as Anserini sets it (k₁ = 0.9, b = 0.4): S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework",
 * Foundations and Trends in Information Retrieval 3 (2009). HNSW: Yu. Malkov and D. Yashunin, "Efficient and robust
 * approximate nearest neighbor search using Hierarchical Navigable Small World graphs", IEEE TPAMI 42 (2020), 16
 * neighbours and 100 candidates while building, vectors made 1 long, the cosine between them.
 *
 * <p>The folder is Lucene's: segments that are written once, and a commit that names them. A document's passages come
 * and go in one piece with a small entry that keeps its digest. A crash leaves the last commit; commits are made every five
 * seconds while something is put, with {@link #flush()} and on closing. Only one store at a time may write to a folder;
 * any number may {@linkplain #toRead read} it, also while it is written, and see each commit.
 */
public final class LuceneStore implements PassageStore {
    private static final BM25Similarity SIMILARITY = new BM25Similarity(0.9f, 0.4f);

    /** What is taken from each ranking before they are fused, at least: the depth that fusion is evaluated with. */
    private static final int CANDIDATES = 100;

    private static final Duration COMMIT_EVERY = Duration.ofSeconds(5);
    private static final double WRITE_BUFFER_MEBIBYTES = 64;

    private static final String ID = "id";
    private static final String DOCUMENT = "document";
    private static final String DIGEST = "digest";
    private static final String PLACE = "place";
    private static final String TEXT = "text";
    private static final String METADATA = "metadata";
    private static final String TAG = "tag";
    private static final String VECTOR = "vector";

    /** Which entries are the documents' own. */
    private static final Term DOCUMENT_ENTRY = new Term("kind", "document");

    private static final Sort BEST_FIRST = new Sort(SortField.FIELD_SCORE, new SortField(ID, SortField.Type.STRING));
    private static final TypeReference<TreeMap<String, String>> TEXTS = new TypeReference<>() {};

    private final String name;
    private final StoreSettings settings;
    private final Fusion fusion;
    private final Analyzer analyzer;
    private final Directory directory;
    private final Optional<IndexWriter> writer;
    private final SearcherManager searchers;
    private final JsonMapper json = JsonMapper.shared();
    private long committed = System.nanoTime();

    private LuceneStore(
            String name,
            StoreSettings settings,
            Fusion fusion,
            Analyzer analyzer,
            Directory directory,
            Optional<IndexWriter> writer,
            SearcherManager searchers) {
        this.name = name;
        this.settings = settings;
        this.fusion = fusion;
        this.analyzer = analyzer;
        this.directory = directory;
        this.writer = writer;
        this.searchers = searchers;
    }

    /**
     * Opens a store to write and to read, and makes it where there is none.
     *
     * @throws StoaException of kind {@code USER} when it was made with other settings, when another program writes to it
     *     or when the folder holds something else; of kind {@code RESOURCES} when it cannot be written
     */
    public static LuceneStore toWrite(Path folder, StoreSettings settings) {
        return toWrite(folder, settings, Fusion.USUAL);
    }

    /** The same with another way to fuse words and meaning. */
    @SuppressWarnings("MustBeClosed") // closed by the store, or here when it cannot be made
    public static LuceneStore toWrite(Path folder, StoreSettings settings, Fusion fusion) {
        String name = folder.toString();
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            refuseOtherFolder(folder);
            Files.createDirectories(folder);
            Directory directory = FSDirectory.open(folder);
            opened.add(directory);
            boolean there = DirectoryReader.indexExists(directory);
            if (there) {
                settings(name, directory).refuseUnless(name, settings);
            }
            Analyzer analyzer = settings.analysis().analyzer();
            opened.add(analyzer);
            IndexWriter writer = new IndexWriter(
                    directory,
                    new IndexWriterConfig(analyzer)
                            .setSimilarity(SIMILARITY)
                            .setCodec(new LongVectors())
                            .setRAMBufferSizeMB(WRITE_BUFFER_MEBIBYTES));
            opened.add(writer);
            writer.setLiveCommitData(settings.written().entrySet());
            if (!there) {
                writer.commit();
            }
            SearcherManager searchers = new SearcherManager(writer, new Searchers());
            return new LuceneStore(name, settings, fusion, analyzer, directory, Optional.of(writer), searchers);
        } catch (IOException | RuntimeException e) {
            closeAll(opened);
            throw failure(name, e);
        }
    }

    /**
     * Opens a store to read only.
     *
     * @throws StoaException of kind {@code USER} when there is none in the folder
     */
    public static LuceneStore toRead(Path folder) {
        return toRead(folder, Fusion.USUAL);
    }

    /** The same with another way to fuse words and meaning. */
    @SuppressWarnings("MustBeClosed") // closed by the store, or here when it cannot be opened
    public static LuceneStore toRead(Path folder, Fusion fusion) {
        String name = folder.toString();
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            if (!isStore(folder)) {
                throw StoaException.user(name + ": no store of passages; make one with stoa corpus ingest");
            }
            Directory directory = FSDirectory.open(folder);
            opened.add(directory);
            StoreSettings settings = settings(name, directory);
            Analyzer analyzer = settings.analysis().analyzer();
            opened.add(analyzer);
            SearcherManager searchers = new SearcherManager(directory, new Searchers());
            return new LuceneStore(name, settings, fusion, analyzer, directory, Optional.empty(), searchers);
        } catch (IOException | RuntimeException e) {
            closeAll(opened);
            throw failure(name, e);
        }
    }

    /** Whether there is a store in a folder. */
    public static boolean isStore(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Directory directory = FSDirectory.open(folder)) {
            return DirectoryReader.indexExists(directory);
        } catch (IOException e) {
            throw failure(folder.toString(), e);
        }
    }

    private static void refuseOtherFolder(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw StoaException.user(folder + ": a file, not a folder; name another place for the store");
        }
        if (Files.isDirectory(folder) && !isStore(folder)) {
            try (Stream<Path> entries = Files.list(folder)) {
                // A crash before the first commit leaves nothing but a lock and half a segment.
                Optional<Path> other = entries.filter(entry ->
                                !entry.getFileName().toString().matches("write\\.lock|(pending_)?segments_.*|_.*"))
                        .findFirst();
                if (other.isPresent()) {
                    throw StoaException.user(folder + ": not empty ("
                            + other.get().getFileName() + ") and no store of passages; name another folder");
                }
            }
        }
    }

    private static StoreSettings settings(String name, Directory directory) throws IOException {
        return StoreSettings.of(name, SegmentInfos.readLatestCommit(directory).getUserData());
    }

    private static void closeAll(List<AutoCloseable> opened) {
        for (AutoCloseable one : opened.reversed()) {
            try {
                one.close();
            } catch (Exception _) {
                // What failed before is what the user has to hear.
            }
        }
    }

    /** What it was made with. */
    public StoreSettings settings() {
        return settings;
    }

    @Override
    public void put(String document, String digest, List<Passage> passages, List<float[]> vectors) {
        Asked.put(name, settings.vectors(), document, digest, passages, vectors);
        List<List<Field>> entries = new ArrayList<>(passages.size() + 1);
        for (int i = 0; i < passages.size(); i++) {
            List<Field> entry = entry(passages.get(i));
            if (!vectors.isEmpty()) {
                entry.add(new KnnFloatVectorField(
                        VECTOR, Asked.unit(vectors.get(i)), VectorSimilarityFunction.DOT_PRODUCT));
            }
            entries.add(entry);
        }
        entries.add(List.of(
                new StringField(DOCUMENT_ENTRY.field(), DOCUMENT_ENTRY.text(), Field.Store.NO),
                new StringField(DOCUMENT, document, Field.Store.NO),
                new SortedDocValuesField(ID, new BytesRef(document)),
                new BinaryDocValuesField(DIGEST, new BytesRef(digest))));
        change(writer -> writer.updateDocuments(new Term(DOCUMENT, document), entries));
    }

    private List<Field> entry(Passage passage) {
        List<Field> entry = new ArrayList<>();
        entry.add(new StoredField(ID, passage.id()));
        entry.add(new SortedDocValuesField(ID, new BytesRef(passage.id())));
        entry.add(new StringField(DOCUMENT, passage.document(), Field.Store.YES));
        entry.add(new StoredField(PLACE, passage.place()));
        entry.add(new TextField(TEXT, passage.text(), Field.Store.YES));
        entry.add(new StoredField(METADATA, json.writeValueAsString(new TreeMap<>(passage.metadata()))));
        passage.metadata().forEach((key, value) -> entry.add(new StringField(TAG, tag(key, value), Field.Store.NO)));
        return entry;
    }

    private static String tag(String key, String value) {
        return key + '\0' + value;
    }

    @Override
    public void remove(String document) {
        change(writer -> writer.deleteDocuments(new Term(DOCUMENT, document)));
    }

    private interface Change {
        void make(IndexWriter writer) throws IOException;
    }

    private synchronized void change(Change change) {
        IndexWriter open = writer.orElseThrow(
                () -> StoaException.bug(name + ": opened to read; open it to write before it is changed"));
        try {
            change.make(open);
            if (System.nanoTime() - committed > COMMIT_EVERY.toNanos()) {
                commit(open);
            }
        } catch (IOException | RuntimeException e) {
            throw failure(name, e);
        }
    }

    @Override
    public synchronized void flush() {
        if (writer.isPresent()) {
            try {
                commit(writer.get());
            } catch (IOException | RuntimeException e) {
                throw failure(name, e);
            }
        }
    }

    private void commit(IndexWriter open) throws IOException {
        open.commit();
        committed = System.nanoTime();
    }

    private interface Looking<T> {
        T in(IndexSearcher searcher) throws IOException;
    }

    private <T> T look(Looking<T> looking) {
        try {
            searchers.maybeRefreshBlocking();
            IndexSearcher searcher = searchers.acquire();
            try {
                return looking.in(searcher);
            } finally {
                searchers.release(searcher);
            }
        } catch (IOException | RuntimeException e) {
            throw failure(name, e);
        }
    }

    @Override
    public Map<String, String> documents() {
        return look(searcher -> {
            Map<String, String> documents = new TreeMap<>();
            Weight own = searcher.createWeight(
                    new ConstantScoreQuery(new TermQuery(DOCUMENT_ENTRY)), ScoreMode.COMPLETE_NO_SCORES, 1);
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                Scorer scorer = own.scorer(leaf);
                if (scorer != null) {
                    SortedDocValues ids = DocValues.getSorted(leaf.reader(), ID);
                    BinaryDocValues digests = DocValues.getBinary(leaf.reader(), DIGEST);
                    DocIdSetIterator entries = scorer.iterator();
                    for (int entry = entries.nextDoc();
                            entry != DocIdSetIterator.NO_MORE_DOCS;
                            entry = entries.nextDoc()) {
                        boolean live = leaf.reader().getLiveDocs() == null
                                || leaf.reader().getLiveDocs().get(entry);
                        if (live && ids.advanceExact(entry) && digests.advanceExact(entry)) {
                            documents.put(
                                    ids.lookupOrd(ids.ordValue()).utf8ToString(),
                                    digests.binaryValue().utf8ToString());
                        }
                    }
                }
            }
            return documents;
        });
    }

    @Override
    public long size() {
        return look(
                searcher -> (long) searcher.getIndexReader().numDocs() - searcher.count(new TermQuery(DOCUMENT_ENTRY)));
    }

    @Override
    public OptionalInt dimension() {
        return settings.vectors();
    }

    @Override
    public boolean findsWords() {
        return true;
    }

    @Override
    public List<Hit> search(Query query) {
        Asked.query(name, settings.vectors(), true, query);
        return look(searcher -> {
            boolean hybrid = !query.text().isBlank() && query.vector().length > 0;
            int depth = hybrid ? Math.max(CANDIDATES, query.most()) : query.most();
            Map<String, Integer> entries = new HashMap<>();
            List<Ranked> byWords = query.text().isBlank() ? List.of() : byWords(searcher, query, depth, entries);
            List<Ranked> byMeaning =
                    query.vector().length == 0 ? List.of() : byMeaning(searcher, query, depth, entries);
            List<Ranked> best;
            if (hybrid) {
                best = fusion.fuse(byWords, byMeaning);
            } else {
                best = byMeaning.isEmpty() ? byWords : byMeaning;
            }
            return hits(searcher, best.subList(0, Math.min(query.most(), best.size())), entries);
        });
    }

    private List<Ranked> byWords(IndexSearcher searcher, Query query, int depth, Map<String, Integer> entries)
            throws IOException {
        org.apache.lucene.search.Query words = new QueryBuilder(analyzer).createBooleanQuery(TEXT, query.text());
        if (words == null) {
            return List.of();
        }
        BooleanQuery.Builder all = new BooleanQuery.Builder().add(words, BooleanClause.Occur.MUST);
        filter(query).ifPresent(filter -> all.add(filter, BooleanClause.Occur.FILTER));
        ScoreDoc[] found = searcher.search(all.build(), depth, BEST_FIRST).scoreDocs;
        return ranked(
                searcher, found, hit -> ((Number) requireNonNull(((FieldDoc) hit).fields)[0]).doubleValue(), entries);
    }

    private List<Ranked> byMeaning(IndexSearcher searcher, Query query, int depth, Map<String, Integer> entries)
            throws IOException {
        // The more candidates a search of the graph keeps, the more of the true neighbours it finds.
        int candidates = Math.max(CANDIDATES, depth);
        KnnFloatVectorQuery nearest = new KnnFloatVectorQuery(
                VECTOR, Asked.unit(query.vector()), candidates, filter(query).orElse(null));
        // The score is (1 + cosine) ÷ 2.
        List<Ranked> ranked =
                ranked(searcher, searcher.search(nearest, candidates).scoreDocs, hit -> 2 * hit.score - 1, entries);
        return ranked.subList(0, Math.min(depth, ranked.size()));
    }

    private static Optional<org.apache.lucene.search.Query> filter(Query query) {
        if (query.filter().isEmpty()) {
            return Optional.empty();
        }
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        query.filter()
                .forEach((key, value) ->
                        all.add(new TermQuery(new Term(TAG, tag(key, value))), BooleanClause.Occur.FILTER));
        return Optional.of(all.build());
    }

    private interface Scored {
        double score(ScoreDoc hit);
    }

    /** With their ids, which are read column by column: the passages themselves are read only for the best. */
    private static List<Ranked> ranked(
            IndexSearcher searcher, ScoreDoc[] hits, Scored scored, Map<String, Integer> entries) throws IOException {
        ScoreDoc[] inOrder = hits.clone();
        Arrays.sort(inOrder, Comparator.comparingInt(hit -> hit.doc));
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        List<Ranked> ranked = new ArrayList<>(hits.length);
        int leaf = -1;
        SortedDocValues ids = DocValues.emptySorted();
        for (ScoreDoc hit : inOrder) {
            int its = ReaderUtil.subIndex(hit.doc, leaves);
            if (its != leaf) {
                leaf = its;
                ids = DocValues.getSorted(leaves.get(leaf).reader(), ID);
            }
            if (ids.advanceExact(hit.doc - leaves.get(leaf).docBase)) {
                String id = ids.lookupOrd(ids.ordValue()).utf8ToString();
                entries.put(id, hit.doc);
                ranked.add(new Ranked(id, scored.score(hit)));
            }
        }
        ranked.sort(Fusion.BEST_FIRST);
        return ranked;
    }

    private List<Hit> hits(IndexSearcher searcher, List<Ranked> best, Map<String, Integer> entries) throws IOException {
        StoredFields stored = searcher.storedFields();
        List<Hit> hits = new ArrayList<>(best.size());
        for (Ranked one : best) {
            org.apache.lucene.document.Document entry = stored.document(entries.getOrDefault(one.id(), -1));
            hits.add(new Hit(
                    new Passage(
                            one.id(),
                            entry.get(DOCUMENT),
                            entry.get(PLACE),
                            entry.get(TEXT),
                            json.readValue(entry.get(METADATA), TEXTS)),
                    one.score()));
        }
        return hits;
    }

    @Override
    public synchronized void close() {
        try {
            searchers.close();
            if (writer.isPresent()) {
                writer.get().close();
            }
            analyzer.close();
            directory.close();
        } catch (IOException | RuntimeException e) {
            throw failure(name, e);
        }
    }

    private static RuntimeException failure(String name, Exception cause) {
        return switch (cause) {
            case StoaException known -> known;
            case IndexSearcher.TooManyClauses _ ->
                new StoaException(
                        StoaException.Kind.USER,
                        "the question has more than " + IndexSearcher.getMaxClauseCount() + " words; shorten it",
                        cause);
            case LockObtainFailedException _ ->
                new StoaException(
                        StoaException.Kind.USER,
                        name + ": another program is writing to this store; wait until it has finished, or stop it",
                        cause);
            case CorruptIndexException _, IndexNotFoundException _, java.io.EOFException _ -> damaged(name, cause);
            case java.nio.file.NoSuchFileException _, java.io.FileNotFoundException _ -> damaged(name, cause);
            case IndexFormatTooNewException _, IndexFormatTooOldException _ ->
                new StoaException(
                        StoaException.Kind.USER,
                        name + ": written by another version of Lucene; remove the folder and ingest again",
                        cause);
            case AlreadyClosedException closed
            when closed.getCause() instanceof IOException first -> unwritable(name, first);
            case IOException io -> unwritable(name, io);
            case RuntimeException other -> other;
            default -> new StoaException(StoaException.Kind.BUG, name + ": " + cause, cause);
        };
    }

    private static StoaException damaged(String name, Exception cause) {
        return new StoaException(
                StoaException.Kind.USER,
                name + ": the store's files are damaged (" + cause.getMessage()
                        + "); remove the folder and ingest again",
                cause);
    }

    private static StoaException unwritable(String name, IOException cause) {
        return new StoaException(
                StoaException.Kind.RESOURCES,
                name + ": cannot be read or written (" + cause + "); is the disk full, and is the folder yours?",
                cause);
    }

    /** Searchers that rank as the index was written. */
    private static final class Searchers extends SearcherFactory {
        @Override
        public IndexSearcher newSearcher(
                org.apache.lucene.index.IndexReader reader,
                org.apache.lucene.index.@org.jspecify.annotations.Nullable IndexReader previous) {
            IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setSimilarity(SIMILARITY);
            return searcher;
        }
    }
}
