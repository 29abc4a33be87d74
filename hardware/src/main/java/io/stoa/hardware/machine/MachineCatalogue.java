package io.stoa.hardware.machine;

import io.stoa.hardware.cost.Price;
import io.stoa.hardware.input.Dimension;
import io.stoa.hardware.input.YamlPart;
import io.stoa.model.Bytes;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Machines by name: those shipped ({@code machines.yaml}, each with its source) and those of the user's files, which
 * add to them, or take the place of one of the same name. A file is
 *
 * <pre>{@code
 * machines:
 *   - name: our box
 *     like: RTX 4090                # optional: begins with the figures of a known machine
 *     devices: 2
 *     hourly-per-device: {amount: 0.69 USD, date: 2026-11-01, source: our provider's price list}
 *   - name: lab server
 *     kind: cpu                     # gpu, cpu or unified
 *     memory: 512 GiB
 *     bandwidth: 460 GB/s
 *     compute: {fp16: 5 TFLOPS}
 *     power: 360 W
 *     source: its data sheet
 * }</pre>
 *
 * <p>Figures beyond what any such machine has are refused with what was probably meant: {@code 80 MB} of an
 * accelerator, or a price of a million an hour.
 */
public final class MachineCatalogue {
    private static final String SHIPPED = "machines.yaml";
    private static final String HOURLY = "hourly-per-device";
    private static final String PURCHASE = "purchase-per-device";
    private static final int MOST = 1000;
    private static final double MOST_AN_HOUR = 1000;
    private static final double MOST_TO_BUY = 1_000_000;

    private final Map<String, MachineType> machines;

    private MachineCatalogue(Map<String, MachineType> machines) {
        this.machines = machines;
    }

    /** The machines that come with Stoa; none of them has a price. */
    public static MachineCatalogue shipped() {
        try (InputStream in = MachineCatalogue.class.getResourceAsStream(SHIPPED)) {
            if (in == null) {
                throw StoaException.bug("the build left " + SHIPPED + " out");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new MachineCatalogue(Map.of()).with(YamlPart.parse(SHIPPED, text));
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.BUG, SHIPPED + " cannot be read", e);
        }
    }

    /** These and those of a file. */
    public MachineCatalogue with(Path file) {
        return with(YamlPart.read(file));
    }

    /** These and those under {@code machines} of a part. */
    public MachineCatalogue with(YamlPart part) {
        Map<String, MachineType> all = new LinkedHashMap<>(machines);
        MachineCatalogue soFar = new MachineCatalogue(all);
        Map<String, YamlPart> seen = new LinkedHashMap<>();
        for (YamlPart entry : part.parts("machines", MOST)) {
            MachineType machine = soFar.machine(entry);
            if (seen.put(key(machine.name()), entry) != null) {
                throw entry.wrong("name", machine.name() + " is in this file twice");
            }
            all.put(key(machine.name()), machine);
        }
        return soFar;
    }

    public Collection<MachineType> all() {
        return List.copyOf(machines.values());
    }

    public Optional<MachineType> find(String name) {
        return Optional.ofNullable(machines.get(key(name)));
    }

    /**
     * The machine of a name.
     *
     * @throws StoaException of kind USER that names near ones, when there is none
     */
    public MachineType get(String name) {
        return find(name).orElseThrow(() -> StoaException.user(unknown(name)));
    }

    private String unknown(String name) {
        List<String> names = all().stream().map(MachineType::name).toList();
        return "the machine " + name + " is not in the catalogue"
                + Spelling.hint(name, names).orElse("; stoa fit machines lists it, and --machines FILE adds to it");
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    private MachineType machine(YamlPart part) {
        refuseOfTheWhole(part, "hourly", HOURLY);
        refuseOfTheWhole(part, "purchase", PURCHASE);
        part.only(
                "name",
                "like",
                "kind",
                "memory",
                "bandwidth",
                "compute",
                "power",
                "idle-power",
                "link",
                "cache",
                "devices",
                HOURLY,
                PURCHASE,
                "source");
        Optional<MachineType> like =
                part.optionalText("like").map(name -> find(name).orElseThrow(() -> part.wrong("like", unknown(name))));
        MachineType.Kind kind =
                like.isPresent() && !part.has("kind") ? like.get().kind() : part.choice("kind", MachineType.Kind.class);
        Bytes memory = memory(part, kind)
                .or(() -> like.map(MachineType::memory))
                .orElseThrow(() -> part.wrong("the key memory is missing"));
        OptionalDouble bandwidth = or(bandwidth(part, kind), like.map(MachineType::bandwidth));
        checkRatio(part, kind, memory, bandwidth);
        return new MachineType(
                part.text("name"),
                kind,
                memory,
                bandwidth,
                part.has("compute") || like.isEmpty()
                        ? compute(part)
                        : like.get().compute(),
                or(
                        part.optionalMeasure(
                                "power", Dimension.POWER, 0.5, 20_000, "one device draws between 0.5 W and 20 kW"),
                        like.map(MachineType::power)),
                or(
                        part.optionalMeasure(
                                "idle-power", Dimension.POWER, 0, 20_000, "one device draws less than 20 kW"),
                        like.map(MachineType::idlePower)),
                or(
                        part.optionalMeasure(
                                "link",
                                Dimension.BANDWIDTH,
                                1e8,
                                1e13,
                                "links between devices give between 0.1 and 10,000 GB/s each way"),
                        like.map(MachineType::link)),
                cache(part).or(() -> like.flatMap(MachineType::cache)),
                part.integer("devices", 1, 1024, like.map(MachineType::devices).orElse(1)),
                part.optionalPart(HOURLY)
                        .map(price -> Price.read(price, MOST_AN_HOUR, "an hour of one device"))
                        .or(() -> like.flatMap(MachineType::hourly)),
                part.optionalPart(PURCHASE)
                        .map(price -> Price.read(price, MOST_TO_BUY, "one device"))
                        .or(() -> like.flatMap(MachineType::purchase)),
                part.optionalText("source")
                        .or(() -> like.map(MachineType::source))
                        .orElseThrow(() -> part.wrong("the key source is missing: say where the figures are from")));
    }

    /** A bare price reads as that of the whole machine. */
    private static void refuseOfTheWhole(YamlPart part, String key, String perDevice) {
        if (part.has(key)) {
            throw part.wrong(
                    key,
                    "the price of one device is asked for: write " + perDevice
                            + ", the machine's price divided by its devices");
        }
    }

    private static OptionalDouble or(OptionalDouble own, Optional<OptionalDouble> other) {
        return own.isPresent() ? own : other.orElse(OptionalDouble.empty());
    }

    private static Optional<Bytes> memory(YamlPart part, MachineType.Kind kind) {
        double least = switch (kind) {
            case GPU -> 1e9;
            case CPU, UNIFIED -> 2.5e8;
        };
        double most = switch (kind) {
            case GPU -> 2e12;
            case CPU, UNIFIED -> 6.4e13;
        };
        OptionalDouble bytes = part.optionalMeasure(
                "memory",
                Dimension.MEMORY,
                least,
                most,
                "a " + kind.name().toLowerCase(Locale.ROOT) + " has between "
                        + new Bytes((long) least) + " and " + new Bytes((long) most)
                        + "; is the unit right (MB, GB, TB)?");
        return bytes.isPresent() ? Optional.of(new Bytes((long) bytes.getAsDouble())) : Optional.empty();
    }

    private static OptionalDouble bandwidth(YamlPart part, MachineType.Kind kind) {
        double least = switch (kind) {
            case GPU -> 2e10;
            case CPU, UNIFIED -> 1e9;
        };
        return part.optionalMeasure(
                "bandwidth",
                Dimension.BANDWIDTH,
                least,
                5e13,
                String.format(
                        Locale.ROOT,
                        "such a device's memory gives between %.0f and 50,000 GB/s; is the unit right (MB/s, GB/s,"
                                + " TB/s)?",
                        least / 1e9));
    }

    /** The fastest memories are read whole in some 5 ms, the slowest in minutes; beyond that a unit is wrong. */
    private static void checkRatio(YamlPart part, MachineType.Kind kind, Bytes memory, OptionalDouble bandwidth) {
        if (bandwidth.isEmpty()) {
            return;
        }
        double seconds = memory.count() / bandwidth.getAsDouble();
        double most = kind == MachineType.Kind.GPU ? 2 : 600;
        if (seconds < 5e-4 || seconds > most) {
            throw part.wrong(
                    part.has("bandwidth") ? "bandwidth" : "memory",
                    String.format(
                            Locale.ROOT,
                            "%s read at %.3g GB/s take %.3g s, which no such machine does; is one of the units wrong?",
                            memory,
                            bandwidth.getAsDouble() / 1e9,
                            seconds));
        }
    }

    private static Optional<Bytes> cache(YamlPart part) {
        OptionalDouble bytes = part.optionalMeasure(
                "cache", Dimension.MEMORY, 1e3, 4e9, "the largest caches have some GiB; is the unit right (KiB, MiB)?");
        return bytes.isPresent() ? Optional.of(new Bytes((long) bytes.getAsDouble())) : Optional.empty();
    }

    private static Map<Precision, Double> compute(YamlPart part) {
        Map<Precision, Double> peaks = new EnumMap<>(Precision.class);
        part.optionalPart("compute").ifPresent(compute -> {
            compute.only("fp32", "fp16", "fp8", "int8", "fp4", "int4");
            for (Precision precision : Precision.values()) {
                compute.optionalMeasure(
                                precision.name().toLowerCase(Locale.ROOT),
                                Dimension.COMPUTE,
                                1e9,
                                1e18,
                                "one device computes between 1 GFLOPS and 1,000 PFLOPS; is the unit right?")
                        .ifPresent(peak -> peaks.put(precision, peak));
            }
        });
        return peaks;
    }
}
