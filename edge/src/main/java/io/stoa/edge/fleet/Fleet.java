package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.cost.Price;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a fleet file says.
 *
 * @param name what people call the fleet
 * @param workload what each device is asked for
 * @param models what may run, the most wanted first
 * @param devices the classes of devices
 * @param perKilowattHour what a kilowatt-hour costs
 * @param lifetimeMonths how long a device is used
 * @param server what would answer instead
 */
public record Fleet(
        String name,
        Workload workload,
        List<FleetModel> models,
        List<DeviceClass> devices,
        Optional<Price> perKilowattHour,
        OptionalInt lifetimeMonths,
        Optional<ServerTier> server) {
    public Fleet {
        requireNonNull(name, "name");
        requireNonNull(workload, "workload");
        requireNonNull(perKilowattHour, "perKilowattHour");
        requireNonNull(lifetimeMonths, "lifetimeMonths");
        requireNonNull(server, "server");
        models = List.copyOf(models);
        devices = List.copyOf(devices);
        if (models.isEmpty() || devices.isEmpty()) {
            throw new IllegalArgumentException("a fleet has models and devices");
        }
        if (pricesOf(devices, perKilowattHour, server).stream()
                        .map(price -> price.amount().currency())
                        .distinct()
                        .count()
                > 1) {
            throw new IllegalArgumentException("the prices are in several currencies; give them in one");
        }
    }

    /** All prices, with date and source. */
    public List<Price> prices() {
        return pricesOf(devices, perKilowattHour, server);
    }

    private static List<Price> pricesOf(
            List<DeviceClass> devices, Optional<Price> perKilowattHour, Optional<ServerTier> server) {
        List<Price> prices = new ArrayList<>();
        devices.forEach(device -> device.price().ifPresent(prices::add));
        perKilowattHour.ifPresent(prices::add);
        server.ifPresent(tier -> prices.addAll(tier.prices()));
        return prices.stream().distinct().toList();
    }

    /** How many devices there are. */
    public long count() {
        return devices.stream().mapToLong(DeviceClass::count).sum();
    }
}
