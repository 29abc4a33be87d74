package io.stoa.license.use;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.Condition;
import io.stoa.license.clause.Effect;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.clause.Provision;
import io.stoa.license.clause.Topic;
import io.stoa.license.compat.Compatibility;
import io.stoa.license.compat.CompatibilityRules;
import io.stoa.license.compat.Way;
import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.Step;
import io.stoa.license.lineage.Step.Standing;
import io.stoa.license.use.Answer.Outcome;
import io.stoa.model.IntendedUse;
import io.stoa.model.IntendedUse.Distribution;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Answers whether a use is allowed: a pure function of what the licences say, where the model comes from, and the use.
 *
 * <p>The licences of all steps hold at the same time. Of each, every clause whose conditions are true takes effect; one
 * whose conditions are unknown and that could forbid or ask for something leaves the answer unknown. What is done with the
 * model (using it, offering it, passing it on, changing it, training on its outputs, all that for money) must each be
 * granted by a clause; without one the answer is unknown.
 */
public final class UseExaminer {
    /** What is done under which condition. */
    private static final Map<Topic, List<Condition>> ACTS = acts();

    /** What was done with a teacher. */
    private static final Map<Topic, List<Condition>> TAUGHT = Map.of(Topic.OUTPUTS_TO_TRAIN, List.of());

    private static final CompatibilityRules RULES = new CompatibilityRules();

    private final Function<String, Optional<License>> licenses;

    public UseExaminer(Licenses licenses) {
        this(byId(licenses.all()));
    }

    UseExaminer(Function<String, Optional<License>> licenses) {
        this.licenses = licenses;
    }

    /** Claims name licences by their ids, so that no aliases need to be compared. */
    static Function<String, Optional<License>> byId(List<License> licenses) {
        Map<String, License> byId =
                licenses.stream().collect(Collectors.toUnmodifiableMap(License::id, Function.identity()));
        return id -> Optional.ofNullable(byId.get(id));
    }

    /** A reason that is written only when somebody reads it: most questions need only what the reasons come to. */
    private record Reason(Effect effect, Supplier<Ground> written) {}

    /** Examines a use. The same arguments give the same answer. */
    public Answer examine(Lineage lineage, IntendedUse use) {
        return Answer.of(reasons(lineage, use).stream()
                .map(reason -> reason.written.get())
                .toList());
    }

    /** What {@link #examine} comes to, without its proof. */
    Outcome outcome(Lineage lineage, IntendedUse use) {
        return outcome(reasons(lineage, use));
    }

    /** How many prohibitions and missing facts keep the use from being allowed. */
    int doubts(Lineage lineage, IntendedUse use) {
        return reasons(lineage, use).stream()
                .filter(reason -> reason.effect.compareTo(Effect.DUTY) > 0)
                .mapToInt(reason -> Math.max(1, reason.written.get().missing().size()))
                .sum();
    }

    /**
     * The duties that the licences' clauses ask of a use, those of unsaid facts and of licences that are only possible
     * included, in the order of the lineage and of the clauses.
     */
    public List<Due> due(Lineage lineage, IntendedUse use) {
        Facts facts = new Facts(use, lineage);
        Map<String, List<String>> settled = new LinkedHashMap<>();
        Map<String, List<String>> possible = new LinkedHashMap<>();
        List<Due> taught = new ArrayList<>();
        for (Step step : lineage.steps()) {
            boolean known = step.standing().isCertain();
            for (String id : step.standing().possibilities()) {
                if (step.relation() == Step.Relation.TEACHER) {
                    List<Clause> clauses = ofOutputs(license(id));
                    taught.addAll(due(
                            license(id), clauses, List.of(step.name()), known, ofTaught(license(id), clauses, facts)));
                } else {
                    (known ? settled : possible)
                            .computeIfAbsent(id, _ -> new ArrayList<>())
                            .add(step.name());
                }
            }
        }
        List<Due> due = new ArrayList<>();
        settled.forEach((id, steps) -> due.addAll(due(license(id), license(id).clauses(), steps, true, facts)));
        possible.forEach((id, steps) -> due.addAll(due(license(id), license(id).clauses(), steps, false, facts)));
        due.addAll(taught);
        return due;
    }

