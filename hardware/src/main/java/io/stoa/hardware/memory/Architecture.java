package io.stoa.hardware.memory;

import java.util.Arrays;
import java.util.Optional;

/**
 * The architectures whose caches are known, by llama.cpp's names for them. What a layer keeps follows from the
 * hyper-parameters but for two questions that only the architecture answers: which layers keep a recurrent state, and
 * which look back no further than a window (create_memory of llama-model.cpp and load_arch_hparams of the {@code
 * models} folder at v0.5.0).
 */
enum Architecture {
    LLAMA("llama"),
    MISTRAL3("mistral3"),
    GRANITE("granite"),
    GRANITEMOE("granitemoe"),
    QWEN2("qwen2"),
    QWEN2MOE("qwen2moe"),
    QWEN3("qwen3"),
    QWEN3MOE("qwen3moe"),
    SMOLLM3("smollm3"),
    PHI2("phi2"),
    PHI3("phi3"),
    GEMMA("gemma"),
    GEMMA2("gemma2", 2, 4096),
    GEMMA3("gemma3", 6, 0),
    DEEPSEEK2("deepseek2"),
    GLM4("glm4"),
    GLM4MOE("glm4moe"),
    GPT_OSS("gpt-oss", 2, 0),
    LLAMA4("llama4", 4, 8192),
    FALCON("falcon"),
    GPT2("gpt2"),
    GPTNEOX("gptneox"),
    STARCODER2("starcoder2"),
    STABLELM("stablelm"),
    BAICHUAN("baichuan"),
    MINICPM("minicpm"),
    INTERNLM2("internlm2"),
    OLMO2("olmo2", 4, 0),
    OLMOE("olmoe"),
    COMMAND_R("command-r"),
    COHERE2("cohere2", 4, 0),
    EXAONE("exaone"),
    ERNIE4_5("ernie4_5"),
    HUNYUAN_DENSE("hunyuan-dense"),
    DOTS1("dots1"),
    MAMBA("mamba", Recurrence.ALL),
    MAMBA2("mamba2", Recurrence.ALL),
    RWKV7("rwkv7", Recurrence.ALL),
    FALCON_H1("falcon-h1", Recurrence.BESIDE_ATTENTION),
    JAMBA("jamba", Recurrence.WITHOUT_KEYS),
    GRANITEHYBRID("granitehybrid", Recurrence.WITHOUT_KEYS),
    LFM2("lfm2", Recurrence.WITHOUT_KEYS),
    NEMOTRON_H("nemotron_h", Recurrence.WITHOUT_KEYS),
    QWEN3NEXT("qwen3next", Recurrence.BETWEEN_ATTENTION),
    QWEN35("qwen35", Recurrence.BETWEEN_ATTENTION),
    QWEN35MOE("qwen35moe", Recurrence.BETWEEN_ATTENTION),
    BERT("bert", Recurrence.NO_CACHE),
    NOMIC_BERT("nomic-bert", Recurrence.NO_CACHE),
    T5("t5");

    /** Which layers keep a state of fixed size. */
    enum Recurrence {
        /** None: every layer has keys and values. */
        NONE,
        /** All, and none has keys and values. */
        ALL,
        /** All, and all have keys and values, too. */
        BESIDE_ATTENTION,
        /** Those without heads for keys; of them, those with a feed-forward network of their own may have neither. */
        WITHOUT_KEYS,
        /** All but each n-th ({@code full_attention_interval}, 4), or those that the file names. */
        BETWEEN_ATTENTION,
        /** Nothing is kept: an encoder reads each text anew. */
        NO_CACHE
    }

    private final String id;
    private final Recurrence recurrence;
    private final int windowPattern;
    private final long defaultWindow;

    Architecture(String id) {
        this(id, Recurrence.NONE);
    }

    Architecture(String id, Recurrence recurrence) {
        this.id = id;
        this.recurrence = recurrence;
        this.windowPattern = 1;
        this.defaultWindow = 0;
    }

    Architecture(String id, int windowPattern, long defaultWindow) {
        this.id = id;
        this.recurrence = Recurrence.NONE;
        this.windowPattern = windowPattern;
        this.defaultWindow = defaultWindow;
    }

    static Optional<Architecture> of(String id) {
        return Arrays.stream(values()).filter(known -> known.id.equals(id)).findFirst();
    }

    Recurrence recurrence() {
        return recurrence;
    }

    /** The length of the repeating pattern of layers with a sliding window, of which the last has none; 1: none have. */
    int windowPattern() {
        return windowPattern;
    }

    /** The window in tokens where the file names none. */
    long defaultWindow() {
        return defaultWindow;
    }

    /** Whether a window that the file names is ignored: Llama 4 cuts its text into chunks of a fixed length. */
    boolean fixedWindow() {
        return this == LLAMA4;
    }

    /** Whether rows that nobody asked for are dropped after the last layer instead of within it. */
    boolean dropsRowsLate() {
        return switch (this) {
            case GPT_OSS, QWEN3NEXT, QWEN35, QWEN35MOE -> true;
            case LLAMA, MISTRAL3, GRANITE, GRANITEMOE, QWEN2, QWEN2MOE, QWEN3, QWEN3MOE, SMOLLM3, PHI2, PHI3 -> false;
            case GEMMA, GEMMA2, GEMMA3, DEEPSEEK2, GLM4, GLM4MOE, LLAMA4, FALCON, GPT2, GPTNEOX, STARCODER2 -> false;
            case STABLELM, BAICHUAN, MINICPM, INTERNLM2, OLMO2, OLMOE, COMMAND_R, COHERE2, EXAONE, ERNIE4_5 -> false;
            case HUNYUAN_DENSE, DOTS1, MAMBA, MAMBA2, RWKV7, FALCON_H1, JAMBA, GRANITEHYBRID, LFM2 -> false;
            case NEMOTRON_H, BERT, NOMIC_BERT, T5 -> false;
        };
    }
}
