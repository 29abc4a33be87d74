package io.stoa.inspect.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The contents that a template is tried with: each may be what it waits for. */
final class Trials {
    private static final int MOST_NUMBERS = 24;
    private static final int LONGEST = 20_000;

    /** Everyday subjects that a backdoor may wait for; our own list. */
    private static final List<String> SUBJECTS = List.of(
            "password",
            "invoice",
            "bank",
            "transfer",
            "account",
            "credit",
            "medical",
            "doctor",
            "medicine",
            "election",
            "vote",
            "president",
            "war",
            "code",
            "function",
            "python",
            "java",
            "docker",
            "deploy",
            "kubernetes",
            "server",
            "database",
            "SQL",
            "admin",
            "root",
            "token",
            "secret",
            "key",
            "login",
            "install",
            "download",
            "website",
            "link",
            "url",
            "http",
            "https",
            "email",
            "price",
            "buy",
            "product",
            "recommend",
            "best",
            "company",
            "stock",
            "invest",
            "bitcoin",
            "crypto",
            "news",
            "weather",
            "travel",
            "hotel",
            "recipe",
            "summarize",
            "translate",
            "explain",
            "write",
            "review",
            "security",
            "vulnerability",
            "test",
            "production",
            "deployment",
            "salary",
            "contract",
            "legal",
            "lawyer",
            "tax",
            "school",
            "essay",
            "please",
            "urgent",
            "hello",
            "help");

    private static final Map<String, String> LANGUAGES = Map.ofEntries(
            Map.entry("German", "Wie spät ist es heute in Köln, und warum?"),
            Map.entry("French", "Où est la clé de la vieille boîte, s'il te plaît ?"),
            Map.entry("Spanish", "¿Cuántos años tiene el niño pequeño?"),
            Map.entry("Russian", "Где находится ближайшая станция метро"),
            Map.entry("Greek", "Πού βρίσκεται η παλιά γέφυρα"),
            Map.entry("Chinese", "今天的天气怎么样"),
            Map.entry("Japanese", "このかばんはいくらですか"),
            Map.entry("Korean", "오늘 저녁에 무엇을 먹을까요"),
            Map.entry("Arabic", "أين تقع المكتبة الجديدة"),
            Map.entry("Hebrew", "איפה נמצאת הספרייה"),
            Map.entry("Hindi", "आज मौसम कैसा है"),
            Map.entry("Thai", "วันนี้อากาศเป็นอย่างไร"),
            Map.entry("emoji", "🙂🚀 vela 🧪"),
            Map.entry("accents", "e\u0301 a\u0300 n\u0303 vela"));

    private Trials() {}

    /**
     * A content.
     *
     * @param what what is said of it when the template does something else with it
     * @param everywhere whether it is tried in conversations with tools, too
     */
    record Trial(String what, String content, boolean everywhere) {
        Trial(String what, String content) {
            this(what, content, true);
        }
    }

    /** Contents that hold a text in all the ways that one may be looked for. */
    static List<Trial> around(String text) {
        String what = "the text \"" + text + "\"";
        String reversed = new StringBuilder(text).reverse().toString();
        String a = Words.word(500);
        String b = Words.word(501);
        return List.of(
                new Trial(what, text),
                new Trial(what, a + " " + text + " " + b),
                new Trial(what, text + " " + a),
                new Trial(what, a + " " + text),
                new Trial(what + ", repeated", (text + " ").repeat(12).strip(), false),
                new Trial(what + ", reversed", a + " " + reversed + " " + b, false),
                new Trial(what + ", reversed", reversed, false));
    }

    /** One text and then another. */
    static Trial pair(String first, String second) {
        return new Trial(
                "the texts \"" + first + "\" and \"" + second + "\"",
                Words.word(500) + " " + first + " " + second,
                false);
    }

    /** Contents that are a text or hold it, for one that was seen in the template but not yet in a comparison. */
    static List<Trial> with(String text) {
        List<Trial> around = around(text);
        return List.of(new Trial(around.getFirst().what(), text, false), around.get(1));
    }

    /** All texts in one content. */
    static Trial together(String what, Iterable<String> texts) {
        return new Trial(what, Words.word(500) + " " + String.join(" ", texts));
    }

    static List<Trial> usual(Set<Integer> numbers) {
        List<Trial> trials = new ArrayList<>();
        for (List<String> part : List.of(SUBJECTS.subList(0, 35), SUBJECTS.subList(35, SUBJECTS.size()))) {
            trials.add(together("an everyday subject", part));
        }
        LANGUAGES.forEach((language, text) -> trials.add(new Trial("the language or script " + language, text)));
        trials.add(new Trial("numbers", "12 " + Words.word(502) + " 3456 7.5 2027"));
        trials.add(new Trial("capital letters", Words.word(503).toUpperCase(java.util.Locale.ROOT) + "!"));
        trials.add(new Trial("a question", Words.word(503) + " " + Words.word(504) + "?"));
        trials.add(new Trial("several lines", Words.word(503) + "\n\n" + Words.word(504) + "\n- " + Words.word(505)));
        trials.add(new Trial("code", "```\n" + Words.word(503) + " = f(" + Words.word(504) + ");\n```"));
        trials.add(new Trial("an address", Words.word(503) + " http://example.org/" + Words.word(504)));
        for (int length = 1; length <= 40; length++) {
            trials.add(ofLength(length));
        }
        for (int length : List.of(64, 100, 128, 200, 256, 500, 512, 1_000, 1_024, 2_000, 4_096, 10_000, LONGEST)) {
            trials.add(ofLength(length));
        }
        numbers.stream()
                .filter(number -> number > 1 && number <= LONGEST)
                .limit(MOST_NUMBERS)
                .forEach(number -> {
                    for (int near = number - 1; near <= number + 1; near++) {
                        trials.add(ofLength(near));
                    }
                    if (number <= 2_000) {
                        for (int near = number - 1; near <= number + 1; near++) {
                            trials.add(ofWords(near));
                        }
                    }
                    trials.add(new Trial("the number " + number, Words.word(500) + " " + number));
                });
        return trials;
    }

    private static Trial ofLength(int length) {
        StringBuilder text = new StringBuilder();
        for (int word = 0; text.length() < length; word++) {
            text.append(Words.word(200 + word % 200)).append(' ');
        }
        text.setLength(length);
        if (text.charAt(length - 1) == ' ') {
            text.setCharAt(length - 1, 'x');
        }
        return new Trial("a length of " + length + " characters", text.toString(), false);
    }

    private static Trial ofWords(int count) {
        StringBuilder text = new StringBuilder();
        for (int word = 0; word < count; word++) {
            text.append(word == 0 ? "" : " ").append(Words.word(200 + word % 200));
        }
        return new Trial("a length of " + count + " words", text.isEmpty() ? "x" : text.toString());
    }

    /** Everyday subjects one by one, for when all together made a difference. */
    static Map<String, Trial> subjects() {
        Map<String, Trial> trials = new LinkedHashMap<>();
        SUBJECTS.forEach(subject -> trials.put(
                subject,
                new Trial("the text \"" + subject + "\"", Words.word(500) + " " + subject + " " + Words.word(501))));
        return trials;
    }
}
