package io.stoa.benchmark.task;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Python's {@code random.Random}: the same seed draws the same examples. lm-evaluation-harness chooses few-shot examples
 * with it, so its prompts are only repeated with the very same numbers.
 *
 * <p>The generator is the Mersenne Twister (M. Matsumoto and T. Nishimura, ACM TOMACS 8 (1998) 3–30, MT19937, seeded by
 * {@code init_by_array}); how integers, samples and permutations are drawn from it is CPython's, unchanged from 3.2 to
 * 3.14.
 *
 * <p>Not for several threads.
 */
public final class PythonRandom {
    private static final int N = 624;
    private static final int M = 397;
    private static final int UPPER = 0x80000000;
    private static final int LOWER = 0x7fffffff;

    private final int[] state = new int[N];
    private int next = N;

    /** As {@code random.Random(seed)}. */
    public PythonRandom(long seed) {
        this(BigInteger.valueOf(seed));
    }

    /** As {@code random.Random(seed)}; the sign does not count. */
    public PythonRandom(BigInteger seed) {
        BigInteger rest = seed.abs();
        int[] key = new int[Math.max(1, (rest.bitLength() + 31) / 32)];
        for (int i = 0; i < key.length; i++) {
            key[i] = rest.intValue();
            rest = rest.shiftRight(32);
        }
        initialize(key);
    }

    private void initialize(int[] key) {
        state[0] = 19650218;
        for (int i = 1; i < N; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
        int i = 1;
        int j = 0;
        for (int k = Math.max(N, key.length); k > 0; k--) {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1664525)) + key[j] + j;
            j = (j + 1) % key.length;
            i = advanced(i);
        }
        for (int k = N - 1; k > 0; k--) {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1566083941)) - i;
            i = advanced(i);
        }
        state[0] = UPPER;
    }

    private int advanced(int i) {
        if (i + 1 < N) {
            return i + 1;
        }
        state[0] = state[N - 1];
        return 1;
    }

    private int word() {
        if (next == N) {
            for (int i = 0; i < N; i++) {
                int y = (state[i] & UPPER) | (state[(i + 1) % N] & LOWER);
                state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
            }
            next = 0;
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    /** As {@code getrandbits(count)}, for 1 to 32 bits. */
    public long bits(int count) {
        if (count < 1 || count > 32) {
            throw new IllegalArgumentException("1 to 32 bits are drawn at once, not " + count);
        }
        return Integer.toUnsignedLong(word()) >>> (32 - count);
    }

    /** As {@code random()}: 53 bits in [0, 1). */
    public double next() {
        long high = bits(27);
        long low = bits(26);
        return (high * 67108864.0 + low) / 9007199254740992.0;
    }

    /** As {@code randrange(bound)}. */
    public int below(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("there is no number below " + bound);
        }
        int bits = 32 - Integer.numberOfLeadingZeros(bound);
        long drawn = bits(bits);
        while (drawn >= bound) {
            drawn = bits(bits);
        }
        return (int) drawn;
    }

    /** As {@code choice(list)}. */
    public <T> T choice(List<T> list) {
        return list.get(below(list.size()));
    }

    /** As {@code sample(list, count)}: without replacement, in the order drawn. */
    public <T> List<T> sample(List<T> list, int count) {
        int n = list.size();
        if (count < 0 || count > n) {
            throw new IllegalArgumentException("a sample of " + count + " cannot be drawn from " + n);
        }
        List<T> drawn = new ArrayList<>();
        // CPython copies a list that is smaller than a set of the sample would be; the two ways draw differently.
        double setSize = 21 + (count > 5 ? Math.pow(4, Math.ceil(Math.log(3.0 * count) / Math.log(4))) : 0);
        if (n <= setSize) {
            List<T> pool = new ArrayList<>(list);
            for (int i = 0; i < count; i++) {
                int at = below(n - i);
                drawn.add(pool.get(at));
                pool.set(at, pool.get(n - i - 1));
            }
        } else {
            Set<Integer> taken = new HashSet<>();
            while (drawn.size() < count) {
                int at = below(n);
                if (taken.add(at)) {
                    drawn.add(list.get(at));
                }
            }
        }
        return drawn;
    }

    /** As {@code shuffle(list)}. */
    public <T> void shuffle(List<T> list) {
        for (int i = list.size() - 1; i > 0; i--) {
            int at = below(i + 1);
            T moved = list.get(i);
            list.set(i, list.get(at));
            list.set(at, moved);
        }
    }
}
