package io.stoa.store.yaml;

import io.stoa.model.Spelling;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Holds a YAML tree against a {@link Shape} and collects everything that is wrong with it, each with its place. */
final class ShapeChecker {
    /** Deep enough for every honest file, and the end of every cyclic alias. */
    private static final int DEEPEST = 20;

    private final Problems problems;

    ShapeChecker(Problems problems) {
        this.problems = problems;
    }

    void check(Node node, Shape shape, String where) {
        check(node, shape, where, 0);
    }

    private void check(Node node, Shape shape, String where, int depth) {
        if (depth > DEEPEST) {
            problems.at(node, where + " is nested too deeply");
            return;
        }
        switch (shape) {
            case Shape.Text(List<String> oneOf) -> checkText(node, oneOf, where);
            case Shape.Pattern(String regex, String example) -> {
                Optional<String> text = scalar(node, where, "a text such as " + example);
                if (text.isPresent() && !text.get().matches(regex)) {
                    problems.at(node, where + " must look like " + example + ", found \"" + text.get() + "\"");
                }
            }
            case Shape.Whole(long least, long most) -> checkWhole(node, least, most, where);
            case Shape.Real(double least, double most) -> checkReal(node, least, most, where);
            case Shape.Truth() -> {
                Optional<String> text = scalar(node, where, "true or false");
                if (text.isPresent() && !node.getTag().equals(Tag.BOOL)) {
                    problems.at(node, where + " must be true or false, found \"" + text.get() + "\"");
                }
            }
            case Shape.Anything anything -> {
                switch (node) {
                    case MappingNode map ->
                        map.getValue().forEach(entry -> check(entry.getValueNode(), anything, where, depth + 1));
                    case SequenceNode list ->
                        list.getValue().forEach(element -> check(element, anything, where, depth + 1));
                    default -> {
                        // a scalar is a value
                    }
                }
            }
            case Shape.ListOf(Shape element, int least) -> {
                if (!(node instanceof SequenceNode list)) {
                    problems.at(node, where + " must be a list, found " + describe(node));
                    return;
                }
                if (list.getValue().size() < least) {
                    problems.at(node, where + " must have at least " + least + (least == 1 ? " entry" : " entries"));
                }
                for (int i = 0; i < list.getValue().size(); i++) {
                    check(list.getValue().get(i), element, where + "[" + i + "]", depth + 1);
                }
            }
            case Shape.Fields fields -> mapping(node, where).ifPresent(map -> checkFields(map, fields, where, depth));
            case Shape.Named named -> mapping(node, where).ifPresent(map -> checkNamed(map, named, where, depth));
            case Shape.Variants variants ->
                mapping(node, where).ifPresent(map -> checkVariants(map, variants, where, depth));
            case Shape.ByKey byKey -> mapping(node, where).ifPresent(map -> checkByKey(map, byKey, where, depth));
            case Shape.WordOr(String word, Shape.Fields fields) -> {
                if (node instanceof MappingNode map) {
                    checkFields(map, fields, where, depth);
                } else if (!(node instanceof ScalarNode scalar)
                        || !scalar.getValue().equals(word)) {
                    problems.at(node, where + " must be " + word + " or a mapping, found " + describe(node));
                }
            }
        }
    }

    private void checkText(Node node, List<String> oneOf, String where) {
        Optional<String> text = scalar(node, where, oneOf.isEmpty() ? "a text" : "one of " + oneOf);
        if (text.isEmpty()) {
            return;
        }
        if (!oneOf.isEmpty() && !oneOf.contains(text.get())) {
            problems.at(
                    node,
                    where + " is \"" + text.get() + "\"; it must be one of " + String.join(", ", oneOf)
                            + nearest(text.get(), oneOf));
        } else if (text.get().isBlank()) {
            problems.at(node, where + " is empty");
        }
    }

    private void checkWhole(Node node, long least, long most, String where) {
        String bounds = most == Long.MAX_VALUE || most == Integer.MAX_VALUE
                ? "a whole number, at least " + least
                : "a whole number from " + least + " to " + most;
        Optional<String> text = scalar(node, where, bounds);
        if (text.isEmpty()) {
            return;
        }
        try {
            long value = Long.parseLong(text.get().replace("_", ""));
            if (value < least || value > most) {
                problems.at(node, where + " must be " + bounds + ", found " + value);
            }
        } catch (NumberFormatException e) {
            problems.at(node, where + " must be " + bounds + ", found \"" + text.get() + "\"");
        }
    }

    private void checkReal(Node node, double least, double most, String where) {
        String bounds = "a number from " + plain(least) + " to " + plain(most);
        Optional<String> text = scalar(node, where, bounds);
        if (text.isEmpty()) {
            return;
        }
        try {
            double value = Double.parseDouble(text.get());
            if (!(value >= least && value <= most)) {
                problems.at(node, where + " must be " + bounds + ", found " + text.get());
            }
        } catch (NumberFormatException e) {
            problems.at(node, where + " must be " + bounds + ", found \"" + text.get() + "\"");
        }
    }

