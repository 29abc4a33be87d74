package io.stoa.gateway.policy;

import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.RequestFacts;
import io.stoa.gateway.wire.TokenUsage;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A gateway in a process of its own, that spends until nothing is left and can be killed at any moment. Before it spends,
 * it writes the amount as a line into a file. Arguments: the store, the folder of books, the file, a seed.
 */
final class PolicyChild {
    static final String KEY = "spender";
    static final int THREADS = 4;
    static final long GREATEST = 500;

    private PolicyChild() {}

    static RequestFacts facts(String route) {
        return new RequestFacts(
                ApiCall.CHAT_COMPLETIONS, route, 0, 0, false, false, OptionalInt.empty(), 1, 1, List.of(), 100);
    }

    public static void main(String[] args) throws Exception {
        long seed = Long.parseLong(args[3]);
        try (PolicyStore store = PolicyStore.open(args[0], Map.of());
                FileChannel report = FileChannel.open(
                        Path.of(args[2]),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND);
                PolicyAdmission admission =
                        PolicyAdmission.open(store, Path.of(args[1]), Clock.systemUTC(), LeaseTerms.USUAL);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(seed + i);
                var _ = threads.submit(() -> {
                    spend(admission, report, random);
                    return seed;
                });
            }
        }
    }

    private static void spend(PolicyAdmission admission, FileChannel report, Random random) throws Exception {
        Caller caller = new Caller(KEY, Optional.empty());
        long greatest = GREATEST;
        while (true) {
            long worst = 1 + random.nextLong(greatest);
            Decision decision = admission
                    .admit(caller, facts("chat"), TokenUsage.NONE, new Micros(worst))
                    .toCompletableFuture()
                    .get();
            switch (decision) {
                case Decision.Admitted(Reservation reservation) -> {
                    long cost = random.nextLong(worst + 1);
                    report.write(ByteBuffer.wrap((cost + "\n").getBytes(StandardCharsets.US_ASCII)));
                    if (random.nextInt(200) == 0) {
                        Thread.sleep(random.nextInt(3));
                    }
                    reservation.settle(TokenUsage.NONE, new Micros(cost));
                }
                case Decision.Denied denied -> {
                    boolean out = denied.error().code().equals(Optional.of("insufficient_quota"))
                            && !denied.error().message().contains("running");
                    if (out && worst == 1) {
                        return;
                    }
                    greatest = out ? Math.max(1, worst / 2) : greatest;
                    Thread.sleep(1);
                }
            }
        }
    }
}