    private static List<Due> due(
            License license, List<Clause> clauses, List<String> steps, boolean settled, Facts facts) {
        return clauses.stream()
                .filter(clause -> clause.effect() == Effect.DUTY && facts.all(clause.when()) != Truth.FALSE)
                .map(clause -> new Due(license, clause, steps, settled && facts.all(clause.when()) == Truth.TRUE))
                .toList();
    }

    private List<Reason> reasons(Lineage lineage, IntendedUse use) {
        Facts facts = new Facts(use, lineage);
        Map<String, List<String>> settled = new LinkedHashMap<>();
        List<Reason> reasons = new ArrayList<>();
        for (Step step : lineage.steps()) {
            switch (step.standing()) {
                case Standing.Settled(String license) -> {
                    if (step.relation() == Step.Relation.TEACHER) {
                        reasons.addAll(reasons(step, license, facts));
                    } else {
                        settled.computeIfAbsent(license, _ -> new ArrayList<>()).add(step.name());
                    }
                }
                case Standing.Compound compound -> reasons.addAll(chosen(step, compound, facts));
                case Standing.Inherited() -> {}
                case Standing.Open open -> reasons.addAll(open(step, open, facts));
            }
        }
        settled.forEach((id, steps) -> reasons.addAll(reasons(license(id), steps, facts)));
        reasons.addAll(relabelled(lineage));
        reasons.addAll(merged(lineage, facts));
        return reasons;
    }

    /** What a licence means for a step: all of it, or of a teacher's what concerns models that outputs train. */
    private List<Reason> reasons(Step step, String license, Facts facts) {
        return step.relation() == Step.Relation.TEACHER
                ? taught(license(license), step, facts)
                : reasons(license(license), List.of(step.name()), facts);
    }

    /** The alternative that comes to the best outcome; all licences of it hold. */
    private List<Reason> chosen(Step step, Standing.Compound compound, Facts facts) {
        List<Reason> best = List.of();
        for (List<String> all : compound.alternatives()) {
            List<Reason> reasons = new ArrayList<>();
            all.forEach(license -> reasons.addAll(reasons(step, license, facts)));
            reasons.add(new Reason(Effect.NOTES, () -> chosen(step, compound, all)));
            if (best.isEmpty() || outcome(reasons).compareTo(outcome(best)) < 0) {
                best = reasons;
            }
        }
        return best;
    }

    private static Ground chosen(Step step, Standing.Compound compound, List<String> all) {
        return new Ground(
                Effect.NOTES,
                List.of(step.name()),
                Optional.empty(),
                "%s is offered under %s; this rests on %s"
                        .formatted(step.name(), compound.expression(), String.join(" and ", all)),
                Optional.empty(),
                "licence claims",
                List.of(),
                Optional.empty(),
                List.of(),
                List.of());
    }

    private static Outcome outcome(List<Reason> reasons) {
        return reasons.stream()
                .map(reason -> Answer.outcome(reason.effect))
                .max(Outcome::compareTo)
                .orElse(Outcome.UNKNOWN);
    }

    /**
     * What a teacher's licence asks of a model that its outputs trained, as far as that model is used. That it was trained to
     * perform alike is taken for granted, and that it is of another family unless all its bases are the teacher's.
     */
    private static List<Reason> taught(License license, Step step, Facts facts) {
        List<Clause> clauses = ofOutputs(license);
        return reasons(license, clauses, TAUGHT, List.of(step.name()), ofTaught(license, clauses, facts));
    }

    private static List<Clause> ofOutputs(License license) {
        return license.clauses().stream().filter(Clause::concernsOutputs).toList();
    }

