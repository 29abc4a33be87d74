package io.stoa.license.use;

import io.stoa.license.clause.Effect;
import io.stoa.license.clause.Licenses;
import io.stoa.license.use.Answer.Outcome;
import io.stoa.license.use.StackAnswer.Duty;
import io.stoa.license.use.StackAnswer.PartAnswer;
import io.stoa.model.IntendedUse;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Answers whether models may be used together: every one of them must allow its part of it. */
public final class StackExaminer {
    /** More models than this are more than one stack. */
    public static final int MOST_MODELS = 8;

    private final UseExaminer examiner;

    public StackExaminer(Licenses licenses) {
        this(new UseExaminer(licenses));
    }

    StackExaminer(UseExaminer examiner) {
        this.examiner = examiner;
    }

    /**
     * Examines a use. The same arguments give the same answer.
     *
     * @throws StoaException of kind {@code USER} when there are no models, too many, or two of one name
     */
    public StackAnswer examine(List<Part> stack, IntendedUse use) {
        refuseIfWrong(stack);
        List<PartAnswer> parts = new ArrayList<>();
        for (Part part : stack) {
            Answer answer = examiner.examine(part.lineage(), part.use(use));
            parts.add(new PartAnswer(part.name(), part.role(), answer, answer.proof()));
        }
        Outcome outcome = parts.stream()
                .map(part -> part.answer().outcome())
                .max(Outcome::compareTo)
                .orElseThrow();
        return new StackAnswer(outcome, parts, duties(parts));
    }

    /** What {@link #examine} comes to, without its proof. */
    Outcome outcome(List<Part> stack, IntendedUse use) {
        return stack.stream()
                .map(part -> examiner.outcome(part.lineage(), part.use(use)))
                .max(Outcome::compareTo)
                .orElse(Outcome.UNKNOWN);
    }

    /** How many prohibitions and missing facts keep one model from being allowed. */
    int doubts(Part part, IntendedUse use) {
        return examiner.doubts(part.lineage(), part.use(use));
    }

    private static void refuseIfWrong(List<Part> stack) {
        if (stack.isEmpty() || stack.size() > MOST_MODELS) {
            throw StoaException.user("a stack has 1 to %d models, not %d".formatted(MOST_MODELS, stack.size()));
        }
        Set<String> names = new LinkedHashSet<>();
        for (Part part : stack) {
            if (!names.add(part.name())) {
                throw StoaException.user("two models of the stack are called " + part.name() + "; rename one");
            }
        }
    }

    /** Models that ask for the same thing ask for it once: one display serves all that want its words. */
    private List<Duty> duties(List<PartAnswer> parts) {
        Map<String, Set<String>> models = new LinkedHashMap<>();
        Map<String, Set<String>> bases = new LinkedHashMap<>();
        for (PartAnswer part : parts) {
            for (Ground ground : part.answer().grounds()) {
                if (ground.effect() == Effect.DUTY) {
                    // two duties may ask for the same thing of different models: what to do tells them apart
                    String todo = Stream.concat(ground.remedy().stream(), ground.provides().stream())
                            .collect(Collectors.joining("; "));
                    // a licence text is a paper of its own for each licence, whatever else reads alike
                    String key = todo.contains("copy of")
                            ? todo
                                    + ground.license()
                                            .map(id -> " of " + examiner.name(id))
                                            .orElse("")
                            : todo;
                    models.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(part.model());
                    bases.computeIfAbsent(key, _ -> new LinkedHashSet<>())
                            .add(ground.license()
                                            .map(id -> examiner.name(id) + ", ")
                                            .orElse("")
                                    + ground.basis());
                }
            }
        }
        return models.entrySet().stream()
                .map(entry -> new Duty(
                        entry.getKey(),
                        List.copyOf(entry.getValue()),
                        List.copyOf(bases.getOrDefault(entry.getKey(), Set.of()))))
                .toList();
    }
}
