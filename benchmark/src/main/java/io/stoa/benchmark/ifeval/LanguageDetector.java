package io.stoa.benchmark.ifeval;

import io.stoa.benchmark.task.PythonRandom;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which language a text is in: the naive Bayes classifier over n-grams of one to three characters by Nakatani Shuyo
 * (Language Detection Library for Java, 2010), as its Python port langdetect 1.0.9 decides with {@code
 * DetectorFactory.seed = 0}, its profiles in the order of their names. The profiles are those of {@code
 * com.optimaize.languagedetector:language-detector}, but for Catalan and Welsh: langdetect's own, which were learnt from
 * other texts, lie beside this class (Apache-2.0, Cybozu Labs).
 *
 * <p>Seven times n-grams of the text are drawn until one language is all but certain, each time with another smoothing;
 * the mean of the seven decides. The harness seeds langdetect anew for each text, so that its own decision on a text
 * between two languages varies from run to run; short texts and texts in capitals often are.
 */
final class LanguageDetector {
    private static final List<String> LANGUAGES = List.of(
            "af", "ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "gu", "he",
            "hi", "hr", "hu", "id", "it", "ja", "kn", "ko", "lt", "lv", "mk", "ml", "mr", "ne", "nl", "no", "pa", "pl",
            "pt", "ro", "ru", "sk", "sl", "so", "sq", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi",
            "zh-cn", "zh-tw");
    private static final String UNKNOWN = "unknown";

    private static final int LONGEST_TEXT = 10_000;
    private static final int TRIALS = 7;
    private static final int MOST_DRAWS = 1000;
    private static final double SMOOTHING = 0.5;
    private static final double SMOOTHING_DEVIATION = 0.05;
    private static final double BASE_FREQUENCY = 10_000;
    private static final double CERTAIN = 0.99999;
    private static final double LEAST = 0.1;

    private static final Pattern ADDRESS = Pattern.compile("https?://[-_.?&~;+=/#0-9A-Za-z]{1,2076}");
    private static final Pattern MAIL =
            Pattern.compile("[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}");
    private static final Pattern VIETNAMESE =
            Pattern.compile("[AEIOUYaeiouyÂÊÔâêôĂăƠơƯư][\u0300\u0301\u0303\u0309\u0323]");

    private final Map<String, Frequencies> frequencies;
    private final Map<Integer, Integer> kanji;

    private LanguageDetector(Map<String, Frequencies> frequencies, Map<Integer, Integer> kanji) {
        this.frequencies = frequencies;
        this.kanji = kanji;
    }

    /** The profiles are read once, when they are first needed. */
    private static final class Standard {
        private static final LanguageDetector INSTANCE = new LanguageDetector(readFrequencies(), readKanji());
    }

    static LanguageDetector standard() {
        return Standard.INSTANCE;
    }

    /** The language's code, {@code unknown}, or nothing where the text has no n-gram of any language. */
    Optional<String> languageOf(String text) {
        List<Frequencies> ngrams = ngrams(cleaned(text));
        if (ngrams.isEmpty()) {
            return Optional.empty();
        }
        double[] mean = new double[LANGUAGES.size()];
        PythonRandom random = new PythonRandom(0);
        double[] normal = new double[0];
        for (int trial = 0; trial < TRIALS; trial++) {
            // Normal numbers are drawn in pairs.
            normal = trial % 2 == 0 ? normalPair(random) : normal;
            double smoothing = SMOOTHING + normal[trial % 2] * SMOOTHING_DEVIATION;
            double[] probabilities = trial(ngrams, random, smoothing / BASE_FREQUENCY);
            for (int i = 0; i < mean.length; i++) {
                mean[i] += probabilities[i] / TRIALS;
            }
        }
        int best = 0;
        for (int i = 1; i < mean.length; i++) {
            best = mean[i] > mean[best] ? i : best;
        }
        return Optional.of(mean[best] > LEAST ? LANGUAGES.get(best) : UNKNOWN);
    }

    private static double[] trial(List<Frequencies> ngrams, PythonRandom random, double weight) {
        double[] probabilities = new double[LANGUAGES.size()];
        Arrays.fill(probabilities, 1.0 / probabilities.length);
        for (int draw = 0; ; draw++) {
            random.choice(ngrams).update(probabilities, weight);
            if (draw % 5 == 0 && (normalize(probabilities) > CERTAIN || draw >= MOST_DRAWS)) {
                return probabilities;
            }
        }
    }

    /** As two calls of Python's {@code gauss(0, 1)}: the Box–Muller transform. */
    private static double[] normalPair(PythonRandom random) {
        double angle = random.next() * 2 * Math.PI;
        double radius = Math.sqrt(-2 * Math.log(1 - random.next()));
        return new double[] {Math.cos(angle) * radius, Math.sin(angle) * radius};
    }

