package io.stoa.performance;

import io.stoa.benchmark.dataset.DatasetReader;
import io.stoa.benchmark.dataset.LocalDatasets;
import io.stoa.benchmark.harness.Evaluation;
import io.stoa.benchmark.harness.ShippedTasks;
import io.stoa.benchmark.harness.TaskData;
import io.stoa.benchmark.harness.TaskLibrary;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** How fast are stored answers scored? */
@Command(
        name = "rescoring",
        description = {
            "Scores made-up answers to a made-up GSM8K (two filters of regular expressions, four expressions taken out"
                    + " of reference and answer) and says how many a second, reading them included.",
            "First by the program itself, started anew each time: once with one answer, which shows what the start and the"
                    + " documents take, and once with all. Then again and again in one process, whose first rounds warm"
                    + " Java's compiler; there the documents are read once, outside of the time."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class RescoringCommand implements Runnable {
    private static final List<String> WORDS = List.of(
            "the",
            "of",
            "bucket",
            "gives",
            "away",
            "sells",
            "how",
            "many",
            "apples",
            "left",
            "each",
            "day",
            "total",
            "then",
            "remaining",
            "per",
            "cost",
            "price",
            "week",
            "number",
            "they",
            "has");

    @Option(names = "--items", defaultValue = "100000", description = "Answers. Default: ${DEFAULT-VALUE}")
    private int items = 100_000;

    @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}")
    private int rounds = 5;

    @Option(
            names = "--starts",
            defaultValue = "3",
            description = "How often the program is started. Default: ${DEFAULT-VALUE}")
    private int starts = 3;

    @Override
    public void run() {
        try {
            Path folder = Files.createTempDirectory("stoa-rescoring");
            Path documents = folder.resolve("test.jsonl");
            Path answers = folder.resolve("answers.jsonl");
            Path one = folder.resolve("one.jsonl");
            write(documents, answers, one);
            for (int start = 1; start <= starts; start++) {
                double alone = started(documents, one);
                double whole = started(documents, answers);
                System.out.printf(
                        Locale.ROOT,
                        "start %d: %,d items in %.2f s, of which start and documents %.2f s; %,.0f items/s, and %,.0f of the"
                                + " whole time%n",
                        start,
                        items,
                        whole,
                        alone,
                        items / (whole - alone),
                        items / whole);
            }
            TaskLibrary library = new TaskLibrary(List.of(ShippedTasks.folder()));
            TaskData data = new TaskData(new LocalDatasets(Map.of("openai/gsm8k", documents), new DatasetReader()));
            score(library, data, one);
            for (int round = 1; round <= rounds; round++) {
                System.gc();
                long used = used();
                long started = System.nanoTime();
                Evaluation evaluation = score(library, data, answers);
                double seconds = (System.nanoTime() - started) / 1e9;
                System.out.printf(
                        Locale.ROOT,
                        "round %d: %,d items in %.2f s, %,.0f items/s; %.1f MiB more in use (%s %.4f)%n",
                        round,
                        items,
                        seconds,
                        items / seconds,
                        (used() - used) / 1048576.0,
                        evaluation
                                .tasks()
                                .firstEntry()
                                .getValue()
                                .numbers()
                                .getFirst()
                                .key(),
                        evaluation
                                .tasks()
                                .firstEntry()
                                .getValue()
                                .numbers()
                                .getFirst()
                                .value());
            }
            Performance.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many seconds the program takes from its start to its end. */
    private static double started(Path documents, Path answers) {
        List<String> arguments = List.of(
                "bench",
                "score",
                "--task",
                "gsm8k",
                "--num-fewshot",
                "0",
                "--data",
                "openai/gsm8k=" + documents,
                "--responses",
                answers.toString());
        return new Reference(Performance.root()).run("stoa", arguments).wall().toNanos() / 1e9;
    }

    private static Evaluation score(TaskLibrary library, TaskData data, Path answers) {
        return Evaluation.ofStored(
                library, "gsm8k", Map.of("num_fewshot", 0), Optional.of(data), answers, false, Optional.empty());
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private void write(Path documents, Path answers, Path one) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        JsonNodeFactory json = JsonNodeFactory.instance;
        JsonMapper mapper = JsonMapper.shared();
        try (BufferedWriter asked = Files.newBufferedWriter(documents);
                BufferedWriter answered = Files.newBufferedWriter(answers)) {
            for (int i = 0; i < items; i++) {
                int right = random.nextInt(1, 5000);
                ObjectNode document = json.objectNode();
                document.put("question", text(random, 40));
                document.put("answer", text(random, 50) + "\n#### " + right);
                asked.write(mapper.writeValueAsString(document) + "\n");
                ObjectNode answer = json.objectNode();
                answer.put("doc_id", i);
                answer.put(
                        "response",
                        text(random, 60) + " 12 + 30 = 42\n#### " + (random.nextDouble() < 0.6 ? right : right + 1));
                answered.write(mapper.writeValueAsString(answer) + "\n");
                if (i == 0) {
                    Files.writeString(one, mapper.writeValueAsString(answer));
                }
            }
        }
    }

    private static String text(SplittableRandom random, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(i > 0 ? " " : "").append(WORDS.get(random.nextInt(WORDS.size())));
        }
        return text.toString();
    }
}
