package io.stoa.inspect.numeric;

import io.stoa.engine.gguf.GgmlType;
import java.nio.ByteBuffer;

/**
 * Blocks of ggml's types as floats. The layouts are those of ggml-common.h at llama.cpp v0.5.0: what a block holds is in
 * the comment of each method, bytes in order. Types that need tables of a grid (IQ1, IQ2, IQ3) are not decoded.
 */
public final class BlockDecoder {
    /** The sixteen levels of IQ4_NL and IQ4_XS. */
    private static final int[] IQ4 = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /** The sixteen values of E2M1, doubled. */
    private static final int[] FP4 = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private BlockDecoder() {}

    /** Whether a type can be decoded. */
    public static boolean knows(GgmlType type) {
        return switch (type) {
            case F32, F16, BF16, F64, I8, I16, I32, I64 -> true;
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q8_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K -> true;
            case IQ4_NL, IQ4_XS, TQ1_0, TQ2_0, MXFP4 -> true;
            case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, NVFP4, Q1_0, Q2_0 -> false;
        };
    }

    /**
     * Decodes whole blocks.
     *
     * @param in little-endian; its bytes from 0 to its limit are blocks of the type
     * @return the elements in order
     */
    public static float[] decode(GgmlType type, ByteBuffer in) {
        int blocks = in.limit() / type.blockBytes();
        float[] out = new float[blocks * type.blockElements()];
        for (int block = 0; block < blocks; block++) {
            block(type, in, block * type.blockBytes(), out, block * type.blockElements());
        }
        return out;
    }

    private static void block(GgmlType type, ByteBuffer in, int at, float[] out, int to) {
        switch (type) {
            case F32 -> out[to] = in.getFloat(at);
            case F16 -> out[to] = half(in, at);
            case BF16 -> out[to] = Float.intBitsToFloat(in.getShort(at) << 16);
            case F64 -> out[to] = (float) in.getDouble(at);
            case I8 -> out[to] = in.get(at);
            case I16 -> out[to] = in.getShort(at);
            case I32 -> out[to] = (float) in.getInt(at);
            case I64 -> out[to] = (float) in.getLong(at);
            case Q4_0 -> nibbles(in, half(in, at), -8, 0, at + 2, out, to);
            case Q4_1 -> nibbles(in, half(in, at), 0, half(in, at + 2), at + 4, out, to);
            case Q5_0 -> fiveBits(in, half(in, at), -16, 0, at + 2, out, to);
            case Q5_1 -> fiveBits(in, half(in, at), 0, half(in, at + 2), at + 4, out, to);
            case Q8_0 -> bytes(in, half(in, at), at + 2, 32, out, to);
            case Q8_1 -> bytes(in, half(in, at), at + 4, 32, out, to);
            case Q8_K -> bytes(in, in.getFloat(at), at + 4, 256, out, to);
            case Q2_K -> q2(in, at, out, to);
            case Q3_K -> q3(in, at, out, to);
            case Q4_K -> q45(in, at, false, out, to);
            case Q5_K -> q45(in, at, true, out, to);
            case Q6_K -> q6(in, at, out, to);
            case IQ4_NL -> levels(in, half(in, at), IQ4, at + 2, out, to);
            case IQ4_XS -> iq4xs(in, at, out, to);
            case MXFP4 -> levels(in, Math.scalb(0.5f, (in.get(at) & 0xff) - 127), FP4, at + 1, out, to);
            case TQ1_0 -> ternary1(in, at, out, to);
            case TQ2_0 -> ternary2(in, at, out, to);
            case IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, NVFP4, Q1_0, Q2_0 ->
                throw new IllegalArgumentException(type + " is not decoded");
        }
    }

    private static float half(ByteBuffer in, int at) {
        return Float.float16ToFloat(in.getShort(at));
    }

    private static void bytes(ByteBuffer in, float scale, int at, int count, float[] out, int to) {
        for (int i = 0; i < count; i++) {
            out[to + i] = scale * in.get(at + i);
        }
    }

    /** 16 bytes: the low halves are elements 0 to 15, the high ones 16 to 31. */
    private static void nibbles(ByteBuffer in, float scale, int offset, float least, int at, float[] out, int to) {
        for (int i = 0; i < 16; i++) {
            int b = in.get(at + i) & 0xff;
            out[to + i] = scale * ((b & 15) + offset) + least;
            out[to + 16 + i] = scale * ((b >> 4) + offset) + least;
        }
    }

    private static void levels(ByteBuffer in, float scale, int[] levels, int at, float[] out, int to) {
        for (int i = 0; i < 16; i++) {
            int b = in.get(at + i) & 0xff;
            out[to + i] = scale * levels[b & 15];
            out[to + 16 + i] = scale * levels[b >> 4];
        }
    }

    /** Four bytes of fifth bits, then 16 bytes of halves. */
    private static void fiveBits(ByteBuffer in, float scale, int offset, float least, int at, float[] out, int to) {
        int high = in.getInt(at);
        for (int i = 0; i < 16; i++) {
            int b = in.get(at + 4 + i) & 0xff;
            int low = (b & 15) | (((high >>> i) & 1) << 4);
            int up = (b >> 4) | (((high >>> (i + 16)) & 1) << 4);
            out[to + i] = scale * (low + offset) + least;
            out[to + 16 + i] = scale * (up + offset) + least;
        }
    }

