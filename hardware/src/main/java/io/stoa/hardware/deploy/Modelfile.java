package io.stoa.hardware.deploy;

import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;

/**
 * A model for Ollama. What belongs to Ollama's server rather than to a model (answers at once, the cache's type, the
 * address) goes into the commands beside it.
 */
final class Modelfile {
    private Modelfile() {}

    static Artifact artifact(Deployment deployment) {
        ServedModel.Gguf model = Requires.gguf(deployment, "Ollama");
        Requires.noKey(
                deployment, "Ollama", "put a proxy that does in front of it, and leave --key-env and --key-file out");
        String cache = Requires.blockCache(deployment, "Ollama");
        String name = deployment.name();
        if (!name.matches("[a-zA-Z0-9][a-zA-Z0-9._/-]{0,79}(?::[a-zA-Z0-9._-]{1,80})?")) {
            throw new IllegalArgumentException(
                    "Ollama takes letters, digits, '.', '_', '-' and '/' in a name, and a tag behind ':': " + name
                            + "; choose another with --name");
        }
        List<ModelfileText.Line> lines = new ArrayList<>();
        lines.add(new ModelfileText.Line("FROM", path(model.path())));
        lines.add(parameter("num_ctx", deployment.load().contextTokens()));
        lines.add(parameter("num_thread", deployment.resources().threads()));
        lines.add(parameter("num_gpu", deployment.resources().gpuLayers()));
        model.licence().ifPresent(licence -> lines.add(new ModelfileText.Line("LICENSE", quotable(licence))));
        StringBuilder text = new StringBuilder();
        text.append("# Written by stoa deploy. Serves ")
                .append(model.identity())
                .append(".\n");
        text.append("# The chat template is the one in the file.\n");
        for (ModelfileText.Line line : lines) {
            boolean quoted = line.instruction().equals("LICENSE");
            String value = quoted ? "\"\"\"" + line.value() + "\"\"\"" : line.value();
            text.append(line.instruction()).append(' ').append(value).append('\n');
        }
        if (!ModelfileText.read(text.toString()).equals(lines)) {
            throw StoaException.bug("a Modelfile reads back as something else: " + text);
        }
        String server =
                "OLLAMA_HOST=%s OLLAMA_NUM_PARALLEL=%d OLLAMA_FLASH_ATTENTION=1 OLLAMA_KV_CACHE_TYPE=%s ollama serve"
                        .formatted(deployment.address(), deployment.load().parallel(), cache);
        return new Artifact(
                "Modelfile",
                text.toString(),
                List.of(
                        server,
                        "OLLAMA_HOST=" + deployment.address() + " ollama create " + name + " -f Modelfile",
                        deployment.question()),
                List.of("Ollama copies the file into its own store, and cannot limit its own memory"));
    }

    private static ModelfileText.Line parameter(String name, int value) {
        return new ModelfileText.Line("PARAMETER", name + " " + value);
    }

    /** Ollama drops blanks at the end and what Go does not print, which are all blanks but the plain one. */
    private static String path(String path) {
        if (!path.equals(path.strip()) || path.codePoints().anyMatch(c -> c != ' ' && Character.isSpaceChar(c))) {
            throw new IllegalArgumentException(
                    "Ollama cannot read a path with blanks at its end or other blanks than the plain one: " + path);
        }
        return path;
    }

    private static String quotable(String licence) {
        if (licence.contains("\"")) {
            throw new IllegalArgumentException("a Modelfile cannot quote the licence's name: " + licence);
        }
        return licence.strip();
    }
}
