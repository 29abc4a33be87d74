package io.stoa.license.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stoa.license.clause.Licenses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Licences of models that read alike and say different things: each copy is known as itself, and no mixture of two as either.
 * The copies are those of {@link Copies#models()}, and those of Llama in the public texts.
 */
class ModelCopiesTest {
    private static final Licenses LICENSES = new Licenses();

    /** Licences that share most of their words. */
    private static final List<List<String>> ALIKE = List.of(
            List.of("LicenseRef-scancode-qwen-2024", "LicenseRef-scancode-qwen-research-2024"),
            List.of("LicenseRef-scancode-qwen-2024", "LicenseRef-scancode-tongyi-qianwen-2023"),
            List.of("LicenseRef-scancode-tongyi-qianwen-2023", "LicenseRef-tongyi-qianwen-research-2023-11-30"),
            List.of("LicenseRef-scancode-qwen-research-2024", "LicenseRef-tongyi-qianwen-research-2023-11-30"),
            List.of("LicenseRef-mistral-research-0.1", "LicenseRef-mistral-non-production-0.1"),
            List.of("LicenseRef-minimax-m2-modified-mit", "LicenseRef-scancode-minimax-mit-variant-2025"),
            List.of("LicenseRef-minimax-m2-modified-mit", "LicenseRef-scancode-moonshot-ai-modified-mit-2025"),
            List.of("LicenseRef-glm-130b", "LicenseRef-codegeex"),
            List.of("LicenseRef-chatglm2-6b", "LicenseRef-cogvlm"),
            List.of("LicenseRef-chatglm2-6b", "LicenseRef-cogvideox"),
            List.of("LicenseRef-cogvlm", "LicenseRef-cogvideox"),
            List.of("LicenseRef-chameleon-research-2024-06-18", "LicenseRef-seamless-licensing-agreement"),
            List.of("LicenseRef-deepfloyd-if", "LicenseRef-flux-1-dev-non-commercial"),
            List.of("llama2", "llama3"),
            List.of("llama3", "llama3.1"),
            List.of("llama3.1", "llama3.2"),
            List.of("llama3.2", "llama3.3"),
            List.of("llama3.3", "llama4"));

    @Test
    void everyCopyIsKnownAsItself() throws IOException {
        Map<Path, String> models = present();
        for (Map.Entry<Path, String> model : models.entrySet()) {
            assertThat(LICENSES.recognize(Files.readString(model.getKey())))
                    .as(model.getValue())
                    .isInstanceOfSatisfying(Recognition.Known.class, known -> {
                        assertThat(known.license()).isEqualTo(model.getValue());
                        assertThat(known.alike()).isEmpty();
                    });
        }
        System.out.println(models.size() + " copies, " + new HashSet<>(models.values()).size() + " licences of models");
    }

    /** One paragraph of the other licence, the other's name, or the other's beginning or end. */
    @Test
    void noMixtureIsEitherOfTwo() throws IOException {
        Map<String, String> texts = texts();
        long seed = Long.getLong("mixtures.seed", 20_261_126);
        SplittableRandom random = new SplittableRandom(seed);
        int mixtures = 0;
        int pairs = 0;
        for (List<String> pair : ALIKE) {
            String one = texts.getOrDefault(pair.getFirst(), "");
            String other = texts.getOrDefault(pair.getLast(), "");
            if (one.isEmpty() || other.isEmpty()) {
                continue;
            }
            pairs++;
            for (List<String> two : List.of(List.of(one, other), List.of(other, one))) {
                for (String mixture : mixtures(two.getFirst(), two.getLast(), random)) {
                    List<String> words = spelled(mixture);
                    if (words.equals(spelled(one)) || words.equals(spelled(other))) {
                        continue;
                    }
                    mixtures++;
                    assertThat(LICENSES.recognize(mixture))
                            .as("seed %s, %s: %s", seed, pair, added(mixture, two.getFirst()))
                            .isNotInstanceOf(Recognition.Known.class);
                }
            }
        }
        System.out.printf("seed %d: %d mixtures of %d pairs, none known%n", seed, mixtures, pairs);
        assertThat(pairs).isGreaterThanOrEqualTo(5);
    }

    @Test
    void theDateOfTheOtherVersionIsNotThisOne() throws IOException {
        for (Map.Entry<Path, String> model : present().entrySet()) {
            String text = Files.readString(model.getKey());
            String later = text.replaceFirst(
                    "(Release Date: |Dated: |Date of Release: |Last Updated: )(\\p{L}+ \\d+, )20\\d\\d", "$1$22027");
            if (!later.equals(text)) {
                assertThat(LICENSES.recognize(later)).as(model.getValue()).isNotInstanceOf(Recognition.Known.class);
            }
        }
    }

    /** Paragraphs that only the one has are exchanged for two that only the other has, each in its turn. */
    private static Set<String> mixtures(String one, String other, SplittableRandom random) {
        List<String> ones = paragraphs(one);
        List<String> others = paragraphs(other);
        List<String> strange = new ArrayList<>(others);
        strange.removeAll(ones);
        strange.removeIf(paragraph -> Words.withNumbers(paragraph).size() < 15);
        Set<String> mixtures = new HashSet<>();
        for (int i = 0; i < ones.size(); i++) {
            if (!others.contains(ones.get(i)) && Words.withNumbers(ones.get(i)).size() >= 15) {
                for (int j = 0; j < Math.min(2, strange.size()); j++) {
                    List<String> mixed = new ArrayList<>(ones);
                    mixed.set(i, strange.get(random.nextInt(strange.size())));
                    mixtures.add(String.join("\n", mixed));
                }
            }
        }
        if (ones.size() > 8 && others.size() > 8) {
            int cut = 4 + random.nextInt(ones.size() - 8);
            int there = Math.min(cut, others.size() - 4);
            mixtures.add(String.join("\n", ones.subList(0, cut))
                    + "\n"
                    + String.join("\n", others.subList(there, others.size())));
        }
        return mixtures;
    }

    /** The paragraphs of a mixture that are not of the licence that it was made from. */
    private static List<String> added(String mixture, String licence) {
        List<String> added = new ArrayList<>(paragraphs(mixture));
        added.removeAll(paragraphs(licence));
        return added;
    }

    /** The words, in one spelling: that of a single word is no difference between copies. */
    private static List<String> spelled(String text) {
        // Marks of emphasis are no words: Llama 3.3 has "3**. Disclaimer" where 3.2 has "3. Disclaimer".
        String lines = String.join("\n", paragraphs(text)).replace("*", "");
        return Words.withNumbers(lines.replace("icence", "icense").replace("eperate", "eparate"))
                .words();
    }

    private static List<String> paragraphs(String text) {
        return Arrays.asList(text.split("\n(?:[ \t\r]*\n)?", -1));
    }

    private static Map<Path, String> present() throws IOException {
        Map<Path, String> models = Copies.models();
        assumeThat(models)
                .as("copies of licences of models, in -Dlicenses.models=FOLDER")
                .isNotEmpty();
        return models;
    }

    private static Map<String, String> texts() throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        LicenseTexts llama = LicenseTexts.present();
        for (String version : List.of("llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4")) {
            texts.put(version, llama.read("llama/" + version.replace('.', '_') + "/LICENSE"));
        }
        for (Map.Entry<Path, String> model : Copies.models().entrySet()) {
            texts.putIfAbsent(model.getValue(), Files.readString(model.getKey()));
        }
        return texts;
    }
}