    /** 16 bytes of scales and minima, 64 bytes of two bits, the halves that multiply both. */
    private static void q2(ByteBuffer in, int at, float[] out, int to) {
        float scale = half(in, at + 80);
        float least = half(in, at + 82);
        for (int i = 0; i < 256; i++) {
            int group = in.get(at + i / 16) & 0xff;
            int quant = (in.get(at + 16 + i / 128 * 32 + i % 32) >> (i % 128 / 32 * 2)) & 3;
            out[to + i] = scale * (group & 15) * quant - least * (group >> 4);
        }
    }

    /** 32 bytes of third bits, 64 of two bits, 12 of six-bit scales, a half. */
    private static void q3(ByteBuffer in, int at, float[] out, int to) {
        float all = half(in, at + 108);
        for (int i = 0; i < 256; i++) {
            int group = i / 16;
            int low = in.get(at + 96 + group % 8) & 0xff;
            int high = in.get(at + 104 + group % 4) & 0xff;
            int scale = ((group < 8 ? low & 15 : low >> 4) | (((high >> (group / 4 * 2)) & 3) << 4)) - 32;
            int quant = (in.get(at + 32 + i / 128 * 32 + i % 32) >> (i % 128 / 32 * 2)) & 3;
            int third = (in.get(at + i % 32) >> (i / 32)) & 1;
            out[to + i] = all * scale * (quant - (third == 0 ? 4 : 0));
        }
    }

    /** Two halves, 12 bytes of six-bit scales and minima, in Q5_K 32 bytes of fifth bits, 128 bytes of four bits. */
    private static void q45(ByteBuffer in, int at, boolean five, float[] out, int to) {
        float all = half(in, at);
        float allLeast = half(in, at + 2);
        int quants = at + (five ? 48 : 16);
        for (int group = 0; group < 8; group++) {
            int a = in.get(at + 4 + group % 4) & 0xff;
            int b = in.get(at + 8 + group % 4) & 0xff;
            int c = in.get(at + 12 + group % 4) & 0xff;
            int scale = group < 4 ? a & 63 : (c & 15) | ((a >> 6) << 4);
            int least = group < 4 ? b & 63 : (c >> 4) | ((b >> 6) << 4);
            for (int i = 0; i < 32; i++) {
                int both = in.get(quants + group / 2 * 32 + i) & 0xff;
                int quant = group % 2 == 0 ? both & 15 : both >> 4;
                if (five) {
                    quant |= ((in.get(at + 16 + i) >> group) & 1) << 4;
                }
                out[to + group * 32 + i] = all * scale * quant - allLeast * least;
            }
        }
    }

    /** 128 bytes of four bits, 64 of two bits, 16 scales, a half. */
    private static void q6(ByteBuffer in, int at, float[] out, int to) {
        float all = half(in, at + 208);
        for (int i = 0; i < 256; i++) {
            int part = i % 128;
            int low = in.get(at + i / 128 * 64 + part % 64) & 0xff;
            int quant = (part < 64 ? low & 15 : low >> 4)
                    | (((in.get(at + 128 + i / 128 * 32 + part % 32) >> (part / 32 * 2)) & 3) << 4);
            out[to + i] = all * in.get(at + 192 + i / 16) * (quant - 32);
        }
    }

    /** A half, 16 bits of high scale bits, 4 bytes of low ones, 128 bytes of levels. */
    private static void iq4xs(ByteBuffer in, int at, float[] out, int to) {
        float all = half(in, at);
        int high = in.getShort(at + 2) & 0xffff;
        for (int group = 0; group < 8; group++) {
            int low = (in.get(at + 4 + group / 2) >> (group % 2 * 4)) & 15;
            int scale = (low | (((high >> (2 * group)) & 3) << 4)) - 32;
            levels(in, all * scale, IQ4, at + 8 + 16 * group, out, to + 32 * group);
        }
    }

    /** 48 bytes of five base-3 digits, 4 bytes of four, a half. */
    private static void ternary1(ByteBuffer in, int at, float[] out, int to) {
        float all = half(in, at + 52);
        int written = to;
        for (int start = 0; start < 52; start += start == 0 ? 32 : start == 32 ? 16 : 4) {
            int width = start == 0 ? 32 : start == 32 ? 16 : 4;
            int digits = start == 48 ? 4 : 5;
            int power = 1;
            for (int digit = 0; digit < digits; digit++) {
                for (int i = 0; i < width; i++) {
                    int shifted = (in.get(at + start + i) & 0xff) * power & 0xff;
                    out[written++] = all * (shifted * 3 / 256 - 1);
                }
                power *= 3;
            }
        }
    }

    /** 64 bytes of two bits, a half. */
    private static void ternary2(ByteBuffer in, int at, float[] out, int to) {
        float all = half(in, at + 64);
        for (int i = 0; i < 256; i++) {
            int quant = (in.get(at + i / 128 * 32 + i % 32) >> (i % 128 / 32 * 2)) & 3;
            out[to + i] = all * (quant - 1);
        }
    }
}
