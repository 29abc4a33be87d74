package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufTensor;

/**
 * Which weights llama.cpp keeps in an order that suits the processor, instead of the file's. What is repacked depends on
 * the vector instructions that the processor has and on the number of rows (repack.cpp at v0.5.0); the copy has the same
 * size as the original. Intel's AMX tiles have their own layout, which is not modelled.
 */
public enum Repacking {
    /** None: {@code use_extra_bufts} is false, or the processor has no such kernels. */
    NONE,
    /** x86-64 with AVX2. */
    AVX2,
    /** x86-64 with AVX-512: as AVX2, and Q2_K. */
    AVX512,
    /** 64-bit ARM with dot products. */
    NEON;

    /** Whether a matrix that is multiplied with would be repacked; row lookups never are. */
    boolean applies(GgufTensor tensor) {
        // Matrices one upon the other are repacked where a token chooses among them, not where all are multiplied with.
        int stacked = tensor.name().contains("_exps.") ? 3 : 2;
        if (tensor.shape().size() != stacked) {
            return false;
        }
        long rows = tensor.shape().get(1);
        return switch (this) {
            case NONE -> false;
            case AVX2 -> avx2(tensor.type()) && rows % 8 == 0;
            case AVX512 -> (avx2(tensor.type()) || tensor.type() == GgmlType.Q2_K) && rows % 8 == 0;
            case NEON -> neon(tensor.type(), rows);
        };
    }

    private static boolean avx2(GgmlType type) {
        return type == GgmlType.Q4_0 || type == GgmlType.Q4_K || type == GgmlType.IQ4_NL || type == GgmlType.MXFP4;
    }

    private static boolean neon(GgmlType type, long rows) {
        if (type == GgmlType.Q4_K || type == GgmlType.Q5_K || type == GgmlType.Q6_K) {
            return rows % 8 == 0;
        }
        boolean smallBlocks =
                type == GgmlType.Q4_0 || type == GgmlType.Q8_0 || type == GgmlType.IQ4_NL || type == GgmlType.MXFP4;
        return smallBlocks && rows % 4 == 0;
    }
}
