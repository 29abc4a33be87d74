package io.stoa.license.lineage;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One of a model's own files that may say where the model comes from.
 *
 * @param kind what it is
 * @param path where it lies
 */
public record OwnFile(Kind kind, Path path) {
    private static final Pattern LATER_SHARD = Pattern.compile(".*-(?!00001)\\d{5}-of-\\d{5}\\.[a-z]+");
    private static final List<String> SETTINGS =
            List.of("config.json", "adapter_config.json", "mergekit_config.yml", "mergekit_config.yaml");

    /** What such a file is. */
    public enum Kind {
        GGUF,
        SAFETENSORS,
        /** A config.json of the Transformers library. */
        CONFIG,
        /** An adapter_config.json of the PEFT library. */
        ADAPTER,
        /** A recipe of mergekit. */
        MERGE;

        /** Whether it holds weights, and otherwise settings. */
        public boolean isWeights() {
            return this == GGUF || this == SAFETENSORS;
        }
    }

    public OwnFile {
        requireNonNull(kind, "kind");
        requireNonNull(path, "path");
    }

    /** The file of this name; nothing for other files, projectors and the later parts of weights. */
    public static Optional<OwnFile> of(Path path) {
        Path last = path.getFileName();
        return last == null ? Optional.empty() : kind(last.toString()).map(kind -> new OwnFile(kind, path));
    }

    private static Optional<Kind> kind(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (LATER_SHARD.matcher(lower).matches() || lower.startsWith("mmproj")) {
            return Optional.empty();
        }
        if (lower.endsWith(".gguf")) {
            return Optional.of(Kind.GGUF);
        }
        if (lower.endsWith(".safetensors")) {
            return Optional.of(Kind.SAFETENSORS);
        }
        return switch (lower) {
            case "config.json" -> Optional.of(Kind.CONFIG);
            case "adapter_config.json" -> Optional.of(Kind.ADAPTER);
            case "mergekit_config.yml", "mergekit_config.yaml" -> Optional.of(Kind.MERGE);
            default -> Optional.empty();
        };
    }

    /** The settings in the folder of a weights file. */
    public static List<OwnFile> settingsBeside(Path weights) {
        return SETTINGS.stream()
                .map(weights::resolveSibling)
                .filter(Files::exists)
                .flatMap(path -> of(path).stream())
                .toList();
    }
}
