package io.stoa.inspect;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.safetensors.BoundedJson;
import io.stoa.engine.safetensors.SafetensorsHeader;
import io.stoa.inspect.numeric.GgufWeights;
import io.stoa.inspect.numeric.SafetensorsWeights;
import io.stoa.inspect.numeric.Weights;
import io.stoa.inspect.structure.FileKind;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What a model is compared with: a GGUF file, safetensors files, a template or a tokenizer, or a folder of them. It is
 * trusted by whoever names it, and still read with the same bounds.
 *
 * @param gguf its GGUF file
 * @param header that file's header
 * @param safetensors its safetensors files with their headers
 * @param template its chat template
 * @param tokenizer its {@code tokenizer.json}
 */
record Base(
        Optional<Path> gguf,
        Optional<GgufHeader> header,
        Map<Path, SafetensorsHeader> safetensors,
        Optional<String> template,
        Optional<Path> tokenizer) {
    static final Base NONE = new Base(Optional.empty(), Optional.empty(), Map.of(), Optional.empty(), Optional.empty());

    Base {
        safetensors = new TreeMap<>(safetensors);
    }

    static Base read(Path place) throws IOException {
        List<Path> files;
        if (Files.isDirectory(place)) {
            try (Stream<Path> all = Files.list(place)) {
                files = all.filter(Files::isRegularFile).sorted().toList();
            }
        } else if (Files.isRegularFile(place)) {
            files = List.of(place);
        } else {
            throw StoaException.user(
                    place + ": there is no such file or folder; --base names the model to compare with");
        }
        Base base = NONE;
        for (Path file : files) {
            base = base.with(file);
        }
        if (base.equals(NONE)) {
            throw StoaException.user(
                    place + ": has no GGUF, safetensors, template or tokenizer to compare with; name another --base");
        }
        return base;
    }

    private Base with(Path file) throws IOException {
        String name =
                Optional.ofNullable(file.getFileName()).map(Path::toString).orElse("");
        FileKind kind = Inspector.kind(file);
        if (kind == FileKind.GGUF && gguf.isEmpty()) {
            GgufHeader read = GgufReader.read(file);
            Optional<String> own = read.string("tokenizer.chat_template");
            return new Base(Optional.of(file), Optional.of(read), safetensors, template.or(() -> own), tokenizer);
        }
        if (kind == FileKind.SAFETENSORS) {
            Map<Path, SafetensorsHeader> more = new TreeMap<>(safetensors);
            more.put(file, SafetensorsHeader.read(file));
            return new Base(gguf, header, more, template, tokenizer);
        }
        if (name.endsWith(".jinja")) {
            return new Base(gguf, header, safetensors, Optional.of(Files.readString(file)), tokenizer);
        }
        if (name.equals("tokenizer.json")) {
            return new Base(gguf, header, safetensors, template, Optional.of(file));
        }
        if (name.equals("tokenizer_config.json") || name.equals("chat_template.json")) {
            JsonNode node = BoundedJson.read(file).path("chat_template");
            Optional<String> own = node.isString() ? Optional.of(node.stringValue()) : Optional.empty();
            return new Base(gguf, header, safetensors, template.or(() -> own), tokenizer);
        }
        return this;
    }

    /** Its weights, where it has any. */
    Optional<Weights> weights() throws IOException {
        if (gguf.isPresent() && header.filter(read -> !read.tensors().isEmpty()).isPresent()) {
            return Optional.of(GgufWeights.open(gguf.get(), header.get()));
        }
        return safetensors.isEmpty() ? Optional.empty() : Optional.of(SafetensorsWeights.open(safetensors));
    }
}
