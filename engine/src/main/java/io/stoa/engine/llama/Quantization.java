package io.stoa.engine.llama;

import io.stoa.model.StoaException;
import java.util.Arrays;
import java.util.List;

/**
 * The quantizations that Stoa makes, from the largest to the smallest, with {@code enum llama_ftype}'s numbers. Those
 * that llama.cpp makes only from measured activations (an importance matrix) are not among them.
 */
enum Quantization {
    F16(1),
    BF16(32),
    Q8_0(7),
    Q6_K(18),
    Q5_1(9),
    Q5_K_M(17),
    Q5_K_S(16),
    Q5_0(8),
    Q4_1(3),
    Q4_K_M(15),
    Q4_K_S(14),
    Q4_0(2),
    IQ4_NL(25),
    IQ4_XS(30),
    Q3_K_L(13),
    Q3_K_M(12),
    Q3_K_S(11),
    Q2_K(10);

    private final int fileType;

    Quantization(int fileType) {
        this.fileType = fileType;
    }

    int fileType() {
        return fileType;
    }

    static List<String> names() {
        return Arrays.stream(values()).map(Enum::name).toList();
    }

    static Quantization of(String name) {
        return Arrays.stream(values())
                .filter(quantization -> quantization.name().equals(name))
                .findFirst()
                .orElseThrow(() -> StoaException.user(
                        "no such quantization: " + name + "; Stoa makes " + String.join(", ", names())));
    }
}
