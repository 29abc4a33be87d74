package io.stoa.license.bom;

import io.stoa.model.FrontMatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What a model card's front matter says beside the licence: {@code datasets}, {@code pipeline_tag}, {@code base_model} and
 * {@code base_model_relation}. It is read as events, so nothing is ever expanded: aliases count for nothing. Front matter
 * that is no valid YAML says nothing here; the lineage has a doubt about it.
 *
 * @param values the scalars under each of these keys, in their order
 */
record CardFacts(Map<String, List<String>> values) {
    private static final int LARGEST_FRONT_MATTER = 64 * 1024;
    private static final int LONGEST = 500;
    private static final int MOST = 1000;
    private static final Set<String> KEYS = Set.of("datasets", "pipeline_tag", "base_model", "base_model_relation");

    CardFacts {
        values = Map.copyOf(values);
    }

    static CardFacts of(String text) {
        Optional<String> yaml =
                FrontMatter.of(text).map(FrontMatter::yaml).filter(front -> front.length() <= LARGEST_FRONT_MATTER);
        try {
            return new CardFacts(yaml.map(CardFacts::read).orElse(Map.of()));
        } catch (YamlEngineException e) {
            return new CardFacts(Map.of());
        }
    }

    /** All scalars under a key. */
    List<String> all(String key) {
        return values.getOrDefault(key, List.of());
    }

    /** The only scalar under a key. */
    Optional<String> only(String key) {
        return all(key).size() == 1 ? Optional.of(all(key).getFirst()) : Optional.empty();
    }

    private static Map<String, List<String>> read(String yaml) {
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(LARGEST_FRONT_MATTER).build();
        Reading reading = new Reading();
        for (Event event : new Parse(settings).parseString(yaml)) {
            reading.hear(event);
        }
        return reading.values;
    }

    /** Which key of the outermost mapping the events are at. Mutable, used once. */
    private static final class Reading {
        private final Map<String, List<String>> values = new TreeMap<>();
        private int depth;
        private boolean atKey = true;
        private String key = "";

        void hear(Event event) {
            switch (event) {
                case CollectionStartEvent start -> {
                    if (depth == 0 && !(start instanceof MappingStartEvent)) {
                        // a list has no keys: nothing below may be taken for one
                        depth = Integer.MAX_VALUE / 2;
                    }
                    key = depth == 1 && atKey ? "" : key;
                    depth++;
                }
                case CollectionEndEvent _ -> {
                    depth--;
                    step();
                }
                case ScalarEvent scalar -> {
                    if (depth == 1 && atKey) {
                        key = scalar.getValue();
                    } else if (depth <= 2) {
                        add(values, key, scalar.getValue());
                    }
                    step();
                }
                case AliasEvent _ -> {
                    key = depth == 1 && atKey ? "" : key;
                    step();
                }
                default -> {}
            }
        }

        /** From a key to its value, or from a value to the next key. */
        private void step() {
            atKey = depth == 1 ? !atKey : atKey;
        }
    }

    private static void add(Map<String, List<String>> values, String key, String value) {
        String said = value.strip();
        if (KEYS.contains(key) && !said.isEmpty() && said.length() <= LONGEST) {
            List<String> all = values.computeIfAbsent(key, _ -> new ArrayList<>());
            if (all.size() < MOST) {
                all.add(said);
            }
        }
    }
}
