package io.stoa.gateway.policy.guard;

/**
 * The group of the symmetries of a pentagon, and the permutation that J. Verhoeff built his check digit on (Error Detecting
 * Decimal Codes, 1969): 0 to 4 are turns, 5 to 9 reflections.
 */
final class Dihedral {
    private static final int[] STEP = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};

    private Dihedral() {}

    static int times(int a, int b) {
        if (a < 5) {
            return b < 5 ? (a + b) % 5 : 5 + (a + b - 5) % 5;
        }
        return b < 5 ? 5 + (a - 5 - b + 5) % 5 : (a - b + 5) % 5;
    }

    /** A digit, permuted as often as its place says. */
    static int permuted(int place, int digit) {
        int value = digit;
        for (int i = 0; i < place % 8; i++) {
            value = STEP[value];
        }
        return value;
    }
}
