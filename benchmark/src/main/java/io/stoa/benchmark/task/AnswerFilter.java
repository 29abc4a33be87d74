package io.stoa.benchmark.task;

import io.stoa.benchmark.metric.Words;
import io.stoa.model.measure.Attempts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Turns answers as they were given into answers that can be compared, with the names and the results of
 * lm-evaluation-harness' filters.
 */
public sealed interface AnswerFilter {
    /** What the harness writes where nothing was found. */
    String INVALID = "[invalid]";

    /**
     * Filters the answers to one item.
     *
     * @param answers at least one
     * @param choices the item's, none where the answer is free
     */
    List<String> apply(List<String> answers, List<String> choices);

    /**
     * {@code regex}: match number {@code select} of the expression, counted from the end where negative; of its groups the
     * first that is not empty.
     */
    record Regex(PythonPattern pattern, int select, String fallback) implements AnswerFilter {
        public Regex(String expression, int select, String fallback) {
            this(new PythonPattern(expression), select, fallback);
        }

        @Override
        public List<String> apply(List<String> answers, List<String> choices) {
            return answers.stream()
                    .map(answer -> Matches.select(pattern, answer, select)
                            .map(match -> match.isPresent() ? Words.strip(match.get()) : fallback)
                            .orElse(fallback))
                    .toList();
        }
    }

    /**
     * {@code multi_choice_regex}: as {@code regex}; where that finds nothing the text of a choice, and then a letter after
     * a colon, each turned into the choice's letter in parentheses.
     *
     * @param ignored expressions that are removed from choices and answers before choices are looked for
     */
    record MultipleChoiceRegex(
            PythonPattern pattern,
            int select,
            String fallback,
            boolean ignoreCase,
            boolean ignorePunctuation,
            List<PythonPattern> ignored)
            implements AnswerFilter {
        private static final Pattern PUNCTUATION = Pattern.compile("\\p{IsPunctuation}");

        public MultipleChoiceRegex {
            ignored = List.copyOf(ignored);
        }

        public MultipleChoiceRegex(
                String expression,
                int select,
                String fallback,
                boolean ignoreCase,
                boolean ignorePunctuation,
                List<String> ignored) {
            this(
                    new PythonPattern(expression),
                    select,
                    fallback,
                    ignoreCase,
                    ignorePunctuation,
                    ignored.stream().map(PythonPattern::new).toList());
        }

        @Override
        public List<String> apply(List<String> answers, List<String> choices) {
            Map<String, String> letters = new LinkedHashMap<>();
            List<String> texts = new ArrayList<>();
            Map<String, String> bare = new LinkedHashMap<>();
            char letter = 'A';
            for (String choice : choices) {
                String text = reduced(Words.strip(choice));
                texts.add(text);
                letters.put(text, "(" + letter + ")");
                bare.put(String.valueOf(letter), "(" + letter + ")");
                letter++;
            }
            // The longest first, so that a choice does not hide one that begins with it.
            PythonPattern byText = new PythonPattern(texts.stream()
                    .sorted(Comparator.comparingInt((String text) -> escapedLength(text))
                            .reversed())
                    .map(PythonPattern::quote)
                    .collect(Collectors.joining("|")));
            PythonPattern byLetter = new PythonPattern(":[\\s]*(" + String.join("|", bare.keySet()) + ")");
            return answers.stream()
                    .map(answer -> find(pattern, answer, Map.of())
                            .or(() -> find(byText, reduced(answer), letters))
                            .or(() -> find(byLetter, answer, bare))
                            .orElse(fallback))
                    .toList();
        }

        /** The length of {@code re.escape(text)}, by which the harness sorts. */
        private static int escapedLength(String text) {
            return (int) (text.codePointCount(0, text.length())
                    + text.chars()
                            .filter(c -> "()[]{}?*+-|^$\\.&~# \t\n\r\u000b\f".indexOf(c) >= 0)
                            .count());
        }

        private Optional<String> find(PythonPattern pattern, String answer, Map<String, String> letters) {
            return Matches.select(pattern, answer, select)
                    .flatMap(match -> match)
                    .map(Words::strip)
                    .map(match -> letters.getOrDefault(match, match))
                    .filter(match -> !match.isEmpty());
        }

        private String reduced(String text) {
            String reduced = text;
            for (PythonPattern removed : ignored) {
                reduced = removed.removeFrom(reduced);
            }
            reduced = ignoreCase ? reduced.toLowerCase(Locale.ROOT) : reduced;
            return ignorePunctuation ? PUNCTUATION.matcher(reduced).replaceAll("") : reduced;
        }
    }

    /** {@code remove_whitespace}, at both ends. */
    record RemoveWhitespace() implements AnswerFilter {
        @Override
        public List<String> apply(List<String> answers, List<String> choices) {
            return answers.stream().map(Words::strip).toList();
        }
    }

    /** {@code take_first} and {@code take_first_k}. */
    record TakeFirst(int count) implements AnswerFilter {
        public TakeFirst {
            if (count < 1) {
                throw new IllegalArgumentException("at least one answer must be taken: " + count);
            }
        }

