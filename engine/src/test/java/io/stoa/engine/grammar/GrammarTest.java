package io.stoa.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.stoa.model.StoaException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GrammarTest {
    private static boolean derives(String gbnf, String text) {
        Optional<GrammarState> end = Grammar.parse(gbnf).start().accept(text.getBytes(StandardCharsets.UTF_8));
        return end.filter(GrammarState::mayEnd).isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "root ::= \"ab\"~ab~true",
                "root ::= \"ab\"~a~false",
                "root ::= \"a\"*~aaaa~true",
                "root ::= \"a\"+~``~false",
                "root ::= \"a\"? \"b\"~b~true",
                "root ::= \"a\"{2,3}~aa~true",
                "root ::= \"a\"{2,3}~aaaa~false",
                "root ::= \"a\"{2}~aaa~false",
                "root ::= \"a\"{2,}~aaaaaa~true",
                "root ::= [a-c]+ | [^a-c]~abc~true",
                "root ::= [a-c]+ | [^a-c]~ax~false",
                "root ::= .~👍~true",
                "root ::= [é-ü]+~éü~true",
                "root ::= a \",\" a¶a ::= \"(\" a? \")\" # nested~(()),()~true",
                "root ::= a \",\" a¶a ::= \"(\" a? \")\"~(()),(~false",
                "root ::= (\"a\"?)*~aa~true",
                "root ::= (\"a\" | \"ab\") (\"c\" | \"bc\")~abc~true",
                "root ::= \"\\x41\\u00e9\\\"\\n\"~`Aé\"¶`~true",
                "root ::= \"a\"¶ | \"b\"~b~true",
            })
    void followsTheNotation(String gbnf, String text, boolean derived) {
        // A line of the table cannot hold a line's end.
        assertThat(derives(gbnf.replace('¶', '\n'), text.replace('¶', '\n'))).isEqualTo(derived);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "root",
                "root ::= \"a",
                "root ::= [a",
                "root ::= (\"a\"",
                "root ::= \"a\" )",
                "root ::= b",
                "other ::= \"a\"",
                "root ::= root \"a\" | \"b\"",
                "root ::= a \"x\" | \"y\"\na ::= \"\" | root \"z\"",
                "root ::= \"a\" root",
                "root ::= \"a\"{3,2}",
                "root ::= \"a\"{x}",
                "root ::= \"\\q\"",
                "root ::= [z-a]",
                "root ::= \"a\"\nroot ::= \"b\"",
                "root ::= \"\\U99999999\"",
            })
    void refusesWhatIsNoGrammar(String gbnf) {
        assertThatExceptionOfType(StoaException.class)
                .isThrownBy(() -> Grammar.parse(gbnf))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StoaException.Kind.USER))
                .withMessageContaining("grammar");
    }

    @Test
    void boundsHostileGrammars() {
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(() -> Grammar.parse("root ::= " + "(".repeat(1_000_000)));
            StringBuilder chain = new StringBuilder("root ::= r0\n");
            for (int i = 0; i < 10_000; i++) {
                chain.append("r").append(i).append(" ::= r").append(i + 1).append('\n');
            }
            assertThatExceptionOfType(StoaException.class).isThrownBy(() -> Grammar.parse(chain + "r10000 ::= \"x\""));
            assertThatExceptionOfType(StoaException.class)
                    .isThrownBy(() ->
                            derives("root ::= ((\"a\"? \"a\"?){0,1000} \"a\"?){0,1000} \"b\"", "a".repeat(3_000)));
            assertThat(derives("root ::= \"a\"{0,999999999} \"b\"", "a".repeat(10_000) + "b"))
                    .isTrue();
        });
    }

    @Test
    void knowsTheShortestEnding() {
        GrammarState start =
                Grammar.parse("root ::= \"{\" (\"xy\" | root){2,4} \"é\" \"}\"").start();
        assertThat(start.shortestEnding()).isEqualTo(8);
        assertThat(start.accept(bytes("{")).orElseThrow().shortestEnding()).isEqualTo(7);
        assertThat(start.accept(bytes("{{")).orElseThrow().shortestEnding()).isEqualTo(12);
        assertThat(start.accept(bytes("{x")).orElseThrow().shortestEnding()).isEqualTo(6);
        GrammarState inside = start.accept(bytes("{xyxy"))
                .orElseThrow()
                .accept(new byte[] {(byte) 0xC3})
                .orElseThrow();
        assertThat(inside.shortestEnding()).isEqualTo(2);
        assertThat(inside.mayEnd()).isFalse();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void refusesMalformedUtf8() {
        GrammarState start = Grammar.parse("root ::= .*").start();
        for (int[] wrong :
                new int[][] {{0xC0, 0x80}, {0xED, 0xA0, 0x80}, {0xF5, 0x80, 0x80, 0x80}, {0x80}, {0xE2, 0x28}}) {
            byte[] sequence = new byte[wrong.length];
            for (int i = 0; i < wrong.length; i++) {
                sequence[i] = (byte) wrong[i];
            }
            assertThat(start.accept(sequence)).isEmpty();
        }
    }

    @Test
    void rangesHoldExactlyTheirNumbers() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 100; round++) {
            int low = random.nextInt(-1500, 1500);
            int high = low + random.nextInt(random.nextBoolean() ? 3 : 2000);
            Grammar grammar =
                    Grammar.parse("root ::= " + NumberRange.gbnf(BigInteger.valueOf(low), BigInteger.valueOf(high)));
            for (int number = low - 12; number <= high + 12; number++) {
                boolean derived = grammar.start()
                        .accept(bytes(Integer.toString(number)))
                        .filter(GrammarState::mayEnd)
                        .isPresent();
                assertThat(derived)
                        .as("%d in [%d, %d], seed %d", number, low, high, seed)
                        .isEqualTo(low <= number && number <= high);
            }
        }
    }
}
