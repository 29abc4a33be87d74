package io.stoa.cli;

import io.stoa.assess.yaml.Starter;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "init",
        description = "Write a commented stoa.yaml that names the GGUF files found in the folder and this machine.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Examples:", "  stoa init", "  stoa init models/ --force"})
final class InitCommand implements Runnable {
    private static final int DEEP = 3;
    private static final int MOST = 20;

    private final House house;

    @Parameters(index = "0", arity = "0..1", paramLabel = "FOLDER", description = "Where; default: the current folder.")
    private Path folder = Path.of("");

    @Option(names = "--force", description = "Replace a stoa.yaml that exists.")
    private boolean force;

    InitCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        Path file = folder.resolve("stoa.yaml");
        if (Files.exists(file) && !force) {
            throw StoaException.user(file + ": exists already; replace it with --force");
        }
        try {
            if (!folder.toString().isEmpty()) {
                Files.createDirectories(folder);
            }
            List<Path> models = models();
            Path card = folder.resolve("README.md");
            Optional<Path> named = Files.isRegularFile(card) ? Optional.of(Path.of("README.md")) : Optional.empty();
            Path items = Path.of("items.jsonl");
            if (!Files.exists(folder.resolve(items))) {
                Files.writeString(folder.resolve(items), Starter.items());
                house.err()
                        .println("Wrote " + folder.resolve(items) + ": three sample items, to be replaced by yours.");
            }
            Files.writeString(
                    file, Starter.yaml(models, named, items, House.thisMachine().read()));
            house.err()
                    .println("Wrote " + file + " with "
                            + (models.isEmpty()
                                    ? "a sample endpoint (no GGUF file was found)"
                                    : models.size() + " model(s)")
                            + ". Next: edit it, then `stoa assess " + file + "`.");
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    folder.toAbsolutePath() + ": cannot be written: " + e.getMessage(),
                    e);
        }
    }

    private List<Path> models() throws IOException {
        try (Stream<Path> files = Files.walk(folder, DEEP)) {
            return files.filter(path -> path.toString().toLowerCase(Locale.ROOT).endsWith(".gguf"))
                    .filter(Files::isRegularFile)
                    .map(folder::relativize)
                    .sorted()
                    .limit(MOST)
                    .toList();
        }
    }
}
