package io.stoa.license.audit;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files of one model.
 *
 * @param name what it is called: {@code publisher/model} where a catalogue tells it, and otherwise its path
 * @param catalogued whether a catalogue (the Hub's cache, Ollama's store) tells the name
 * @param folder where it lies
 * @param place the folder relative to the audited one, with {@code /}; {@code .} for that one itself
 * @param files its own files, weights and settings, by name
 * @param papers cards, LICENSE and NOTICE files, those of its bases included
 */
public record ModelFolder(
        String name, boolean catalogued, Path folder, String place, List<ModelFile> files, List<ModelFile> papers) {
    /**
     * A file.
     *
     * @param kind what it is
     * @param shown the path under which it is shown, with {@code /}
     * @param path where it lies
     * @param as the path under which it is read as a paper, where its own name does not tell what it is
     */
    public record ModelFile(Kind kind, String shown, Path path, Optional<Path> as) {
        public ModelFile {
            requireNonNull(kind, "kind");
            requireNonNull(shown, "shown");
            requireNonNull(path, "path");
            requireNonNull(as, "as");
        }
    }

    /** What a file is to a model. */
    public enum Kind {
        GGUF,
        SAFETENSORS,
        CONFIG,
        ADAPTER,
        MERGE,
        PAPER
    }

    public ModelFolder {
        requireNonNull(name, "name");
        requireNonNull(folder, "folder");
        requireNonNull(place, "place");
        files = List.copyOf(files);
        papers = List.copyOf(papers);
    }
}
