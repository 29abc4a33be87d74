package io.stoa.license.bom;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the tasks of the Hugging Face Hub take and give. See https://huggingface.co/tasks. */
final class Tasks {
    private static final String TEXT = "text";
    private static final Pattern FROM_TO = Pattern.compile("([a-z]+(?:-[a-z]+)?)-to-([a-z]+)");
    private static final Map<String, String> OF_TEXT = Map.of(
            "text-generation", TEXT,
            "text2text-generation", TEXT,
            "summarization", TEXT,
            "translation", TEXT,
            "fill-mask", TEXT,
            "question-answering", TEXT,
            "text-classification", "label",
            "token-classification", "label",
            "feature-extraction", "embedding",
            "sentence-similarity", "embedding");

    private Tasks() {}

    /** The first of some tags that is a task that is known here. */
    static Optional<String> among(List<String> tags) {
        return tags.stream()
                .filter(tag -> OF_TEXT.containsKey(tag) || FROM_TO.matcher(tag).matches())
                .findFirst();
    }

    static List<String> inputs(String task) {
        Matcher fromTo = FROM_TO.matcher(task);
        if (fromTo.matches()) {
            return List.of(fromTo.group(1).split("-", -1));
        }
        return OF_TEXT.containsKey(task) ? List.of(TEXT) : List.of();
    }

    static List<String> outputs(String task) {
        Matcher fromTo = FROM_TO.matcher(task);
        return fromTo.matches()
                ? List.of(fromTo.group(2))
                : Optional.ofNullable(OF_TEXT.get(task)).stream().toList();
    }
}
