package io.stoa.hardware.quant;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The order in which a text's windows are read: a permutation that the seed alone decides (Fisher–Yates). */
final class WindowOrder {
    private WindowOrder() {}

    static List<Integer> of(int windows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] order = IntStream.range(0, windows).toArray();
        for (int i = windows - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
        return IntStream.of(order).boxed().collect(Collectors.toUnmodifiableList());
    }
}
