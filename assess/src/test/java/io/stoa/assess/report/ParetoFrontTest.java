package io.stoa.assess.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ParetoFrontTest {
    private record Offer(int cost, int gain) {
        boolean beats(Offer other) {
            return cost <= other.cost && gain >= other.gain && !equals(other);
        }
    }

    private static List<Offer> front(List<Offer> offers) {
        return ParetoFront.of(offers, Offer::cost, Offer::gain);
    }

    @Test
    void keepsWhatNothingBeatsCheapestFirst() {
        Offer cheap = new Offer(1, 1);
        Offer good = new Offer(5, 9);
        assertThat(front(List.of(good, new Offer(2, 1), cheap, new Offer(6, 9), new Offer(5, 8))))
                .containsExactly(cheap, good);
        assertThat(front(List.of())).isEmpty();
        assertThat(front(List.of(cheap, cheap))).containsExactly(cheap, cheap);
    }

    @Test
    void isWhatComparingAllPairsFinds() {
        long seed = new Random().nextLong();
        System.out.println("ParetoFrontTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            List<Offer> offers = Stream.generate(() -> new Offer(random.nextInt(8), random.nextInt(8)))
                    .limit(random.nextInt(12))
                    .toList();
            List<Offer> unbeaten = offers.stream()
                    .filter(offer -> offers.stream().noneMatch(other -> other.beats(offer)))
                    .toList();
            assertThat(front(offers)).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(unbeaten);
        }
    }
}
