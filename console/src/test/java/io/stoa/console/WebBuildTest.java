package io.stoa.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's built files are committed, so that nobody needs Node to run Stoa: this is what they are held against. */
class WebBuildTest {
    private static final Path COMMITTED = Path.of("src", "main", "resources", "io", "stoa", "console");

    @Test
    void theCommittedFilesAreWhatAFreshBuildGives(@TempDir Path built) throws Exception {
        Path web = WebFolder.installed();
        WebFolder.run(web, 120, "npm", "run", "build", "--", "--outDir", built.toString(), "--emptyOutDir")
                .mustSucceed("npm run build");
        assertThat(names(built)).isEqualTo(names(COMMITTED)).hasSize(4);
        for (String name : names(built)) {
            assertThat(Files.mismatch(built.resolve(name), COMMITTED.resolve(name)))
                    .as("%s is not what console/web gives: run `npm ci && npm run build` there and commit it", name)
                    .isEqualTo(-1);
        }
    }

    @Test
    void theLockFileNamesNoPlaceOfDownload() throws IOException {
        assertThat(Files.readString(Path.of("web", "package-lock.json")))
                .contains("\"integrity\"")
                .doesNotContain("\"resolved\"", "http://", "localhost");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
