package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The verbs that explain licences and lay them side by side. */
class LicenseVerbsTest {
    private static final Path OWN_LICENSE = Path.of("../LICENSE");

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int license(Object... arguments) {
        out.reset();
        err.reset();
        House house = new House(
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
        String[] all = Stream.concat(
                        Stream.of("license"), Arrays.stream(arguments).map(Object::toString))
                .toArray(String[]::new);
        return Main.commandLine(house).execute(all);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theKnownOnesAreListed() {
        assertThat(license()).isZero();
        assertThat(out())
                .contains("MIT  MIT License\n", "Llama 3.1 Community License Agreement  (llama3.1)")
                .endsWith("not legal advice.\n");
        assertThat(license("--json")).isZero();
        JsonNode list = JsonMapper.shared().readTree(out());
        assertThat(list.size()).isGreaterThan(100);
        assertThat(list.path(0).path("id").asString()).isNotBlank();
        assertThat(license("llama3.1")).isZero();
        String named = out();
        assertThat(license("explain", "llama3.1")).isZero();
        assertThat(named).isEqualTo(out());
    }

    @Test
    void saysWhichLicenceAFileIs() throws IOException {
        assertThat(license(OWN_LICENSE)).isZero();
        assertThat(out()).contains(OWN_LICENSE + " is the text of Apache-2.0", "That is the Apache License 2.0");
        assertThat(license(OWN_LICENSE, "--json")).isZero();
        JsonNode known = JsonMapper.shared().readTree(out());
        assertThat(known.path("outcome").asString()).isEqualTo("known");
        assertThat(known.path("license").asString()).isEqualTo("Apache-2.0");
        assertThat(known.path("note").asString()).contains("not legal advice");

        String text = Files.readString(OWN_LICENSE);
        Path changed = Files.writeString(
                folder.resolve("changed"),
                text.replace("You must give any other", "You need not give any other")
                        .replace("worldwide, non-exclusive", "domestic, non-exclusive"));
        assertThat(license(changed)).isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(out()).startsWith("UNKNOWN: ").contains("\"need not\"", "\n  - line", "another licence");

        Map<String, byte[]> bad = Map.of(
                "empty", new byte[0],
                "binary", new byte[5_000],
                "long", new byte[2 << 20],
                "german",
                        "Dieses Modell darf nur zur Forschung verwendet werden. "
                                .repeat(20)
                                .getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, byte[]> entry : bad.entrySet()) {
            Path file = Files.write(folder.resolve(entry.getKey()), entry.getValue());
            assertThat(license(file)).as(entry.getKey()).isEqualTo(ExitCode.UNDECIDED.code());
            assertThat(out()).startsWith("UNKNOWN: " + file);
        }
        assertThat(license(folder)).isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("is a folder", "stoa license audit");
        assertThat(license("")).isEqualTo(ExitCode.USER.code());
    }

    @Test
    void explainsInThirteenColumns() {
        assertThat(license("explain", "llama3.1")).isZero();

        assertThat(out())
                .contains("NAMES", "a name that begins with \"Llama\"", "section 1.b.i", "read in the text 2026-11-25")
                .contains("licensee and affiliates have more than 700,000,000 monthly active users")
                .endsWith("Readings in our own words, not legal advice.\n");

        assertThat(license("explain", "llama3.1", "--json")).isZero();
        JsonNode document = JsonMapper.shared().readTree(out());
        assertThat(document.path("license").path("columns").size()).isEqualTo(13);
        assertThat(document.path("note").asString()).contains("not legal advice");
    }

    @Test
    void quotesTheUsersOwnCopy() throws IOException {
        String text = Files.readString(OWN_LICENSE);

        assertThat(license("explain", OWN_LICENSE)).isZero();
        assertThat(out())
                .contains("Apache License 2.0", "passages of your copy are quoted")
                .doesNotContain("CAUTION");
        String quoted = out().lines()
                .filter(line -> line.contains("| "))
                .findFirst()
                .orElseThrow()
                .replaceFirst(".*\\| ", "");
        assertThat(text).contains(quoted);
    }

    @Test
    void aTextWhoseTermsNobodyReadIsUnknown() {
        Path unread = Path.of("../../shared/data/licenses/choosealicense/cecill-2.1.txt");
        assumeThat(unread).as("licence texts to test on").isRegularFile();
        assertThat(license("explain", unread)).isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(out()).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("UNKNOWN: ").contains("has not read its terms");
        assertThat(license("diff", "mit", unread)).isEqualTo(ExitCode.UNDECIDED.code());
        assertThat(license("combine", unread, "mit", "--how", "merge")).isEqualTo(ExitCode.UNDECIDED.code());
    }

    @Test
    void aChangedTextIsNotTheLicence() throws IOException {
        String text = Files.readString(OWN_LICENSE).replace("You must give any other", "You need not give any other");
        Path changed = Files.writeString(folder.resolve("LICENSE"), text);

        assertThat(license("explain", changed)).isZero();
        assertThat(out()).contains("CAUTION", "changed form of Apache-2.0", "nobody knows");

        Path hostile =
                Files.writeString(folder.resolve("hostile"), text.replace("irrevocable", "\u001b[2J irrevocable"));
        assertThat(license("explain", "apache-2.0", "--text", hostile)).isZero();
        assertThat(out()).contains("CAUTION").doesNotContain("\u001b");
    }

    @Test
    void whatFlipsComesFirst() {
        assertThat(license("diff", "llama3", "llama3.1")).isZero();
        assertThat(out())
                .contains("TRAINING ON OUTPUTS: A forbidden in some cases, B nothing is asked")
                .contains("the same in both: ");
        assertThat(out().indexOf("TRAINING ON OUTPUTS")).isLessThan(out().indexOf("LIMITS OF SIZE"));

        assertThat(license("diff", "tongyi-qianwen", "tongyi-qianwen-research", "--json"))
                .isZero();
        JsonNode first = JsonMapper.shared().readTree(out()).path("differences").path(0);
        assertThat(first.path("column").asString()).isEqualTo("COMMERCIAL_USE");

        assertThat(license("diff", "mit", "mit")).isZero();
        assertThat(out()).contains("the same in both: use and commercial use, ");
    }

    @Test
    void aMisspeltNameGetsTheNearest() throws IOException {
        assertThat(license("explain", "lama3.1")).isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("did you mean llama3.1?");

        Path nothing = Files.writeString(folder.resolve("empty"), "");
        assertThat(license("explain", nothing)).isEqualTo(ExitCode.USER.code());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("name the licence that it should be");
        assertThat(license("diff", "mit", "x".repeat(100_000))).isEqualTo(ExitCode.USER.code());
        assertThat(license("explain", "\0")).isEqualTo(ExitCode.USER.code());
    }
}
