package io.stoa.store.yaml;

import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A YAML file: its tree once it has a shape, the values of the tree's nodes, and what is wrong with it. */
public final class YamlFile {
    /** A configuration file larger than this is something else. */
    private static final long LARGEST = 1 << 20;

    /** The composer is recursive: deeper than this it might run out of stack. */
    private static final int DEEPEST = 50;

    private final Path file;
    private final String kind;
    private final String start;
    private final Path folder;
    private final Problems problems;
    private final Optional<String> given;

    /**
     * A file, which is not read yet.
     *
     * @param kind what it is, such as {@code stoa.yaml}
     * @param start how one begins, for when there is none, such as "`stoa init` writes a starter"
     */
    public YamlFile(Path file, String kind, String start) {
        this(file, kind, start, Optional.empty());
    }

    private YamlFile(Path file, String kind, String start, Optional<String> given) {
        this.file = file;
        this.given = given;
        this.kind = kind;
        this.start = start;
        this.folder = Optional.ofNullable(file.toAbsolutePath().normalize().getParent())
                .orElse(Path.of("/"));
        this.problems = new Problems(file);
    }

    /** A text that was read from a file before, which need not be there any more. */
    public static YamlFile ofText(Path file, String kind, String text) {
        return new YamlFile(file, kind, "", Optional.of(text));
    }

    /**
     * Its tree, which has the shape.
     *
     * @throws StoaException of kind {@code USER}, one line {@code file:line:column: sentence} per problem
     */
    public MappingNode read(Shape.Fields shape) {
        Node root = compose(given.orElseGet(this::text));
        new ShapeChecker(problems).check(root, shape, "");
        problems.refuseIfAny();
        return (MappingNode) root;
    }

    /** What is wrong with it, to be added to and to be refused for. */
    public Problems problems() {
        return problems;
    }

    /** Where it lies; relative paths in it start here. */
    public Path folder() {
        return folder;
    }

    /** What it says, unchecked. */
    public String text() {
        try {
            if (Files.isDirectory(file)) {
                throw StoaException.user(file + ": is a folder; name the " + kind + " in it");
            }
            if (Files.size(file) > LARGEST) {
                throw StoaException.user(file + ": " + new Bytes(Files.size(file)) + " is too large for a " + kind);
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": no such file; " + start, e);
        } catch (CharacterCodingException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": is not UTF-8 text", e);
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private Node compose(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file.toString())
                .setMaxAliasesForCollections(10)
                .setCodePointLimit((int) LARGEST)
                .build();
        try {
            refuseIfDeep(settings, text);
            return new Compose(settings)
                    .composeString(text)
                    .orElseThrow(() -> StoaException.user(file + ":1:1: the file is empty; " + start));
        } catch (MarkedYamlEngineException e) {
            Optional<Mark> mark = e.getProblemMark();
            String place = mark.map(m -> ":" + (m.getLine() + 1) + ":" + (m.getColumn() + 1))
                    .orElse("");
            throw new StoaException(StoaException.Kind.USER, file + place + ": not YAML: " + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": not YAML: " + e.getMessage(), e);
        }
    }

