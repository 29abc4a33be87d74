package io.stoa.engine.llama;

import com.sun.management.OperatingSystemMXBean;
import io.stoa.engine.Batching;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.engine.gguf.Preflight;
import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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

    /** llama.cpp keeps a row of logits for each sequence. */
    private static final long LOGITS_BYTES = 64L << 20;

    /**
     * What llama.cpp keeps per token of context besides keys and values: position, shift, a bit per sequence. A dry run
     * allocates it too, so a context whose bookkeeping takes more than this share of the free memory is not even tried;
     * keys and values take more than seven times as much in the smallest models.
     */
    private static final long CELL_BYTES = 64;

    private static final long BOOKKEEPING_SHARE = 8;

    /** {@code "warning: blk.0.attn_q.weight - ncols 64 not divisible by 256 (required for type q4_K) …"}. */
    private static final Pattern MISFIT = Pattern.compile(
            "warning: (\\S+)\\s+- ncols\\s+(\\d+) not divisible by\\s+(\\d+) \\(required for type\\s+(\\S+)\\)");

    /** {@code "[   1/  39] token_embd.weight - [256, 1024, 1, 1], type = f16, size = 0.50 MiB -> 0.14 MiB (q8_0)"}. */
    private static final Pattern PLANNED_TENSOR =
            Pattern.compile("^\\[\\s*\\d+/\\s*\\d+\\] (\\S+)\\s.*->\\s+\\d+\\.\\d+ MiB \\((\\w+)\\)");

    /** Of tensors in a file that llama.cpp writes. */
    private static final long ALIGNMENT = 32;

    private static final Set<GgmlType> UNQUANTIZED = Set.of(GgmlType.F32, GgmlType.F16, GgmlType.BF16);

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
     * Opens a model. Its header is examined in Java and its memory is added up before llama.cpp loads it.
     *
     * @return an engine that the caller closes
     * @throws StoaException of kind {@code USER} when the file is malformed, {@code ENGINE} when llama.cpp refuses it
     *     (the message says why), {@code RESOURCES} when it would not fit the memory that is free
     */
    public Engine open(Path gguf, EngineOptions options) {
        GgufHeader header = Preflight.examine(gguf);
        requireFits(gguf, options, measureMemory(gguf, options, true).total(), availableMemory());
        LlamaModel model = LlamaModel.load(library, log, gguf, LlamaLibrary.Loading.ALL);
        try {
            if (model.isEncoderDecoder()) {
                throw StoaException.engine(gguf + ": is an encoder-decoder model (" + header.architecture()
                        + "), which Stoa does not run; choose a decoder-only model");
            }
            LlamaLibrary.ContextShape shape = shape(options, model);
            LlamaContext context = LlamaContext.open(library, log, model, shape, Optional.empty());
            return new LlamaEngine(library, log, model, context, shape, gguf, header, options);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    static void requireFits(Path gguf, EngineOptions options, Bytes needed, Bytes available) {
        if (needed.compareTo(available) > 0) {
            throw StoaException.resources(gguf + ": needs " + needed + " at a context of " + options.contextTokens()
                    + " tokens, and " + available
                    + " are free: choose a shorter context, a smaller quantization or a larger machine");
        }
    }

    /**
     * What llama.cpp would allocate for a file, in exact bytes, found by a dry run that reads only the metadata. The
     * context is the one that {@link #open} makes: one sequence, F16 cache, micro-batches of at most 512 tokens.
     *
     * @throws StoaException of kind {@code USER} or {@code ENGINE} when the file cannot be loaded
     */
    public MemoryReport measureMemory(Path gguf, int contextTokens) {
        return measureMemory(gguf, new EngineOptions(contextTokens, 1), true);
    }

    /**
     * The same with settings of one's own. The file may be a shape: without a vocabulary ({@code tokenizer.ggml.model} is
     * {@code no_vocab}) and with a hole for data. States of recurrent layers are really allocated meanwhile.
     *
     * @throws StoaException of kind {@code USER} or {@code ENGINE} when the file cannot be loaded
     */
    public MemoryReport measureMemory(Path gguf, DryRun run) {
        Preflight.examineShape(gguf);
        if (CELL_BYTES * run.contextTokens() > availableMemory().count() / BOOKKEEPING_SHARE) {
            throw StoaException.resources(gguf + ": a context of " + run.contextTokens()
                    + " tokens does not fit the free memory: choose a shorter context");
        }
        LlamaLog.Logged<MemorySegment> model =
                log.during(() -> library.loadModel(gguf, LlamaLibrary.Loading.SIZES, run.repack()));
        if (model.result().address() == 0) {
            throw StoaException.engine(
                    gguf + ": llama.cpp " + library.version() + " cannot load it: " + model.complaints());
        }
        try {
            boolean splits = run.sequences() > 1 && !run.unified();
            if (splits && library.hasEncoder(model.result()) && library.hasDecoder(model.result())) {
                // It asserts, which ends the process.
                throw StoaException.engine(
                        gguf + ": llama.cpp " + library.version()
                                + " cannot split the cache of an encoder-decoder model between sequences; ask for a unified one");
            }
            LlamaLog.Logged<MemorySegment> context = log.during(() -> library.newContext(model.result(), run));
            if (context.result().address() == 0) {
                throw StoaException.engine(gguf + ": llama.cpp " + library.version() + " cannot make a context of "
                        + run.contextTokens() + " tokens: " + context.complaints());
            }
            try {
                return library.memoryReport(context.result());
            } finally {
                library.freeContext(context.result());
            }
        } finally {
            library.freeModel(model.result());
        }
    }

    MemoryReport measureMemory(Path gguf, EngineOptions options, boolean dryRun) {
        Preflight.examine(gguf);
        int cells = options.batching() instanceof Batching.Continuous continuous
                ? continuous.cacheTokens()
                : options.contextTokens();
        if (CELL_BYTES * cells > availableMemory().count() / BOOKKEEPING_SHARE) {
            throw StoaException.resources(gguf + ": a context of " + cells
                    + " tokens does not fit the free memory: choose a shorter context");
        }
        try (LlamaModel model = LlamaModel.load(
                        library, log, gguf, dryRun ? LlamaLibrary.Loading.SIZES : LlamaLibrary.Loading.ALL);
                LlamaContext context = LlamaContext.open(
                        library, log, model, shape(options, model).alone(), Optional.empty())) {
            return context.memoryReport();
        }
    }

    /**
     * The perplexity of a text, with llama-perplexity's windows and statistics.
     *
     * @param window the context, in tokens
     * @throws StoaException of kind {@code USER} when the text does not fill one window
     */
    public Perplexity perplexity(Path gguf, String text, int window, int threads, Progress progress) {
        TextReading.Reader reader = reader(gguf, window, threads);
        try {
            return new TextReading(reader.model(), text, window).perplexity(reader, progress);
        } finally {
            reader.context().close();
            reader.model().close();
        }
    }

    /**
     * How far a model is from its base on a text; both are read side by side, so that nothing is written to disk.
     *
     * @param window the context, in tokens
     * @throws StoaException of kind {@code USER} when the text does not fill one window, or the two read it as different
     *     tokens
     */
    public Divergence divergence(Path base, Path gguf, String text, int window, int threads, Progress progress) {
        return divergence(base, gguf, text, window, threads, false, progress);
    }

    /**
     * The same with the base rounded as llama-perplexity stores it, in 16 bits a token of the vocabulary: only so are its
     * published figures reached to the last digit.
     */
    public Divergence divergenceAsStored(
            Path base, Path gguf, String text, int window, int threads, Progress progress) {
        return divergence(base, gguf, text, window, threads, true, progress);
    }

    private Divergence divergence(
            Path base, Path gguf, String text, int window, int threads, boolean stored, Progress progress) {
        try (BaseReading reading = baseReading(base, text, window, threads, Bytes.ZERO, stored);
                BaseReading.Comparison comparison = reading.compare(gguf)) {
            DivergenceTally tally = new DivergenceTally();
            for (int index = 0; index < reading.windows(); index++) {
                progress.at(index, reading.windows());
                tally.add(comparison.read(index));
            }
            progress.at(reading.windows(), reading.windows());
            return tally.divergence();
        }
    }

    /**
     * Times batches of meaningless tokens.
     *
     * @throws StoaException of kind {@code USER} when the file is malformed, {@code RESOURCES} when it does not fit
     */
    public DecodeTimes decodeTimes(Path gguf, DecodeTimes.Plan plan) {
        EngineOptions options = new EngineOptions(plan.cells(), plan.threads());
        Preflight.examine(gguf);
        requireFits(gguf, options, measureMemory(gguf, options, true).total(), availableMemory());
        try (LlamaModel model = LlamaModel.load(library, log, gguf, LlamaLibrary.Loading.ALL);
                LlamaContext context = LlamaContext.open(
                        library,
                        log,
                        model,
                        new LlamaLibrary.ContextShape(
                                plan.cells(),
                                Math.min(BATCH, plan.cells()),
                                Math.min(MICRO_BATCH, plan.cells()),
                                plan.sequences(),
                                plan.threads()),
                        Optional.empty())) {
            return new Stopwatch(context, model.vocabularySize(), plan).run();
        }
    }

    /**
     * Opens a small model that tells how fast the processor is just now.
     *
     * @return what the caller closes
     * @throws StoaException of kind {@code USER} when the file is malformed
     */
    public Yardstick yardstick(Path gguf) {
        Preflight.examine(gguf);
        LlamaModel model = LlamaModel.load(library, log, gguf, LlamaLibrary.Loading.ALL);
        try {
            LlamaLibrary.ContextShape shape =
                    new LlamaLibrary.ContextShape(Yardstick.CELLS, Yardstick.CELLS, Yardstick.CELLS, 1, 1);
            return new Yardstick(model, LlamaContext.open(library, log, model, shape, Optional.empty()));
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * Opens a model with which others are compared on a text, window by window.
     *
     * @param window in tokens; the first half of each is only read
     * @param room for what the base said; windows beyond it are read again for each model
     * @return what the caller closes
     * @throws StoaException of kind {@code USER} when the text does not fill one window, {@code RESOURCES} when base and
     *     another model of its size do not fit the free memory
     */
    public BaseReading baseReading(Path base, String text, int window, int threads, Bytes room) {
        return baseReading(base, text, window, threads, room, false);
    }

    private BaseReading baseReading(Path base, String text, int window, int threads, Bytes room, boolean stored) {
        EngineOptions options = checkedWindow(base, window, threads);
        Bytes both = Stream.of(measured(base, options), measured(base, options), room)
                .reduce(Bytes.ZERO, Bytes::plus);
        if (both.compareTo(availableMemory()) > 0) {
            throw StoaException.resources(base + ": it and a model beside it need up to " + both + ", and "
                    + availableMemory() + " are free: choose a smaller window, or a larger machine");
        }
        TextReading.Reader reader = reader(base, window, threads);
        try {
            return new BaseReading(this, base, reader, text, window, threads, room, stored);
        } catch (RuntimeException e) {
            reader.context().close();
            reader.model().close();
            throw e;
        }
    }

    private Bytes measured(Path gguf, EngineOptions options) {
        return measureMemory(gguf, options, true).total();
    }

    private static EngineOptions checkedWindow(Path gguf, int window, int threads) {
        if (window < 8) {
            throw StoaException.user("a window of " + window + " tokens is too small: choose at least 8");
        }
        long trained = Preflight.examine(gguf).hyperParameter("context_length").orElse(window);
        if (window > trained) {
            throw StoaException.user("a window of " + window + " tokens: " + gguf + " was trained on " + trained
                    + " tokens; choose no more");
        }
        return new EngineOptions(window, threads);
    }

    /** A model and a context for windows; whoever asks closes both. */
    TextReading.Reader reader(Path gguf, int window, int threads) {
        return reader(gguf, window, threads, MemorySegment.NULL);
    }

    private TextReading.Reader reader(Path gguf, int window, int threads, MemorySegment watcher) {
        EngineOptions options = checkedWindow(gguf, window, threads);
        requireFits(gguf, options, measured(gguf, options), availableMemory());
        LlamaModel model = LlamaModel.load(library, log, gguf, LlamaLibrary.Loading.ALL);
        try {
            LlamaLibrary.ContextShape shape = shape(options, model);
            return new TextReading.Reader(model, LlamaContext.watched(library, log, model, shape, watcher));
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * What a calibration text says about the importance of each column of each matrix, as llama-imatrix finds it.
     *
     * @param name the text's, for the record
     * @param window the context, in tokens
     * @throws StoaException of kind {@code USER} when the text does not fill one window
     */
    public ImportanceMatrix importanceMatrix(
            Path gguf, String name, String text, int window, int threads, Progress progress) {
        ImportanceCollector collector = new ImportanceCollector(library);
        try (Arena arena = Arena.ofShared()) {
            TextReading.Reader reader = reader(gguf, window, threads, collector.stub(arena));
            try {
                TextReading reading = new TextReading(reader.model(), text, window);
                for (int index = 0; index < reading.windows(); index++) {
                    progress.at(index, reading.windows());
                    reading.readAll(reader, index);
                    collector.rethrow();
                }
                progress.at(reading.windows(), reading.windows());
                return collector.matrix(List.of(name), reading.windows(), window);
            } finally {
                reader.context().close();
                reader.model().close();
            }
        }
    }

    /** The tokenizer of a file, which may hold nothing else; whoever asks closes it. */
    LlamaModel vocabulary(Path gguf) {
        return LlamaModel.load(library, log, gguf, LlamaLibrary.Loading.VOCABULARY);
    }

    /** The names that {@link #quantize} knows, from the largest to the smallest. */
    public List<String> supportedQuantizations() {
        return Quantization.names(false);
    }

    /** Those that it makes with an importance matrix, from the largest to the smallest. */
    public List<String> quantizationsWithImportance() {
        return Quantization.names(true);
    }

    /** The quantization that a file says it has ({@code general.file_type}), when it is one that Stoa makes. */
    public static Optional<String> quantizationOf(GgufHeader header) {
        return header.integer("general.file_type").stream()
                .boxed()
                .flatMap(fileType -> Quantization.ofFileType(fileType).stream())
                .map(Enum::name)
                .findFirst();
    }

    /** Quantizes to a plain type; see {@link #quantize(Path, Path, QuantizationRecipe, int)}. */
    public void quantize(Path from, Path to, String type, int threads) {
        quantize(from, to, QuantizationRecipe.of(type), threads);
    }

    /**
     * Quantizes a file as llama-quantize does, byte for byte. The result appears under its name only when it is
     * complete, and replaces what was there. The source is mapped meanwhile: nobody may shorten it.
     *
     * @param from a file with F32, F16 or BF16 weights
     * @param threads native threads
     * @throws StoaException of kind {@code USER} when the type is unknown, its blocks do not fit the model's rows or the
     *     source is already quantized; {@code RESOURCES} when the disk is too full or cannot be written
     */
    public void quantize(Path from, Path to, QuantizationRecipe recipe, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be positive: " + threads);
        }
        Bytes planned = plan(from, recipe).file();
        Path target = to.toAbsolutePath();
        Path folder = Optional.ofNullable(target.getParent()).orElse(target);
        try {
            long usable = Files.getFileStore(folder).getUsableSpace();
            if (usable < planned.count()) {
                throw StoaException.resources(folder + ": " + new Bytes(usable) + " are free, and the "
                        + recipe.type() + " of " + from.getFileName() + " takes " + planned
                        + ": free some, or choose a smaller type");
            }
            Path partial = PartialFile.of(target);
            // Ctrl-C runs no finally.
            partial.toFile().deleteOnExit();
            try {
                run(from, partial, recipe, threads, false);
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    target + ": cannot be written (" + e.getMessage() + "): choose another folder",
                    e);
        }
    }

    /**
     * What a quantization would make, found by a dry run. Where rows are no multiple of a block llama.cpp would use other
     * types without asking. That is accepted for single tensors that a type treats better than the rest (with Q4_0, an
     * embedding that is also the output would be Q6_K and becomes Q8_0), and refused where it is the type itself.
     *
     * @throws StoaException of kind {@code USER} as {@link #quantize}
     */
    public PlannedQuantization plan(Path from, QuantizationRecipe recipe) {
        return switch (planOutcome(from, recipe)) {
            case PlanOutcome.Possible(PlannedQuantization plan) -> plan;
            case PlanOutcome.Misfit(String sentence) -> throw StoaException.user(sentence);
        };
    }

    /**
     * The same, where a type whose blocks do not fit is an answer.
     *
     * @throws StoaException of kind {@code USER} when the type is unknown or the source is already quantized
     */
    public PlanOutcome planOutcome(Path from, QuantizationRecipe recipe) {
        Quantization quantization = quantization(recipe);
        GgufHeader header = Preflight.examine(from);
        Optional<GgufTensor> quantized = header.tensors().stream()
                .filter(tensor -> !UNQUANTIZED.contains(tensor.type()))
                .findFirst();
        if (quantized.isPresent()) {
            throw StoaException.user(
                    from + ": is quantized already (" + quantized.get().name() + " is "
                            + quantized.get().type() + "), and twice loses more: start from the F16, BF16 or F32 file");
        }
        List<LlamaLog.Line> lines = run(from, from, recipe, 1, true);
        for (LlamaLog.Line line : lines) {
            Matcher misfit = MISFIT.matcher(line.text());
            if (misfit.find()
                    && (Integer.parseInt(misfit.group(3)) <= quantization.blockElements()
                            || recipe.tensors().containsKey(misfit.group(1)))) {
                return new PlanOutcome.Misfit(from + ": cannot become " + quantization + ": the rows of "
                        + misfit.group(1)
                        + " have " + misfit.group(2) + " elements, and a block of " + misfit.group(4) + " holds "
                        + misfit.group(3) + ": choose "
                        + (quantization.blockElements() > 32 ? "Q8_0 or Q4_0, whose blocks hold 32" : "F16"));
            }
        }
        return new PlanOutcome.Possible(planned(from, header, lines));
    }

    private static PlannedQuantization planned(Path from, GgufHeader header, List<LlamaLog.Line> lines) {
        Map<String, GgmlType> changed = new HashMap<>();
        for (LlamaLog.Line line : lines) {
            Matcher tensor = PLANNED_TENSOR.matcher(line.text());
            if (tensor.find()) {
                String name = tensor.group(2).toUpperCase(Locale.ROOT);
                changed.put(tensor.group(1), GgmlType.valueOf(name));
            }
        }
        Map<String, GgmlType> types = new LinkedHashMap<>();
        long headerBytes = GgufReader.headerBytes(from);
        long tensorBytes = 0;
        long padded = 0;
        for (GgufTensor tensor : header.tensors()) {
            GgmlType type = changed.getOrDefault(tensor.name(), tensor.type());
            types.put(tensor.name(), type);
            long bytes = tensor.elements() / type.blockElements() * type.blockBytes();
            tensorBytes += bytes;
            padded += padded(bytes);
            // The table is written without dimensions of 1 at its end.
            for (int last = tensor.shape().size() - 1;
                    last > 0 && tensor.shape().get(last) == 1;
                    last--) {
                headerBytes -= Long.BYTES;
            }
        }
        for (String key : List.of("general.quantization_version", "general.file_type")) {
            headerBytes += header.metadata().containsKey(key) ? 0 : Long.BYTES + key.length() + 2 * Integer.BYTES;
        }
        return new PlannedQuantization(
                new Bytes(padded(headerBytes) + padded), tensorBytes, header.parameters(), types);
    }

    private static long padded(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static Quantization quantization(QuantizationRecipe recipe) {
        return Quantization.of(recipe.type(), recipe.importance().isPresent());
    }

    private List<LlamaLog.Line> run(Path from, Path to, QuantizationRecipe recipe, int threads, boolean dryRun) {
        Quantization quantization = quantization(recipe);
        LlamaLog.Logged<Boolean> done =
                log.during(() -> library.quantize(from, to, quantization.fileType(), recipe, threads, dryRun));
        if (!done.result()) {
            throw StoaException.engine(
                    from + ": llama.cpp cannot make a " + quantization + " of it: " + done.complaints());
        }
        return done.lines();
    }

    /**
     * Alone, one sequence as long as the context. Continuously, one for each slot and one kept for each, or, where it
     * pays to score much together, as many as llama.cpp allows and a row of logits for each does not cost much.
     */
    private static LlamaLibrary.ContextShape shape(EngineOptions options, LlamaModel model) {
        int tokens = options.contextTokens();
        int sequences = 1;
        if (options.batching() instanceof Batching.Continuous continuous) {
            tokens = continuous.cacheTokens();
            long affordable = LOGITS_BYTES / ((long) model.vocabularySize() * Float.BYTES);
            sequences = model.hasState()
                    ? continuous.slots() + 1
                    : (int) Math.min(LlamaLibrary.MOST_SEQUENCES, Math.max(2L * continuous.slots(), affordable));
        }
        return new LlamaLibrary.ContextShape(
                tokens, Math.min(BATCH, tokens), Math.min(MICRO_BATCH, tokens), sequences, options.threads());
    }

    /**
     * Memory that can be taken without the kernel killing the process: what Linux calls {@code MemAvailable} (in KiB),
     * but no more than the container's limit.
     */
    private static Bytes availableMemory() {
        long limit =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        Path meminfo = Path.of("/proc/meminfo");
        if (!Files.isReadable(meminfo)) {
            return new Bytes(limit);
        }
        try (Stream<String> lines = Files.lines(meminfo)) {
            long available = lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(limit);
            return new Bytes(Math.min(limit, available));
        } catch (IOException e) {
            return new Bytes(limit);
        }
    }
}
