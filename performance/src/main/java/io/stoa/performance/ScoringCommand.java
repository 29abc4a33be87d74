package io.stoa.performance;

import io.stoa.engine.Batching;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.Prompt;
import io.stoa.engine.Question;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "scoring",
        description = {
            "Processor time of a multiple-choice question: a few-shot prefix, a question, four choices.",
            "From scratch (every choice reads all of it), llama-perplexity --hellaswag on the same texts, and Stoa's"
                    + " two modes. Loading the model is not counted on either side."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ScoringCommand implements Runnable {
    private static final int CHOICES = 4;
    private static final int CONTEXT = 1024;

    /** llama-perplexity puts as many tasks into a batch as fit its context. */
    private static final int THEIR_CONTEXT = 4096;

    @Mixin
    private final Bench bench = new Bench();

    @Option(names = "--reference", required = true, paramLabel = "DIR", description = "Where llama-perplexity is.")
    private Path reference = Path.of("");

    @Option(names = "--questions", defaultValue = "24", description = "Questions. Default: ${DEFAULT-VALUE}")
    private int questions = 24;

    @Option(
            names = "--scratch",
            defaultValue = "3",
            description = "How many of them to score from scratch, too. Default: ${DEFAULT-VALUE}")
    private int scratch = 3;

    @Option(names = "--prefix", defaultValue = "600", description = "Tokens of the prefix. Default: ${DEFAULT-VALUE}")
    private int prefixTokens = 600;

    @Override
    public void run() {
        LlamaRuntime runtime = Bench.runtime();
        Path model = bench.model(runtime);
        List<Question> asked;
        double fromScratch;
        double deterministic;
        Bench.tellLoad();
        try (Engine engine = runtime.open(model, new EngineOptions(CONTEXT, bench.threads()))) {
            asked = questions(engine);
            fromScratch = perQuestion(scratch, () -> {
                for (Question question : asked.subList(0, scratch)) {
                    for (String choice : question.continuations()) {
                        engine.logProbabilities(engine.tokenize(text(question) + choice, false), 0);
                    }
                }
            });
            tell("from scratch", fromScratch, fromScratch);
            deterministic = perQuestion(questions, () -> engine.scoreAll(asked));
            tell("stoa, deterministic mode", deterministic, fromScratch);
        }
        double theirs = theirs(model, asked);
        tell("llama-perplexity --hellaswag", theirs, fromScratch);
        double fast;
        Batching batching = new Batching.Continuous(1, 4 * CONTEXT, 1);
        try (Engine engine = runtime.open(model, new EngineOptions(CONTEXT, bench.threads(), batching))) {
            fast = perQuestion(questions, () -> engine.scoreAll(asked));
        }
        tell("stoa, fast mode", fast, fromScratch);
        bench.tell(
                "fast mode: %.1f x less than from scratch, %.1f x less than llama-perplexity",
                fromScratch / fast, theirs / fast);
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("scratchSeconds", fromScratch);
        figures.put("llamaPerplexitySeconds", theirs);
        figures.put("deterministicSeconds", deterministic);
        figures.put("fastSeconds", fast);
        figures.put("scratchRatio", fromScratch / fast);
        figures.put("llamaPerplexityRatio", theirs / fast);
        bench.figures(figures);
    }

    private void tell(String way, double seconds, double fromScratch) {
        bench.tell("%-30s %8.3f CPU seconds a question   %5.1f x less", way, seconds, fromScratch / seconds);
    }

    private static double perQuestion(int count, Runnable work) {
        Duration before = Bench.cpu();
        work.run();
        return Bench.cpu().minus(before).toNanos() / 1e9 / count;
    }

    private static String text(Question question) {
        return question.prompt() instanceof Prompt.Text(String text) ? text : "";
    }

    private List<Question> questions(Engine engine) {
        SplittableRandom random = new SplittableRandom(7);
        String prefix = words(engine, random, prefixTokens);
        List<Question> made = new ArrayList<>();
        for (int i = 0; i < questions; i++) {
            Prompt prompt = new Prompt.Text(prefix + words(engine, random, 60));
            List<String> choices = new ArrayList<>();
            for (int c = 0; c < CHOICES; c++) {
                choices.add(words(engine, random, 6));
            }
            made.add(new Question(prompt, choices));
        }
        return made;
    }

    /** Made-up words that begin with a space, about so many tokens. */
    private static String words(Engine engine, SplittableRandom random, int tokens) {
        StringBuilder text = new StringBuilder();
        while (engine.tokenize(text.toString(), false).size() < tokens) {
            text.append(' ');
            for (int letters = 2 + random.nextInt(3); letters > 0; letters--) {
                text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.toString();
    }

    /** Two runs: what the second takes more, its additional questions took. */
    private double theirs(Path model, List<Question> asked) {
        int few = Math.max(1, questions / 6);
        double all = theirSeconds(model, asked);
        double some = theirSeconds(model, asked.subList(0, few));
        return (all - some) / (questions - few);
    }

    private double theirSeconds(Path model, List<Question> asked) {
        StringBuilder tasks = new StringBuilder();
        for (Question question : asked) {
            tasks.append(text(question).strip()).append("\n0\n");
            question.continuations()
                    .forEach(choice -> tasks.append(choice.strip()).append('\n'));
        }
        try {
            Path file = Files.createTempFile("tasks", ".txt");
            try {
                Files.writeString(file, tasks);
                List<String> arguments = List.of(
                        "-m",
                        model.toString(),
                        "-f",
                        file.toString(),
                        "--hellaswag",
                        "--hellaswag-tasks",
                        Integer.toString(asked.size()),
                        "-t",
                        Integer.toString(bench.threads()),
                        "-tb",
                        Integer.toString(bench.threads()),
                        "-c",
                        Integer.toString(THEIR_CONTEXT));
                return new Reference(reference)
                                .run("llama-perplexity", arguments)
                                .cpu()
                                .toNanos()
                        / 1e9;
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, "the tasks' file: " + e.getMessage(), e);
        }
    }
}
