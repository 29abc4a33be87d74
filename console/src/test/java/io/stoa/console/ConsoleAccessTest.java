package io.stoa.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.Pages;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleAccessTest {
    private static boolean withoutKey(String from, Map<String, String> headers) {
        return ConsoleAccess.withoutKey(Asked.from(from, "/", Optional.empty(), headers));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "localhost:8080", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:8080", "[::1]:8080"})
    void aPersonAtTheMachineNeedsNoKey(String host) {
        assertThat(withoutKey("127.0.0.1", Map.of("host", host))).isTrue();
        assertThat(withoutKey("::1", Map.of("host", host))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "10.0.0.4",
                "",
                "localhost:8080:1",
                "localhost@evil.example"
            })
    void aNameOfSomebodyElsesIsNotThisMachine(String host) {
        assertThat(withoutKey("127.0.0.1", Map.of("host", host))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"})
    void behindAProxyOnTheSameMachineEverybodyWouldSeemToSitHere(String header) {
        assertThat(withoutKey("127.0.0.1", Map.of("host", "localhost", header, "10.0.0.4")))
                .isFalse();
    }

    @Test
    void othersNeedOne() {
        assertThat(withoutKey("10.0.0.4", Map.of("host", "localhost"))).isFalse();
        assertThat(withoutKey("127.0.0.1", Map.of())).isFalse();
        assertThat(ConsoleAccess.withoutKey(
                        new Pages.Request("/", "", Optional.empty(), Map.of("host", "localhost"), Optional.empty())))
                .isFalse();
    }
}
