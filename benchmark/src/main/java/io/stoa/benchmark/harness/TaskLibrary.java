package io.stoa.benchmark.harness;

import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds tasks, groups and tags by their names in folders of task files. A name in a later folder wins over one in an
 * earlier; a file that cannot be read says so when something of its name is wanted and nothing else is there.
 */
public final class TaskLibrary {
    private static final int DEEPEST_GROUP = 20;
    private static final int MOST_TASKS = 20_000;
    private static final String SHOTS = "num_fewshot";

    private final Hooks hooks;
    private final boolean runsCode;
    private final SortedMap<String, SequencedMap<String, Object>> entries = new TreeMap<>();
    private final SortedMap<String, SortedSet<String>> tags = new TreeMap<>();
    private final Map<String, Path> places = new HashMap<>();
    private final Map<Path, StoaException> unreadable = new LinkedHashMap<>();

    /**
     * Reads the task files in folders and below them.
     *
     * @throws StoaException of kind {@code USER} where a folder is not there
     */
    public TaskLibrary(List<Path> folders) {
        this(folders, Optional.empty());
    }

    /**
     * The same, with leave to run what models write.
     *
     * @param programs runs it; without it tasks that need it are refused
     */
    public TaskLibrary(List<Path> folders, Optional<PythonPrograms> programs) {
        this(folders, HarnessHooks.all(programs), programs.isPresent());
    }

    private TaskLibrary(List<Path> folders, Hooks hooks, boolean runsCode) {
        this.hooks = hooks;
        this.runsCode = runsCode;
        folders.forEach(this::index);
    }

    private void index(Path folder) {
        SortedMap<String, SequencedMap<String, Object>> found = new TreeMap<>();
        Map<String, Path> where = new HashMap<>();
        Map<Path, SequencedMap<String, Object>> loaded = new HashMap<>();
        for (Path file : files(folder)) {
            try {
                SequencedMap<String, Object> keys = TaskYaml.read(file, loaded);
                localFile(file, keys);
                boolean group = isGroup(keys);
                Optional.ofNullable(keys.get(group ? "group" : "task"))
                        .map(String::valueOf)
                        .ifPresent(name -> {
                            found.putIfAbsent(name, keys);
                            where.putIfAbsent(name, file);
                        });
                if (!group && keys.get("task") instanceof String task) {
                    TaskYaml.asList(Optional.ofNullable(keys.get("tag")))
                            .forEach(tag -> tags.computeIfAbsent(String.valueOf(tag), _ -> new TreeSet<>())
                                    .add(task));
                }
            } catch (StoaException e) {
                unreadable.put(file, e);
            }
        }
        entries.putAll(found);
        places.putAll(where);
    }

    /** A dataset that is a file beside the task file: a task of one's own needs no more than that and two templates. */
    private static void localFile(Path file, SequencedMap<String, Object> keys) {
        if (keys.get("dataset_path") instanceof String name && name.contains(".")) {
            Path beside = TaskYaml.beside(file, name);
            if (Files.isRegularFile(beside)) {
                keys.put("dataset_path", beside.toString());
                if (!keys.containsKey("test_split") && !keys.containsKey("validation_split")) {
                    keys.put("test_split", "test");
                }
            }
        }
    }

