package io.stoa.benchmark.toolcall;

import java.util.Map;
import java.util.Optional;

/** The language that functions are declared in, which decides what types there are and how arguments are written. */
public enum Language {
    PYTHON(
            AnswerSyntax.PYTHON,
            Map.of(
                    "string", ValueType.STRING,
                    "integer", ValueType.INTEGER,
                    "float", ValueType.FLOAT,
                    "boolean", ValueType.BOOLEAN,
                    "array", ValueType.LIST,
                    "tuple", ValueType.LIST,
                    "dict", ValueType.DICT,
                    "any", ValueType.STRING)),
    JAVA(
            AnswerSyntax.JAVA,
            Map.ofEntries(
                    Map.entry("byte", ValueType.INTEGER),
                    Map.entry("short", ValueType.INTEGER),
                    Map.entry("integer", ValueType.INTEGER),
                    Map.entry("long", ValueType.INTEGER),
                    Map.entry("float", ValueType.FLOAT),
                    Map.entry("double", ValueType.FLOAT),
                    Map.entry("boolean", ValueType.BOOLEAN),
                    Map.entry("char", ValueType.STRING),
                    Map.entry("String", ValueType.STRING),
                    Map.entry("any", ValueType.STRING),
                    Map.entry("Array", ValueType.LIST),
                    Map.entry("ArrayList", ValueType.LIST),
                    Map.entry("Queue", ValueType.LIST),
                    Map.entry("Stack", ValueType.LIST),
                    Map.entry("Set", ValueType.SET),
                    Map.entry("HashMap", ValueType.DICT),
                    Map.entry("Hashtable", ValueType.DICT))),
    JAVASCRIPT(
            AnswerSyntax.JAVASCRIPT,
            Map.of(
                    "String", ValueType.STRING,
                    "integer", ValueType.INTEGER,
                    "float", ValueType.FLOAT,
                    "Bigint", ValueType.INTEGER,
                    "Boolean", ValueType.BOOLEAN,
                    "dict", ValueType.DICT,
                    "array", ValueType.LIST,
                    "any", ValueType.STRING));

    private final AnswerSyntax syntax;
    private final Map<String, ValueType> types;

    Language(AnswerSyntax syntax, Map<String, ValueType> types) {
        this.syntax = syntax;
        this.types = types;
    }

    /** How calls are written in this language. */
    public AnswerSyntax syntax() {
        return syntax;
    }

    /** What a declared type is compared as; empty where the language has no such type. */
    Optional<ValueType> type(String declared) {
        return Optional.ofNullable(types.get(declared));
    }

    /** Whether the elements' type is declared and checked. */
    boolean hasElements(String declared) {
        return switch (this) {
            case PYTHON -> declared.equals("array") || declared.equals("tuple");
            case JAVA -> declared.equals("Array") || declared.equals("ArrayList");
            case JAVASCRIPT -> declared.equals("array");
        };
    }
}
