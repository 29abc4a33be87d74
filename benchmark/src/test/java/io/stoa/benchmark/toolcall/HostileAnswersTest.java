package io.stoa.benchmark.toolcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever an answer is, reading it ends soon, and in a value. */
class HostileAnswersTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final Duration SOON = Duration.ofSeconds(60);

    static Stream<Arguments> refused() {
        int room = MEBIBYTE - 20;
        return Stream.of(
                        "[".repeat(room),
                        "f(a=" + "[".repeat(room),
                        "f(a=" + "(".repeat(room),
                        "f(a=" + "{".repeat(room),
                        "f(a=" + "[".repeat(room / 2 - 9) + "]".repeat(room / 2 - 9) + ")",
                        "f(a=" + "g(".repeat(room / 2),
                        "f(" + "a=f(".repeat(room / 4),
                        "f(a='" + "x".repeat(room),
                        "f(a=\"" + "\\\"".repeat(room / 2 - 3),
                        "f" + "(".repeat(room / 2) + ")".repeat(room / 2 - 2),
                        "{".repeat(room),
                        "[{\"name\": " + "{\"a\": ".repeat(room / 6 - 2),
                        "x".repeat(MEBIBYTE + 1))
                .flatMap(answer -> Stream.of(AnswerSyntax.values()).map(syntax -> Arguments.of(syntax, answer)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refused(AnswerSyntax syntax, String answer) {
        ParsedAnswer read = assertTimeoutPreemptively(SOON, () -> syntax.parse(answer));
        assertThat(read).isInstanceOf(ParsedAnswer.Unreadable.class);
        assertThat(((ParsedAnswer.Unreadable) read).why()).isNotEmpty().hasSizeLessThan(1000);
    }

    static List<String> chains() {
        return List.of(
                "1" + "+1".repeat(200),
                "-".repeat(200) + "1",
                "x" + ".y".repeat(200),
                "x" + "[0]".repeat(200),
                "f" + "()".repeat(200),
                "2" + "**2".repeat(200),
                "1".repeat(4301),
                "0x" + "f".repeat(4300));
    }

    @ParameterizedTest
    @MethodSource
    void chains(String value) {
        assertThat(AnswerSyntax.PYTHON.parse("[f(a=" + value + ")]")).isInstanceOf(ParsedAnswer.Unreadable.class);
    }

    static List<String> slow() {
        int room = MEBIBYTE - 20;
        return List.of(
                "new ArrayList<>(Arrays.asList(".repeat(room / 30),
                "new ArrayList<>(Arrays.asList(\n".repeat(room / 31) + "1))",
                "new ArrayList<>() {{ " + "add(".repeat(room / 5),
                "new HashMap<".repeat(room / 12),
                "new HashMap<>() {{ " + "put(\"".repeat(room / 6),
                "new HashMap<>() {{ " + "put(\"a\",".repeat(room / 9),
                "new int[]{" + ",".repeat(room),
                "[" + "[1],".repeat(room / 4),
                "[" + "[".repeat(room),
                "{" + "a:".repeat(room / 2),
                "{" + "a:1,".repeat(room / 4) + "}",
                "{a:" + ",".repeat(room) + "}",
                "<".repeat(room),
                " ".repeat(room),
                "1".repeat(room),
                "1_".repeat(room / 2));
    }

    /** Sources reach the converters unread when an answer is JSON. */
    @ParameterizedTest
    @MethodSource
    void slow(String source) {
        assertTimeoutPreemptively(SOON, () -> {
            for (String type : List.of("ArrayList/String", "Array/integer", "HashMap", "long", "float", "any")) {
                assertThat(JavaLiteral.convert(source, parameter(Language.JAVA, type)))
                        .isNotNull();
            }
            for (String type : List.of("array/String", "array/array", "dict", "float", "Bigint", "String")) {
                assertThat(JavaScriptLiteral.convert(source, parameter(Language.JAVASCRIPT, type)))
                        .isNotNull();
            }
            for (AnswerSyntax syntax : AnswerSyntax.values()) {
                assertThat(syntax.parse("[f(a=" + source + ")]")).isNotNull();
            }
        });
    }

    private static Parameter parameter(Language language, String type) {
        String[] parts = type.split("/", 2);
        return new Parameter(language, parts[0], parts.length > 1 ? Optional.of(parts[1]) : Optional.empty());
    }

    @ParameterizedTest
    @EnumSource
    void noiseIsReadOrRefused(AnswerSyntax syntax) {
        long seed = Long.getLong("stoa.toolcall.seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> pieces = List.of(
                "f",
                "(",
                ")",
                "[",
                "]",
                "{",
                "}",
                "a=",
                ",",
                "'",
                "\"",
                "\\",
                "1",
                "-",
                "**",
                ".",
                ":",
                "x",
                " ",
                "\n",
                "new ",
                "<",
                ">",
                "=",
                "`",
                "${",
                "/",
                "//",
                "#",
                "\"name\":",
                "\"arguments\":",
                "é",
                "\uD83D",
                "0x",
                "1e");
        for (int i = 0; i < 5_000; i++) {
            StringBuilder answer = new StringBuilder();
            for (int length = random.nextInt(20); length >= 0; length--) {
                answer.append(pieces.get(random.nextInt(pieces.size())));
            }
            assertThat(syntax.parse(answer.toString()))
                    .as("seed %s: %s", seed, answer)
                    .isNotNull();
        }
    }

    @Test
    void theDeepestAllowedIsJudged() {
        String nested = "[".repeat(90) + "]".repeat(90);
        ParsedAnswer.Calls calls = (ParsedAnswer.Calls) AnswerSyntax.PYTHON.parse("[f(a=" + nested + ")]");
        assertThat(calls.calls().getFirst().arguments()).hasSize(1).containsOnlyKeys("a");
        assertThat(PythonValue.repr(calls.calls().getFirst().arguments().getOrDefault("a", new ArgumentValue.None())))
                .isEqualTo(nested);
    }

    @Test
    void jsonNumbersAreBounded() {
        for (String number : List.of("1".repeat(5000), "1e999999999", "-1e-999999999")) {
            ParsedAnswer read = assertTimeoutPreemptively(
                    SOON, () -> AnswerSyntax.JSON.parse("[{\"name\": \"f\", \"arguments\": {\"a\": " + number + "}}]"));
            if (read instanceof ParsedAnswer.Calls(List<FunctionCall> calls)) {
                Map<String, ArgumentValue> arguments = calls.getFirst().arguments();
                assertTimeoutPreemptively(
                        SOON,
                        () -> assertThat(arguments
                                        .getOrDefault("a", new ArgumentValue.None())
                                        .equalsInPython(ArgumentValue.of(1)))
                                .isFalse());
            }
        }
    }
}
