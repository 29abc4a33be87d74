package io.stoa.integration.tool.method;

import dev.langchain4j.model.output.structured.Description;
import io.stoa.model.StoaException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON Schema (draft 2020-12) of a Java type: records, enums, collections, maps with text keys, numbers, texts, truth
 * values and times. Components are required unless they are {@link Optional}; LangChain4j's {@code @Description} says what
 * they mean.
 */
final class TypeSchema {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int DEEPEST = 10;
    private static final Set<Type> WHOLE = Set.of(
            int.class,
            long.class,
            short.class,
            byte.class,
            Integer.class,
            Long.class,
            Short.class,
            Byte.class,
            BigInteger.class);
    private static final Set<Type> REAL =
            Set.of(double.class, float.class, Double.class, Float.class, BigDecimal.class);
    private static final Set<Type> TEXT = Set.of(String.class, CharSequence.class, char.class, Character.class);
    private static final Map<Type, String> FORMATS = Map.of(
            LocalDate.class, "date",
            LocalTime.class, "time",
            Instant.class, "date-time",
            OffsetDateTime.class, "date-time",
            LocalDateTime.class, "date-time",
            UUID.class, "uuid");

    private TypeSchema() {}

    /**
     * The schema of a record.
     *
     * @throws StoaException of kind {@code USER} for a type that cannot be told as JSON, or that holds itself
     */
    static ObjectNode ofRecord(Class<? extends Record> type) {
        return of(type, type.getSimpleName(), 0);
    }

    /** The schema of a type. */
    static ObjectNode of(Type type, String where) {
        return of(type, where, 0);
    }

    /** Whether a value may be left out. */
    static boolean isOptional(Type type) {
        return type instanceof ParameterizedType generic && generic.getRawType() == Optional.class;
    }

    private static ObjectNode of(Type type, String where, int depth) {
        if (depth > DEEPEST) {
            throw StoaException.user(where + ": nested deeper than " + DEEPEST
                    + " levels, or holding itself; take a text for what is below");
        }
        if (TEXT.contains(type)) {
            return JSON.objectNode().put("type", "string");
        }
        if (WHOLE.contains(type)) {
            return JSON.objectNode().put("type", "integer");
        }
        if (REAL.contains(type)) {
            return JSON.objectNode().put("type", "number");
        }
        if (type == boolean.class || type == Boolean.class) {
            return JSON.objectNode().put("type", "boolean");
        }
        String format = FORMATS.get(type);
        if (format != null) {
            return JSON.objectNode().put("type", "string").put("format", format);
        }
        return switch (type) {
            case Class<?> plain when plain.isEnum() -> enumeration(plain);
            case Class<?> plain when plain.isRecord() -> record(plain, where, depth);
            case Class<?> plain when plain.isArray() -> array(plain.getComponentType(), where, depth);
            case ParameterizedType generic -> generic(generic, where, depth);
            default ->
                throw StoaException.user(where + ": no JSON is known for " + type.getTypeName()
                        + "; take a record, a collection, a number, a text, a truth value, a time or an enum");
        };
    }

    private static ObjectNode enumeration(Class<?> type) {
        ObjectNode schema = JSON.objectNode().put("type", "string");
        ArrayNode values = schema.putArray("enum");
        for (Object constant : type.getEnumConstants()) {
            values.add(((Enum<?>) constant).name());
        }
        return schema;
    }

    private static ObjectNode record(Class<?> type, String where, int depth) {
        ObjectNode schema = JSON.objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JSON.arrayNode();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = component.getName();
            ObjectNode property = of(component.getGenericType(), where + "." + name, depth + 1);
            description(component).ifPresent(text -> property.put("description", text));
            properties.set(name, property);
            if (!isOptional(component.getGenericType())) {
                required.add(name);
            }
        }
        schema.set("required", required);
        return schema.put("additionalProperties", false);
    }

    /** An annotation that may stand on fields goes to the component's field. */
    private static Optional<String> description(RecordComponent component) {
        return Arrays.stream(component.getDeclaringRecord().getDeclaredFields())
                .filter(field -> field.getName().equals(component.getName()))
                .flatMap(field -> Optional.ofNullable(field.getAnnotation(Description.class)).stream())
                .map(given -> String.join("\n", given.value()))
                .findFirst();
    }

    private static ObjectNode array(Type element, String where, int depth) {
        ObjectNode schema = JSON.objectNode().put("type", "array");
        schema.set("items", of(element, where + "[]", depth + 1));
        return schema;
    }

    private static ObjectNode generic(ParameterizedType type, String where, int depth) {
        Class<?> raw = (Class<?>) type.getRawType();
        Type[] inside = type.getActualTypeArguments();
        if (raw == Optional.class) {
            return of(inside[0], where, depth + 1);
        }
        if (Collection.class.isAssignableFrom(raw)) {
            return array(inside[0], where, depth);
        }
        if (raw == Map.class && inside[0] == String.class) {
            ObjectNode schema = JSON.objectNode().put("type", "object");
            schema.set("additionalProperties", of(inside[1], where + "{}", depth + 1));
            return schema;
        }
        throw StoaException.user(where + ": no JSON is known for " + type.getTypeName());
    }
}
