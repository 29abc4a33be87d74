package io.stoa.integration.retrieve;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Engine;
import io.stoa.engine.GenerateOptions;
import io.stoa.engine.Prompt;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Rewrites questions by a model, greedily, so that the same question always gives the same wordings. */
public final class ModelRewriter implements QueryRewriter {
    private static final int LONGEST_WORDING = 400;
    private static final int LONGEST_PASSAGE = 2_000;
    private static final int LONGEST_CONVERSATION = 8_000;
    private static final int MOST_WORDINGS = 10;

    /** What models put before an item of a list. */
    private static final Pattern BULLET = Pattern.compile("^(?:[-*•]|\\(?\\d{1,2}[.):])\\s*");

    private final Engine engine;
    private final Way way;
    private final int wordings;

    /** How a question is rewritten. */
    public enum Way {
        /** A follow-up becomes a question that stands alone; without a conversation nothing is asked of the model. */
        STANDALONE,
        /** The question and other wordings of it, whose rankings are fused. */
        SEVERAL,
        /**
         * The question and a passage that might answer it, which lies nearer to real answers than the question does. L. Gao
         * et al., "Precise Zero-Shot Dense Retrieval without Relevance Labels", ACL 2023.
         */
        HYPOTHETICAL
    }

    /**
     * @param wordings how many besides the question, 1 to 10; for {@link Way#SEVERAL} only
     * @throws StoaException of kind {@code USER} when the engine does not generate
     */
    public ModelRewriter(Engine engine, Way way, int wordings) {
        this.engine = engine;
        this.way = requireNonNull(way, "way");
        this.wordings = wordings;
        if (wordings < 1 || wordings > MOST_WORDINGS) {
            throw new IllegalArgumentException(
                    "a question is put in 1 to " + MOST_WORDINGS + " other ways: " + wordings);
        }
        if (!engine.capabilities().contains(Engine.Capability.GENERATE)) {
            throw StoaException.user(
                    engine.facts().name() + ": does not generate, so it rewrites no questions; choose another model");
        }
    }

    @Override
    public String name() {
        return way.name().toLowerCase(Locale.ROOT) + (way == Way.SEVERAL ? " " + wordings : "") + ", by "
                + engine.facts().name();
    }

    @Override
    public List<String> rewrite(String question, List<String> conversation) {
        return switch (way) {
            case STANDALONE -> conversation.isEmpty() ? List.of(question) : List.of(standalone(question, conversation));
            case SEVERAL -> several(question);
            case HYPOTHETICAL -> hypothetical(question);
        };
    }

    private String standalone(String question, List<String> conversation) {
        String said = String.join("\n", conversation);
        said = said.substring(Math.max(0, said.length() - LONGEST_CONVERSATION));
        String answer = ask(
                "Rewrite the last question so that it can be understood without the conversation. Answer with the"
                        + " question alone.\n\nConversation:\n" + said + "\n\nLast question: " + question
                        + "\n\nRewritten question:",
                120);
        return lines(answer).stream().findFirst().orElse(question);
    }

    private List<String> several(String question) {
        String answer = ask(
                "Write " + wordings + " other ways to ask this question, each with other words, one a line, without"
                        + " numbers.\n\nQuestion: " + question,
                80 * wordings);
        List<String> all = new ArrayList<>(List.of(question));
        for (String line : lines(answer)) {
            if (all.size() <= wordings && all.stream().noneMatch(line::equalsIgnoreCase)) {
                all.add(line);
            }
        }
        return all;
    }

    private List<String> hypothetical(String question) {
        String passage = ask("Write a short passage that answers the question.\n\nQuestion: " + question, 200)
                .strip();
        return passage.isEmpty()
                ? List.of(question)
                : List.of(question, passage.substring(0, Math.min(LONGEST_PASSAGE, passage.length())));
    }

    private String ask(String prompt, int tokens) {
        return engine.generate(Prompt.user(prompt), GenerateOptions.greedy(tokens))
                .text();
    }

    private static List<String> lines(String answer) {
        return answer.lines()
                .map(String::strip)
                .map(line -> BULLET.matcher(line).replaceFirst(""))
                .map(line -> line.length() > 1 && line.startsWith("\"") && line.endsWith("\"")
                        ? line.substring(1, line.length() - 1)
                        : line)
                .map(String::strip)
                .filter(line -> !line.isEmpty() && line.length() <= LONGEST_WORDING && !line.endsWith(":"))
                .toList();
    }
}
