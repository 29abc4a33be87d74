package io.stoa.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.Page;
import io.stoa.gateway.audit.RequestRecord.End;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConsolePagesTest {
    private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");

    private final SettableClock clock = new SettableClock(NOON);
    private final ConsoleFeed feed = new ConsoleFeed(clock, Scene::route);
    private final ConsolePages pages = new ConsolePages(
            feed, new Scene(NOON), clock, caller -> caller.keyId().equals("boss"));

    private Page get(String path) {
        return get(path, Map.of());
    }

    private Page get(String path, Map<String, String> headers) {
        return pages.get(Asked.here(path, headers)).orElseThrow();
    }

    private JsonNode snapshot() {
        return new JsonMapper().readTree(get(ConsolePages.SNAPSHOT).body().getBytes());
    }

    private static String header(Page page, String name) {
        return page.headers().getOrDefault(name, "");
    }

    @Test
    void thePageNamesOnlyItsOwnFilesAndAllAreThere() {
        String html = get("/").body().toString();
        List<String> named = html.lines()
                .flatMap(line -> Pattern.compile("(?:src|href)=\"([^\"]+)\"")
                        .matcher(line)
                        .results())
                .map(found -> found.group(1))
                .toList();
        assertThat(named).containsExactlyInAnyOrder("/console/console.js", "/console/console.css", "/console/icon.svg");
        named.forEach(path -> assertThat(get(path).body().length()).as(path).isPositive());
        assertThat(html)
                .doesNotContain("<style", "style=", "http:", "https:")
                .doesNotContainPattern("<script[^>]*>[^<]");
    }

    @Test
    void everyAnswerForbidsWhatThePageDoesNotNeed() {
        for (String path : List.of("/", "/console/console.js", "/console/console.css", ConsolePages.SNAPSHOT)) {
            Page page = get(path);
            assertThat(header(page, "content-security-policy"))
                    .as(path)
                    .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
                    .contains("frame-ancestors 'none'")
                    .doesNotContain("unsafe", "http", "data:", "*");
            assertThat(header(page, "referrer-policy")).isEqualTo("no-referrer");
        }
    }

    @Test
    void filesAreSentOnce() {
        Page first = get("/console/console.js");
        String tag = header(first, "etag");
        assertThat(tag).matches("\"[0-9a-f]{12}\"");
        for (String known : List.of(tag, "\"other\", W/" + tag, "*")) {
            Page again = get("/console/console.js", Map.of("if-none-match", known));
            assertThat(again.status()).as(known).isEqualTo(304);
            assertThat(again.body().length()).isZero();
            assertThat(header(again, "etag")).isEqualTo(tag);
        }
        assertThat(get("/console/console.js", Map.of("if-none-match", "\"other\""))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void zippedBodiesUnzipToThePlainOnes() throws IOException {
        for (String path : List.of("/", "/console/console.js", ConsolePages.SNAPSHOT)) {
            Page zipped = get(path, Map.of("accept-encoding", "br, gzip"));
            assertThat(header(zipped, "content-encoding")).isEqualTo("gzip");
            assertThat(header(zipped, "vary")).isEqualTo("accept-encoding");
            assertThat(new GZIPInputStream(
                                    new ByteArrayInputStream(zipped.body().getBytes()))
                            .readAllBytes())
                    .isEqualTo(get(path).body().getBytes());
            assertThat(get(path).headers()).doesNotContainKey("content-encoding");
        }
    }

    @Test
    void otherPathsAreNotTheConsoles() {
        for (String path : List.of(
                "", "/console", "/console/", "/console/../pom.xml", "/console/Page.class", "/v1/models", "//")) {
            assertThat(pages.get(Asked.here(path, Map.of()))).as(path).isEmpty();
        }
    }

    @Test
    void figuresAreForThoseWhoMaySeeThem() {
        for (Optional<String> key : List.of(Optional.<String>empty(), Optional.of("support-bot"))) {
            Page page = pages.get(Asked.elsewhere(ConsolePages.SNAPSHOT, key)).orElseThrow();
            assertThat(page.status()).isEqualTo(401);
            assertThat(header(page, "www-authenticate")).startsWith("Bearer");
            JsonNode error = new JsonMapper().readTree(page.body().getBytes()).get("error");
            assertThat(error.get("code").asString()).isEqualTo("admin_key_required");
            assertThat(page.body().toString()).doesNotContain("contract-drafts");
        }
        assertThat(pages.get(Asked.elsewhere(ConsolePages.SNAPSHOT, Optional.of("boss")))
                        .orElseThrow()
                        .status())
                .isEqualTo(200);
        assertThat(pages.get(Asked.elsewhere("/", Optional.empty()))
                        .orElseThrow()
                        .status())
                .as("the page that asks for the key")
                .isEqualTo(200);
    }

    @Test
    void aSnapshotIsMadeOnceASecond() {
        feed.ended(new Scene(NOON).next(NOON));
        assertThat(snapshot().get("requests").asLong()).isEqualTo(1);
        feed.ended(new Scene(NOON).next(NOON));
        clock.advance(Duration.ofMillis(900));
        assertThat(snapshot().get("requests").asLong()).isEqualTo(1);
        clock.advance(Duration.ofMillis(100));
        assertThat(snapshot().get("requests").asLong()).isEqualTo(2);
        clock.advance(Duration.ofHours(-1));
        feed.ended(new Scene(NOON).next(NOON));
        assertThat(snapshot().get("requests").asLong())
                .as("a clock set back must not stop it")
                .isEqualTo(3);
    }

    @Test
    void theSnapshotTellsHowEveryTierStands() {
        JsonNode routes = snapshot().get("routes");
        JsonNode small = routes.get(0).get("tiers").get(0);
        assertThat(small.get("standing").asString()).isEqualTo("live");
        assertThat(small.get("lowest").asBoolean()).isTrue();
        assertThat(small.get("approval").get("verdict").asString()).isEqualTo("READY IF");
        assertThat(small.get("approval").get("conditions").size()).isEqualTo(2);
        assertThat(small.get("expires").asString()).isEqualTo("2026-12-19T12:00:00Z");
        assertThat(routes.get(1).get("tiers").get(0).get("standing").asString()).isEqualTo("lapsed");
        assertThat(routes.get(1).get("tiers").get(0).get("reason").asString()).contains("is not the file");
        JsonNode only = routes.get(3).get("tiers").get(0);
        assertThat(only.get("standing").asString()).isEqualTo("forbidden");
        assertThat(only.get("clause").asString()).isEqualTo("basalt-license 2.1 §3(b)");
        assertThat(only.get("lowest").asBoolean())
                .as("the only tier of a route")
                .isFalse();
    }

    @Test
    void columnsAreAsLongAsTheirWindowAndEndNow() {
        for (int n = 0; n < 10; n++) {
            feed.ended(Requests.served("id", "support", "small", Requests.USAGE, 80, 100_000, 500_000)
                    .ended());
        }
        clock.advance(Duration.ofSeconds(30));
        feed.ended(
                Requests.unanswered("id", "support", End.FAILED, 502, "closed").ended());
        JsonNode window = snapshot().get("windows").get("minutes");
        assertThat(window.get("begins").asString()).isEqualTo("2026-11-26T11:50:40Z");
        for (String name : List.of("answered", "lower", "upper", "refused", "failed", "abandoned", "costMicros")) {
            assertThat(window.get(name).size()).as(name).isEqualTo(60);
        }
        assertThat(window.get("lower").get(56).asLong()).isEqualTo(10);
        assertThat(window.get("failed").get(59).asLong()).isEqualTo(1);
        assertThat(window.get("whole").get("p50").get(56).asLong()).isBetween(484_000L, 516_000L);
        assertThat(window.get("whole").get("p50").get(59).isNull()).isTrue();
        assertThat(window.get("sums").get("costMicros").asLong()).isEqualTo(800);
        assertThat(window.get("sums").get("whole").get("p99").asLong()).isBetween(484_000L, 516_000L);
        assertThat(snapshot().get("windows").get("day").get("answered").size()).isEqualTo(96);
    }

    @Test
    void noContentAndNoKeyGetsIn() {
        feed.ended(Requests.served("id", "support", "small", Requests.USAGE, 80, 1, 2)
                .ended());
        assertThat(get(ConsolePages.SNAPSHOT).body().toString())
                .contains("\"support-bot\"")
                .doesNotContain("SECRET");
    }

    @Test
    void aPartThatFailsHidesNoOther() {
        ConsolePages broken = new ConsolePages(feed, new BrokenStore(), clock, _ -> false);
        feed.ended(new Scene(NOON).next(NOON));
        JsonNode json = new JsonMapper()
                .readTree(broken.get(Asked.here(ConsolePages.SNAPSHOT, Map.of()))
                        .orElseThrow()
                        .body()
                        .getBytes());
        assertThat(json.get("budgets").isNull()).isTrue();
        assertThat(json.get("audit").isNull()).isTrue();
        assertThat(json.get("routes").size()).isEqualTo(4);
        assertThat(json.get("recent").size()).isEqualTo(1);
        assertThat(json.get("problems").size()).isEqualTo(2);
        assertThat(json.get("problems").get(0).get("message").asString()).isEqualTo("the store is locked");
    }

    /** The scene's sources, of which those that ask a store fail. */
    private static final class BrokenStore implements ConsoleSources {
        private final Scene scene = new Scene(NOON);

        @Override
        public House house() {
            return scene.house();
        }

        @Override
        public List<RouteView> routes() {
            return scene.routes();
        }

        @Override
        public List<Budget> budgets() {
            throw new IllegalStateException("the store is locked");
        }

        @Override
        public Optional<Audit> audit() {
            throw new IllegalStateException("the store is locked");
        }

        @Override
        public List<Monitor> monitors() {
            return scene.monitors();
        }
    }
}
