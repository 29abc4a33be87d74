package io.stoa.license.audit;

import static java.util.Objects.requireNonNull;

import io.stoa.license.lineage.OwnFile;
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
 * @param unread what could not be read, and may say anything
 */
public record ModelFolder(
        String name,
        boolean catalogued,
        Path folder,
        String place,
        List<ModelFile> files,
        List<ModelPaper> papers,
        List<Unread> unread) {
    /**
     * One of its own files.
     *
     * @param own the file
     * @param shown the path under which it is shown, with {@code /}
     */
    public record ModelFile(OwnFile own, String shown) {
        public ModelFile {
            requireNonNull(own, "own");
            requireNonNull(shown, "shown");
        }
    }

    /**
     * A paper.
     *
     * @param shown the path under which it is shown, with {@code /}
     * @param path where it lies
     * @param as the path under which it is read, where its own name does not tell what it is
     */
    public record ModelPaper(String shown, Path path, Optional<Path> as) {
        public ModelPaper {
            requireNonNull(shown, "shown");
            requireNonNull(path, "path");
            requireNonNull(as, "as");
        }
    }

    /**
     * A file or a folder that could not be read.
     *
     * @param shown the path under which it is shown, with {@code /}
     * @param path where it lies
     * @param why the end of a sentence about it
     */
    public record Unread(String shown, Path path, String why) {
        public Unread {
            requireNonNull(shown, "shown");
            requireNonNull(path, "path");
            requireNonNull(why, "why");
        }
    }

    public ModelFolder {
        requireNonNull(name, "name");
        requireNonNull(folder, "folder");
        requireNonNull(place, "place");
        files = List.copyOf(files);
        papers = List.copyOf(papers);
        unread = List.copyOf(unread);
    }
}
