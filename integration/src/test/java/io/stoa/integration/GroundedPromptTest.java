package io.stoa.integration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroundedPromptTest {
    @ParameterizedTest
    @ValueSource(strings = {"I do not know.", " I do not know\n", "I don't know.", "i DON’T know"})
    void declines(String answer) {
        assertThat(GroundedPrompt.declines(answer)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "I know.", "I do not know. But plums.", "plums", "She said: I do not know."})
    void answers(String answer) {
        assertThat(GroundedPrompt.declines(answer)).isFalse();
    }
}
