package io.stoa.hardware.safetensors;

import io.stoa.engine.safetensors.BoundedJson;
import io.stoa.engine.safetensors.DataType;
import io.stoa.engine.safetensors.SafetensorsHeader;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A folder with a model: its configuration and the headers of its files.
 *
 * @param config what {@code config.json} says of the caches
 * @param weights the bytes of all tensors
 * @param parameters the elements of all tensors
 * @param byType the bytes of each data type
 */
public record SafetensorsModel(ModelConfig config, Bytes weights, long parameters, Map<DataType, Bytes> byType) {
    private static final String INDEX = "model.safetensors.index.json";

    public SafetensorsModel {
        byType = Map.copyOf(byType);
    }

    /**
     * Reads a folder.
     *
     * @throws StoaException of kind {@code USER} that names what is missing or wrong
     */
    public static SafetensorsModel read(Path folder) {
        ModelConfig config = ModelConfig.read(folder.resolve("config.json"));
        long weights = 0;
        long parameters = 0;
        Map<DataType, Bytes> byType = new EnumMap<>(DataType.class);
        for (Path file : files(folder)) {
            SafetensorsHeader header = SafetensorsHeader.read(file);
            weights += header.bytes().count();
            for (SafetensorsHeader.Tensor tensor : header.tensors()) {
                parameters += tensor.elements();
                byType.merge(tensor.type(), new Bytes(tensor.end() - tensor.begin()), Bytes::plus);
            }
        }
        return new SafetensorsModel(config, new Bytes(weights), parameters, byType);
    }

    private static List<Path> files(Path folder) {
        Path index = folder.resolve(INDEX);
        if (Files.exists(index)) {
            return shards(folder, index);
        }
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> files = all.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw StoaException.user(folder + ": has no .safetensors file; name the model's folder");
            }
            if (files.size() > 1) {
                throw StoaException.user(folder + ": has " + files.size() + " .safetensors files and no " + INDEX
                        + ", so it is not known which belong to the model; download the index too");
            }
            return files;
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, folder + ": cannot be listed (" + e + ")", e);
        }
    }

    private static List<Path> shards(Path folder, Path index) {
        TreeSet<String> names = new TreeSet<>();
        for (Map.Entry<String, JsonNode> entry :
                BoundedJson.read(index).path("weight_map").properties()) {
            String name = entry.getValue().asString("");
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,200}\\.safetensors")) {
                throw StoaException.user(index + ": places " + entry.getKey() + " in \"" + name
                        + "\", which is no name of a file beside it; download the index again");
            }
            names.add(name);
        }
        if (names.isEmpty()) {
            throw StoaException.user(index + ": has no weight_map; download the index again");
        }
        List<String> missing = names.stream()
                .filter(name -> !Files.isRegularFile(folder.resolve(name)))
                .toList();
        if (!missing.isEmpty()) {
            throw StoaException.user(folder + ": " + missing.size() + " of " + names.size() + " shards are missing: "
                    + String.join(", ", missing.subList(0, Math.min(5, missing.size())))
                    + (missing.size() > 5 ? " and more" : "") + "; download them");
        }
        List<Path> files = new ArrayList<>();
        names.forEach(name -> files.add(folder.resolve(name)));
        return files;
    }
}
