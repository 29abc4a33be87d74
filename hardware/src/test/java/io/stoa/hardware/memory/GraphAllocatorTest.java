package io.stoa.hardware.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GraphAllocatorTest {
    @Test
    void aChainInPlaceTakesOnePlace() {
        Tensor start = Tensor.input(4, 256);
        assertThat(bytes(Tensor.inPlace(Tensor.inPlace(start)))).isEqualTo(1024);
    }

    @Test
    void aChainThatIsComputedTakesTwoPlaces() {
        Tensor first = Tensor.computed(List.of(Tensor.input(4, 256)), 256);
        Tensor second = Tensor.computed(List.of(first), 256);
        Tensor third = Tensor.computed(List.of(second), 256);
        assertThat(bytes(third)).isEqualTo(2048);
    }

    @Test
    void aSecondReaderKeepsAPlace() {
        Tensor start = Tensor.input(4, 256);
        Tensor norm = Tensor.inPlace(start);
        assertThat(bytes(Tensor.inPlace(norm, start))).isEqualTo(2048);
    }

    @Test
    void aViewKeepsItsRootAlive() {
        Tensor root = Tensor.computed(List.of(Tensor.external()), 256);
        Tensor view = root.reshaped(16, 16);
        Tensor other = Tensor.computed(List.of(root), 256);
        assertThat(bytes(Tensor.computed(List.of(other, view), 256))).isEqualTo(3 * 1024);
    }

    @Test
    void anOutputIsNeverGivenAway() {
        Tensor output = Tensor.computed(List.of(Tensor.external()), 256).asOutput();
        Tensor next = Tensor.computed(List.of(Tensor.inPlace(output)), 256);
        assertThat(bytes(Tensor.computed(List.of(next), 256))).isEqualTo(3 * 1024);
    }

    @Test
    void theSmallestGapThatFitsIsFilled() {
        Tensor input = Tensor.external();
        Tensor large = Tensor.computed(List.of(input), 512);
        Tensor firstWall = Tensor.computed(List.of(input), 64);
        Tensor small = Tensor.computed(List.of(input), 128);
        Tensor secondWall = Tensor.computed(List.of(input), 64);
        Tensor freesBoth = Tensor.computed(List.of(large, small), 8);
        Tensor fills = Tensor.computed(List.of(freesBoth), 128);
        Tensor fillsToo = Tensor.computed(List.of(freesBoth), 512);
        Graph graph = new Graph();
        List.of(large, firstWall, small, secondWall, freesBoth, fills, fillsToo).forEach(graph::expand);
        graph.expand(Tensor.computed(List.of(fills, fillsToo, firstWall, secondWall), 8));

        long gaps = 2048 + 512;
        long walls = 2 * 256;
        long atTheEnd = 32;
        assertThat(GraphAllocator.bytes(graph)).isEqualTo(gaps + walls + atTheEnd);
    }

    @Test
    void sizesAreRoundedUp() {
        assertThat(bytes(Tensor.computed(List.of(Tensor.external()), 3))).isEqualTo(32);
    }

    private static long bytes(Tensor result) {
        Graph graph = new Graph();
        graph.expand(result);
        return GraphAllocator.bytes(graph);
    }
}
