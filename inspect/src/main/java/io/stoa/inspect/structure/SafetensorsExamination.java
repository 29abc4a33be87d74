package io.stoa.inspect.structure;

import io.stoa.engine.safetensors.BoundedJson;
import io.stoa.engine.safetensors.SafetensorsHeader;
import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.inspect.observation.Shown;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Safetensors files and the index that spreads a model over several. */
public final class SafetensorsExamination {
    private static final String REMEDY = "Do not load it; get the file again from where the model was published.";

    private SafetensorsExamination() {}

    /**
     * Examines one file's header.
     *
     * @return it, where it is sound
     */
    public static Optional<SafetensorsHeader> examine(Path file, Notes notes) throws IOException {
        SafetensorsHeader header;
        try {
            header = SafetensorsHeader.read(file);
        } catch (StoaException e) {
            notes.fail(Check.SAFETENSORS, "", own(file, e), REMEDY);
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Polyglot.examine(channel, notes);
        }
        for (SafetensorsHeader.Tensor tensor : header.tensors()) {
            if (tensor.name().isEmpty() || tensor.name().codePoints().anyMatch(Shown::hidden)) {
                notes.fail(
                        Check.SAFETENSORS,
                        tensor.name(),
                        "The tensor's name is empty or has hidden characters.",
                        REMEDY);
            }
        }
        header.metadata().forEach((key, value) -> {
            if (key.codePoints().anyMatch(Shown::hidden) || value.indexOf(0x1b) >= 0 || value.indexOf(0) >= 0) {
                notes.fail(Check.METADATA, key, "The text has control characters in it.", REMEDY);
            }
        });
        notes.passIfClean(
                Check.SAFETENSORS,
                header.tensors().size() + " tensors fill the file without gap or overlap, each as big as its shape.");
        return Optional.of(header);
    }

    /** Examines an index against the files beside it. */
    public static void index(Path index, Notes notes) {
        JsonNode json;
        try {
            json = BoundedJson.read(index);
        } catch (StoaException e) {
            notes.fail(Check.SAFETENSORS, "", own(index, e), REMEDY);
            return;
        }
        Map<String, Set<String>> byFile = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : json.path("weight_map").properties()) {
            byFile.computeIfAbsent(entry.getValue().asString(""), _ -> new TreeSet<>())
                    .add(entry.getKey());
        }
        if (byFile.isEmpty()) {
            notes.fail(Check.SAFETENSORS, "weight_map", "The index places no tensor.", REMEDY);
        }
        Path folder = Optional.ofNullable(index.toAbsolutePath().getParent()).orElse(index);
        byFile.forEach((name, tensors) -> shard(folder, name, tensors, notes));
        notes.passIfClean(Check.SAFETENSORS, "The index and its " + byFile.size() + " files hold the same tensors.");
    }

    private static void shard(Path folder, String name, Set<String> tensors, Notes notes) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,200}\\.safetensors")) {
            notes.fail(
                    Check.SAFETENSORS,
                    "weight_map",
                    "It places tensors in " + Shown.quoted(name) + ", which is no safetensors file beside it.",
                    REMEDY);
            return;
        }
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            notes.notTested(Check.SAFETENSORS, "The shard " + name + " is not there.", "Download it.");
            return;
        }
        try {
            Set<String> there = new HashSet<>();
            SafetensorsHeader.read(file).tensors().forEach(tensor -> there.add(tensor.name()));
            Set<String> missing = new TreeSet<>(tensors);
            missing.removeAll(there);
            Set<String> surplus = new TreeSet<>(there);
            surplus.removeAll(tensors);
            if (!missing.isEmpty()) {
                notes.fail(
                        Check.SAFETENSORS,
                        name,
                        "It lacks " + missing.size() + " tensors of the index, such as "
                                + Shown.quoted(missing.iterator().next()) + ".",
                        REMEDY);
            }
            if (!surplus.isEmpty()) {
                notes.fail(
                        Check.SAFETENSORS,
                        name,
                        "It has " + surplus.size() + " tensors that the index does not name"
                                + " or takes from elsewhere, such as "
                                + Shown.quoted(surplus.iterator().next()) + ".",
                        REMEDY);
            }
        } catch (StoaException e) {
            notes.fail(Check.SAFETENSORS, name, own(file, e), REMEDY);
        }
    }

    static String own(Path file, StoaException e) {
        String prefix = file + ": ";
        String sentence = e.sentence();
        return sentence.startsWith(prefix) ? "The file " + sentence.substring(prefix.length()) : sentence;
    }
}
