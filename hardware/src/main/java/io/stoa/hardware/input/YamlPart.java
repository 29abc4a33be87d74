package io.stoa.hardware.input;

import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
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

/**
 * One mapping of a YAML file, with its place. Everything wrong is a {@link StoaException} of kind {@code USER} that
 * names file, line and column. Aliases are refused: such files have no need of them, and without them a file is no
 * larger than it looks.
 */
public final class YamlPart {
    private static final int LARGEST = 4 << 20;
    private static final int DEEPEST = 20;

    private final String label;
    private final Node node;
    private final Map<String, Node> values;

    private YamlPart(String label, Node node, Map<String, Node> values) {
        this.label = label;
        this.node = node;
        this.values = values;
    }

    /** A file's mapping. */
    public static YamlPart read(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw StoaException.user(file + ": more than " + LARGEST + " bytes; is it the right file?");
            }
            return parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER, file + ": cannot be read as UTF-8 text (" + e.getMessage() + ")", e);
        }
    }

    /** A text's mapping; the label names the text in errors. */
    public static YamlPart parse(String label, String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(label)
                .setCodePointLimit(LARGEST)
                .build();
        try {
            // Composing recurses, so depth is looked at first, on the flat stream of events.
            checkShape(label, new Parse(settings).parseString(text));
            Node root = new Compose(settings)
                    .composeString(text)
                    .orElseThrow(() -> StoaException.user(label + ": the file is empty"));
            return mapping(label, root);
        } catch (MarkedYamlEngineException e) {
            throw StoaException.user(label + place(e.getProblemMark()) + ": not valid YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw StoaException.user(label + ": not valid YAML: " + e.getMessage());
        }
    }

    private static void checkShape(String label, Iterable<Event> events) {
        int depth = 0;
        for (Event event : events) {
            if (event instanceof AliasEvent) {
                throw StoaException.user(label + place(event.getStartMark()) + ": aliases are not read; write it out");
            }
            depth += event instanceof CollectionStartEvent ? 1 : 0;
            depth -= event instanceof CollectionEndEvent ? 1 : 0;
            if (depth > DEEPEST) {
                throw StoaException.user(
                        label + place(event.getStartMark()) + ": nested more than " + DEEPEST + " deep");
            }
        }
    }

    private static YamlPart mapping(String label, Node node) {
        if (!(node instanceof MappingNode mapping)) {
            throw wrong(label, node, "a mapping of keys to values is expected here");
        }
        Map<String, Node> values = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw wrong(label, tuple.getKeyNode(), "a key must be a plain word");
            }
            if (values.putIfAbsent(key.getValue(), tuple.getValueNode()) != null) {
                throw wrong(label, key, "the key " + key.getValue() + " is given twice");
            }
        }
        return new YamlPart(label, node, values);
    }

    /** The keys in the file's order. */
    public List<String> keys() {
        return List.copyOf(values.keySet());
    }

    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** Refuses every other key. */
    public YamlPart only(String... keys) {
        List<String> known = Arrays.asList(keys);
        values.forEach((key, value) -> {
            if (!known.contains(key)) {
                String hint = Spelling.hint(key, known).orElse("; known are " + String.join(", ", known));
                throw wrong(label, value, "the key " + key + " is not known" + hint);
            }
        });
        return this;
    }

    /** A mistake in this mapping. */
    public StoaException wrong(String what) {
        return wrong(label, node, what);
    }

    /** A mistake in the value of a key, or in this mapping where the key is missing. */
    public StoaException wrong(String key, String what) {
        return wrong(label, values.getOrDefault(key, node), key + ": " + what);
    }

    public String text(String key) {
        return optionalText(key).orElseThrow(() -> wrong("the key " + key + " is missing"));
    }

    public Optional<String> optionalText(String key) {
        return value(key).map(value -> scalar(key, value));
    }

    /** A text of a short list of words, as an enum's value; case and hyphens as in YAML. */
    public <E extends Enum<E>> E choice(String key, Class<E> type) {
        String word = text(key);
        Map<String, E> words = new HashMap<>();
        for (E value : type.getEnumConstants()) {
            words.put(value.name().toLowerCase(Locale.ROOT).replace('_', '-'), value);
        }
        return Optional.ofNullable(words.get(word.toLowerCase(Locale.ROOT)))
                .orElseThrow(() -> wrong(
                        key,
                        word + " is not one of "
                                + String.join(
                                        ", ", words.keySet().stream().sorted().toList())));
    }

    public double number(String key, double low, double high) {
        return optionalNumber(key, low, high).orElseThrow(() -> wrong("the key " + key + " is missing"));
    }

    public OptionalDouble optionalNumber(String key, double low, double high) {
        Optional<Node> value = value(key);
        return value.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(number(key, scalar(key, value.get()), low, high));
    }

    private double number(String key, String text, double low, double high) {
        // A bounded form: Java also reads "0x1p4", "1d" and "NaN", which nobody means.
        if (!text.matches("-?[0-9]{1,18}(\\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?")) {
            throw wrong(key, text + " is not a number");
        }
        double number = Double.parseDouble(text);
        if (!(number >= low && number <= high)) {
            throw wrong(key, text + " is not between " + plain(low) + " and " + plain(high));
        }
        return number;
    }

    public int integer(String key, int low, int high) {
        return whole(key, number(key, low, high));
    }

    public int integer(String key, int low, int high, int otherwise) {
        return whole(key, optionalNumber(key, low, high).orElse(otherwise));
    }

    private int whole(String key, double number) {
        if (number != Math.rint(number)) {
            throw wrong(key, number + " is not a whole number");
        }
        return (int) number;
    }

    public double measure(String key, Dimension dimension, double low, double high, String doubt) {
        return optionalMeasure(key, dimension, low, high, doubt)
                .orElseThrow(() -> wrong("the key " + key + " is missing"));
    }

    /**
     * A figure with its unit.
     *
     * @param low the least that is believed, in the base unit
     * @param high the most
     * @param doubt what is probably meant when it lies beyond them
     */
    public OptionalDouble optionalMeasure(String key, Dimension dimension, double low, double high, String doubt) {
        Optional<String> text = optionalText(key);
        if (text.isEmpty()) {
            return OptionalDouble.empty();
        }
        double figure = dimension
                .parse(text.get())
                .orElseThrow(() -> wrong(key, "'" + text.get() + "' is not " + dimension.form()));
        if (!(figure >= low && figure <= high)) {
            throw wrong(key, text.get() + " is not believed: " + doubt);
        }
        return OptionalDouble.of(figure);
    }

    public YamlPart part(String key) {
        return optionalPart(key).orElseThrow(() -> wrong("the key " + key + " is missing"));
    }

    public Optional<YamlPart> optionalPart(String key) {
        return value(key).map(value -> mapping(label, value));
    }

    /** The mappings of a list; none where the key is missing. */
    public List<YamlPart> parts(String key, int most) {
        return items(key, most).stream().map(item -> mapping(label, item)).toList();
    }

    /** The words of a list, or the only one. */
    public List<String> texts(String key, int most) {
        return items(key, most).stream().map(item -> scalar(key, item)).toList();
    }

    /** The numbers of a list, or the only one. */
    public List<Integer> integers(String key, int most, int low, int high) {
        List<Integer> numbers = new ArrayList<>();
        for (String text : texts(key, most)) {
            numbers.add(whole(key, number(key, text, low, high)));
        }
        return numbers;
    }

    private List<Node> items(String key, int most) {
        Optional<Node> value = value(key);
        if (value.isEmpty()) {
            return List.of();
        }
        List<Node> items = value.get() instanceof SequenceNode list ? list.getValue() : List.of(value.get());
        if (items.size() > most) {
            throw wrong(key, items.size() + " entries; at most " + most + " are read");
        }
        return items;
    }

    private Optional<Node> value(String key) {
        return Optional.ofNullable(values.get(key));
    }

    private String scalar(String key, Node value) {
        if (value instanceof ScalarNode scalar
                && !scalar.getValue().isBlank()
                && scalar.getValue().length() <= 1000) {
            return scalar.getValue().strip();
        }
        throw wrong(label, value, key + ": a single value of at most 1000 characters is expected here");
    }

    private static String plain(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : Double.toString(number);
    }

    private static StoaException wrong(String label, Node node, String what) {
        return StoaException.user(label + place(node.getStartMark()) + ": " + what);
    }

    private static String place(Optional<Mark> mark) {
        return mark.map(m -> ":" + (m.getLine() + 1) + ":" + (m.getColumn() + 1))
                .orElse("");
    }
}
