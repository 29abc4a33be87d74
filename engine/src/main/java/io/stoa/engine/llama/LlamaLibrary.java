package io.stoa.engine.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The functions of {@code llama.h} that Stoa calls, and the structs that they take, at llama.cpp v0.5.0.
 *
 * <p>The library stays loaded until the process ends: its worker threads outlive any model. Struct layouts are not part
 * of llama.cpp's promise, so a library is used only when its version is {@value #KNOWN_VERSION} and the structs that
 * its {@code *_default_params} functions fill look, byte for byte, like the known ones.
 */
final class LlamaLibrary {
    /** The version prefix whose layouts are below. */
    static final String KNOWN_VERSION = "0.5.";

    // Structs are passed as opaque blocks: anything over 16 bytes goes through memory in both the System V and the
    // AArch64 convention, so that only size and alignment matter. Fields are set by the offsets below.
    private static final StructLayout MODEL_PARAMS = block(80);
    private static final StructLayout CONTEXT_PARAMS = block(160);
    private static final StructLayout QUANTIZE_PARAMS = block(64);
    private static final StructLayout THREADS_PARAMS = block(528);
    private static final StructLayout BATCH = block(56);

    /** {@code GGML_BACKEND_DEVICE_TYPE_CPU}. */
    private static final int PROCESSOR = 0;

    private static final StructLayout SAMPLER_CHAIN_PARAMS = MemoryLayout.structLayout(JAVA_BOOLEAN);

    /** {@code std::map} of libstdc++: 8 bytes, the header node (colour, root, first, last), the count. */
    private static final StructLayout MAP = block(48);

    private final Path path;
    private final SymbolLookup symbols;
    private final String version;

    private final MethodHandle modelDefaultParams;
    private final MethodHandle contextDefaultParams;
    private final MethodHandle quantizeDefaultParams;
    private final MethodHandle threadsDefaultParams;
    private final MethodHandle logSet;
    private final MethodHandle systemInfo;
    private final MethodHandle modelLoad;
    private final MethodHandle modelFree;
    private final MethodHandle modelQuantize;
    private final MethodHandle modelVocabulary;
    private final MethodHandle modelEmbeddingSize;
    private final MethodHandle modelHasEncoder;
    private final MethodHandle modelHasDecoder;
    private final MethodHandle modelIsDiffusion;
    private final MethodHandle modelIsRecurrent;
    private final MethodHandle modelIsHybrid;
    private final MethodHandle vocabularySize;
    private final MethodHandle vocabularyType;
    private final MethodHandle vocabularyBos;
    private final MethodHandle vocabularyEos;
    private final MethodHandle vocabularySeparator;
    private final MethodHandle vocabularyAddsBos;
    private final MethodHandle vocabularyAddsEos;
    private final MethodHandle vocabularyIsEnd;
    private final MethodHandle tokenize;
    private final MethodHandle tokenToPiece;
    private final MethodHandle contextInit;
    private final MethodHandle contextFree;
    private final MethodHandle contextAttachThreads;
    private final MethodHandle contextBatchTokens;
    private final MethodHandle contextSetAbort;
    private final MethodHandle contextMemory;
    private final MethodHandle memoryClear;
    private final MethodHandle memoryRemove;
    private final MethodHandle memoryCopy;
    private final MethodHandle sequenceSize;
    private final MethodHandle sequenceSave;
    private final MethodHandle sequenceRestore;
    private final MethodHandle decode;
    private final MethodHandle encode;
    private final MethodHandle logits;
    private final MethodHandle sequenceEmbedding;
    private final MethodHandle tokenEmbedding;
    private final MethodHandle samplerChainInit;
    private final MethodHandle samplerChainAdd;
    private final MethodHandle samplerTopK;
    private final MethodHandle samplerTopP;
    private final MethodHandle samplerMinP;
    private final MethodHandle samplerTemperature;
    private final MethodHandle samplerDraw;
    private final MethodHandle samplerSample;
    private final MethodHandle samplerFree;
    private final MethodHandle bufferIsHost;

