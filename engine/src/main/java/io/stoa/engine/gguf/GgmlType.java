package io.stoa.engine.gguf;

import java.util.Arrays;
import java.util.Optional;

/**
 * The data types of ggml with their block layouts ({@code enum ggml_type} of ggml.h and the block structures of
 * ggml-common.h at llama.cpp v0.5.0). The missing numbers are types that files no longer may have: 4 and 5 (Q4_2, Q4_3),
 * 31 to 33 (Q4_0 repacked) and 36 to 38 (IQ4_NL repacked).
 */
public enum GgmlType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q8_1(9, 32, 36),
    Q2_K(10, 256, 84),
    Q3_K(11, 256, 110),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    Q8_K(15, 256, 292),
    IQ2_XXS(16, 256, 66),
    IQ2_XS(17, 256, 74),
    IQ3_XXS(18, 256, 98),
    IQ1_S(19, 256, 50),
    IQ4_NL(20, 32, 18),
    IQ3_S(21, 256, 110),
    IQ2_S(22, 256, 82),
    IQ4_XS(23, 256, 136),
    I8(24, 1, 1),
    I16(25, 1, 2),
    I32(26, 1, 4),
    I64(27, 1, 8),
    F64(28, 1, 8),
    IQ1_M(29, 256, 56),
    BF16(30, 1, 2),
    TQ1_0(34, 256, 54),
    TQ2_0(35, 256, 66),
    MXFP4(39, 32, 17),
    NVFP4(40, 64, 36),
    Q1_0(41, 128, 18),
    Q2_0(42, 64, 18);

    private final int code;
    private final int blockElements;
    private final int blockBytes;

    GgmlType(int code, int blockElements, int blockBytes) {
        this.code = code;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /** The number that stands for it in a file. */
    public int code() {
        return code;
    }

    /** How many elements a block holds; rows are whole blocks. */
    public int blockElements() {
        return blockElements;
    }

    /** How many bytes a block takes. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Whether a matrix of weights may have this type; the others are for tables, or for results while computing. */
    public boolean holdsWeights() {
        return switch (this) {
            case Q8_1, Q8_K, I8, I16, I32, I64, F64 -> false;
            case F32, F16, BF16 -> true;
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q1_0, Q2_0, MXFP4, NVFP4 -> true;
            case Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, TQ1_0, TQ2_0 -> true;
            case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ4_NL, IQ4_XS -> true;
        };
    }

    /** The type that a number in a file stands for. */
    public static Optional<GgmlType> ofCode(long code) {
        return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
    }
}
