package io.stoa.license.clause;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.license.text.UserCopy;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplanationTest {
    private static final Licenses LICENSES = new Licenses();

    @Test
    void everyLicenceFillsThirteenColumns() {
        for (License license : LICENSES.all()) {
            Explanation explanation = Explanation.of(license, Optional.empty());
            assertThat(explanation.columns()).hasSize(13);
            for (Explanation.Part part : explanation.columns()) {
                assertThat(part.sentences())
                        .as(license.id() + " " + part.column())
                        .isNotEmpty();
                assertThat(part.sentences())
                        .isSortedAccordingTo((one, other) -> other.effect().compareTo(one.effect()));
                part.sentences().forEach(sentence -> assertThat(sentence.when()).doesNotContain(""));
            }
        }
    }

    @Test
    void passagesComeFromTheCopy() {
        License apache = LICENSES.get("apache-2.0");
        String text = Licenses.text(Licenses.read(Path.of("../LICENSE")));

        Explanation explanation = Explanation.of(apache, Optional.of(UserCopy.of(text)));

        assertThat(explanation.quoted()).isGreaterThan(8);
        explanation.columns().stream()
                .flatMap(part -> part.sentences().stream())
                .flatMap(sentence -> sentence.quote().stream())
                .forEach(passage -> assertThat(text).contains(passage.text()));
        assertThat(Explanation.of(apache, Optional.of(UserCopy.of("another text")))
                        .quoted())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "llama3, llama3.1, OUTPUTS_TO_TRAIN, FORBIDS_SOMETIMES, FREE",
        "llama2, llama3.1, OUTPUTS_TO_TRAIN, FORBIDS_SOMETIMES, FREE",
        "tongyi-qianwen, tongyi-qianwen-research, COMMERCIAL_USE, FREE, FORBIDS_SOMETIMES",
        "tongyi-qianwen, qwen, OUTPUTS_TO_TRAIN, FORBIDS_SOMETIMES, FREE",
        "mit, kimi-k2, SCALE, FREE, DUTY",
        "apache-2.0, lfm1.0, SCALE, FREE, FORBIDS_SOMETIMES",
        "mit, minimax-m2.7, COMMERCIAL_USE, FREE, FORBIDS_SOMETIMES",
    })
    void whatFlipsMostComesFirst(
            String one, String other, Column column, Difference.Standing here, Difference.Standing there) {
        Difference first =
                Explanation.differences(LICENSES.get(one), LICENSES.get(other)).getFirst();

        assertThat(first.column()).isEqualTo(column);
        assertThat(first.one()).isEqualTo(here);
        assertThat(first.other()).isEqualTo(there);
        assertThat(first.flips()).isTrue();
    }

    @Test
    void restrictedFieldsDiffer() {
        List<Difference> differences =
                Explanation.differences(LICENSES.get("deepseek"), LICENSES.get("creativeml-openrail-m"));

        assertThat(differences).anySatisfy(difference -> {
            assertThat(difference.column()).isEqualTo(Column.ACCEPTABLE_USE);
            assertThat(difference.onlyOther().toString()).contains("medical advice");
            assertThat(difference.onlyOne().toString()).contains("military");
        });
        for (License license : LICENSES.all()) {
            assertThat(Explanation.differences(license, license)).isEmpty();
        }
    }

    @Test
    void limitsReadWithTheirBound() {
        assertThat(words("lfm1.0")).contains("at least 10,000,000 us dollars of annual revenue, at any time");
        assertThat(words("stabilityai-ai-community")).contains("more than 1,000,000 us dollars of annual revenue");
        assertThat(words("kimi-k2"))
                .contains("the product has more than 20,000,000 us dollars of monthly revenue")
                .contains(", or ");
        assertThat(words("tencent-hunyuan-community")).contains("on a day that the text does not settle");
    }

    private static String words(String license) {
        return Explanation.of(LICENSES.get(license), Optional.empty()).columns().stream()
                .filter(part -> part.column() == Column.SCALE)
                .toList()
                .toString()
                .toLowerCase(Locale.ROOT);
    }
}
