package io.stoa.gateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.gateway.audit.AuditFolder.Segment;
import io.stoa.gateway.audit.AuditVerifier.Witnesses;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A year of requests, one a day, in segments of about a week. */
class RetentionTest {
    private static final String CHAIN = "gw-1";
    private static final Instant FIRST = Instant.parse("2026-01-01T12:00:00Z");
    private static final int DAYS = 365;
    private static final Retention CONTENT_FOR_100_DAYS =
            new Retention(Optional.of(Duration.ofDays(100)), Optional.empty());

    @TempDir
    private Path temporary;

    private AuditFolder folder = new AuditFolder(Path.of("."));
    private KeyPair key = new KeyPair(null, null);

    @BeforeEach
    void aYear() throws Exception {
        folder = new AuditFolder(temporary.resolve("audit"));
        key = SigningKey.readOrMake(temporary.resolve("key.pem"));
        try (AuditLog log = open(FIRST)) {
            for (int day = 0; day < DAYS; day++) {
                log.ended(Requests.kept(day, FIRST.plus(Duration.ofDays(day))));
            }
        }
        assertThat(folder.segments(CHAIN)).hasSizeGreaterThan(30);
    }

    private static Clock at(int day) {
        return Clock.fixed(FIRST.plus(Duration.ofDays(day)), ZoneOffset.UTC);
    }

    private AuditLog open(Instant now) {
        AuditSettings settings =
                AuditSettings.of(folder, CHAIN).keepingContent().with(8_000, 50);
        return AuditLog.open(settings, key, Clock.fixed(now, ZoneOffset.UTC), new SecureRandom());
    }

    private long applied(Retention retention, int day) {
        try (AuditLog log = open(at(day).instant())) {
            return retention.apply(log, at(day));
        }
    }

    private List<Verification> verified() {
        return new AuditVerifier(folder, 1).verify(Witnesses.NONE, Progress.NONE);
    }

    private List<Integer> daysWithContent() throws IOException {
        List<Integer> days = new ArrayList<>();
        for (int day = 0; day < DAYS; day++) {
            // The first record says that the chain was opened.
            if (Files.exists(folder.content(CHAIN, day + 2))) {
                days.add(day);
            }
        }
        return days;
    }

    /** Makes a segment unreadable: reading one of its records is an error from now on. */
    private void damage(Segment segment) throws IOException {
        String text = Files.readString(segment.records());
        int second = text.indexOf('\n') + 1;
        Files.writeString(segment.records(), text.substring(0, second) + "x" + text.substring(second + 1));
    }

    @Test
    void contentGoesToTheDayAndTheChainStaysProvable() throws Exception {
        assertThat(applied(CONTENT_FOR_100_DAYS, 300)).isEqualTo(200);
        assertThat(daysWithContent()).hasSize(165).first().isEqualTo(200);
        assertThat(verified()).singleElement().isInstanceOf(Verification.Intact.class);
        assertThat(applied(CONTENT_FOR_100_DAYS, 300)).isZero();
        assertThat(applied(CONTENT_FOR_100_DAYS, 301)).isOne();
        assertThat(daysWithContent()).hasSize(164).first().isEqualTo(201);
    }

    @Test
    void whatIsNotYetDueIsNotRead() throws Exception {
        List<Segment> segments = folder.segments(CHAIN);
        damage(segments.getLast());
        assertThat(applied(CONTENT_FOR_100_DAYS, 300)).isEqualTo(200);
        assertThatThrownBy(() -> applied(CONTENT_FOR_100_DAYS, 1000))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("a record was changed");
    }

    @Test
    void whatHasGoneIsNotReadAgain() throws Exception {
        applied(CONTENT_FOR_100_DAYS, 300);
        damage(folder.segments(CHAIN).getFirst());
        assertThat(applied(CONTENT_FOR_100_DAYS, 301)).isOne();
    }

    @Test
    void whatAnInterruptedErasureLeftIsFinished() throws Exception {
        applied(CONTENT_FOR_100_DAYS, 300);
        Files.writeString(folder.content(CHAIN, 5), "{}");
        assertThat(applied(CONTENT_FOR_100_DAYS, 300)).isOne();
        assertThat(folder.content(CHAIN, 5)).doesNotExist();
        assertThat(verified()).singleElement().isInstanceOf(Verification.Intact.class);
    }

    @Test
    void whatAClockThatWasAheadWroteFirstHidesNothing() throws Exception {
        AuditFolder other = new AuditFolder(temporary.resolve("other"));
        AuditSettings settings = AuditSettings.of(other, CHAIN).keepingContent();
        try (AuditLog log = AuditLog.open(settings, key, at(1000), new SecureRandom())) {
            log.ended(Requests.kept(1, at(0).instant()));
        }
        Files.setLastModifiedTime(other.segments(CHAIN).getFirst().records(), FileTime.from(at(0).instant()));
        AuditReader.First first =
                AuditReader.first(CHAIN, other.segments(CHAIN).getFirst()).orElseThrow();
        assertThat(first.time()).isEqualTo(at(1000).instant());
        try (AuditLog log = AuditLog.open(settings, key, at(300), new SecureRandom())) {
            Files.setLastModifiedTime(other.segments(CHAIN).getFirst().records(), FileTime.from(at(0).instant()));
            assertThat(CONTENT_FOR_100_DAYS.apply(log, at(300))).isOne();
        }
    }

    @Test
    void aSegmentThatIsOnlyJustBegunAndOneWithoutSaltsAreNoHindrance() throws Exception {
        List<Segment> segments = folder.segments(CHAIN);
        Files.delete(segments.getFirst().salts());
        Segment begun = folder.segment(CHAIN, 100_000);
        Files.writeString(begun.records(), "[\"4b66f4");
        assertThat(AuditReader.first(CHAIN, begun)).isEmpty();
        Files.delete(begun.records());
        assertThat(applied(CONTENT_FOR_100_DAYS, 300)).isEqualTo(200);
        assertThat(daysWithContent()).hasSize(165);
    }

    @Test
    void recordsAreDroppedInWholeSegmentsAndTheChainSaysSo() throws Exception {
        List<Segment> segments = folder.segments(CHAIN);
        for (Segment segment : segments) {
            Instant last = FIRST.plus(Duration.ofDays(segment.first() + 6));
            Files.setLastModifiedTime(segment.records(), FileTime.from(last));
        }
        Retention records = Retention.of(Optional.empty(), Optional.of(Duration.ofDays(200)), false);
        applied(records, 300);
        List<Segment> left = folder.segments(CHAIN);
        assertThat(left.getFirst().first()).isBetween(85L, 105L);
        assertThat(verified()).singleElement().isInstanceOf(Verification.Intact.class);
    }

    @Test
    void recordsStayForSixMonthsUnlessSomebodySaysThatTheActIsNotTheirs() {
        assertThatThrownBy(() -> Retention.of(Optional.empty(), Optional.of(Duration.ofDays(100)), false))
                .hasMessageContaining("at least six months");
        assertThat(Retention.of(Optional.empty(), Optional.of(Duration.ofDays(100)), true)
                        .records())
                .contains(Duration.ofDays(100));
    }
}
