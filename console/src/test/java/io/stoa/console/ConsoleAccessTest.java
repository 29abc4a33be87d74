package io.stoa.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleAccessTest {
    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "localhost:8080", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:8080", "[::1]:8080"})
    void aPersonAtTheMachineNeedsNoKey(String host) {
        assertThat(ConsoleAccess.withoutKey(address("127.0.0.1"), Optional.of(host), false))
                .isTrue();
        assertThat(ConsoleAccess.withoutKey(address("::1"), Optional.of(host), false))
                .isTrue();
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
        assertThat(ConsoleAccess.withoutKey(address("127.0.0.1"), Optional.of(host), false))
                .isFalse();
    }

    @Test
    void othersNeedOne() {
        assertThat(ConsoleAccess.withoutKey(address("10.0.0.4"), Optional.of("localhost"), false))
                .isFalse();
        assertThat(ConsoleAccess.withoutKey(address("127.0.0.1"), Optional.of("localhost"), true))
                .as("behind a proxy on the same machine")
                .isFalse();
        assertThat(ConsoleAccess.withoutKey(address("127.0.0.1"), Optional.empty(), false))
                .isFalse();
    }
}
