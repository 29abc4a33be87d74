package io.stoa.benchmark.harness;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file of Python beside a task file, read as data: a function that does nothing but return a literal is that literal.
 * Nothing is executed.
 */
record PythonModule(Path file) {
    private static final long LARGEST = 1 << 20;

    /**
     * The documents that a function returns.
     *
     * @throws StoaException of kind {@code USER} where the file is not there, is larger than 1 MiB, has no such function,
     *     or one that is more than a literal list
     */
    List<ObjectNode> documents(String function) {
        JsonNode returned = PythonLiteral.parse(returned(function))
                .orElseThrow(() -> wrong(function + " returns no literal list of documents"));
        List<ObjectNode> documents = new ArrayList<>();
        for (JsonNode document : returned) {
            if (!(document instanceof ObjectNode object)) {
                throw wrong("what " + function + " returns holds " + document + ", which is no document");
            }
            documents.add(object);
        }
        if (!returned.isArray() || documents.isEmpty()) {
            throw wrong(function + " returns no document");
        }
        return List.copyOf(documents);
    }

    private String returned(String function) {
        List<String> body = new ArrayList<>();
        boolean inside = false;
        for (String line : text(function).lines().toList()) {
            if (inside && !line.isBlank() && !Character.isWhitespace(line.charAt(0))) {
                break;
            }
            if (inside) {
                body.add(line);
            }
            inside |= line.startsWith("def " + function + "(");
        }
        String statements = String.join("\n", body).strip();
        if (!statements.startsWith("return ")) {
            throw wrong(inside ? function + " does more than return a list" : "there is no function " + function);
        }
        return statements.substring("return ".length());
    }

    private String text(String function) {
        if (!Files.isRegularFile(file)) {
            throw StoaException.user(file + ": is not there, and its function " + function
                    + " holds the task's examples; copy the task's whole folder from lm-evaluation-harness");
        }
        try {
            if (Files.size(file) > LARGEST) {
                throw wrong("larger than " + LARGEST + " bytes");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER, file + ": cannot be read as text (" + e.getMessage() + "); mend it", e);
        }
    }

    private StoaException wrong(String what) {
        return StoaException.user(file + ": " + what + "; write the examples under fewshot_config.samples instead");
    }
}
