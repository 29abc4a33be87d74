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
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Outlines of licences that are in no public collection. Those of Gemma are read from {@code -Dfingerprints.gemma=FOLDER};
 * with {@code -Dfingerprints.write=FOLDER} the outline is written anew.
 */
class FingerprintTest {
    @Test
    void theShippedOutlineIsThatOfTheTexts() throws IOException {
        String folder = System.getProperty("fingerprints.gemma");
        assumeThat(folder)
                .as("a folder of Gemma texts, -Dfingerprints.gemma=FOLDER")
                .isNotNull();
        Fingerprint fingerprint = Fingerprint.of(gemma(Path.of(folder)));
        String write = System.getProperty("fingerprints.write");
        if (write != null) {
            Files.writeString(Path.of(write, "gemma.fingerprint"), fingerprint.format());
        } else {
            assertThat(shipped("gemma.fingerprint")).isEqualTo(fingerprint.format());
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

    private static String shipped(String file) throws IOException {
        try (InputStream in = FingerprintTest.class.getResourceAsStream("/io/stoa/license/fingerprints/" + file)) {
            assertThat(in).as(file).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