    /** Divides by the sum, and returns the greatest. */
    private static double normalize(double[] probabilities) {
        double sum = 0;
        for (double probability : probabilities) {
            sum += probability;
        }
        double greatest = 0;
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] /= sum;
            greatest = Math.max(greatest, probabilities[i]);
        }
        return greatest;
    }

    /** Without addresses, repeated spaces, and Latin letters where two thirds of the letters are others. */
    private static int[] cleaned(String text) {
        String clean = ADDRESS.matcher(text).replaceAll(" ");
        clean = MAIL.matcher(clean).replaceAll(" ");
        clean = VIETNAMESE.matcher(clean).replaceAll(match -> Normalizer.normalize(match.group(), Normalizer.Form.NFC));
        int[] all = clean.codePoints().limit(LONGEST_TEXT).toArray();
        int[] characters = new int[all.length];
        int count = 0;
        int latin = 0;
        int other = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] != ' ' || i == 0 || all[i - 1] != ' ') {
                characters[count++] = all[i];
                latin += isLatin(all[i]) ? 1 : 0;
                other += all[i] >= 0x300 ? 1 : 0;
            }
        }
        int[] cleaned = Arrays.copyOf(characters, count);
        return latin * 2 < other
                ? Arrays.stream(cleaned).filter(c -> !isLatin(c)).toArray()
                : cleaned;
    }

    private static boolean isLatin(int codePoint) {
        return codePoint >= 'A' && codePoint <= 'z';
    }

    /** The n-grams that occur in any profile. Words in capitals are skipped from their second letter on. */
    private List<Frequencies> ngrams(int[] text) {
        List<Frequencies> ngrams = new ArrayList<>();
        StringBuilder last = new StringBuilder(" ");
        boolean capitals = false;
        for (int codePoint : text) {
            int character = normalized(codePoint);
            int before = last.codePointBefore(last.length());
            if (before == ' ') {
                last.replace(0, last.length(), " ");
                capitals = false;
                if (character == ' ') {
                    continue;
                }
            } else if (last.codePointCount(0, last.length()) == 3) {
                last.delete(0, last.offsetByCodePoints(0, 1));
            }
            last.appendCodePoint(character);
            capitals = Character.isUpperCase(character) && (capitals || Character.isUpperCase(before));
            if (!capitals) {
                for (int from = last.length(); from > 0; ) {
                    from = last.offsetByCodePoints(from, -1);
                    String ngram = last.substring(from);
                    Frequencies known = ngram.equals(" ") ? null : frequencies.get(ngram);
                    if (known != null) {
                        ngrams.add(known);
                    }
                }
            }
        }
        return ngrams;
    }

    /** One character for those that do not tell languages apart. */
    private int normalized(int c) {
        if (c < 0x80) {
            return Character.isLetter(c) ? c : ' ';
        }
        if (c == 0xa0 || c == 0xab || c == 0xb0 || c == 0xbb || (c >= 0x2000 && c <= 0x206f)) {
            return ' ';
        }
        return switch (c) {
            // Romanian commas below are written as cedillas, Farsi's yeh as Arabic's.
            case 0x219 -> 0x15f;
            case 0x21b -> 0x163;
            case 0x6cc -> 0x64a;
            default -> {
                if (c >= 0x1ea0 && c <= 0x1eff) {
                    yield 0x1ec3;
                } else if (c >= 0x3040 && c <= 0x309f) {
                    yield 0x3042;
                } else if (c >= 0x30a0 && c <= 0x30ff) {
                    yield 0x30a2;
                } else if ((c >= 0x3100 && c <= 0x312f) || (c >= 0x31a0 && c <= 0x31bf)) {
                    yield 0x3105;
                } else if (c >= 0xac00 && c <= 0xd7af) {
                    yield 0xac00;
                }
                yield kanji.getOrDefault(c, c);
            }
        };
    }

    private static Map<String, Frequencies> readFrequencies() {
        Map<String, SortedMap<Integer, Double>> read = new HashMap<>();
        for (int i = 0; i < LANGUAGES.size(); i++) {
            JsonNode profile = readProfile(LANGUAGES.get(i));
            for (Map.Entry<String, JsonNode> entry : profile.path("freq").properties()) {
                String ngram = entry.getKey();
                double all = profile.path("n_words").path(ngram.length() - 1).doubleValue();
                read.computeIfAbsent(ngram, _ -> new TreeMap<>())
                        .put(i, entry.getValue().doubleValue() / all);
            }
        }
        Map<String, Frequencies> frequencies = new HashMap<>();
        read.forEach((ngram, byLanguage) -> frequencies.put(ngram, new Frequencies(byLanguage)));
        return frequencies;
    }

    private static JsonNode readProfile(String language) {
        String path = switch (language) {
            case "ca", "cy" -> "io/stoa/benchmark/ifeval/profile-" + language + ".json";
            case "zh-cn" -> "languages/zh-CN";
            case "zh-tw" -> "languages/zh-TW";
            default -> "languages/" + language;
        };
        try (InputStream in = resource(path)) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of each group of characters that occur alike the first stands for all. */
    private static Map<Integer, Integer> readKanji() {
        Properties messages = new Properties();
        try (InputStream in = resource("com/optimaize/langdetect/cybozu/util/messages.properties")) {
            messages.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<Integer, Integer> kanji = new HashMap<>();
        for (String key : messages.stringPropertyNames()) {
            if (key.startsWith("NGram.KANJI_")) {
                String group = messages.getProperty(key, "");
                group.codePoints().forEach(character -> kanji.put(character, group.codePointAt(0)));
            }
        }
        return kanji;
    }

    private static InputStream resource(String path) {
        return Objects.requireNonNull(LanguageDetector.class.getClassLoader().getResourceAsStream(path), path);
    }

    /** How frequent an n-gram is in the languages that have it. */
    private static final class Frequencies {
        private final int[] languages;
        private final double[] shares;

        /**
         * Of an n-gram.
         *
         * @param byLanguage by place in {@link #LANGUAGES}
         */
        Frequencies(SortedMap<Integer, Double> byLanguage) {
            languages = byLanguage.keySet().stream().mapToInt(i -> i).toArray();
            shares = byLanguage.values().stream().mapToDouble(share -> share).toArray();
        }

        void update(double[] probabilities, double weight) {
            int at = 0;
            for (int i = 0; i < probabilities.length; i++) {
                boolean has = at < languages.length && languages[at] == i;
                probabilities[i] *= has ? weight + shares[at++] : weight;
            }
        }
    }
}
