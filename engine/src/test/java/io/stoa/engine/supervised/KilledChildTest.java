package io.stoa.engine.supervised;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.UnixOperatingSystemMXBean;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import io.stoa.model.StoaException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class KilledChildTest {
    private static final int CALLERS = 4;
    private static final GenerateOptions LONG = new GenerateOptions(200, 1, 0, 1, 0, 1, List.of());

    /**
     * Kills the child in the middle of answers, several times; {@code mvn -pl engine -am verify -Dtest=KilledChildTest
     * -Dsurefire.failIfNoSpecifiedTests=false -Dstoa.kills=50} does it fifty times.
     */
    @Test
    void eachRequestInFlightGetsOneErrorAndServiceComesBack() throws Exception {
        int kills = Integer.getInteger("stoa.kills", 4);
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        AtomicInteger answers = new AtomicInteger();
        AtomicInteger errors = new AtomicInteger();
        AtomicInteger spared = new AtomicInteger();
        List<Long> backMillis = new ArrayList<>();
        long filesBefore = 0;
        try (SupervisedEngine engine = SupervisedEngine.start(ChildMain.command("nano"));
                ExecutorService pool = Executors.newFixedThreadPool(CALLERS)) {
            for (int kill = 0; kill < kills; kill++) {
                if (kill == 1) {
                    filesBefore = openFiles();
                }
                List<Future<?>> running = new ArrayList<>();
                AtomicInteger inFlight = new AtomicInteger();
                AtomicBoolean killing = new AtomicBoolean();
                for (int caller = 0; caller < CALLERS; caller++) {
                    running.add(pool.submit(() -> {
                        // Until the kill meets one of its requests: each ends in an answer or in one error. Or until it
                        // is over and has met none, because it came between two requests.
                        for (boolean done = false; !done; ) {
                            inFlight.incrementAndGet();
                            try {
                                StringBuilder heard = new StringBuilder();
                                Generation whole = engine.generate(
                                        Prompt.user("Tell me of Dogor."), LONG, heard::append, () -> false);
                                assertThat(heard.toString()).isEqualTo(whole.text());
                                assertThat(whole.finish()).isNotEqualTo(Generation.Finish.CANCELLED);
                                answers.incrementAndGet();
                                done = killing.get();
                                spared.addAndGet(done ? 1 : 0);
                            } catch (StoaException e) {
                                assertThat(e.kind()).isEqualTo(StoaException.Kind.ENGINE);
                                assertThat(e).hasMessageContaining("was killed by signal 9");
                                errors.incrementAndGet();
                                done = true;
                            }
                        }
                    }));
                }
                while (inFlight.get() < CALLERS) {
                    Thread.sleep(1);
                }
                Thread.sleep(random.nextInt(150));
                ProcessHandle child = engine.process().orElseThrow();
                assertThat(child.destroyForcibly()).isTrue();
                long killed = System.nanoTime();
                child.onExit().join();
                killing.set(true);
                for (Future<?> caller : running) {
                    caller.get();
                }
                assertThat(engine.generate(Prompt.user("Hi."), GenerateOptions.greedy(1))
                                .finish())
                        .isNotEqualTo(Generation.Finish.CANCELLED);
                backMillis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed));
            }
            assertThat(errors.get() + spared.get()).as("seed %d", seed).isEqualTo(kills * CALLERS);
            assertThat(errors).as("seed %d", seed).hasValueGreaterThanOrEqualTo(kills * CALLERS / 2);
            assertThat(openFiles()).as("open files").isLessThanOrEqualTo(filesBefore + 10);
        }
        System.out.printf(
                "%d kills (seed %d): %d answers, %d errors, service back after %s ms, at worst %d ms%n",
                kills,
                seed,
                answers.get(),
                errors.get(),
                backMillis,
                backMillis.stream().mapToLong(m -> m).max().orElse(0));
        assertThat(ProcessHandle.current().children().filter(KilledChildTest::isJava))
                .as("orphans")
                .isEmpty();
    }

    private static boolean isJava(ProcessHandle process) {
        return process.info().command().orElse("").endsWith("java");
    }

    private static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }

    @Test
    void aChildThatNeverServesIsNamedWithItsLastWords() {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> SupervisedEngine.start(ChildMain.command("nano", "fail")))
                .withMessageContaining("ended with status 7")
                .withMessageContaining("told to fail")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.ENGINE));
    }

    @Test
    void childrenThatDoNoWorkAreNotStartedForEver() throws Exception {
        try (SupervisedEngine engine = SupervisedEngine.start(ChildMain.command("nano"))) {
            long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
            while (System.nanoTime() < end && engine.isAlive()) {
                engine.process().ifPresent(ProcessHandle::destroyForcibly);
                Thread.sleep(5);
            }
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(() -> engine.generate(Prompt.user("Hi."), GenerateOptions.greedy(1)))
                    .withMessageContaining("no more are started");
        }
    }
}
