package io.stoa.engine.llama;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.model.StoaException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The quantizations that Stoa makes, from the largest to the smallest, with {@code enum llama_ftype}'s numbers. Those
 * that llama.cpp makes only from measured activations (an importance matrix) are not among them.
 */
enum Quantization {
    F16(1, GgmlType.F16),
    BF16(32, GgmlType.BF16),
    Q8_0(7, GgmlType.Q8_0),
    Q6_K(18, GgmlType.Q6_K),
    Q5_1(9, GgmlType.Q5_1),
    Q5_K_M(17, GgmlType.Q5_K),
    Q5_K_S(16, GgmlType.Q5_K),
    Q5_0(8, GgmlType.Q5_0),
    Q4_1(3, GgmlType.Q4_1),
    Q4_K_M(15, GgmlType.Q4_K),
    Q4_K_S(14, GgmlType.Q4_K),
    Q4_0(2, GgmlType.Q4_0),
    IQ4_NL(25, GgmlType.IQ4_NL),
    IQ4_XS(30, GgmlType.IQ4_XS),
    Q3_K_L(13, GgmlType.Q3_K),
    Q3_K_M(12, GgmlType.Q3_K),
    Q3_K_S(11, GgmlType.Q3_K),
    Q2_K(10, GgmlType.Q2_K);

    private final int fileType;
    private final GgmlType bulk;

    Quantization(int fileType, GgmlType bulk) {
        this.fileType = fileType;
        this.bulk = bulk;
    }

    int fileType() {
        return fileType;
    }

    /** How many elements a block of its usual type holds. Single tensors get finer types. */
    int blockElements() {
        return bulk.blockElements();
    }

    static List<String> names() {
        return Arrays.stream(values()).map(Enum::name).toList();
    }

    static Optional<Quantization> ofFileType(long fileType) {
        return Arrays.stream(values())
                .filter(quantization -> quantization.fileType == fileType)
                .findFirst();
    }

    static Quantization of(String name) {
        return Arrays.stream(values())
                .filter(quantization -> quantization.name().equals(name))
                .findFirst()
                .orElseThrow(() -> StoaException.user(
                        "no such quantization: " + name + "; Stoa makes " + String.join(", ", names())));
    }
}
