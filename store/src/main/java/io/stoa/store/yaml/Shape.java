package io.stoa.store.yaml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** What a value in a YAML file must look like. */
public sealed interface Shape {
    /** A text; where {@code oneOf} is not empty, one of those. Numbers and booleans are taken as they are written. */
    record Text(List<String> oneOf) implements Shape {
        public static final Text ANY = new Text(List.of());

        public Text {
            oneOf = List.copyOf(oneOf);
        }
    }

    /** A text that matches a pattern, with an example for the error message. */
    record Pattern(String regex, String example) implements Shape {}

    /** A whole number within bounds, both included. */
    record Whole(long least, long most) implements Shape {}

    /** A number within bounds, both included. */
    record Real(double least, double most) implements Shape {}

    record Truth() implements Shape {}

    /** Any value at all, such as a JSON Schema or the arguments of a call; see {@link YamlFile#json}. */
    record Anything() implements Shape {}

    /** A list with at least so many elements. */
    record ListOf(Shape element, int least) implements Shape {}

    /** A mapping with these keys and no others. */
    record Fields(SequencedMap<String, Field> fields) implements Shape {
        public Fields {
            fields = new LinkedHashMap<>(fields);
        }

        /** A mapping with these keys. */
        public static Fields of(Key... keys) {
            SequencedMap<String, Field> fields = new LinkedHashMap<>();
            for (Key key : keys) {
                fields.put(key.name(), key.field());
            }
            return new Fields(fields);
        }
    }

    /**
     * A mapping from names of the user's choice.
     *
     * @param name what the names look like
     * @param value what each of them has
     */
    record Named(Pattern name, Shape value, int least) implements Shape {}

    /** A mapping whose keys depend on the value of one of them, such as {@code kind}. */
    record Variants(String key, SequencedMap<String, Fields> variants) implements Shape {
        public Variants {
            variants = new LinkedHashMap<>(variants);
        }
    }

    /** A mapping that is of one kind or of another, told apart by a key that only that kind has. */
    record ByKey(SequencedMap<String, Fields> byKey) implements Shape {
        public ByKey {
            byKey = new LinkedHashMap<>(byKey);
        }
    }

    /** Either the given word or a mapping. */
    record WordOr(String word, Fields fields) implements Shape {}

    /** A key with its name. */
    record Key(String name, Field field) {}

    /**
     * A key of a mapping.
     *
     * @param shape of its value
     * @param required whether it must be there
     * @param description one sentence for the schema
     * @param preset what holds when it is absent, for the schema
     */
    record Field(Shape shape, boolean required, String description, Optional<String> preset) {}
}
