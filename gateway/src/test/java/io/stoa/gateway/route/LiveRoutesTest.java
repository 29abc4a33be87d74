package io.stoa.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceRef;
import io.stoa.model.IntendedUse;
import io.stoa.store.SqliteLedger;
import io.stoa.store.approval.Approval;
import io.stoa.store.approval.Approval.Outcome;
import io.stoa.store.approval.Approval.Reason;
import io.stoa.store.approval.Approval.Weight;
import io.stoa.store.approval.Revocation;
import io.stoa.store.approval.SignedRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A true state is live; each way to violate it is refused, with a reason that names it. */
class LiveRoutesTest {
    @TempDir
    private Path folder;

    private interface Step {
        void run(World world) throws Exception;
    }

    /**
     * A way to violate a route.
     *
     * @param prepare what makes the state true and starts the routes
     * @param violate what is then done
     * @param named what the reason says
     */
    private record Way(String name, Step prepare, Step violate, boolean forbidden, List<String> named) {}

    private final List<Way> ways = new ArrayList<>();

    private void way(String name, Step prepare, Step violate, String... named) {
        ways.add(new Way(name, prepare, violate, false, List.of(named)));
    }

    private void way(String name, Step violate, String... named) {
        way(name, LiveRoutesTest::truth, violate, named);
    }

    private static void truth(World world) {
        world.approve(approval -> approval);
        world.start();
    }

    private static void endpointTruth(World world) throws IOException {
        world.withEndpoint("org/nano", "{\"id\":\"org/nano\",\"revision\":\"abc\"}");
        world.approve(approval -> remote(approval, world.endpointIdentity("org/nano", "abc")));
        world.start();
    }

    @TestFactory
    Stream<DynamicTest> everyWayToViolateARouteIsRefused() {
        files();
        papers();
        verdicts();
        signatures();
        ledgers();
        uses();
        endpoints();
        assertThat(ways).hasSizeGreaterThanOrEqualTo(30);
        return ways.stream().map(way -> DynamicTest.dynamicTest(way.name(), () -> refused(way)));
    }

    private void refused(Way way) throws Exception {
        Path place = Files.createDirectories(folder.resolve(Integer.toString(ways.indexOf(way))));
        try (World world = new World(place)) {
            way.prepare().run(world);
            assertThat(world.await(World.USE, Standing.Live.class::isInstance))
                    .as("the true state")
                    .isInstanceOf(Standing.Live.class);
            way.violate().run(world);
            Standing standing = world.await(
                    World.USE,
                    now -> !(now instanceof Standing.Live) && says(now).containsAll(found(way, now)));
            assertThat(standing).as("the violated state").isNotInstanceOf(Standing.Live.class);
            assertThat(standing).isInstanceOf(way.forbidden() ? Standing.Forbidden.class : Standing.Lapsed.class);
            assertThat(says(standing).getFirst()).contains(way.named());
        }
    }

    /** All wanted words once they are all there, so that a passing state such as "is being read" is waited out. */
    private static List<String> found(Way way, Standing now) {
        return way.named().stream().allMatch(says(now).getFirst()::contains) ? List.of() : List.of("not yet");
    }

    private static List<String> says(Standing standing) {
        return switch (standing) {
            case Standing.Live live -> List.of("live: " + live.candidate());
            case Standing.Lapsed(String reason) -> List.of(reason);
            case Standing.Forbidden(String clause, String reason) -> List.of(clause + " | " + reason);
        };
    }