        @Override
        public List<String> apply(List<String> answers, List<String> choices) {
            if (answers.size() < count) {
                throw new IllegalArgumentException(
                        "the first " + count + " of " + answers.size() + " answers cannot be taken; raise repeats");
            }
            return List.copyOf(answers.subList(0, count));
        }
    }

    /** {@code majority_vote}: the answer given most often; of several the one that came first. */
    record MajorityVote() implements AnswerFilter {
        @Override
        public List<String> apply(List<String> answers, List<String> choices) {
            return List.of(Attempts.majority(answers));
        }
    }

    /** {@code lowercase}. */
    record Lowercase() implements AnswerFilter {
        @Override
        public List<String> apply(List<String> answers, List<String> choices) {
            return answers.stream()
                    .map(answer -> answer.toLowerCase(Locale.ROOT))
                    .toList();
        }
    }

    /** {@code uppercase}. */
    record Uppercase() implements AnswerFilter {
        @Override
        public List<String> apply(List<String> answers, List<String> choices) {
            return answers.stream()
                    .map(answer -> answer.toUpperCase(Locale.ROOT))
                    .toList();
        }
    }

    /** {@code map}: answers that are in the table become what stands there, others {@code otherwise}. */
    record Mapped(Map<String, String> table, String otherwise) implements AnswerFilter {
        public Mapped {
            table = Map.copyOf(table);
        }

        @Override
        public List<String> apply(List<String> answers, List<String> choices) {
            return answers.stream()
                    .map(answer -> table.getOrDefault(answer, otherwise))
                    .toList();
        }
    }

    /**
     * {@code regex_pos}: the second half of each {@code ('word', 'tag')} pair. The harness gives a list for each answer,
     * and its tasks read the lists one after the other, as they come here. Its {@code regex_pattern} and {@code
     * group_select} are read by nothing.
     *
     * @param fallback for an answer without a pair
     */
    record PartOfSpeechTags(List<String> fallback) implements AnswerFilter {
        private static final PythonPattern PAIR = new PythonPattern("\\('([^']*)', '([^']*)'\\)");

        public PartOfSpeechTags {
            fallback = List.copyOf(fallback);
        }

        @Override
        public List<String> apply(List<String> answers, List<String> choices) {
            return answers.stream().flatMap(answer -> tags(answer).stream()).toList();
        }

        private List<String> tags(String answer) {
            List<String> tags = PAIR.findAll(answer).stream().map(List::getLast).toList();
            return tags.isEmpty() ? fallback : tags;
        }
    }

    /**
     * {@code format_span}: named entities as {@code per: … $ loc: …}, in small letters. Labels written out become their
     * abbreviations, each of several entities behind one label gets it, and those that say {@code none} are left out.
     */
    record NamedEntities() implements AnswerFilter {
        private record Label(PythonPattern written, String meant) {
            Label(String name, String meant) {
                this(new PythonPattern("\\b" + name + "\\s*:"), meant + ":");
            }
        }

        /** In the harness' order. */
        private static final List<Label> LABELS = List.of(
                new Label("person", "PER"),
                new Label("location", "LOC"),
                new Label("organization", "ORG"),
                new Label("counties", "LOC"),
                new Label("places", "LOC"),
                new Label("people", "PER"),
                new Label("persons", "PER"),
                new Label("company", "ORG"),
                new Label("country", "LOC"),
                new Label("continent", "LOC"),
                new Label("time", "DATE"),
                new Label("date", "DATE"),
                new Label("per", "PER"),
                new Label("loc", "LOC"),
                new Label("org", "ORG"));

        private static final PythonPattern SPAN = new PythonPattern("\\b(PER|LOC|ORG|DATE):\\s*([^$]+)");

        @Override
        public List<String> apply(List<String> answers, List<String> choices) {
            return answers.stream().map(NamedEntities::entities).toList();
        }

        private static String entities(String answer) {
            List<String> entities = new ArrayList<>();
            for (List<String> span : SPAN.findAll(labelled(answer))) {
                for (String entity : span.getLast().split(",", -1)) {
                    String bare = Words.strip(entity);
                    if (!bare.equals("none")) {
                        entities.add(span.getFirst().toLowerCase(Locale.ROOT) + ": " + bare);
                    }
                }
            }
            return String.join(" $ ", entities);
        }

        private static String labelled(String answer) {
            String text = answer.toLowerCase(Locale.ROOT);
            for (Label label : LABELS) {
                text = label.written.replaceIn(text, label.meant, 0);
            }
            text = text.replace("$$", "$");
            int end = text.length();
            while (end > 0 && text.charAt(end - 1) == '$') {
                end--;
            }
            return Words.strip(text.substring(0, end).replace('\n', '$'));
        }
    }

    /** {@code decontaminate}: changes nothing. lm-evaluation-harness 0.4.13 has the name but does not register it, and removes nothing. */
    record Unchanged() implements AnswerFilter {
        @Override
        public List<String> apply(List<String> answers, List<String> choices) {
            return List.copyOf(answers);
        }
    }
}
