package io.stoa.benchmark.dataset;

import io.stoa.model.FrontMatter;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What the front matter of a dataset's {@code README.md} says about its files: {@code configs}, each with a {@code
 * config_name} and {@code data_files}, which are a pattern, several patterns, or patterns by split. See
 * https://huggingface.co/docs/hub/datasets-manual-configuration.
 */
record DatasetCard(List<Config> configs) {
    private static final int LARGEST_FRONT_MATTER = 4 << 20;
    private static final String NEXT = "choose another revision, or download the files and name them";

    /** Where patterns belong for which no split is named. */
    private static final String TRAIN = "train";

    /**
     * A choice of the dataset's files.
     *
     * @param patterns by split; empty when the files' names decide
     * @param folder where the files are, empty for anywhere
     * @param isDefault whether it is meant when none is named
     */
    record Config(String name, Map<String, List<String>> patterns, String folder, boolean isDefault) {
        Config {
            patterns = new LinkedHashMap<>(patterns);
        }
    }

    DatasetCard {
        configs = List.copyOf(configs);
    }

    static DatasetCard none() {
        return new DatasetCard(List.of());
    }

    static DatasetCard read(String source, String text) {
        if (!FrontMatter.isIn(text)) {
            return none();
        }
        FrontMatter front = FrontMatter.of(text).orElseThrow(() -> wrong(source, "never ends"));
        return new BoundedYaml(source, LARGEST_FRONT_MATTER, NEXT)
                                .read(front.yaml(), LoadSettings.builder().setAllowDuplicateKeys(false))
                        instanceof Map<?, ?> map
                ? new DatasetCard(configs(source, map))
                : none();
    }

    private static List<Config> configs(String source, Map<?, ?> front) {
        List<Config> configs = new ArrayList<>();
        for (Object entry : list(front.get("configs"))) {
            if (!(entry instanceof Map<?, ?> config)) {
                throw wrong(source, "has a configuration that is not keys and values");
            }
            configs.add(new Config(
                    text(config, "config_name").orElse("default"),
                    patterns(source, config.get("data_files")),
                    text(config, "data_dir").orElse(""),
                    Boolean.TRUE.equals(config.get("default"))));
        }
        return configs;
    }

    private static Map<String, List<String>> patterns(String source, @Nullable Object files) {
        Map<String, List<String>> patterns = new LinkedHashMap<>();
        if (files instanceof Map<?, ?> bySplit) {
            bySplit.forEach((split, paths) -> patterns.put(String.valueOf(split), texts(paths)));
            return patterns;
        }
        for (Object file : list(files)) {
            if (file instanceof Map<?, ?> entry) {
                String split = text(entry, "split").orElse(TRAIN);
                List<String> earlier = patterns.putIfAbsent(split, texts(entry.get("path")));
                if (earlier != null) {
                    throw wrong(source, "names the split \"" + split + "\" twice in one configuration");
                }
            } else {
                patterns.computeIfAbsent(TRAIN, _ -> new ArrayList<>()).add(String.valueOf(file));
            }
        }
        return patterns;
    }

    private static List<Object> list(@Nullable Object value) {
        return switch (value) {
            case null -> List.of();
            case List<?> list ->
                list.stream().filter(Objects::nonNull).map(Object.class::cast).toList();
            default -> List.of(value);
        };
    }

    private static List<String> texts(@Nullable Object value) {
        return list(value).stream().map(String::valueOf).toList();
    }

    private static Optional<String> text(Map<?, ?> map, String key) {
        return Optional.ofNullable(map.get(key)).map(String::valueOf).filter(value -> !value.isBlank());
    }

    private static StoaException wrong(String source, String what) {
        return StoaException.user(source + ": its front matter " + what + "; " + NEXT);
    }
}
