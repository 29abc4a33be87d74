package io.stoa.engine.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.stoa.model.StoaException;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/**
 * One loaded model and its vocabulary. Contexts hold their model, so that it outlives them; whoever opened it closes it
 * after them. Reading it (tokens, pieces) is fine from several threads; closing is not while another reads.
 */
final class LlamaModel implements AutoCloseable {
    /** {@code LLAMA_VOCAB_TYPE_WPM}, whose texts always stand between a begin token and a separator. */
    private static final int WORD_PIECE = 3;

    private final LlamaLibrary library;
    private final MemorySegment model;
    private final MemorySegment vocabulary;
    private final int vocabularySize;
    private final BitSet endsOfGeneration;
    /** The bytes of the tokens that answers were made of so far, by id. */
    private final AtomicReferenceArray<byte[]> answerPieces;

    private volatile boolean closed;

    private LlamaModel(LlamaLibrary library, MemorySegment model) {
        this.library = library;
        this.model = model;
        this.vocabulary = library.vocabulary(model);
        this.vocabularySize = library.vocabularySize(vocabulary);
        this.endsOfGeneration = IntStream.range(0, vocabularySize)
                .filter(token -> library.isEndOfGeneration(vocabulary, token))
                .collect(BitSet::new, BitSet::set, BitSet::or);
        this.answerPieces = new AtomicReferenceArray<>(vocabularySize);
    }

    /**
     * Loads a file whose header has been examined.
     *
     * @throws StoaException of kind {@code ENGINE} with what llama.cpp said
     */
    static LlamaModel load(LlamaLibrary library, LlamaLog log, Path gguf, LlamaLibrary.Loading loading) {
        LlamaLog.Logged<MemorySegment> loaded = log.during(() -> library.loadModel(gguf, loading));
        if (loaded.result().address() == 0) {
            throw StoaException.engine(gguf + ": llama.cpp " + library.version() + " cannot load it: "
                    + loaded.complaints() + "; download or convert it again, or use a newer Stoa");
        }
        LlamaModel model = new LlamaModel(library, loaded.result());
        if (library.vocabularyType(model.vocabulary) == 0) {
            model.close();
            throw StoaException.engine(gguf + ": has no vocabulary, so it cannot read text; convert it again with one");
        }
        return model;
    }

    MemorySegment pointer() {
        if (closed) {
            throw new IllegalStateException("the model is closed");
        }
        return model;
    }

    int vocabularySize() {
        return vocabularySize;
    }

    int embeddingSize() {
        return library.embeddingSize(pointer());
    }

    /** Whether an encoder reads the text and a decoder answers, as in T5. */
    boolean isEncoderDecoder() {
        return library.hasDecoder(pointer()) && library.hasEncoder(pointer());
    }

    /** Whether it fills in a whole text instead of going from token to token. */
    boolean isDiffusion() {
        return library.isDiffusion(pointer());
    }

    /** Whether its memory only goes forward: then nothing of it can be shared or taken back. */
    boolean hasState() {
        return library.hasState(pointer());
    }

    boolean isEndOfGeneration(int token) {
        return endsOfGeneration.get(token);
    }

    /** A token that ends an answer. */
    int endToken() {
        pointer();
        int token = library.eos(vocabulary);
        if (token < 0 || !isEndOfGeneration(token)) {
            throw StoaException.engine("the model has no end token, so it cannot follow a grammar to its end");
        }
        return token;
    }

    /**
     * The tokens of a prompt: markers become their tokens, and the begin token comes first where the model wants one,
     * once (a chat template may have written it already).
     */
    int[] prompt(String text) {
        int[] tokens = tokenize(text, false, true);
        int bos = library.bos(vocabulary);
        boolean begins = tokens.length > 0 && tokens[0] == bos;
        if (!library.addsBos(vocabulary) || bos < 0 || begins) {
            return tokens;
        }
        int[] withBos = new int[tokens.length + 1];
        withBos[0] = bos;
        System.arraycopy(tokens, 0, withBos, 1, tokens.length);
        return withBos;
    }

    /** The tokens of a whole text, with the begin token before it where the model wants one. */
    int[] beginning(String text) {
        return tokenize(text, true, false);
    }