    /** The facts of a model that a teacher's outputs trained. */
    private static Facts ofTaught(License license, List<Clause> clauses, Facts facts) {
        List<Standing> bases = facts.lineage().steps().stream()
                .filter(other -> other.relation() == Step.Relation.BASE)
                .map(Step::standing)
                .toList();
        boolean related = !bases.isEmpty() && bases.stream().allMatch(new Standing.Settled(license.id())::equals);
        Set<String> family = related ? ownFamily(clauses) : Set.of();
        IntendedUse use = facts.use().toBuilder()
                .outputsTrainModels(Optional.of(true))
                .outputsTrain(family)
                .distilled(Optional.of(true))
                .build();
        // whether the teacher takes more than text is not known from the student
        Lineage lineage = new Lineage(facts.lineage().steps(), facts.lineage().architecture(), Optional.empty());
        return new Facts(use, lineage);
    }

    private static Set<String> ownFamily(List<Clause> clauses) {
        for (Clause clause : clauses) {
            for (Condition condition : clause.when()) {
                if (condition instanceof Condition.OutputsTrainOthers(Set<String> own)) {
                    return Set.of(own.stream().sorted().findFirst().orElseThrow());
                }
            }
        }
        return Set.of();
    }

    /** An open licence is unknown; where one of the licences that it may be forbids the use, that must be heard as well. */
    private List<Reason> open(Step step, Standing.Open open, Facts facts) {
        List<Reason> reasons = new ArrayList<>();
        reasons.add(new Reason(
                Effect.UNCLEAR,
                () -> new Ground(
                        Effect.UNCLEAR,
                        List.of(step.name()),
                        Optional.empty(),
                        open.why(),
                        Optional.of(open.remedy()),
                        "licence claims",
                        List.of(),
                        Optional.empty(),
                        List.of(open.remedy()),
                        List.of())));
        for (String possible : open.possible()) {
            reasons(step, possible, facts).stream()
                    .filter(reason -> reason.effect == Effect.FORBIDS)
                    .map(reason ->
                            new Reason(Effect.FORBIDS, () -> ifItHolds(step, possible, open, reason.written.get())))
                    .forEach(reasons::add);
        }
        return reasons;
    }

    private static Ground ifItHolds(Step step, String possible, Standing.Open open, Ground ground) {
        return new Ground(
                Effect.FORBIDS,
                ground.steps(),
                ground.license(),
                "one claim about %s means %s; if it holds, %s".formatted(step.name(), possible, ground.sentence()),
                Optional.of("clear up which licence holds; if it is %s, %s"
                        .formatted(possible, ground.remedy().orElseThrow())),
                ground.basis(),
                ground.facts(),
                ground.topic(),
                List.of(open.remedy()),
                List.of());
    }

    private static List<Reason> reasons(License license, List<String> steps, Facts facts) {
        return reasons(license, license.clauses(), ACTS, steps, facts);
    }

    private static List<Reason> reasons(
            License license, List<Clause> clauses, Map<Topic, List<Condition>> acts, List<String> steps, Facts facts) {
        List<Reason> reasons = new ArrayList<>();
        Map<List<Condition>, List<Clause>> undecided = new LinkedHashMap<>();
        Set<Topic> answered = EnumSet.noneOf(Topic.class);
        for (Clause clause : clauses) {
            switch (clause.effect()) {
                case NOTES, ALLOWS -> {}
                case DUTY, UNCLEAR, FORBIDS -> {
                    Facts known = clause.effect() == Effect.DUTY ? cautious(clause, facts) : facts;
                    Truth applies = known.all(clause.when());
                    if (applies == Truth.TRUE) {
                        reasons.add(new Reason(clause.effect(), () -> ground(license, clause, steps, facts)));
                    } else if (applies == Truth.UNKNOWN) {
                        undecided
                                .computeIfAbsent(known.unknown(clause.when()), _ -> new ArrayList<>())
                                .add(clause);
                    }
                    if (clause.effect() != Effect.DUTY) {
                        if (applies == Truth.FALSE) {
                            reasons.add(new Reason(Effect.NOTES, () -> notApplying(license, clause, steps, facts)));
                        } else {
                            answered.add(clause.topic());
                        }
                    }
                }
            }
        }
        undecided.forEach((unknown, open) ->
                reasons.add(new Reason(Effect.UNCLEAR, () -> undecided(license, unknown, open, steps, facts))));
        acts.forEach((topic, when) -> {
            if (facts.all(when) != Truth.FALSE && !answered.contains(topic)) {
                reasons.add(grant(license, topic, steps, facts));
            }
        });
        return reasons;
    }

