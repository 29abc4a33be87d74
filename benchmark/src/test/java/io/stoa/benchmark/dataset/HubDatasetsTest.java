package io.stoa.benchmark.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class HubDatasetsTest {
    private static final String SECRET = "hf_madeUpSecret";
    private static final String TEST = "data/test.jsonl";
    private static final HubReference REFERENCE = new HubReference(LoopbackHub.ID, "test");

    @TempDir
    Path folder;

    private LoopbackHub hub;
    private String content;

    @BeforeEach
    void open() throws IOException {
        hub = new LoopbackHub();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            lines.append("{\"id\":")
                    .append(i)
                    .append(",\"question\":\"what is ")
                    .append(i * 7L)
                    .append("?\"}\n");
        }
        content = lines.toString();
        hub.put("README.md", """
                ---
                license: mit
                configs:
                - config_name: main
                  default: true
                  data_files:
                  - split: train
                    path: data/train-*.jsonl
                  - split: test
                    path: [ "data/test.jsonl" ]
                - config_name: small
                  data_files: data/train-0.jsonl
                ---
                # A dataset
                """);
        hub.put("data/train-0.jsonl", "{\"id\":0}\n");
        hub.put("data/train-1.jsonl", "{\"id\":1}\n{\"id\":2}\n");
        hub.put(TEST, content);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    private HubSettings settings(Optional<String> token, boolean offline) {
        return new HubSettings(
                hub.address(),
                token.map(HubToken::new),
                folder.resolve("cache"),
                offline,
                new HubSettings.Retries(4, Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofMillis(1500)));
    }

    private HubDatasets client() {
        return new HubDatasets(settings(Optional.empty(), false));
    }

    private HubDatasets offline() {
        return new HubDatasets(settings(Optional.empty(), true));
    }

    private HubSplit fetch(HubReference reference) {
        try (HubDatasets client = client()) {
            return client.fetch(reference, DownloadProgress.NONE);
        }
    }

    private StoaException refusal(HubReference reference) {
        return Objects.requireNonNull(catchThrowableOfType(StoaException.class, () -> fetch(reference)));
    }

    @Test
    void aSplitIsReadAndPinned() throws IOException {
        List<String> heard = new ArrayList<>();
        try (HubDatasets client = client()) {
            Split split = client.read(
                    REFERENCE, new DatasetReader(), (path, done, total) -> heard.add(path + " " + done + " " + total));
            assertThat(split.rows()).hasSize(20_000);
            assertThat(split.digest()).isEqualTo(Digest.of(content));
            assertThat(split.source()).startsWith("house/stoa test (commit 0123456789ab) (sha256 ");
            Split train =
                    client.read(new HubReference(LoopbackHub.ID, "train"), new DatasetReader(), DownloadProgress.NONE);
            assertThat(train.rows()).hasSize(3);
            Split small = client.read(
                    new HubReference(LoopbackHub.ID, "train").withConfig("small"),
                    new DatasetReader(),
                    DownloadProgress.NONE);
            assertThat(small.rows()).hasSize(1);
        }
        assertThat(heard)
                .contains(TEST + " 0 " + content.length(), TEST + " " + content.length() + " " + content.length());
        HubSplit again = fetch(REFERENCE);
        assertThat(hub.seenOf(TEST)).hasSize(1);
        JsonNode manifest = JsonMapper.shared()
                .readTree(Files.readString(
                        folder.resolve("cache/datasets--house--stoa/" + hub.commit + "/manifests/" + TEST + ".json")));
        assertThat(manifest.path("sha256").stringValue())
                .isEqualTo(Digest.of(content).hex());
        assertThat(manifest.path("commit").stringValue()).isEqualTo(again.commit());
        assertThat(manifest.path("size").intValue()).isEqualTo(content.length());
        assertThat(leftovers()).isEmpty();
    }

    private List<Path> leftovers() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().contains("/parts/")
                            || file.toString().endsWith(".tmp"))
                    .toList();
        }
    }

    @Test
    void namesThatDoNotExist() {
        assertThat(refusal(REFERENCE.withConfig("large")))
                .hasMessageContaining("no configuration \"large\"; choose one of main, small");
        assertThat(refusal(new HubReference(LoopbackHub.ID, "dev")))
                .hasMessageContaining("no split \"dev\"; choose one of train, test");
        assertThat(refusal(new HubReference("house/other", "test")))
                .hasMessageContaining("house/other")
                .hasMessageContaining("404");
        hub.files.remove(TEST);
        assertThat(refusal(REFERENCE)).hasMessageContaining("no file matches [data/test.jsonl]");
    }

    @Test
    void theTokenStaysWithTheHub() throws IOException {
        try (LoopbackHub store = new LoopbackHub();
                HubDatasets client = new HubDatasets(settings(Optional.of(SECRET), false))) {
            store.files.putAll(hub.files);
            hub.token = Optional.of(SECRET);
            hub.store = Optional.of(store.address());
            HubSplit split = client.fetch(REFERENCE, DownloadProgress.NONE);
            assertThat(split.files().getFirst().digest()).isEqualTo(Digest.of(content));
            assertThat(hub.seen)
                    .isNotEmpty()
                    .allMatch(request -> request.authorization().equals(Optional.of("Bearer " + SECRET)));
            assertThat(store.seen)
                    .isNotEmpty()
                    .allMatch(request -> request.authorization().isEmpty());
        }
        assertThat(settings(Optional.of(SECRET), false).toString()).doesNotContain(SECRET);
    }

    @Test
    void closedDoors() {
        hub.token = Optional.of(SECRET);
        assertThat(refusal(REFERENCE))
                .hasMessageContaining("(401)")
                .hasMessageContaining("accept its terms at " + hub.address())
                .hasMessageContaining("HF_TOKEN");
        try (HubDatasets wrong = new HubDatasets(settings(Optional.of("hf_anotherSecret"), false))) {
            assertThatThrownBy(() -> wrong.fetch(REFERENCE, DownloadProgress.NONE))
                    .hasMessageContaining("(403)")
                    .hasMessageContaining("the account of HF_TOKEN has no access")
                    .hasMessageNotContaining("hf_anotherSecret");
        }
    }

    @Test
    void aBrokenDownloadIsContinued() {
        hub.mishaps.add(LoopbackHub.cutAfter(300_000));
        assertThat(fetch(REFERENCE).files().getFirst().digest()).isEqualTo(Digest.of(content));
        List<LoopbackHub.Seen> requests = hub.seenOf(TEST);
        assertThat(requests).hasSize(2);
        assertThat(requests.getFirst().range()).isEmpty();
        assertThat(requests.getLast().range())
                .hasValueSatisfying(range -> assertThat(range).matches("bytes=[1-9][0-9]+-"));
        assertThat(requests.getLast().ifRange()).hasValue(LoopbackHub.etag(content.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aFileThatBecameAnotherIsNotContinued() {
        hub.large = false;
        String other = content.replace("what", "WHAT");
        hub.mishaps.add((exchange, body) -> {
            LoopbackHub.cutAfter(300_000).happen(exchange, body);
            hub.put(TEST, other);
        });
        assertThat(fetch(REFERENCE).files().getFirst().digest()).isEqualTo(Digest.of(other));
        assertThat(hub.seenOf(TEST).getLast().range()).isPresent();
    }

    @Test
    void aSilentServerIsLeft() {
        hub.mishaps.add(LoopbackHub.stallAfter(100_000, 6_000));
        assertThat(fetch(REFERENCE).files().getFirst().digest()).isEqualTo(Digest.of(content));
        assertThat(hub.seenOf(TEST)).hasSize(2);
    }

    @Test
    void aBusyServerIsWaitedFor() {
        hub.mishaps.add(LoopbackHub.status(429));
        hub.mishaps.add(LoopbackHub.status(503));
        assertThat(fetch(REFERENCE).files().getFirst().digest()).isEqualTo(Digest.of(content));
        assertThat(hub.seenOf(TEST)).hasSize(3);
    }

    @Test
    void butNotForEver() {
        for (int i = 0; i < 10; i++) {
            hub.mishaps.add(LoopbackHub.status(500));
        }
        StoaException refusal = refusal(REFERENCE);
        assertThat(refusal.kind()).isEqualTo(StoaException.Kind.ENGINE);
        assertThat(refusal).hasMessageContaining(TEST).hasMessageContaining("failed 4 times (status 500)");
        assertThat(hub.seenOf(TEST)).hasSize(4);
    }

    @Test
    void wrongBytesAreNotKept() throws IOException {
        for (int i = 0; i < 4; i++) {
            hub.mishaps.add((exchange, body) -> {
                byte[] wrong = body.clone();
                wrong[7]++;
                exchange.sendResponseHeaders(200, wrong.length);
                exchange.getResponseBody().write(wrong);
            });
        }
        assertThat(refusal(REFERENCE)).hasMessageContaining("is not what is listed");
        assertThat(leftovers()).isEmpty();
        assertThat(fetch(REFERENCE).files().getFirst().digest()).isEqualTo(Digest.of(content));
    }

    @Test
    void offlineUsesTheCacheAlone() {
        try (HubDatasets client = offline()) {
            assertThatThrownBy(() -> client.fetch(REFERENCE, DownloadProgress.NONE))
                    .hasMessageContaining("dataset house/stoa at main: not in the cache")
                    .hasMessageContaining("run once without it");
            fetch(REFERENCE);
            int requests = hub.seen.size();
            assertThat(client.read(REFERENCE, new DatasetReader(), DownloadProgress.NONE)
                            .rows())
                    .hasSize(20_000);
            assertThatThrownBy(() -> client.fetch(new HubReference(LoopbackHub.ID, "train"), DownloadProgress.NONE))
                    .hasMessageContaining("data/train-0.jsonl: not in the cache");
            assertThatThrownBy(() -> client.fetch(REFERENCE.withRevision("v2"), DownloadProgress.NONE))
                    .hasMessageContaining("at v2: not in the cache");
            assertThat(hub.seen).hasSize(requests);
        }
    }

    @Test
    void aPinnedCommitAsksOnce() {
        HubReference pinned = REFERENCE.withRevision(hub.commit);
        fetch(pinned);
        int requests = hub.seen.size();
        fetch(pinned);
        assertThat(hub.seen).hasSize(requests);
        HubReference other = REFERENCE.withRevision("f".repeat(40));
        assertThat(refusal(other)).hasMessageContaining("instead of the pinned one");
    }

    @Test
    void aMovedBranchIsANewCommit() {
        HubSplit before = fetch(REFERENCE);
        hub.commit = "a".repeat(40);
        hub.put(TEST, "{\"id\":1}\n");
        HubSplit after = fetch(REFERENCE);
        assertThat(after.commit()).isEqualTo(hub.commit);
        assertThat(after.files().getFirst().digest())
                .isNotEqualTo(before.files().getFirst().digest());
        assertThat(before.files().getFirst().local()).hasContent(content);
    }

    @Test
    void aChangedFileIsRefused() throws IOException {
        Path local = fetch(REFERENCE).files().getFirst().local();
        Files.writeString(local, "{\"id\":1}\n");
        assertThat(refusal(REFERENCE))
                .hasMessageContaining(local + ": has changed since it was downloaded")
                .hasMessageContaining(Digest.of(content).hex());
        Files.delete(local);
        fetch(REFERENCE);
        Files.delete(local);
        hub.put(TEST, "{\"id\":9}\n");
        HubReference pinned = REFERENCE.withRevision(hub.commit);
        hub.large = false;
        assertThat(refusal(pinned)).hasMessageContaining(TEST);
    }

    @Test
    void pinnedDigests() {
        fetch(REFERENCE.withDigests(Map.of(TEST, Digest.of(content))));
        assertThat(refusal(REFERENCE.withDigests(Map.of(TEST, Digest.of("other")))))
                .hasMessageContaining(
                        TEST + ": its SHA-256 is " + Digest.of(content).hex() + ", pinned is");
        assertThat(refusal(REFERENCE.withDigests(Map.of("data/none.jsonl", Digest.of("other")))))
                .hasMessageContaining("digests are pinned of [data/none.jsonl]");
    }

    @Test
    void aKilledDownloadIsContinued() throws Exception {
        hub.mishaps.add(LoopbackHub.stallAfter(400_000, 20_000));
        Process process = DownloadProcess.start(hub.address(), folder.resolve("cache"), "test");
        Path part = folder.resolve("cache/datasets--house--stoa/" + hub.commit + "/parts/" + TEST);
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!(Files.exists(part) && Files.size(part) > 100_000) && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        process.destroyForcibly().waitFor();
        long kept = Files.size(part);
        assertThat(kept).isGreaterThan(100_000);
        assertThat(fetch(REFERENCE).files().getFirst().digest()).isEqualTo(Digest.of(content));
        assertThat(hub.seenOf(TEST).getLast().range()).hasValue("bytes=" + kept + "-");
    }

    @Test
    void processesAndThreadsShareACache() throws Exception {
        hub.mishaps.add((exchange, body) -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body, 0, 200_000);
            exchange.getResponseBody().flush();
            pause();
            exchange.getResponseBody().write(body, 200_000, body.length - 200_000);
        });
        List<Process> processes = List.of(
                DownloadProcess.start(hub.address(), folder.resolve("cache"), "test"),
                DownloadProcess.start(hub.address(), folder.resolve("cache"), "test"));
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<CompletableFuture<HubSplit>> splits = Stream.generate(
                            () -> CompletableFuture.supplyAsync(() -> fetch(REFERENCE), threads))
                    .limit(3)
                    .toList();
            for (CompletableFuture<HubSplit> split : splits) {
                assertThat(split.get(60, TimeUnit.SECONDS).files().getFirst().digest())
                        .isEqualTo(Digest.of(content));
            }
        }
        for (Process process : processes) {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
        assertThat(hub.seenOf(TEST)).hasSize(1);
        assertThat(leftovers()).isEmpty();
    }

    private static void pause() {
        try {
            Thread.sleep(1_000);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aDiskThatIsTooSmall() {
        hub.answers.put(
                "/api/datasets/house/stoa/revision/main",
                "{\"sha\":\"" + hub.commit + "\",\"siblings\":[{\"rfilename\":\"test.jsonl\",\"size\":" + (1L << 60)
                        + "}]}");
        StoaException refusal = refusal(REFERENCE);
        assertThat(refusal.kind()).isEqualTo(StoaException.Kind.RESOURCES);
        assertThat(refusal)
                .hasMessageContaining(folder.resolve("cache").toString())
                .hasMessageContaining("bytes are free");
    }

    @Test
    void aDiskThatIsFull() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "this system has no device that is always full");
        fetch(new HubReference(LoopbackHub.ID, "train"));
        Path part = folder.resolve("cache/datasets--house--stoa/" + hub.commit + "/parts/" + TEST);
        Files.createSymbolicLink(part, full);
        StoaException refusal = refusal(REFERENCE);
        assertThat(refusal.kind()).isEqualTo(StoaException.Kind.RESOURCES);
        assertThat(refusal)
                .hasMessageContaining(part.getParent() + ": cannot be used")
                .hasMessageContaining("free space");
        assertThat(hub.seenOf(TEST)).hasSize(1);
    }

    @Test
    void aCacheThatCannotBeWritten() throws IOException {
        Files.writeString(folder.resolve("cache"), "a file");
        StoaException refusal = refusal(REFERENCE);
        assertThat(refusal.kind()).isEqualTo(StoaException.Kind.RESOURCES);
        assertThat(refusal).hasMessageContaining(folder.resolve("cache").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../x.jsonl", "/x.jsonl", "a/../../test.jsonl", "a\\\\..\\\\x.jsonl", "c:x.jsonl", ""})
    void pathsThatLeaveTheFolder(String path) {
        hub.answers.put(
                "/api/datasets/house/stoa/revision/main",
                "{\"sha\":\"" + hub.commit + "\",\"siblings\":[{\"rfilename\":\"" + path + "\"}]}");
        assertThat(refusal(REFERENCE)).hasMessageContaining("lists a file outside of its folder");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html>",
                "{\"sha\":\"main\",\"siblings\":[]}",
                "[]",
                "{\"sha\":\"0123456789abcdef0123456789abcdef01234567\"}"
            })
    void answersOfNoHub(String answer) {
        hub.answers.put("/api/datasets/house/stoa/revision/main", answer);
        assertThat(refusal(REFERENCE).kind()).isEqualTo(StoaException.Kind.ENGINE);
        assertThat(refusal(REFERENCE)).hasMessageContaining("is this a hub?");
    }

    @Test
    void redirectsInACircle() {
        hub.store = Optional.of(URI.create(hub.address() + "/datasets/" + LoopbackHub.ID + "/resolve/" + hub.commit));
        assertThat(refusal(REFERENCE)).hasMessageContaining("more than 5 redirects");
    }

    @Test
    void aServerThatIsNotThere() throws IOException {
        hub.close();
        assertThat(refusal(REFERENCE).kind()).isEqualTo(StoaException.Kind.ENGINE);
        hub = new LoopbackHub();
    }

    @Test
    void theConversionHelpsWhereNamesDoNot() throws IOException {
        hub.files.clear();
        hub.put("stoa.py", "raise SystemExit");
        String base = "/api/datasets/house/stoa/parquet";
        try (InputStream in =
                Objects.requireNonNull(HubDatasetsTest.class.getResourceAsStream("items-snappy.parquet"))) {
            hub.files.put("0.parquet", in.readAllBytes());
        }
        String address = hub.address() + "/store/0.parquet";
        hub.answers.put(base + "/main/test", "[\"" + address + "\"]");
        hub.answers.put(base, "{\"main\":{\"test\":[\"" + address + "\"]}}");
        for (HubReference reference : List.of(REFERENCE.withConfig("main"), REFERENCE)) {
            try (HubDatasets client = client();
                    HubDatasets later = offline()) {
                assertThat(client.read(reference, new DatasetReader(), DownloadProgress.NONE)
                                .rows())
                        .hasSize(18);
                assertThat(later.read(reference, new DatasetReader(), DownloadProgress.NONE)
                                .rows())
                        .hasSize(18);
            }
        }
        assertThat(refusal(REFERENCE.withRevision("v1"))).hasMessageContaining("the hub converts \"main\" only");
        assertThat(refusal(new HubReference(LoopbackHub.ID, "dev"))).hasMessageContaining("nor is there a conversion");
    }

    @Test
    void settingsComeFromTheEnvironment() {
        HubSettings plain = HubSettings.from(Map.of("HF_TOKEN", " ", "HF_HUB_OFFLINE", "0"), folder);
        assertThat(plain.endpoint()).hasToString("https://huggingface.co");
        assertThat(plain.token()).isEmpty();
        assertThat(plain.offline()).isFalse();
        HubSettings said = HubSettings.from(
                Map.of(
                        "HF_ENDPOINT",
                        "http://mirror.example/hf/",
                        "HF_TOKEN",
                        SECRET + "\n",
                        "HF_DATASETS_OFFLINE",
                        "true"),
                folder);
        assertThat(said.endpoint()).hasToString("http://mirror.example/hf");
        assertThat(said.token()).hasValue(new HubToken(SECRET));
        assertThat(said.offline()).isTrue();
        assertThat(said.toString()).doesNotContain(SECRET);
        assertThatThrownBy(() -> HubSettings.from(Map.of("HF_ENDPOINT", "mirror"), folder))
                .hasMessageContaining("HF_ENDPOINT");
        assertThatThrownBy(() -> HubSettings.from(Map.of("HF_ENDPOINT", "http://a:secret@b"), folder))
                .hasMessageContaining("HF_ENDPOINT")
                .hasMessageNotContaining("secret@");
        assertThatThrownBy(() -> HubSettings.from(Map.of("HF_TOKEN", "two words"), folder))
                .hasMessageContaining("HF_TOKEN")
                .hasMessageNotContaining("two words");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b/c", "../a", "a/..", "a b", "a\n", "a--b", "-a"})
    void idsThatAreNone(String id) {
        assertThatThrownBy(() -> new HubReference(id, "test")).isInstanceOf(StoaException.class);
    }

    @Test
    void namesThatAreNone() {
        assertThatThrownBy(() -> REFERENCE.withRevision("../main")).hasMessageContaining("is not a revision");
        assertThatThrownBy(() -> REFERENCE.withConfig("a/b"))
                .hasMessageContaining("is not the name of a configuration");
        assertThatThrownBy(() -> new HubReference("a", " ")).hasMessageContaining("is not the name of a split");
    }
}
