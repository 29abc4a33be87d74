package io.stoa.license.use;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.Condition;
import io.stoa.license.clause.Effect;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.lineage.Step;
import io.stoa.license.lineage.Step.Standing;
import io.stoa.license.use.Answer.Outcome;
import io.stoa.model.IntendedUse;
import io.stoa.model.IntendedUse.Distribution;
import io.stoa.model.IntendedUse.Modification;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Asks the other way round: which uses of a stack are allowed, up to which size, and what would make this one allowed.
 *
 * <p>The values that are tried come from the clauses of the stack's licences: only what a clause asks for can change an
 * answer, and a number only at its limit. Changes of one and of two facts are all tried, so that what is shown is the
 * smallest; of larger sets one is shown from which nothing can be left out.
 */
public final class InverseExaminer {
    private final StackExaminer examiner;
    private final Licenses licenses;

    public InverseExaminer(Licenses licenses) {
        this.examiner = new StackExaminer(licenses);
        this.licenses = licenses;
    }

    /** What else the stack may be used for, beginning with a use as it was stated. */
    public Inverse examine(List<Part> stack, IntendedUse use) {
        Outcome now = examiner.outcome(stack, use);
        List<Condition> conditions = conditions(stack);
        List<String> replace = stack.stream()
                .filter(part -> !allowed(examiner.outcome(List.of(part), use)))
                .map(Part::name)
                .toList();
        return new Inverse(
                now,
                matrix(stack, use),
                limits(stack, use, conditions),
                allowed(now) ? List.of() : changes(stack, use, values(conditions)),
                replace);
    }

    private List<Inverse.Cell> matrix(List<Part> stack, IntendedUse use) {
        List<Inverse.Cell> cells = new ArrayList<>();
        for (Distribution distribution : Distribution.values()) {
            for (boolean commercial : new boolean[] {false, true}) {
                for (boolean modified : new boolean[] {false, true}) {
                    for (boolean trains : new boolean[] {false, true}) {
                        IntendedUse cell = Fact.replaced(
                                use.toBuilder()
                                        .distribution(Optional.of(distribution))
                                        .modification(Optional.of(modified ? modification(use) : Modification.NONE))
                                        .build(),
                                Map.of(
                                        Fact.COMMERCIAL,
                                        String.valueOf(commercial),
                                        Fact.OUTPUTS_TRAIN_MODELS,
                                        String.valueOf(trains)));
                        cells.add(new Inverse.Cell(
                                distribution, commercial, modified, trains, examiner.outcome(stack, cell)));
                    }
                }
            }
        }
        return cells;
    }

    private static Modification modification(IntendedUse use) {
        return use.modification()
                .filter(modification -> modification != Modification.NONE)
                .orElse(Modification.FINE_TUNED);
    }

    /** Between two neighbouring limits of its clauses no answer changes, so both sides of each limit are all there is to try. */
    private List<Inverse.Limit> limits(List<Part> stack, IntendedUse use, List<Condition> conditions) {
        Map<Fact, NavigableSet<Long>> mosts = new TreeMap<>();
        for (Condition condition : conditions) {
            if (condition instanceof Condition.Beyond beyond) {
                mosts.computeIfAbsent(fact(beyond), _ -> new TreeSet<>()).add(most(beyond));
            }
        }
        List<Inverse.Limit> limits = new ArrayList<>();
        mosts.forEach((fact, numbers) -> {
            for (long most : numbers) {
                Outcome upTo = at(stack, use, fact, most);
                Outcome beyond = at(stack, use, fact, most + 1);
                if (upTo != beyond) {
                    limits.add(new Inverse.Limit(fact, most, upTo, beyond));
                }
            }
        });
        return limits;
    }

    private Outcome at(List<Part> stack, IntendedUse use, Fact fact, long number) {
        return examiner.outcome(stack, Fact.replaced(use, Map.of(fact, String.valueOf(number))));
    }

    private static Fact fact(Condition.Beyond beyond) {
        return switch (beyond.metric()) {
            case MONTHLY_ACTIVE_USERS -> Fact.MONTHLY_ACTIVE_USERS;
            case DAILY_ACTIVE_USERS -> Fact.DAILY_ACTIVE_USERS;
            case ANNUAL_REVENUE -> Fact.ANNUAL_REVENUE;
            case MONTHLY_REVENUE -> Fact.MONTHLY_REVENUE;
        };
    }

    /** The largest number that does not lie beyond. */
    private static long most(Condition.Beyond beyond) {
        return beyond.inclusive() ? beyond.limit() - 1 : beyond.limit();
    }

    private List<Inverse.Change> changes(List<Part> stack, IntendedUse use, Map<Fact, Set<String>> values) {
        List<Map<Fact, String>> single = new ArrayList<>();
        values.forEach((fact, some) -> some.stream()
                .filter(value -> !fact.said(use).equals(Optional.of(value)))
                .forEach(value -> single.add(Map.of(fact, value))));
        List<Inverse.Change> found = allowedWith(stack, use, single);
        if (found.isEmpty()) {
            List<Map<Fact, String>> pairs = new ArrayList<>();
            for (int i = 0; i < single.size(); i++) {
                for (int j = i + 1; j < single.size(); j++) {
                    Map<Fact, String> pair = new EnumMap<>(single.get(i));
                    pair.putAll(single.get(j));
                    if (pair.size() == 2) {
                        pairs.add(pair);
                    }
                }
            }
            found = allowedWith(stack, use, pairs);
        }
        return found.isEmpty() ? descent(stack, use, values).stream().toList() : found;
    }

