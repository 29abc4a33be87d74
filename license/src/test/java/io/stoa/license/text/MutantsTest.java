package io.stoa.license.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.license.clause.Licenses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Copies of licences changed at random: those that mean the same must be known, the others must be called a modified copy of
 * the same licence, and none may be taken for a licence that it is not.
 *
 * <p>{@code -Dmutants=1000} makes so many of each licence (the figures in docs/licensing.md), {@code -Dmutants.licenses=60}
 * takes so many of the SPDX list, {@code -Dlicenses.models=FOLDER} takes the copies of {@link Copies#MODELS} as well.
 */
class MutantsTest {
    private static final int MUTANTS = Integer.getInteger("mutants", 14);
    private static final int SPDX_LICENSES = Integer.getInteger("mutants.licenses", 24);
    private static final int FEWEST_WORDS = 80;
    private static final Licenses LICENSES = new Licenses();
    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.])\\d[\\d,]*(?:\\.\\d+)?(?![\\w.)])");
    private static final Pattern NEGATION =
            Pattern.compile("\\b(?:not|no|without|nor|never|except|unless|only|non)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern MODAL = Pattern.compile("\\b(?:may not|must|shall|may|must not)\\b");

    /** How a copy is changed, and whether it means the same afterwards. */
    private enum Mutation {
        WRAPPED(true),
        CASE(true),
        PUNCTUATION(true),
        HOLDER(true),
        PAGED(true),
        MARKED_UP(true),
        HYPHENATED(true),
        NUMBER_CHANGED(false),
        NEGATION_DROPPED(false),
        MODAL_CHANGED(false),
        PARAGRAPH_DROPPED(false),
        PARAGRAPHS_SWAPPED(false),
        TERM_ADDED(false),
        CUT_SHORT(false);

        private final boolean sameMeaning;

        Mutation(boolean sameMeaning) {
            this.sameMeaning = sameMeaning;
        }
    }

    private enum Outcome {
        KNOWN,
        MODIFIED,
        MODIFIED_OTHER,
        SEVERAL,
        UNRECOGNIZED,
        /** Dropping words made it another licence's text, word for word. */
        IS_ANOTHER,
        FALSELY_KNOWN
    }

    private record License(List<String> ids, String head, String body, String tail) {}

    @Test
    void mutantsAreWhatTheyAre() throws IOException {
        LicenseTexts texts = LicenseTexts.present();
        long seed = Long.getLong("mutants.seed", 20_261_126);
        SplittableRandom random = new SplittableRandom(seed);
        List<License> licenses = licenses(texts, random);
        System.out.printf("seed %d: %d licences, %d mutants of each%n", seed, licenses.size(), MUTANTS);
        Map<Mutation, Map<Outcome, Integer>> table = new EnumMap<>(Mutation.class);
        Map<String, List<Words>> wordings = wordings(texts);
        List<String> failures = new ArrayList<>();
        for (License license : licenses) {
            for (int i = 0; i < MUTANTS; i++) {
                Mutation mutation = Mutation.values()[i % Mutation.values().length];
                Optional<String> mutant = mutant(license, mutation, random);
                if (mutant.isEmpty()) {
                    continue;
                }
                Recognition recognition = LICENSES.recognize(mutant.get());
                Outcome outcome = outcome(recognition, license, mutation, mutant.get(), wordings);
                table.computeIfAbsent(mutation, _ -> new EnumMap<>(Outcome.class))
                        .merge(outcome, 1, Integer::sum);
                boolean right = outcome == Outcome.IS_ANOTHER
                        || outcome == (mutation.sameMeaning ? Outcome.KNOWN : Outcome.MODIFIED);
                if (!right) {
                    failures.add(
                            license.ids.getFirst() + " " + mutation + " " + outcome + ": " + recognition.sentence());
                    if (Boolean.getBoolean("mutants.print")) {
                        System.out.println(failures.getLast());
                        if (outcome == Outcome.FALSELY_KNOWN) {
                            System.out.println(mutant.get());
                        }
                    }
                }
            }
        }
        int all = table.values().stream()
                .flatMap(row -> row.values().stream())
                .mapToInt(Integer::intValue)
                .sum();
        print(table, all, failures.size());
        assertThat(failures.stream().filter(failure -> failure.contains(Outcome.FALSELY_KNOWN.name())))
                .isEmpty();
        // a small sample scatters more
        assertThat(failures.size()).as("%s", failures).isLessThanOrEqualTo(all / (MUTANTS < 100 ? 100 : 200));
    }

    private static void print(Map<Mutation, Map<Outcome, Integer>> table, int all, int wrong) {
        System.out.print("| mutation |");
        for (Outcome outcome : Outcome.values()) {
            System.out.print(" " + outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " |");
        }
        System.out.println();
        table.forEach((mutation, row) -> {
            System.out.print("| " + mutation.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " |");
            for (Outcome outcome : Outcome.values()) {
                System.out.print(" " + row.getOrDefault(outcome, 0) + " |");
            }
            System.out.println();
        });
        System.out.printf(
                Locale.ROOT,
                "%d mutants, %d recognised exactly (%.2f %%)%n",
                all,
                all - wrong,
                100.0 * (all - wrong) / all);
    }

    private static Outcome outcome(
            Recognition recognition,
            License license,
            Mutation mutation,
            String mutant,
            Map<String, List<Words>> wordings) {
        return switch (recognition) {
            case Recognition.Known known -> {
                boolean same = license.ids.contains(known.license())
                        || known.alike().stream().anyMatch(license.ids::contains);
                if (same && mutation.sameMeaning) {
                    yield Outcome.KNOWN;
                }
                Words words = Words.withNumbers(mutant);
                boolean another = wordings.getOrDefault(known.license(), List.of()).stream()
                        .anyMatch(other -> isCopy(words, other));
                yield another && !same ? Outcome.IS_ANOTHER : Outcome.FALSELY_KNOWN;
            }
            case Recognition.Modified modified ->
                license.ids.contains(modified.license())
                                || modified.alike().stream().anyMatch(license.ids::contains)
                        ? Outcome.MODIFIED
                        : Outcome.MODIFIED_OTHER;
            case Recognition.Several _ -> Outcome.SEVERAL;
            case Recognition.Unrecognized _ -> Outcome.UNRECOGNIZED;
        };
    }

    /** Whether hardly a word differs, and none that is weighty: the holder's name. */
    private static boolean isCopy(Words text, Words license) {
        List<String> added = new ArrayList<>(text.words());
        license.words().forEach(added::remove);
        List<String> missing = new ArrayList<>(license.words());
        text.words().forEach(missing::remove);
        added.addAll(missing);
        return added.size() <= 20 && added.stream().noneMatch(word -> Words.weighty(word) && !Words.hasDigit(word));
    }

    private static Map<String, List<Words>> wordings(LicenseTexts texts) throws IOException {
        Map<String, List<Words>> wordings = new HashMap<>();
        texts.collection()
                .forEach((key, entry) -> Copies.ids(key, entry)
                        .forEach(id -> wordings.computeIfAbsent(id, _ -> new ArrayList<>())
                                .add(Words.withNumbers(entry.text()))));
        for (Map.Entry<Path, String> model : Copies.models().entrySet()) {
            wordings.computeIfAbsent(model.getValue(), _ -> new ArrayList<>())
                    .add(Words.withNumbers(Files.readString(model.getKey())));
        }
        return wordings;
    }

    /** The model licences, and some of the SPDX list. */
    private static List<License> licenses(LicenseTexts texts, SplittableRandom random) throws IOException {
        Map<String, License> licenses = new LinkedHashMap<>();
        for (Map.Entry<String, List<String>> copy : Copies.others(texts).entrySet()) {
            if (copy.getKey().startsWith("llama/")
                    || copy.getValue().getFirst().startsWith("LicenseRef-")
                    || copy.getKey().matches(".*/(Apache-2.0|MIT|CC-BY-NC-4.0).txt")) {
                add(licenses, copy.getValue(), Copies.text(texts, copy.getKey()));
            }
        }
        List<String> keys = new ArrayList<>();
        Map<String, LicenseTexts.Entry> collection = texts.collection();
        collection.forEach((key, entry) -> {
            if (key.matches(".*(rail|llama|nvidia|openai|responsible-ai|apple-ml).*")) {
                add(licenses, Copies.ids(key, entry), entry.text());
            } else if (!entry.value("spdx_license_key").startsWith("LicenseRef-")
                    && entry.value("language").isEmpty()
                    && entry.text().split("\\s+", -1).length > FEWEST_WORDS) {
                keys.add(key);
            }
        });
        for (int i = 0; i < SPDX_LICENSES; i++) {
            String key = keys.remove(random.nextInt(keys.size()));
            LicenseTexts.Entry entry = Optional.ofNullable(collection.get(key)).orElseThrow();
            add(licenses, Copies.ids(key, entry), entry.text());
        }
        for (Map.Entry<Path, String> model : Copies.models().entrySet()) {
            String text = Files.readString(model.getKey());
            if (text.split("\\s+", -1).length > FEWEST_WORDS) {
                add(licenses, List.of(model.getValue()), text);
            }
        }
        return List.copyOf(licenses.values());
    }

    /** Only the terms themselves are mutated: a copy may lack what stands before and after them. */
    private static void add(Map<String, License> licenses, List<String> ids, String text) {
        int from = Math.max(0, text.indexOf("By exercising the Licensed Rights"));
        int to = text.length();
        for (String end : List.of(
                "END OF TERMS AND CONDITIONS",
                "Creative Commons is not a party to its public",
                "Meta Llama 3 Acceptable Use Policy\n")) {
            int at = text.indexOf(end);
            to = at > from ? Math.min(to, at) : to;
        }
        licenses.putIfAbsent(
                ids.getFirst(),
                new License(ids, text.substring(0, from), text.substring(from, to), text.substring(to)));
    }

    private static Optional<String> mutant(License license, Mutation mutation, SplittableRandom random) {
        String body = license.body;
        String whole = license.head + body + license.tail;
        return switch (mutation) {
            case WRAPPED -> Optional.of(wrapped(whole, 30 + random.nextInt(120)));
            case CASE ->
                Optional.of(random.nextBoolean() ? whole.toUpperCase(Locale.ROOT) : whole.toLowerCase(Locale.ROOT));
            case PUNCTUATION -> Optional.of(punctuated(whole, random));
            case HOLDER -> Optional.of(held(whole, random));
            case PAGED -> Optional.of(paged(whole, random));
            case MARKED_UP -> Optional.of(markedUp(whole, random));
            case HYPHENATED -> Optional.of(hyphenated(whole, random));
            case NUMBER_CHANGED -> changed(license, NUMBER, random, MutantsTest::otherNumber);
            case NEGATION_DROPPED -> changed(license, NEGATION, random, (_, _) -> "");
            case MODAL_CHANGED -> changed(license, MODAL, random, (word, _) -> word.startsWith("may") ? "must" : "may");
            case PARAGRAPH_DROPPED, PARAGRAPHS_SWAPPED -> paragraphs(license, mutation, random);
            case TERM_ADDED -> Optional.of(extended(license, random));
            case CUT_SHORT -> {
                int end = (int) (body.length() * (0.5 + 0.45 * random.nextDouble()));
                yield Optional.of(license.head + body.substring(0, end));
            }
        };
    }

    @FunctionalInterface
    private interface Change {
        String of(String word, SplittableRandom random);
    }

    private static Optional<String> changed(License license, Pattern pattern, SplittableRandom random, Change change) {
        List<MatchResult> places = new ArrayList<>();
        Matcher matcher = pattern.matcher(license.body);
        while (matcher.find()) {
            int line = license.body.lastIndexOf('\n', matcher.start()) + 1;
            int end = license.body.indexOf('\n', matcher.start());
            String here = license.body.substring(line, end < 0 ? license.body.length() : end);
            // whose copyright it is, where a page or its author is and what a section is called are no terms
            if (!here.matches("(?i).*(copyright|©|https?:|www\\.|\\(c\\)|(?-i:\\b[A-Z]{2}) +\\d{5}\\b).*")
                    && here.split("\\s+", -1).length > 5) {
                places.add(matcher.toMatchResult());
            }
        }
        if (places.isEmpty()) {
            return Optional.empty();
        }
        MatchResult place = places.get(random.nextInt(places.size()));
        String body = license.body.substring(0, place.start())
                + change.of(place.group(), random)
                + license.body.substring(place.end());
        boolean changed = !Words.withNumbers(body)
                .words()
                .equals(Words.withNumbers(license.body).words());
        return changed ? Optional.of(license.head + body + license.tail) : Optional.empty();
    }

    private static String otherNumber(String number, SplittableRandom random) {
        int digit = random.nextInt(number.length());
        while (!Character.isDigit(number.charAt(digit))) {
            digit = random.nextInt(number.length());
        }
        int other = (number.charAt(digit) - '0' + 1 + random.nextInt(9)) % 10;
        return number.substring(0, digit) + other + number.substring(digit + 1);
    }

    private static Optional<String> paragraphs(License license, Mutation mutation, SplittableRandom random) {
        List<String> paragraphs = new ArrayList<>(List.of(license.body.split("\n[ \t\r]*\n", -1)));
        List<Integer> candidates = new ArrayList<>();
        for (int i = 0; i < paragraphs.size(); i++) {
            if (Words.withNumbers(paragraphs.get(i)).size() >= 15) {
                candidates.add(i);
            }
        }
        if (candidates.size() < 3) {
            return Optional.empty();
        }
        int one = candidates.get(random.nextInt(candidates.size()));
        if (mutation == Mutation.PARAGRAPH_DROPPED) {
            paragraphs.remove(one);
        } else {
            int other = one;
            while (other == one || paragraphs.get(other).equals(paragraphs.get(one))) {
                other = candidates.get(random.nextInt(candidates.size()));
            }
            Collections.swap(paragraphs, one, other);
        }
        return Optional.of(license.head + String.join("\n\n", paragraphs) + license.tail);
    }

    private static String extended(License license, SplittableRandom random) {
        List<String> terms = List.of(
                "Commercial use requires a separate agreement.",
                "You must display the name of the model in your user interface.",
                "This license ends when your revenue exceeds 10 million dollars a year.",
                "The model may not be used in medicine.",
                "Use is limited to research.");
        String term = terms.get(random.nextInt(terms.size()));
        return switch (random.nextInt(3)) {
            case 0 -> license.head + term + "\n\n" + license.body + license.tail;
            case 1 -> license.head + license.body + license.tail + "\n\n" + term + "\n";
            default -> {
                int at = license.body.indexOf(". ", random.nextInt(license.body.length()));
                yield at < 0
                        ? license.head + license.body + "\n" + term + "\n" + license.tail
                        : license.head
                                + license.body.substring(0, at + 2)
                                + term
                                + " "
                                + license.body.substring(at + 2)
                                + license.tail;
            }
        };
    }

    private static String wrapped(String text, int width) {
        StringBuilder wrapped = new StringBuilder();
        for (String paragraph : text.split("\n[ \t\r]*\n", -1)) {
            int column = 0;
            for (String word : paragraph.strip().split("\\s+", -1)) {
                if (column > 0 && column + word.length() > width) {
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

    private static String punctuated(String text, SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 -> text.replace("\"", "“").replace("'", "’");
            case 1 -> text.replaceAll(",(?=\\s)", "");
            case 2 -> text.replaceAll(";(?=\\s)", ",").replace("--", "—");
            case 3 -> text.replaceAll("(?m)\\.$", "").replaceAll(":(?=\\s)", " -");
            default -> text.replaceAll("[\"“”]", "").replace(" (", " [ ").replace(") ", " ] ");
        };
    }

    private static String held(String text, SplittableRandom random) {
        List<String> holders = List.of(
                "Copyright (c) 2026 Ada Lovelace",
                "Copyright 2019-2026 The Example Authors. All rights reserved.",
                "Copyright © 2024, Kölner Werke GmbH & Co. KG",
                "(c) 2023 DeepExample and its affiliates");
        String holder = holders.get(random.nextInt(holders.size()));
        String named =
                text.replaceFirst("the name of the copyright holder nor", "the name of Example Incorporated nor");
        return holder + "\n\n" + named;
    }

    private static String paged(String text, SplittableRandom random) {
        StringBuilder paged = new StringBuilder();
        int page = 1;
        int lines = 30 + random.nextInt(30);
        int count = 0;
        for (String line : text.split("\n", -1)) {
            paged.append(line).append('\n');
            if (++count % lines == 0) {
                paged.append("\n- ").append(page).append(" -\n\f").append("Example Library Handbook\n\n");
                page++;
            }
        }
        return page < 3 ? text : paged.toString();
    }

    private static String markedUp(String text, SplittableRandom random) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return switch (random.nextInt(5)) {
            case 0 -> "<html><head><title>x</title></head><body><pre>" + escaped + "</pre></body></html>";
            case 1 -> "<!DOCTYPE html><body><p>" + escaped.replaceAll("\n[ \t]*\n", "</p>\n<p>") + "</p></body>";
            case 2 -> text.lines().map(line -> "> " + line + "\n").reduce("", String::concat);
            case 3 -> "/*\n" + text.lines().map(line -> " * " + line + "\n").reduce("", String::concat) + " */\n";
            default -> "\uFEFF" + text.replace("\n", "\r\n").replace(". ", ".\u00A0");
        };
    }

    private static String hyphenated(String text, SplittableRandom random) {
        StringBuilder broken = new StringBuilder();
        for (String word : text.split("(?<=\\s)", -1)) {
            boolean plain = word.strip().chars().allMatch(c -> c >= 'a' && c <= 'z');
            if (plain && word.length() > 8 && random.nextInt(6) == 0) {
                broken.append(word, 0, 4).append("-\n").append(word.substring(4));
            } else {
                broken.append(word);
            }
        }
        return broken.toString();
    }
}
