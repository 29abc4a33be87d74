package io.stoa.license.clause;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.model.IntendedUse.Distribution;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ids that model cards of the Hugging Face Hub give as {@code license}. */
class HubTagsTest {
    private static final Licenses LICENSES = new Licenses();

    @ParameterizedTest
    @CsvSource({
        "apache-2.0, Apache-2.0",
        "mit, MIT",
        "bigscience-openrail-m, LicenseRef-scancode-bigscience-open-rail-m",
        "creativeml-openrail-m, LicenseRef-scancode-stable-diffusion-2022-08-22",
        "bigscience-bloom-rail-1.0, LicenseRef-scancode-bigscience-rail-1.0",
        "bigcode-openrail-m, LicenseRef-scancode-bigcode-open-rail-m-v1",
        "openrail++, LicenseRef-creativeml-openrail-plus-plus-m",
        "afl-3.0, AFL-3.0",
        "artistic-2.0, Artistic-2.0",
        "bsl-1.0, BSL-1.0",
        "bsd-2-clause, BSD-2-Clause",
        "bsd-3-clause, BSD-3-Clause",
        "bsd-3-clause-clear, BSD-3-Clause-Clear",
        "c-uda, C-UDA-1.0",
        "cc0-1.0, CC0-1.0",
        "cc-by-2.0, CC-BY-2.0",
        "cc-by-2.5, CC-BY-2.5",
        "cc-by-3.0, CC-BY-3.0",
        "cc-by-4.0, CC-BY-4.0",
        "cc-by-sa-3.0, CC-BY-SA-3.0",
        "cc-by-sa-4.0, CC-BY-SA-4.0",
        "cc-by-nc-2.0, CC-BY-NC-2.0",
        "cc-by-nc-3.0, CC-BY-NC-3.0",
        "cc-by-nc-4.0, CC-BY-NC-4.0",
        "cc-by-nd-4.0, CC-BY-ND-4.0",
        "cc-by-nc-nd-3.0, CC-BY-NC-ND-3.0",
        "cc-by-nc-nd-4.0, CC-BY-NC-ND-4.0",
        "cc-by-nc-sa-2.0, CC-BY-NC-SA-2.0",
        "cc-by-nc-sa-3.0, CC-BY-NC-SA-3.0",
        "cc-by-nc-sa-4.0, CC-BY-NC-SA-4.0",
        "cdla-sharing-1.0, CDLA-Sharing-1.0",
        "cdla-permissive-1.0, CDLA-Permissive-1.0",
        "cdla-permissive-2.0, CDLA-Permissive-2.0",
        "wtfpl, WTFPL",
        "ecl-2.0, ECL-2.0",
        "epl-1.0, EPL-1.0",
        "epl-2.0, EPL-2.0",
        "etalab-2.0, etalab-2.0",
        "eupl-1.1, EUPL-1.1",
        "eupl-1.2, EUPL-1.2",
        "agpl-3.0, AGPL-3.0-only",
        "gpl-2.0, GPL-2.0-only",
        "gpl-3.0, GPL-3.0-only",
        "lgpl-2.1, LGPL-2.1-only",
        "lgpl-3.0, LGPL-3.0-only",
        "isc, ISC",
        "lppl-1.3c, LPPL-1.3c",
        "ms-pl, MS-PL",
        "mpl-2.0, MPL-2.0",
        "odc-by, ODC-By-1.0",
        "odbl, ODbL-1.0",
        "osl-3.0, OSL-3.0",
        "postgresql, PostgreSQL",
        "ofl-1.1, OFL-1.1",
        "ncsa, NCSA",
        "unlicense, Unlicense",
        "zlib, Zlib",
        "pddl, PDDL-1.0",
        "lgpl-lr, LGPLLR",
        "deepfloyd-if-license, LicenseRef-deepfloyd-if",
        "llama2, LicenseRef-scancode-llama-2-license-2023",
        "llama3, LicenseRef-scancode-llama-3-license-2024",
        "llama3.1, LicenseRef-scancode-llama-3.1-license-2024",
        "llama3.2, LicenseRef-scancode-llama-3.2-license-2024",
        "llama3.3, LicenseRef-scancode-llama-3.3-license-2024",
        "llama4, LicenseRef-scancode-llama-4-cla-2025",
        "grok2-community, LicenseRef-grok-2-community",
        "gemma, LicenseRef-gemma-terms-of-use",
        "openmdw-1.0, OpenMDW-1.0",
        "openmdw-1.1, LicenseRef-openmdw-1.1",
        "fair-noncommercial-research-license, LicenseRef-fair-noncommercial-research-v1",
        "apple-amlr, LicenseRef-apple-amlr-2025",
    })
    void aTagThatNamesOneTextIsThatLicence(String tag, String id) {
        assertThat(LICENSES.find(tag).map(License::id)).contains(id);
    }

