package io.stoa.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FrontMatterTest {
    @Test
    void standsBetweenTwoFences() {
        assertThat(FrontMatter.of("\uFEFF---\r\na: 1\r\nb: 2\n --- \ntext\n---\n"))
                .hasValueSatisfying(front -> {
                    assertThat(front.lines()).containsExactly("a: 1", "b: 2");
                    assertThat(front.yaml()).isEqualTo("\na: 1\nb: 2");
                });
        assertThat(FrontMatter.of("---\n---"))
                .hasValueSatisfying(front -> assertThat(front.lines()).isEmpty());
    }

    @Test
    void isNotThereWithoutThem() {
        assertThat(FrontMatter.of("")).isEmpty();
        assertThat(FrontMatter.of("text\n---\n---\n")).isEmpty();
        assertThat(FrontMatter.of("---\nnever ends\n")).isEmpty();
        assertThat(FrontMatter.isIn("---\nnever ends\n")).isTrue();
        assertThat(FrontMatter.isIn("----\n")).isFalse();
    }
}
