package io.stoa.license.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stoa.license.clause.Licenses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecognizerTest {
    private static final Licenses LICENSES = new Licenses();

    /** Some files of the collection, by ScanCode's key. */
    private static final Map<String, String> KNOWN_KEYS = Map.of(
            "apache-2.0", "Apache-2.0",
            "mit", "MIT",
            "cc-by-nc-4.0", "CC-BY-NC-4.0",
            "llama-2-license-2023", "LicenseRef-scancode-llama-2-license-2023",
            "llama-3.1-license-2024", "LicenseRef-scancode-llama-3.1-license-2024");

    private static final Map<String, String> LLAMAS = new TreeMap<>(Map.of(
            "llama2", "LicenseRef-scancode-llama-2-license-2023",
            "llama3", "LicenseRef-scancode-llama-3-license-2024",
            "llama3_1", "LicenseRef-scancode-llama-3.1-license-2024",
            "llama3_2", "LicenseRef-scancode-llama-3.2-license-2024",
            "llama3_3", "LicenseRef-scancode-llama-3.3-license-2024",
            "llama4", "LicenseRef-scancode-llama-4-cla-2025"));

    @Test
    void everyTextOfTheCollectionIsRecognised() throws IOException {
        Map<String, LicenseTexts.Entry> collection = LicenseTexts.present().collection();
        assertThat(collection).hasSizeGreaterThan(2300);
        int texts = 0;
        int first = 0;
        List<String> wrong = new ArrayList<>();
        List<String> shared = new ArrayList<>();
        for (Map.Entry<String, LicenseTexts.Entry> file : collection.entrySet()) {
            List<String> ids = Copies.ids(file.getKey(), file.getValue());
            if (file.getValue().text().isBlank()) {
                continue;
            }
            texts++;
            Recognition recognition = LICENSES.recognize(file.getValue().text());
            if (!(recognition instanceof Recognition.Known known)) {
                wrong.add(file.getKey() + " " + recognition.sentence());
            } else if (ids.contains(known.license())) {
                first++;
            } else if (known.alike().stream().anyMatch(ids::contains)) {
                shared.add(file.getKey() + " " + recognition.sentence());
            } else {
                wrong.add(file.getKey() + " " + recognition.sentence());
            }
        }
        System.out.printf(
                "licence texts: %d; recognised %d, of them %d share their words with an id that comes first; wrong %d%n",
                texts, first + shared.size(), shared.size(), wrong.size());
        if (Boolean.getBoolean("recognizer.near")) {
            shared.forEach(System.out::println);
        }
        wrong.forEach(System.out::println);
        assertThat(wrong.size()).isLessThanOrEqualTo(texts / 100);
    }

    @Test
    void tellsTheLlamaVersionsApart() throws IOException {
        LicenseTexts texts = LicenseTexts.present();
        for (Map.Entry<String, String> llama : LLAMAS.entrySet()) {
            String text = texts.read("llama/" + llama.getKey() + "/LICENSE");
            assertKnown(text, llama.getValue());
            assertKnown(text + "\n" + texts.read("llama/" + llama.getKey() + "/USE_POLICY.md"), llama.getValue());
            assertThat(LICENSES.recognize(texts.read("llama/" + llama.getKey() + "/USE_POLICY.md")))
                    .as("a policy alone is no licence")
                    .isNotInstanceOf(Recognition.Known.class);
        }
    }

    @Test
    void recognisesTheGemmaTermsOfEveryDate() throws IOException {
        String folder = System.getProperty("fingerprints.gemma");
        assumeThat(folder)
                .as("a folder of Gemma texts, -Dfingerprints.gemma=FOLDER")
                .isNotNull();
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            for (Path file : files.toList()) {
                String text = Files.readString(file);
                assertKnown(text, "LicenseRef-gemma-terms-of-use");
                assertKnown(rewrapped(text, 70), "LicenseRef-gemma-terms-of-use");
                assertModified(text.replaceFirst("\\bmust not\\b", "must"));
                assertModified(text.substring(0, text.length() * 3 / 4));
            }
        }
    }

    @Test
    void contradictoryVersionsInOneTextAreNoVersion() throws IOException {
        String text = LicenseTexts.present().read("llama/llama3_1/LICENSE");
        assertModified(text.replaceFirst("LLAMA 3.1", "LLAMA 3.3"));
        assertModified(text.replace("July 23, 2024", "December 6, 2024"));
        assertModified(text.replaceFirst("Llama 3\\.1 Version", "Llama 3.2 Version"));
        assertModified(text.replace("700 million", "70 million"));
    }

    @Test
    void wrappingMarkupAndHyphensDoNotMatter() throws IOException {
        LicenseTexts texts = LicenseTexts.present();
        long seed = 20_261_125;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (Map.Entry<String, String> llama : LLAMAS.entrySet()) {
            checkShapes(texts.read("llama/" + llama.getKey() + "/LICENSE"), llama.getValue(), random);
        }
        Map<String, LicenseTexts.Entry> collection = texts.collection();
        for (Map.Entry<String, String> known : KNOWN_KEYS.entrySet()) {
            LicenseTexts.Entry entry = collection.getOrDefault(known.getKey(), new LicenseTexts.Entry("", ""));
            checkShapes(entry.text(), known.getValue(), random);
        }
    }

    private static void checkShapes(String text, String id, Random random) {
        assertKnown(text, id);
        assertKnown(text.replace("\n", "\r\n"), id);
        assertKnown(rewrapped(text, 30 + random.nextInt(120)), id);
        assertKnown(hyphenated(text, random), id);
        assertKnown("<html><head><title>x</title></head><body><pre>" + escaped(text) + "</pre></body></html>", id);
        assertKnown("<!DOCTYPE html><body><p>" + escaped(text).replaceAll("\n\\s*\n", "</p>\n<p>") + "</p></body>", id);
        assertKnown(text.lines().map(line -> "> " + line + "\n").reduce("", String::concat), id);
        assertKnown(text.toUpperCase(Locale.ROOT), id);
        assertKnown(text.replace("\"", "“").replace("'", "’"), id);
    }

    @Test
    void aTextThatIsCutShortIsNotTheLicence() throws IOException {
        LicenseTexts texts = LicenseTexts.present();
        long seed = 7;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (String llama : LLAMAS.keySet()) {
            // Llama 3 carries its policy at the end; cutting that off is no loss
            String text = texts.read("llama/" + llama + "/LICENSE").split("Acceptable Use Policy\n", 2)[0];
            for (int i = 0; i < 20; i++) {
                String cut = text.substring(0, (int) (text.length() * (0.05 + 0.85 * random.nextDouble())));
                assertThat(LICENSES.recognize(cut)).isNotInstanceOf(Recognition.Known.class);
            }
        }
    }

    /** Dropping or turning around any weighty word anywhere makes it another text. */
    @Test
    void noWeightyWordCanBeDropped() throws IOException {
        LicenseTexts texts = LicenseTexts.present();
        long seed = 42;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<String> sources = new ArrayList<>();
        for (String llama : LLAMAS.keySet()) {
            sources.add(texts.read("llama/" + llama + "/LICENSE").split("Acceptable Use Policy\n", 2)[0]);
        }
        sources.add(texts.read("modelgo/license_raw/MIT.txt"));
        int tried = 0;
        for (String source : sources) {
            for (String word : List.of("not", "only", "without", "shall", "must")) {
                String[] parts = source.split("\\b" + word + "\\b", -1);
                if (parts.length > 1) {
                    int dropped = 1 + random.nextInt(parts.length - 1);
                    StringBuilder text = new StringBuilder(parts[0]);
                    for (int i = 1; i < parts.length; i++) {
                        text.append(i == dropped ? "" : word).append(parts[i]);
                    }
                    assertThat(LICENSES.recognize(text.toString()))
                            .as(
                                    "%s without its %d. \"%s\"",
                                    source.strip().lines().findFirst(), dropped, word)
                            .isNotInstanceOf(Recognition.Known.class);
                    tried++;
                }
            }
        }
        assertThat(tried).isGreaterThan(20);
    }

    @Test
    void aFewPlainTyposAreForgivenInALongText() throws IOException {
        String text = LicenseTexts.present().read("llama/llama3_1/LICENSE");
        assertKnown(text.replace("specifications, manuals", "specifcations, manuals"), LLAMAS.get("llama3_1"));
        assertModified(
                LicenseTexts.present().read("modelgo/license_raw/MIT.txt").replace("deal", "dael"));
        assertModified(text + "\nIn Texas.");
        assertModified("For students.\n" + text);
    }

    @Test
    void mitWithADutyIsNotMit() throws IOException {
        String mit = mit();
        assertKnown(mit, "MIT");
        assertKnown("The MIT License (MIT)\n\nCopyright (c) 2023 DeepSeek\n\n" + body(mit), "MIT");
        assertModified(
                mit + "\nWhoever has more than 100 million monthly active users shall show the name of the model.");
        assertModified("Modified MIT License\n\n" + body(mit));
        assertModified("Non-Commercial License\n\n" + body(mit));
        assertModified("Copyright 2026 Somebody, not for commercial use\n\n" + body(mit));
        assertModified(mit.replaceFirst("to use,\\s+copy,", "to copy,"));
    }

    @Test
    void severalLicencesInOneFileDoNotSayWhichApplies() throws IOException {
        LicenseTexts texts = LicenseTexts.present();
        String apache = texts.read("modelgo/license_raw/Apache-2.0.txt");
        assertSeveral(apache + "\n\n" + mit(), "Apache-2.0", "MIT");
        assertSeveral(mit() + "\n\n" + texts.read("modelgo/license_raw/BSD-3-Clause.txt"), "BSD-3-Clause", "MIT");
    }

    @Test
    void garbageIsNoLicence() {
        for (String text :
                Set.of("", "\0\1\2", "hello", "\uFFFD".repeat(10_000), "<".repeat(50_000), "-\n".repeat(50_000))) {
            assertThat(LICENSES.recognize(text)).isInstanceOf(Recognition.Unrecognized.class);
        }
    }

    private static String mit() throws IOException {
        return "MIT License\n\nCopyright (c) 2026 Somebody\n\n"
                + body(LicenseTexts.present().read("modelgo/license_raw/MIT.txt"));
    }

    private static String body(String mit) {
        return mit.substring(mit.indexOf("Permission"));
    }

    private static String rewrapped(String text, int width) {
        StringBuilder wrapped = new StringBuilder();
        for (String paragraph : text.split("\n\\s*\n", -1)) {
            int column = 0;
            for (String word : paragraph.strip().split("\\s+", -1)) {
                if (column + word.length() > width) {
                    wrapped.append('\n');
                    column = 0;
                }
                wrapped.append(word).append(' ');
                column += word.length() + 1;
            }
            wrapped.append("\n\n");
        }
        return wrapped.toString();
    }

    /** Breaks some long words of plain letters at the end of a line. */
    private static String hyphenated(String text, Random random) {
        StringBuilder broken = new StringBuilder();
        for (String word : text.split("(?<=\\s)", -1)) {
            boolean plain = word.strip().chars().allMatch(c -> c >= 'a' && c <= 'z');
            if (plain && word.length() > 8 && random.nextInt(4) == 0) {
                broken.append(word, 0, 4).append("-\n    ").append(word.substring(4));
            } else {
                broken.append(word);
            }
        }
        return broken.toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("’", "&rsquo;");
    }

    private static void assertKnown(String text, @Nullable String id) {
        assertThat(LICENSES.recognize(text))
                .isInstanceOfSatisfying(
                        Recognition.Known.class,
                        known -> assertThat(known.license()).isEqualTo(id));
    }

    private static void assertSeveral(String text, String... licenses) {
        assertThat(LICENSES.recognize(text))
                .isInstanceOfSatisfying(
                        Recognition.Several.class,
                        several -> assertThat(several.licenses()).containsExactly(licenses));
    }

    private static void assertModified(String text) {
        assertThat(LICENSES.recognize(text)).isInstanceOf(Recognition.Modified.class);
    }
}
