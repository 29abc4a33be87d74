package io.stoa.edge.fleet;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.model.Bytes;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A published measurement on a Raspberry Pi, as a fact to reproduce. What its source prints as MB is MiB on the Raspberry
 * Pi 5: Ollama's llama3.2:1b-instruct-q4_K_M has 807.7 MB, which are the 770.3 given, and its llama3.2:3b 2,019 MB, which
 * are 1,925.8.
 *
 * <p>Sources: stratosphereips/StratosphereLinuxIPS, docs/immune/research_rpi_llm_performance.md (Raspberry Pi 5 with 8
 * GB; Ollama with a context of 4,096 tokens, and as it did then four requests at once; BitNet with bitnet.cpp), and
 * dambergn/ollama-benchmarks, results/Raspberry Pi 4.md (8 GB; Ollama with 2,048 tokens, four at once; the size of a tag
 * is Ollama's, and that of llama3.2:1b is in Q8_0).
 *
 * @param board the catalogue's name
 * @param model what ran
 * @param shape its published configuration; BitNet as a llama of the same figures
 * @param size the file
 * @param memory what it took
 * @param context tokens of each request's context
 * @param requests at once
 * @param tokensPerSecond of generation
 * @param calibrating whether it is among the catalogue's measurements, and must be left out to be predicted
 */
record RaspberryPiRow(
        String board,
        String model,
        DecoderShape shape,
        Bytes size,
        Bytes memory,
        int context,
        int requests,
        double tokensPerSecond,
        boolean calibrating) {
    static final String FOUR = "Raspberry Pi 4 8GB";
    static final String FIVE = "Raspberry Pi 5 8GB";

    private static final DecoderShape GEMMA_1B =
            new DecoderShape("gemma3", 26, 1152, 4, 1, 256, 6912, 262_144, true, 512);
    private static final DecoderShape BITNET = new DecoderShape("llama", 30, 2560, 20, 5, 128, 6912, 128_256, true, 0);
    private static final DecoderShape LLAMA_1B = new DecoderShape("llama", 16, 2048, 32, 8, 64, 8192, 128_256, true, 0);
    private static final DecoderShape LLAMA_3B =
            new DecoderShape("llama", 28, 3072, 24, 8, 128, 8192, 128_256, true, 0);
    private static final DecoderShape QWEN_HALF_B =
            new DecoderShape("qwen2", 24, 896, 14, 2, 64, 4864, 151_936, true, 0);
    private static final DecoderShape QWEN_1_5B =
            new DecoderShape("qwen2", 28, 1536, 12, 2, 128, 8960, 151_936, true, 0);
    private static final DecoderShape QWEN_3B =
            new DecoderShape("qwen2", 36, 2048, 16, 2, 128, 11_008, 151_936, true, 0);
    private static final DecoderShape SMOLLM_1_7B =
            new DecoderShape("llama", 24, 2048, 32, 32, 64, 8192, 49_152, true, 0);
    private static final DecoderShape GRANITE_2B =
            new DecoderShape("granite", 40, 2048, 32, 8, 64, 8192, 49_155, true, 0);

    static List<RaspberryPiRow> all() {
        return List.of(
                five("gemma3:1b", GEMMA_1B, 777.5, 1393.8, 11.53),
                five("llama3.2:1b-instruct", LLAMA_1B, 770.3, 2415.8, 11.22),
                five("qwen2.5:1.5b", QWEN_1_5B, 940.4, 1849.3, 9.97),
                five("smollm2:1.7b-instruct", SMOLLM_1_7B, 1006.7, 5318.2, 8.23),
                new RaspberryPiRow(
                        FIVE, "bitnet-b1.58-2B-4T", BITNET, mebibytes(1200), mebibytes(1500), 2048, 1, 8.13, false),
                five("granite3.1-dense:2b", GRANITE_2B, 1497, 3697.7, 5.81),
                five("qwen2.5:3b", QWEN_3B, 1840.5, 3025.9, 5.2),
                five("llama3.2:3b", LLAMA_3B, 1925.8, 4659.3, 4.69),
                four("llama3.2:1b, Q8_0", LLAMA_1B, 1321, 2200, 2.55),
                four("qwen2.5:0.5b, Q4_K_M", QWEN_HALF_B, 398, 820, 7.92));
    }

    private static RaspberryPiRow five(String model, DecoderShape shape, double size, double memory, double speed) {
        return new RaspberryPiRow(FIVE, model, shape, mebibytes(size), mebibytes(memory), 4096, 4, speed, true);
    }

    private static RaspberryPiRow four(String model, DecoderShape shape, long size, long memory, double speed) {
        return new RaspberryPiRow(
                FOUR, model, shape, new Bytes(size * 1_000_000), new Bytes(memory * 1_000_000), 2048, 4, speed, true);
    }

    private static Bytes mebibytes(double count) {
        return new Bytes(Math.round(count * 0x1p20));
    }

    FleetModel fleetModel() {
        return FleetModel.sized(model, "as published", shape.header(), size, "published");
    }

    /** A short answer, in memory as the row's engine was opened: attention not in tiles. */
    Workload workload() {
        return new Workload(
                32, 128, context, requests, GgmlType.F16, false, OptionalDouble.empty(), OptionalDouble.empty());
    }

    @Override
    public String toString() {
        return board + ", " + model;
    }
}
