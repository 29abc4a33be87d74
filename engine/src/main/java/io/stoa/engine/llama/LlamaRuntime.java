package io.stoa.engine.llama;

import io.stoa.engine.EngineOptions;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * llama.cpp, loaded into this process. Load it once: a second runtime over the same library works, but takes the log
 * away from the first. There is nothing to close; engines are closed by whoever opened them.
 */
public final class LlamaRuntime {
    /** The environment variable that names a user's own libllama, or its folder. */
    public static final String OWN_LIBRARY = "STOA_LLAMA_LIB";

    /** llama.cpp's defaults ({@code n_batch}, {@code n_ubatch}). */
    private static final int BATCH = 2048;

    private static final int MICRO_BATCH = 512;

    private final LlamaLibrary library;
    private final LlamaLog log;

    private LlamaRuntime(LlamaLibrary library, LlamaLog log) {
        this.library = library;
        this.log = log;
    }

    /** Where the library is: what {@value #OWN_LIBRARY} names, or the folder that Stoa brings. */
    public static Path libraryPlace(Map<String, String> environment, Path shipped) {
        return Optional.ofNullable(environment.get(OWN_LIBRARY)).map(Path::of).orElse(shipped);
    }

    /**
     * Loads libllama and the backend that suits this processor.
     *
     * @param place the folder of the libraries, or libllama itself
     * @param sink hears llama.cpp's log
     * @throws StoaException of kind {@code USER} when there is no library, or it is not one whose struct layouts are
     *     known; its message names both versions
     */
    public static LlamaRuntime load(Path place, LogSink sink) {
        LlamaLibrary library = LlamaLibrary.load(place);
        LlamaLog log = new LlamaLog(sink);
        library.setLog(log);
        library.loadBackends();
        return new LlamaRuntime(library, log);
    }

    /** What runs models, such as {@code llama.cpp 0.5.0}. */
    public String version() {
        return "llama.cpp " + library.version();
    }

    /** The processor features in use, as llama.cpp lists them. */
    public String systemInfo() {
        return library.systemInfo();
    }

    /**
     * What llama.cpp would allocate for a file, in exact bytes, found by a dry run that reads only the metadata. The
     * context is the one that an engine opens: one sequence, F16 cache, micro-batches of at most 512 tokens.
     *
     * @throws StoaException of kind {@code USER} or {@code ENGINE} when the file cannot be loaded
     */
    public MemoryReport measureMemory(Path gguf, int contextTokens) {
        return measureMemory(gguf, new EngineOptions(contextTokens, 1), true);
    }

    MemoryReport measureMemory(Path gguf, EngineOptions options, boolean dryRun) {
        examine(gguf);
        try (LlamaModel model = LlamaModel.load(library, log, gguf, dryRun);
                LlamaContext context = LlamaContext.open(library, log, model, shape(options), Optional.empty())) {
            return context.memoryReport();
        }
    }

    private static LlamaLibrary.ContextShape shape(EngineOptions options) {
        int tokens = options.contextTokens();
        return new LlamaLibrary.ContextShape(
                tokens, Math.min(BATCH, tokens), Math.min(MICRO_BATCH, tokens), options.threads());
    }

    /** What is wrong with a file is found in Java: llama.cpp ends the process on some malformed ones. */
    private static GgufHeader examine(Path gguf) {
        GgufHeader header = GgufReader.read(gguf);
        long parts = header.integer("split.count").orElse(1);
        if (parts > 1) {
            throw StoaException.user(gguf + ": is one of " + parts
                    + " parts; merge them first with llama.cpp's llama-gguf-split --merge");
        }
        return header;
    }
}