    private List<Inverse.Change> allowedWith(List<Part> stack, IntendedUse use, List<Map<Fact, String>> changes) {
        return changes.stream()
                .filter(change -> !contradicts(change))
                .map(change -> new Inverse.Change(change, examiner.outcome(stack, Fact.replaced(use, change))))
                .filter(change -> allowed(change.then()))
                .toList();
    }

    /** Gives each fact the value with which the fewest doubts stay, then takes back what was not needed. */
    private Optional<Inverse.Change> descent(List<Part> stack, IntendedUse use, Map<Fact, Set<String>> values) {
        Map<Fact, String> change = new EnumMap<>(Fact.class);
        values.forEach((fact, some) -> {
            Optional<String> best = Optional.empty();
            int least = doubts(stack, Fact.replaced(use, change));
            for (String value : some) {
                Map<Fact, String> tried = new EnumMap<>(Fact.class);
                tried.putAll(change);
                tried.put(fact, value);
                int doubts = contradicts(tried) ? least : doubts(stack, Fact.replaced(use, tried));
                if (doubts < least) {
                    least = doubts;
                    best = Optional.of(value);
                }
            }
            best.ifPresent(value -> change.put(fact, value));
        });
        if (!allowed(examiner.outcome(stack, Fact.replaced(use, change)))) {
            return Optional.empty();
        }
        for (Fact fact : List.copyOf(change.keySet())) {
            Map<Fact, String> fewer = new EnumMap<>(change);
            fewer.remove(fact);
            if (allowed(examiner.outcome(stack, Fact.replaced(use, fewer)))) {
                change.remove(fact);
            }
        }
        return Optional.of(new Inverse.Change(change, examiner.outcome(stack, Fact.replaced(use, change))));
    }

    /** How many prohibitions and missing facts keep the stack from being allowed. */
    private int doubts(List<Part> stack, IntendedUse use) {
        return stack.stream().mapToInt(part -> examiner.doubts(part, use)).sum();
    }

    /** Outputs that train no models train none of any family. */
    private static boolean contradicts(Map<Fact, String> change) {
        return change.containsKey(Fact.OUTPUTS_TRAIN) && "false".equals(change.get(Fact.OUTPUTS_TRAIN_MODELS));
    }

    private static boolean allowed(Outcome outcome) {
        return outcome.compareTo(Outcome.ALLOWED_WITH_DUTIES) <= 0;
    }

    /** The conditions of all clauses that ask for something, of all licences that the stack may be under. */
    private List<Condition> conditions(List<Part> stack) {
        Set<String> ids = new LinkedHashSet<>();
        for (Part part : stack) {
            for (Step step : part.lineage().steps()) {
                switch (step.standing()) {
                    case Standing.Settled(String license) -> ids.add(license);
                    case Standing.Compound compound -> ids.addAll(compound.licenses());
                    case Standing.Inherited() -> {}
                    case Standing.Open open -> ids.addAll(open.possible());
                }
            }
        }
        return ids.stream()
                .flatMap(id -> licenses.find(id).stream())
                .map(License::clauses)
                .flatMap(List::stream)
                .filter(clause -> clause.effect().compareTo(Effect.DUTY) >= 0)
                .map(Clause::when)
                .flatMap(List::stream)
                .flatMap(condition -> condition instanceof Condition.AnyOf(List<List<Condition>> alternatives)
                        ? alternatives.stream().flatMap(List::stream)
                        : Stream.of(condition))
                .distinct()
                .toList();
    }

    /** The values that may change an answer, for each fact that a clause or a grant asks for. */
    private static Map<Fact, Set<String>> values(List<Condition> conditions) {
        Map<Fact, Set<String>> values = new LinkedHashMap<>();
        add(values, Fact.COMMERCIAL, "false");
        add(values, Fact.DISTRIBUTION, words(Distribution.values()));
        add(values, Fact.MODIFICATION, "none");
        add(values, Fact.OUTPUTS_TRAIN_MODELS, "false");
        for (Condition condition : conditions) {
            switch (condition) {
                case Condition.Commercial _,
                        Condition.Distributed _,
                        Condition.Modified _,
                        Condition.OutputsTrainModels _,
                        Condition.OutputsTrainFamily _,
                        Condition.Multimodal _,
                        Condition.AnyOf _ -> {}
                case Condition.OutputsTrainOthers(Set<String> own) ->
                    own.stream().sorted().findFirst().ifPresent(family -> add(values, Fact.OUTPUTS_TRAIN, family));
                case Condition.InEuropeanUnion() -> add(values, Fact.TERRITORIES, "US");
                case Condition.InTerritory(Set<String> codes) ->
                    add(values, Fact.TERRITORIES, codes.contains("US") ? "CH" : "US");
                case Condition.EntityIs _ -> add(values, Fact.ENTITY, words(IntendedUse.Entity.values()));
                case Condition.InDomain _ -> add(values, Fact.DOMAINS, "[]");
                case Condition.Production _ -> add(values, Fact.PRODUCTION, "true", "false");
                case Condition.Registered _ -> add(values, Fact.REGISTERED, "true");
                case Condition.GuardrailsWeakened _ -> add(values, Fact.GUARDRAILS_WEAKENED, "false");
                case Condition.Distilled _ -> add(values, Fact.DISTILLED, "false");
                case Condition.Beyond beyond -> add(values, fact(beyond), String.valueOf(most(beyond)));
            }
        }
        return values;
    }

    private static void add(Map<Fact, Set<String>> values, Fact fact, String... some) {
        values.computeIfAbsent(fact, _ -> new LinkedHashSet<>()).addAll(Arrays.asList(some));
    }

    private static String[] words(Enum<?>[] constants) {
        return Arrays.stream(constants)
                .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toArray(String[]::new);
    }
}
