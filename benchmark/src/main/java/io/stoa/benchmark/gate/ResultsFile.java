package io.stoa.benchmark.gate;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The numbers of one run, as lm-evaluation-harness (0.4) and Stoa write them: {@code results_DATE.json}, with {@code
 * results.TASK."METRIC,FILTER"} and its {@code METRIC_stderr,FILTER}.
 *
 * @param stamp the date as it stands in the file's name, which the files of samples share
 * @param date when the run ended, by the file's name, else when it began, by its {@code date} (then in UTC)
 * @param model what was measured
 * @param tasks by name, groups among them
 * @param groups the members of each group by its name
 */
public record ResultsFile(
        Path path,
        Optional<String> stamp,
        Optional<LocalDateTime> date,
        String model,
        Map<String, Task> tasks,
        Map<String, List<String>> groups) {
    private static final Pattern STAMP =
            Pattern.compile(".*_(\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d(?:\\.\\d{1,9})?)\\.json");
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss");
    private static final long MOST_BYTES = 256L << 20;
    private static final int MOST_FILES = 100_000;
    private static final int DEPTH = 6;
    private static final Set<String> LOWER_IS_BETTER = Set.of(
            "perplexity", "word_perplexity", "byte_perplexity", "bits_per_byte", "brier_score", "ter", "wer", "cer");

    private static final Pattern HIGHER_IS_BETTER = Pattern.compile(
            "(?:.*_)?(?:acc|accuracy|exact_match|em|f1|mcc|bleu|chrf|rouge(?:[12L]|_?[lL]sum)?|mc[12]|pass@\\d+"
                    + "|maj@\\d+|score|precision|recall|ndcg|map|mrr)(?:[_@].*)?");

    /** Python writes NaN and Infinity as they are. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    public ResultsFile {
        requireNonNull(path, "path");
        requireNonNull(stamp, "stamp");
        requireNonNull(date, "date");
        requireNonNull(model, "model");
        tasks = Collections.unmodifiableMap(new LinkedHashMap<>(tasks));
        groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
    }

    /**
     * What one task came to.
     *
     * @param n how many documents, when known
     * @param numbers the main one first: of the metric that the task lists first, and of its first filter
     */
    public record Task(String name, OptionalInt n, List<Measure> numbers) {
        public Task {
            requireNonNull(name, "name");
            requireNonNull(n, "n");
            numbers = List.copyOf(numbers);
        }

        /** The number of a metric, named as {@code METRIC} (then of its first filter) or {@code METRIC,FILTER}. */
        public Optional<Measure> number(String metric) {
            return numbers.stream()
                    .filter(number ->
                            number.key().equals(metric) || number.metric().equals(metric))
                    .findFirst();
        }
    }

    /**
     * One number.
     *
     * @param standardError absent where the harness has none
     */
    public record Measure(
            String metric,
            String filter,
            double value,
            OptionalDouble standardError,
            Optional<Boolean> higherIsBetter) {
        public Measure {
            requireNonNull(standardError, "standardError");
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(metric + " is not a finite number: " + value);
            }
        }

        /** As the file names it. */
        public String key() {
            return metric + "," + filter;
        }
    }

    /**
     * All results files of a folder and those below it, or the one file that is named, oldest first (without a date
     * before all others), then by path.
     *
     * @throws StoaException of kind USER when there is none, or one cannot be understood
     */
    public static List<ResultsFile> in(Path place) {
        if (Files.isRegularFile(place)) {
            return List.of(read(place));
        }
        if (!Files.isDirectory(place)) {
            throw StoaException.user(place + ": no such file or folder");
        }
        List<Path> found;
        try (Stream<Path> files = Files.walk(place, DEPTH)) {
            found = files.filter(ResultsFile::isNamedAsResults)
                    .filter(Files::isRegularFile)
                    .limit(MOST_FILES + 1L)
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(place, e);
        }
        if (found.isEmpty()) {
            throw StoaException.user(
                    place + ": holds no results_DATE.json; name the folder that was given to lm_eval as"
                            + " --output_path, or one results file");
        }
        if (found.size() > MOST_FILES) {
            throw StoaException.user(place + ": holds more than " + MOST_FILES + " results files; name a part of it");
        }
        List<ResultsFile> read = new ArrayList<>();
        found.forEach(file -> read.add(read(file)));
        read.sort(order());
        return List.copyOf(read);
    }

    /** Oldest first, then by path. */
    public static Comparator<ResultsFile> order() {
        return Comparator.comparing((ResultsFile file) -> file.date().orElse(LocalDateTime.MIN))
                .thenComparing(ResultsFile::path);
    }

    private static boolean isNamedAsResults(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(".json")
                && (name.equals("results.json")
                        || name.startsWith("results_")
                        || STAMP.matcher(name).matches());
    }

    /** Reads one file. */
    public static ResultsFile read(Path file) {
        JsonNode json = parse(file);
        JsonNode results = json.path("results");
        if (!results.isObject()) {
            throw StoaException.user(file + ": has no \"results\"; name a results file of lm-evaluation-harness");
        }
        Map<String, Task> tasks = new LinkedHashMap<>();
        for (String name : results.propertyNames()) {
            tasks.put(name, task(json, name, results.path(name)));
        }
        Map<String, List<String>> groups = new LinkedHashMap<>();
        JsonNode subtasks = json.path("group_subtasks");
        for (String name : subtasks.isObject() ? subtasks.propertyNames() : Set.<String>of()) {
            List<String> members = new ArrayList<>();
            subtasks.path(name).forEach(member -> members.add(member.asString("")));
            members.remove(name);
            // The harness lists a task without members as a group without any.
            if (!members.isEmpty()) {
                groups.put(name, List.copyOf(members));
            }
        }
        Matcher stamp = STAMP.matcher(String.valueOf(file.getFileName()));
        Optional<String> stamped = stamp.matches() ? Optional.of(stamp.group(1)) : Optional.empty();
        return new ResultsFile(
                file,
                stamped,
                stamped.flatMap(ResultsFile::date).or(() -> date(json.path("date"))),
                model(file, json),
                tasks,
                groups);
    }

    private static JsonNode parse(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw StoaException.user(file + ": has more than " + MOST_BYTES + " bytes, which no results file has");
            }
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw StoaException.user(
                    file + ":" + Math.max(1, e.getLocation().getLineNr()) + ": not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static Task task(JsonNode json, String name, JsonNode numbers) {
        List<String> listed = new ArrayList<>();
        json.path("configs")
                .path(name)
                .path("metric_list")
                .forEach(metric -> listed.add(metric.path("metric").asString("")));
        List<Measure> read = new ArrayList<>();
        for (String key : numbers.propertyNames()) {
            int comma = key.indexOf(',');
            JsonNode value = numbers.path(key);
            if (comma <= 0 || !value.isNumber() || !Double.isFinite(value.doubleValue())) {
                continue;
            }
            String metric = key.substring(0, comma);
            if (metric.endsWith("_stderr")) {
                continue;
            }
            String filter = key.substring(comma + 1);
            JsonNode error = numbers.path(metric + "_stderr," + filter);
            boolean known = error.isNumber() && Double.isFinite(error.doubleValue()) && error.doubleValue() >= 0;
            JsonNode higher = json.path("higher_is_better").path(name).path(metric);
            read.add(new Measure(
                    metric,
                    filter,
                    value.doubleValue(),
                    known ? OptionalDouble.of(error.doubleValue()) : OptionalDouble.empty(),
                    higher.isBoolean() ? Optional.of(higher.booleanValue()) : usual(metric)));
        }
        read.sort(Comparator.comparingInt(number -> {
            int place = listed.indexOf(number.metric());
            return place < 0 ? listed.size() : place;
        }));
        JsonNode effective = json.path("n-samples").path(name).path("effective");
        JsonNode n = effective.isInt() ? effective : numbers.path("sample_len");
        return new Task(name, n.isInt() && n.intValue() > 0 ? OptionalInt.of(n.intValue()) : OptionalInt.empty(), read);
    }

    /** Which way is up for the field's usual names; of others it is not guessed. */
    private static Optional<Boolean> usual(String metric) {
        if (LOWER_IS_BETTER.contains(metric)) {
            return Optional.of(false);
        }
        return HIGHER_IS_BETTER.matcher(metric).matches() ? Optional.of(true) : Optional.empty();
    }

    private static String model(Path file, JsonNode json) {
        return Stream.of(json.path("model_name"), json.path("config").path("model"))
                .map(name -> name.asString(""))
                .filter(name -> !name.isBlank())
                .findFirst()
                .orElseGet(() -> String.valueOf(file.toAbsolutePath().getParent()));
    }

    private static Optional<LocalDateTime> date(String stamp) {
        int dot = stamp.indexOf('.');
        try {
            LocalDateTime seconds = LocalDateTime.parse(dot < 0 ? stamp : stamp.substring(0, dot), DATE);
            String fraction = dot < 0 ? "" : stamp.substring(dot + 1);
            return Optional.of(seconds.withNano(Integer.parseInt((fraction + "000000000").substring(0, 9))));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    private static Optional<LocalDateTime> date(JsonNode seconds) {
        double value = seconds.isNumber() ? seconds.doubleValue() : Double.NaN;
        // Until the year 9999.
        if (!(value >= 0 && value < 253_402_300_800.0)) {
            return Optional.empty();
        }
        return Optional.of(LocalDateTime.ofInstant(Instant.ofEpochMilli((long) (value * 1000)), ZoneOffset.UTC));
    }

    /** The number of a task that a person asked for, or a refusal that names what there is. */
    public Measure require(Task task, String metric) {
        return task.number(metric)
                .orElseThrow(() -> StoaException.user(path + ": \"" + task.name() + "\" has no metric " + metric
                        + suggestion(metric, task.numbers())));
    }

    /** What a metric that is not there was meant to be. */
    static String suggestion(String metric, List<Measure> numbers) {
        List<String> names = numbers.stream()
                .flatMap(number -> Stream.of(number.metric(), number.key()))
                .distinct()
                .toList();
        return Spelling.hint(metric, names)
                .orElse("; it has " + numbers.stream().map(Measure::key).toList());
    }

    static StoaException unreadable(Path file, Exception e) {
        return new StoaException(
                StoaException.Kind.RESOURCES,
                file + ": cannot be read (" + e.getMessage() + "); check its permissions and the disk",
                e);
    }
}
