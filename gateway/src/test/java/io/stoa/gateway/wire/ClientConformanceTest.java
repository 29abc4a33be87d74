package io.stoa.gateway.wire;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;

/** The clients against what this package alone makes of requests and answers. */
class ClientConformanceTest extends ClientConformance {
    private final LoopbackGateway gateway;

    ClientConformanceTest() throws IOException {
        gateway = new LoopbackGateway();
    }

    @Override
    protected Served serve() {
        return new Served(gateway.url(), "k");
    }

    @AfterAll
    void closeGateway() {
        gateway.close();
    }
}
