package io.stoa.engine.llama;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.model.StoaException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The quantizations that Stoa makes, from the largest to the smallest, with {@code enum llama_ftype}'s numbers. Those
 * below some three bits a weight are made only with an importance matrix: without one llama.cpp refuses most of them, and
 * the others would lose more than their size saves.
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
    IQ3_M(27, GgmlType.IQ3_S),
    IQ3_S(26, GgmlType.IQ3_S),
    Q3_K_S(11, GgmlType.Q3_K),
    IQ3_XS(22, GgmlType.IQ3_S),
    IQ3_XXS(23, GgmlType.IQ3_XXS),
    Q2_K(10, GgmlType.Q2_K),
    IQ2_M(29, GgmlType.IQ2_S),
    IQ2_S(28, GgmlType.IQ2_XS),
    IQ2_XS(20, GgmlType.IQ2_XS),
    IQ2_XXS(19, GgmlType.IQ2_XXS),
    IQ1_M(31, GgmlType.IQ1_M),
    IQ1_S(24, GgmlType.IQ1_S);

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

    /** Whether it is made only with an importance matrix. */
    boolean needsImportance() {
        return switch (bulk) {
            case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S -> true;
            case F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q8_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K -> false;
            case IQ4_NL, IQ4_XS, I8, I16, I32, I64, F64, TQ1_0, TQ2_0, MXFP4, NVFP4, Q1_0, Q2_0 -> false;
        };
    }

    static List<String> names(boolean withImportance) {
        return Arrays.stream(values())
                .filter(quantization -> withImportance || !quantization.needsImportance())
                .map(Enum::name)
                .toList();
    }

    static Optional<Quantization> ofFileType(long fileType) {
        return Arrays.stream(values())
                .filter(quantization -> quantization.fileType == fileType)
                .findFirst();
    }

    static Quantization of(String name, boolean withImportance) {
        Quantization found = Arrays.stream(values())
                .filter(quantization -> quantization.name().equals(name))
                .findFirst()
                .orElseThrow(() -> StoaException.user("no such quantization: " + name + "; Stoa makes "
                        + String.join(", ", names(false)) + ", and with an importance matrix "
                        + String.join(
                                ", ",
                                Arrays.stream(values())
                                        .filter(Quantization::needsImportance)
                                        .map(Enum::name)
                                        .toList())));
        if (found.needsImportance() && !withImportance) {
            throw StoaException.user(
                    name + ": is made only with an importance matrix; give one with --imatrix FILE (stoa quantize"
                            + " imatrix makes it), or choose a larger type such as Q2_K");
        }
        return found;
    }
}
