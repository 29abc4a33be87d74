package io.stoa.license.use;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.Condition;
import io.stoa.license.clause.Effect;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.clause.Reliability;
import io.stoa.license.clause.Topic;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.Step;
import io.stoa.license.use.Answer.Outcome;
import io.stoa.model.IntendedUse;
import io.stoa.model.Role;
import io.stoa.model.StoaException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What is added against a use, or forgotten about it, never makes its answer better. */
class SoundnessTest {
    private static final int CASES = 100_000;
    private static final long SEED = Long.getLong("stoa.seed", 20261126);
    private static final Licenses LICENSES = new Licenses();
    private static final Function<String, Optional<License>> BY_ID = UseExaminer.byId(LICENSES.all());
    private static final List<Long> NUMBERS = List.of(
            0L,
            999_999L,
            1_000_000L,
            1_000_001L,
            9_999_999L,
            10_000_000L,
            20_000_000L,
            20_000_001L,
            100_000_000L,
            100_000_001L,
            699_999_999L,
            700_000_000L,
            700_000_001L,
            2_000_000_000L);

    private final Random random = new Random(SEED);

    /**
     * What is added may also tell what was open: that all bases are under the licence of a teacher, so that its outputs
     * improved a model of its own family, or that all that was merged is under one licence.
     */
    @Test
    void nothingAddedOrForgottenMakesAnAnswerBetter() {
        System.out.println("seed " + SEED);
        Map<Outcome, Integer> before = new EnumMap<>(Outcome.class);
        int ofOneFamily = 0;
        for (int i = 0; i < CASES; i++) {
            List<Part> stack = new ArrayList<>(List.of(part("a")));
            if (random.nextInt(3) == 0) {
                stack.add(part("b"));
            }
            IntendedUse use = use();
            Outcome was = outcome(stack, use, List.of());
            before.merge(was, 1, Integer::sum);
            Change change = change(stack, use);
            Outcome is = outcome(change.stack, change.use, change.clauses);
            if (change.what.equals("adds a base")
                    && isOfOneFamily(change.stack.getFirst().lineage())) {
                ofOneFamily++;
                continue;
            }
            assertThat(is.compareTo(change.forgets && was == Outcome.FORBIDDEN ? Outcome.UNKNOWN : was))
                    .as("case %d, seed %d: %s -> %s%n%s%n%s%n%s", i, SEED, was, is, stack, use, change)
                    .isNotNegative();
        }
        System.out.printf(
                Locale.ROOT,
                "%d cases, outcomes before the change: %s, 0 violations, %d times a base told the family%n",
                CASES,
                before,
                ofOneFamily);
        assertThat(ofOneFamily).isLessThan(CASES / 100);
        assertThat(before).hasSize(Outcome.values().length);
        assertThat(before.values()).allMatch(count -> count > CASES / 100);
    }

    @Test
    void onlyABaseOfItsOwnFamilyMakesATeacherAllowed() {
        IntendedUse use = Fact.facts(
                IntendedUse.of("x").build(),
                Map.of(
                        Fact.COMMERCIAL, "true",
                        Fact.DISTRIBUTION, "internal",
                        Fact.MONTHLY_ACTIVE_USERS, "1",
                        Fact.TERRITORIES, "US",
                        Fact.MODIFICATION, "none",
                        Fact.OUTPUTS_TRAIN_MODELS, "false",
                        Fact.DOMAINS, "[]"));
        assertThat(outcome(taught(), use, List.of())).isEqualTo(Outcome.FORBIDDEN);
        assertThat(outcome(taught("mit"), use, List.of())).isEqualTo(Outcome.FORBIDDEN);
        assertThat(outcome(taught("llama2"), use, List.of())).isEqualTo(Outcome.ALLOWED_WITH_DUTIES);
        assertThat(outcome(taught("llama2", "mit"), use, List.of())).isEqualTo(Outcome.FORBIDDEN);
    }