    private void checkFields(MappingNode map, Shape.Fields shape, String where, int depth) {
        Set<String> seen = new HashSet<>();
        for (NodeTuple entry : map.getValue()) {
            String key = keyOf(entry);
            Shape.Field field = shape.fields().get(key);
            if (!seen.add(key)) {
                problems.at(entry.getKeyNode(), "the key " + key + " stands twice" + in(where));
            } else if (field == null) {
                problems.at(
                        entry.getKeyNode(),
                        "unknown key " + key + in(where)
                                + nearest(key, shape.fields().keySet()));
            } else {
                check(entry.getValueNode(), field.shape(), where.isEmpty() ? key : where + "." + key, depth + 1);
            }
        }
        for (Map.Entry<String, Shape.Field> field : shape.fields().entrySet()) {
            if (field.getValue().required() && !seen.contains(field.getKey())) {
                problems.at(
                        map,
                        "the key " + field.getKey() + " is missing" + in(where) + ": "
                                + field.getValue().description());
            }
        }
    }

    private void checkNamed(MappingNode map, Shape.Named shape, String where, int depth) {
        Set<String> seen = new HashSet<>();
        if (map.getValue().size() < shape.least()) {
            problems.at(
                    map, where + " must have at least " + shape.least() + (shape.least() == 1 ? " entry" : " entries"));
        }
        for (NodeTuple entry : map.getValue()) {
            String key = keyOf(entry);
            if (!seen.add(key)) {
                problems.at(entry.getKeyNode(), "the name " + key + " stands twice" + in(where));
            } else if (!key.matches(shape.name().regex())) {
                problems.at(
                        entry.getKeyNode(),
                        "a name" + in(where) + " must look like " + shape.name().example() + ", found \"" + key + "\"");
            } else {
                check(entry.getValueNode(), shape.value(), where + "." + key, depth + 1);
            }
        }
    }

    private void checkVariants(MappingNode map, Shape.Variants shape, String where, int depth) {
        Optional<Node> kind = value(map, shape.key());
        if (kind.isEmpty()) {
            checkKnown(map, shape.variants().values(), where);
            problems.at(
                    map,
                    "the key " + shape.key() + " is missing" + in(where) + ": one of "
                            + String.join(", ", shape.variants().keySet()));
            return;
        }
        String name = kind.get() instanceof ScalarNode scalar ? scalar.getValue() : "";
        Shape.Fields fields = shape.variants().get(name);
        if (fields == null) {
            check(
                    kind.get(),
                    new Shape.Text(List.copyOf(shape.variants().keySet())),
                    where + "." + shape.key(),
                    depth + 1);
        } else {
            checkFields(map, fields, where, depth);
        }
    }

    private void checkByKey(MappingNode map, Shape.ByKey shape, String where, int depth) {
        List<Map.Entry<String, Shape.Fields>> present = shape.byKey().entrySet().stream()
                .filter(kind -> value(map, kind.getKey()).isPresent())
                .toList();
        if (present.size() == 1) {
            checkFields(map, present.getFirst().getValue(), where, depth);
        } else if (present.isEmpty()) {
            checkKnown(map, shape.byKey().values(), where);
            problems.at(
                    map,
                    where + " needs one of the keys "
                            + String.join(", ", shape.byKey().keySet()));
        } else {
            problems.at(
                    map,
                    where + " can have only one of the keys "
                            + String.join(
                                    ", ",
                                    present.stream().map(Map.Entry::getKey).toList()));
        }
    }

    /** Where the kind of a mapping is not known, a key that no kind has is wrong all the same. */
    private void checkKnown(MappingNode map, Collection<Shape.Fields> kinds, String where) {
        Set<String> known = new TreeSet<>();
        kinds.forEach(fields -> known.addAll(fields.fields().keySet()));
        for (NodeTuple entry : map.getValue()) {
            if (!known.contains(keyOf(entry))) {
                problems.at(
                        entry.getKeyNode(), "unknown key " + keyOf(entry) + in(where) + nearest(keyOf(entry), known));
            }
        }
    }

    /** The value node of a key. */
    static Optional<Node> value(MappingNode map, String key) {
        return map.getValue().stream()
                .filter(entry -> keyOf(entry).equals(key))
                .map(NodeTuple::getValueNode)
                .findFirst();
    }

    private static String keyOf(NodeTuple entry) {
        return entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "(not a text)";
    }

    private Optional<MappingNode> mapping(Node node, String where) {
        if (node instanceof MappingNode map) {
            return Optional.of(map);
        }
        problems.at(
                node,
                (where.isEmpty() ? "the file" : where) + " must be a mapping of keys to values, found "
                        + describe(node));
        return Optional.empty();
    }

    private Optional<String> scalar(Node node, String where, String expected) {
        if (node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
            return Optional.of(scalar.getValue());
        }
        problems.at(node, where + " must be " + expected + ", found " + describe(node));
        return Optional.empty();
    }

    private static String describe(Node node) {
        return switch (node) {
            case MappingNode _ -> "a mapping";
            case SequenceNode _ -> "a list";
            case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) -> "nothing";
            case ScalarNode scalar -> "\"" + scalar.getValue() + "\"";
            default -> "something else";
        };
    }

    private static String in(String where) {
        return where.isEmpty() ? "" : " in " + where;
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    /** A hint at the most similar valid word, where one is similar enough to be what was meant. */
    static String nearest(String word, Collection<String> valid) {
        String wanted = word.toLowerCase(Locale.ROOT).replace('_', '-');
        return valid.isEmpty()
                ? ""
                : Spelling.hint(wanted, valid).orElse("; known keys are " + String.join(", ", valid));
    }
}
