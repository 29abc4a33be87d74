package io.stoa.benchmark.harness;

import io.stoa.model.StoaException;
import io.stoa.model.measure.Attempts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** Programs, judged by running their tests: {@code pass@k} (M. Chen et al., arXiv 2107.03374). */
final class CodeHooks {
    private static final List<Integer> DRAWS = List.of(1, 2, 5, 10, 100);
    private static final Pattern FENCE = Pattern.compile("```[A-Za-z0-9+]{0,20}[ \\t]{0,8}\\r?\\n");

    private final Optional<PythonPrograms> programs;

    CodeHooks(Optional<PythonPrograms> programs) {
        this.programs = programs;
    }

    /** HumanEval: the answer goes on with the prompt, or defines the whole function again. */
    SequencedMap<String, Measured> humanEval(ObjectNode document, List<Outcome> outcomes) {
        return score(document, outcomes, CodeHooks::humanEvalProgram);
    }

    /** MBPP: the answer is the whole program. */
    SequencedMap<String, Measured> mbpp(ObjectNode document, List<Outcome> outcomes) {
        return score(document, outcomes, CodeHooks::mbppProgram);
    }

    private static String humanEvalProgram(ObjectNode document, String answer) {
        String name = HarnessHooks.text(document, "entry_point");
        String code = block(answer).orElse(answer);
        // A function of which the prompt has only the head is whole Python, for its docstring is a body.
        String between = code.contains("def " + name + "(") ? "\n" : "";
        return HarnessHooks.text(document, "prompt") + between + code + "\n" + HarnessHooks.text(document, "test")
                + "\ncheck(" + name + ")\n";
    }

    private static String mbppProgram(ObjectNode document, String answer) {
        StringBuilder program = new StringBuilder(block(answer).orElse(answer)).append('\n');
        if (document.path("test_setup_code").isString()) {
            program.append(document.path("test_setup_code").stringValue()).append('\n');
        }
        document.path("test_list")
                .forEach(test -> program.append(test.asString()).append('\n'));
        return program.toString();
    }

    /** The first fenced block; one that is not closed reaches to the end. */
    private static Optional<String> block(String answer) {
        Matcher begin = FENCE.matcher(answer);
        if (!begin.find()) {
            return Optional.empty();
        }
        int end = answer.indexOf("```", begin.end());
        return Optional.of(answer.substring(begin.end(), end < 0 ? answer.length() : end));
    }

    private SequencedMap<String, Measured> score(
            ObjectNode document, List<Outcome> outcomes, BiFunction<ObjectNode, String, String> program) {
        PythonPrograms runs = programs.orElseThrow(() ->
                StoaException.user("this task runs code that models write; allow it with --confirm-run-unsafe-code,"
                        + " in a container that has nothing to lose"));
        List<String> all = new ArrayList<>();
        ((Outcome.Text) outcomes.getFirst()).answers().forEach(answer -> all.add(program.apply(document, answer)));
        int right = runs.passing(all);
        SequencedMap<String, Measured> scores = new LinkedHashMap<>();
        for (int k : DRAWS) {
            if (k <= all.size()) {
                scores.put("pass@" + k, new Measured.Value(Attempts.passAtK(all.size(), right, k)));
            }
        }
        return scores;
    }
}
