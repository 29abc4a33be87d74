package io.stoa.benchmark.toolcall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected values are those of Python 3.11's own parser under BFCL's rules. */
class PythonCallReaderTest {
    record Case(String answer, String calls) {}

    static List<Case> read() {
        return List.of(
                new Case(
                        "[f(a=1, b='x'), g.h(c=[1, -2.5], d={'k': True, 'n': None})]",
                        "f(a=1, b='x') g.h(c=[1, -2.5], d={'k': True, 'n': None})"),
                new Case("f(a=1)", "f(a=1)"),
                new Case("f(a=1), g()", "f(a=1) g()"),
                new Case("```\nf(a=1)\n```", "f(a=1)"),
                new Case("[]", ""),
                new Case("", ""),
                new Case("[f(a=(1, 2), b=(), c=(3,), d=(4))]", "f(a=(1, 2), b=(), c=(3,), d=4)"),
                new Case("[f(a=x, b=...)]", "f(a='x', b='...')"),
                new Case("[f(a=60 * 60, b='a' + 'b', c=7 // -2, d=7 % -3)]", "f(a=3600, b='ab', c=-4, d=-2)"),
                new Case("[f(a=1 / 4, b=2 ** -1, c=10 ** 2, d=-True)]", "f(a=0.25, b=0.5, c=100, d=-1)"),
                new Case("[f(a=2 - -3, b=-2.5 * 2, c=1 + 2 * 3, d=2 ** 3 ** 2)]", "f(a=5, b=-5.0, c=7, d=512)"),
                new Case("[f(a=1 << 4, b=6 & 3, c=6 | 3, d=6 ^ 3, e=~5 + 0)]", "f(a=16, b=2, c=7, d=5, e=-6)"),
                new Case(
                        "[f(a=g(1, 'x'), b=g(k=1), c=t[0], d=t['a'][1:2])]",
                        "f(a=\"g(1, 'x')\", b={'g': {'k': 1}}, c='t[0]', d=\"t['a'][1:2]\")"),
                new Case(
                        "[f(a=g(x.y, [1,2], {'k': 1}, -1, 2**-3, (1,), (a + b)*c))]",
                        "f(a=\"g(x.y, [1, 2], {'k': 1}, -1, 2 ** (-3), (1,), (a + b) * c)\")"),
                new Case("[f(1, 2, a=3)]", "f(a=3)"),
                new Case("[f(*k)]", "f()"),
                new Case("[f(**k)]", "f(*='k')"),
                new Case("[f(a=1, a=2)]", "f(a=2)"),
                new Case(
                        "[f(a='x' 'y', b=\"it's\", c='''l\n2''', d=r'\\d')]",
                        "f(a='xy', b=\"it's\", c='l\\n2', d='\\\\d')"),
                new Case("[f(a='\\x41\\u00e9\\n\\d\\101\\N{BULLET}')]", "f(a='Aé\\n\\\\dA•')"),
                new Case(
                        "[f(a=0x1F, b=1_000, c=1e3, d=.5, e=2., g=0o17, h=0b11, i=00)]",
                        "f(a=31, b=1000, c=1000.0, d=0.5, e=2.0, g=15, h=3, i=0)"),
                new Case("[f(a=1,\n  b=2,  # why\n)]", "f(a=1, b=2)"),
                new Case("[f(é=1)]", "f(é=1)"),
                new Case("[f(a=1)(b=2)]", "(b=2)"),
                new Case("[g(1).f(a=2)]", "f(a=2)"),
                new Case("[f(a={1: 'x', (1, 2): 'y'})]", "f(a={1: 'x', (1, 2): 'y'})"),
                new Case("[f(a=1.0e400, b=1e22, c=1.5e-7)]", "f(a=inf, b=1e+22, c=1.5e-07)"),
                new Case("[f(a=[g(b=1)])]", "f(a=[{'g': {'b': 1}}])"));
    }

    @ParameterizedTest
    @MethodSource
    void read(Case example) {
        assertThat(AnswerSyntax.PYTHON.parse(example.answer()))
                .isInstanceOfSatisfying(
                        ParsedAnswer.Calls.class,
                        read -> assertThat(shown(read.calls())).isEqualTo(example.calls()));
    }

    private static String shown(List<FunctionCall> calls) {
        return calls.stream()
                .map(call -> call.arguments().entrySet().stream()
                        .map(argument -> argument.getKey() + "=" + PythonValue.repr(argument.getValue()))
                        .collect(Collectors.joining(", ", call.function() + "(", ")")))
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[f(a=1 if x else 2)]",
                "[f(a=x.y)]",
                "[f(a=f'x')]",
                "[f(a=lambda: 1)]",
                "[f(a=1 < 2)]",
                "[f(a=x or y)]",
                "[f(a={1, 2})]",
                "[f(a=[*x])]",
                "[f(a=not x)]",
                "[f(class=1)]",
                "[f(a=007)]",
                "[f(a=1__0)]",
                "[f(a=1_)]",
                "[f(a=1 2)]",
                "[f(a='x)]",
                "[f(a='x\ny')]",
                "[f(a='''x)]",
                "[f(a=1]",
                "[f(a=1))]",
                "[1]",
                "['f(a=1)']",
                "'f(a=1)'",
                "[f(a=1) g(b=2)]",
                "[f(a=1/0)]",
                "[f(a=x + 1)]",
                "[f(a=--1)]",
                "[f(a={[1]: 2})]",
                "[f(a=1, 2)]",
                "No function fits.",
                "```python\n[f(a=1)]\n```",
                "[f(1=2)]",
                "[f(a=[x for x in y])]",
                "[f(a=1e)]",
                "[f(a='\\x4')]",
                "[f(a='\\U00110000')]",
                "[f(a='\\N{NO SUCH}')]",
                "[f(a=t[])]",
                "[f(,)]",
                "[f(a=$x)]",
                "[f(a=b'x')]",
                "[f(a=1j)]",
                "[f(a=)]",
                "[f(a=1,,b=2)]",
                "[f(a=9 ** 9 ** 9)]",
                "[f(a=1 << 99999)]",
                "[f(a=(-8) ** 0.5)]",
                "[f(a='x' * 9)]",
                "[f(a=g(b=1)",
                "(f(a=1), g())",
                "[f(a=1).b]",
                "[f(a='\\"
            })
    void isRefused(String answer) {
        assertThat(AnswerSyntax.PYTHON.parse(answer))
                .isInstanceOfSatisfying(
                        ParsedAnswer.Unreadable.class,
                        unreadable -> assertThat(unreadable.fault()).isEqualTo(Fault.DECODER_FAILED));
    }

    @Test
    void aRefusalNamesThePlace() {
        assertThat(AnswerSyntax.PYTHON.parse("[f(a=1 b=2)]"))
                .isEqualTo(new ParsedAnswer.Unreadable(Fault.DECODER_FAILED, "expected \",\", found \"b\" at 7"));
    }
}
