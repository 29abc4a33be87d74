package io.stoa.cli;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.LogLikelihood;
import io.stoa.engine.Prompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "score",
        description = "Print the exact log-likelihood of each continuation after a prompt, in nats.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Example:",
            "  stoa score examples/quickstart/models/micro.gguf \"What is the river of Donel?\" Dun Bel Tar"
        })
final class ScoreCommand implements Runnable {
    private final House house;

    @Parameters(index = "0", paramLabel = "FILE", description = "The GGUF file.")
    private Path file = Path.of("");

    @Parameters(index = "1", paramLabel = "PROMPT", description = "A user message; with --raw, the text as it is.")
    private String prompt = "";

    @Parameters(index = "2..*", arity = "1..*", paramLabel = "CONTINUATION", description = "What may follow.")
    private List<String> continuations = List.of();

    @Option(names = "--raw", description = "Do not apply the chat template.")
    private boolean raw;

    @Option(names = "--context", defaultValue = "512", description = "Context in tokens. Default: ${DEFAULT-VALUE}")
    private int context = 512;

    @Option(names = "--json", description = "Print JSON, with each token's value.")
    private boolean json;

    ScoreCommand(House house) {
        this.house = house;
    }

    record Scored(String continuation, double logLikelihood, boolean greedy, List<Double> tokens) {}

    @Override
    public void run() {
        EngineOptions options = Arguments.checked(() -> new EngineOptions(context, House.threads()));
        Prompt asked = Arguments.checked(() -> raw ? new Prompt.Text(prompt) : Prompt.user(prompt));
        List<Scored> scored = new ArrayList<>();
        try (Engine engine = house.llama().open(file, options)) {
            List<LogLikelihood> values = Arguments.checked(() -> engine.score(asked, continuations));
            for (int i = 0; i < values.size(); i++) {
                LogLikelihood value = values.get(i);
                scored.add(new Scored(continuations.get(i), value.sum(), value.greedy(), value.tokens()));
            }
        }
        if (json) {
            house.out().println(JsonMapper.shared().writeValueAsString(scored));
        } else {
            for (Scored one : scored) {
                house.out()
                        .printf(
                                Locale.ROOT,
                                "%12.6f  %2d tokens%s  %s%n",
                                one.logLikelihood(),
                                one.tokens().size(),
                                one.greedy() ? "  greedy" : "",
                                one.continuation());
            }
        }
    }
}
