package io.stoa.license.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The shipped fingerprints are those of the public texts. Run with {@code -Dfingerprints.write=FOLDER} to write them anew;
 * the Gemma texts are read from {@code -Dfingerprints.gemma=FOLDER}, since they are not in the public collection.
 */
class FingerprintTest {
    @Test
    void shippedFingerprintsAreThoseOfTheTexts() throws IOException {
        Map<String, List<Words>> copies = copies(LicenseTexts.present());
        String gemma = System.getProperty("fingerprints.gemma");
        if (gemma != null) {
            copies.put("gemma", gemma(Path.of(gemma)));
        }
        String write = System.getProperty("fingerprints.write");
        for (Map.Entry<String, List<Words>> license : copies.entrySet()) {
            Fingerprint fingerprint = Fingerprint.of(license.getValue());
            System.out.println(license.getKey() + ": " + fingerprint);
            String file = license.getKey() + ".fingerprint";
            if (write != null) {
                Files.writeString(Path.of(write, file), fingerprint.format());
            } else {
                assertThat(shipped(file)).as(file).isEqualTo(fingerprint.format());
            }
        }
    }

    @Test
    void readsWhatItWrites() {
        Fingerprint fingerprint = Fingerprint.of(List.of(
                Words.of("some title here now you may use the thing as you like it"),
                Words.of("you may use the thing as you like it")));

        assertThat(Fingerprint.parse("x", fingerprint.format())).isEqualTo(fingerprint);
        assertThat(fingerprint.decisive()).isNotEmpty();
        assertThat(fingerprint.optional())
                .as("the title stands in one copy only")
                .isNotEmpty();
    }

    @Test
    void refusesADamagedResource() {
        assertThatThrownBy(() -> Fingerprint.parse("x", "decisive: AAAA\n"))
                .isInstanceOf(StoaException.class)
                .hasMessageContaining("fingerprint x");
    }

    private static Map<String, List<Words>> copies(LicenseTexts texts) throws IOException {
        Map<String, LicenseTexts.Entry> collection = texts.collection();
        Map<String, List<Words>> copies = new LinkedHashMap<>();
        Words apache = words(collection, "apache-2.0");
        copies.put(
                "apache-2.0",
                List.of(
                        apache,
                        Words.of(text(texts.read("choosealicense/apache-2.0.txt"))),
                        Words.of(texts.read("modelgo/license_raw/Apache-2.0.txt")),
                        apache.before("end of terms and conditions")));
        copies.put(
                "mit",
                List.of(
                        words(collection, "mit"),
                        Words.of(text(texts.read("choosealicense/mit.txt"))),
                        Words.of(texts.read("modelgo/license_raw/MIT.txt"))));
        Words creativeCommons = Words.of(texts.read("modelgo/license_raw/CC-BY-NC-4.0.txt"));
        copies.put(
                "cc-by-nc-4.0",
                List.of(
                        words(collection, "cc-by-nc-4.0"),
                        creativeCommons,
                        creativeCommons
                                .from("by exercising the licensed rights")
                                .before("creative commons is not party to its public")));
        copies.put(
                "llama2",
                llama(
                        texts,
                        "llama2",
                        words(collection, "llama-2-license-2023"),
                        Words.of(texts.read("modelgo/license_raw/Llama2.txt"))));
        Words llama3 = Words.of(texts.read("llama/llama3/LICENSE"));
        copies.put("llama3", llama(texts, "llama3", llama3.before("meta llama 3 acceptable use policy")));
        copies.put("llama3.1", llama(texts, "llama3_1", words(collection, "llama-3.1-license-2024")));
        copies.put("llama3.2", llama(texts, "llama3_2"));
        copies.put("llama3.3", llama(texts, "llama3_3"));
        copies.put("llama4", llama(texts, "llama4"));
        return copies;
    }

    private static List<Words> llama(LicenseTexts texts, String folder, Words... others) throws IOException {
        String license = texts.read("llama/" + folder + "/LICENSE");
        List<Words> copies = new ArrayList<>(List.of(others));
        copies.add(Words.of(license));
        copies.add(Words.of(license + "\n" + texts.read("llama/" + folder + "/USE_POLICY.md")));
        return copies;
    }

    private static List<Words> gemma(Path folder) throws IOException {
        assumeThat(folder).isDirectory();
        List<Words> copies = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                Words words = Words.of(Files.readString(file));
                copies.add(words);
            }
        }
        return copies;
    }

    private static Words words(Map<String, LicenseTexts.Entry> collection, String key) {
        return Words.of(Optional.ofNullable(collection.get(key)).orElseThrow().text());
    }

    private static String text(String file) {
        return LicenseTexts.Entry.of(file).text();
    }

    private static String shipped(String file) throws IOException {
        try (InputStream in = FingerprintTest.class.getResourceAsStream("/io/stoa/license/fingerprints/" + file)) {
            assertThat(in).as(file).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
