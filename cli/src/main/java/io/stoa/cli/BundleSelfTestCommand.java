package io.stoa.cli;

import io.stoa.edge.bundle.SelfTest;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "self-test",
        description = {
            "Ask a model what a device will ask it again, and measure it here.",
            "",
            "Speed differs from run to run. Who wants two builds to be the same bytes makes the self-test once, and"
                    + " gives it to both."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Example:",
            "  stoa bundle self-test models/micro.gguf --prompts questions.txt --out micro.self-test.json"
        })
final class BundleSelfTestCommand implements Runnable {
    private final House house;

    @Parameters(index = "0", paramLabel = "MODEL", description = "The GGUF file.")
    private Path model = Path.of("");

    @Mixin
    private SelfTestOptions options = new SelfTestOptions();

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where it is written.")
    private Path out = Path.of("");

    BundleSelfTestCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        WholeFile.refuseIfUnwritable("--out", out);
        SelfTest test = options.make(house, model);
        WholeFile.write("--out", out, test.json());
        house.out()
                .printf(
                        "Wrote %s: %d prompts, %.1f tokens/s, %d bytes of memory%n",
                        out,
                        test.cases().size(),
                        test.seen().tokensPerSecond(),
                        test.seen().memoryBytes());
    }
}
