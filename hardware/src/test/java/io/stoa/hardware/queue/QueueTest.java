package io.stoa.hardware.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueueTest {
    private static final Path SPLITWISE = Path.of("../../shared/data/hardware/traces/splitwise_conv.csv");
    private static final int MANY = 2_000_000;

    @TempDir
    private Path folder;

    /**
     * Published tables of Erlang C, such as those of the Erlang programming handbooks: C(1, ρ) is ρ, C(2, 1) is 1/3.
     */
    @ParameterizedTest
    @CsvSource({"1, 0.5, 0.5", "2, 1, 0.333333", "5, 4, 0.554113", "10, 8, 0.409180"})
    void erlangCHasItsPublishedValues(int servers, double load, double chance) {
        assertThat(QueueFormulas.erlangC(servers, load)).isCloseTo(chance, within(1e-5));
    }

    @ParameterizedTest
    @CsvSource({"1, 0.5, 11", "1, 0.8, 12", "4, 0.7, 13", "16, 0.85, 14"})
    void poissonArrivalsAndExponentialServiceWaitAsErlangSays(int servers, double utilisation, long seed) {
        double rate = utilisation * servers;
        RequestTrace trace = RequestTrace.poisson(MANY, rate, 1, 1, seed);
        QueueResult result =
                new ServerQueue(servers, ServiceTime.exponential(1, seed + 100), Integer.MAX_VALUE).run(trace);
        double formula = QueueFormulas.meanWait(servers, rate, 1);
        System.out.printf(
                Locale.ROOT,
                "M/M/%d at %.2f, seed %d: mean wait %.5f simulated, %.5f by formula (%+.2f %%)%n",
                servers,
                utilisation,
                seed,
                result.waiting().mean(),
                formula,
                100 * (result.waiting().mean() / formula - 1));
        assertThat(result.waiting().mean()).isCloseTo(formula, within(0.02 * formula));
        assertThat(result.utilisation()).isCloseTo(utilisation, within(0.02 * utilisation));
        assertThat(result.meanQueue()).isCloseTo(rate * formula, within(0.03 * rate * formula));
    }

    @ParameterizedTest
    @CsvSource({"0.5, 21", "0.8, 22", "0.7, 23"})
    void poissonArrivalsAndEqualServiceWaitHalfAsLong(double utilisation, long seed) {
        RequestTrace trace = RequestTrace.poisson(MANY, utilisation, 1, 1, seed);
        QueueResult result = new ServerQueue(1, ServiceTime.constant(1), Integer.MAX_VALUE).run(trace);
        double formula = QueueFormulas.meanWaitDeterministic(utilisation, 1);
        System.out.printf(
                Locale.ROOT,
                "M/D/1 at %.2f, seed %d: mean wait %.5f simulated, %.5f by formula (%+.2f %%)%n",
                utilisation,
                seed,
                result.waiting().mean(),
                formula,
                100 * (result.waiting().mean() / formula - 1));
        assertThat(result.waiting().mean()).isCloseTo(formula, within(0.02 * formula));
    }

    /**
     * With one slot and a step of one second, an engine is a server: its answers of one token take their prompt's time.
     */
    @Test
    void anEngineWithOneSlotIsOneServer() {
        RequestTrace trace = RequestTrace.poisson(500_000, 0.8, 1, 1, 31);
        QueueResult engine =
                new BatchingQueue(tokens -> 1.0, streams -> 1.0, 1, Long.MAX_VALUE, Integer.MAX_VALUE).run(trace);
        QueueResult server = new ServerQueue(1, ServiceTime.constant(1), Integer.MAX_VALUE).run(trace);
        assertThat(engine.waiting().mean()).isCloseTo(server.waiting().mean(), within(1e-6));
        assertThat(engine.latency().p99()).isCloseTo(server.latency().p99(), within(1e-6));
    }

    /** Against the same rules, simulated step by step. */
    @Test
    void goingFromEventToEventIsTheSameAsStepByStep() {
        for (long seed = 40; seed < 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int slots = 1 + random.nextInt(6);
            RequestTrace trace = RequestTrace.poisson(
                    400, 0.2 + random.nextDouble(), 1 + random.nextInt(50), 1 + random.nextInt(20), seed);
            QueueResult fast = new BatchingQueue(
                            tokens -> 0.01 * tokens,
                            streams -> 0.1 + 0.01 * streams,
                            slots,
                            Long.MAX_VALUE,
                            Integer.MAX_VALUE)
                    .run(trace);
            double slow = StepByStep.meanLatency(trace, slots);
            assertThat(fast.latency().mean()).as("seed %d", seed).isCloseTo(slow, within(1e-6 * slow));
            assertThat(fast.served()).isEqualTo(400);
        }
    }

    /** The plain way: one step after the other. */
    private static final class StepByStep {
        static double meanLatency(RequestTrace trace, int slots) {
            int n = trace.size();
            int[] left = new int[n];
            boolean[] running = new boolean[n];
            double now = 0;
            double sum = 0;
            int begun = 0;
            int active = 0;
            int done = 0;
            while (done < n) {
                if (begun < n && trace.arrival(begun) <= now && active < slots) {
                    now += 0.01 * trace.promptTokens(begun);
                    left[begun] = trace.answerTokens(begun) - 1;
                    if (left[begun] == 0) {
                        sum += now - trace.arrival(begun);
                        done++;
                    } else {
                        running[begun] = true;
                        active++;
                    }
                    begun++;
                } else if (active == 0) {
                    now = trace.arrival(begun);
                } else {
                    now += 0.1 + 0.01 * active;
                    for (int i = 0; i < begun; i++) {
                        if (running[i] && --left[i] == 0) {
                            running[i] = false;
                            active--;
                            sum += now - trace.arrival(i);
                            done++;
                        }
                    }
                }
            }
            return sum / n;
        }
    }

    @Test
    void aFullQueueTurnsRequestsAway() {
        // M/M/1/K with K = 1 in service and none waiting: the share that is lost is ρ/(1+ρ) (Erlang B).
        RequestTrace trace = RequestTrace.poisson(1_000_000, 1, 1, 1, 71);
        QueueResult result = new ServerQueue(1, ServiceTime.exponential(1, 72), 0).run(trace);
        assertThat((double) result.dropped() / trace.size()).isCloseTo(0.5, within(0.005));
        assertThat(result.waiting().max()).isZero();
        QueueResult engine = new BatchingQueue(tokens -> 0.5, streams -> 0.1, 4, 100, 2)
                .run(RequestTrace.regular(1000, 100, 10, 10));
        assertThat(engine.dropped()).isPositive();
        assertThat(engine.served() + engine.dropped()).isEqualTo(1000);
    }

    @Test
    void aRequestThatNeverFitsTheCacheIsDroppedAndNotWaitedFor() {
        QueueResult result =
                new BatchingQueue(tokens -> 0.1, streams -> 0.1, 4, 10, 100).run(RequestTrace.regular(5, 1, 10, 10));
        assertThat(result.dropped()).isEqualTo(5);
        assertThat(result.served()).isZero();
    }

    @Test
    void aRecordedTraceIsReplayed() {
        assumeTrue(Files.exists(SPLITWISE), "shared/data/hardware/traces/splitwise_conv.csv is not here");
        RequestTrace trace = RequestTrace.read(SPLITWISE);
        assertThat(trace.size()).isEqualTo(19_366);
        assertThat(trace.rate()).isCloseTo(19_365 / 3501.721937, within(1e-9));
        QueueResult result = new BatchingQueue(
                        tokens -> tokens / 20_000.0, streams -> 0.01 + 0.0002 * streams, 64, 200_000, 10_000)
                .run(trace);
        System.out.printf(
                Locale.ROOT,
                "Splitwise conversations: %d served, utilisation %.3f, first token %.3f s (p99 %.3f), queue %.2f%n",
                result.served(),
                result.utilisation(),
                result.timeToFirstToken().mean(),
                result.timeToFirstToken().p99(),
                result.meanQueue());
        assertThat(result.served()).isEqualTo(19_366);
        // Little's law: what is in the engine equals arrivals times time in it.
        double inside = result.latency().mean() * result.served() / result.seconds();
        assertThat(result.meanQueue()).isLessThan(inside);
        QueueResult faster = new BatchingQueue(
                        tokens -> tokens / 20_000.0, streams -> 0.01 + 0.0002 * streams, 64, 200_000, 10_000)
                .run(trace.faster(1.3));
        assertThat(faster.waiting().mean()).isGreaterThan(result.waiting().mean());
    }

    @Test
    void azuresFormIsReadToo() throws IOException {
        Path file = Files.writeString(folder.resolve("azure.csv"), """
            TIMESTAMP,ContextTokens,GeneratedTokens
            2023-11-16 18:15:46.6805900,374,44
            2023-11-16 18:15:50.9951690,396,109
            """);
        RequestTrace trace = RequestTrace.read(file);
        assertThat(trace.arrival(1)).isCloseTo(4.314579, within(1e-6));
        assertThat(trace.answerTokens(1)).isEqualTo(109);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a,b,c\\n1,2,3 | :1: the header is",
                "arrived_at,num_prefill_tokens,num_decode_tokens\\n1,2 | :2: 2 columns",
                "arrived_at,num_prefill_tokens,num_decode_tokens\\n2,2,2\\n1,2,2 | :3: comes before",
                "arrived_at,num_prefill_tokens,num_decode_tokens\\nNaN,2,2 | :2: 'NaN' is not a number",
                "arrived_at,num_prefill_tokens,num_decode_tokens\\n1,-2,2 | :2: '-2' is not a number of tokens",
                "arrived_at,num_prefill_tokens,num_decode_tokens\\n1,999999999,2 | :2: '999999999' is not",
                "arrived_at,num_prefill_tokens,num_decode_tokens | there are no requests",
                "arrived_at,num_prefill_tokens,num_decode_tokens\\n1,2,2\\n\\n0,2,2 | :4: comes before",
                "\\n \\n | :3: the file is empty"
            })
    void aBrokenTraceIsRefusedWithItsLine(String text, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("trace.csv"), text.replace("\\n", "\n"));
        assertThatThrownBy(() -> RequestTrace.read(file))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void blankLinesArePassedOver() throws IOException {
        Path file = Files.writeString(
                folder.resolve("blank.csv"),
                "\narrived_at,num_prefill_tokens,num_decode_tokens\r\n0,1,1\r\n\r\n  \n1,2,2\n\n\n2,3,3\n\n");
        RequestTrace trace = RequestTrace.read(file);
        assertThat(trace.size()).isEqualTo(3);
        assertThat(trace.promptTokens(2)).isEqualTo(3);
    }

    @Test
    void aFileWithoutLinesIsGivenUpEarly() throws IOException {
        Path file = Files.writeString(folder.resolve("blob.csv"), "x".repeat(1_000_000));
        assertThatThrownBy(() -> RequestTrace.read(file)).hasMessageContaining("longer than 200 characters");
    }

    @Test
    void aMillionRequestsTakeAboutASecond() {
        RequestTrace trace = RequestTrace.poisson(1_000_000, 40, 500, 200, 81);
        long before = System.nanoTime();
        QueueResult result = new BatchingQueue(
                        tokens -> tokens / 50_000.0, streams -> 0.005 + 0.0001 * streams, 128, 1_000_000, 100_000)
                .run(trace);
        double seconds = (System.nanoTime() - before) / 1e9;
        System.out.printf(Locale.ROOT, "1,000,000 requests through 128 slots in %.2f s%n", seconds);
        assertThat(result.served() + result.dropped()).isEqualTo(1_000_000);
        assertThat(seconds).isLessThan(20);
    }
}
