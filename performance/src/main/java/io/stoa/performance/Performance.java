package io.stoa.performance;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The measuring programs. */
@Command(
        name = "performance/run",
        description =
                "Measures Stoa's engine beside llama.cpp's own programs, on the same native code, in one run, and its"
                        + " gateway beside others.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            SyntheticCommand.class,
            SingleCommand.class,
            ServingCommand.class,
            ScoringCommand.class,
            NoiseCommand.class,
            SoakCommand.class,
            StatisticsCommand.class,
            RescoringCommand.class,
            RecognitionCommand.class,
            RetrievalCommand.class,
            LadderCommand.class,
            DivergenceCommand.class,
            GatewayCommand.class,
            GatewaySoakCommand.class,
            GatewayPartsCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  performance/build-reference.sh /tmp/reference     llama.cpp's programs, once",
            "  performance/run single  --reference /tmp/reference",
            "  performance/run serving --reference /tmp/reference",
            "  performance/run scoring --reference /tmp/reference",
            "  performance/run noise",
            "  performance/run soak --minutes 60",
            "  performance/run statistics",
            "  performance/run rescoring",
            "  performance/run recognition --texts license-texts.tar.gz",
            "  performance/run retrieval",
            "  performance/run ladder",
            "  performance/run divergence --reference /tmp/reference",
            "  performance/run gateway --portkey node_modules/@portkey-ai/gateway/build/start-server.js",
            "  performance/run gateway-soak --requests 300000",
            "  performance/run gateway-parts"
        })
final class Performance {
    private Performance() {}

    public static void main(String[] arguments) {
        int code = new CommandLine(new Performance())
                .setExecutionExceptionHandler((e, line, result) -> {
                    if (e instanceof StoaException) {
                        System.err.println("performance: " + e.getMessage());
                    } else {
                        e.printStackTrace();
                    }
                    return 1;
                })
                .execute(arguments);
        System.out.flush();
        System.exit(code);
    }

    /** The checkout that this is part of. */
    static Path root() {
        return Path.of(System.getProperty("stoa.root", ".")).toAbsolutePath().normalize();
    }

    /** Deletes a folder with everything in it. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
