package io.stoa.hardware.cost;

import static java.util.Objects.requireNonNull;

/** What one pays for instead of a machine of one's own. */
public sealed interface Rent {
    /** What a month costs. */
    Money monthly(double requestsPerMonth);

    /**
     * An API that is paid by requests, which are paid by tokens.
     *
     * @param perRequest of the workload's usual request
     */
    record Api(Money perRequest) implements Rent {
        public Api {
            requireNonNull(perRequest, "perRequest");
        }

        @Override
        public Money monthly(double requestsPerMonth) {
            return perRequest.times(requestsPerMonth);
        }
    }

    /**
     * Machines in a cloud.
     *
     * @param hourly of one machine
     * @param requestsPerSecond what it can do
     * @param alwaysOn whether it is paid day and night, or only while it works
     */
    record Cloud(Money hourly, double requestsPerSecond, boolean alwaysOn) implements Rent {
        public Cloud {
            requireNonNull(hourly, "hourly");
            if (!(requestsPerSecond > 0)) {
                throw new IllegalArgumentException("a machine must do something: " + requestsPerSecond + " requests/s");
            }
        }

        @Override
        public Money monthly(double requestsPerMonth) {
            double hours = requestsPerMonth / (requestsPerSecond * 3600);
            double machines = Math.max(1, Math.ceil(hours / OwnMachine.HOURS_PER_MONTH - 1e-9));
            return hourly.times(alwaysOn ? machines * OwnMachine.HOURS_PER_MONTH : hours);
        }
    }
}
