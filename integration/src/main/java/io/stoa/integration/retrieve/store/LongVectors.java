package io.stoa.integration.retrieve.store;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Lucene's own files with its own names, so that every Lucene 10 reads them, but without its limit of 1,024 numbers a
 * vector, which it checks on writing only.
 */
final class LongVectors extends Lucene104Codec {
    private final KnnVectorsFormat format = new Format();

    @Override
    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return format;
    }

    private static final class Format extends KnnVectorsFormat {
        private final KnnVectorsFormat lucene;

        Format() {
            this(new Lucene99HnswVectorsFormat());
        }

        private Format(KnnVectorsFormat lucene) {
            super(lucene.getName());
            this.lucene = lucene;
        }

        @Override
        public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
            return lucene.fieldsWriter(state);
        }

        @Override
        public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
            return lucene.fieldsReader(state);
        }

        @Override
        public int getMaxDimensions(String field) {
            return StoreSettings.LONGEST_VECTOR;
        }
    }
}
