package io.stoa.benchmark.toolcall;

/** Types of values, those of Python, which BFCL compares in every language. */
enum ValueType {
    NONE("NoneType"),
    BOOLEAN("bool"),
    INTEGER("int"),
    FLOAT("float"),
    STRING("str"),
    LIST("list"),
    TUPLE("tuple"),
    DICT("dict"),
    /** Only ever expected (Java's {@code Set}): no answer is read as a set. */
    SET("set");

    private final String pythonName;

    ValueType(String pythonName) {
        this.pythonName = pythonName;
    }

    String pythonName() {
        return pythonName;
    }
}