    /**
     * The facts by which a duty is judged. A duty that holds by an assumption is taken on; but where the best narrower fact
     * would leave it open, its absence must not settle it.
     */
    private static Facts cautious(Clause duty, Facts facts) {
        Facts best = facts.best();
        return facts.all(duty.when()) == Truth.TRUE && best.all(duty.when()) == Truth.UNKNOWN ? best : facts;
    }

    /** The clause that grants an act, or that there is none. */
    private static Reason grant(License license, Topic topic, List<String> steps, Facts facts) {
        return license.clauses().stream()
                .filter(clause -> clause.topic() == topic && clause.effect() == Effect.ALLOWS)
                .filter(clause ->
                        facts.all(clause.when()) == Truth.TRUE && facts.best().all(clause.when()) == Truth.TRUE)
                .findFirst()
                .map(clause -> new Reason(Effect.ALLOWS, () -> ground(license, clause, steps, facts)))
                .orElseGet(() -> new Reason(Effect.UNCLEAR, () -> notGranted(license, topic, steps)));
    }

    private static Ground notGranted(License license, Topic topic, List<String> steps) {
        return new Ground(
                Effect.UNCLEAR,
                steps,
                Optional.of(license.id()),
                "no clause of %s is known to grant %s for this use".formatted(license.name(), topic.lowerCase()),
                Optional.of("ask the licensor, or choose another model"),
                license.source(),
                List.of(),
                Optional.of(topic),
                List.of("a permission of the licensor: " + topic.lowerCase()),
                List.of());
    }

    private static Ground ground(License license, Clause clause, List<String> steps, Facts facts) {
        String verb = switch (clause.effect()) {
            case NOTES, ALLOWS -> "allows";
            case DUTY -> "asks";
            case UNCLEAR -> "leaves open";
            case FORBIDS -> "forbids this use";
        };
        return new Ground(
                clause.effect(),
                steps,
                Optional.of(license.id()),
                "%s %s: %s".formatted(license.name(), verb, clause.says()),
                clause.remedy(),
                basis(clause),
                facts.holding(clause.when()).stream().map(facts::fact).toList(),
                Optional.of(clause.topic()),
                clause.effect() == Effect.UNCLEAR ? clause.remedy().stream().toList() : List.of(),
                clause.provides().stream().map(Provision::words).toList());
    }

    /** Why a clause that could have spoken against the use does not. */
    private static Ground notApplying(License license, Clause clause, List<String> steps, Facts facts) {
        return new Ground(
                Effect.NOTES,
                steps,
                Optional.of(license.id()),
                "%s would speak against it, but does not apply: %s".formatted(license.name(), clause.says()),
                Optional.empty(),
                basis(clause),
                facts.refuting(clause.when()).stream().map(facts::fact).toList(),
                Optional.of(clause.topic()),
                List.of(),
                List.of());
    }

