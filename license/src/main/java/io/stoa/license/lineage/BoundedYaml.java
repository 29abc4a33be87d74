package io.stoa.license.lineage;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.DuplicateKeyException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads YAML of strangers: keys and values, of bounded size, depth and number of aliases. */
public final class BoundedYaml {
    /** More characters than this are not read. */
    public static final int LARGEST = 64 * 1024;

    private static final int MOST_ALIASES = 10;
    private static final int DEEPEST = 50;

    private BoundedYaml() {}

    /**
     * The keys and values of a text; none of an empty one.
     *
     * @throws IllegalArgumentException with why it cannot be read, as the end of a sentence about the file
     */
    public static Map<?, ?> read(String source, String yaml) {
        if (yaml.length() > LARGEST) {
            throw new IllegalArgumentException("of more than 64 KiB");
        }
        LoadSettings settings = LoadSettings.builder()
                .setLabel(source)
                .setCodePointLimit(LARGEST)
                .setMaxAliasesForCollections(MOST_ALIASES)
                .setAllowDuplicateKeys(false)
                .build();
        Object root;
        try {
            if (isDeep(settings, yaml)) {
                throw new IllegalArgumentException("that is nested too deeply, or holds itself");
            }
            root = new Load(settings).loadFromString(yaml);
        } catch (DuplicateKeyException e) {
            throw new IllegalArgumentException("in which a key stands twice", e);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException("that is not valid YAML", e);
        }
        return switch (root) {
            case null -> Map.of();
            case Map<?, ?> map -> map;
            default -> throw new IllegalArgumentException("that is not keys and values");
        };
    }

    /**
     * The parser of events keeps its own stack, while what builds values from them, and what writes them, recurses: so depth
     * is tested first. What holds itself by way of an alias is without end.
     */
    private static boolean isDeep(LoadSettings settings, String yaml) {
        Deque<Optional<Anchor>> open = new ArrayDeque<>();
        for (Event event : new Parse(settings).parseString(yaml)) {
            if (event instanceof CollectionStartEvent start) {
                open.push(start.getAnchor());
            } else if (event instanceof CollectionEndEvent) {
                open.pop();
            } else if (event instanceof AliasEvent alias && open.contains(Optional.of(alias.getAlias()))) {
                return true;
            }
            if (open.size() > DEEPEST) {
                return true;
            }
        }
        return false;
    }
}