    private LlamaLibrary(Path path, SymbolLookup symbols, String version) {
        this.path = path;
        this.symbols = symbols;
        this.version = version;
        modelDefaultParams = function("llama_model_default_params", FunctionDescriptor.of(MODEL_PARAMS));
        contextDefaultParams = function("llama_context_default_params", FunctionDescriptor.of(CONTEXT_PARAMS));
        quantizeDefaultParams = function("llama_model_quantize_default_params", FunctionDescriptor.of(QUANTIZE_PARAMS));
        threadsDefaultParams =
                function("ggml_threadpool_params_default", FunctionDescriptor.of(THREADS_PARAMS, JAVA_INT));
        logSet = function("llama_log_set", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
        systemInfo = function("llama_print_system_info", FunctionDescriptor.of(ADDRESS));
        modelLoad = function("llama_model_load_from_file", FunctionDescriptor.of(ADDRESS, ADDRESS, MODEL_PARAMS));
        modelFree = function("llama_model_free", FunctionDescriptor.ofVoid(ADDRESS));
        modelQuantize = function("llama_model_quantize", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS));
        modelVocabulary = function("llama_model_get_vocab", FunctionDescriptor.of(ADDRESS, ADDRESS));
        modelEmbeddingSize = function("llama_model_n_embd_out", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        modelHasEncoder = function("llama_model_has_encoder", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));
        modelHasDecoder = function("llama_model_has_decoder", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));
        modelIsDiffusion = function("llama_model_is_diffusion", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));
        modelIsRecurrent = function("llama_model_is_recurrent", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));
        modelIsHybrid = function("llama_model_is_hybrid", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));
        vocabularySize = function("llama_vocab_n_tokens", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        vocabularyType = function("llama_vocab_type", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        vocabularyBos = function("llama_vocab_bos", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        vocabularyEos = function("llama_vocab_eos", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        vocabularySeparator = function("llama_vocab_sep", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        vocabularyAddsBos = function("llama_vocab_get_add_bos", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));
        vocabularyAddsEos = function("llama_vocab_get_add_eos", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));
        vocabularyIsEnd = function("llama_vocab_is_eog", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_INT));
        tokenize = function(
                "llama_tokenize",
                FunctionDescriptor.of(
                        JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_BOOLEAN, JAVA_BOOLEAN));
        tokenToPiece = function(
                "llama_token_to_piece",
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_BOOLEAN));
        contextInit = function("llama_init_from_model", FunctionDescriptor.of(ADDRESS, ADDRESS, CONTEXT_PARAMS));
        contextFree = function("llama_free", FunctionDescriptor.ofVoid(ADDRESS));
        contextAttachThreads =
                function("llama_attach_threadpool", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS));
        contextBatchTokens = function("llama_n_batch", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        contextSetAbort = function("llama_set_abort_callback", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS));
        contextMemory = function("llama_get_memory", FunctionDescriptor.of(ADDRESS, ADDRESS));
        memoryClear = function("llama_memory_clear", FunctionDescriptor.ofVoid(ADDRESS, JAVA_BOOLEAN));
        memoryRemove = function(
                "llama_memory_seq_rm", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));
        memoryCopy = function(
                "llama_memory_seq_cp", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
        sequenceSize = function("llama_state_seq_get_size", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT));
        sequenceSave = function(
                "llama_state_seq_get_data", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT));
        sequenceRestore = function(
                "llama_state_seq_set_data", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT));
        decode = function("llama_decode", FunctionDescriptor.of(JAVA_INT, ADDRESS, BATCH));
        encode = function("llama_encode", FunctionDescriptor.of(JAVA_INT, ADDRESS, BATCH));
        logits = function("llama_get_logits_ith", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
        sequenceEmbedding = function("llama_get_embeddings_seq", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
        tokenEmbedding = function("llama_get_embeddings_ith", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
        samplerChainInit = function("llama_sampler_chain_init", FunctionDescriptor.of(ADDRESS, SAMPLER_CHAIN_PARAMS));
        samplerChainAdd = function("llama_sampler_chain_add", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
        samplerTopK = function("llama_sampler_init_top_k", FunctionDescriptor.of(ADDRESS, JAVA_INT));
        samplerTopP = function("llama_sampler_init_top_p", FunctionDescriptor.of(ADDRESS, JAVA_FLOAT, JAVA_LONG));
        samplerMinP = function("llama_sampler_init_min_p", FunctionDescriptor.of(ADDRESS, JAVA_FLOAT, JAVA_LONG));
        samplerTemperature = function("llama_sampler_init_temp", FunctionDescriptor.of(ADDRESS, JAVA_FLOAT));
        samplerDraw = function("llama_sampler_init_dist", FunctionDescriptor.of(ADDRESS, JAVA_INT));
        samplerSample = function("llama_sampler_sample", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
        samplerFree = function("llama_sampler_free", FunctionDescriptor.ofVoid(ADDRESS));
        bufferIsHost = function("ggml_backend_buffer_is_host", FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));
    }

    /**
     * Loads a library and its processor backends.
     *
     * @param place the library, or the folder that holds it
     * @throws StoaException of kind {@code USER} when there is none, or it is not one whose layouts are known
     */
    static LlamaLibrary load(Path place) {
        Path path = find(place);
        SymbolLookup symbols;
        try {
            // libggml and libggml-base are dependencies of libllama, so that this one lookup finds their symbols too.
            symbols = SymbolLookup.libraryLookup(path, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    path + ": cannot be loaded (" + e.getMessage()
                            + "): its libggml must lie beside it and be built for this machine",
                    e);
        }
        String version = version(symbols, "llama_version");
        String ggmlVersion = version(symbols, "ggml_version");
        if (!version.startsWith(KNOWN_VERSION)) {
            throw refusal(path, version, ggmlVersion, "");
        }
        LlamaLibrary library = new LlamaLibrary(path, symbols, version);
        library.checkLayouts(ggmlVersion);
        return library;
    }

    /** The libllama in a folder, or the file itself. */
    private static Path find(Path place) {
        if (Files.isRegularFile(place)) {
            return place.toAbsolutePath();
        }
        if (!Files.isDirectory(place)) {
            throw StoaException.user(place + ": no such library or folder; build Stoa, or set STOA_LLAMA_LIB to a"
                    + " libllama " + KNOWN_VERSION + "x");
        }
        try (Stream<Path> files = Files.list(place)) {
            // libllama.so, libllama.v0.5.0.so, libllama.0.dylib, llama.dll; not libllama-common.so
            return files.filter(file ->
                            file.getFileName().toString().matches("(lib)?llama(\\.[v0-9.]*)?\\.(so[0-9.]*|dylib|dll)"))
                    .sorted()
                    .findFirst()
                    .map(Path::toAbsolutePath)
                    .orElseThrow(
                            () -> StoaException.user(place + ": holds no libllama; set STOA_LLAMA_LIB to the folder"
                                    + " of a libllama " + KNOWN_VERSION + "x"));
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, place + ": cannot be listed: " + e.getMessage(), e);
        }
    }

    private static String version(SymbolLookup symbols, String function) {
        Optional<MemorySegment> address = symbols.find(function);
        if (address.isEmpty()) {
            return "too old to say";
        }
        try {
            return string((MemorySegment) Linker.nativeLinker()
                    .downcallHandle(address.get(), FunctionDescriptor.of(ADDRESS))
                    .invokeExact());
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static StoaException refusal(Path path, String version, String ggmlVersion, String detail) {
        return StoaException.user(path + ": is llama.cpp " + version + " with ggml " + ggmlVersion
                + ", Stoa needs llama.cpp " + KNOWN_VERSION + "x with the struct layouts of v0.5.0" + detail
                + ": unset STOA_LLAMA_LIB to use the library that Stoa brings");
    }

    /** Compares what the library's defaults fill with {@link Fingerprint the known bytes}. */
    private void checkLayouts(String ggmlVersion) {
        try (Arena arena = Arena.ofConfined()) {
            for (Fingerprint known : Fingerprint.values()) {
                MemorySegment room = arena.allocate(Fingerprint.ROOM, 16).fill(Fingerprint.UNTOUCHED);
                SegmentAllocator allocator = (size, _) -> room.asSlice(0, size);
                MemorySegment filled = switch (known) {
                    case MODEL -> defaults(modelDefaultParams, allocator);
                    case CONTEXT -> defaults(contextDefaultParams, allocator);
                    case QUANTIZE -> defaults(quantizeDefaultParams, allocator);
                    case THREADS -> threadsParams(allocator, 1);
                };
                if (filled.address() != room.address() || !known.matches(room.toArray(JAVA_BYTE))) {
                    throw refusal(
                            path, version, ggmlVersion, " (its " + known.struct() + " is laid out in another way)");
                }
            }
        }
    }

    private MethodHandle function(String name, FunctionDescriptor descriptor) {
        MemorySegment address = symbols.find(name)
                .orElseThrow(
                        () -> StoaException.user(
                                path + ": llama.cpp " + version + " without the function " + name
                                        + ": it was built in an unusual way; unset STOA_LLAMA_LIB to use the library that Stoa brings"));
        return Linker.nativeLinker().downcallHandle(address, descriptor);
    }

    private static StructLayout block(long bytes) {
        return MemoryLayout.structLayout(MemoryLayout.sequenceLayout(bytes / Long.BYTES, JAVA_LONG));
    }

    /** A C string. */
    static String string(MemorySegment pointer) {
        if (pointer.address() == 0) {
            return "";
        }
        // Not getString, which throws on malformed UTF-8: file names and metadata in the log may hold any bytes.
        MemorySegment unbounded = pointer.reinterpret(Long.MAX_VALUE);
        long length = 0;
        while (unbounded.get(JAVA_BYTE, length) != 0) {
            length++;
        }
        return new String(unbounded.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private static RuntimeException unexpected(Throwable e) {
        return switch (e) {
            case RuntimeException runtime -> runtime;
            case Error error -> throw error;
            default -> new IllegalStateException("a native call declares no checked exception", e);
        };
    }

    String version() {
        return version;
    }

    Path path() {
        return path;
    }

    // ---- the library as a whole

    /** Loads the processor backends beside the library; those that are registered already stay as they are. */
    void loadBackends() {
        MethodHandle backendInit = function("llama_backend_init", FunctionDescriptor.ofVoid());
        MethodHandle load = function("ggml_backend_load_all_from_path", FunctionDescriptor.ofVoid(ADDRESS));
        MethodHandle count = function("ggml_backend_dev_count", FunctionDescriptor.of(JAVA_LONG));
        try (Arena arena = Arena.ofConfined()) {
            backendInit.invokeExact();
            if ((long) count.invokeExact() == 0) {
                load.invokeExact(arena.allocateFrom(
                        Optional.ofNullable(path.getParent()).orElse(path).toString()));
            }
            if ((long) count.invokeExact() == 0) {
                throw StoaException.user(
                        path + ": no processor backend (libggml-cpu*) lies beside it; copy the whole folder");
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Sends the log to {@code log}. The stub is never freed: native threads may log until the process ends. */
    void setLog(LlamaLog log) {
        try {
            MethodHandle accept = MethodHandles.lookup()
                    .findVirtual(
                            LlamaLog.class,
                            "accept",
                            MethodType.methodType(void.class, int.class, MemorySegment.class, MemorySegment.class))
                    .bindTo(log);
            MemorySegment stub = Linker.nativeLinker()
                    .upcallStub(accept, FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS), Arena.global());
            logSet.invokeExact(stub, MemorySegment.NULL);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    String systemInfo() {
        try {
            return string((MemorySegment) systemInfo.invokeExact());
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static MemorySegment defaults(MethodHandle function, SegmentAllocator allocator) {
        try {
            return (MemorySegment) function.invokeExact(allocator);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    // ---- models

    /** {@code LLAMA_LOAD_MODE_NONE}: read the weights, do not map the file. */
    private static final int LOAD_BY_READING = 0;

    /** How much of a model to load. */
    enum Loading {
        ALL,
        /** Only the metadata, to work out sizes ({@code no_alloc}). */
        SIZES,
        /** Only the tokenizer ({@code vocab_only}). */
        VOCABULARY
    }

    /** Loads a model by reading the file, or returns a null pointer and logs why not. */
    MemorySegment loadModel(Path gguf, Loading loading) {
        return loadModel(gguf, loading, true);
    }

    /** @param repack whether weights may be copied into the kernels' own order */
    MemorySegment loadModel(Path gguf, Loading loading, boolean repack) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = defaults(modelDefaultParams, arena);
            params.set(JAVA_INT, 24, LOAD_BY_READING);
            params.set(JAVA_BOOLEAN, 72, loading == Loading.VOCABULARY);
            params.set(JAVA_BOOLEAN, 74, repack);
            params.set(JAVA_BOOLEAN, 76, loading == Loading.SIZES);
            return (MemorySegment) modelLoad.invokeExact(arena.allocateFrom(gguf.toString()), params);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    void freeModel(MemorySegment model) {
        try {
            modelFree.invokeExact(model);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Quantizes a file.
     *
     * @param fileType {@code enum llama_ftype}
     * @param recipe the importance matrix and the single tensors' types
     * @param dryRun only log what would be done
     * @return whether it worked; the log says why not
     */
    boolean quantize(Path from, Path to, int fileType, QuantizationRecipe recipe, int threads, boolean dryRun) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = defaults(quantizeDefaultParams, arena);
            params.set(JAVA_INT, 0, threads);
            params.set(JAVA_INT, 4, fileType);
            params.set(JAVA_BOOLEAN, 21, dryRun);
            recipe.importance().ifPresent(matrix -> params.set(ADDRESS, 24, importance(matrix, arena)));
            if (!recipe.tensors().isEmpty()) {
                params.set(ADDRESS, 40, overrides(recipe.tensors(), arena));
            }
            return (int) modelQuantize.invokeExact(
                            arena.allocateFrom(from.toString()), arena.allocateFrom(to.toString()), params)
                    == 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** {@code struct llama_model_imatrix_data}: a name, values, their number; a null name ends the array. */
    private static MemorySegment importance(ImportanceMatrix matrix, Arena arena) {
        long entry = 3L * Long.BYTES;
        MemorySegment array = arena.allocate(entry * (matrix.entries().size() + 1), Long.BYTES);
        long at = 0;
        for (Map.Entry<String, ImportanceMatrix.Entry> known : matrix.entries().entrySet()) {
            float[] means = known.getValue().means();
            array.set(ADDRESS, at, arena.allocateFrom(known.getKey()));
            array.set(ADDRESS, at + 8, arena.allocateFrom(JAVA_FLOAT, means));
            array.set(JAVA_LONG, at + 16, means.length);
            at += entry;
        }
        return array;
    }

    /**
     * {@code struct llama_model_tensor_override}: a regular expression that is searched for in the name (ECMAScript),
     * and {@code enum ggml_type}; a null pattern ends the array.
     */
    private static MemorySegment overrides(Map<String, GgmlType> tensors, Arena arena) {
        long entry = 2L * Long.BYTES;
        MemorySegment array = arena.allocate(entry * (tensors.size() + 1), Long.BYTES);
        long at = 0;
        for (Map.Entry<String, GgmlType> tensor : tensors.entrySet()) {
            String pattern = "^" + tensor.getKey().replaceAll("[^A-Za-z0-9_]", "\\\\$0") + "$";
            array.set(ADDRESS, at, arena.allocateFrom(pattern));
            array.set(JAVA_INT, at + 8, tensor.getValue().code());
            at += entry;
        }
        return array;
    }

    /** ggml's name of an operation, such as {@code MUL_MAT}. */
    String operationName(int operation) {
        MethodHandle name = function("ggml_op_name", FunctionDescriptor.of(ADDRESS, JAVA_INT));
        try {
            return string((MemorySegment) name.invokeExact(operation));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Whether a tensor's buffer can be read from here. */
    boolean isHostMemory(MemorySegment buffer) {
        try {
            return buffer.address() == 0 || (boolean) bufferIsHost.invokeExact(buffer);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    MemorySegment vocabulary(MemorySegment model) {
        try {
            return (MemorySegment) modelVocabulary.invokeExact(model);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int embeddingSize(MemorySegment model) {
        return integer(modelEmbeddingSize, model);
    }

    boolean hasEncoder(MemorySegment model) {
        return truth(modelHasEncoder, model);
    }

    boolean hasDecoder(MemorySegment model) {
        return truth(modelHasDecoder, model);
    }

    boolean isDiffusion(MemorySegment model) {
        return truth(modelIsDiffusion, model);
    }

    /** Whether its memory, or a part of it, is a state that only goes forward, as in Mamba. */
    boolean hasState(MemorySegment model) {
        return truth(modelIsRecurrent, model) || truth(modelIsHybrid, model);
    }

    // ---- vocabularies

    int vocabularySize(MemorySegment vocabulary) {
        return integer(vocabularySize, vocabulary);
    }

    /** {@code enum llama_vocab_type}; 0 is none. */
    int vocabularyType(MemorySegment vocabulary) {
        return integer(vocabularyType, vocabulary);
    }

    /** The token that begins a text, or -1. */
    int bos(MemorySegment vocabulary) {
        return integer(vocabularyBos, vocabulary);
    }

    /** The token that ends a text, or -1. */
    int eos(MemorySegment vocabulary) {
        return integer(vocabularyEos, vocabulary);
    }

    /** The token between two texts, or -1. */
    int separator(MemorySegment vocabulary) {
        return integer(vocabularySeparator, vocabulary);
    }

    boolean addsEos(MemorySegment vocabulary) {
        return truth(vocabularyAddsEos, vocabulary);
    }

    boolean addsBos(MemorySegment vocabulary) {
        return truth(vocabularyAddsBos, vocabulary);
    }

    boolean isEndOfGeneration(MemorySegment vocabulary, int token) {
        try {
            return (boolean) vocabularyIsEnd.invokeExact(vocabulary, token);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Writes token ids; returns their number, or minus the room that is needed. */
    int tokenize(
            MemorySegment vocabulary,
            MemorySegment utf8,
            int bytes,
            MemorySegment tokens,
            int room,
            boolean addSpecial,
            boolean parseSpecial) {
        try {
            return (int) tokenize.invokeExact(vocabulary, utf8, bytes, tokens, room, addSpecial, parseSpecial);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Writes a token's bytes; returns their number, or minus the room that is needed. */
    int piece(MemorySegment vocabulary, int token, MemorySegment buffer, boolean special) {
        try {
            return (int) tokenToPiece.invokeExact(vocabulary, token, buffer, (int) buffer.byteSize(), 0, special);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    // ---- contexts

    /**
     * How a context is made.
     *
     * @param tokens the tokens that all sequences share
     * @param batch the most tokens per decode
     * @param microBatch the most tokens computed at once
     * @param sequences the most sequences side by side, at most {@value #MOST_SEQUENCES}
     * @param threads native threads
     */
    record ContextShape(int tokens, int batch, int microBatch, int sequences, int threads) {
        /** The same with one thread, for whoever computes nothing. */
        ContextShape alone() {
            return new ContextShape(tokens, batch, microBatch, sequences, 1);
        }
    }

    /** {@code LLAMA_MAX_SEQ}. */
    static final int MOST_SEQUENCES = 256;

    /** How embeddings of tokens become one ({@code enum llama_pooling_type}). */
    enum Pooling {
        /** What the model says. */
        AS_MODEL_SAYS(-1),
        NONE(0),
        MEAN(1),
        CLS(2),
        LAST(3);

        private final int code;

        Pooling(int code) {
            this.code = code;
        }
    }

    /**
     * Makes a context, or returns a null pointer and logs why not.
     *
     * @param watcher is asked about each tensor that is computed ({@code cb_eval}); a null pointer for nobody
     */
    MemorySegment newContext(
            MemorySegment model, ContextShape shape, Optional<Pooling> embeddings, MemorySegment watcher) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = defaults(contextDefaultParams, arena);
            params.set(JAVA_INT, 0, shape.tokens());
            params.set(JAVA_INT, 4, shape.batch());
            params.set(JAVA_INT, 8, shape.microBatch());
            params.set(JAVA_INT, 12, shape.sequences());
            params.set(JAVA_INT, 28, shape.threads());
            params.set(JAVA_INT, 32, shape.threads());
            embeddings.ifPresent(pooling -> {
                params.set(JAVA_INT, 44, pooling.code);
                params.set(JAVA_BOOLEAN, 128, true);
            });
            params.set(ADDRESS, 88, watcher);
            // One buffer for all sequences: a copied prefix then costs no memory, and a sequence may take all of it.
            params.set(JAVA_BOOLEAN, 133, shape.sequences() > 1);
            return (MemorySegment) contextInit.invokeExact(model, params);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Makes a context for its sizes alone, or returns a null pointer and logs why not. */
    MemorySegment newContext(MemorySegment model, DryRun run) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = defaults(contextDefaultParams, arena);
            params.set(JAVA_INT, 0, run.contextTokens());
            params.set(JAVA_INT, 4, run.batch());
            params.set(JAVA_INT, 8, run.microBatch());
            params.set(JAVA_INT, 12, run.sequences());
            params.set(JAVA_INT, 28, 1);
            params.set(JAVA_INT, 32, 1);
            params.set(JAVA_INT, 52, run.flashAttention() ? 1 : 0);
            params.set(JAVA_INT, 104, run.keyType().code());
            params.set(JAVA_INT, 108, run.valueType().code());
            params.set(JAVA_BOOLEAN, 132, run.fullWindow());
            params.set(JAVA_BOOLEAN, 133, run.unified());
            return (MemorySegment) contextInit.invokeExact(model, params);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    void freeContext(MemorySegment context) {
        try {
            contextFree.invokeExact(context);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    // ---- threads

    /**
     * How long threads look for the next batch before they sleep: 131,072 times, 1 to 2 ms on Zen and some 6 on Intel's
     * processors, whose pause is longer. From one token to the next it takes less.
     */
    private static final int POLLING = 1;

    private MemorySegment threadsParams(SegmentAllocator allocator, int threads) {
        try {
            return (MemorySegment) threadsDefaultParams.invokeExact(allocator, threads);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Makes threads that wait for batches; a null pointer where the backend has none: then each batch makes its own. */
    MemorySegment newThreads(int threads) {
        Optional<MethodHandle> make = ofProcessor("ggml_threadpool_new", FunctionDescriptor.of(ADDRESS, ADDRESS));
        if (make.isEmpty()) {
            return MemorySegment.NULL;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = threadsParams(arena, threads);
            params.set(JAVA_INT, 520, POLLING);
            return (MemorySegment) make.get().invokeExact(params);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Ends them. The context that uses them must have been freed. */
    void freeThreads(MemorySegment threads) {
        try {
            ofProcessor("ggml_threadpool_free", FunctionDescriptor.ofVoid(ADDRESS))
                    .orElseThrow(() -> StoaException.bug("a backend that makes threads does not free them"))
                    .invokeExact(threads);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Lets them compute a context's batches. */
    void attachThreads(MemorySegment context, MemorySegment threads) {
        try {
            contextAttachThreads.invokeExact(context, threads, threads);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A function of the processor's backend, of which there are several and one was chosen. */
    private Optional<MethodHandle> ofProcessor(String name, FunctionDescriptor descriptor) {
        MethodHandle device = function("ggml_backend_dev_by_type", FunctionDescriptor.of(ADDRESS, JAVA_INT));
        MethodHandle backend = function("ggml_backend_dev_backend_reg", FunctionDescriptor.of(ADDRESS, ADDRESS));
        MethodHandle find =
                function("ggml_backend_reg_get_proc_address", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment processor = (MemorySegment) device.invokeExact(PROCESSOR);
            MemorySegment registered = (MemorySegment) backend.invokeExact(processor);
            MemorySegment found = (MemorySegment) find.invokeExact(registered, arena.allocateFrom(name));
            return found.address() == 0
                    ? Optional.empty()
                    : Optional.of(Linker.nativeLinker().downcallHandle(found, descriptor));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The most tokens that one decode takes: one more would end the process. */
    int batchTokens(MemorySegment context) {
        return integer(contextBatchTokens, context);
    }

    /** Sets what is asked between the operations of a computation whether to leave it; a null pointer for nothing. */
    void setAbort(MemorySegment context, MemorySegment callback) {
        try {
            contextSetAbort.invokeExact(context, callback, MemorySegment.NULL);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The context's memory; a null pointer for models that keep none. */
    MemorySegment memory(MemorySegment context) {
        try {
            return (MemorySegment) contextMemory.invokeExact(context);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    void clear(MemorySegment memory) {
        try {
            memoryClear.invokeExact(memory, false);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Forgets what a sequence holds from a position on; false when this kind of memory cannot. */
    boolean remove(MemorySegment memory, int sequence, int position) {
        try {
            return (boolean) memoryRemove.invokeExact(memory, sequence, position, -1);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Lets another sequence hold the first tokens of one, too. */
    void copy(MemorySegment memory, int from, int to, int length) {
        try {
            memoryCopy.invokeExact(memory, from, to, 0, length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** What a sequence holds, to be restored in the same context. */
    MemorySegment save(MemorySegment context, int sequence, SegmentAllocator allocator) {
        try {
            MemorySegment saved = allocator.allocate((long) sequenceSize.invokeExact(context, sequence));
            long size = (long) sequenceSave.invokeExact(context, saved, saved.byteSize(), sequence);
            return saved.asSlice(0, size);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Lets a sequence hold what was saved instead of what it held; false when it cannot, and then it holds nothing. */
    boolean restore(MemorySegment context, MemorySegment saved, int sequence) {
        try {
            return (long) sequenceRestore.invokeExact(context, saved, saved.byteSize(), sequence) != 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A {@code llama_batch} struct over its arrays; each token is in one sequence. */
    static MemorySegment batch(
            SegmentAllocator allocator,
            MemorySegment tokens,
            MemorySegment positions,
            MemorySegment sequenceCounts,
            MemorySegment sequenceIds,
            MemorySegment outputs) {
        MemorySegment batch = allocator.allocate(BATCH);
        batch.set(ADDRESS, 8, tokens);
        batch.set(ADDRESS, 24, positions);
        batch.set(ADDRESS, 32, sequenceCounts);
        batch.set(ADDRESS, 40, sequenceIds);
        batch.set(ADDRESS, 48, outputs);
        return batch;
    }

    static void setBatchTokens(MemorySegment batch, int count) {
        batch.set(JAVA_INT, 0, count);
    }

    /** 0: done; 1: no room in memory; 2: aborted; negative: failed. */
    int decode(MemorySegment context, MemorySegment batch) {
        try {
            return (int) decode.invokeExact(context, batch);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    int encode(MemorySegment context, MemorySegment batch) {
        try {
            return (int) encode.invokeExact(context, batch);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The logits of the batch's token {@code index}; valid until the next decode. A null pointer when not asked for. */
    MemorySegment logits(MemorySegment context, int index, int vocabularySize) {
        try {
            MemorySegment row = (MemorySegment) logits.invokeExact(context, index);
            return row.address() == 0 ? row : row.reinterpret((long) vocabularySize * Float.BYTES);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The embedding of the batch's token {@code index}, or a null pointer. */
    MemorySegment tokenEmbedding(MemorySegment context, int index, int size) {
        try {
            MemorySegment row = (MemorySegment) tokenEmbedding.invokeExact(context, index);
            return row.address() == 0 ? row : row.reinterpret((long) size * Float.BYTES);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The pooled embedding of sequence 0, or a null pointer. */
    MemorySegment embedding(MemorySegment context, int size) {
        try {
            MemorySegment row = (MemorySegment) sequenceEmbedding.invokeExact(context, 0);
            return row.address() == 0 ? row : row.reinterpret((long) size * Float.BYTES);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * What a context and its model occupy.
     *
     * <p>llama.cpp offers this only in C++ ({@code llama_get_memory_breakdown} in {@code src/llama-ext.h}), as a {@code
     * std::map} from buffer type to three sizes; its log has the same figures rounded to 10 KiB, which is too coarse
     * for small models. The map is read in libstdc++'s layout, a red-black tree of nodes (colour, parent, left, right,
     * key, value), which that library has kept since 2005.
     */
    MemoryReport memoryReport(MemorySegment context) {
        MethodHandle breakdown =
                function("_Z26llama_get_memory_breakdownPK13llama_context", FunctionDescriptor.of(MAP, ADDRESS));
        MethodHandle name = function("ggml_backend_buft_name", FunctionDescriptor.of(ADDRESS, ADDRESS));
        MethodHandle delete = function("_ZdlPv", FunctionDescriptor.ofVoid(ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment map = (MemorySegment) breakdown.invokeExact((SegmentAllocator) arena, context);
            List<MemorySegment> nodes = new ArrayList<>();
            collectNodes(map.get(ADDRESS, 16), nodes);
            if (nodes.size() != map.get(JAVA_LONG, 40)) {
                throw StoaException.bug(path + ": its std::map is not libstdc++'s");
            }
            List<MemoryReport.Buffer> buffers = new ArrayList<>();
            for (MemorySegment node : nodes) {
                buffers.add(new MemoryReport.Buffer(
                        string((MemorySegment) name.invokeExact(node.get(ADDRESS, 32))),
                        new Bytes(node.get(JAVA_LONG, 40)),
                        new Bytes(node.get(JAVA_LONG, 48)),
                        new Bytes(node.get(JAVA_LONG, 56))));
                delete.invokeExact(node);
            }
            return new MemoryReport(buffers);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static void collectNodes(MemorySegment pointer, List<MemorySegment> nodes) {
        if (pointer.address() != 0) {
            MemorySegment node = pointer.reinterpret(64);
            collectNodes(node.get(ADDRESS, 16), nodes);
            nodes.add(node);
            collectNodes(node.get(ADDRESS, 24), nodes);
        }
    }

    // ---- samplers

    /**
     * A chain of samplers in llama.cpp's order: top-k, top-p, min-p, temperature, then a draw.
     *
     * @param seed of the draw; not 0xFFFFFFFF, which llama.cpp reads as "take a random one"
     */
    MemorySegment newSampler(int topK, float topP, float minP, float temperature, int seed) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = arena.allocate(SAMPLER_CHAIN_PARAMS);
            params.set(JAVA_BOOLEAN, 0, true);
            MemorySegment chain = (MemorySegment) samplerChainInit.invokeExact(params);
            addSampler(chain, (MemorySegment) samplerTopK.invokeExact(topK));
            addSampler(chain, (MemorySegment) samplerTopP.invokeExact(topP, 1L));
            addSampler(chain, (MemorySegment) samplerMinP.invokeExact(minP, 1L));
            addSampler(chain, (MemorySegment) samplerTemperature.invokeExact(temperature));
            addSampler(chain, (MemorySegment) samplerDraw.invokeExact(seed));
            return chain;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private void addSampler(MemorySegment chain, MemorySegment sampler) throws Throwable {
        samplerChainAdd.invokeExact(chain, sampler);
    }

    /** Draws a token from the logits of the batch's token {@code index}. */
    int sample(MemorySegment sampler, MemorySegment context, int index) {
        try {
            return (int) samplerSample.invokeExact(sampler, context, index);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    void freeSampler(MemorySegment sampler) {
        try {
            samplerFree.invokeExact(sampler);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static int integer(MethodHandle function, MemorySegment of) {
        try {
            return (int) function.invokeExact(of);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static boolean truth(MethodHandle function, MemorySegment of) {
        try {
            return (boolean) function.invokeExact(of);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }
}
