package io.stoa.benchmark.dataset;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** Datasets that lie in folders of this machine instead of on the Hub. */
public final class LocalDatasets {
    private static final int DEEPEST = 3;

    private final Map<String, Path> folders;
    private final DatasetReader reader;

    /**
     * @param folders a folder, or one file, for each dataset id
     */
    public LocalDatasets(Map<String, Path> folders, DatasetReader reader) {
        this.folders = new LinkedHashMap<>(folders);
        this.reader = reader;
    }

    /** Whether a dataset lies here. */
    public boolean has(String id) {
        return folders.containsKey(id);
    }

    /**
     * A split's rows.
     *
     * @throws StoaException of kind {@code USER} where no file of the folder is it, naming those that were looked for
     */
    public List<ObjectNode> rows(String id, Optional<String> config, String split) {
        Path folder = Optional.ofNullable(folders.get(id))
                .orElseThrow(() -> new IllegalArgumentException(id + " does not lie here"));
        Optional<List<ObjectNode>> published =
                PublicLayout.of(id).flatMap(layout -> layout.rows(folder, config.orElse(""), split, reader));
        if (published.isPresent()) {
            return published.get();
        }
        List<Path> files = files(folder, config, split);
        if (files.isEmpty()) {
            throw StoaException.user(folder + ": holds no split " + split + " of " + id
                    + config.map(name -> " (" + name + ")").orElse("") + "; call the file " + split
                    + ".jsonl, .json, .csv or .parquet");
        }
        return reader.read(files, Format.require(String.valueOf(files.getFirst().getFileName()))).rows().stream()
                .map(Row::values)
                .toList();
    }

    private static List<Path> files(Path folder, Optional<String> config, String split) {
        if (Files.isRegularFile(folder)) {
            return List.of(folder);
        }
        try (Stream<Path> all = Files.walk(folder, DEEPEST)) {
            List<Path> readable = all.filter(Files::isRegularFile)
                    .filter(file ->
                            Format.of(String.valueOf(file.getFileName())).isPresent())
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
            List<Path> ofSplit = readable.stream()
                    .filter(file -> isOf(folder.relativize(file), split))
                    .toList();
            List<Path> ofBoth = config.map(name -> ofSplit.stream()
                            .filter(file -> folder.relativize(file).toString().contains(name))
                            .toList())
                    .orElse(List.of());
            return ofBoth.isEmpty() ? ofSplit : ofBoth;
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER, folder + ": cannot be listed (" + e.getMessage() + "); name a folder", e);
        }
    }

    /** Whether a part of the path is the split's name, as a word of its own. */
    private static boolean isOf(Path file, String split) {
        List<String> words = new ArrayList<>();
        file.forEach(part -> words.addAll(List.of(part.toString().split("[-.]", -1))));
        return words.stream()
                .anyMatch(word -> word.equals(split) || word.endsWith("_" + split) || word.startsWith(split + "_"));
    }
}