    /** Families of which the tag says no version, and what says nothing: not known, so that no permission comes of them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown",
                "other",
                "cc",
                "bsd",
                "gpl",
                "lgpl",
                "gfdl",
                "openrail",
                "apple-ascl",
                "h-research",
                "intel-research"
            })
    void aTagThatNamesNoTextIsUnknown(String tag) {
        assertThat(LICENSES.find(tag)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GPL-2.0-or-later, GPL-2.0-only",
        "GPL-3.0-or-later, GPL-3.0-only",
        "AGPL-3.0-or-later, AGPL-3.0-only",
        "LGPL-2.1-or-later, LGPL-2.1-only",
        "LGPL-3.0-or-later, LGPL-3.0-only",
        "GFDL-1.3-or-later, GFDL-1.3-only",
    })
    void orLaterIsReadInTheTextOfItsVersion(String declared, String id) {
        assertThat(LICENSES.find(declared).map(License::id)).contains(id);
    }

    @Test
    void theBoostAndTheBusinessSourceLicenceAreToldApart() {
        assertThat(LICENSES.get("bsl-1.0").name()).contains("Boost");
        assertThat(LICENSES.get("bsl-1.1").name()).contains("Business Source");
    }

    /** What bars commerce, changed copies or hosting in these texts, of which much else is free. */
    @ParameterizedTest
    @CsvSource({
        "cc-by-nc-sa-4.0, COMMERCIAL",
        "cc-by-nc-nd-4.0, COMMERCIAL",
        "cc-by-nc-2.0, COMMERCIAL",
        "cc-by-nc-3.0, COMMERCIAL",
        "cc-by-nc-sa-2.0, COMMERCIAL",
        "cc-by-nc-sa-3.0, COMMERCIAL",
        "cc-by-nc-nd-3.0, COMMERCIAL",
        "PolyForm-Noncommercial-1.0.0, COMMERCIAL",
        "cc-by-nd-4.0, DERIVATIVE",
        "cc-by-nc-nd-4.0, DERIVATIVE",
        "cc-by-nc-nd-3.0, DERIVATIVE",
        "Elastic-2.0, HOST",
        "fair-noncommercial-research-license, COMMERCIAL",
        "apple-amlr, COMMERCIAL",
        "apple-amlr, USE",
        "codegeex, COMMERCIAL",
        "glm-130b, USE",
        "cogvlm, COMMERCIAL",
        "kolors, SCALE",
        "kolors, OUTPUTS_TO_TRAIN",
    })
    void whatIsBarredIsBarred(String tag, Topic topic) {
        assertThat(LICENSES.get(tag).clauses())
                .anyMatch(clause -> clause.topic() == topic && clause.effect() == Effect.FORBIDS);
    }

    /** Who passes weights on must know what their source is, where a licence asks for it; none of the texts says. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpl-2.0",
                "gpl-3.0",
                "agpl-3.0",
                "lgpl-2.1",
                "lgpl-3.0",
                "mpl-2.0",
                "epl-1.0",
                "epl-2.0",
                "eupl-1.1",
                "eupl-1.2",
                "osl-3.0",
                "sspl-1.0",
                "ms-rl",
                "lgpl-lr"
            })
    void theSourceOfWeightsIsNotGuessed(String tag) {
        assertThat(LICENSES.get(tag).clauses())
                .anyMatch(clause -> clause.topic() == Topic.FLOW_DOWN
                        && clause.effect() == Effect.UNCLEAR
                        && clause.when().stream().anyMatch(condition -> condition instanceof Condition.Distributed));
    }

    /** A licence that asks something of whoever offers the changed model over a network asks it in the column that is read. */
    @ParameterizedTest
    @ValueSource(strings = {"agpl-3.0", "sspl-1.0", "osl-3.0", "eupl-1.2", "afl-3.0", "odbl", "odc-by"})
    void aDutyOfServicesIsADutyOfHosting(String tag) {
        Set<Effect> effects = Set.of(Effect.DUTY, Effect.UNCLEAR);
        Stream<Clause> hosting = LICENSES.get(tag).clauses().stream()
                .filter(clause -> effects.contains(clause.effect()))
                .filter(clause -> clause.when().stream()
                        .anyMatch(condition -> condition instanceof Condition.Distributed distributed
                                && distributed.ways().contains(Distribution.HOSTED)));
        assertThat(hosting).isNotEmpty();
    }
}
