package io.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Documents become a store that is searched. */
class CorpusVerbsTest {
    private static final String CLASS_PATH = "java.class.path";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final String classPath = System.getProperty(CLASS_PATH);

    /** Under a launcher that loads classes itself, the class path is not in the property, which the child is started with. */
    @BeforeEach
    void completeClassPath() {
        if (Thread.currentThread().getContextClassLoader() instanceof URLClassLoader loader) {
            List<String> path = new ArrayList<>(List.of(classPath));
            for (URL url : loader.getURLs()) {
                path.add(url.getPath());
            }
            System.setProperty(CLASS_PATH, String.join(File.pathSeparator, path));
        }
    }

    @AfterEach
    void restoreClassPath() {
        System.setProperty(CLASS_PATH, classPath);
    }

    private int corpus(Object... arguments) {
        out.reset();
        err.reset();
        House house = new House(
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Clock.systemUTC());
        String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        String[] all = new String[texts.length + 1];
        all[0] = "corpus";
        System.arraycopy(texts, 0, all, 1, texts.length);
        return Main.commandLine(house).execute(all);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aFolderBecomesAStoreThatIsSearched() throws IOException {
        Path documents = Files.createDirectory(folder.resolve("documents"));
        Path store = folder.resolve("store");
        Files.writeString(documents.resolve("loans.md"), "# Loans\n\nBooks may be kept for four weeks.");
        Files.writeString(documents.resolve("cats.txt"), "Cats are not allowed.\u001b[2J");
        Files.write(documents.resolve("odd.txt"), new byte[] {'a', (byte) 0xFF});

        assertThat(corpus("ingest", documents, "--store", store)).isZero();
        assertThat(out()).contains("2 read, 0 unchanged, 0 removed, 1 refused");
        assertThat(err()).contains("odd.txt: is not UTF-8; save it as UTF-8");

        assertThat(corpus("ingest", documents, "--store", store, "--strict", "--json"))
                .isEqualTo(ExitCode.USER.code());
        JsonNode report = JsonMapper.shared().readTree(out());
        assertThat(report.path("unchanged").intValue()).isEqualTo(2);
        assertThat(report.path("refused").get(0).path("document").stringValue()).isEqualTo("odd.txt");

        assertThat(corpus("search", "How long may a book be kept?", "--store", store))
                .isZero();
        assertThat(out()).contains("loans.md (Loans, line 3)").contains("four weeks");
        assertThat(corpus("search", "cat", "--store", store, "--filter", "format=plain", "--json"))
                .isZero();
        JsonNode hit = JsonMapper.shared().readTree(out());
        assertThat(hit.path("id").stringValue()).isEqualTo("cats.txt#1");
        assertThat(out()).doesNotContain("\u001b");
        assertThat(corpus("search", "zebra", "--store", store)).isZero();
        assertThat(err()).contains("nothing found");

        assertThat(corpus("status", "--store", store)).isZero();
        assertThat(out()).contains("2 passages of 2 documents", "english stem stop", "vectors  none");
        assertThat(corpus("remove", "cats.txt", "--store", store)).isZero();
        assertThat(corpus("status", "--store", store, "--json")).isZero();
        assertThat(JsonMapper.shared().readTree(out()).path("documents").propertyNames())
                .containsExactly("loans.md");
    }

    @Test
    void mistakesAreNamed() {
        assertThat(corpus("search", "x", "--store", folder.resolve("absent"))).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("no store of passages; make one with stoa corpus ingest");
        assertThat(corpus("ingest", folder.resolve("absent"), "--store", folder.resolve("s")))
                .isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("no such folder");
        assertThat(corpus("ingest", folder, "--store", folder.resolve("s"), "--tokens", 4))
                .isEqualTo(ExitCode.USER.code());
        assertThat(corpus("remove", "x", "--store", folder.resolve("s"))).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("x: not in");
        assertThat(corpus()).isEqualTo(ExitCode.USER.code());
        assertThat(err()).contains("name ingest, search, status or remove");
    }
}
