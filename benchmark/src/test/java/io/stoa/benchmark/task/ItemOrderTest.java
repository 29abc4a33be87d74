package io.stoa.benchmark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ItemOrderTest {
    @Test
    void theOrderOfTheFilePlaysNoPart() {
        List<Item> items = new ArrayList<>(items(100));
        ItemOrder order = ItemOrder.of(items);
        Collections.shuffle(items, new Random(1));
        assertThat(ItemOrder.of(items)).isEqualTo(order);
        assertThat(order.items()).containsExactlyInAnyOrderElementsOf(items);
    }

    @Test
    void anyChangeGivesAnotherOrder() {
        List<Item> items = new ArrayList<>(items(100));
        ItemOrder order = ItemOrder.of(items);
        items.set(7, new Item("q7", "another prompt", List.of(), "answer"));
        ItemOrder changed = ItemOrder.of(items);
        assertThat(changed.seed()).isNotEqualTo(order.seed());
        assertThat(changed.items().subList(0, 20)).isNotEqualTo(order.items().subList(0, 20));
    }

    /** The first quarter of the order holds about a quarter of a file's easy beginning, as a random sample does. */
    @Test
    void theFirstOnesAreAFairSample() {
        List<Item> first = ItemOrder.of(items(4000)).items().subList(0, 1000);
        double mean = first.stream()
                .mapToInt(item -> Integer.parseInt(item.id().substring(1)))
                .average()
                .orElseThrow();
        // Without replacement: 4000/√12 · √((1 − ¼)/1000) ≈ 31.6.
        assertThat(mean).isCloseTo(1999.5, within(4 * 31.6));
    }

    @Test
    void textsDoNotRunIntoEachOther() {
        Item one = new Item("a", "bc", List.of(), "d");
        Item other = new Item("ab", "c", List.of(), "d");
        assertThat(one.digest()).isNotEqualTo(other.digest());
        assertThat(new Item("a", "b", List.of("c", "d"), "c").digest())
                .isNotEqualTo(new Item("a", "b", List.of("c"), "c").digest());
    }

    private static List<Item> items(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Item("q" + i, "Question " + i, List.of(), "answer"))
                .toList();
    }
}
