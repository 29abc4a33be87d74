package io.stoa.cli;

import io.stoa.assess.EnginePool;
import io.stoa.benchmark.dataset.DownloadProgress;
import io.stoa.benchmark.dataset.HubDatasets;
import io.stoa.benchmark.harness.Prompts;
import io.stoa.benchmark.harness.TaskLibrary;
import io.stoa.benchmark.judge.CalibratedScore;
import io.stoa.benchmark.judge.Calibration;
import io.stoa.benchmark.judge.Judge;
import io.stoa.benchmark.judge.JudgeFiles;
import io.stoa.benchmark.judge.JudgePrompt;
import io.stoa.benchmark.judge.JudgedAnswer;
import io.stoa.benchmark.judge.Judgement;
import io.stoa.benchmark.judge.Judgements;
import io.stoa.benchmark.judge.JudgesShare;
import io.stoa.benchmark.judge.KeptAnswers;
import io.stoa.benchmark.judge.PairJudge;
import io.stoa.benchmark.judge.PairPrompt;
import io.stoa.benchmark.judge.Preference;
import io.stoa.benchmark.judge.Preferences;
import io.stoa.benchmark.judge.Scale;
import io.stoa.benchmark.judge.VerdictRule;
import io.stoa.engine.Engine;
import io.stoa.model.Interval;
import io.stoa.model.Score;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "judge",
        description = {
            "Let a model judge answers, and say what that is worth by people's labels on some of them.",
            "A judge errs. With --labels its errors, as far as the labelled answers show them, are in the interval"
                    + " (prediction-powered inference). Without labels there is only the judge's own share, which is no score."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "FILE of answers: JSON lines with id, question, answer, and perhaps reference; or samples that bench run"
                    + " --output or lm-evaluation-harness wrote. The rubric is a text with {question}, {answer} and perhaps"
                    + " {reference}, or for --against with {question}, {first} and {second} (each pair is shown in both"
                    + " orders). It must end by asking for a last line such as: verdict: yes",
            "What cannot be read as a verdict is left out and counted, never guessed. Label answers that are drawn at random,"
                    + " from about 50 on.",
            "",
            "Examples:",
            "  stoa bench judge --responses answers.jsonl --judge judge.gguf --rubric rubric.txt --labels labels.csv",
            "  stoa bench judge --responses results/m/samples_own_rag_2026-01-31.jsonl --judge http://127.0.0.1:8000/v1#big \\",
            "      --rubric rubric.txt --scale 1-5 --labels labels.jsonl --json",
            "  stoa bench judge --responses new.jsonl --against old.jsonl --judge judge.gguf --rubric better.txt"
        })
final class BenchJudgeCommand implements Runnable {
    private final House house;
    private final ProgressLine line;

    @Option(names = "--responses", required = true, paramLabel = "FILE", description = "The answers that are judged.")
    private Path responses = Path.of("");

    @Option(
            names = "--judge",
            required = true,
            paramLabel = "FILE|URL[#NAME]",
            description = "The judge: a GGUF file, or an OpenAI-compatible endpoint.")
    private String judge = "";

