package io.stoa.benchmark.harness;

import io.stoa.benchmark.dataset.BoundedYaml;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads a task file with what it includes: keys of the file itself win over those it includes, later includes over
 * earlier ones, and nothing is merged inside of a key. {@code !function module.name} becomes a {@link HookName}.
 */
final class TaskYaml {
    private static final int LARGEST = 4 << 20;
    private static final int MOST_FILES = 50;

    private final Map<Path, SequencedMap<String, Object>> loaded;
    private final Set<Path> open = new LinkedHashSet<>();
    private int read;

    private TaskYaml(Map<Path, SequencedMap<String, Object>> loaded) {
        this.loaded = loaded;
    }

    /**
     * A function that a file names.
     *
     * @param folder where the file lies that names it
     * @param name as written, such as {@code utils.process_docs}
     */
    record HookName(Path folder, String name) {
        @Override
        public String toString() {
            return "!function " + name;
        }
    }

    /**
     * Reads a file.
     *
     * @param loaded files that were read before, for themselves; many a task includes the same one
     * @return its keys in order; values are texts, numbers, booleans, lists, maps, {@link HookName}s, or absent
     * @throws StoaException of kind {@code USER}, naming file, line and column
     */
    static SequencedMap<String, Object> read(Path file, Map<Path, SequencedMap<String, Object>> loaded) {
        return new TaskYaml(loaded).merged(file);
    }

    private SequencedMap<String, Object> merged(Path file) {
        Path real = file.toAbsolutePath().normalize();
        if (!open.add(real)) {
            throw StoaException.user(file + ": includes itself by way of " + open + "; break the circle");
        }
        if (++read > MOST_FILES) {
            throw StoaException.user(file + ": more than " + MOST_FILES + " files are included; include fewer");
        }
        // As it is opened: beyond a link, `..` leads elsewhere than where the names alone say.
        SequencedMap<String, Object> own =
                new LinkedHashMap<>(loaded.computeIfAbsent(file.toAbsolutePath(), _ -> load(file)));
        SequencedMap<String, Object> all = new LinkedHashMap<>();
        for (Object include : asList(Optional.ofNullable(own.remove("include")))) {
            Path included = beside(real, String.valueOf(include));
            if (!Files.isRegularFile(included)) {
                throw StoaException.user(
                        file + ": includes " + include + ", which is not there; looked for " + included);
            }
            SequencedMap<String, Object> inherited = merged(included);
            inherited.remove("task_list");
            all.putAll(inherited);
        }
        all.putAll(own);
        open.remove(real);
        return all;
    }

    /**
     * A file by its name as a task file writes it.
     *
     * @throws StoaException of kind {@code USER} where that is no path
     */
    static Path beside(Path file, String name) {
        try {
            return file.resolveSibling(name);
        } catch (InvalidPathException e) {
            throw StoaException.user(file + ": names a file that cannot be one (" + e.getReason() + "); mend the name");
        }
    }

    static List<Object> asList(Optional<Object> value) {
        return switch (value.orElse(null)) {
            case null -> List.of();
            case List<?> list -> new ArrayList<>(list);
            case Object single -> List.of(single);
        };
    }

    private static SequencedMap<String, Object> load(Path file) {
        String text = text(file);
        Path folder = Optional.ofNullable(file.toAbsolutePath().normalize().getParent())
                .orElse(file);
        Map<Tag, ConstructNode> constructors = Map.of(new Tag("!function"), node -> hook(folder, node));
        Object root = new BoundedYaml(file.toString(), LARGEST, "mend it there")
                .read(
                        text,
                        LoadSettings.builder()
                                .setAllowDuplicateKeys(true)
                                .setTagConstructors(constructors)
                                .setSchema(new PythonSchema()));
        if (!(root instanceof Map<?, ?> map)) {
            throw StoaException.user(file + ":1: not keys and values but "
                    + (root == null ? "nothing" : root.getClass().getSimpleName()) + "; a task file is a mapping");
        }
        SequencedMap<String, Object> keys = new LinkedHashMap<>();
        map.forEach((key, value) -> keys.put(String.valueOf(key), value));
        return keys;
    }

    private static HookName hook(Path folder, Node node) {
        if (node instanceof ScalarNode scalar && scalar.getValue().contains(".")) {
            return new HookName(folder, scalar.getValue().strip());
        }
        throw new MarkedYamlEngineException(
                "",
                Optional.empty(),
                "!function needs a module and a name, such as utils.process_docs",
                node.getStartMark()) {
            private static final long serialVersionUID = 1;
        };
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw StoaException.user(file + ": larger than 4 MiB; is this a task file?");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": cannot be read as UTF-8 text (" + e.getMessage() + "); name a task file",
                    e);
        }
    }

    /** YAML 1.1's words for true and false, which the harness' reader knows and YAML 1.2 does not. */
    private static final class PythonSchema extends CoreSchema {
        @Override
        public org.snakeyaml.engine.v2.resolver.ScalarResolver getScalarResolver() {
            return new PythonResolver();
        }

        @Override
        public Map<Tag, ConstructNode> getSchemaTagConstructors() {
            Map<Tag, ConstructNode> constructors = new LinkedHashMap<>(super.getSchemaTagConstructors());
            constructors.put(
                    Tag.BOOL,
                    node -> TRUE.matcher(((ScalarNode) node).getValue()).matches());
            return constructors;
        }

        private static final Pattern TRUE = Pattern.compile("yes|Yes|YES|true|True|TRUE|on|On|ON");

        private static final class PythonResolver extends CoreScalarResolver {
            private static final Pattern WORDS =
                    Pattern.compile("yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF");

            PythonResolver() {
                super(false);
            }

            @Override
            protected void addImplicitResolvers() {
                addImplicitResolver(Tag.BOOL, WORDS, "yYnNtTfFoO");
                super.addImplicitResolvers();
            }
        }
    }
}
