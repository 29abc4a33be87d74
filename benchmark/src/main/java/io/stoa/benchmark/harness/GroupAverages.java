package io.stoa.benchmark.harness;

import io.stoa.benchmark.stats.Means;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedSet;
import java.util.TreeSet;

/**
 * The averages that a group's file asks for, over all tasks below it (lm_eval/api/group.py). By size, the standard error is
 * pooled; otherwise it is that of a plain mean of independent means.
 */
final class GroupAverages {
    private GroupAverages() {}

    /**
     * @param tasks the numbers of the group's tasks, by name; some may be missing
     */
    static Evaluated of(Suite.Group group, Map<String, Evaluated> tasks) {
        List<Evaluated> members = group.tasks()
                .map(task -> Optional.ofNullable(tasks.get(task.name())))
                .flatMap(Optional::stream)
                .toList();
        List<Evaluated.Figure> numbers = new ArrayList<>();
        for (Suite.Average average : group.averages()) {
            for (String filter : average.filters().orElseGet(() -> filters(members, average.metric()))) {
                number(members, average, filter).ifPresent(numbers::add);
            }
        }
        return new Evaluated(
                group.name(),
                group.alias(),
                members.stream().mapToInt(Evaluated::asked).sum(),
                members.stream().allMatch(member -> member.available().isPresent())
                        ? Optional.of(members.stream()
                                .mapToInt(member -> member.available().orElse(0))
                                .sum())
                        : Optional.empty(),
                members.stream().mapToInt(Evaluated::unanswered).sum(),
                numbers);
    }

    private static List<String> filters(List<Evaluated> members, String metric) {
        SequencedSet<String> filters = new TreeSet<>();
        members.forEach(member -> member.numbers().stream()
                .filter(number -> number.metric().equals(metric))
                .forEach(number -> filters.add(number.filter())));
        return List.copyOf(filters);
    }

    private static Optional<Evaluated.Figure> number(List<Evaluated> members, Suite.Average average, String filter) {
        List<Evaluated.Figure> numbers = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        for (Evaluated member : members) {
            for (Evaluated.Figure number : member.numbers()) {
                if (number.metric().equals(average.metric()) && number.filter().equals(filter)) {
                    numbers.add(number);
                    sizes.add(member.asked());
                }
            }
        }
        if (numbers.isEmpty()) {
            return Optional.empty();
        }
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < numbers.size(); i++) {
            double weight = average.bySize() ? sizes.get(i) : 1;
            sum += weight * numbers.get(i).value();
            weights += weight;
        }
        return Optional.of(new Evaluated.Figure(
                average.metric(),
                filter,
                sum / weights,
                standardError(numbers, sizes, average.bySize()),
                Optional.empty(),
                numbers.getFirst().higherIsBetter()));
    }

    private static OptionalDouble standardError(List<Evaluated.Figure> numbers, List<Integer> sizes, boolean bySize) {
        if (numbers.stream().anyMatch(number -> number.standardError().isEmpty())) {
            return OptionalDouble.empty();
        }
        List<Double> errors = numbers.stream()
                .map(number -> number.standardError().orElseThrow())
                .toList();
        return OptionalDouble.of(
                bySize ? Means.pooledStandardError(errors, sizes) : Means.standardErrorOfMeans(errors));
    }
}
