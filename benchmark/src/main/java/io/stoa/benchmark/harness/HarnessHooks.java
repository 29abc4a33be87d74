package io.stoa.benchmark.harness;

import io.stoa.benchmark.ifeval.InstructionList;
import io.stoa.benchmark.metric.Words;
import io.stoa.benchmark.task.PythonPattern;
import io.stoa.benchmark.task.PythonRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the functions of lm-evaluation-harness 0.4.13 do that the tasks of the leaderboards name, and functions of tasks of
 * our own.
 */
final class HarnessHooks {
    private static final PythonPattern BRACKETS = new PythonPattern("\\[.*?\\]");
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private HarnessHooks() {}

    /**
     * @param programs runs what models write, where that is allowed
     */
    static Hooks all(Optional<PythonPrograms> programs) {
        return ofWorkloads(ofTheHarness(), programs);
    }

    private static Hooks ofWorkloads(Hooks hooks, Optional<PythonPrograms> programs) {
        CodeHooks code = new CodeHooks(programs);
        Hooks.OfDocuments summaries = SummaryHooks::documents;
        Hooks.OfAnswers rouge = SummaryHooks::results;
        Hooks.OfDocuments texts = ReadingHooks::texts;
        Hooks.OfAnswers extracted = ReadingHooks::extracted;
        Hooks.OfDocuments passages = ReadingHooks::passages;
        Hooks.OfAnswers grounded = ReadingHooks::grounded;
        // By name it would come with the harness' bootstrap, whose 100,000 rounds over 11,873 documents take minutes.
        Hooks.OfMeasured matthews = Aggregation.named("matthews_corrcoef").orElseThrow()::of;
        Hooks.OfAnswers chat = ChatHooks::results;
        Hooks.OfAnswers humanEval = code::humanEval;
        Hooks.OfAnswers mbpp = code::mbpp;
        return hooks.bind("summaries", summaries)
                .bind("rouge", rouge)
                .bind("texts", texts)
                .bind("extracted", extracted)
                .bind("passages", passages)
                .bind("grounded", grounded)
                .bind("matthews", matthews)
                .bind("chat_checks", chat)
                .bind("humaneval", humanEval)
                .bind("mbpp", mbpp);
    }

    private static Hooks ofTheHarness() {
        Hooks.OfDocument winograndeText = HarnessHooks::winograndeText;
        Hooks.OfDocument winograndeTarget = HarnessHooks::winograndeTarget;
        Hooks.OfDocument winograndeChoices = HarnessHooks::winograndeChoices;
        Hooks.OfDocument mmluProText = HarnessHooks::mmluProText;
        Hooks.OfDocument mmluProChoices = HarnessHooks::mmluProChoices;
        Hooks.OfDocument musrText = HarnessHooks::musrText;
        Hooks.OfDocument musrChoices = document -> pythonList(document, "choices");
        Hooks.OfDocuments hellaswag = documents -> mapped(documents, HarnessHooks::hellaswag);
        Hooks.OfDocuments gpqa = HarnessHooks::gpqa;
        Hooks.OfDocuments math = MathHooks::hardest;
        Hooks.OfDocument mathText = MathHooks::text;
        Hooks.OfAnswers mathResults = MathHooks::results;
        Hooks.OfFolder mathExamples = MathHooks::examples;
        Hooks.OfAnswers truthfulQa = HarnessHooks::truthfulMass;
        Hooks.OfAnswers ifeval = HarnessHooks::instructions;
        Hooks.OfDocument toolText = ToolCallHooks::text;
        Hooks.OfDocument toolTarget = ToolCallHooks::target;
        Hooks.OfAnswers toolResults = ToolCallHooks::results;
        Hooks.OfMeasured pooled = Aggregation.pooled("pooled")::of;
        return new Hooks()
                .bind("bfcl/utils.doc_to_text", toolText)
                .bind("bfcl/utils.doc_to_target", toolTarget)
                .bind("bfcl/utils.process_results", toolResults)
                .bind("ifeval/utils.process_results", ifeval)
                .bind("ifeval/utils.agg_inst_level_acc", pooled)
                .bind("hellaswag/utils.process_docs", hellaswag)
                .bind("winogrande/preprocess_winogrande.doc_to_text", winograndeText)
                .bind("winogrande/preprocess_winogrande.doc_to_target", winograndeTarget)
                .bind("winogrande/preprocess_winogrande.doc_to_choice", winograndeChoices)
                .bind("truthfulqa/utils.process_results_mc2", truthfulQa)
                .bind("leaderboard/gpqa/utils.process_docs", gpqa)
                .bind("leaderboard/math/utils.process_docs", math)
                .bind("leaderboard/math/utils.doc_to_text", mathText)
                .bind("leaderboard/math/utils.process_results", mathResults)
                .bind("leaderboard/math/utils.list_fewshot_samples", mathExamples)
                .bind("leaderboard/mmlu_pro/utils.doc_to_text", mmluProText)
                .bind("leaderboard/mmlu_pro/utils.doc_to_choice", mmluProChoices)
                .bind("leaderboard/musr/utils.doc_to_text", musrText)
                .bind("leaderboard/musr/utils.doc_to_choice", musrChoices);
    }