    private static List<Path> files(Path folder) {
        if (Files.isRegularFile(folder)) {
            return List.of(folder);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER, folder + ": no folder of task files (" + e.getMessage() + ")", e);
        }
    }

    private static boolean isGroup(Map<String, Object> keys) {
        return keys.containsKey("group") && !(keys.get("task") instanceof String);
    }

    /**
     * The task or group of this name, to be asked.
     *
     * @throws StoaException of kind {@code USER} when it runs code that models write and nobody allowed that
     */
    Suite askable(String name, Map<String, Object> overrides) {
        Suite suite = find(name, overrides);
        suite.tasks().filter(task -> task.unsafeCode() && !runsCode).findFirst().ifPresent(task -> {
            throw StoaException.user("task " + task.name()
                    + " runs code that models write; allow it with --confirm-run-unsafe-code, in a container that"
                    + " has nothing to lose");
        });
        return suite;
    }

    /** All names, sorted. */
    public SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>(entries.keySet());
        names.addAll(tags.keySet());
        return names;
    }

    /**
     * What a name stands for, for people.
     *
     * @param kind {@code task}, {@code group} or {@code tag}
     * @param dataset a task's
     */
    public record Entry(String kind, String name, Optional<String> dataset) {}

    /** All names with what they are, sorted. */
    public List<Entry> entries() {
        return names().stream()
                .map(name -> {
                    SequencedMap<String, Object> keys = entries.get(name);
                    if (keys == null) {
                        return new Entry("tag", name, Optional.empty());
                    }
                    return isGroup(keys)
                            ? new Entry("group", name, Optional.empty())
                            : new Entry(
                                    "task",
                                    name,
                                    Optional.ofNullable(keys.get("dataset_path"))
                                            .map(String::valueOf));
                })
                .toList();
    }

    /** The datasets of a task, or of a group's tasks. */
    public Set<String> datasets(String name) {
        return find(name, Map.of())
                .tasks()
                .map(task -> task.dataset().path())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * What is asked, as JSON lines.
     *
     * @param most documents of each task, the first ones
     * @param lines hears each line
     */
    public void prompts(
            String name,
            Map<String, Object> overrides,
            TaskData data,
            Prompts.Layout layout,
            int most,
            Consumer<String> lines) {
        Suite suite = find(name, overrides);
        suite.tasks().forEach(task -> {
            Prompts prompts = new Prompts(task, data.splits(task), layout);
            for (int i = 0; i < Math.min(most, prompts.documents().size()); i++) {
                ObjectNode line = SampleJson.asked(i, prompts);
                if (suite instanceof Suite.Group) {
                    line.put("task", task.name());
                }
                lines.accept(line.toString());
            }
        });
    }

    /**
     * What a name stands for: a task, a group, or a tag's tasks.
     *
     * @param overrides keys that are set above those of every task and group, such as {@code num_fewshot}; as with
     *     lm-evaluation-harness, a task that asks for no examples keeps to that
     * @throws StoaException of kind {@code USER} with the nearest name where there is none
     */
    Suite find(String name, Map<String, Object> overrides) {
        return find(name, new Above(Map.of(), overrides), 0);
    }

    /**
     * The tasks behind a name that ask for no examples, whatever a caller sets for {@code num_fewshot}.
     *
     * @throws StoaException of kind {@code USER} with the nearest name where there is none
     */
    public List<String> tasksWithoutShots(String name) {
        return find(name, Map.of())
                .tasks()
                .filter(task -> isZero(task.keys().get(SHOTS)))
                .map(TaskConfig::name)
                .distinct()
                .toList();
    }

    /** {@code 0} and {@code 0.0}, but not {@code "0"}. */
    private static boolean isZero(@Nullable Object shots) {
        return shots instanceof Number number && number.doubleValue() == 0;
    }

    /**
     * What is set above a task's own keys.
     *
     * @param groups by the groups that hold it, the innermost last
     * @param caller by who asks, above all
     */
    private record Above(Map<String, Object> groups, Map<String, Object> caller) {
        Above within(Map<String, Object> more) {
            Map<String, Object> all = new LinkedHashMap<>(groups);
            all.putAll(more);
            return new Above(all, caller);
        }

        SequencedMap<String, Object> over(Map<String, Object> keys) {
            SequencedMap<String, Object> all = new LinkedHashMap<>(keys);
            all.putAll(groups);
            Object own = all.get(SHOTS);
            all.putAll(caller);
            if (isZero(own)) {
                all.put(SHOTS, own);
            }
            return all;
        }
    }

    private Suite find(String name, Above above, int depth) {
        if (depth > DEEPEST_GROUP) {
            throw StoaException.user("group " + name + ": groups hold groups more than " + DEEPEST_GROUP
                    + " deep; does one hold itself?");
        }
        SequencedMap<String, Object> keys = entries.get(name);
        if (keys != null) {
            return isGroup(keys) ? group(name, keys, above, depth) : task(name, keys, above);
        }
        if (tags.containsKey(name)) {
            List<Suite> members = new ArrayList<>();
            for (String task : tags.getOrDefault(name, new TreeSet<>())) {
                members.add(find(task, above, depth + 1));
            }
            return new Suite.Group(name, name, List.of(), members, "");
        }
        for (Map.Entry<Path, StoaException> file : unreadable.entrySet()) {
            if (String.valueOf(file.getKey().getFileName()).equals(name + ".yaml")) {
                throw file.getValue();
            }
        }
        TasksElsewhere.hint(name).ifPresent(hint -> {
            throw StoaException.user(hint);
        });
        throw StoaException.user("unknown task " + name
                + Spelling.hint(name, names())
                        .orElse("; stoa bench tasks lists what there is, or name a folder of task files")
                + (unreadable.isEmpty()
                        ? ""
                        : " (" + unreadable.size() + " files could not be read, the first: "
                                + unreadable.values().iterator().next().sentence() + ")"));
    }

    private Suite task(String name, SequencedMap<String, Object> keys, Above above) {
        SequencedMap<String, Object> all = above.over(keys);
        all.remove("group");
        all.remove("task_list");
        return single(name, all);
    }

    /**
     * A task that can be asked; what is wrong with it is told with its file.
     *
     * @param entry the task or the group whose file it stands in
     */
    private Suite single(String entry, SequencedMap<String, Object> keys) {
        try {
            return new Suite.Single(TaskConfig.of(keys, hooks));
        } catch (StoaException e) {
            throw new StoaException(
                    e.kind(),
                    Optional.ofNullable(places.get(entry.split("::", 2)[0]))
                                    .map(file -> file + ": ")
                                    .orElse("")
                            + e.sentence(),
                    e);
        }
    }

    private static final Set<String> GROUP_KEYS =
            Set.of("group", "group_alias", "task", "aggregate_metric_list", "metadata", "tag");

    private Suite group(String name, Map<String, Object> keys, Above above, int depth) {
        Map<String, Object> below = new LinkedHashMap<>(keys);
        below.keySet().removeAll(GROUP_KEYS);
        // What is set above a group is set above its own keys.
        below.putAll(above.groups);
        Above inside = new Above(below, above.caller);
        List<Suite> members = new ArrayList<>();
        long tasks = 0;
        for (Object member : TaskYaml.asList(Optional.ofNullable(keys.get("task")))) {
            members.add(member(name, member, inside, depth));
            // Groups of groups multiply.
            tasks += members.getLast().size();
            if (tasks > MOST_TASKS) {
                throw StoaException.user("group " + name + ": holds more than " + MOST_TASKS + " tasks; take fewer");
            }
        }
        if (members.isEmpty()) {
            throw StoaException.user("group " + name + ": holds no task; list some under task");
        }
        return new Suite.Group(
                name,
                Optional.ofNullable(keys.get("group_alias"))
                        .map(String::valueOf)
                        .orElse(name),
                averages(name, keys),
                members,
                keys.get("metadata") instanceof Map<?, ?> metadata && metadata.get("version") != null
                        ? String.valueOf(metadata.get("version"))
                        : "");
    }

    private Suite member(String group, Object member, Above above, int depth) {
        if (!(member instanceof Map<?, ?> map)) {
            return find(String.valueOf(member), above, depth + 1);
        }
        SequencedMap<String, Object> own = new LinkedHashMap<>();
        map.forEach((key, value) -> own.put(String.valueOf(key), value));
        if (own.get("group") instanceof String name) {
            if (entries.containsKey(name)) {
                own.remove("group");
                return find(name, above.within(own), depth + 1);
            }
            return group(group + "::" + name, own, above, depth + 1);
        }
        String name = String.valueOf(own.get("task"));
        if (entries.containsKey(name) || tags.containsKey(name)) {
            own.remove("task");
            return find(name, above.within(own), depth + 1);
        }
        if (!above.within(own).over(Map.of()).containsKey("dataset_path")) {
            // No task of the group's own, but one that should be elsewhere.
            own.remove("task");
            return find(name, above.within(own), depth + 1);
        }
        SequencedMap<String, Object> inline = above.within(own).over(Map.of());
        inline.put("task", group + "::" + name);
        return single(group, inline);
    }

    private static List<Suite.Average> averages(String group, Map<String, Object> keys) {
        List<Suite.Average> averages = new ArrayList<>();
        for (Object entry : TaskYaml.asList(Optional.ofNullable(keys.get("aggregate_metric_list")))) {
            if (!(entry instanceof Map<?, ?> map) || map.get("metric") == null) {
                throw StoaException.user(
                        "group " + group + ": an entry of aggregate_metric_list names no metric; write metric: acc");
            }
            Object aggregation = map.get("aggregation");
            if (aggregation != null && !aggregation.equals("mean")) {
                throw StoaException.user(
                        "group " + group + ": aggregation " + aggregation + " is not known; only mean is");
            }
            averages.add(new Suite.Average(
                    String.valueOf(map.get("metric")),
                    !Boolean.FALSE.equals(map.get("weight_by_size")),
                    Optional.ofNullable(map.get("filter_list"))
                            .map(filters -> TaskYaml.asList(Optional.of(filters)).stream()
                                    .map(String::valueOf)
                                    .toList())));
        }
        return averages;
    }
}
