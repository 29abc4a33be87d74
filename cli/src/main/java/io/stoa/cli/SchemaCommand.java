package io.stoa.cli;

import io.stoa.assess.yaml.StoaYaml;
import io.stoa.gateway.input.GatewayYaml;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "schema",
        description = "Print the JSON Schema of stoa.yaml or gateway.yaml, for editors that complete and check them.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  stoa schema > stoa.schema.json", "  stoa schema gateway > gateway.schema.json"})
final class SchemaCommand implements Runnable {
    /** The files that have a schema. */
    enum Of {
        STOA,
        GATEWAY
    }

    private final House house;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Which file's: ${COMPLETION-CANDIDATES}; default: stoa")
    private Of of = Of.STOA;

    SchemaCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        house.out()
                .println(
                        switch (of) {
                            case STOA -> StoaYaml.schema();
                            case GATEWAY -> GatewayYaml.schema();
                        });
    }
}
