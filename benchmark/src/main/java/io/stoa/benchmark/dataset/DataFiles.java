package io.stoa.benchmark.dataset;

import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which files of a repository make up a split: what its card says, or else what their names say, by the Hub's conventions
 * (https://huggingface.co/docs/hub/datasets-file-names-and-splits): {@code data/train-00000-of-00001.parquet}, a folder or
 * a file with {@code test} or another of the known words in its name, and {@code train} for files of no such name. The
 * files of a configuration may also lie in a folder of its name.
 *
 * @param where the dataset and revision, for errors
 */
record DataFiles(String where, DatasetCard card, List<String> paths) {
    private static final Map<String, List<String>> WORDS = words();
    private static final Pattern SEPARATORS = Pattern.compile("[-._ 0-9/]+");
    private static final Pattern SHARD = Pattern.compile("data/([^/]{1,200}?)-[0-9]{5}-of-[0-9]{5}[^/]*");
    private static final Set<String> NO_DATA = Set.of(
            "readme.md",
            "readme.txt",
            "license.txt",
            "requirements.txt",
            "config.json",
            "dataset_info.json",
            "dataset_infos.json",
            "dataset_dict.json",
            "state.json");
    private static final String DEFAULT = "default";
    private static final int MOST_PATTERNS = 200;
    private static final int LONGEST_PATTERN = 1_000;

    private static Map<String, List<String>> words() {
        Map<String, List<String>> words = new LinkedHashMap<>();
        words.put("train", List.of("train", "training"));
        words.put("validation", List.of("validation", "valid", "dev", "val"));
        words.put("test", List.of("test", "testing", "eval", "evaluation"));
        return words;
    }

    /**
     * The files of a split, in order.
     *
     * @return empty when neither the card nor any name tells, so that only a conversion can help
     * @throws StoaException when others are told, naming them
     */
    Optional<List<String>> of(Optional<String> config, String split) {
        if (!card.configs().isEmpty()) {
            return ofCard(config(config), split);
        }
        if (config.isEmpty() || config.get().equals(DEFAULT)) {
            return byName("", split);
        }
        return List.of(config.get() + "/", "data/" + config.get() + "/").stream()
                .filter(folder -> paths.stream().anyMatch(path -> path.startsWith(folder) && isData(path)))
                .findFirst()
                .flatMap(folder -> byName(folder, split));
    }

    private DatasetCard.Config config(Optional<String> wanted) {
        List<DatasetCard.Config> configs = card.configs();
        if (wanted.isEmpty() && configs.size() == 1) {
            return configs.getFirst();
        }
        return configs.stream()
                .filter(config -> wanted.map(config.name()::equals).orElse(config.isDefault()))
                .findFirst()
                .or(() -> wanted.isPresent()
                        ? Optional.empty()
                        : configs.stream()
                                .filter(config -> config.name().equals(DEFAULT))
                                .findFirst())
                .orElseThrow(() -> StoaException.user(where + ": "
                        + wanted.map(name -> "no configuration \"" + name + "\"")
                                .orElse("no default configuration")
                        + "; choose one of "
                        + shown(configs.stream().map(DatasetCard.Config::name).toList())));
    }

    private Optional<List<String>> ofCard(DatasetCard.Config config, String split) {
        String folder = folder(config.folder());
        if (config.patterns().isEmpty()) {
            return byName(folder, split);
        }
        List<String> patterns = Optional.ofNullable(config.patterns().get(split))
                .orElseThrow(() -> noSplit(split, config.patterns().keySet()));
        Set<String> found = new LinkedHashSet<>();
        Set<String> all = new HashSet<>(paths);
        int wild = 0;
        for (String pattern : patterns) {
            String whole = folder + plain(pattern);
            if (all.contains(whole)) {
                found.add(whole);
            } else if (Glob.isOne(whole)) {
                wild++;
                checkCost(whole, wild);
                Glob glob = new Glob(whole);
                paths.stream()
                        .filter(glob::matches)
                        .filter(this::isVisible)
                        .sorted()
                        .forEach(found::add);
            }
        }
        if (found.isEmpty()) {
            throw StoaException.user(where + ": no file matches " + patterns + " of its card, for the split \"" + split
                    + "\"; choose another revision");
        }
        return Optional.of(List.copyOf(found));
    }

    /** Each pattern is held against each path. */
    private void checkCost(String pattern, int count) {
        if (pattern.length() > LONGEST_PATTERN || count > MOST_PATTERNS) {
            throw StoaException.user(
                    where + ": its card has more than " + MOST_PATTERNS + " patterns for a split, or one"
                            + " longer than " + LONGEST_PATTERN + "; download the files and name them");
        }
    }

    private static String plain(String path) {
        return path.startsWith("./") ? path.substring(2) : path;
    }

    private static String folder(String name) {
        String plain = plain(name);
        return plain.isEmpty() || plain.endsWith("/") ? plain : plain + "/";
    }

    private Optional<List<String>> byName(String folder, String split) {
        List<String> inside = oneFormat(paths.stream()
                .filter(path -> path.startsWith(folder))
                .filter(this::isVisible)
                .filter(DataFiles::isData)
                .map(path -> path.substring(folder.length()))
                .sorted()
                .toList());
        if (inside.isEmpty()) {
            return Optional.empty();
        }
        Map<String, List<String>> splits = split(inside, DataFiles::shard);
        if (splits.isEmpty()) {
            splits = split(inside, path -> word(parent(path)));
        }
        if (splits.isEmpty()) {
            splits = split(inside, path -> word(path.substring(path.lastIndexOf('/') + 1)));
        }
        if (splits.isEmpty()) {
            splits = Map.of("train", inside);
        }
        List<String> found = splits.getOrDefault(split, List.of());
        if (found.isEmpty()) {
            throw noSplit(split, splits.keySet());
        }
        return Optional.of(found.stream().map(path -> folder + path).toList());
    }

    private static Map<String, List<String>> split(List<String> paths, Function<String, Optional<String>> namer) {
        Map<String, List<String>> splits = new TreeMap<>();
        for (String path : paths) {
            namer.apply(path)
                    .ifPresent(name ->
                            splits.computeIfAbsent(name, _ -> new ArrayList<>()).add(path));
        }
        return splits;
    }

    private static Optional<String> shard(String path) {
        var matcher = SHARD.matcher(path);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private static Optional<String> word(String name) {
        List<String> tokens = List.of(SEPARATORS.split(name.toLowerCase(Locale.ROOT), -1));
        return WORDS.entrySet().stream()
                .filter(entry -> entry.getValue().stream().anyMatch(tokens::contains))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Files of the commonest kind: a repository may hold the same rows as CSV and as Parquet. */
    private static List<String> oneFormat(List<String> paths) {
        Map<String, List<String>> kinds =
                paths.stream().collect(Collectors.groupingBy(DataFiles::kind, TreeMap::new, Collectors.toList()));
        if (kinds.size() > 1) {
            // Lists of words and notes lie beside tables more often than the other way round.
            kinds.remove(kind(".txt"));
        }
        return kinds.values().stream().max(Comparator.comparingInt(List::size)).orElse(List.of());
    }

    private static String kind(String path) {
        return Format.of(path)
                .map(format -> format.getClass().getSimpleName() + format)
                .orElse("");
    }

    private boolean isVisible(String path) {
        return !("/" + path).contains("/.") && !("/" + path).contains("/__");
    }

    private static boolean isData(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        return !NO_DATA.contains(name) && Format.of(path).isPresent();
    }

    private StoaException noSplit(String split, Set<String> others) {
        return StoaException.user(where + ": no split \"" + split + "\"; choose one of " + shown(List.copyOf(others)));
    }

    private static String shown(List<String> names) {
        int most = 60;
        return String.join(", ", names.subList(0, Math.min(most, names.size())))
                + (names.size() > most ? " and " + (names.size() - most) + " more" : "");
    }
}
