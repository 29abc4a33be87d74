package io.stoa.console;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A copy of the page's sources under {@code target}, with what they need installed as the lock file says. */
final class WebFolder {
    private static final Path SOURCES = Path.of("web").toAbsolutePath();
    private static final Path COPY = Path.of("target", "web").toAbsolutePath();
    private static final Pattern NO_NETWORK =
            Pattern.compile("ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED");

    private WebFolder() {}

    /** The copy. The test is skipped without npm, or when nothing can be fetched. */
    static synchronized Path installed() throws IOException, InterruptedException {
        assumeTrue(onPath("npm"), "skipped: npm is not on the PATH, so the page cannot be built or looked at");
        copy();
        Path stamp = COPY.resolve("node_modules/.installed");
        String lock = Files.readString(SOURCES.resolve("package-lock.json"));
        if (!Files.exists(stamp) || !Files.readString(stamp).equals(lock)) {
            Run run = run(COPY, 300, "npm", "ci", "--prefer-offline");
            assumeTrue(
                    run.exit() == 0 || !NO_NETWORK.matcher(run.said()).find(),
                    "skipped: npm cannot fetch what the page is built with: " + run.said());
            run.mustSucceed("npm ci");
            Files.writeString(stamp, lock);
        }
        return COPY;
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static void copy() throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(SOURCES)) {
            files = walk.filter(path -> !SOURCES.relativize(path).startsWith("node_modules"))
                    .filter(Files::isRegularFile)
                    .toList();
        }
        for (Path file : files) {
            Path to = COPY.resolve(SOURCES.relativize(file).toString());
            Files.createDirectories(to.getParent());
            Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** @param said standard output and error together */
    record Run(int exit, String said) {
        void mustSucceed(String what) {
            if (exit != 0) {
                throw new AssertionError(what + " ended with " + exit + ":\n" + said);
            }
        }
    }

    static Run run(Path folder, int seconds, String... command) throws IOException, InterruptedException {
        Path log = Files.createTempFile("stoa-console", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
                throw new AssertionError("%s took more than %d s:\n%s"
                        .formatted(String.join(" ", command), seconds, Files.readString(log, StandardCharsets.UTF_8)));
            }
            return new Run(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
        } finally {
            Files.delete(log);
        }
    }
}
