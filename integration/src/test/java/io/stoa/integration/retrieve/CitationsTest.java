package io.stoa.integration.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CitationsTest {
    private static final List<Passage> PASSAGES = List.of(
            passage("The library opens at nine and closes at 17:30 on weekdays."),
            passage("Books may be kept for four weeks. Each day after costs 20 cents."),
            passage("Cats are not allowed in the reading room."));

    private final Citations citations = new Citations(WordSupport.USUAL);

    @Test
    void sentencesAreHeldAgainstWhatTheyCite() {
        Citations.Checked checked = citations.check(
                "The library opens at nine. [1] Books may be kept for four weeks [2]. Each late day costs 30 cents [2]."
                        + " Cats are not allowed in the reading room [1]. Dogs are welcome [7].",
                PASSAGES);

        assertThat(checked.sentences())
                .extracting(Citations.Cited::sentence)
                .containsExactly(
                        "The library opens at nine.",
                        "Books may be kept for four weeks .",
                        "Each late day costs 30 cents .",
                        "Cats are not allowed in the reading room .",
                        "Dogs are welcome .");
        assertThat(checked.sentences())
                .extracting(Citations.Cited::supported)
                .containsExactly(true, true, false, false, false);
        assertThat(checked.sentences().get(2).support()).as("30 stands nowhere").isZero();
        assertThat(checked.sentences().get(3).better()).containsExactly(3);
        assertThat(checked.sentences().get(4).unknown()).containsExactly(7);
        assertThat(checked.recall()).isCloseTo(0.4, within(1e-9));
        assertThat(checked.precision()).isCloseTo(0.4, within(1e-9));
        assertThat(checked.sound()).isFalse();
    }

    @Test
    void severalMarksAreTakenTogetherAndTheNeedlessNamed() {
        Citations.Checked together =
                citations.check("The library closes at 17:30, and books may be kept for four weeks [1, 2].", PASSAGES);
        assertThat(together.sentences().getFirst().supported()).isTrue();
        assertThat(together.sentences().getFirst().needless()).isEmpty();
        assertThat(together.sound()).isTrue();

        Citations.Checked needless = citations.check("Books may be kept for four weeks [2][3].", PASSAGES);
        assertThat(needless.sentences().getFirst().needless()).containsExactly(3);
        assertThat(needless.precision()).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void anAnswerWithoutMarksOrWordsSaysNothingSound() {
        assertThat(citations.check("", PASSAGES).sound()).isFalse();
        assertThat(citations.check("", PASSAGES).recall()).isZero();
        Citations.Checked bare = citations.check("The library opens at nine.", PASSAGES);
        assertThat(bare.sentences().getFirst().supported()).isFalse();
        assertThat(bare.sentences().getFirst().better()).containsExactly(1);
        assertThat(bare.precision()).isZero();
        assertThat(citations.check("[99999] [1 [a] [0]x", PASSAGES).sentences()).hasSize(1);
        assertThat(citations.check("[".repeat(50_000) + "1] x", PASSAGES).sentences())
                .hasSize(1);
    }

    @Test
    void sentencesEndWhereReadersSay() {
        assertThat(Sentences.of("Dr. Smith paid 3.5 euros. He left! Why? \"No idea.\" J. R. came, e.g. late.\nA line"))
                .containsExactly(
                        "Dr. Smith paid 3.5 euros.",
                        "He left!",
                        "Why?",
                        "\"No idea.\"",
                        "J. R. came, e.g. late.",
                        "A line");
        assertThat(Sentences.of("One.[1] Two. [2] [3] Three")).containsExactly("One.[1]", "Two. [2] [3]", "Three");
        assertThat(Sentences.of("これは文です。次の文。")).containsExactly("これは文です。", "次の文。");
        assertThat(Sentences.of(" \n ")).isEmpty();
    }

    private static Passage passage(String text) {
        return new Passage("p" + text.length(), "d", "", text, Map.of());
    }
}
