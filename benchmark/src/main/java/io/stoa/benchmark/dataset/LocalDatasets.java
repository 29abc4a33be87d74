package io.stoa.benchmark.dataset;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** Datasets that lie in folders of this machine instead of on the Hub. */
public final class LocalDatasets {
    private static final int DEEPEST = 3;
    private static final int MOST_SHOWN = 10;
    private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");

    /** Of shards, {@code 00000-of-00001}. */
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    /** What names of files say besides configuration, split and dataset. */
    private static final Set<String> PLAIN_WORDS = Set.of(
            "data", "dataset", "default", "of", "json", "jsonl", "ndjson", "csv", "tsv", "parquet", "gz", "bz2", "zst",
            "txt");

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
        List<Path> files = files(id, folder, config, split);
        if (files.isEmpty()) {
            throw StoaException.user(folder + ": holds no split " + split + " of " + id
                    + config.map(name -> " (" + name + ")").orElse("") + "; call the file " + split
                    + ".jsonl, .json, .csv or .parquet");
        }
        return reader.read(files, Format.require(String.valueOf(files.getFirst().getFileName()))).rows().stream()
                .map(Row::values)
                .toList();
    }

    private static List<Path> files(String id, Path folder, Optional<String> config, String split) {
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
            return config.filter(name -> !name.isEmpty())
                    .map(name -> ofConfig(id, folder, ofSplit, name, split))
                    .orElse(ofSplit);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER, folder + ": cannot be listed (" + e.getMessage() + "); name a folder", e);
        }
    }

    /**
     * Files whose names say the configuration and, where there are none, files whose names say no configuration at all. What
     * neither is the configuration, nor the split, nor the dataset's name is taken for another configuration's.
     */
    private static List<Path> ofConfig(String id, Path folder, List<Path> files, String config, String split) {
        List<String> wanted = words(config);
        Set<String> plain = new HashSet<>(words(id));
        plain.addAll(words(split));
        plain.addAll(PLAIN_WORDS);
        List<Path> named = new ArrayList<>();
        List<Path> unnamed = new ArrayList<>();
        for (Path file : files) {
            List<String> words = words(folder.relativize(file).toString());
            int at = Collections.indexOfSubList(words, wanted);
            if (at >= 0
                    && isPlain(words.subList(0, at), plain)
                    && isPlain(words.subList(at + wanted.size(), words.size()), plain)) {
                named.add(file);
            } else if (isPlain(words, plain)) {
                unnamed.add(file);
            }
        }
        if (named.isEmpty() && unnamed.isEmpty() && !files.isEmpty()) {
            throw StoaException.user(folder + ": holds no file of the configuration " + config + " of " + id
                    + " for the split " + split + ", but " + shown(folder, files) + "; call the file " + config + "_"
                    + split + " with the ending of its format, or put it into a folder " + config);
        }
        return named.isEmpty() ? unnamed : named;
    }

    private static boolean isPlain(List<String> words, Set<String> plain) {
        return words.stream()
                .allMatch(word -> plain.contains(word) || NUMBER.matcher(word).matches());
    }

    private static List<String> words(String text) {
        return Arrays.stream(NO_WORD.split(text.toLowerCase(Locale.ROOT), -1))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static String shown(Path folder, List<Path> files) {
        return files.stream()
                        .limit(MOST_SHOWN)
                        .map(file -> folder.relativize(file).toString())
                        .collect(Collectors.joining(", "))
                + (files.size() > MOST_SHOWN ? " and " + (files.size() - MOST_SHOWN) + " more" : "");
    }

    /** Whether a part of the path is the split's name, as a word of its own. */
    private static boolean isOf(Path file, String split) {
        List<String> words = new ArrayList<>();
        file.forEach(part -> words.addAll(List.of(part.toString().split("[-.]", -1))));
        return words.stream()
                .anyMatch(word -> word.equals(split) || word.endsWith("_" + split) || word.startsWith(split + "_"));
    }
}
