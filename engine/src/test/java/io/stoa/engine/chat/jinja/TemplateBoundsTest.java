package io.stoa.engine.chat.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A template may be hostile: whatever it does, it ends soon, in text or in a {@link JinjaException}. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TemplateBoundsTest {
    private static final Duration FUZZING = Duration.ofSeconds(3);
    private static final int LEAST_ROUNDS = 1000;

    private final ObjectNode variables = new JsonMapper()
            .readValue(
                    "{\"xs\":[3,1,2],\"d\":{\"a\":{\"b\":[1,null,true]},\"k\":\"v\"},\"s\":\" Hé👍 <b> \",\"n\":null,"
                            + "\"f\":1.5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                    ObjectNode.class);

    private String render(String source) {
        return Template.parse(source).render(variables, Clock.systemUTC());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "{% for a in range(99999) %}{{ 'x' * 1000 }}{% endfor %}",
                "{{ 'x' * 1000000000000 }}",
                "{{ ('x' * 1000000)|replace('x', 'y' * 1000) }}",
                "{{ [0] * 1000000000 }}",
                "{{ 9 ** 1000000 }}",
                "{{ '%1000000000d' % 1 }}",
                "{{ '{:1000000000}'.format(1) }}",
                "{{ 'x'.center(2000000000) }}",
                "{{ 'x'|indent(1000000000) }}",
                "{{ 'x\\nx'|indent(1000000000) }}",
                "{{ xs|tojson(indent=1000000000) }}",
                "{{ xs|batch(1000000000, 'x')|list }}",
                "{{ xs|slice(1000000000)|list }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m(n) %}{% call m(n) %}{% endcall %}{{ caller }}{% endmacro %}{{ m(1) }}",
                "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                "{% set ns = namespace(x='x') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
                "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}"
                        + "{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
                "{% set ns = namespace(x=(1,)) %}{% for i in range(99) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}",
                "{% set ns = namespace(x=(1,)) %}{% for i in range(99) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}"
                        + "{{ [ns.x]|unique|list }}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}",
                "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}",
                "{% set ns = namespace(x=xs) %}{% for i in range(99999) %}{% set ns.x = ns.x|map('string') %}{% endfor %}"
                        + "{{ ns.x|list }}",
                "{% set x = range(99999)|list %}{% for i in range(99999) %}{{ i in x }}{% endfor %}",
                "{% set x = 'x' * 99999 %}{% for i in range(99999) %}{{ x[i] if x[::-1] }}{% endfor %}",
                "{% set x = 'a' * 99999 %}{% for i in range(99999) %}{{ x.count('ab') }}{% endfor %}",
                "{% set x = 'a' * 9999999 %}{% for i in range(99999) %}{% if 'ab' in x %}{% endif %}{% endfor %}",
            })
    void stopsWhatWouldNotEnd(String source) {
        // The class's time limit is the bound: what is asserted is that a limit ends it, not how fast this machine is.
        assertThatExceptionOfType(JinjaException.class)
                .isThrownBy(() -> render(source))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(JinjaException.Reason.LIMIT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"(", "[", "{1:", "{{", "not ", "-", "x if x else ", "x[", "f(", "x|f(", "{% if x %}", "x is "})
    void refusesSourceThatNestsTooDeep(String piece) {
        String start = piece.startsWith("{%") ? "" : "{{ ";
        assertThatExceptionOfType(JinjaException.class)
                .isThrownBy(() -> render(start + piece.repeat(100_000)))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(JinjaException.Reason.SYNTAX));
    }

    @Test
    void takesLongChainsThatDoNotNest() {
        assertThat(render("{{ 1" + " + 1".repeat(5000) + " }}")).isEqualTo("5001");
        assertThat(render("{{ 'a'" + " ~ 'a'".repeat(5000) + " }}")).hasSize(5001);
        assertThat(render("{% if 0 %}" + "{% elif 0 %}".repeat(5000) + "{% else %}x{% endif %}"))
                .isEqualTo("x");
    }

    @Test
    void keepsWithinASmallStack() throws InterruptedException {
        String[] outcome = {""};
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        outcome[0] =
                                render("{% macro m() %}{% if 1 %}{{ [m()]|join }}{% endif %}{% endmacro %}{{ m() }}");
                    } catch (JinjaException e) {
                        outcome[0] = e.message();
                    }
                },
                "small stack",
                512 * 1024);
        thread.start();
        thread.join();
        assertThat(outcome[0]).contains("nests more than");
    }

    @Test
    void nothingOfJavaIsReachable() {
        for (String name : List.of("class", "getClass", "value", "items", "toString", "hashCode", "__class__", "_x")) {
            for (String target :
                    List.of("s", "xs", "f", "n", "true", "range", "range(3)", "namespace()", "xs|map('string')")) {
                assertThat(render("{{ (" + target + ")['" + name + "'] is defined }}"))
                        .as("%s.%s", target, name)
                        .isEqualTo("False");
            }
        }
    }

    /**
     * Some seconds of random templates. For more: {@code mvn -pl engine -am verify -Dtest=TemplateBoundsTest
     * -Dsurefire.failIfNoSpecifiedTests=false -Dstoa.fuzz.templates=2000000 -Dstoa.fuzz.seed=1}.
     */
    @Test
    @Timeout(value = 3, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void survivesRandomTemplates() {
        long seed = Long.getLong("stoa.fuzz.seed", System.nanoTime());
        long wanted = Long.getLong("stoa.fuzz.templates", 0);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        long end = System.nanoTime() + FUZZING.toNanos();
        long rendered = 0;
        long rounds = 0;
        long slowest = 0;
        String slowestSource = "";
        // On a busy machine the time is over before much was tried.
        while (wanted > 0 ? rounds < wanted : rounds <= LEAST_ROUNDS || System.nanoTime() < end) {
            String source = new RandomTemplate(random).text();
            rounds++;
            long start = System.nanoTime();
            try {
                assertThat(render(source).length()).isLessThanOrEqualTo(Budget.OUTPUT);
                rendered++;
            } catch (JinjaException e) {
                assertThat(e.line()).isPositive();
            } catch (RuntimeException | Error e) {
                fail("seed " + seed + ", template: " + source, e);
            }
            long took = System.nanoTime() - start;
            if (took > slowest) {
                slowest = took;
                slowestSource = source;
            }
        }
        System.out.printf(
                "templates: seed %d, %d made, %d rendered, the slowest took %d ms: %s%n",
                seed, rounds, rendered, slowest / 1_000_000, slowestSource);
        assertThat(rendered).as("templates that rendered, seed %d", seed).isGreaterThan(rounds / 50);
    }

    /** Mostly well-formed templates, so that the interpreter is reached, with a broken one now and then. */
    private static final class RandomTemplate {
        private static final List<String> ATOMS = List.of(
                "1",
                "0",
                "-3",
                "2.5",
                "1e300",
                "10**20",
                "true",
                "none",
                "''",
                "'ab'",
                "' x\\n'",
                "xs",
                "d",
                "s",
                "n",
                "f",
                "zz",
                "ns",
                "ns.x",
                "loop",
                "loop.index",
                "messages",
                "m",
                "range(4)",
                "d.items()",
                "d.a",
                "[]",
                "()",
                "{}",
                "caller",
                "varargs",
                "namespace");
        private static final List<String> FILTERS = List.of(
                "abs",
                "batch(2)",
                "capitalize",
                "center(9)",
                "count",
                "default(1)",
                "dictsort",
                "e",
                "filesizeformat",
                "first",
                "last",
                "float",
                "int",
                "format(1)",
                "groupby('a')",
                "indent",
                "items",
                "join('-')",
                "list",
                "lower",
                "upper",
                "map('upper')",
                "map(attribute='a')",
                "max",
                "min",
                "reject",
                "select('odd')",
                "selectattr('a')",
                "replace('a','b')",
                "reverse",
                "round(1)",
                "safe",
                "slice(2)",
                "sort",
                "string",
                "sum",
                "title",
                "tojson",
                "tojson(indent=1)",
                "trim",
                "truncate(5)",
                "unique",
                "wordcount",
                "nosuch",
                "map('nosuch')",
                "attr('a')");
        private static final List<String> METHODS = List.of(
                ".strip()",
                ".split()",
                ".split('a')",
                ".upper()",
                ".title()",
                ".items()",
                ".keys()",
                ".get('a')",
                ".join(xs)",
                ".format(1)",
                ".find('a')",
                ".replace('a','b')",
                ".count('a')",
                ".append(1)",
                ".a",
                "['a']",
                "[0]",
                "[-1]",
                "[::-1]",
                "[1:]",
                "[:xs]",
                ".splitlines()",
                ".zfill(4)",
                "()",
                "(1)",
                "(a=1)",
                "(*xs)",
                "(**d)",
                ".__class__",
                ".cycle(1,2)",
                ".changed(1)",
                ".rsplit(none,1)",
                ".partition('a')",
                ".center(7,'x')",
                ".index(1)");
        private static final List<String> TESTS = List.of(
                "defined",
                "none",
                "string",
                "mapping",
                "iterable",
                "sequence",
                "number",
                "odd",
                "in xs",
                "eq 1",
                "lt 2",
                "divisibleby 2",
                "sameas none",
                "callable",
                "upper",
                "nosuch");
        private static final List<String> OPERATORS =
                List.of("+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", ">=", "in", "not in", "and", "or");

        private final RandomGenerator random;

        RandomTemplate(RandomGenerator random) {
            this.random = random;
        }

        String text() {
            String text = "{% set ns = namespace(x=1) %}" + block(3);
            if (random.nextInt(8) == 0) {
                int cut = random.nextInt(text.length());
                text = random.nextBoolean() ? text.substring(0, cut) : text.substring(cut);
            }
            return text;
        }

        private String one(List<String> choices) {
            return choices.get(random.nextInt(choices.size()));
        }

        private String block(int depth) {
            StringBuilder text = new StringBuilder();
            for (int count = random.nextInt(4); count >= 0; count--) {
                text.append(statement(depth));
            }
            return text.toString();
        }

        private String statement(int depth) {
            if (depth == 0 || random.nextInt(3) == 0) {
                return random.nextInt(4) == 0 ? " text\n " : "{{" + one(List.of("", "-")) + " " + expression(3) + " }}";
            }
            return switch (random.nextInt(11)) {
                case 0 ->
                    "{% if " + expression(2) + " %}" + block(depth - 1) + "{% else %}" + block(depth - 1)
                            + "{% endif %}";
                case 1 -> "{% for v in " + expression(2) + " %}" + block(depth - 1) + "{% endfor %}";
                case 2 -> "{% for a, b in " + expression(2) + " if a %}" + block(depth - 1) + "{% else %}e{% endfor %}";
                case 3 -> "{% set m = " + expression(3) + " %}";
                case 4 -> "{% set ns.x = " + expression(3) + " %}";
                case 5 -> "{% macro m(a, b=" + expression(1) + ") %}" + block(depth - 1) + "{% endmacro %}";
                case 6 -> "{% call m(" + expression(1) + ") %}" + block(depth - 1) + "{% endcall %}";
                case 7 -> "{% filter " + one(FILTERS) + " %}" + block(depth - 1) + "{% endfilter %}";
                case 8 ->
                    "{% for v in xs recursive %}{{ loop(" + expression(1) + ") }}" + block(depth - 1) + "{% endfor %}";
                case 9 -> "{% with v = " + expression(2) + " %}" + block(depth - 1) + "{% endwith %}";
                default -> "{%- set m %}" + block(depth - 1) + "{% endset -%}";
            };
        }

        private String expression(int depth) {
            if (depth == 0) {
                return one(ATOMS);
            }
            return switch (random.nextInt(9)) {
                case 0 -> "(" + expression(depth - 1) + " " + one(OPERATORS) + " " + expression(depth - 1) + ")";
                case 1 -> "(" + expression(depth - 1) + ")|" + one(FILTERS);
                case 2 -> "(" + expression(depth - 1) + ")" + one(METHODS);
                case 3 -> "(" + expression(depth - 1) + " is " + one(TESTS) + ")";
                case 4 ->
                    "(" + expression(depth - 1) + " if " + expression(depth - 1) + " else " + expression(depth - 1)
                            + ")";
                case 5 -> "[" + expression(depth - 1) + ", " + expression(depth - 1) + "]";
                case 6 -> "{" + expression(depth - 1) + ": " + expression(depth - 1) + "}";
                case 7 -> "not " + expression(depth - 1);
                default -> expression(depth - 1);
            };
        }
    }
}
