package io.stoa.cli;

import io.stoa.edge.bundle.SelfTest;
import io.stoa.edge.bundle.SelfTestMaker;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.model.Bytes;
import io.stoa.model.Machine;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a device asks itself after it has installed a bundle, and how it is measured. */
final class SelfTestOptions {
    private static final int CONTEXT = 4096;

    private static final List<String> PROMPTS = List.of(
            "Say hello.",
            "What is two plus two?",
            "Name three colours.",
            "Write one sentence about the sea.",
            "Which day comes after Monday?");

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description = "One prompt a line; better your own than the five that are asked otherwise.")
    private Optional<Path> prompts = Optional.empty();

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "32",
            description = "Of each answer. Default: ${DEFAULT-VALUE}")
    private int maxTokens = 32;

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "Context in tokens. Default: what the model was made for, at most 4096")
    private Optional<Integer> context = Optional.empty();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Native threads. Default: one less than there are cores")
    private Optional<Integer> threads = Optional.empty();

    SelfTest make(House house, Path model) {
        GgufHeader header = Preflight.examine(model);
        int tokens = context.orElse(
                (int) Math.min(CONTEXT, header.hyperParameter("context_length").orElse(CONTEXT)));
        EngineOptions options = Arguments.checked(() -> new EngineOptions(tokens, threads.orElse(House.threads())));
        Bytes memory = house.llama().measureMemory(model, tokens).total();
        Machine machine = House.thisMachine().read();
        try (Engine engine = house.llama().open(model, options)) {
            SelfTestMaker maker = new SelfTestMaker(
                    engine, tokens, memory, machine.processor() + ", " + options.threads() + " threads");
            return BundleCommand.watched(
                    house, "prompts of the self-test", progress -> maker.make(prompts(), maxTokens, progress));
        } catch (IllegalArgumentException e) {
            throw new StoaException(StoaException.Kind.USER, "the self-test: " + e.getMessage(), e);
        }
    }

    private List<String> prompts() {
        if (prompts.isEmpty()) {
            return PROMPTS;
        }
        List<String> lines = WholeText.of(prompts.get())
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        if (lines.isEmpty() || lines.size() > SelfTest.MOST_CASES) {
            throw StoaException.user(prompts.get() + ": holds " + lines.size() + " prompts; a self-test has 1 to "
                    + SelfTest.MOST_CASES + ", one a line");
        }
        return lines;
    }
}
