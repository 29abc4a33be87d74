package io.stoa.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.console.WebFolder.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page in a real browser, by {@code web/test/page.mjs}: each of its checks is a test here. */
class ConsolePageTest {
    private static final List<Path> BROWSERS = Stream.of(
                    "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium")
            .map(Path::of)
            .toList();

    @TestFactory
    Stream<DynamicTest> page() throws Exception {
        Optional<Path> browser = BROWSERS.stream().filter(Files::isExecutable).findFirst();
        assumeTrue(browser.isPresent(), "skipped: no Chromium among " + BROWSERS + ", so nobody can look at the page");
        Path web = WebFolder.installed();
        try (ConsoleServer playing = ConsoleServer.playing(0);
                ConsoleServer empty = ConsoleServer.quiet(0);
                ConsoleServer keyed = ConsoleServer.playingFar(0)) {
            Run run = WebFolder.run(
                    web,
                    300,
                    "node",
                    "test/page.mjs",
                    browser.orElseThrow().toString(),
                    playing.url(),
                    empty.url(),
                    keyed.url());
            List<JsonNode> checks = run.said()
                    .lines()
                    .filter(line -> line.startsWith("{\"name\""))
                    .map(line -> new JsonMapper().readTree(line))
                    .toList();
            assertThat(checks).as(run.said()).hasSizeGreaterThanOrEqualTo(35);
            return checks.stream()
                    .map(check -> DynamicTest.dynamicTest(
                            check.get("name").asString(),
                            () -> assertThat(check.get("failure").isNull())
                                    .as(check.get("failure").toString())
                                    .isTrue()));
        }
    }
}