    private void files() {
        way(
                "another model in its place",
                w -> Files.copy(
                        World.SHIPPED.resolve("models/micro.gguf"), w.model, StandardCopyOption.REPLACE_EXISTING),
                "model.gguf has changed",
                "stoa assess");
        way(
                "one byte is flipped, size and time kept",
                w -> {
                    FileTime time = Files.getLastModifiedTime(w.model);
                    flip(w.model, Files.size(w.model) - 100);
                    Files.setLastModifiedTime(w.model, time);
                },
                "model.gguf has changed");
        way(
                "the file is cut short",
                w -> {
                    byte[] bytes = Files.readAllBytes(w.model);
                    Files.write(w.model, Arrays.copyOf(bytes, bytes.length - 1));
                },
                "model.gguf has changed");
        way(
                "the file grows",
                w -> Files.write(w.model, new byte[] {0}, StandardOpenOption.APPEND),
                "model.gguf has changed");
        way("the file is deleted", w -> Files.delete(w.model), "model.gguf is gone");
        way(
                "a folder in its place",
                w -> {
                    Files.delete(w.model);
                    Files.createDirectory(w.model);
                },
                "model.gguf cannot be read");
        way(
                "another file is moved over it",
                w -> {
                    Path other = Files.copy(w.model, w.folder.resolve("other"));
                    flip(other, 400_000);
                    Files.move(other, w.model, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                },
                "model.gguf has changed");
        way(
                "a link in its place that leads elsewhere",
                w -> {
                    Files.delete(w.model);
                    Files.createSymbolicLink(w.model, World.SHIPPED.resolve("models/micro.gguf"));
                },
                "model.gguf has changed");
        way(
                "the chat template in the file is edited",
                w -> {
                    byte[] bytes = Files.readAllBytes(w.model);
                    // the text begins after its type and its length
                    int letter = indexOf(bytes, "tokenizer.chat_template") + "tokenizer.chat_template".length() + 12;
                    while (!Character.isLetter(bytes[letter])) {
                        letter++;
                    }
                    bytes[letter] ^= 0x20;
                    Files.write(w.model, bytes);
                },
                "chat template has changed",
                "model.gguf has changed");
        way(
                "another chat template was approved",
                w -> w.approve(a -> template(a, Optional.of(Digest.of("another")))),
                "chat template has changed",
                "stoa assess");
        way("no chat template was approved", w -> w.approve(a -> template(a, Optional.empty())), "none was approved");
    }

    private void papers() {
        way(
                "the model card is edited",
                w -> Files.writeString(w.card, Files.readString(w.card).replace("apache-2.0", "other")),
                "licence paper",
                "MODELS.md has changed");
        way("the model card is deleted", w -> Files.delete(w.card), "licence paper", "MODELS.md is gone");
        way(
                "another licence is found",
                w -> w.approve(a -> licensed(a, "llama3.1")),
                "licence claim has changed",
                "llama3.1");
        way("no licence is found", w -> w.approve(a -> licensed(a, "unknown")), "licence claim has changed");
    }

    private void verdicts() {
        way("the approval expires", w -> w.clock.forward(Duration.ofDays(91)), "expired at", "stoa assess");
        way("the clock runs back", w -> w.clock.forward(Duration.ofDays(-1)), "not valid before", "clock");
        way("it is revoked", w -> w.revoke(w.key), "was revoked by Ada", "wrong answers", "stoa approve accept");
        way(
                "it is revoked and assessed again",
                w -> {
                    w.revoke(w.key);
                    w.approve(a -> a);
                },
                "was revoked by Ada");
        way("a stranger revokes it", w -> w.revoke(w.foreign), "a revocation of nano", "not trusted");
        way(
                "the newest verdict is NOT READY",
                w -> w.approve(a -> outcome(a, Outcome.NOT_READY, Weight.BLOCKS, "too slow")),
                "NOT READY",
                "too slow");
        way(
                "the newest verdict is UNDECIDED",
                w -> w.approve(a -> outcome(a, Outcome.UNDECIDED, Weight.UNKNOWN, "too few items")),
                "UNDECIDED",
                "too few items");
        way(
                "the newest verdict is READY IF",
                w -> w.approve(a -> outcome(a, Outcome.READY_IF, Weight.CONDITION, "show a notice")),
                "only if show a notice",
                "stoa approve accept nano");
        way(
                "conditions were accepted, and others are asked now",
                w -> {
                    w.accept(w.approve(a -> outcome(a, Outcome.READY_IF, Weight.CONDITION, "show a notice")), w.key);
                    w.start();
                },
                w -> w.approve(a -> outcome(a, Outcome.READY_IF, Weight.CONDITION, "show two notices")),
                "only if show two notices");
        way(
                "a stranger accepts the conditions",
                w -> w.accept(
                        w.approve(a -> outcome(a, Outcome.READY_IF, Weight.CONDITION, "show a notice")), w.foreign),
                "only if show a notice");
        ways.add(new Way(
                "the licence refuses the use",
                LiveRoutesTest::truth,
                w -> w.approve(LiveRoutesTest::refusedByLicense),
                true,
                List.of("cc-by-nc-4.0, section 2(a)(1)", "refuses the use support")));
    }

    private void signatures() {
        way("a stranger signs", w -> w.approve(a -> a, w.foreign, signed -> signed), "is not trusted here");
        way(
                "a stranger signs in the name of the trusted key",
                w -> w.approve(
                        a -> a,
                        w.foreign,
                        signed -> new SignedRecord(
                                signed.content(), w.key.verifying().id(), signed.signature())),
                "did not make");
        way(
                "a refusal is rewritten as READY",
                w -> w.approve(
                        a -> outcome(a, Outcome.NOT_READY, Weight.BLOCKS, "too slow"),
                        w.key,
                        LiveRoutesTest::whitewashed),
                "did not make");
        way(
                "a longer life is written in",
                w -> w.approve(a -> a, w.key, signed -> {
                    ObjectNode content = signed.content().deepCopy().asObject();
                    content.put("expires", "2099-01-01T00:00:00Z");
                    return new SignedRecord(content, signed.key(), signed.signature());
                }),
                "did not make");
        way(
                "the signature is no Base64",
                w -> w.approve(a -> a, w.key, signed -> new SignedRecord(signed.content(), signed.key(), "§§")),
                "did not make");
        way(
                "the signature is empty",
                w -> w.approve(a -> a, w.key, signed -> new SignedRecord(signed.content(), signed.key(), "")),
                "did not make");
        way(
                "an approval is appended again after a refusal",
                w -> {
                    Approval old = w.approve(a -> a);
                    w.approve(a -> outcome(a, Outcome.NOT_READY, Weight.BLOCKS, "too slow"));
                    w.append(Approval.KIND, SignedRecord.of(old, w.key));
                },
                "appended again");
        way(
                "it rests on a verdict of another ledger",
                w -> w.approve(a -> resting(a, new EvidenceRef(1, Digest.of("elsewhere")))),
                "this ledger does not hold");
        way(
                "it rests on a verdict that comes later",
                w -> w.approve(a -> resting(a, new EvidenceRef(999, Digest.of("later")))),
                "this ledger does not hold");
        way(
                "an approval of another form",
                w -> w.approve(a -> a, w.key, signed -> {
                    ObjectNode content = signed.content().deepCopy().asObject();
                    content.put("version", 2);
                    return new SignedRecord(content, signed.key(), signed.signature());
                }),
                "not of a form that this Stoa reads");
        way(
                "an approval about nobody knows what",
                w -> w.append(Approval.KIND, new Revocation("x", Digest.of("y"), "z", "z", w.clock.instant())),
                "not of a form that this Stoa reads");
    }

    private void ledgers() {
        way("the ledger is deleted", w -> Files.delete(w.ledgerFile), "ledger.db is missing");
        way(
                "a revocation is taken back by an older copy of the ledger",
                w -> {
                    Files.copy(w.ledgerFile, w.folder.resolve("old.db"));
                    w.revoke(w.key);
                    w.await(World.USE, Standing.Lapsed.class::isInstance);
                    Files.deleteIfExists(w.ledgerFile.resolveSibling("ledger.db-wal"));
                    Files.deleteIfExists(w.ledgerFile.resolveSibling("ledger.db-shm"));
                    Files.move(
                            w.folder.resolve("old.db"),
                            w.ledgerFile,
                            StandardCopyOption.ATOMIC_MOVE,
                            StandardCopyOption.REPLACE_EXISTING);
                },
                "is broken",
                "cut off");
        way(
                "an old entry is edited",
                w -> w.sql("UPDATE entry SET body = replace(body, 'READY', 'ready') WHERE sequence = 1"),
                "is broken",
                "entry 1 was changed");
        way(
                "an approval is edited in its place",
                w -> w.sql("UPDATE entry SET body = replace(body, 'Apache-2.0', 'mit') WHERE kind = 'approval'"),
                "is broken");
        way(
                "the last entry is deleted",
                w -> w.sql("DELETE FROM entry WHERE sequence = (SELECT max(sequence) FROM entry)"),
                "is broken",
                "cut off");
        way("every entry is deleted", w -> w.sql("DELETE FROM entry"), "is broken");
        way(
                "another ledger is put in its place",
                w -> {
                    Path other = Files.createDirectories(w.folder.resolve("other"));
                    try (World twin = new World(other)) {
                        twin.approve(a -> a);
                        twin.approve(a -> a);
                        Files.deleteIfExists(w.ledgerFile.resolveSibling("ledger.db-wal"));
                        Files.deleteIfExists(w.ledgerFile.resolveSibling("ledger.db-shm"));
                        Files.move(
                                twin.ledgerFile,
                                w.ledgerFile,
                                StandardCopyOption.ATOMIC_MOVE,
                                StandardCopyOption.REPLACE_EXISTING);
                    }
                },
                "is broken",
                "written down elsewhere");
        way(
                "the ledger is overwritten with noise",
                w -> {
                    Path noise = Files.writeString(w.folder.resolve("noise"), "no ledger at all ".repeat(500));
                    Files.deleteIfExists(w.ledgerFile.resolveSibling("ledger.db-wal"));
                    Files.deleteIfExists(w.ledgerFile.resolveSibling("ledger.db-shm"));
                    Files.move(
                            noise, w.ledgerFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                },
                "ledger.db");
    }

    private void uses() {
        way(
                "the use has changed",
                w -> w.start(Map.of(
                        World.USE,
                        Approval.Use.of(
                                        World.USE,
                                        IntendedUse.of("answering customers")
                                                .commercial(Optional.of(false))
                                                .build())
                                .digest())),
                "the use support has changed",
                "stoa assess");
        way(
                "it was assessed for another use only",
                w -> {
                    Digest other = Approval.Use.of(
                                    "x", IntendedUse.of("scoring applicants").build())
                            .digest();
                    w.approve(a -> a);
                    w.start(Map.of(World.USE, other, "hr", other));
                    assertThat(says(w.await("hr", Standing.Lapsed.class::isInstance))
                                    .getFirst())
                            .contains("not for the use hr");
                },
                "the use support has changed");
        way("nobody named the use", w -> w.start(Map.of()), "the use support is not known here");
        way(
                "the candidate was never assessed",
                w -> w.serving("micro").start(),
                "nothing in the ledger approves micro",
                "stoa assess");
        way(
                "another candidate's approval for this file",
                w -> {
                    w.approve(
                            a -> identified(a, "sha256:" + Digest.of("another").hex()));
                },
                "model.gguf has changed");
        way(
                "the operator counts on another licence",
                w -> w.counting("MIT").start(),
                "licence claim has changed",
                "MIT");
        way(
                "the checks stand still",
                w -> {
                    w.approve(a -> a);
                    w.rhythm(new Rhythm(
                                    Duration.ofMillis(10),
                                    Duration.ofHours(1),
                                    Duration.ofHours(1),
                                    Duration.ofHours(1),
                                    Duration.ofHours(1),
                                    Duration.ofSeconds(3)))
                            .start();
                },
                w -> w.routes().close(),
                "stand still");
    }

    private void endpoints() {
        way(
                "the endpoint serves another model",
                LiveRoutesTest::endpointTruth,
                w -> w.lists("{\"id\":\"org/other\"}"),
                "does not serve org/nano any more",
                "org/other");
        way(
                "the endpoint serves another revision",
                LiveRoutesTest::endpointTruth,
                w -> w.lists("{\"id\":\"org/nano\",\"revision\":\"def\"}"),
                "the revision of org/nano",
                "def is served");
        way("the endpoint serves nothing", LiveRoutesTest::endpointTruth, w -> w.lists(), "it serves nothing");
        way("the endpoint is down", LiveRoutesTest::endpointTruth, World::stopEndpoint, "does not tell what it serves");
        way(
                "the endpoint answers with a page",
                LiveRoutesTest::endpointTruth,
                w -> w.answers(200, "<html>hello</html>"),
                "does not tell what it serves");
        way(
                "the endpoint answers with more than a list",
                LiveRoutesTest::endpointTruth,
                w -> w.answers(200, "[".repeat(2_000_000)),
                "does not tell what it serves");
        way("the endpoint redirects", LiveRoutesTest::endpointTruth, w -> w.answers(307, ""), "status 307");
        way(
                "another endpoint was approved",
                LiveRoutesTest::endpointTruth,
                w -> w.approve(a -> remote(a, "https://example.org/v1#org/nano@abc")),
                "https://example.org/v1#org/nano@abc was approved");
        way(
                "a file was approved, and an endpoint is served",
                LiveRoutesTest::endpointTruth,
                w -> w.approve(a -> a),
                "no digest of what it serves");
        way(
                "a file was approved, and the endpoint tells of another",
                w -> {
                    w.withEndpoint(
                            "org/nano",
                            "{\"id\":\"org/nano\",\"digest\":\""
                                    + w.approve(a -> a).identity() + "\"}");
                    w.start();
                },
                w -> w.lists("{\"id\":\"org/nano\",\"digest\":\"sha256:00\"}"),
                "tells of sha256:00");
    }

    @Test
    void whatIsMendedIsLiveAgain() throws Exception {
        try (World world = new World(folder)) {
            truth(world);
            assertThat(world.await(World.USE, Standing.Live.class::isInstance)).isInstanceOf(Standing.Live.class);
            byte[] bytes = Files.readAllBytes(world.model);
            flip(world.model, 400_000);
            assertThat(world.await(World.USE, now -> says(now).getFirst().contains("has changed")))
                    .isInstanceOf(Standing.Lapsed.class);
            Files.write(world.model, bytes);
            assertThat(world.await(World.USE, Standing.Live.class::isInstance)).isInstanceOf(Standing.Live.class);

            world.revoke(world.key);
            assertThat(world.await(World.USE, Standing.Lapsed.class::isInstance))
                    .isInstanceOf(Standing.Lapsed.class);
            Approval again = world.approve(a -> a);
            world.accept(again, world.key);
            assertThat(world.await(World.USE, Standing.Live.class::isInstance)).isInstanceOf(Standing.Live.class);
        }
    }

    @Test
    void acceptedConditionsHoldForTheNextAssessmentThatAsksTheSame() throws Exception {
        try (World world = new World(folder)) {
            Approval first = world.approve(a -> outcome(a, Outcome.READY_IF, Weight.CONDITION, "show a notice"));
            world.start();
            assertThat(world.await(World.USE, now -> says(now).getFirst().contains("only if")))
                    .isInstanceOf(Standing.Lapsed.class);
            world.accept(first, world.key);
            assertThat(world.await(World.USE, Standing.Live.class::isInstance)).isInstanceOf(Standing.Live.class);
            Approval second = world.approve(a -> outcome(a, Outcome.READY_IF, Weight.CONDITION, "show a notice"));
            Standing standing = world.await(
                    World.USE,
                    now -> now instanceof Standing.Live live && live.expires().equals(second.expires()));
            assertThat(standing).isInstanceOf(Standing.Live.class);
        }
    }

    @Test
    void aRevocationIsSeenWithinSeconds() throws Exception {
        try (World world = new World(folder)) {
            world.rhythm(Rhythm.USUAL);
            truth(world);
            world.await(World.USE, Standing.Live.class::isInstance);
            world.revoke(world.key);
            long begun = System.nanoTime();
            world.await(World.USE, Standing.Lapsed.class::isInstance);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void anEmptyLedgerApprovesNothing() throws Exception {
        try (World world = new World(folder)) {
            try (SqliteLedger ledger = world.ledger()) {
                assertThat(ledger.head()).isEmpty();
            }
            world.start();
            assertThat(says(world.standing(World.USE)).getFirst()).contains("nothing in the ledger approves nano");
        }
    }

    // ---- Approvals that differ in one thing ----

    private static Approval with(
            Approval a,
            String identity,
            Outcome outcome,
            List<Reason> reasons,
            Optional<Digest> template,
            Approval.LicenseClaim license,
            EvidenceRef verdict) {
        return new Approval(
                a.candidate(),
                identity,
                outcome,
                reasons,
                a.use(),
                template,
                license,
                a.workload(),
                a.issued(),
                a.expires(),
                a.stoa(),
                verdict);
    }

    private static Approval identified(Approval a, String identity) {
        return with(a, identity, a.outcome(), a.reasons(), a.template(), a.license(), a.verdict());
    }

    private static Approval remote(Approval a, String identity) {
        return with(a, identity, a.outcome(), a.reasons(), Optional.empty(), a.license(), a.verdict());
    }

    private static Approval template(Approval a, Optional<Digest> template) {
        return with(a, a.identity(), a.outcome(), a.reasons(), template, a.license(), a.verdict());
    }

    private static Approval licensed(Approval a, String expression) {
        return with(
                a,
                a.identity(),
                a.outcome(),
                a.reasons(),
                a.template(),
                new Approval.LicenseClaim(expression, a.license().papers()),
                a.verdict());
    }

    private static Approval resting(Approval a, EvidenceRef verdict) {
        return with(a, a.identity(), a.outcome(), a.reasons(), a.template(), a.license(), verdict);
    }

    private static Approval outcome(Approval a, Outcome outcome, Weight weight, String sentence) {
        Reason reason = new Reason("license/use", weight, sentence, Optional.of("do it"), List.of());
        return with(a, a.identity(), outcome, List.of(reason), a.template(), a.license(), a.verdict());
    }

    private static Approval refusedByLicense(Approval a) {
        Reason reason = new Reason(
                "license/use",
                Weight.BLOCKS,
                "the licence forbids commercial use",
                Optional.of("take another model"),
                List.of(new Approval.Refusal("cc-by-nc-4.0", "section 2(a)(1)")));
        return with(a, a.identity(), Outcome.NOT_READY, List.of(reason), a.template(), a.license(), a.verdict());
    }

    private static SignedRecord whitewashed(SignedRecord signed) {
        ObjectNode content = signed.content().deepCopy().asObject();
        content.put("outcome", "READY");
        content.set("reasons", JsonMapper.shared().createArrayNode());
        return new SignedRecord(content, signed.key(), signed.signature());
    }

    private static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[Math.toIntExact(at)] ^= 1;
        Files.write(file, bytes);
    }

    private static int indexOf(byte[] bytes, String text) {
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
        assertThat(at).as(text).isNotNegative();
        return at;
    }
}
