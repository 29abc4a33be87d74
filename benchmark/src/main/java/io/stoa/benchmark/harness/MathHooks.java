package io.stoa.benchmark.harness;

import io.stoa.benchmark.math.MathAnswer;
import io.stoa.benchmark.math.MathEquality;
import io.stoa.benchmark.math.MinervaMath;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * MATH of the Open LLM Leaderboard v2: problems of level 5, scored twice. {@code exact_match} compares values, where the
 * harness asks math_verify; {@code exact_match_original} keeps to the rules that the board began with.
 */
final class MathHooks {
    private MathHooks() {}

    /** Those of level 5, with the answer from the solution's last box. */
    static List<ObjectNode> hardest(List<ObjectNode> documents) {
        return documents.stream()
                .filter(document -> HarnessHooks.text(document, "level").equals("Level 5"))
                .map(document -> {
                    String solution = HarnessHooks.text(document, "solution");
                    return document.deepCopy()
                            .put("answer", MinervaMath.lastBoxed(solution).orElse(MinervaMath.INVALID));
                })
                .toList();
    }

    static JsonNode text(ObjectNode document) {
        return JsonNodeFactory.instance.stringNode(
                "Problem:\n" + HarnessHooks.text(document, "problem") + "\n\nSolution:");
    }

    static SequencedMap<String, Measured> results(ObjectNode document, List<Outcome> outcomes) {
        String solution = HarnessHooks.text(document, "solution");
        String output = Outcome.text(outcomes);
        SequencedMap<String, Measured> scores = new LinkedHashMap<>();
        scores.put("exact_match", new Measured.Value(sameValue(solution, output) ? 1 : 0));
        scores.put("exact_match_original", new Measured.Value(MinervaMath.ORIGINAL.correct(solution, output) ? 1 : 0));
        return scores;
    }

    private static boolean sameValue(String solution, String output) {
        Optional<String> answer = MathAnswer.extract(output);
        return answer.isPresent()
                && MathAnswer.extract(solution)
                        .filter(gold -> MathEquality.compare(gold, answer.get()) instanceof MathEquality.Result.Equal)
                        .isPresent();
    }

    /** The four worked examples, which are not part of this project: they stand in the harness' own file. */
    static List<ObjectNode> examples(Path folder) {
        return new PythonModule(folder.resolve("utils.py")).documents("list_fewshot_samples");
    }
}
