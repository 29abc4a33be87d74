package io.stoa.integration.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Score.Stop;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a pipeline came to over a file of items; written as one JSON file, so that two versions can be compared later.
 *
 * @param format of the file, {@value #FORMAT}
 * @param subject the pipeline's name
 * @param settings the digest of everything that its results depend on
 * @param items the digest of the items
 * @param stop why there are no more of them
 * @param k passages of a ranking that were looked at
 * @param seed of whatever was drawn
 * @param results one for each item, in their order
 * @param changed the same items in a changed form, by the name of the {@link Perturbation}
 */
public record EvaluationRun(
        String format,
        String subject,
        String settings,
        String items,
        Stop stop,
        int k,
        long seed,
        List<Judged> results,
        Map<String, List<Judged>> changed) {
    /** The format of the file. */
    public static final String FORMAT = "stoa-pipeline-run/1";

    private static final long LARGEST = 256L << 20;

    public EvaluationRun {
        requireNonNull(subject, "subject");
        requireNonNull(settings, "settings");
        requireNonNull(items, "items");
        requireNonNull(stop, "stop");
        results = List.copyOf(results);
        Map<String, List<Judged>> copy = new TreeMap<>();
        changed.forEach((name, judged) -> copy.put(name, List.copyOf(judged)));
        changed = Collections.unmodifiableMap(copy);
        if (results.isEmpty()) {
            throw new IllegalArgumentException("a run of " + subject + " has at least one item");
        }
        if (!format.equals(FORMAT)) {
            throw new IllegalArgumentException("format is " + FORMAT + ", not " + format);
        }
    }

    /** Every measure that says something about any item; success first. */
    public Set<String> measures() {
        Set<String> names = new LinkedHashSet<>();
        names.add(Judged.SUCCESS);
        results.forEach(
                item -> item.tries().forEach(one -> names.addAll(one.scores().keySet())));
        return names;
    }

    /** The scores of the items that a measure says something about. */
    public List<Double> scores(String measure) {
        List<Double> scores = new ArrayList<>();
        results.forEach(item -> item.score(measure).ifPresent(scores::add));
        return scores;
    }

    /**
     * Reads a run.
     *
     * @throws StoaException of kind {@code USER} that names the file
     */
    public static EvaluationRun read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw StoaException.user(file + ": no such file; `stoa pipeline eval --out` writes one");
        }
        try (InputStream in = Files.newInputStream(file)) {
            if (Files.size(file) > LARGEST) {
                throw StoaException.user(file + ": larger than 256 MiB; a run of that size was not written by stoa");
            }
            return mapper().readValue(in, EvaluationRun.class);
        } catch (IOException | JacksonException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": not a run that `stoa pipeline eval --out` wrote: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
    }

    /** The file's text. */
    public String json() {
        return mapper().writeValueAsString(this);
    }

    private static JsonMapper mapper() {
        return JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }
}