    @Option(names = "--rubric", required = true, paramLabel = "FILE", description = "What the judge is asked.")
    private Path rubric = Path.of("");

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "What people said: id and label, as JSON lines or CSV.")
    private Optional<Path> labels = Optional.empty();

    @Option(
            names = "--calibration",
            paramLabel = "FILE",
            description = "The labelled answers, where they are others than those that are judged (yes-no only).")
    private Optional<Path> calibration = Optional.empty();

    @Option(
            names = "--against",
            paramLabel = "FILE",
            description = "Answers to the same ids, to be compared with: is the answer of --responses the better one?")
    private Optional<Path> against = Optional.empty();

    @Option(
            names = "--scale",
            defaultValue = "yes-no",
            paramLabel = "yes-no|LOW-HIGH",
            description = "What a verdict can be, such as 1-5. Default: ${DEFAULT-VALUE}")
    private String scale = "yes-no";

    @Option(
            names = "--verdict",
            defaultValue = "last-line",
            paramLabel = "last-line|json",
            description =
                    "Where the verdict stands: a last line verdict: WORD, or a JSON object's key verdict. Default:"
                            + " ${DEFAULT-VALUE}")
    private String verdict = "last-line";

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "The task whose documents were answered, for files of answers without questions.")
    private Optional<String> task = Optional.empty();

    @Mixin
    private TaskOptions tasks = new TaskOptions();

    @Option(
            names = "--max-tokens",
            defaultValue = "512",
            paramLabel = "N",
            description = "For a judgement with its reasons. Default: ${DEFAULT-VALUE}")
    private int maxTokens = 512;

    @Option(names = "--limit", paramLabel = "N", description = "Judge the first N answers only.")
    private Optional<Integer> limit = Optional.empty();

    @Option(names = "--confidence", defaultValue = "0.95", description = "Default: ${DEFAULT-VALUE}")
    private double confidence = 0.95;

    @Option(
            names = "--key-env",
            paramLabel = "VARIABLE",
            description = "The environment variable with the endpoint's key.")
    private Optional<String> keyVariable = Optional.empty();

    @Option(names = "--context", paramLabel = "N", description = "The judge's context in tokens.")
    private Optional<Integer> context = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", description = "Native threads.")
    private Optional<Integer> threads = Optional.empty();

    @Option(
            names = "--cache",
            defaultValue = ".stoa/responses",
            paramLabel = "FOLDER",
            description = "Where the judge's answers are kept. Default: ${DEFAULT-VALUE}")
    private Path cache = Path.of(".stoa", "responses");

    @Option(names = "--output", paramLabel = "FILE", description = "Where each judgement goes, as JSON lines.")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--json", description = "Print the numbers as JSON.")
    private boolean json;

    BenchJudgeCommand(House house) {
        this.house = house;
        this.line = new ProgressLine(house.err(), house.terminal());
    }

    @Override
    public void run() {
        if (!(confidence > 0.5 && confidence < 1)) {
            throw StoaException.user("--confidence " + confidence + ": must lie between 0.5 and 1, such as 0.95");
        }
        if (maxTokens < 1 || limit.filter(count -> count < 1).isPresent()) {
            throw StoaException.user("--max-tokens and --limit must be positive");
        }
        if (against.isPresent() && (labels.isPresent() || calibration.isPresent())) {
            throw StoaException.user(
                    "--labels calibrate verdicts on single answers, not on pairs; leave them out, or judge"
                            + " each file on its own");
        }
        if (calibration.isPresent() && labels.isEmpty()) {
            throw StoaException.user(
                    "--calibration " + calibration.get() + ": its labels are missing; name them with" + " --labels");
        }
        VerdictRule rule = rule();
        Map<String, ObjectNode> asked = asked();
        List<JudgedAnswer> answers = answers(responses, asked);
        if (against.isPresent()) {
            PairPrompt prompt = Arguments.checked(() -> new PairPrompt(text(rubric), rule));
            List<PairJudge.Pair> pairs = pairs(answers, answers(against.get(), asked));
            tell(judged(engine -> new PairJudge(engine, prompt, maxTokens).compare(pairs, line.start("pairs"))));
            return;
        }
        JudgePrompt prompt = Arguments.checked(() -> new JudgePrompt(text(rubric), Scale.of(scale), rule));
        Map<String, Double> people =
                labels.map(file -> JudgeFiles.labels(file, prompt.scale())).orElse(Map.of());
        List<JudgedAnswer> labelled =
                calibration.map(file -> answers(file, asked)).orElse(List.of());
        List<Judgements> both = judged(engine -> {
            Judge model = new Judge(engine, prompt, maxTokens);
            return List.of(
                    model.judge(answers, line.start("answers")), model.judge(labelled, line.start("labelled answers")));
        });
        tell(both.getFirst(), both.getLast(), people);
    }

    private VerdictRule rule() {
        return switch (verdict) {
            case "last-line" -> VerdictRule.LAST_LINE;
            case "json" -> VerdictRule.JSON;
            default -> throw StoaException.user("--verdict " + verdict + ": write last-line or json");
        };
    }

    /** What the documents of a task were asked, by their numbers. */
    private Map<String, ObjectNode> asked() {
        Map<String, ObjectNode> asked = new LinkedHashMap<>();
        if (task.isPresent()) {
            TaskLibrary library = tasks.library();
            try (HubDatasets hub = house.hub()) {
                library.prompts(
                        task.get(),
                        tasks.overrides(),
                        tasks.data(library, task.get(), hub, DownloadProgress.NONE),
                        Prompts.Layout.PLAIN,
                        Integer.MAX_VALUE,
                        text -> {
                            ObjectNode document =
                                    (ObjectNode) JsonMapper.shared().readTree(text);
                            asked.put(document.path("doc_id").asString(), document);
                        });
            }
        }
        return asked;
    }

    private List<JudgedAnswer> answers(Path file, Map<String, ObjectNode> asked) {
        List<JudgedAnswer> all = JudgeFiles.answers(file, asked);
        return all.subList(0, Math.min(all.size(), limit.orElse(Integer.MAX_VALUE)));
    }

    private List<PairJudge.Pair> pairs(List<JudgedAnswer> ones, List<JudgedAnswer> others) {
        Map<String, JudgedAnswer> byId =
                others.stream().collect(Collectors.toMap(JudgedAnswer::id, other -> other, (first, _) -> first));
        List<PairJudge.Pair> pairs = new ArrayList<>();
        for (JudgedAnswer one : ones) {
            JudgedAnswer other = Optional.ofNullable(byId.get(one.id()))
                    .orElseThrow(() -> StoaException.user(against.orElseThrow() + ": has no answer to " + one.id()
                            + "; compare files with the same ids"));
            pairs.add(new PairJudge.Pair(one.id(), one.question(), one.answer(), other.answer()));
        }
        return pairs;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": is no UTF-8 text; save it as one", e);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER, file + ": cannot be read (" + e.getMessage() + "); name a rubric", e);
        }
    }

    /** What is done with an open judge. */
    private interface Work<T> {
        T with(Engine engine);
    }

    private <T> T judged(Work<T> work) {
        ModelOptions.Chosen chosen = new ModelOptions(judge, keyVariable, context, threads)
                .chosen(house)
                .getFirst();
        String identity = String.join(
                "\n",
                chosen.candidate().identity(),
                chosen.build(),
                "context " + chosen.options().contextTokens());
        // The pool closes the engine; closing it twice does no harm.
        try (EnginePool pool = chosen.pool(house);
                KeptAnswers engine = new KeptAnswers(pool.engine(chosen.candidate()), cache, identity)) {
            T result = Arguments.checked(() -> work.with(engine));
            if (engine.known() > 0) {
                house.err()
                        .printf(Locale.ROOT, "stoa: %,d of the judge's answers were known already%n", engine.known());
            }
            return result;
        } finally {
            line.clear();
        }
    }

    private void tell(Judgements judgements, Judgements labelled, Map<String, Double> people) {
        output.ifPresent(file -> write(file, judgements));
        JudgesShare share = Arguments.checked(() -> judgements.share(confidence));
        Optional<Calibration> checked = people.isEmpty()
                ? Optional.empty()
                : Optional.of(Arguments.checked(
                        () -> Calibration.of(labelled.judgements().isEmpty() ? judgements : labelled, people)));
        Optional<CalibratedScore> score =
                checked.map(by -> Arguments.checked(() -> labelled.judgements().isEmpty()
                        ? by.correct(confidence, Score.Stop.EXHAUSTED)
                        : by.correct(judgements, confidence, Score.Stop.EXHAUSTED)));
        if (json) {
            house.out().println(json(judgements, share, checked, score));
        } else {
            print(judgements, share, checked, score);
        }
    }

    private ObjectNode json(
            Judgements judgements, JudgesShare share, Optional<Calibration> checked, Optional<CalibratedScore> score) {
        ObjectNode told = JsonMapper.shared().createObjectNode();
        told.put("judge", judgements.judge());
        told.put("answers", judgements.judgements().size());
        told.put("scale", judgements.prompt().scale().written());
        told.put("error", score.isPresent() ? "measured" : "unknown");
        told.set("judges_share", JsonMapper.shared().valueToTree(share));
        score.ifPresent(value -> {
            told.set("score", JsonMapper.shared().valueToTree(value.score()));
            told.set("agreement", JsonMapper.shared().valueToTree(value.agreement()));
        });
        checked.ifPresent(by -> {
            told.put("labelled", by.n());
            told.put("labelled_unreadable", by.unreadable());
            by.sensitivity(confidence)
                    .ifPresent(
                            rate -> told.set("sensitivity", JsonMapper.shared().valueToTree(rate)));
            by.specificity(confidence)
                    .ifPresent(
                            rate -> told.set("specificity", JsonMapper.shared().valueToTree(rate)));
        });
        return told;
    }

    private void print(
            Judgements judgements, JudgesShare share, Optional<Calibration> checked, Optional<CalibratedScore> score) {
        house.out().println("judge: " + judgements.judge());
        print("the judge's own share, no score", share.share(), share.interval(), share.n(), "");
        dropped(judgements.dropped().toString(), judgements.judgements().size() - share.n());
        if (score.isEmpty()) {
            house.out()
                    .println(
                            "score: none, for the judge's error is unknown. Label some of these answers, drawn at random,"
                                    + " and give --labels");
            return;
        }
        Score value = score.get().score();
        print("score", value.estimate(), value.interval(), value.n(), ", " + value.method());
        Calibration by = checked.orElseThrow();
        house.out()
                .printf(
                        Locale.ROOT,
                        "labels: %,d with a verdict, %,d without; agreement κ %.2f%s%s%n",
                        by.n(),
                        by.unreadable(),
                        score.get().agreement().kappa(),
                        rate("; yes to people's yes", by.sensitivity(confidence)),
                        rate(", no to people's no", by.specificity(confidence)));
    }

    private void print(String what, double share, Interval interval, int n, String method) {
        house.out()
                .printf(
                        Locale.ROOT,
                        "%s: %.1f %% (%.1f to %.1f %%) of %,d%s%n",
                        what,
                        100 * share,
                        100 * interval.low(),
                        100 * interval.high(),
                        n,
                        method);
    }

    private void dropped(String reasons, int count) {
        if (count > 0) {
            house.out().printf(Locale.ROOT, "left out: %,d without a verdict %s%n", count, reasons);
        }
    }

    private static String rate(String what, Optional<Calibration.Rate> rate) {
        return rate.map(value -> String.format(
                        Locale.ROOT,
                        "%s %.0f %% (%.0f to %.0f)",
                        what,
                        100 * value.share(),
                        100 * value.interval().low(),
                        100 * value.interval().high()))
                .orElse("");
    }

    private void tell(Preferences preferences) {
        output.ifPresent(file -> write(file, preferences));
        JudgesShare share = Arguments.checked(() -> preferences.share(confidence));
        if (json) {
            ObjectNode told = JsonMapper.shared().createObjectNode();
            told.put("pairs", preferences.preferences().size());
            told.put("error", "unknown");
            told.set("judges_share", JsonMapper.shared().valueToTree(share));
            told.set("outcomes", JsonMapper.shared().valueToTree(preferences.outcomes()));
            told.put("inconsistent", preferences.inconsistent());
            house.out().println(told);
            return;
        }
        print(
                "the judge prefers --responses, ties half; no score",
                share.share(),
                share.interval(),
                share.n(),
                " pairs");
        dropped(preferences.dropped().toString(), preferences.preferences().size() - share.n());
        house.out()
                .printf(
                        Locale.ROOT,
                        "both orders: %s; %,d inconsistent, which count as ties%n",
                        preferences.outcomes(),
                        preferences.inconsistent());
        house.out().println("The judge's error is unknown: nobody labelled pairs.");
    }

    private static void write(Path file, Judgements judgements) {
        List<String> lines = new ArrayList<>();
        for (Judgement judgement : judgements.judgements()) {
            ObjectNode entry = JsonMapper.shared().createObjectNode().put("id", judgement.id());
            switch (judgement) {
                case Judgement.Verdict made -> entry.put("score", made.score()).put("text", made.text());
                case Judgement.Dropped lost ->
                    entry.put("dropped", lost.why().name()).put("text", lost.text());
            }
            lines.add(entry.toString());
        }
        write(file, lines);
    }

    private static void write(Path file, Preferences preferences) {
        List<String> lines = new ArrayList<>();
        for (Preference preference : preferences.preferences()) {
            ObjectNode entry = JsonMapper.shared().createObjectNode().put("id", preference.id());
            switch (preference) {
                case Preference.Compared made ->
                    entry.put("outcome", made.outcome().name());
                case Preference.Dropped lost -> entry.put("dropped", lost.why().name());
            }
            lines.add(entry.toString());
        }
        write(file, lines);
    }

    private static void write(Path file, List<String> lines) {
        WholeFile.write("--output", file, String.join("\n", lines) + "\n");
    }
}
