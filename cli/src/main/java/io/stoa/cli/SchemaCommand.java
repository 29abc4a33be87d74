package io.stoa.cli;

import io.stoa.assess.yaml.StoaYaml;
import picocli.CommandLine.Command;

@Command(
        name = "schema",
        description = "Print the JSON Schema of stoa.yaml, for editors that complete and check it.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  stoa schema > stoa.schema.json"})
final class SchemaCommand implements Runnable {
    private final House house;

    SchemaCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        house.out().println(StoaYaml.schema());
    }
}
