package io.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Recorded;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every ledger does, whatever it is stored in. */
abstract class LedgerContractTest {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-24T10:15:30.123456Z"), ZoneOffset.UTC);
    static final Digest PLAN = Digest.of("plan");

    enum Colour {
        RED,
        DARK_BLUE
    }

    record Item(String id, double score, boolean right) {}

    record Measured(
            List<Item> items,
            Optional<String> note,
            OptionalInt count,
            Colour colour,
            Duration took,
            Instant at,
            long seed,
            Map<String, Double> scores) {}

    record Small(int value) {}

    record Unreadable(Path path, Object anything) {}

    Ledger ledger;

    /** An empty ledger, or the same one again. */
    abstract Ledger open();

    @BeforeEach
    void openLedger() {
        ledger = open();
    }

    @AfterEach
    void closeLedger() {
        ledger.close();
    }

    static EvidenceKey key(String check) {
        return new EvidenceKey("sha256:abc", check, Digest.of("items"));
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(ledger.head()).isEmpty();
        assertThat(ledger.entries(0)).isEmpty();
        assertThat(ledger.verify()).isEqualTo(new Verification.Intact(0, Optional.empty()));
    }

    @Test
    void appendsAndChains() {
        EvidenceRef first = ledger.append("note", new Small(1));
        EvidenceRef second = ledger.append("note", new Small(2));
        List<Entry> entries = ledger.entries(0).toList();
        assertThat(entries).extracting(Entry::ref).containsExactly(first, second);
        assertThat(entries.getFirst().previous()).isEqualTo(Entry.GENESIS);
        assertThat(entries.getLast().previous()).isEqualTo(first.digest());
        assertThat(entries.getFirst().document())
                .isEqualTo("{\"body\":{\"value\":1},\"kind\":\"note\",\"previous\":\"" + "0".repeat(64)
                        + "\",\"sequence\":1,\"time\":\"2026-11-24T10:15:30.123Z\",\"version\":1}");
        assertThat(Digest.of(entries.getFirst().document())).isEqualTo(first.digest());
        assertThat(ledger.head()).contains(second);
        assertThat(ledger.entries(1)).extracting(Entry::ref).containsExactly(second);
        assertThat(ledger.verify()).isEqualTo(new Verification.Intact(2, Optional.of(second)));
        assertThat(ledger.verify(first)).isInstanceOf(Verification.Intact.class);
    }

