package io.stoa.cli;

import io.stoa.edge.fleet.BandwidthShare;
import io.stoa.edge.fleet.DeviceCatalogue;
import io.stoa.edge.fleet.DeviceClass;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "devices",
        description = "List the classes of small devices that a fleet may begin with, and how each figure is known.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Examples:", "  stoa edge devices", "  stoa edge devices --json"})
final class EdgeDevicesCommand implements Runnable {
    private static final String ROW = "%-34s %9s %9s %8s %7s  %s%n";

    private final House house;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    EdgeDevicesCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        List<Map<String, Object>> all = new ArrayList<>();
        if (!json) {
            house.out().printf(Locale.ROOT, ROW, "class", "memory", "reserve", "GB/s", "W", "share of bandwidth");
        }
        for (DeviceClass device : DeviceCatalogue.shipped().all()) {
            if (json) {
                all.add(figures(device));
            } else {
                print(device);
            }
        }
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(all));
        }
    }

    private void print(DeviceClass device) {
        house.out()
                .printf(
                        Locale.ROOT,
                        ROW,
                        device.name(),
                        device.memory(),
                        device.reserve(),
                        figure(device.bandwidth(), 1e9),
                        device.power()
                                .map(power -> String.format(Locale.ROOT, "%.3g", power.busy()))
                                .orElse("unknown"),
                        device.bandwidth().isPresent()
                                ? share(BandwidthShare.of(
                                        device.measured(), device.bandwidth().getAsDouble()))
                                : "unknown");
        device.known().forEach((figure, known) -> house.out().println("    " + figure + " " + known));
        device.accelerator().ifPresent(part -> house.out().println("    " + part.sentence()));
    }

    private static String share(BandwidthShare share) {
        return String.format(
                Locale.ROOT,
                "%s%.0f to %.0f %%; %s",
                share.expected().isPresent()
                        ? String.format(
                                Locale.ROOT, "%.0f %%, ", 100 * share.expected().getAsDouble())
                        : "",
                100 * share.interval().low(),
                100 * share.interval().high(),
                share.basis());
    }

    private static String figure(OptionalDouble value, double unit) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.4g", value.getAsDouble() / unit) : "unknown";
    }

    private static Map<String, Object> figures(DeviceClass device) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("class", device.name());
        figures.put("memoryBytes", device.memory().count());
        figures.put("reserveBytes", device.reserve().count());
        device.bandwidth().ifPresent(rate -> {
            figures.put("bytesPerSecond", rate);
            figures.put("shareOfBandwidth", BandwidthShare.of(device.measured(), rate));
        });
        device.cache().ifPresent(cache -> figures.put("cacheBytes", cache.count()));
        device.power().ifPresent(power -> figures.put("power", power));
        device.accelerator().ifPresent(part -> figures.put("accelerator", part));
        figures.put("measured", device.measured());
        figures.put("known", device.known());
        return figures;
    }
}
