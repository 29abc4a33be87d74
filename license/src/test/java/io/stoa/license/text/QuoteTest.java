package io.stoa.license.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class QuoteTest {
    private static final String TEXT = """
            Some Licence

            1. You may use the thing, as you like.
            2. You must not sell
               the thing to any-
            one else; not even “once”, says the
            owner's lawyer (a) in a letter.
            3. The end.
            """;

    @Test
    void findsAPassageAndShowsItAsItStandsThere() {
        Quote quote = quote("you must not sell the thing to anyone else not even once says the owners lawyer");

        UserCopy.Passage passage = quote.find(TEXT).orElseThrow();

        assertThat(passage.text()).isEqualTo("""
                You must not sell
                   the thing to any-
                one else; not even “once”, says the
                owner's lawyer""");
        assertThat(passage.firstLine()).isEqualTo(4);
        assertThat(passage.lastLine()).isEqualTo(7);
    }

    @Test
    void findsItInOtherShapes() {
        Quote quote = quote("you must not sell the thing to anyone else not even once says the owners lawyer");

        for (String copy : List.of(
                TEXT.toUpperCase(Locale.ROOT),
                "<html><body><p>You <b>must</b> not sell&nbsp;the thing to anyone else; not even &ldquo;once&rdquo;, says"
                        + " the owner&#8217;s lawyer</p></body></html>",
                "> You must **not** sell the [thing](https://x.example/must-not-sell) to anyone else; not even \"once\","
                        + " says\r\n> the owner's lawyer\r\n",
                "You must not sell You must not sell the thing to anyone else not even once says the owners lawyer")) {
            assertThat(quote.find(copy)).as(copy).isPresent();
            assertThat(quote.find(copy).orElseThrow().text()).as(copy).endsWithIgnoringCase("lawyer");
        }
    }

    @Test
    void aChangedWordIsNotTheQuote() {
        Quote quote = quote("you must not sell the thing to anyone else not even once says the owners lawyer");

        assertThat(quote.find(TEXT.replace("must not sell", "must not give"))).isEmpty();
        assertThat(quote.find(TEXT.replace("not even", "but even"))).isEmpty();
        assertThat(quote.find("")).isEmpty();
        assertThat(quote.find("\0\0\0")).isEmpty();
    }

    @Test
    void aHostileFileCostsNoMinutes() {
        String repeated = "you must not sell ".repeat(60_000);
        Quote quote = quote("you must not sell the thing to anyone else not even once says the owners lawyer");

        assertThat(quote.find(repeated)).isEmpty();
    }

    @Test
    void everyRunOfWordsIsFoundAgain() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Words words = Words.of(TEXT);
        UserCopy copy = UserCopy.of(TEXT);
        for (int round = 0; round < 200; round++) {
            int from = random.nextInt(words.size() - Quote.START);
            int to = from + Quote.START + random.nextInt(words.size() - from - Quote.START + 1);
            UserCopy.Passage passage = copy.find(Quote.of(words, from, to)).orElseThrow();
            assertThat(Words.of(passage.text()).words())
                    .as("%s, words %d to %d", seed, from, to)
                    .isEqualTo(words.words().subList(from, to));
        }
    }

    @Test
    void refusesADamagedQuote() {
        assertThatThrownBy(() -> new Quote("xyz", 10, "0".repeat(64))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Quote("00000000", 3, "0".repeat(64))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Quote("00000000", 10, "0")).isInstanceOf(IllegalArgumentException.class);
    }

    /** Licences whose texts are in the public collections are quoted right; the others were quoted when they were read. */
    @Test
    void shippedQuotesStandInTheTexts() throws IOException {
        Licenses licenses = new Licenses();
        Map<String, List<UserCopy>> texts = texts(LicenseTexts.present(), licenses);
        int checked = 0;
        List<String> missing = new ArrayList<>();
        for (License license : licenses.all()) {
            List<UserCopy> copies = texts.getOrDefault(license.id(), List.of());
            for (Clause clause : license.clauses()) {
                if (!copies.isEmpty() && clause.quote().isPresent()) {
                    checked++;
                    Quote quote = clause.quote().get();
                    if (copies.stream().noneMatch(copy -> copy.find(quote).isPresent())) {
                        missing.add(license.id() + " " + clause.section() + ": " + clause.says());
                    }
                }
            }
        }
        System.out.println(checked + " quotes checked");
        assertThat(missing).isEmpty();
        assertThat(checked).isGreaterThan(100);
    }

    /**
     * For whoever adds a licence: run with {@code -Dquotes.drafts=FOLDER}. In every {@code NAME.yaml} there, lines {@code
     * passage: "first words … last words"} become {@code quote:} lines, of the passage of {@code NAME.txt} that begins and
     * ends with these words; a passage without an ellipsis is the whole passage, for a text that cannot be kept.
     */
    @Test
    void writesTheQuotesOfDrafts() throws IOException {
        String folder = System.getProperty("quotes.drafts", "");
        assumeThat(folder).as("drafts of clauses, in -Dquotes.drafts=FOLDER").isNotEmpty();
        List<String> missing = new ArrayList<>();
        try (DirectoryStream<Path> drafts = Files.newDirectoryStream(Path.of(folder), "*.yaml")) {
            for (Path draft : drafts) {
                String name = draft.getFileName().toString().replace(".yaml", "");
                Path text = draft.resolveSibling(name + ".txt");
                Words words = Words.of(Files.exists(text) ? Files.readString(text) : "");
                Files.writeString(draft, quoted(name, Files.readString(draft), words, missing));
            }
        }
        assertThat(missing).isEmpty();
    }

    private static final Pattern PASSAGE = Pattern.compile("passage: \"((?:[^\"\\\\]|\\\\.)*)\"");

    private static String quoted(String name, String draft, Words words, List<String> missing) {
        return PASSAGE.matcher(draft).replaceAll(match -> {
            String passage = match.group(1).replace("\\\"", "\"");
            Optional<Quote> quote = passage.contains("…") ? between(passage, words) : Optional.of(quote(passage));
            if (quote.isEmpty()) {
                missing.add(name + ": " + passage);
            }
            return Matcher.quoteReplacement(quote.map(found -> "quote: {start: \"%s\", words: %d, sha256: \"%s\"}"
                            .formatted(found.start(), found.words(), found.sha256()))
                    .orElse(match.group()));
        });
    }

    private static Optional<Quote> between(String passage, Words words) {
        String[] ends = passage.split("…", 2);
        List<String> first = Words.of(ends[0]).words();
        List<String> last = Words.of(ends[1]).words();
        for (int from = 0; from + first.size() <= words.size(); from++) {
            if (words.words().subList(from, from + first.size()).equals(first)) {
                for (int to = from + first.size() + last.size(); to <= words.size(); to++) {
                    if (words.words().subList(to - last.size(), to).equals(last)) {
                        return Optional.of(Quote.of(words, from, to));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Quote quote(String passage) {
        Words words = Words.of(passage);
        return Quote.of(words, 0, words.size());
    }

    /** By licence: the copies that are at hand. */
    private static Map<String, List<UserCopy>> texts(LicenseTexts texts, Licenses licenses) throws IOException {
        Map<String, List<UserCopy>> copies = new LinkedHashMap<>();
        // by SPDX id, because a key of the collection may mean another licence: its bsl-1.0 is no Boost licence
        for (LicenseTexts.Entry entry : texts.collection().values()) {
            Optional<License> license = licenses.find(entry.value("spdx_license_key"));
            if (license.isPresent()) {
                add(copies, license.get().id(), entry.text());
            }
        }
        for (String version : List.of("llama2", "llama3", "llama3_1", "llama3_2", "llama3_3", "llama4")) {
            String id = licenses.get(version.replace('_', '.')).id();
            add(copies, id, texts.read("llama/" + version + "/LICENSE"));
            add(copies, id, texts.read("llama/" + version + "/USE_POLICY.md"));
        }
        Map<String, String> others = Map.of(
                "opt-175b", "OPT-175B.txt",
                "seer", "SEER.txt",
                "creativeml-openrail-m", "CreativeML-OpenRAIL-M.txt",
                "openrail++", "OpenRAIL++.txt");
        for (Map.Entry<String, String> other : others.entrySet()) {
            Optional<License> license = licenses.find(other.getKey());
            if (license.isPresent()) {
                add(copies, license.get().id(), texts.read("modelgo/license_raw/" + other.getValue()));
            }
        }
        for (Map.Entry<Path, String> model : Copies.models().entrySet()) {
            add(copies, model.getValue(), Files.readString(model.getKey()));
        }
        return copies;
    }

    private static void add(Map<String, List<UserCopy>> copies, String id, String text) {
        copies.computeIfAbsent(id, _ -> new ArrayList<>()).add(UserCopy.of(text));
    }
}
