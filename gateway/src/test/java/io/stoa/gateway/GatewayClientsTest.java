package io.stoa.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.gateway.audit.RequestRecord;
import io.stoa.gateway.upstream.Target;
import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.ClientConformance;
import io.stoa.gateway.wire.LoopbackGateway;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;

/** The clients against a whole gateway, with keys, budgets and records, before a model that answers as it is asked. */
class GatewayClientsTest extends ClientConformance {
    private final LoopbackGateway model;
    private final Trial trial;

    GatewayClientsTest() throws IOException {
        model = new LoopbackGateway();
        trial = before(model);
    }

    @Override
    protected Served serve() {
        return new Served(trial.server.address(), Trial.KEY);
    }

    private static Trial before(LoopbackGateway model) {
        Target target = new Target(URI.create(model.url()), "up", Optional.empty());
        Trial.Plot plot = new Trial.Plot();
        for (String name : new String[] {"m", "busy"}) {
            plot.with(Trial.route(name, Duration.ofSeconds(20), Optional.empty(), Trial.tier("only", target)));
        }
        plot.guard = (_, request, _) -> request.model().equals("busy")
                ? Optional.of(ApiError.of(429, "rate_limit_error", "rate_limit_exceeded", "Too many; wait a second."))
                : Optional.empty();
        return Trial.of(Trial.options(), plot);
    }

    /** Whatever the clients did, each request has a record, and nothing is left set aside. */
    @AfterAll
    void everythingIsBookedAndRecorded() {
        trial.close();
        model.close();
        trial.assertNothingIsReserved();
        assertThat(trial.purse.settledTwice).hasValue(0);
        assertThat(trial.records)
                .extracting(RequestRecord::end)
                .contains(RequestRecord.End.SERVED, RequestRecord.End.REFUSED)
                .doesNotContain(RequestRecord.End.ABANDONED, RequestRecord.End.FAILED);
        assertThat(trial.records.stream().mapToInt(RequestRecord::attempts).sum())
                .as("each request that reached the model is in a record")
                .isEqualTo(model.requests())
                .isGreaterThan(15);
        assertThat(trial.purse.chargedMicros.get()).isPositive();
    }
}