    private static List<ObjectNode> mapped(List<ObjectNode> documents, UnaryOperator<ObjectNode> function) {
        return documents.stream()
                .map(document -> {
                    // As datasets.map: the columns of the row, with those of the function above them.
                    ObjectNode all = document.deepCopy();
                    all.setAll(function.apply(document));
                    return all;
                })
                .toList();
    }

    private static ObjectNode hellaswag(ObjectNode document) {
        ObjectNode made = JsonNodeFactory.instance.objectNode();
        made.put(
                "query",
                cleaned(text(document, "activity_label") + ": " + text(document, "ctx_a") + " "
                        + capitalized(text(document, "ctx_b"))));
        ArrayNode choices = made.putArray("choices");
        document.path("endings").forEach(ending -> choices.add(cleaned(ending.asString())));
        made.put("gold", document.path("label").asInt(-1));
        return made;
    }

    /** Without the marks that WikiHow's pages left. */
    private static String cleaned(String text) {
        return BRACKETS.removeFrom(Words.strip(text).replace(" [title]", ". ")).replace("  ", " ");
    }

    /** As {@code str.capitalize()}. */
    private static String capitalized(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        int title = Character.toTitleCase(text.codePointAt(0));
        return Character.toString(title) + text.substring(first).toLowerCase(Locale.ROOT);
    }

    private static JsonNode winograndeText(ObjectNode document) {
        return JsonNodeFactory.instance.numberNode(
                switch (text(document, "answer")) {
                    case "1" -> 0;
                    case "2" -> 1;
                    default -> throw new IllegalArgumentException("answer is neither 1 nor 2");
                });
    }

    private static JsonNode winograndeTarget(ObjectNode document) {
        String sentence = text(document, "sentence");
        return JsonNodeFactory.instance.stringNode(Words.strip(sentence.substring(gap(sentence) + 1)));
    }

    private static JsonNode winograndeChoices(ObjectNode document) {
        String sentence = text(document, "sentence");
        String before = sentence.substring(0, gap(sentence));
        return JsonNodeFactory.instance
                .arrayNode()
                .add(before + text(document, "option1"))
                .add(before + text(document, "option2"));
    }

    private static int gap(String sentence) {
        int gap = sentence.indexOf('_');
        if (gap < 0) {
            throw new IllegalArgumentException("the sentence has no gap _");
        }
        return gap;
    }

    /** The share of probability that the true answers have (S. Lin et al., arXiv 2109.07958, MC2). */
    private static SequencedMap<String, Measured> truthfulMass(ObjectNode document, List<Outcome> outcomes) {
        List<Outcome.Likelihood> likelihoods = Outcome.likelihoods(outcomes);
        JsonNode labels = document.path("mc2_targets").path("labels");
        if (labels.size() != likelihoods.size()) {
            throw new IllegalArgumentException(
                    labels.size() + " labels of mc2_targets for " + likelihoods.size() + " choices");
        }
        double all = 0;
        double right = 0;
        for (int i = 0; i < likelihoods.size(); i++) {
            double probability = Math.exp(likelihoods.get(i).logLikelihood());
            all += probability;
            right += labels.path(i).asInt(0) == 1 ? probability : 0;
        }
        SequencedMap<String, Measured> scores = new LinkedHashMap<>();
        scores.put("acc", new Measured.Value(right / all));
        return scores;
    }