    /** The clauses that hang on the same unsaid facts. */
    private static Ground undecided(
            License license, List<Condition> unknown, List<Clause> clauses, List<String> steps, Facts facts) {
        return new Ground(
                Effect.UNCLEAR,
                steps,
                Optional.of(license.id()),
                "what %s means for this use is not known (%s): %s"
                        .formatted(
                                license.name(),
                                unknown.stream().map(facts::fact).distinct().collect(Collectors.joining(", ")),
                                clauses.stream().map(Clause::says).collect(Collectors.joining("; "))),
                Optional.of(unknown.stream().map(facts::remedy).distinct().collect(Collectors.joining("; "))),
                clauses.stream().map(clause -> basis(clause)).distinct().collect(Collectors.joining("; ")),
                unknown.stream().map(facts::fact).distinct().toList(),
                Optional.of(clauses.getFirst().topic()),
                unknown.stream().map(facts::remedy).distinct().toList(),
                List.of());
    }

    /** What a base forbids or asks stays, whatever a derived model is published under. */
    private List<Reason> relabelled(Lineage lineage) {
        List<Reason> reasons = new ArrayList<>();
        List<String> model = lineage.steps().stream()
                .filter(step -> step.relation() == Step.Relation.MODEL)
                .flatMap(step -> step.standing().licenses().stream())
                .toList();
        for (Step step : lineage.steps()) {
            List<String> bases =
                    step.relation() == Step.Relation.BASE ? step.standing().licenses() : List.of();
            for (String base : bases) {
                if (!model.isEmpty() && !model.contains(base) && license(base).flowsDown()) {
                    reasons.add(new Reason(Effect.DUTY, () -> relabelled(step, String.join(" or ", model), base)));
                }
            }
        }
        return reasons;
    }

    private static Ground relabelled(Step step, String model, String base) {
        return new Ground(
                Effect.DUTY,
                List.of(step.name()),
                Optional.of(base),
                "the model is declared %s, but its base %s is under %s, whose terms stay with what is made from it"
                        .formatted(model, step.name(), base),
                Optional.of("treat the model, and pass it on, as one under %s as well".formatted(base)),
                "lineage",
                List.of(),
                Optional.of(Topic.FLOW_DOWN),
                List.of(),
                List.of());
    }

    /**
     * Terms of several bases hold together when the model is a merge of them; some exclude each other. What the user does to
     * the weights does not tell how they were made: a published model of several bases may be a merge, whatever is said.
     */
    private static List<Reason> merged(Lineage lineage, Facts facts) {
        List<List<String>> bases = lineage.steps().stream()
                .filter(step -> step.relation() == Step.Relation.BASE)
                .map(step -> step.standing().licenses())
                .distinct()
                .toList();
        Truth merged = facts.use()
                .modification()
                .map(modification -> Truth.of(modification == IntendedUse.Modification.MERGED))
                .orElse(Truth.UNKNOWN);
        List<Reason> reasons = new ArrayList<>();
        for (int i = 0; i < bases.size(); i++) {
            for (int j = i + 1; j < bases.size(); j++) {
                for (String one : bases.get(i)) {
                    for (String other : bases.get(j)) {
                        reasons.addAll(
                                merged(one, other, merged, facts).stream().toList());
                    }
                }
            }
        }
        if (merged != Truth.FALSE) {
            reasons.addAll(withUnnamed(lineage, facts));
        }
        return reasons;
    }

