package io.stoa.benchmark.harness;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A task, or tasks that are shown and averaged together. */
sealed interface Suite {
    String name();

    /** All tasks in it, in order, each once: of several with one name the last. */
    Stream<TaskConfig> tasks();

    /** How many tasks it lists, those of one name each for itself. */
    long size();

    /** One task. */
    record Single(TaskConfig task) implements Suite {
        @Override
        public String name() {
            return task.name();
        }

        @Override
        public Stream<TaskConfig> tasks() {
            return Stream.of(task);
        }

        @Override
        public long size() {
            return 1;
        }
    }

    /**
     * Several.
     *
     * @param alias the name that is shown
     * @param averages what is averaged over its tasks, often nothing
     */
    record Group(String name, String alias, List<Average> averages, List<Suite> members, String version)
            implements Suite {
        public Group {
            averages = List.copyOf(averages);
            members = List.copyOf(members);
        }

        @Override
        public Stream<TaskConfig> tasks() {
            Map<String, TaskConfig> byName = new LinkedHashMap<>();
            members.stream().flatMap(Suite::tasks).forEach(task -> byName.put(task.name(), task));
            return byName.values().stream();
        }

        @Override
        public long size() {
            return members.stream().mapToLong(Suite::size).sum();
        }

        /** This group and all below it, those below first. */
        Stream<Group> groups() {
            Stream<Group> below =
                    members.stream().flatMap(member -> member instanceof Group group ? group.groups() : Stream.of());
            return Stream.concat(below, Stream.of(this));
        }
    }

    /**
     * An average over a group's tasks.
     *
     * @param metric which metric
     * @param bySize whether tasks count by their documents rather than alike
     * @param filters of which filters; of all when absent
     */
    record Average(String metric, boolean bySize, Optional<List<String>> filters) {
        public Average {
            requireNonNull(metric, "metric");
            filters = filters.map(List::copyOf);
        }
    }
}
