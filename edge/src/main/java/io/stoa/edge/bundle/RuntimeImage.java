package io.stoa.edge.bundle;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What a device without Java and without Stoa needs: Stoa's launcher, its jars and the engine's libraries from a
 * distribution, and a Java runtime of the modules that they need, made by {@code jlink}. From the same distribution and the
 * same JDK it is the same bytes.
 */
public final class RuntimeImage {
    /** What Stoa's jars need, as {@code jdeps} tells, and what they look up by name: HTTP servers, zip, curves. */
    public static final List<String> MODULES = List.of(
            "java.base",
            "java.compiler",
            "java.desktop",
            "java.management",
            "java.naming",
            "java.net.http",
            "java.sql",
            "jdk.httpserver",
            "jdk.incubator.vector",
            "jdk.jfr",
            "jdk.management",
            "jdk.unsupported",
            "jdk.zipfs");

    private static final long MOST_MINUTES = 10;

    private final Path distribution;
    private final Path launcher;
    private final Path jdk;
    private final Optional<Path> modules;

    /**
     * An image to be made.
     *
     * @param distribution a folder with {@code lib} and {@code natives}
     * @param launcher the script {@code stoa}
     * @param jdk whose {@code jlink} is used
     * @param modules the {@code jmods} of the JDK for the target platform; without them the runtime is that of {@code jdk}
     */
    public RuntimeImage(Path distribution, Path launcher, Path jdk, Optional<Path> modules) {
        this.distribution = distribution;
        this.launcher = launcher;
        this.jdk = jdk;
        this.modules = modules;
        for (Path folder : List.of(distribution.resolve("lib"), distribution.resolve("natives"))) {
            if (!Files.isDirectory(folder)) {
                throw StoaException.user(folder + ": no such folder; name the folder of Stoa's distribution, which"
                        + " holds lib and natives");
            }
        }
        if (!Files.isRegularFile(launcher)) {
            throw StoaException.user(launcher + ": no such file; the launcher `stoa` belongs beside lib and natives");
        }
    }

    /**
     * Makes it.
     *
     * @param work a folder that does not exist yet, and holds the Java runtime until the bundle is written
     */
    public Content.Tree make(Path work) {
        link(work);
        SortedMap<String, Content.Tree.Leaf> files = new TreeMap<>();
        files.put(
                "stoa",
                new Content.Tree.Leaf(launcher, Content.File.of(launcher).size(), true));
        files.putAll(Content.Tree.under(distribution.resolve("lib"), "lib/"));
        files.putAll(Content.Tree.under(distribution.resolve("natives"), "natives/"));
        files.putAll(Content.Tree.under(work, "runtime/"));
        return new Content.Tree(files);
    }

    private void link(Path output) {
        Path tool = jdk.resolve("bin").resolve("jlink");
        if (!Files.isExecutable(tool)) {
            throw StoaException.user(tool + ": there is no jlink; use a JDK instead of a Java runtime, or bundle with"
                    + " --runtime none for devices that have Stoa");
        }
        List<String> command = new ArrayList<>(List.of(tool.toString()));
        modules.ifPresent(folder -> command.addAll(List.of("--module-path", folder.toString())));
        command.addAll(List.of("--add-modules", String.join(",", MODULES)));
        command.addAll(List.of("--strip-java-debug-attributes", "--no-header-files", "--no-man-pages"));
        command.addAll(List.of("--compress", "zip-6", "--output", output.toString()));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(MOST_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw StoaException.user("jlink cannot make the runtime (" + BundleMetadata.printed(said.strip())
                        + "); is this the whole JDK, and are its modules those of --jmods?");
            }
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, tool + ": cannot be run (" + e + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoaException(StoaException.Kind.RESOURCES, "stopped while jlink was running", e);
        }
    }
}
