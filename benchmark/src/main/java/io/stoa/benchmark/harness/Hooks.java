package io.stoa.benchmark.harness;

import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The Python functions that task files name, bound to Java by the file's folder and the function's name, because every
 * task of the harness has a {@code utils.py} of its own. {@code !function stoa.NAME} names one of these wherever the file
 * lies. What is not bound is refused by name: nothing of a task is left out in silence.
 */
final class Hooks {
    private final Map<String, Object> functions = new LinkedHashMap<>();

    /** {@code process_docs}: from the documents of a split to those that are used. */
    @FunctionalInterface
    interface OfDocuments {
        List<ObjectNode> apply(List<ObjectNode> documents);
    }

    /** {@code doc_to_text}, {@code doc_to_target}, {@code doc_to_choice}. */
    @FunctionalInterface
    interface OfDocument {
        JsonNode apply(ObjectNode document);
    }

    /** {@code process_results}: the metrics of one document. */
    @FunctionalInterface
    interface OfAnswers {
        SequencedMap<String, Measured> apply(ObjectNode document, List<Outcome> outcomes);
    }

    /** {@code fewshot_config.samples}: the examples of a task, which may lie beside its file. */
    @FunctionalInterface
    interface OfFolder {
        /**
         * Gives them.
         *
         * @param folder of the file that names the function
         */
        List<ObjectNode> apply(Path folder);
    }

    /** {@code aggregation}. */
    @FunctionalInterface
    interface OfMeasured {
        double apply(List<Measured> measured);
    }

    /**
     * Binds a function.
     *
     * @param key folder and name, such as {@code leaderboard/musr/utils.doc_to_text}
     */
    Hooks bind(String key, Object function) {
        if (functions.putIfAbsent(key, function) != null) {
            throw new IllegalArgumentException(key + " is bound twice");
        }
        return this;
    }

    /**
     * The function that a file names.
     *
     * @throws StoaException of kind {@code USER} where there is none of that name and kind
     */
    <T> T find(Class<T> kind, TaskYaml.HookName hook, String key) {
        for (String candidate : candidates(hook)) {
            Object function = functions.get(candidate);
            if (kind.isInstance(function)) {
                return kind.cast(function);
            }
        }
        throw StoaException.user(hook.folder().getFileName() + ": " + key + " is " + hook
                + ", a Python function that is not bound here; write it as a template, or use one of "
                + String.join(", ", new TreeSet<>(known(kind))));
    }

    private List<String> known(Class<?> kind) {
        return functions.entrySet().stream()
                .filter(entry -> kind.isInstance(entry.getValue()))
                .map(entry -> "stoa." + entry.getKey())
                .toList();
    }

    /** The most exact name first: the folders above a file tell apart functions of the same name. */
    private static List<String> candidates(TaskYaml.HookName hook) {
        if (hook.name().startsWith("stoa.")) {
            return List.of(hook.name().substring("stoa.".length()));
        }
        List<String> names = new ArrayList<>();
        int count = hook.folder().getNameCount();
        for (int from = Math.max(0, count - 3); from < count; from++) {
            names.add(hook.folder().subpath(from, count).toString().replace('\\', '/') + "/" + hook.name());
        }
        return names;
    }
}
