import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Installs llama.cpp's libraries for one platform and copies them to a folder. Started by the build as {@code java
 * FetchNatives.java <folder with package.json and package-lock.json> <target folder>}.
 *
 * <p>npm checks each package against the SHA-512 in the lock; scripts of packages are never run. Nothing is installed
 * when the lock has not changed since the last time, so that a second build needs no network.
 */
final class FetchNatives {
    private FetchNatives() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path platform = Path.of(args[0]);
        Path target = Path.of(args[1]);
        Path installed = platform.resolve("node_modules");
        Path lock = platform.resolve("package-lock.json");
        Path installedLock = installed.resolve("stoa-installed-lock.json");
        if (!Files.exists(installedLock) || Files.mismatch(lock, installedLock) >= 0) {
            install(platform);
            Files.copy(lock, installedLock, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.createDirectories(target);
        try (Stream<Path> files = Files.walk(installed)) {
            for (Path file : files.filter(FetchNatives::isWanted).toList()) {
                copy(file, target.resolve(file.getFileName()));
            }
        }
    }

    private static void install(Path platform) throws IOException, InterruptedException {
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        List<String> command =
                List.of(windows ? "npm.cmd" : "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        int status;
        try {
            status = new ProcessBuilder(command)
                    .directory(platform.toFile())
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new IOException(
                    "npm is needed to fetch llama.cpp's libraries (" + platform + "): install Node.js 20 or newer", e);
        }
        if (status != 0) {
            throw new IOException("npm ci failed in " + platform + " with status " + status
                    + ": see its message above; the build needs a package registry once");
        }
    }

    /** The engine's libraries and the licence; not llama.cpp's command-line code nor the add-on for Node.js. */
    private static boolean isWanted(Path file) {
        String name = file.getFileName().toString();
        boolean library = name.endsWith(".so") || name.endsWith(".dylib") || name.endsWith(".dll");
        return library && !name.contains("llama-common") || name.equals("LICENSE");
    }

    private static void copy(Path from, Path to) throws IOException {
        // A library that is already there may be mapped by a running test: rewriting it in place would kill that JVM.
        if (!Files.exists(to) || Files.mismatch(from, to) >= 0) {
            Path beside = to.resolveSibling(to.getFileName() + ".new");
            Files.copy(from, beside, StandardCopyOption.REPLACE_EXISTING);
            Files.move(beside, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
