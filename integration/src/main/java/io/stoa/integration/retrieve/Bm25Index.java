package io.stoa.integration.retrieve;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.QueryBuilder;

/**
 * A corpus ranked by BM25, in memory.
 *
 * <p>Words are cut by Unicode's rules (UAX #29) and lower-cased, without stop words or stemming, so that no language is
 * preferred. The title counts as text. Any word of the question may match. Equal scores are ordered by the document's
 * id, so the ranking does not depend on how the index came about.
 *
 * <p>BM25: S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", Foundations and Trends
 * in Information Retrieval 3 (2009), with k₁ = 1.2 and b = 0.75. Searching from several threads is fine.
 */
public final class Bm25Index implements AutoCloseable {
    /** What ranks, with its settings; part of every evidence key. */
    public static final String DESCRIPTION = "BM25 k1=1.2 b=0.75, standard words, Lucene 10.6";

    private static final BM25Similarity SIMILARITY = new BM25Similarity(1.2f, 0.75f);
    private static final String TEXT = "text";
    private static final String POSITION = "position";
    private static final Sort BEST_FIRST = new Sort(SortField.FIELD_SCORE, new SortField(POSITION, SortField.Type.INT));

    private final List<Document> documents;
    private final Analyzer analyzer;
    private final DirectoryReader reader;
    private final IndexSearcher searcher;

    private Bm25Index(List<Document> documents, Analyzer analyzer, DirectoryReader reader) {
        this.documents = documents;
        this.analyzer = analyzer;
        this.reader = reader;
        this.searcher = new IndexSearcher(reader);
        searcher.setSimilarity(SIMILARITY);
    }

    public static Bm25Index of(Corpus corpus) {
        Analyzer analyzer = new StandardAnalyzer();
        ByteBuffersDirectory directory = new ByteBuffersDirectory();
        try (IndexWriter writer =
                new IndexWriter(directory, new IndexWriterConfig(analyzer).setSimilarity(SIMILARITY))) {
            for (int position = 0; position < corpus.documents().size(); position++) {
                writer.addDocument(entry(corpus.documents().get(position), position));
            }
            return new Bm25Index(corpus.documents(), analyzer, DirectoryReader.open(writer));
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.BUG, corpus.folder() + ": cannot be indexed: " + e, e);
        }
    }

    private static List<Field> entry(Document document, int position) {
        return List.of(
                new TextField(TEXT, document.title() + "\n" + document.text(), Field.Store.NO),
                new NumericDocValuesField(POSITION, position),
                new StoredField(POSITION, position));
    }

    /**
     * The best documents for a question, best first. Fewer than asked for where fewer share a word with it, and none
     * where the question has no word at all.
     *
     * @throws StoaException of kind {@code USER} where the question has more than a thousand words
     */
    public List<Document> search(String question, int most) {
        try {
            Query query = new QueryBuilder(analyzer).createBooleanQuery(TEXT, question);
            if (query == null) {
                return List.of();
            }
            List<Document> best = new ArrayList<>();
            for (ScoreDoc hit : searcher.search(query, Math.min(most, documents.size()), BEST_FIRST).scoreDocs) {
                int position = Integer.parseInt(
                        searcher.storedFields().document(hit.doc).get(POSITION));
                best.add(documents.get(position));
            }
            return best;
        } catch (IndexSearcher.TooManyClauses e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    "a question has more than " + IndexSearcher.getMaxClauseCount() + " words; shorten it",
                    e);
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.BUG, "the index in memory cannot be searched: " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.BUG, "the index in memory cannot be closed: " + e, e);
        }
        analyzer.close();
    }
}
