package io.stoa.performance;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "synthetic",
        description = "Make a model of a known shape with random weights, and print where it is.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SyntheticCommand implements Runnable {
    @Mixin
    private final Bench bench = new Bench();

    @Override
    public void run() {
        Path model = bench.model(Bench.runtime());
        System.out.println(model);
    }
}
