package io.stoa.cli;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Generation;
import io.stoa.engine.Prompt;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "generate",
        description = "Let a GGUF model answer one prompt.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa generate examples/quickstart/models/micro.gguf \"Complete: Zoban likes to eat ...\"",
            "  stoa generate model.gguf --temperature 0.8 --top-p 0.95 --seed 7 --max-tokens 200 \"Hello\""
        })
final class GenerateCommand implements Runnable {
    private final House house;

    @Parameters(index = "0", paramLabel = "FILE", description = "The GGUF file.")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "PROMPT", description = "A user message; with --raw, the text as it is.")
    private String prompt = "";

    @Option(names = "--raw", description = "Do not apply the chat template.")
    private boolean raw;

    @Option(names = "--max-tokens", defaultValue = "128", description = "Default: ${DEFAULT-VALUE}")
    private int maxTokens = 128;

    @Option(names = "--temperature", defaultValue = "0", description = "0 is greedy. Default: ${DEFAULT-VALUE}")
    private double temperature;

    @Option(names = "--top-k", defaultValue = "0", description = "0 keeps all. Default: ${DEFAULT-VALUE}")
    private int topK;

    @Option(names = "--top-p", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}")
    private double topP = 1;

    @Option(names = "--min-p", defaultValue = "0", description = "Default: ${DEFAULT-VALUE}")
    private double minP;

    @Option(names = "--seed", defaultValue = "0", description = "Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(names = "--stop", description = "A string that ends the answer; may be repeated.")
    private List<String> stop = List.of();

    @Option(names = "--context", defaultValue = "512", description = "Context in tokens. Default: ${DEFAULT-VALUE}")
    private int context = 512;

    @Option(names = "--json", description = "Print the answer with its counts and times as JSON.")
    private boolean json;

    GenerateCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        GenerateOptions options =
                Arguments.checked(() -> new GenerateOptions(maxTokens, temperature, topK, topP, minP, seed, stop));
        EngineOptions engineOptions = Arguments.checked(() -> new EngineOptions(context, House.threads()));
        Prompt asked = Arguments.checked(() -> raw ? new Prompt.Text(prompt) : Prompt.user(prompt));
        try (Engine engine = house.llama().open(file, engineOptions)) {
            Generation answer = engine.generate(
                    asked,
                    options,
                    piece -> {
                        if (!json) {
                            house.out().print(piece);
                            house.out().flush();
                        }
                    },
                    () -> false);
            house.out().println(json ? JsonMapper.shared().writeValueAsString(answer) : "");
        }
    }
}
