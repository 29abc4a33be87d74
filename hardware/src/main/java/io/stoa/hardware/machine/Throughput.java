package io.stoa.hardware.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How fast memory is read and numbers are multiplied here, with loops that Java's compiler turns into vector
 * instructions. The best of several rounds counts, because disturbance only slows. Both figures are what such a loop
 * reaches, a little below what the hardware could do.
 *
 * @param threads how many worked at once
 * @param bytesPerSecond read from memory, far beyond the caches
 * @param operationsPerSecond multiplications and additions of 32-bit floats that lie in the first cache, two for a fused one
 */
public record Throughput(int threads, double bytesPerSecond, double operationsPerSecond) {
    private static final int ROUNDS = 5;

    /** 512 KiB of longs are read at a time, so that the loop is compiled after a few rounds. */
    private static final int LONGS = 1 << 16;

    private static final int FLOATS = 2048;
    private static final int REPEATS = 20_000;

    /**
     * Measures; takes about a second.
     *
     * @param threads at least 1
     * @param bytes how much memory is read altogether, several times the last cache; it is allocated, and shared among
     *     the threads, of which each reads 512 KiB at least
     */
    public static Throughput measure(int threads, long bytes) {
        if (threads < 1 || bytes < 1) {
            throw new IllegalArgumentException("nothing to measure: " + threads + " threads, " + bytes + " bytes");
        }
        int blocks = (int) Math.max(1, bytes / threads / Long.BYTES / LONGS);
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Callable<Long>> readers = new ArrayList<>();
            List<Callable<Long>> multipliers = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                long[][] memory = new long[blocks][LONGS];
                // Each page is written, or all of them would be the one page of zeros.
                Arrays.stream(memory).forEach(block -> Arrays.fill(block, 1));
                readers.add(() -> sum(memory));
                multipliers.add(Throughput::multiply);
            }
            double read = (double) threads * blocks * LONGS * Long.BYTES;
            double multiplied = 2.0 * threads * FLOATS * REPEATS;
            return new Throughput(
                    threads, read / fastest(executor, readers), multiplied / fastest(executor, multipliers));
        }
    }

    private static double fastest(ExecutorService executor, List<Callable<Long>> tasks) {
        double best = Double.POSITIVE_INFINITY;
        long ignored = 0;
        try {
            for (int round = 0; round < ROUNDS; round++) {
                long begun = System.nanoTime();
                for (Future<Long> future : executor.invokeAll(tasks)) {
                    ignored += future.get();
                }
                best = Math.min(best, (System.nanoTime() - begun) / 1e9);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a loop failed", e);
        }
        // What nobody uses the compiler leaves out.
        if (ignored == Long.MIN_VALUE) {
            throw new IllegalStateException("the sum of everything is the one number that it cannot be");
        }
        return best;
    }

    private static long sum(long[][] memory) {
        long sum = 0;
        for (long[] block : memory) {
            sum += sum(block);
        }
        return sum & Long.MAX_VALUE;
    }

    private static long sum(long[] block) {
        long sum = 0;
        for (long value : block) {
            sum += value;
        }
        return sum;
    }

    private static long multiply() {
        float[] values = new float[FLOATS];
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            multiply(values, 0.999f, 0.001f);
        }
        return (long) values[0];
    }

    private static void multiply(float[] values, float factor, float term) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.fma(values[i], factor, term);
        }
    }
}
