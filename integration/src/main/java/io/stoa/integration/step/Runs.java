package io.stoa.integration.step;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The runs of a folder, each a file {@code ID.run}. */
public final class Runs {
    private static final String SUFFIX = ".run";
    private static final String ID = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path folder;
    private final Clock clock;

    public Runs(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** An id that no run has yet: the time, and something random so that two at once differ. */
    public String freshId(RandomGenerator random) {
        return TIME.format(clock.instant()) + "-" + String.format(Locale.ROOT, "%06x", random.nextInt(1 << 24));
    }

    /**
     * Begins a run.
     *
     * @throws StoaException of kind {@code USER} when there is one of that id
     */
    public Journal begin(String id, JsonNode about) {
        Path file = file(id);
        makeFolder();
        return Journal.begin(LockedFile.create(file), id, about, clock);
    }

    /** Goes on with a run: alone, for another process that tries is refused. */
    public Journal open(String id) {
        return Journal.open(LockedFile.open(file(id)), clock);
    }

    /** What a run's journal says, while it is being carried out as well. */
    public RunHistory look(String id) {
        try (LockedFile file = LockedFile.look(file(id))) {
            return Journal.look(file);
        }
    }

    /** The ids, newest file first. */
    public List<String> ids() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX) && Files.isRegularFile(file))
                    .sorted(Comparator.comparingLong(Runs::changed).reversed().thenComparing(Path::toString))
                    .map(file -> String.valueOf(file.getFileName()))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .toList();
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, folder + ": cannot be read (" + e + ")", e);
        }
    }

    private static long changed(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException _) {
            return 0;
        }
    }

    private Path file(String id) {
        if (!id.matches(ID)) {
            throw StoaException.user("a run's id is made of letters, digits, dots, dashes and underscores: \"" + id
                    + "\"; `stoa pipeline list` shows those there are");
        }
        return folder.resolve(id + SUFFIX);
    }

    private void makeFolder() {
        if (Files.isDirectory(folder)) {
            return;
        }
        try {
            Files.createDirectories(folder);
            if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, folder + ": cannot be made (" + e + "); name another with --runs", e);
        }
    }
}
