package io.stoa.benchmark.toolcall;

import java.util.Optional;

/** The language that functions are declared in, which decides what types there are and how arguments are written. */
public enum Language {
    PYTHON(AnswerSyntax.PYTHON),
    JAVA(AnswerSyntax.JAVA),
    JAVASCRIPT(AnswerSyntax.JAVASCRIPT);

    private final AnswerSyntax syntax;

    Language(AnswerSyntax syntax) {
        this.syntax = syntax;
    }

    /** How calls are written in this language. */
    public AnswerSyntax syntax() {
        return syntax;
    }

    /** What a declared type is compared as; empty where the language has no such type. */
    Optional<ValueType> type(String declared) {
        return switch (this) {
            case PYTHON -> python(declared);
            case JAVA -> java(declared);
            case JAVASCRIPT -> javaScript(declared);
        };
    }

    /** Whether the elements' type is declared and checked. */
    boolean hasElements(String declared) {
        return switch (this) {
            case PYTHON -> declared.equals("array") || declared.equals("tuple");
            case JAVA -> declared.equals("Array") || declared.equals("ArrayList");
            case JAVASCRIPT -> declared.equals("array");
        };
    }

    private static Optional<ValueType> python(String declared) {
        return switch (declared) {
            case "string", "any" -> Optional.of(ValueType.STRING);
            case "integer" -> Optional.of(ValueType.INTEGER);
            case "float" -> Optional.of(ValueType.FLOAT);
            case "boolean" -> Optional.of(ValueType.BOOLEAN);
            case "array", "tuple" -> Optional.of(ValueType.LIST);
            case "dict" -> Optional.of(ValueType.DICT);
            default -> Optional.empty();
        };
    }

    private static Optional<ValueType> java(String declared) {
        return switch (declared) {
            case "String", "char", "any" -> Optional.of(ValueType.STRING);
            case "byte", "short", "integer", "long" -> Optional.of(ValueType.INTEGER);
            case "float", "double" -> Optional.of(ValueType.FLOAT);
            case "boolean" -> Optional.of(ValueType.BOOLEAN);
            case "Array", "ArrayList", "Queue", "Stack" -> Optional.of(ValueType.LIST);
            case "HashMap", "Hashtable" -> Optional.of(ValueType.DICT);
            case "Set" -> Optional.of(ValueType.SET);
            default -> Optional.empty();
        };
    }

    private static Optional<ValueType> javaScript(String declared) {
        return switch (declared) {
            case "String", "any" -> Optional.of(ValueType.STRING);
            case "integer", "Bigint" -> Optional.of(ValueType.INTEGER);
            case "float" -> Optional.of(ValueType.FLOAT);
            case "Boolean" -> Optional.of(ValueType.BOOLEAN);
            case "array" -> Optional.of(ValueType.LIST);
            case "dict" -> Optional.of(ValueType.DICT);
            default -> Optional.empty();
        };
    }
}