    /** What a window of a text begins with: the begin token where the model wants one, else the text's own. */
    int firstOfWindow(int token) {
        pointer();
        int bos = library.bos(vocabulary);
        return library.addsBos(vocabulary) && bos >= 0 ? bos : token;
    }

    /** What stands for "nothing before": the begin token, or the end token of models that have none. */
    int[] emptyPrompt() {
        pointer();
        int token = library.bos(vocabulary) >= 0 ? library.bos(vocabulary) : library.eos(vocabulary);
        if (token < 0) {
            throw StoaException.user("the prompt is empty and the model has no begin or end token: write a prompt");
        }
        return new int[] {token};
    }

    /** The text of the begin token, as chat templates want it; empty where there is none. */
    String bosText() {
        return markerText(library.bos(vocabulary));
    }

    /** The text of the end token, as chat templates want it; empty where there is none. */
    String eosText() {
        return markerText(library.eos(vocabulary));
    }

    /**
     * The tokens of a text to embed: plain text, with the special tokens around it that the model was trained with.
     * llama.cpp ends the process when the model asks for special tokens that it does not have.
     */
    int[] embeddingInput(String text) {
        pointer();
        boolean bos = library.bos(vocabulary) >= 0;
        boolean eos = library.eos(vocabulary) >= 0;
        boolean complete = library.vocabularyType(vocabulary) == WORD_PIECE
                ? bos && library.separator(vocabulary) >= 0
                : (bos || !library.addsBos(vocabulary)) && (eos || !library.addsEos(vocabulary));
        return tokenize(text, complete, false);
    }

    private String markerText(int token) {
        return token < 0 ? "" : new String(piece(token, true), StandardCharsets.UTF_8);
    }

    /**
     * Token ids of a text.
     *
     * @param addSpecial put the model's begin and end tokens around it
     * @param parseSpecial read markers as their tokens
     */
    int[] tokenize(String text, boolean addSpecial, boolean parseSpecial) {
        pointer();
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment utf8 = arena.allocateFrom(JAVA_BYTE, bytes);
            // No tokenizer makes more tokens than bytes, but for the special ones around and a leading space.
            int room = Math.addExact(bytes.length, 8);
            MemorySegment ids = arena.allocate(JAVA_INT, room);
            int count = library.tokenize(vocabulary, utf8, bytes.length, ids, room, addSpecial, parseSpecial);
            if (count < 0) {
                room = Math.negateExact(count);
                ids = arena.allocate(JAVA_INT, room);
                count = library.tokenize(vocabulary, utf8, bytes.length, ids, room, addSpecial, parseSpecial);
            }
            if (count < 0) {
                throw StoaException.engine("llama.cpp cannot tokenize a text of " + bytes.length + " bytes");
            }
            return ids.asSlice(0, (long) count * Integer.BYTES).toArray(JAVA_INT);
        }
    }

    /** The text of tokens; malformed UTF-8 becomes U+FFFD. */
    String text(List<Integer> tokens, boolean special) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int token : tokens) {
            bytes.writeBytes(piece(requireToken(token), special));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Refuses an id outside the vocabulary, with which native code would read foreign memory. */
    int requireToken(int token) {
        if (token < 0 || token >= vocabularySize) {
            throw new IllegalArgumentException(
                    "no such token: " + token + "; the vocabulary holds 0 to " + (vocabularySize - 1));
        }
        return token;
    }

    /** The bytes of one token of an answer, without markers; looked up once per token. */
    byte[] answerPiece(int token) {
        byte[] known = answerPieces.get(token);
        if (known == null) {
            known = piece(token, false);
            answerPieces.set(token, known);
        }
        return known;
    }

    /** The bytes of one token, which may be part of a character. */
    byte[] piece(int token, boolean special) {
        pointer();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(64);
            int count = library.piece(vocabulary, token, buffer, special);
            if (count < 0) {
                buffer = arena.allocate(-count);
                count = library.piece(vocabulary, token, buffer, special);
            }
            return Arrays.copyOf(buffer.toArray(JAVA_BYTE), Math.max(0, count));
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            library.freeModel(model);
        }
    }
}