    /** A model under MIT that was trained on outputs of a Llama 2. */
    private static List<Part> taught(String... bases) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(Step.Relation.TEACHER, "teacher", List.of(claim("llama2"))));
        for (String base : bases) {
            steps.add(new Step(Step.Relation.BASE, "base of " + base, List.of(claim(base))));
        }
        steps.add(new Step(Step.Relation.MODEL, "m", List.of(claim("mit"))));
        Lineage lineage = new Lineage(steps, Optional.empty(), Optional.of(false));
        return List.of(new Part("m", Role.GENERATOR, lineage, Map.of()));
    }

    private static Claim claim(String tag) {
        String id = LICENSES.find(tag).orElseThrow().id();
        return new Claim(Claim.Kind.DECLARED, "README.md", "license", tag, Optional.of(id), Optional.empty());
    }

    /** Whether all bases are under one licence that is a teacher's as well, or under which several models were merged. */
    private static boolean isOfOneFamily(Lineage lineage) {
        List<Step.Standing> bases = lineage.steps().stream()
                .filter(step -> step.relation() == Step.Relation.BASE)
                .map(Step::standing)
                .distinct()
                .toList();
        if (bases.size() != 1 || !(bases.getFirst() instanceof Step.Standing.Settled(String license))) {
            return false;
        }
        long several = lineage.steps().stream()
                .filter(step -> step.relation() == Step.Relation.BASE)
                .count();
        return several > 1
                || lineage.steps().stream()
                        .filter(step -> step.relation() == Step.Relation.TEACHER)
                        .anyMatch(step -> step.standing().possibilities().contains(license));
    }

    /**
     * One change for the worse.
     *
     * @param forgets whether something was forgotten, which may turn what was forbidden into unknown
     * @param clauses clauses that every licence gets
     */
    private record Change(String what, boolean forgets, List<Part> stack, IntendedUse use, List<Clause> clauses) {}

    private Change change(List<Part> stack, IntendedUse use) {
        Part first = stack.getFirst();
        return switch (random.nextInt(8)) {
            case 0 -> new Change("adds a clause", false, stack, use, List.of(clause()));
            case 1 -> {
                Lineage lineage =
                        new Lineage(first.lineage().steps(), first.lineage().architecture(), Optional.empty());
                yield new Change("forgets the modality", true, with(stack, lineage), use, List.of());
            }
            case 2 -> {
                List<Step> steps = new ArrayList<>(first.lineage().steps());
                steps.addFirst(new Step(Step.Relation.BASE, "another", List.of(claim())));
                Lineage lineage = new Lineage(
                        steps, first.lineage().architecture(), first.lineage().multimodal());
                yield new Change("adds a base", false, with(stack, lineage), use, List.of());
            }
            case 3 -> {
                List<Part> more = new ArrayList<>(stack);
                more.add(part("c"));
                yield new Change("adds a model", false, more, use, List.of());
            }
            case 4 -> {
                List<Step> steps = new ArrayList<>(first.lineage().steps());
                steps.addFirst(new Step(Step.Relation.TEACHER, "tutor", List.of(claim())));
                Lineage lineage = new Lineage(
                        steps, first.lineage().architecture(), first.lineage().multimodal());
                yield new Change("adds a teacher", false, with(stack, lineage), use, List.of());
            }
            default -> {
                List<Fact> said = Arrays.stream(Fact.values())
                        .filter(fact -> fact.said(use).isPresent())
                        .toList();
                if (said.isEmpty()) {
                    yield new Change("adds a clause", false, stack, use, List.of(clause()));
                }
                Fact fact = said.get(random.nextInt(said.size()));
                yield new Change("forgets " + fact, true, stack, fact.without(use), List.of());
            }
        };
    }

    private static List<Part> with(List<Part> stack, Lineage lineage) {
        List<Part> changed = new ArrayList<>(stack);
        Part first = changed.getFirst();
        changed.set(0, new Part(first.name(), first.role(), lineage, first.own()));
        return changed;
    }

    private static Outcome outcome(List<Part> stack, IntendedUse use, List<Clause> added) {
        UseExaminer examiner = new UseExaminer(id -> BY_ID.apply(id).map(license -> with(license, added)));
        return new StackExaminer(examiner).outcome(stack, use);
    }

    private static License with(License license, List<Clause> added) {
        if (added.isEmpty()) {
            return license;
        }
        List<Clause> clauses = new ArrayList<>(license.clauses());
        clauses.addAll(added);
        return new License(
                license.id(),
                license.name(),
                license.dated(),
                license.source(),
                license.read(),
                license.aliases(),
                license.titles(),
                license.links(),
                license.publisher(),
                license.models(),
                license.notice(),
                license.flowsDown(),
                clauses);
    }

    private Clause clause() {
        List<Condition> when = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            when.add(condition());
        }
        if (random.nextInt(5) == 0) {
            when.add(new Condition.AnyOf(List.of(List.of(condition()), List.of(condition(), condition()))));
        }
        return new Clause(
                one(Topic.values()),
                List.of(Effect.DUTY, Effect.UNCLEAR, Effect.FORBIDS).get(random.nextInt(3)),
                when,
                "x",
                Optional.of("y"),
                List.of(),
                "1",
                Optional.empty(),
                Reliability.READ,
                LocalDate.of(2026, 11, 26));
    }

    private Condition condition() {
        return switch (random.nextInt(16)) {
            case 0 -> new Condition.Commercial(random.nextBoolean());
            case 1 -> new Condition.Distributed(Set.of(one(IntendedUse.Distribution.values())));
            case 2 -> new Condition.Modified(random.nextBoolean());
            case 3 -> new Condition.OutputsTrainModels(random.nextBoolean());
            case 4 -> new Condition.OutputsTrainOthers(Set.of("llama2"));
            case 5 -> new Condition.OutputsTrainFamily("llama2");
            case 6 -> new Condition.Multimodal(random.nextBoolean());
            case 7 -> new Condition.InEuropeanUnion();
            case 8 -> new Condition.InTerritory(Set.of("EU", "KR"));
            case 9 -> new Condition.EntityIs(Set.of(one(IntendedUse.Entity.values())));
            case 10 -> new Condition.InDomain(Set.of(IntendedUse.Domain.MILITARY, IntendedUse.Domain.JUSTICE));
            case 11 -> new Condition.Production(random.nextBoolean());
            case 12 -> new Condition.Registered(random.nextBoolean());
            case 13 -> new Condition.GuardrailsWeakened(random.nextBoolean());
            case 14 -> new Condition.Distilled(random.nextBoolean());
            default ->
                new Condition.Beyond(
                        one(Condition.Metric.values()),
                        1 + NUMBERS.get(random.nextInt(NUMBERS.size())),
                        random.nextBoolean(),
                        one(Condition.Test.values()),
                        random.nextBoolean() ? Optional.empty() : Optional.of(LocalDate.of(2024, 7, 23)),
                        one(Condition.Whose.values()));
        };
    }

    private Part part(String name) {
        List<Step> steps = new ArrayList<>();
        for (int i = random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0; i > 0; i--) {
            steps.add(new Step(Step.Relation.BASE, "base" + i, List.of(claim())));
        }
        if (random.nextInt(4) == 0) {
            steps.add(new Step(Step.Relation.TEACHER, "teacher", List.of(claim())));
        }
        List<Claim> claims = new ArrayList<>(List.of(claim()));
        if (random.nextInt(12) == 0) {
            claims.add(claim());
        }
        steps.add(new Step(Step.Relation.MODEL, "m", claims));
        if (random.nextInt(5) == 0) {
            steps.add(new Step(Step.Relation.QUANTIZED, "Q8_0", List.of()));
        }
        Optional<Boolean> multimodal = random.nextInt(4) == 0 ? Optional.empty() : Optional.of(random.nextBoolean());
        return new Part(name, one(Role.values()), new Lineage(steps, Optional.empty(), multimodal), Map.of());
    }

    private Claim claim() {
        if (random.nextInt(30) == 0) {
            return new Claim(Claim.Kind.TEXT, "LICENSE", "text", "?", Optional.empty(), Optional.of("is unknown"));
        }
        String id = LICENSES.all().get(random.nextInt(LICENSES.all().size())).id();
        return new Claim(Claim.Kind.DECLARED, "README.md", "license", id, Optional.of(id), Optional.empty());
    }

    /** A use whose facts do not contradict each other; most of them are said, or few questions would be decided. */
    private IntendedUse use() {
        while (true) {
            Map<Fact, String> facts = new EnumMap<>(Fact.class);
            int forgetful = random.nextInt(3) == 0 ? 4 : 40;
            for (Fact fact : Fact.values()) {
                if (random.nextInt(forgetful) != 0) {
                    value(fact).ifPresent(value -> facts.put(fact, value));
                }
            }
            try {
                return Fact.facts(IntendedUse.of("x").build(), facts);
            } catch (StoaException e) {
                assertThat(e.kind()).isEqualTo(StoaException.Kind.USER);
            }
        }
    }

    private Optional<String> value(Fact fact) {
        return switch (fact) {
            case COMMERCIAL, OUTPUTS_TRAIN_MODELS, PRODUCTION, REGISTERED ->
                Optional.of(String.valueOf(random.nextBoolean()));
            case GUARDRAILS_WEAKENED, DISTILLED -> Optional.of(String.valueOf(random.nextInt(4) == 0));
            case DISTRIBUTION -> Optional.of(word(one(IntendedUse.Distribution.values())));
            case MODIFICATION -> Optional.of(word(one(IntendedUse.Modification.values())));
            case ENTITY -> Optional.of(word(one(IntendedUse.Entity.values())));
            case DOMAINS -> Optional.of(random.nextInt(4) > 0 ? "[]" : word(one(IntendedUse.Domain.values())));
            case TERRITORIES ->
                Optional.of(List.of("US", "DE", "US,FR", "KR", "EU", "XX").get(random.nextInt(6)));
            case DOMICILE -> random.nextInt(3) > 0 ? Optional.empty() : Optional.of(random.nextBoolean() ? "US" : "DE");
            case OUTPUTS_TRAIN ->
                random.nextInt(3) > 0
                        ? Optional.empty()
                        : Optional.of(List.of("llama2", "qwen", "llama2,llama3").get(random.nextInt(3)));
            case MONTHLY_ACTIVE_USERS, ANNUAL_REVENUE -> Optional.of(number());
            case MONTHLY_REVENUE, PRODUCT_MONTHLY_ACTIVE_USERS, DAILY_ACTIVE_USERS ->
                random.nextInt(3) > 0 ? Optional.empty() : Optional.of(number());
            case MONTHLY_ACTIVE_USERS_ON ->
                random.nextInt(3) > 0 ? Optional.empty() : Optional.of("2024-07-23:" + number());
        };
    }

    private String number() {
        return String.valueOf(
                random.nextInt(3) > 0 ? NUMBERS.get(random.nextInt(4)) : NUMBERS.get(random.nextInt(NUMBERS.size())));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private <T> T one(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