    /** What stays inside is passed on to nobody, but a licence may bar the merge itself: then it is open. */
    private static Optional<Reason> merged(String one, String other, Truth merged, Facts facts) {
        Compatibility answer =
                RULES.of(Way.MERGE, one, other, facts.use().commercial().orElse(true));
        Truth passedOn =
                facts.truth(new Condition.Distributed(EnumSet.complementOf(EnumSet.of(Distribution.INTERNAL))));
        Effect effect = switch (answer.answer()) {
            case COMPATIBLE -> Effect.NOTES;
            case WITH_DUTIES -> merged == Truth.FALSE ? Effect.NOTES : Effect.DUTY;
            case UNKNOWN -> Effect.UNCLEAR;
            case INCOMPATIBLE -> merged.and(passedOn) == Truth.TRUE ? Effect.FORBIDS : Effect.UNCLEAR;
        };
        if (effect == Effect.NOTES) {
            return Optional.empty();
        }
        String compare = "have a lawyer compare the terms, or merge models of one licence";
        String remedy = effect == Effect.DUTY
                ? merged == Truth.TRUE
                        ? "keep to the terms of both licences"
                        : "say what is done to the weights (modification)"
                : merged == Truth.TRUE
                        ? compare
                        : "find out whether the model is a merge of its bases; if it is, " + compare;
        return Optional.of(new Reason(
                effect,
                () -> new Ground(
                        effect,
                        List.of(),
                        Optional.empty(),
                        "%s of models under %s and %s: %s"
                                .formatted(
                                        merged == Truth.TRUE ? "a merge" : "what may be a merge",
                                        one,
                                        other,
                                        answer.reason()),
                        Optional.of(remedy),
                        "merge, rule base for combinations",
                        merged == Truth.FALSE ? List.of() : List.of(facts.fact(new Condition.Modified(true))),
                        Optional.of(Topic.DERIVATIVE),
                        effect == Effect.UNCLEAR ? List.of(remedy) : List.of(),
                        List.of())));
    }

    /** Where a licence bars merges with models under another one, what it is merged with must be known to be under it. */
    private static List<Reason> withUnnamed(Lineage lineage, Facts facts) {
        List<Standing> bases = lineage.steps().stream()
                .filter(step -> step.relation() == Step.Relation.BASE)
                .map(Step::standing)
                .toList();
        return lineage.steps().stream()
                .filter(step -> step.relation() == Step.Relation.BASE || step.relation() == Step.Relation.MODEL)
                .flatMap(step -> step.standing().licenses().stream())
                .distinct()
                .filter(RULES::ownFamilyOnly)
                .filter(license -> bases.size() < 2 || !bases.stream().allMatch(new Standing.Settled(license)::equals))
                .map(license -> new Reason(Effect.UNCLEAR, () -> withUnnamed(license, facts)))
                .toList();
    }

    private static Ground withUnnamed(String license, Facts facts) {
        String remedy = facts.use().modification().isPresent()
                ? "name the models that are merged, each with its licence, as bases"
                : "say what is done to the weights (modification)";
        return new Ground(
                Effect.UNCLEAR,
                List.of(),
                Optional.empty(),
                "%s bars a merge with models under another licence, and what is merged is not all known to be under it"
                        .formatted(license),
                Optional.of(remedy),
                "merge, rule base for combinations",
                List.of(facts.fact(new Condition.Modified(true))),
                Optional.of(Topic.DERIVATIVE),
                List.of(remedy),
                List.of());
    }

    private static String basis(Clause clause) {
        return "%s, %s %s".formatted(clause.place(), clause.reliability().words(), clause.read());
    }

    /** What a licence is called. */
    String name(String id) {
        return licenses.apply(id).map(License::name).orElse(id);
    }

    private License license(String id) {
        return licenses.apply(id).orElseThrow(() -> StoaException.bug("claim of a licence that is not known: " + id));
    }

    private static Map<Topic, List<Condition>> acts() {
        Map<Topic, List<Condition>> acts = new LinkedHashMap<>();
        acts.put(Topic.USE, List.of());
        acts.put(Topic.COMMERCIAL, List.of(new Condition.Commercial(true)));
        acts.put(Topic.HOST, List.of(new Condition.Distributed(Set.of(Distribution.HOSTED))));
        acts.put(
                Topic.REDISTRIBUTE,
                List.of(new Condition.Distributed(Set.of(Distribution.PRODUCT, Distribution.WEIGHTS))));
        acts.put(Topic.DERIVATIVE, List.of(new Condition.Modified(true)));
        acts.put(Topic.OUTPUTS_TO_TRAIN, List.of(new Condition.OutputsTrainModels(true)));
        return acts;
    }
}
