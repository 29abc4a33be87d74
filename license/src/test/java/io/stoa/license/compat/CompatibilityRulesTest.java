package io.stoa.license.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stoa.license.clause.Licenses;
import io.stoa.license.compat.Compatibility.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CompatibilityRulesTest {
    private static final CompatibilityRules RULES = new CompatibilityRules();
    private static final Licenses LICENSES = new Licenses();

    @ParameterizedTest
    @CsvSource({
        "republish, apache-2.0, mit, true, WITH_DUTIES",
        "republish, mit, apache-2.0, true, WITH_DUTIES",
        "republish, llama3.1, mit, true, INCOMPATIBLE",
        "republish, llama3.1, apache-2.0, true, INCOMPATIBLE",
        "republish, llama3.1, llama3.1, true, WITH_DUTIES",
        "republish, gemma, apache-2.0, true, INCOMPATIBLE",
        "republish, apache-2.0, llama3.1, true, WITH_DUTIES",
        "republish, cc-by-nc-4.0, apache-2.0, false, INCOMPATIBLE",
        "republish, cc-by-nc-4.0, cc-by-nc-4.0, false, WITH_DUTIES",
        "republish, cc-by-nc-4.0, cc-by-nc-4.0, true, INCOMPATIBLE",
        "republish, CC-BY-SA-4.0, mit, true, INCOMPATIBLE",
        "republish, CC-BY-SA-4.0, GPL-3.0-only, true, WITH_DUTIES",
        "republish, GPL-3.0-only, CC-BY-SA-4.0, true, INCOMPATIBLE",
        "republish, CC-BY-ND-4.0, CC-BY-ND-4.0, false, INCOMPATIBLE",
        "republish, GPL-3.0-only, mit, true, INCOMPATIBLE",
        "merge, llama2, apache-2.0, true, INCOMPATIBLE",
        "merge, llama3, llama3.1, true, INCOMPATIBLE",
        "merge, llama3.1, llama3.2, true, WITH_DUTIES",
        "merge, llama3.1, gemma, true, WITH_DUTIES",
        "merge, gemma, llama3.1, true, WITH_DUTIES",
        "merge, llama3.1, GPL-3.0-only, true, INCOMPATIBLE",
        "merge, mit, apache-2.0, true, WITH_DUTIES",
        "merge, cc-by-nc-4.0, apache-2.0, false, WITH_DUTIES",
        "merge, cc-by-nc-4.0, apache-2.0, true, INCOMPATIBLE",
        "merge, apache-2.0, cc-by-nc-4.0, true, INCOMPATIBLE",
        "merge, cc-by-nc-4.0, GPL-3.0-only, false, INCOMPATIBLE",
        "merge, cc-by-nc-4.0, llama3.1, false, UNKNOWN",
        "merge, 0BSD, 0BSD, true, COMPATIBLE",
        "code, apache-2.0, GPL-2.0-only, true, INCOMPATIBLE",
        "code, apache-2.0, GPL-3.0-only, true, WITH_DUTIES",
        "code, GPL-2.0-only, GPL-3.0-only, true, INCOMPATIBLE",
        "code, GPL-3.0-only, GPL-2.0-only, true, INCOMPATIBLE",
        "code, GPL-2.0-only, apache-2.0, true, INCOMPATIBLE",
        "code, GPL-3.0-only, llama3.1, true, INCOMPATIBLE",
        "code, MPL-2.0, GPL-3.0-only, true, WITH_DUTIES",
        "code, CDDL-1.0, GPL-2.0-only, true, INCOMPATIBLE",
        "data, GPL-3.0-only, apache-2.0, true, UNKNOWN",
        "data, CC-BY-SA-4.0, apache-2.0, true, UNKNOWN",
        "data, cc-by-nc-4.0, apache-2.0, true, INCOMPATIBLE",
        "data, cc-by-nc-4.0, apache-2.0, false, UNKNOWN",
        "data, CC-BY-4.0, mit, true, WITH_DUTIES",
        "data, CC0-1.0, mit, true, COMPATIBLE",
        "outputs, tongyi-qianwen, mit, true, INCOMPATIBLE",
        "outputs, qwen, apache-2.0, true, WITH_DUTIES",
        "outputs, deepseek, mit, true, WITH_DUTIES",
        "outputs, mrl, mit, true, INCOMPATIBLE",
        "republish, mrl, apache-2.0, false, INCOMPATIBLE",
        "republish, bigscience-openrail-m, mit, true, INCOMPATIBLE",
        "republish, mit, openmdw-1.0, true, WITH_DUTIES",
        "merge, tongyi-qianwen, mit, true, INCOMPATIBLE",
        "merge, deepseek, bigscience-openrail-m, true, WITH_DUTIES",
        "merge, deepseek, llama3.1, true, WITH_DUTIES",
        "merge, qwen, llama3.1, true, UNKNOWN",
        "merge, mrl, apache-2.0, false, WITH_DUTIES",
        "beside, mrl, mit, true, INCOMPATIBLE",
        "outputs, llama2, mit, true, INCOMPATIBLE",
        "outputs, llama2, llama2, true, WITH_DUTIES",
        "outputs, llama3, llama3.1, true, INCOMPATIBLE",
        "outputs, llama2, llama3, true, INCOMPATIBLE",
        "outputs, llama3.1, apache-2.0, true, WITH_DUTIES",
        "outputs, gemma, apache-2.0, true, WITH_DUTIES",
        "outputs, apache-2.0, mit, true, COMPATIBLE",
        "outputs, cc-by-nc-4.0, mit, true, INCOMPATIBLE",
        "beside, cc-by-nc-4.0, mit, true, INCOMPATIBLE",
        "beside, mit, cc-by-nc-4.0, true, INCOMPATIBLE",
        "beside, cc-by-nc-4.0, mit, false, WITH_DUTIES",
        "beside, llama2, gemma, true, WITH_DUTIES",
        "beside, mit, Some-Licence, true, UNKNOWN",
        "beside, CC-BY-NC-ND-4.0, mit, true, INCOMPATIBLE",
        "beside, mit, CC-BY-NC-ND-4.0, true, INCOMPATIBLE",
        "beside, CC-BY-NC-ND-4.0, mit, false, WITH_DUTIES",
        "code, mit, CC-BY-NC-ND-4.0, false, UNKNOWN",
        "merge, CC-BY-NC-ND-4.0, mit, false, INCOMPATIBLE",
        "merge, CC-BY-NC-SA-4.0, mrl, false, INCOMPATIBLE",
        "merge, mrl, CC-BY-NC-SA-4.0, false, INCOMPATIBLE",
        "merge, mrl, qwen-research, false, UNKNOWN",
        "merge, mrl, mrl, false, WITH_DUTIES",
        "merge, cc-by-nc-4.0, CC-BY-NC-SA-4.0, false, WITH_DUTIES",
        "merge, cc-by-nc-4.0, mrl, false, WITH_DUTIES",
    })
    void combinationsAreAnsweredAsTheTextsSay(
            String way, String first, String second, boolean commercial, Answer expected) {
        Compatibility answer = RULES.of(Way.valueOf(way.toUpperCase(Locale.ROOT)), id(first), id(second), commercial);
        assertThat(answer.answer()).as(answer.reason()).isEqualTo(expected);
    }

    /** A commercial purpose is never easier, and a merge has no order. */
    @ParameterizedTest
    @EnumSource(Way.class)
    void moneyNeverHelpsAndMergesHaveNoOrder(Way way) {
        for (String first : RULES.known()) {
            for (String second : RULES.known()) {
                Answer free = RULES.of(way, first, second, false).answer();
                Answer money = RULES.of(way, first, second, true).answer();
                assertThat(money.compareTo(free))
                        .as("%s %s %s", way, first, second)
                        .isNotNegative();
                if (way == Way.MERGE || way == Way.BESIDE) {
                    assertThat(RULES.of(way, second, first, true).answer())
                            .as("%s %s %s", way, first, second)
                            .isEqualTo(money);
                }
            }
        }
    }

    @Test
    void someLicencesImproveTheirOwnFamilyOnly() {
        assertThat(List.of("llama2", "llama3", "tongyi-qianwen", "tongyi-qianwen-research"))
                .allMatch(name -> RULES.ownFamilyOnly(id(name)));
        assertThat(List.of("llama3.1", "gemma", "mit", "Some-Licence"))
                .noneMatch(name -> RULES.ownFamilyOnly(id(name)));
    }

    @Test
    void whatNoRuleIsAboutIsUnknown() {
        assertThat(RULES.of(Way.MERGE, "MIT", "X-Unheard-Of", false).answer()).isEqualTo(Answer.UNKNOWN);
        assertThat(RULES.of(Way.MERGE, "X-Unheard-Of", "X-Unheard-Of", false).answer())
                .isEqualTo(Answer.UNKNOWN);
    }

    /** The matrix of the OSADL: rows are the licence of the program, columns that of the code taken into it. */
    @Test
    void neverMorePermissiveThanTheMatrixOfTheOsadl() throws IOException {
        Path file = Path.of("../../shared/data/licenses/osadl/osadl-matrix.json");
        assumeThat(file)
                .as("the OSADL matrix, %s", file.toAbsolutePath().normalize())
                .exists();
        JsonNode matrix = JsonMapper.shared().readTree(Files.readString(file));
        Map<String, Integer> table = new TreeMap<>();
        List<String> morePermissive = new ArrayList<>();
        int pairs = 0;
        int alike = 0;
        for (String program : RULES.known()) {
            for (String code : RULES.known()) {
                String theirs = matrix.path(program).path(code).asString("");
                if (!theirs.isEmpty()) {
                    Answer ours = RULES.of(Way.CODE, code, program, true).answer();
                    boolean yes = theirs.equals("Yes") || theirs.equals("Same");
                    boolean allowed = ours.compareTo(Answer.WITH_DUTIES) <= 0;
                    pairs++;
                    alike += yes == allowed ? 1 : 0;
                    table.merge(theirs + " -> " + ours, 1, Integer::sum);
                    if (allowed && !yes) {
                        morePermissive.add("%s into %s: %s, we say %s".formatted(code, program, theirs, ours));
                    }
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "OSADL: %d pairs, alike in %d (%.1f %%), %s%n",
                pairs,
                alike,
                100.0 * alike / pairs,
                table);
        assertThat(morePermissive).isEmpty();
        assertThat(pairs).isGreaterThan(1000);
        assertThat(alike).isGreaterThan(pairs * 9 / 10);
    }

    private static String id(String declared) {
        return LICENSES.find(declared).map(io.stoa.license.clause.License::id).orElse(declared);
    }
}