    private static SequencedMap<String, Measured> instructions(ObjectNode document, List<Outcome> outcomes) {
        InstructionList.Followed followed = InstructionList.of(
                        document.path("instruction_id_list"), document.path("kwargs"))
                .check(Outcome.text(outcomes));
        SequencedMap<String, Measured> scores = new LinkedHashMap<>();
        scores.put("prompt_level_strict_acc", new Measured.Value(followed.allStrictly() ? 1 : 0));
        scores.put("inst_level_strict_acc", new Measured.Flags(followed.strict()));
        scores.put("prompt_level_loose_acc", new Measured.Value(followed.allLoosely() ? 1 : 0));
        scores.put("inst_level_loose_acc", new Measured.Flags(followed.loose()));
        return scores;
    }

    /**
     * The options of GPQA in a drawn order. The harness draws from Python's global generator, seeded with 0 at its start, so
     * its order depends on all that drew before: the same order is only had here where the split is the first thing that
     * draws. To compare with a run of the harness, import its logged samples.
     */
    private static List<ObjectNode> gpqa(List<ObjectNode> documents) {
        PythonRandom random = new PythonRandom(0);
        return mapped(documents, document -> gpqa(document, random));
    }

    private static ObjectNode gpqa(ObjectNode document, PythonRandom random) {
        String right = option(document, "Correct Answer");
        List<String> options = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            options.add(option(document, "Incorrect Answer " + i));
        }
        options.add(right);
        random.shuffle(options);
        ObjectNode made = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < options.size(); i++) {
            made.put("choice" + (i + 1), options.get(i));
        }
        return made.put("answer", "(" + letter(options.indexOf(right)) + ")");
    }

    private static String option(ObjectNode document, String column) {
        return document.path(column).isNull() ? " " : cleaned(text(document, column));
    }

    private static JsonNode mmluProText(ObjectNode document) {
        StringBuilder text = new StringBuilder(text(document, "question")).append('\n');
        JsonNode options = document.path("options");
        for (int i = 0; i < options.size(); i++) {
            text.append(letter(i))
                    .append(". ")
                    .append(options.path(i).asString())
                    .append('\n');
        }
        return JsonNodeFactory.instance.stringNode(text.append("Answer:").toString());
    }

    private static JsonNode mmluProChoices(ObjectNode document) {
        ArrayNode letters = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < document.path("options").size(); i++) {
            letters.add(String.valueOf(letter(i)));
        }
        return letters;
    }

    private static char letter(int index) {
        if (index >= LETTERS.length()) {
            throw new IllegalArgumentException("more than " + LETTERS.length() + " options");
        }
        return LETTERS.charAt(index);
    }

    private static JsonNode musrText(ObjectNode document) {
        StringBuilder choices = new StringBuilder();
        int number = 1;
        for (JsonNode choice : pythonList(document, "choices")) {
            choices.append(number++).append(" - ").append(choice.asString()).append('\n');
        }
        return JsonNodeFactory.instance.stringNode(
                text(document, "narrative") + "\n\n" + text(document, "question") + "\n\n" + choices + "\nAnswer:");
    }

    private static JsonNode pythonList(ObjectNode document, String column) {
        List<JsonNode> items = new ArrayList<>();
        PythonLiteral.parse(text(document, column))
                .orElseThrow(() -> new IllegalArgumentException(column + " is no Python list"))
                .forEach(items::add);
        return JsonNodeFactory.instance.arrayNode().addAll(items);
    }

    static String text(ObjectNode document, String column) {
        JsonNode value = document.path(column);
        if (!value.isString()) {
            throw new IllegalArgumentException(
                    column + " is " + (value.isMissingNode() ? "missing" : "no text: " + value));
        }
        return value.stringValue();
    }
}
