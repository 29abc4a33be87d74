package io.stoa.benchmark.gate;

import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** One side of a gate: what one model came to, each task by the newest file that holds it. */
public final class NewestResults {
    private final Path place;
    private final String model;
    private final Map<String, ResultsFile> newest;

    private NewestResults(Path place, String model, Map<String, ResultsFile> newest) {
        this.place = place;
        this.model = model;
        this.newest = newest;
    }

    /**
     * Reads a folder as {@code lm_eval --output_path} leaves it, or one results file.
     *
     * @param notice is told where older files are passed over
     * @throws StoaException of kind USER when it holds no results, those of several models, or two of a task with the same
     *     date
     */
    public static NewestResults of(Path place, Consumer<String> notice) {
        List<ResultsFile> files = ResultsFile.in(place);
        Set<String> models = new TreeSet<>();
        files.forEach(file -> models.add(file.model()));
        if (models.size() > 1) {
            throw StoaException.user(place + ": holds results of several models, " + models
                    + "; name the folder of one of them, or one results file");
        }
        Map<String, ResultsFile> newest = new LinkedHashMap<>();
        boolean passedOver = false;
        for (ResultsFile file : files) {
            for (String task : file.tasks().keySet()) {
                Optional<ResultsFile> older = Optional.ofNullable(newest.put(task, file));
                if (older.isPresent() && older.get().date().equals(file.date())) {
                    throw StoaException.user(older.get().path() + " and " + file.path()
                            + " have the same date, and both hold \"" + task + "\"; name one of the two files");
                }
                passedOver |= older.isPresent();
            }
        }
        if (passedOver) {
            notice.accept(place + ": holds " + files.size() + " results files; the newest of each task counts");
        }
        return new NewestResults(place, models.iterator().next(), newest);
    }

    public Path place() {
        return place;
    }

    public String model() {
        return model;
    }

    /** All tasks and groups. */
    public Set<String> names() {
        return newest.keySet();
    }

    Optional<ResultsFile.Task> task(String name) {
        return Optional.ofNullable(newest.get(name)).map(file -> task(file, name));
    }

    private static ResultsFile.Task task(ResultsFile file, String name) {
        return Optional.ofNullable(file.tasks().get(name)).orElseThrow();
    }

    ResultsFile file(String name) {
        return Optional.ofNullable(newest.get(name)).orElseThrow();
    }

    /**
     * What is judged when nobody chose: tasks that belong to no group, and groups at the top. A group that has a number of
     * its own stands for its tasks; one that has none is judged by its members.
     */
    Set<String> topmost() {
        Set<String> members = new LinkedHashSet<>();
        newest.values().forEach(file -> file.groups().values().forEach(members::addAll));
        return unfold(
                newest.keySet().stream().filter(name -> !members.contains(name)).toList(),
                name -> task(name).filter(task -> !task.numbers().isEmpty()).isPresent());
    }

    /** Names with groups replaced by their members, unless they are to stay; no group twice, so that cycles end. */
    private Set<String> unfold(List<String> names, Predicate<String> stays) {
        Set<String> unfolded = new LinkedHashSet<>();
        Set<String> seen = new HashSet<>();
        Deque<String> ahead = new ArrayDeque<>(names);
        while (!ahead.isEmpty()) {
            String name = ahead.removeFirst();
            List<String> members = members(name);
            if (members.isEmpty() || stays.test(name)) {
                unfolded.add(name);
            } else if (seen.add(name)) {
                members.reversed().forEach(ahead::addFirst);
            }
        }
        return unfolded;
    }

    private List<String> members(String name) {
        return Optional.ofNullable(newest.get(name))
                .map(file -> file.groups().getOrDefault(name, List.of()))
                .orElse(List.of());
    }

    /**
     * The scores of a task's documents, and of all documents of a group's tasks, when they were logged and are numbers of
     * one document each.
     */
    Optional<Samples> samples(String name, ResultsFile.Measure measure) {
        Samples all = Samples.NONE;
        for (String leaf : unfold(List.of(name), _ -> false)) {
            Optional<Samples> read = Optional.ofNullable(newest.get(leaf))
                    .flatMap(file -> samplesFile(file, leaf))
                    .flatMap(file -> Samples.read(file, measure));
            if (read.isEmpty()) {
                return Optional.empty();
            }
            all = leaf.equals(name) ? read.get() : all.and(leaf, read.get());
        }
        return Optional.of(all).filter(samples -> !samples.documents().isEmpty());
    }

    /** Stoa replaces what no file name should hold, the harness keeps a task's name as it is. */
    private static Optional<Path> samplesFile(ResultsFile file, String task) {
        return file.stamp()
                .flatMap(stamp -> Stream.of(FileName.of(task), task)
                        .filter(name -> name.indexOf('/') < 0 && name.indexOf('\\') < 0 && name.indexOf('\0') < 0)
                        .map(name -> file.path().resolveSibling("samples_" + name + "_" + stamp + ".jsonl"))
                        .filter(Files::isRegularFile)
                        .findFirst());
    }
}
