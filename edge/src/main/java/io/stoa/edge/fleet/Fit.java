package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.memory.MemoryParts;
import io.stoa.hardware.memory.MemoryPrediction;
import io.stoa.model.Bytes;
import java.util.OptionalInt;

/** Whether a model fits a device beside its operating system. */
public sealed interface Fit {
    /**
     * The buffers with the process fit.
     *
     * @param parts the buffers
     * @param room what the device has for them
     */
    record Fits(MemoryParts parts, Bytes room) implements Fit {
        public Fits {
            requireNonNull(room, "room");
        }
    }

    /**
     * They do not.
     *
     * @param need what is needed; only the weights, where no more is known and they are too much
     * @param room what the device has
     * @param longestContext the longest context that would fit; empty where none does, or it is not known
     * @param reason a sentence that names the parts
     */
    record TooLarge(Bytes need, Bytes room, OptionalInt longestContext, String reason) implements Fit {
        public TooLarge {
            requireNonNull(longestContext, "longestContext");
            requireNonNull(reason, "reason");
        }
    }

    /**
     * It cannot be said.
     *
     * @param atLeast what is surely needed
     * @param room what the device has
     * @param reason a clause that says what is missing
     */
    record Unknown(Bytes atLeast, Bytes room, String reason) implements Fit {
        public Unknown {
            if (reason.isBlank()) {
                throw new IllegalArgumentException("an unknown fit says why");
            }
        }
    }

    /** Estimated compute buffers were off by no more than this (docs/memory-prediction.md)... */
    double COMPUTE_DOUBT = 0.05;

    /** ...or this, whichever is more. */
    Bytes LEAST_DOUBT = Bytes.mebibytes(32);

    /** Declared sizes are rounded, to two digits at worst. */
    double WEIGHTS_DOUBT = 0.01;

    /** Shorter contexts are of no use. */
    int SHORTEST = 256;

    /** Looks at one model on one device. */
    static Fit of(FleetModel model, DeviceClass device, Workload workload) {
        Bytes room = device.room();
        return switch (model.memory(workload.settings(workload.contextTokens()))) {
            case MemoryPrediction.Unknown(Bytes weights, String reason) -> {
                Bytes least = weights.plus(MemoryParts.PROCESS);
                yield least.compareTo(room) > 0
                        ? new TooLarge(
                                least,
                                room,
                                OptionalInt.empty(),
                                "its weights alone (" + weights + ") and the process (" + MemoryParts.PROCESS
                                        + ") exceed the " + room + " that the device has beside " + device.reserve()
                                        + " for its system")
                        : new Unknown(least, room, reason);
            }
            case MemoryPrediction.Known(MemoryParts parts, long _) -> judged(model, device, workload, parts, 0);
            case MemoryPrediction.Estimated(MemoryParts parts, long _, String _) ->
                judged(model, device, workload, parts, doubt(model, parts));
        };
    }

    private static long doubt(FleetModel model, MemoryParts parts) {
        double compute = Math.max(COMPUTE_DOUBT * parts.compute().count(), (double) LEAST_DOUBT.count());
        double weights =
                model.weights().isPresent() ? WEIGHTS_DOUBT * parts.weights().count() : 0;
        return (long) (compute + weights);
    }

    private static Fit judged(FleetModel model, DeviceClass device, Workload workload, MemoryParts parts, long doubt) {
        Bytes room = device.room();
        long need = parts.need().count();
        if (need + doubt <= room.count()) {
            return new Fits(parts, room);
        }
        if (need - doubt <= room.count()) {
            return new Unknown(
                    new Bytes(need - doubt),
                    room,
                    "it needs " + parts.need() + " give or take " + new Bytes(doubt) + ", and the device has " + room);
        }
        return new TooLarge(
                parts.need(),
                room,
                longestContext(model, device, workload),
                "weights " + parts.weights().plus(parts.repacked()) + ", keys and values of "
                        + workload.contextTokens() + " tokens"
                        + (workload.sequences() > 1 ? " × " + workload.sequences() + " sequences " : " ")
                        + parts.keysAndValues() + ", compute buffers " + parts.compute() + ", output " + parts.output()
                        + " and the process " + MemoryParts.PROCESS + " make " + parts.need() + "; the device has "
                        + room + " beside " + device.reserve() + " for its system");
    }

    /** Needs grow with the context, so the longest is bisected in steps of the cache's cells. */
    private static OptionalInt longestContext(FleetModel model, DeviceClass device, Workload workload) {
        int low = 0;
        int high = workload.contextTokens() / SHORTEST;
        while (low < high) {
            int middle = (low + high + 1) / 2;
            boolean fits = model.memory(workload.settings(middle * SHORTEST)) instanceof MemoryPrediction.Planned plan
                    && plan.parts().need().compareTo(device.room()) <= 0;
            low = fits ? middle : low;
            high = fits ? high : middle - 1;
        }
        return low == 0 ? OptionalInt.empty() : OptionalInt.of(low * SHORTEST);
    }
}