    private void refuseIfDeep(LoadSettings settings, String text) {
        int depth = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            if (event instanceof CollectionStartEvent) {
                depth++;
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            }
            if (depth > DEEPEST) {
                int line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
                throw StoaException.user(file + ":" + line + ": nested more than " + DEEPEST + " levels deep");
            }
        }
    }

    // ---- Paths ----

    /** A path that is to be written, which need not exist. */
    public Optional<Path> path(MappingNode map, String key, String what) {
        return find(map, key).flatMap(node -> {
            try {
                return Optional.of(folder.resolve(scalar(node)));
            } catch (InvalidPathException e) {
                return notAPath(node, what);
            }
        });
    }

    private Optional<Path> notAPath(Node node, String what) {
        problems.at(node, what + ": not a path on this system: " + scalar(node).replace('\0', '?'));
        return Optional.empty();
    }

    /** A file that must exist. */
    public Optional<Path> existingFile(MappingNode map, String key) {
        return find(map, key).flatMap(node -> existing(node, key, Files::isRegularFile));
    }

    /** A path that must exist and be what is wanted. */
    public Optional<Path> existing(Node node, String what, Predicate<Path> wanted) {
        String text = scalar(node);
        try {
            Path path = folder.resolve(text).normalize();
            if (wanted.test(path)) {
                return Optional.of(path);
            }
            String found = Files.isDirectory(path)
                    ? "is a folder"
                    : Files.exists(path) ? "is not a folder or regular file of the wanted kind" : "does not exist";
            problems.at(
                    node, what + ": " + text + " " + found + (Files.exists(path) ? "" : " (looked for " + path + ")"));
        } catch (InvalidPathException e) {
            return notAPath(node, what);
        }
        return Optional.empty();
    }

    // ---- Values of nodes whose shape was checked ----

    /** The text of a node. */
    public static String scalar(Node node) {
        return ((ScalarNode) node).getValue();
    }

    /** The node of a key. */
    public static Optional<Node> find(MappingNode map, String key) {
        return ShapeChecker.value(map, key);
    }

    /** The mapping of a key. */
    public static Optional<MappingNode> mapping(MappingNode map, String key) {
        return find(map, key).map(MappingNode.class::cast);
    }

    /** The node of a key, or of the mapping without it: where to point. */
    public static Node need(MappingNode map, String key) {
        return find(map, key).orElse(map);
    }

    /** The elements of a list; none where there is no list. */
    public static List<Node> list(MappingNode map, String key) {
        return find(map, key).map(node -> ((SequenceNode) node).getValue()).orElse(List.of());
    }

    /** The texts of a list. */
    public static List<String> texts(MappingNode map, String key) {
        return list(map, key).stream().map(YamlFile::scalar).toList();
    }

    public static Optional<String> text(MappingNode map, String key) {
        return find(map, key).map(YamlFile::scalar);
    }

    public static Optional<Long> whole(MappingNode map, String key) {
        return text(map, key).map(text -> Long.parseLong(text.replace("_", "")));
    }

    public static OptionalLong count(MappingNode map, String key) {
        return whole(map, key).map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    public static OptionalDouble real(MappingNode map, String key) {
        return text(map, key)
                .map(text -> OptionalDouble.of(Double.parseDouble(text)))
                .orElse(OptionalDouble.empty());
    }

    public static Optional<Boolean> truth(MappingNode map, String key) {
        return text(map, key).map(text -> text.toLowerCase(Locale.ROOT).equals("true"));
    }

    /** A duration such as {@code 500ms}, {@code 1.5s}, {@code 10m}, {@code 2h} or {@code 90d}. */
    public static Optional<Duration> duration(MappingNode map, String key) {
        return text(map, key).map(YamlFile::duration);
    }

    private static Duration duration(String text) {
        int unit = unitOf(text);
        BigDecimal number = new BigDecimal(text.substring(0, unit).strip());
        long nanos = switch (text.substring(unit)) {
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            case "d" -> 86_400_000_000_000L;
            default -> throw StoaException.bug("a duration that the shape allows is not read: " + text);
        };
        return Duration.ofNanos(number.multiply(BigDecimal.valueOf(nanos)).longValue());
    }

    /** A size such as {@code 16GiB}. */
    public static Bytes bytes(String text) {
        int unit = unitOf(text);
        String name = text.substring(unit);
        long base = name.contains("i") ? 1024 : 1000;
        int power = "BKMGT".indexOf(name.charAt(0));
        BigDecimal number = new BigDecimal(text.substring(0, unit).strip());
        return new Bytes(number.multiply(BigDecimal.valueOf(base).pow(power)).longValue());
    }

    private static int unitOf(String text) {
        int unit = 0;
        while (!Character.isLetter(text.charAt(unit))) {
            unit++;
        }
        return unit;
    }

    /**
     * A value of any shape as JSON, by YAML's core schema. What is no JSON is noted as a problem.
     */
    public JsonNode json(Node node) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (node) {
            case MappingNode map -> {
                ObjectNode object = json.objectNode();
                for (NodeTuple entry : map.getValue()) {
                    String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
                    if (!(entry.getKeyNode() instanceof ScalarNode) || object.has(key)) {
                        problems.at(entry.getKeyNode(), "a key must be a text that does not stand twice");
                    }
                    object.set(key, json(entry.getValueNode()));
                }
                yield object;
            }
            case SequenceNode list -> {
                ArrayNode array = json.arrayNode();
                list.getValue().forEach(element -> array.add(json(element)));
                yield array;
            }
            case ScalarNode scalar -> scalarJson(scalar);
            default -> {
                problems.at(node, "is no value");
                yield json.nullNode();
            }
        };
    }

    private JsonNode scalarJson(ScalarNode scalar) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        String text = scalar.getValue();
        try {
            if (scalar.getTag().equals(Tag.NULL)) {
                return json.nullNode();
            } else if (scalar.getTag().equals(Tag.BOOL)) {
                return json.booleanNode(text.toLowerCase(Locale.ROOT).equals("true"));
            } else if (scalar.getTag().equals(Tag.INT)) {
                return json.numberNode(Long.parseLong(text));
            } else if (scalar.getTag().equals(Tag.FLOAT)) {
                double number = Double.parseDouble(text);
                if (Double.isFinite(number)) {
                    return json.numberNode(number);
                }
            } else {
                return json.stringNode(text);
            }
        } catch (NumberFormatException _) {
            // said below
        }
        problems.at(
                scalar, text + " is a number that cannot be taken; write it in decimal digits, or quote it as text");
        return json.nullNode();
    }

    // ---- Making shapes ----

    public static Shape.Fields fields(Shape.Key... entries) {
        return Shape.Fields.of(entries);
    }

    public static Shape.Key required(String key, Shape shape, String description) {
        return new Shape.Key(key, new Shape.Field(shape, true, description, Optional.empty()));
    }

    public static Shape.Key optional(String key, Shape shape, String description) {
        return new Shape.Key(key, new Shape.Field(shape, false, description, Optional.empty()));
    }

    public static Shape.Key optional(String key, Shape shape, String description, String preset) {
        return new Shape.Key(key, new Shape.Field(shape, false, description, Optional.of(preset)));
    }
}
