package io.stoa.edge.fleet;

import static java.util.Objects.requireNonNull;

import io.stoa.hardware.cost.CostRange;
import io.stoa.hardware.cost.Energy;
import io.stoa.hardware.cost.Money;
import io.stoa.hardware.cost.OwnMachine;
import io.stoa.hardware.cost.Price;
import io.stoa.hardware.plan.Standing;
import io.stoa.model.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a fleet costs a month: the devices' loss of value and their energy, beside what a server would cost for the same
 * requests. Nobody's time, network or repair is in it.
 *
 * @param perClass a month of all devices of a class; a class whose cost is not known is missing
 * @param month of the whole fleet; empty where a class's is not known
 * @param perRequest of one request
 * @param serverMonth of the server, for the requests of all devices
 * @param ofServer the fleet's cost as a share of the server's
 * @param unknown what is missing, as sentences
 */
public record FleetCost(
        Map<String, CostRange> perClass,
        Optional<CostRange> month,
        Optional<CostRange> perRequest,
        Optional<CostRange> serverMonth,
        Optional<Interval> ofServer,
        List<String> unknown) {
    private static final double DAYS_PER_MONTH = OwnMachine.HOURS_PER_MONTH / 24;

    public FleetCost {
        perClass = Map.copyOf(perClass);
        requireNonNull(month, "month");
        requireNonNull(perRequest, "perRequest");
        requireNonNull(serverMonth, "serverMonth");
        requireNonNull(ofServer, "ofServer");
        unknown = List.copyOf(unknown);
    }

    static FleetCost of(Fleet fleet, List<FleetPlan.ClassPlan> classes) {
        Map<String, CostRange> perClass = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        for (FleetPlan.ClassPlan each : classes) {
            Optional<String> missing = missing(fleet, each);
            missing.ifPresentOrElse(
                    reason -> unknown.add("the cost of " + each.device().name() + " is not known: " + reason),
                    () -> perClass.put(each.device().name(), month(fleet, each)));
        }
        Optional<CostRange> month = perClass.size() == classes.size()
                ? perClass.values().stream().reduce(CostRange::plus)
                : Optional.empty();
        OptionalDouble requests = fleet.workload().requestsPerDay();
        double inAMonth = requests.orElse(0) * DAYS_PER_MONTH * fleet.count();
        Optional<CostRange> server = fleet.server()
                .filter(_ -> requests.isPresent())
                .map(tier -> tier.perRequest(fleet.workload()).times(inAMonth));
        if (fleet.server().isPresent() && requests.isEmpty()) {
            unknown.add("the server's cost is not known: say in workload how many requests-per-day a device gets");
        }
        return new FleetCost(
                perClass,
                month,
                month.filter(_ -> inAMonth > 0).map(cost -> cost.times(1 / inAMonth)),
                server,
                month.flatMap(cost -> server.flatMap(cost::shareOf)),
                unknown);
    }

    private static Optional<String> missing(Fleet fleet, FleetPlan.ClassPlan plan) {
        if (plan.chosen().isEmpty()) {
            return Optional.of("no model runs on it");
        }
        Placement chosen = plan.chosen().get();
        if (!(chosen.speed() instanceof DecodeSpeed.Estimated)) {
            return Optional.of("the speed of " + chosen.model().label() + " is not known");
        }
        if (plan.device().price().isEmpty()) {
            return Optional.of("give its price");
        }
        if (plan.device().power().isEmpty()) {
            return Optional.of("give its power");
        }
        if (fleet.perKilowattHour().isEmpty() || fleet.lifetimeMonths().isEmpty()) {
            return Optional.of("give electricity and lifetime-months");
        }
        if (chosen.standing() == Standing.UNDECIDED && overloaded(chosen, fleet.workload())) {
            return Optional.of("it may be too slow for the day's requests");
        }
        return Optional.empty();
    }

    private static boolean overloaded(Placement chosen, Workload workload) {
        return chosen.speed() instanceof DecodeSpeed.Estimated known
                && EnergyUse.busyShare(known, workload)
                        .filter(share -> share.high() > 1)
                        .isPresent();
    }

    /** One device each: what it can do is known to be enough. */
    private static CostRange month(Fleet fleet, FleetPlan.ClassPlan plan) {
        DecodeSpeed.Estimated speed =
                (DecodeSpeed.Estimated) plan.chosen().orElseThrow().speed();
        Interval seconds = speed.requestSeconds(fleet.workload());
        DeviceClass.Power power = plan.device().power().orElseThrow();
        double requests = fleet.workload().requestsPerDay().orElse(0) * DAYS_PER_MONTH;
        Money least = month(fleet, plan.device(), EnergyUse.least(power), seconds.low(), requests);
        Money most = month(fleet, plan.device(), EnergyUse.most(power), seconds.high(), requests);
        return CostRange.of(least, most).times((double) plan.device().count());
    }

    private static Money month(
            Fleet fleet, DeviceClass device, Energy energy, double secondsPerRequest, double requests) {
        Money price = device.price().map(Price::amount).orElseThrow();
        Money nothing = Money.zero(price.currency());
        return new OwnMachine(
                        price,
                        nothing,
                        fleet.lifetimeMonths().orElseThrow(),
                        energy,
                        fleet.perKilowattHour().map(Price::amount).orElseThrow(),
                        nothing,
                        1 / secondsPerRequest)
                .withDepreciation(requests);
    }
}
