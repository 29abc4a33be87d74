package io.stoa.benchmark.toolcall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceCallReaderTest {
    private static Map<String, String> arguments(AnswerSyntax syntax, String answer) {
        ParsedAnswer.Calls calls = (ParsedAnswer.Calls) syntax.parse(answer);
        assertThat(calls.calls()).hasSize(1);
        return calls.calls().getFirst().arguments().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, argument -> ((ArgumentValue.Text) argument.getValue()).value()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '¤',
            value = {
                "\"a b\"|a b",
                "'c'|c",
                "\"a\" + \"b\"|\"a\"+\"b\"",
                "\"a, b)\"|a, b)",
                "\"a \\\" b\"|a \\\" b",
                "5L|5L",
                "- 5|-5",
                "x instanceof Y|x instanceof Y",
                "new int[] { 1, 2 }|new int[]{1,2}",
                "new Point( 1,  2 )|new Point(1, 2)",
                "new HashMap<String, Object>() {{ put(\"a\", 1); }}|new HashMap<String,Object>()",
                "new A(new B() { int x; }, \"s\")|new A(new B(), \"s\")",
                "new ArrayList<>(Arrays.asList(\"a, b\", \"c\"))|new ArrayList<>(Arrays.asList(\"a, b\",\"c\"))",
                "(a, b) -> { return a; }|(a,b)->{return a;}",
                "Map.of(\"a\", /* one */ 1)|Map.of(\"a\",1)",
                "a < b|a<b",
                "\"\"\"text \" block\"\"\"|\"\"text \" block\"\"",
                "String.class|String.class"
            })
    void javaStaysSource(String written, String read) {
        assertThat(arguments(AnswerSyntax.JAVA, "[a.B.f(x=" + written + ", y=1)]"))
                .containsExactlyInAnyOrderEntriesOf(Map.of("x", read, "y", "1"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '¤',
            value = {
                "\"a b\"|a b",
                "'c'|c",
                "\"a\" + \"b\"|a\" + \"b",
                "[1, 2]|[1, 2]",
                "{a: 1, b: [2, 3]}|{a: 1, b: [2, 3]}",
                "(a, b) => a === b|(a, b) => a === b",
                "function (a, b) { return '}'; }|function (a, b) { return '}'; }",
                "/[,)/]+/g|/[,)/]+/g",
                "`t, ${f(1, `)`)} }`|`t, ${f(1, `)`)} }`",
                "a / b / c|a / b / c",
                "12n|12n"
            })
    void javaScriptStaysSource(String written, String read) {
        assertThat(arguments(AnswerSyntax.JAVASCRIPT, "f(x=" + written + ", y=1)"))
                .containsExactlyInAnyOrderEntriesOf(Map.of("x", read, "y", "1"));
    }

    @Test
    void unnamedArgumentsCountOnlyAsVariables() {
        assertThat(arguments(AnswerSyntax.JAVA, "f(1, \"x\", y = 2);")).containsOnlyKeys("y");
        assertThat(arguments(AnswerSyntax.JAVA, "f(x, y = 2)")).containsOnlyKeys("*", "y");
        assertThat(arguments(AnswerSyntax.JAVASCRIPT, "f(() => 1)")).isEmpty();
        assertThat(arguments(AnswerSyntax.JAVASCRIPT, "f()")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "f(a=1",
                "f(a=1]",
                "f(a=\"x)",
                "f(a='x\n')",
                "f(a=1) g(b=2)",
                "f(a=1); g(b=2)",
                "f(a=)",
                "f(a=1,,b=2)",
                "f(a=1, a=2)",
                "f(x, y)",
                "f",
                "int x = 5",
                "f(a=1}",
                "f(a=/* x)",
                "f(a=(1)",
                "No function fits.",
                "=("
            })
    void isRefused(String answer) {
        for (AnswerSyntax syntax : List.of(AnswerSyntax.JAVA, AnswerSyntax.JAVASCRIPT)) {
            assertThat(syntax.parse(answer))
                    .isInstanceOfSatisfying(
                            ParsedAnswer.Unreadable.class,
                            unreadable -> assertThat(unreadable.fault()).isEqualTo(Fault.DECODER_FAILED));
        }
    }

    @Test
    void noCallIsAnotherFault() {
        for (AnswerSyntax syntax : List.of(AnswerSyntax.JAVA, AnswerSyntax.JAVASCRIPT)) {
            assertThat(syntax.parse("[]")).isEqualTo(new ParsedAnswer.Unreadable(Fault.WRONG_OUTPUT_FORMAT, "no call"));
        }
        assertThat(AnswerSyntax.JAVASCRIPT.parse("f(a=1), g(b=2)"))
                .isEqualTo(new ParsedAnswer.Unreadable(Fault.WRONG_OUTPUT_FORMAT, "not one call alone"));
    }
}
