package io.stoa.license.audit;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.Condition;
import io.stoa.license.clause.Effect;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Topic;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Kinds of licences that a policy may deny, read off their clauses. */
public enum Category {
    /** Commercial use is forbidden, or nothing allows it. */
    NON_COMMERCIAL,
    /** What is made from the model stays bound by the terms. */
    COPYLEFT,
    /** Some fields of use are barred, or which are is not settled. */
    USE_RESTRICTED,
    /** Users or revenue beyond a number change what is allowed. */
    SCALE_LIMITED,
    /** Outputs may not train other models, or whether they may is not settled. */
    OUTPUTS_RESTRICTED,
    /** Which licence holds is not known. */
    UNKNOWN;

    /** As policies write it, such as {@code non-commercial}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The kinds that a licence is of. */
    static Set<Category> of(License license) {
        Set<Category> categories = EnumSet.noneOf(Category.class);
        boolean commercial = license.clauses().stream()
                .anyMatch(clause -> clause.topic() == Topic.COMMERCIAL && clause.effect() == Effect.ALLOWS);
        if (!commercial || license.clauses().stream().anyMatch(Category::barsCommerce)) {
            categories.add(NON_COMMERCIAL);
        }
        if (license.flowsDown()) {
            categories.add(COPYLEFT);
        }
        for (Clause clause : license.clauses()) {
            if (clause.effect().compareTo(Effect.DUTY) < 0) {
                continue;
            }
            // what was not read, or is not settled, may bar anything
            boolean open = clause.effect() == Effect.UNCLEAR;
            if (clause.topic() == Topic.ACCEPTABLE_USE || (open && clause.topic() == Topic.USE)) {
                categories.add(USE_RESTRICTED);
            }
            if (hasLimit(clause.when()) || (open && clause.topic() == Topic.SCALE)) {
                categories.add(SCALE_LIMITED);
            }
            if (clause.concernsOutputs() && clause.effect() != Effect.DUTY) {
                categories.add(OUTPUTS_RESTRICTED);
            }
        }
        return categories;
    }

    private static boolean hasLimit(List<Condition> conditions) {
        return conditions.stream()
                .anyMatch(condition -> condition instanceof Condition.Beyond
                        || (condition instanceof Condition.AnyOf(List<List<Condition>> alternatives)
                                && alternatives.stream().anyMatch(Category::hasLimit)));
    }

    private static boolean barsCommerce(Clause clause) {
        return clause.effect() == Effect.FORBIDS && clause.when().equals(List.of(new Condition.Commercial(true)));
    }
}
