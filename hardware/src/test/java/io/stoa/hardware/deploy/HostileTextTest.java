package io.stoa.hardware.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Schema;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a path or a name holds, it is carried as it is or refused by name. */
final class HostileTextTest {
    private static final List<String> PIECES = List.of(
            "a", "Z", "9", " ", "  ", "%", "%%", "%n", "%d", "$", "$$", "${HOME}", "${X:?}", "\\", "\\n", "\"",
            "\"\"\"", "'", "`", "#", ";", ":", ": ", "- ", "{", "}", "[", "]", "&a", "*a", "!!int", "|", ">", "=", ",",
            "@", "?", "~", "null", "no", "1_000", "0x1f", "12:30", "é", "漢", "😀", "\u00a0", "\n", "\r", "\t", "\0",
            "\u001b", "\u0085", "\u2028", "\u202e", "\ud800", "\ufeff");

    @Test
    void aTextIsCarriedOrRefused() {
        long seed = Long.getLong("stoa.seed", System.nanoTime());
        RandomGenerator random = new Random(seed);
        Schema compose = Schemas.compose();
        int carried = 0;
        int refused = 0;
        for (int round = 0; round < 3000; round++) {
            String path = "/" + text(random);
            String name = text(random);
            for (Target target : List.of(
                    Sample.systemd(Target.Service.STOA),
                    Sample.systemd(Target.Service.LLAMA_SERVER),
                    Sample.compose(Target.Compose.Server.LLAMA_SERVER),
                    new Target.Ollama())) {
                try {
                    String text =
                            target.artifact(Sample.of(Sample.gguf(path), name)).text();
                    assertThat(text.codePoints().filter(c -> c < ' ' && c != '\n'))
                            .as("seed %d, round %d", seed, round)
                            .isEmpty();
                    if (target instanceof Target.Compose && round % 20 == 0) {
                        assertThat(Schemas.problems(compose, text))
                                .as("seed %d, round %d", seed, round)
                                .isEmpty();
                    }
                    carried++;
                } catch (IllegalArgumentException e) {
                    assertThat(e).as("seed %d, round %d", seed, round).message().isNotBlank();
                    refused++;
                }
            }
        }
        assertThat(carried).as("seed %d", seed).isGreaterThan(500);
        assertThat(refused).as("seed %d", seed).isGreaterThan(500);
    }

    private static String text(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        // Few pieces, so that many texts hold no forbidden one.
        int pieces = 1 + random.nextInt(4);
        for (int piece = 0; piece < pieces; piece++) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nExecStartPre=/bin/sh", "a\u0000b", "a\u202eb", "a\u2028b", "", " ", "a\u001b[31mb"})
    void controlCharactersAreRefusedByPlace(String name) {
        assertThatThrownBy(() -> Sample.of(Sample.GGUF, name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the served name");
    }

    @Test
    void argumentsReadBack() {
        List<String> arguments = List.of("a b", "50%", "$HOME", "\\", "\"", "a\"b\\c", ";", "'x'", "x=y,z", "漢");
        String line =
                String.join(" ", arguments.stream().map(UnitText::argument).toList());
        assertThat(line)
                .isEqualTo("\"a b\" \"50%%\" \"$$HOME\" \"\\\\\" \"\\\"\" \"a\\\"b\\\\c\" \";\" \"'x'\" x=y,z \"漢\"");
        assertThat(UnitText.arguments(line)).isEqualTo(arguments);
        for (String wrong : List.of("%n", "$HOME", "\"open", "\"a\"b", "\\q")) {
            assertThatThrownBy(() -> UnitText.arguments(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