    @Test
    void readsEntriesPageByPage() {
        for (int i = 1; i <= 600; i++) {
            ledger.append("note", new Small(i));
        }
        assertThat(ledger.entries(0))
                .extracting(Entry::sequence)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 600).mapToObj(i -> (long) i).toList());
        assertThat(ledger.entries(0).limit(3)).hasSize(3);
    }

    @Test
    void whatItReturnsIsWhatItReads() {
        long seed = new Random().nextLong();
        System.out.println(getClass().getSimpleName() + " seed " + seed);
        Random random = new Random(seed);
        Measured measured = new Measured(
                List.of(
                        new Item(
                                "ä\u0000\"\\ 😀\u2028",
                                Double.longBitsToDouble(random.nextLong(0x7ff0000000000000L)),
                                true),
                        new Item("", -random.nextDouble(), false),
                        new Item("third", Double.MIN_VALUE, false)),
                Optional.of("a note"),
                OptionalInt.empty(),
                Colour.DARK_BLUE,
                Duration.ofNanos(random.nextLong()),
                Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)),
                random.nextLong(),
                Map.of("a", random.nextGaussian(), "b", 1e300));
        Recorded<Measured> fresh = ledger.recorder(0).once(key("c"), Measured.class, () -> measured);
        ledger.close();
        ledger = open();
        Recorded<Measured> resumed = ledger.recorder(0).once(key("c"), Measured.class, () -> {
            throw new AssertionError("measured again");
        });
        assertThat(fresh.value()).as("seed %d", seed).isEqualTo(measured);
        assertThat(resumed.value()).as("seed %d", seed).isEqualTo(measured);
        assertThat(fresh.reused()).isFalse();
        assertThat(resumed.reused()).isTrue();
        assertThat(resumed.evidence()).isEqualTo(fresh.evidence());
    }

    @Test
    void everyPartOfTheKeyCounts() {
        EvidenceKey key = key("c");
        List<EvidenceKey> keys = List.of(
                key,
                new EvidenceKey("sha256:abd", key.check(), key.inputs()),
                new EvidenceKey(key.subject(), "d", key.inputs()),
                new EvidenceKey(key.subject(), key.check(), Digest.of("other items")));
        for (int i = 0; i < keys.size(); i++) {
            int value = i;
            assertThat(ledger.recorder(0)
                            .once(keys.get(i), Small.class, () -> new Small(value))
                            .value()
                            .value())
                    .isEqualTo(i);
        }
        assertThat(ledger.entries(0)).extracting(e -> e.key().orElseThrow()).containsExactlyElementsOf(keys);
    }

    @Test
    void evidenceBeforeSinceIsMeasuredAgainAndTheLatestCounts() {
        long first = ledger.recorder(0)
                .once(key("c"), Small.class, () -> new Small(1))
                .evidence()
                .sequence();
        assertThat(ledger.recorder(first)
                        .once(key("c"), Small.class, () -> new Small(2))
                        .value())
                .isEqualTo(new Small(2));
        assertThat(ledger.recorder(first)
                        .once(key("c"), Small.class, () -> new Small(3))
                        .value())
                .isEqualTo(new Small(2));
        assertThat(ledger.recorder(0)
                        .once(key("c"), Small.class, () -> new Small(4))
                        .value())
                .isEqualTo(new Small(2));
    }

    @Test
    void aMeasurementThatThrowsIsNotRecorded() {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> ledger.recorder(0).once(key("c"), Small.class, () -> {
                    throw StoaException.engine("the endpoint is silent");
                }))
                .withMessage("the endpoint is silent");
        assertThat(ledger.head()).isEmpty();
    }

    @Test
    void aMeasurementMayRecordOthers() {
        Recorded<Small> outer = ledger.recorder(0).once(key("outer"), Small.class, () -> {
            Small inner = ledger.recorder(0)
                    .once(key("inner"), Small.class, () -> new Small(20))
                    .value();
            return new Small(inner.value() + 1);
        });
        assertThat(outer.value()).isEqualTo(new Small(21));
        assertThat(outer.evidence().sequence()).isEqualTo(2);
    }

    @Test
    void whatCannotBeReadBackIsNotRecorded() {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> ledger.recorder(0)
                        .once(key("c"), Unreadable.class, () -> new Unreadable(Path.of("x"), Double.NaN)))
                .matches(e -> e.kind() == StoaException.Kind.BUG);
        assertThat(ledger.head()).isEmpty();
    }

    @Test
    void anEntryOfAnotherShapeIsRefusedByNumber() {
        ledger.append("note", new Small(0));
        ledger.recorder(0).once(key("c"), Small.class, () -> new Small(1));
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> ledger.recorder(0).once(key("c"), Item.class, () -> new Item("a", 1, true)))
                .withMessageContaining("entry 2")
                .matches(e -> e.kind() == StoaException.Kind.USER);
    }

    @Test
    void threadsThatMeasureTheSameAgreeOnOne() throws Exception {
        AtomicInteger measured = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = threads.invokeAll(IntStream.range(0, 16)
                    .<Callable<Recorded<Small>>>mapToObj(i -> () -> ledger.recorder(0)
                            .once(key("c" + i % 4), Small.class, () -> new Small(measured.incrementAndGet())))
                    .toList());
            for (int i = 0; i < 16; i++) {
                Recorded<Small> same = results.get(i % 4).get();
                assertThat(results.get(i).get().value()).isEqualTo(same.value());
                assertThat(results.get(i).get().evidence()).isEqualTo(same.evidence());
            }
        }
        assertThat(ledger.verify())
                .isInstanceOfSatisfying(
                        Verification.Intact.class,
                        intact -> assertThat(intact.entries()).isEqualTo(4));
    }

    @Test
    void anUnfinishedRunGoesOn() {
        Run first = ledger.begin("name", PLAN, false);
        ledger.close();
        ledger = open();
        Run second = ledger.begin("name", PLAN, false);
        assertThat(first.resumed()).isFalse();
        assertThat(second).isEqualTo(new Run("name", PLAN, first.started(), 0, true));
        ledger.finish(second, new Small(1));
        Run third = ledger.begin("name", PLAN, false);
        assertThat(third.resumed()).isFalse();
        assertThat(third.started().sequence()).isEqualTo(3);
        assertThat(ledger.begin("other", Digest.of("another plan"), false).resumed())
                .isFalse();
        assertThat(ledger.entries(0))
                .extracting(Entry::kind)
                .containsExactly("run.started", "run.finished", "run.started", "run.started");
    }

    @Test
    void aFreshRunSeesOnlyItsOwnEvidence() {
        Run usual = ledger.begin("name", PLAN, false);
        ledger.recorder(usual.since()).once(key("c"), Small.class, () -> new Small(1));
        Run fresh = ledger.begin("name", PLAN, true);
        assertThat(fresh.resumed()).isFalse();
        assertThat(fresh.since()).isEqualTo(fresh.started().sequence()).isEqualTo(3);
        assertThat(ledger.recorder(fresh.since())
                        .once(key("c"), Small.class, () -> new Small(2))
                        .value())
                .isEqualTo(new Small(2));
        Run goesOn = ledger.begin("name", PLAN, true);
        assertThat(goesOn).isEqualTo(new Run("name", PLAN, fresh.started(), 3, true));
        assertThat(ledger.recorder(goesOn.since())
                        .once(key("c"), Small.class, () -> new Small(3))
                        .value())
                .isEqualTo(new Small(2));
        assertThat(ledger.begin("name", PLAN, false)).isEqualTo(goesOn);
    }
}
