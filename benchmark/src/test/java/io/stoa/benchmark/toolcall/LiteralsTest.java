package io.stoa.benchmark.toolcall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected values are what BFCL's converters give for the same source. */
class LiteralsTest {
    private static Parameter parameter(Language language, String type) {
        String[] parts = type.split("/", 2);
        return new Parameter(language, parts[0], parts.length > 1 ? Optional.of(parts[1]) : Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "integer|123|123",
                "integer|-5|-5",
                "integer|5L|'5L'",
                "byte|128|128",
                "short|1.0|'1.0'",
                "long|5L|5",
                "long|5|'5'",
                "float|3.5f|3.5",
                "float|3e3F|3000.0",
                "float|3.5|'3.5'",
                "double|3|3.0",
                "double|3.5e-2|0.035",
                "double|3.5f|'3.5f'",
                "boolean|true|True",
                "boolean|True|'True'",
                "char|a|'a'",
                "String|12|'12'",
                "any|12|'12'",
                "Set|x|'x'",
                "Hashtable|x|'x'",
                "ArrayList/integer|new ArrayList<>(Arrays.asList(1, 2))|[1, 2]",
                "ArrayList/String|new ArrayList<String>(Arrays.asList(\"a\", \"b\"))|['a', 'b']",
                "ArrayList/String|new ArrayList<>(Arrays.asList(\"a,b\"))|['', '']",
                "ArrayList/char|new ArrayList<Character>() {{ add('a'); add('b'); }}|['a', 'b']",
                "ArrayList/float|new ArrayList<Float>() {{add(1.0f);add(2.5f);}}|[1.0, 2.5]",
                "ArrayList/any|new ArrayList<>(Arrays.asList(1, \"x\"))|['1', '\"x\"']",
                "ArrayList/integer|new ArrayList<>()|[]",
                "ArrayList/integer|new ArrayList<>() {{ }}|[]",
                "ArrayList/integer|new ArrayList<>(other)|'new ArrayList<>(other)'",
                "ArrayList/integer|new ArrayList<>(Arrays.asList())|'new ArrayList<>(Arrays.asList())'",
                "ArrayList/integer|List.of(1)|'List.of(1)'",
                "Array/integer|new int[]{1, 2}|[1, 2]",
                "Array/long|new long[] {1L, 2, 3L}|[1, '2', 3]",
                "Array/String|new String[]{\"a\", \"b\"}|['\"a\"', '\"b\"']",
                "Array/integer|new int[]{ }|[]",
                "Array/integer|{1, 2}|'{1, 2}'",
                "HashMap|new HashMap<>()|{}",
                "HashMap|new HashMap<>() {{ }}|{}",
                "HashMap|new HashMap<String, Object>() {{ put(\"a\", 1); put(\"b\", \"x\"); }}|{'a': 1, 'b': 'x'}",
                "HashMap|new HashMap<>() { { put(\"a\", true);put(\"b\",2L); } }|{'a': True, 'b': 2}",
                "HashMap|new HashMap<>() {{ put(\"a\", 1.5f); put(\"b\", 2.5); put(\"c\", x); }}|"
                        + "{'a': 1.5, 'b': 2.5, 'c': 'x'}",
                "HashMap|Map.of(\"a\", 1)|'Map.of(\"a\", 1)'"
            })
    void java(String type, String source, String value) {
        assertThat(PythonValue.repr(JavaLiteral.convert(source, parameter(Language.JAVA, type))))
                .isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "String|\"a\"|'a'",
                "String|'a'|'a'",
                "String|a|'a'",
                "integer|-12|-12",
                "integer|1.0|'1.0'",
                "float|3|3.0",
                "float|3.5|3.5",
                "float|3e3|'3e3'",
                "Bigint|12n|12",
                "Bigint|12|'12'",
                "Boolean|false|False",
                "Boolean|False|'False'",
                "any|12|'12'",
                "array/integer|[1, 2]|[1, 2]",
                "array/float|new Array(1.5, 2)|[1.5, 2.0]",
                "array/Bigint|[1n, 2n]|[1, 2]",
                "array/String|['a', \"b\", c]|['a', 'b', 'c']",
                "array/String|[\"a, b\"]|['\"a', 'b\"']",
                "array/integer|[]|[]",
                "array/integer|x|'x'",
                "array/array|[ [ 1, 2 ], ['a',   true]]|[[1, 2], ['a', True]]",
                "array/array|new Array([1, 2], [3])|[[1, 2], [3]]",
                "array/array|[[]]|[['']]",
                "array/dict|[{\"a\": 1}, {\"b\": 2}]|[{'a': 1}, {'b': 2}]",
                "dict|{}|{}",
                "dict|{ }|{}",
                "dict|{'key': 'value', n: 12, \"t\": true}|{'key': 'value', 'n': 12, 't': True}",
                "dict|{a: [1, 'x'], b: y}|{'a': [1, 'x'], 'b': 'y'}",
                "dict|{a: 'x, y', b: 1.5}|{'a': 'x, y', 'b': 1.5}",
                "dict|{a: {b: 1}, c: 2}|{'a': '{b: 1'}",
                "dict|{a: 'http://x'}|{'a': 'http://x'}",
                "dict|state|'state'"
            })
    void javaScript(String type, String source, String value) {
        assertThat(PythonValue.repr(JavaScriptLiteral.convert(source, parameter(Language.JAVASCRIPT, type))))
                .isEqualTo(value);
    }
}
