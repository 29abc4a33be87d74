package io.stoa.license.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The shipped fingerprints are those of the public texts. Run with {@code -Dfingerprints.write=FILE} to write them anew into
 * {@code src/main/resources/io/stoa/license/fingerprints/texts.bin}, and with {@code -Dlicenses.models=FOLDER} of the licences
 * of models that no collection has; without that folder, they are left out of the comparison.
 */
class LibraryTest {
    @Test
    void shippedFingerprintsAreThoseOfTheTexts() throws IOException {
        Library made = Copies.library(LicenseTexts.present(), true);
        System.out.printf(
                "fingerprints: %d ids, %d wordings, %d words, vocabulary %d, %d bytes%n",
                made.licenses().size(),
                made.forms().size(),
                made.forms().stream().mapToInt(Form::size).sum(),
                made.vocabulary().length,
                made.write().length);
        boolean models = new HashSet<>(Copies.models().values()).equals(Copies.MODELS);
        String write = System.getProperty("fingerprints.write");
        if (write != null) {
            assertThat(models)
                    .as("a copy of each of Copies.MODELS, in -Dlicenses.models=FOLDER")
                    .isTrue();
            Files.write(Path.of(write), made.write());
            return;
        }
        Library shipped = Library.shipped();
        same(models ? shipped : Copies.withoutModels(shipped), models ? made : Copies.withoutModels(made));
    }

    @Test
    void readsWhatItWrites() throws IOException {
        Library library = new Wordings()
                .license("X-1.0", false, List.of("The X License", "X"))
                .text(List.of("X-1.0"), "X License\n\nYou may use the thing as you like it, on Mondays.", true)
                .library();

        same(Library.read(library.write()), library);
        assertThat(library.forms().getFirst().spans()).containsExactly(new Form.Span(0, 1, Form.Leeway.MAY_LACK));
    }

    @Test
    void refusesADamagedResource() {
        assertThatThrownBy(() -> Library.read(new byte[] {1, 2, 3})).isInstanceOf(IOException.class);
    }

    private static void same(Library one, Library other) {
        assertThat(one.licenses()).isEqualTo(other.licenses());
        assertThat(one.vocabulary()).isEqualTo(other.vocabulary());
        assertThat(one.forms()).hasSameSizeAs(other.forms());
        for (int i = 0; i < one.forms().size(); i++) {
            assertThat(one.forms().get(i).licenses())
                    .isEqualTo(other.forms().get(i).licenses());
            assertThat(one.forms().get(i).spans())
                    .isEqualTo(other.forms().get(i).spans());
            Form form = one.forms().get(i);
            assertThat(IntStream.range(0, form.runCount()).map(form::run).toArray())
                    .isEqualTo(IntStream.range(0, other.forms().get(i).runCount())
                            .map(other.forms().get(i)::run)
                            .toArray());
        }
    }

    /** The copies of others: how many a library of ScanCode's texts alone knows, and the shipped one. */
    @Test
    void copiesOfOthersAreKnown() throws IOException {
        LicenseTexts texts = LicenseTexts.present();
        Recognizer scancode = new Recognizer(Copies.library(texts, false), List.of(), false);
        Recognizer shipped = new Recognizer(List.of());
        int alone = 0;
        List<String> missed = new ArrayList<>();
        Map<String, List<String>> copies = Copies.others(texts);
        for (Map.Entry<String, List<String>> copy : copies.entrySet()) {
            Recognition recognition = scancode.recognize(Copies.text(texts, copy.getKey()));
            if (names(recognition, copy.getValue())) {
                alone++;
            } else {
                missed.add(copy.getKey() + " " + recognition.sentence());
            }
            assertThat(names(shipped.recognize(Copies.text(texts, copy.getKey())), copy.getValue()))
                    .as(copy.getKey())
                    .isTrue();
        }
        System.out.printf(
                "copies of others: %d; known by ScanCode's wordings alone %d, as shipped all%n", copies.size(), alone);
        if (Boolean.getBoolean("recognizer.near")) {
            missed.forEach(System.out::println);
        }
        assertThat(alone).isGreaterThan(copies.size() / 2);
    }

    private static boolean names(Recognition recognition, List<String> ids) {
        return recognition instanceof Recognition.Known known
                && (ids.contains(known.license()) || known.alike().stream().anyMatch(ids::contains));
    }
}
