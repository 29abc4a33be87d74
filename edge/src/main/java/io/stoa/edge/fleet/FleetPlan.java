package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.plan.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which model runs on which class of devices, and what the fleet costs.
 *
 * <p>On each class the first model of the file's order is taken that surely fits, is fast enough and can do the day's
 * work; where none surely does, the first that may. What is best is for the file's author to say: nothing here knows how
 * good an answer is.
 *
 * @param fleet what was planned
 * @param classes each class with what may run there
 * @param cost what it costs
 */
public record FleetPlan(Fleet fleet, List<ClassPlan> classes, FleetCost cost) {
    /**
     * What may run on a class of devices.
     *
     * @param placements one for each model, in the file's order
     * @param chosen the first that does, or that may
     */
    public record ClassPlan(DeviceClass device, List<Placement> placements, Optional<Placement> chosen) {
        public ClassPlan {
            requireNonNull(device, "device");
            requireNonNull(chosen, "chosen");
            placements = List.copyOf(placements);
        }

        /** Whether the class is served. */
        public Standing standing() {
            return chosen.map(Placement::standing).orElse(Standing.MISSES);
        }
    }

    public FleetPlan {
        requireNonNull(fleet, "fleet");
        requireNonNull(cost, "cost");
        classes = List.copyOf(classes);
    }

    /** Plans a fleet. */
    public static FleetPlan of(Fleet fleet) {
        List<ClassPlan> classes = new ArrayList<>();
        for (DeviceClass device : fleet.devices()) {
            List<Placement> placements = fleet.models().stream()
                    .map(model -> Placement.of(model, device, fleet.workload()))
                    .toList();
            classes.add(new ClassPlan(
                    device,
                    placements,
                    // The first of the best standing; a stream's minimum is the first of equals.
                    placements.stream()
                            .filter(placement -> placement.standing() != Standing.MISSES)
                            .min(Comparator.comparing(Placement::standing))));
        }
        return new FleetPlan(fleet, classes, FleetCost.of(fleet, classes));
    }

    /** The worst of all classes. */
    public Standing standing() {
        return classes.stream()
                .map(ClassPlan::standing)
                .max(Comparator.naturalOrder())
                .orElse(Standing.MISSES);
    }
}
