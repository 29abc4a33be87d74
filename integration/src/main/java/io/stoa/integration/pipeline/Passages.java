package io.stoa.integration.pipeline;

import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore.Hit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Passages as the JSON that passes between stages, and the numbers by which answers cite them. */
final class Passages {
    private static final Pattern CITATION = Pattern.compile("\\[([0-9]{1,4}(?:\\s*,\\s*[0-9]{1,4}){0,50})]");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

    private Passages() {}

    /** What a search or an order of passages gives. */
    static ObjectNode found(List<Hit> hits) {
        ObjectNode found = JsonNodeFactory.instance.objectNode();
        ArrayNode passages = found.putArray("passages");
        for (Hit hit : hits) {
            passages.add(json(hit.passage()).put("score", hit.score()));
        }
        return found;
    }

    /** The outputs of a stage that found passages. */
    static ObjectNode outputs(JsonNode found) {
        ObjectNode outputs = JsonNodeFactory.instance.objectNode();
        JsonNode passages = found.path("passages");
        outputs.set("passages", passages);
        outputs.put("count", passages.size());
        outputs.put(
                "score", passages.isEmpty() ? 0 : passages.path(0).path("score").asDouble(0));
        return outputs;
    }

    private static ObjectNode json(Passage passage) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", passage.id())
                .put("document", passage.document())
                .put("place", passage.place())
                .put("text", passage.text());
        ObjectNode metadata = json.putObject("metadata");
        new TreeMap<>(passage.metadata()).forEach(metadata::put);
        return json;
    }

    static List<Passage> of(JsonNode passages) {
        List<Passage> all = new ArrayList<>();
        for (JsonNode passage : passages) {
            Map<String, String> metadata = new TreeMap<>();
            passage.path("metadata")
                    .properties()
                    .forEach(entry ->
                            metadata.put(entry.getKey(), entry.getValue().stringValue("")));
            all.add(new Passage(
                    named(passage, "id"),
                    named(passage, "document"),
                    passage.path("place").stringValue(""),
                    passage.path("text").stringValue(""),
                    metadata));
        }
        return all;
    }

    private static String named(JsonNode passage, String member) {
        String name = passage.path(member).stringValue("");
        return name.isBlank() ? "?" : name;
    }

    /** The numbers that a text cites as {@code [1]} or {@code [1, 3]}, each once, in their order. */
    static Set<Integer> cited(String text) {
        Set<Integer> numbers = new LinkedHashSet<>();
        Matcher matcher = CITATION.matcher(text);
        while (matcher.find()) {
            for (String number : matcher.group(1).split(",", -1)) {
                numbers.add(Integer.parseInt(number.strip()));
            }
        }
        return numbers;
    }

    /** Which passages a text cites; those that there are none of have no passage. */
    static ArrayNode citations(String text, JsonNode passages) {
        ArrayNode citations = JsonNodeFactory.instance.arrayNode();
        for (int number : cited(text)) {
            ObjectNode citation = citations.addObject().put("number", number);
            JsonNode passage = passages.path(number - 1);
            if (!passage.isMissingNode()) {
                citation.put("passage", passage.path("id").stringValue(""))
                        .put("document", passage.path("document").stringValue(""))
                        .put("place", passage.path("place").stringValue(""));
            }
        }
        return citations;
    }

    /** The share of a question's words that a passage has. */
    static double sharedWords(String question, Passage passage) {
        Set<String> wanted = words(question);
        Set<String> there = words(passage.text());
        if (wanted.isEmpty()) {
            return 0;
        }
        Set<String> both = new HashSet<>(wanted);
        both.retainAll(there);
        return (double) both.size() / wanted.size();
    }

    private static Set<String> words(String text) {
        Set<String> words = new HashSet<>();
        Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }
}
