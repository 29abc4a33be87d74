package io.stoa.integration.pipeline;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** One stage of a pipeline. */
public sealed interface Stage {
    Settings settings();

    default String name() {
        return settings().name();
    }

    /**
     * What every stage has.
     *
     * @param name unique among those it can be mixed up with
     * @param deadline how long one try of one of its steps may take
     * @param retries how many more times a step is tried that failed and whose repetition does no harm
     */
    record Settings(String name, Duration deadline, int retries) {
        public Settings {
            if (!deadline.isPositive() || retries < 0) {
                throw new IllegalArgumentException(
                        "stage " + name + ": a deadline is positive, retries are not negative");
            }
        }
    }

    /**
     * Finds passages.
     *
     * @param filter metadata that they must have
     */
    record Retrieve(
            Settings settings,
            String store,
            Expression query,
            int most,
            SequencedMap<String, Expression> filter,
            Optional<String> rewriteBy)
            implements Stage {
        public Retrieve {
            filter = new LinkedHashMap<>(filter);
        }
    }

    /**
     * Orders passages anew and keeps the best.
     *
     * @param model that judges them; none counts the question's words
     */
    record Rerank(Settings settings, Expression passages, Expression query, int most, Optional<String> model)
            implements Stage {}

    /**
     * Asks a model.
     *
     * @param schema of the JSON that it has to answer with
     * @param choices the only answers there are; empty when it is free
     * @param cites the passages whose numbers it may cite
     */
    record Generate(
            Settings settings,
            String model,
            Optional<Expression> system,
            Expression prompt,
            Sampling sampling,
            Optional<ObjectNode> schema,
            List<String> choices,
            Optional<Expression> cites)
            implements Stage {
        public Generate {
            choices = List.copyOf(choices);
        }
    }

    /** How a model draws its tokens. */
    record Sampling(int maxTokens, double temperature, double topP, long seed, List<String> stop) {
        public Sampling {
            stop = List.copyOf(stop);
        }
    }

    /**
     * Calls a tool.
     *
     * @param approve whether a person has to approve the call; when not said, if it changes anything
     */
    record CallTool(Settings settings, String tool, Expression.Members arguments, Optional<Boolean> approve)
            implements Stage {}

    /**
     * Lets a model call tools in turns.
     *
     * @param tools by name
     * @param turns the most answers of the model
     * @param calls the most calls of tools
     * @param approve which calls a person has to approve; when not said, those of tools that change anything
     */
    record RunAgent(
            Settings settings,
            String model,
            Optional<Expression> system,
            Expression prompt,
            Sampling sampling,
            List<String> tools,
            int turns,
            int calls,
            Optional<Boolean> approve)
            implements Stage {
        public RunAgent {
            tools = List.copyOf(tools);
        }
    }

    /**
     * Goes one of several ways.
     *
     * @param cases the first whose condition holds is taken
     * @param otherwise when none does
     */
    record Route(Settings settings, Expression on, SequencedMap<String, Case> cases, Optional<Branch> otherwise)
            implements Stage {
        public static final String OTHERWISE = "otherwise";

        public Route {
            cases = new LinkedHashMap<>(cases);
        }
    }

    record Case(Condition condition, Branch branch) {}

    /** When a case is taken. */
    sealed interface Condition {
        /** The value's text is this, but for case and white space around it. */
        record Is(String text) implements Condition {}

        /** The value is a number that compares so. */
        record Compares(Comparison comparison, double number) implements Condition {}
    }

    enum Comparison {
        BELOW("<"),
        AT_MOST("<="),
        AT_LEAST(">="),
        ABOVE(">");

        private final String sign;

        Comparison(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }

        boolean holds(double left, double right) {
            return switch (this) {
                case BELOW -> left < right;
                case AT_MOST -> left <= right;
                case AT_LEAST -> left >= right;
                case ABOVE -> left > right;
            };
        }
    }

    /** Goes several ways at once. */
    record Parallel(Settings settings, SequencedMap<String, Branch> branches, int atOnce) implements Stage {
        public Parallel {
            branches = new LinkedHashMap<>(branches);
        }
    }

    /**
     * Stages of their own, of which one value comes out.
     *
     * @param stages in the order in which they are carried out
     */
    record Branch(List<Stage> stages, Expression result, ValueType type) {
        public Branch {
            stages = List.copyOf(stages);
            requireNonNull(result, "result");
            requireNonNull(type, "type");
        }
    }

    /**
     * Lets a text pass or not.
     *
     * @param otherwise the text in its place; without one, what does not pass stops the run
     */
    record Guard(Settings settings, Expression check, Rules rules, Optional<Expression> otherwise) implements Stage {}

    /**
     * What a guard asks of a text.
     *
     * @param matches what must be found in it
     * @param forbids what must not be
     * @param longest the most characters
     * @param cites passages of which it must cite at least one, by number, and no other
     * @param supported whether the words of each sentence must stand in what it cites
     * @param number something that goes with it, such as a score of retrieval
     * @param above the least that it may be
     */
    record Rules(
            List<Pattern> matches,
            List<Pattern> forbids,
            Optional<Integer> longest,
            Optional<Expression> cites,
            boolean supported,
            Optional<Expression> number,
            OptionalDouble above) {
        public Rules {
            matches = List.copyOf(matches);
            forbids = List.copyOf(forbids);
        }
    }

    /**
     * Asks a person.
     *
     * @param show what the person decides on
     * @param stops whether a refusal stops the run
     */
    record Human(Settings settings, Expression ask, Expression.Members show, boolean stops) implements Stage {}
}
