package io.stoa.integration.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class JournalTest {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    private Path folder;

    private final MemoryFile disk = new MemoryFile(new byte[0]);

    private static ObjectNode json(String name, String value) {
        return JsonNodeFactory.instance.objectNode().put(name, value);
    }

    private static Step step(String path, String input, Effects effects) {
        return new Step(path, "execute_tool", json("in", input), effects);
    }

    private Journal begun() {
        return Journal.begin(disk, "run-1", json("what", "test"), CLOCK);
    }

    private Journal reopened() {
        return Journal.open(disk, CLOCK);
    }

    @Test
    void aResultIsKeptAndNotDoneAgain() {
        AtomicInteger calls = new AtomicInteger();
        Steps.Work work = _ -> json("out", "result " + calls.incrementAndGet());
        JsonNode first = begun().take(step("a", "x", Effects.NONE), work);
        Journal again = reopened();
        assertThat(again.take(step("a", "x", Effects.NONE), work)).isEqualTo(first);
        assertThat(again.take(step("a", "x", Effects.NONE), work)).isEqualTo(first);
        assertThat(calls).hasValue(1);
        assertThat(again.started().about()).isEqualTo(json("what", "test"));
    }

    @Test
    void aResultIsTheSameWhetherItIsFreshOrKept() {
        JsonNode fresh = begun().take(
                        step("a", "x", Effects.NONE),
                        _ -> JsonNodeFactory.instance
                                .objectNode()
                                .put("b", 1.0)
                                .put("a", Double.MIN_VALUE)
                                .put("big", 12345678901234567L)
                                .put("text", "\ud800 \u0000 ü"));
        JsonNode kept = reopened().take(step("a", "x", Effects.NONE), _ -> {
            throw new IllegalStateException("not again");
        });
        assertThat(fresh).isEqualTo(kept).hasToString(kept.toString());
    }

    @Test
    void anotherInputUnderTheSamePathIsRefused() {
        begun().take(step("a", "x", Effects.NONE), _ -> json("out", "y"));
        assertThatThrownBy(() -> reopened().take(step("a", "z", Effects.NONE), _ -> json("out", "y")))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("step a was made of another input")
                .hasMessageContaining("run-1");
    }

    @Test
    void theNameOfAnEffectIsTheSameEachTime() {
        Journal journal = begun();
        String[] names = new String[2];
        Step step = step("a", "x", Effects.IDEMPOTENT);
        assertThatThrownBy(() -> journal.take(step, effect -> {
                    names[0] = effect;
                    throw StoaException.engine("gone");
                }))
                .hasMessage("gone");
        reopened().take(step, effect -> {
            names[1] = effect;
            return json("out", "y");
        });
        assertThat(names[0]).isEqualTo(names[1]).matches("[0-9a-f]{32}");
    }

    @Test
    void whatIsRefusedForItsOwnFaultDidNothing() {
        Journal journal = begun();
        Step step = step("a", "x", Effects.EACH_CALL);
        assertThatThrownBy(() -> journal.take(step, _ -> {
                    throw StoaException.user("no such city");
                }))
                .hasMessage("no such city");
        assertThat(journal.take(step, _ -> json("out", "y"))).isEqualTo(json("out", "y"));
    }

    @Test
    void aDoubtIsSettledByAPersonOnly() {
        Journal journal = begun();
        Step step = step("a", "x", Effects.EACH_CALL);
        assertThatThrownBy(() -> journal.take(step, _ -> {
                    throw StoaException.engine("connection lost");
                }))
                .isInstanceOfSatisfying(
                        Waiting.class, waiting -> assertThat(waiting.reason()).isEqualTo(Waiting.Reason.UNCERTAIN));
        assertThatThrownBy(() -> journal.rule("b", Optional.empty(), "me", "")).hasMessageContaining("wait: a");
        journal.rule("a", Optional.empty(), "me", "looked");
        assertThat(reopened().take(step, _ -> json("out", "second")).toString()).contains("second");
        assertThatThrownBy(() -> reopened().rule("a", Optional.empty(), "me", ""))
                .as("what is certain cannot be ruled on")
                .hasMessageContaining("nothing of this run waits");
    }

    @Test
    void anApprovalIsForOneVeryStep() {
        Journal journal = begun();
        Step shown = step("a", "pay 5", Effects.EACH_CALL);
        assertThatThrownBy(() -> journal.approved(shown)).isInstanceOf(Waiting.class);
        journal.decide("a", shown.digest().hex(), true, "me", "");
        assertThat(reopened().approved(shown)).isTrue();
        for (Step other : new Step[] {
            step("a", "pay 500", Effects.EACH_CALL),
            step("a", "pay 5", Effects.NONE),
            new Step("a", "chat", json("in", "pay 5"), Effects.EACH_CALL),
            step("b", "pay 5", Effects.EACH_CALL)
        }) {
            assertThatThrownBy(() -> reopened().approved(other)).as("%s", other).isInstanceOf(Waiting.class);
        }
    }

    @Test
    void twoProcessesDoNotCarryOutOneRun() {
        Runs runs = new Runs(folder.resolve("runs"), CLOCK);
        try (Journal journal = runs.begin("one", json("what", "test"))) {
            assertThatThrownBy(() -> runs.open("one")).hasMessageContaining("another process is carrying out this run");
            journal.take(step("a", "x", Effects.NONE), _ -> json("out", "y"));
            assertThat(runs.look("one").steps()).as("looking on is allowed").hasSize(1);
        }
        runs.open("one").close();
        assertThatThrownBy(() -> runs.begin("one", json("what", "test"))).hasMessageContaining("is there already");
        assertThatThrownBy(() -> runs.open("two")).hasMessageContaining("no such run");
        assertThatThrownBy(() -> runs.open("../one")).hasMessageContaining("a run's id");
        assertThat(runs.ids()).containsExactly("one");
    }

    @Test
    void runsAreForTheirOwnerOnly() throws Exception {
        Path place = folder.resolve("runs");
        new Runs(place, CLOCK).begin("one", json("what", "test")).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place.resolve("one.run"))))
                .isEqualTo("rw-------");
    }

    private byte[] someJournal() {
        try (Journal journal = begun()) {
            for (int i = 0; i < 4; i++) {
                journal.take(step("step-" + i, "x", Effects.NONE), _ -> json("out", "y".repeat(40)));
            }
        }
        return disk.bytes();
    }

    @Test
    void aTornTailIsCutOff() {
        byte[] whole = someJournal();
        byte[] torn = Arrays.copyOf(whole, whole.length - 20);
        MemoryFile file = new MemoryFile(torn);
        try (Journal journal = Journal.open(file, CLOCK)) {
            assertThat(file.length()).isLessThan(torn.length);
            assertThat(journal.take(step("step-3", "x", Effects.NONE), _ -> json("out", "again")))
                    .isEqualTo(json("out", "again"));
        }
        assertThat(Journal.look(file).steps()).hasSize(4);
        byte[] zeros = Arrays.copyOf(torn, torn.length + 5000);
        assertThat(Journal.look(new MemoryFile(zeros)).steps())
                .as("blocks that were never written")
                .hasSize(4);
    }

    /** Any byte before the last line: a change is seen, and nothing is made of what follows. */
    @Test
    void damageIsRefused() {
        byte[] whole = someJournal();
        int lastLine = whole.length - 2;
        while (whole[lastLine] != '\n') {
            lastLine--;
        }
        for (int at = 0; at < lastLine; at += 3) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            MemoryFile file = new MemoryFile(damaged);
            int where = at;
            assertThatThrownBy(() -> Journal.open(file, CLOCK))
                    .as("byte %d", where)
                    .isInstanceOfSatisfying(
                            StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER));
            assertThat(file.length()).as("nothing is cut from what is damaged").isEqualTo(whole.length);
        }
    }

    @Test
    void hostileFilesAreRefused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] magic = JournalText.MAGIC.getBytes(StandardCharsets.US_ASCII);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = new byte[random.nextInt(400)];
            random.nextBytes(bytes);
            System.arraycopy(magic, 0, bytes, 0, Math.min(bytes.length, random.nextInt(magic.length + 1)));
            assertThatThrownBy(() -> Journal.look(new MemoryFile(bytes)))
                    .as("seed %d", seed)
                    .isInstanceOf(StoaException.class);
        }
        for (String entry : new String[] {
            "kept {}",
            "begun {\"path\":\"a\"}",
            "started {}",
            "started null",
            "unheard {\"a\":1}",
            "started " + "[".repeat(2000),
            "started {\"about\":" + "{\"a\":".repeat(600) + "1" + "}".repeat(600)
                    + ",\"run\":1,\"time\":\"2026-01-01T00:00:00Z\"}",
            ""
        }) {
            assertThatThrownBy(() -> Journal.look(forged(entry)))
                    .as(entry.substring(0, Math.min(20, entry.length())))
                    .isInstanceOf(StoaException.class);
        }
        String size = "7fffffff " + "0".repeat(64) + " ";
        assertThatThrownBy(() -> Journal.look(new MemoryFile(
                        (JournalText.MAGIC + size + "x".repeat(500)).getBytes(StandardCharsets.US_ASCII))))
                .hasMessageContaining("died before it had begun");
    }

    /** A journal with a sound chain whose entries nobody of ours wrote. */
    private static MemoryFile forged(String entry) {
        byte[] payload = entry.getBytes(StandardCharsets.UTF_8);
        var running = Digest.sha256();
        running.update(Digest.of(JournalText.MAGIC).hex().getBytes(StandardCharsets.US_ASCII));
        running.update(payload);
        String line = HexFormat.of().toHexDigits(payload.length) + " "
                + Digest.of(running).hex() + " " + entry + "\n";
        return new MemoryFile((JournalText.MAGIC + line).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anEntryIsBounded() {
        Journal journal = begun();
        assertThatThrownBy(() -> journal.take(
                        step("a", "x".repeat(JournalText.LARGEST_ENTRY), Effects.NONE), _ -> json("out", "y")))
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.RESOURCES));
        assertThat(journal.take(step("b", "x", Effects.NONE), _ -> json("out", "y")))
                .isEqualTo(json("out", "y"));
    }
}
