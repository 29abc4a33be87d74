package io.stoa.benchmark.harness;

import io.stoa.benchmark.task.AnswerFilter;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * One entry of a task's {@code filter_list}: filters that are applied one after the other to the answers of one document.
 *
 * @param name under which its scores are shown
 * @param filters in order
 * @param single whether one answer is left rather than a list
 */
record FilterPipeline(String name, List<AnswerFilter> filters, boolean single) {
    /** Of tasks without a list: the first answer. */
    static final FilterPipeline NONE = new FilterPipeline("none", List.of(new AnswerFilter.TakeFirst(1)), true);

    private static final Map<String, Function<Options, AnswerFilter>> KNOWN = new TreeMap<>(Map.ofEntries(
            Map.entry(
                    "regex",
                    options -> new AnswerFilter.Regex(
                            options.text("regex_pattern", "#### (\\-?[0-9\\.\\,]+)"),
                            options.whole("group_select", 0),
                            options.text("fallback", AnswerFilter.INVALID))),
            Map.entry(
                    "multi_choice_regex",
                    options -> new AnswerFilter.MultipleChoiceRegex(
                            options.text("regex_pattern", "#### (\\-?[0-9\\.\\,]+)"),
                            options.whole("group_select", 0),
                            options.text("fallback", AnswerFilter.INVALID),
                            options.truth("ignore_case"),
                            options.truth("ignore_punctuation"),
                            options.texts("regexes_to_ignore", List.of()))),
            Map.entry("remove_whitespace", options -> new AnswerFilter.RemoveWhitespace()),
            Map.entry("take_first", options -> new AnswerFilter.TakeFirst(1)),
            Map.entry("take_first_k", options -> new AnswerFilter.TakeFirst(options.whole("k", 1))),
            Map.entry("majority_vote", options -> new AnswerFilter.MajorityVote()),
            Map.entry("lowercase", options -> new AnswerFilter.Lowercase()),
            Map.entry("uppercase", options -> new AnswerFilter.Uppercase()),
            Map.entry(
                    "map",
                    options ->
                            new AnswerFilter.Mapped(options.table("mapping_dict"), options.text("default_value", ""))),
            Map.entry(
                    "regex_pos",
                    options -> new AnswerFilter.PartOfSpeechTags(options.texts("fallback", List.of("invalid")))),
            Map.entry("format_span", options -> new AnswerFilter.NamedEntities()),
            Map.entry("decontaminate", options -> new AnswerFilter.Unchanged())));

    FilterPipeline {
        filters = List.copyOf(filters);
    }

    /** The answers that are left of a document's. */
    Outcome.Text apply(List<String> answers, List<String> choices) {
        List<String> filtered = answers;
        for (AnswerFilter filter : filters) {
            filtered = filter.apply(filtered, choices);
        }
        return new Outcome.Text(filtered, single);
    }

    /**
     * Reads a {@code filter_list}.
     *
     * @throws StoaException of kind {@code USER}, with the nearest name, where a filter is not known
     */
    static List<FilterPipeline> read(String task, Optional<Object> list) {
        if (list.isEmpty()) {
            return List.of(NONE);
        }
        List<FilterPipeline> pipelines = new ArrayList<>();
        for (Object entry : TaskYaml.asList(list)) {
            if (!(entry instanceof Map<?, ?> pipeline) || pipeline.get("name") == null) {
                throw StoaException.user(task + ": an entry of filter_list has no name; write name and filter");
            }
            List<AnswerFilter> filters = new ArrayList<>();
            boolean single = false;
            for (Object step : TaskYaml.asList(Optional.ofNullable(pipeline.get("filter")))) {
                Options options = new Options(task, step);
                if (!filters.isEmpty() && filters.getLast() instanceof AnswerFilter.PartOfSpeechTags) {
                    throw StoaException.user(task + ": the filter " + options.name()
                            + " follows regex_pos, which makes lists of tags; move regex_pos to the end");
                }
                filters.add(options.filter());
                // Of one answer a vote makes a list of one, and the harness' metrics take the first of it.
                single = options.name().equals("take_first");
            }
            pipelines.add(new FilterPipeline(String.valueOf(pipeline.get("name")), filters, single));
        }
        return List.copyOf(pipelines);
    }

    /** The keys of one filter. */
    private record Options(String task, Object step) {
        private Map<?, ?> keys() {
            if (step instanceof Map<?, ?> keys) {
                return keys;
            }
            throw StoaException.user(
                    task + ": a filter is not keys and values but " + step + "; write function: regex");
        }

        String name() {
            return String.valueOf(keys().get("function"));
        }

        AnswerFilter filter() {
            if (name().equals("custom")) {
                throw StoaException.user(
                        task + ": the filter custom is a Python function (filter_fn), and Stoa runs no code"
                                + " of a task; write what it does with the other filters: "
                                + String.join(", ", KNOWN.keySet()));
            }
            Function<Options, AnswerFilter> make = KNOWN.get(name());
            if (make == null) {
                throw StoaException.user(task + ": unknown filter " + name()
                        + Spelling.hint(name(), KNOWN.keySet())
                                .orElse("; known are " + String.join(", ", KNOWN.keySet())));
            }
            try {
                return make.apply(this);
            } catch (IllegalArgumentException e) {
                throw StoaException.user(task + ": filter " + name() + ": " + e.getMessage() + "; mend it");
            }
        }

        String text(String key, String otherwise) {
            Object value = keys().get(key);
            return value == null ? otherwise : String.valueOf(value);
        }

        int whole(String key, int otherwise) {
            Object value = keys().get(key);
            if (value != null && !(value instanceof Integer)) {
                throw new IllegalArgumentException(key + " is not a whole number but " + value);
            }
            return value == null ? otherwise : (Integer) value;
        }

        boolean truth(String key) {
            return Boolean.TRUE.equals(keys().get(key));
        }

        List<String> texts(String key, List<String> otherwise) {
            if (keys().get(key) == null) {
                return otherwise;
            }
            return TaskYaml.asList(Optional.ofNullable(keys().get(key))).stream()
                    .map(String::valueOf)
                    .toList();
        }

        Map<String, String> table(String key) {
            Map<String, String> table = new LinkedHashMap<>();
            if (keys().get(key) instanceof Map<?, ?> map) {
                map.forEach((from, to) -> table.put(String.valueOf(from), String.valueOf(to)));
            }
            return table;
        }
    }
}
