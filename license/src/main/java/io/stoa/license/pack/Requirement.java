package io.stoa.license.pack;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.clause.Provision;
import io.stoa.license.use.Due;
import io.stoa.license.use.Part;
import io.stoa.license.use.UseExaminer;
import io.stoa.model.IntendedUse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Something that must be made for a stack, and the clause that asks for it.
 *
 * @param license whose clause it is
 * @param clause the clause
 * @param provision what to make; absent when only a person can say
 * @param models the models of the stack that it is asked for
 * @param certain whether it is known to be asked for
 */
record Requirement(
        License license, Clause clause, Optional<Provision> provision, List<String> models, boolean certain) {
    Requirement {
        models = List.copyOf(models);
    }

    private record Key(String license, Clause clause, Optional<Provision> provision) {}

    /** All that a use of a stack asks for, each once, in the order of the stack and of the clauses. */
    static List<Requirement> of(Licenses licenses, List<Part> stack, IntendedUse use) {
        UseExaminer examiner = new UseExaminer(licenses);
        Map<Key, Set<String>> models = new LinkedHashMap<>();
        Map<Key, Boolean> certain = new LinkedHashMap<>();
        Map<Key, License> whose = new LinkedHashMap<>();
        for (Part part : stack) {
            for (Due due : examiner.due(part.lineage(), part.use(use))) {
                for (Optional<Provision> provision : provisions(due.clause())) {
                    Key key = new Key(due.license().id(), due.clause(), provision);
                    models.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(part.name());
                    certain.merge(key, due.certain(), Boolean::logicalOr);
                    whose.putIfAbsent(key, due.license());
                }
            }
        }
        List<Requirement> requirements = new ArrayList<>();
        whose.forEach((key, license) -> requirements.add(new Requirement(
                license,
                key.clause,
                key.provision,
                List.copyOf(models.getOrDefault(key, Set.of())),
                certain.getOrDefault(key, false))));
        return requirements;
    }

    private static List<Optional<Provision>> provisions(Clause clause) {
        return clause.provides().isEmpty()
                ? List.of(Optional.empty())
                : clause.provides().stream().map(Optional::of).toList();
    }

    /** What to do and what to make for it, in words. */
    String make() {
        return Stream.concat(Stream.of(clause.remedy().orElse(clause.says())), provision.map(Provision::words).stream())
                .collect(Collectors.joining("; "));
    }

    /** The clause that asks for it, for a person. */
    String askedBy() {
        return "%s (%s), %s".formatted(license.name(), license.id(), clause.place());
    }

    /** The part of the pack that fulfils it; absent when only a person can. */
    Optional<String> file() {
        return provision.flatMap(made -> switch (made) {
            case Provision.Notice _ -> Optional.of(Pages.NOTICE);
            case Provision.Display _ -> Optional.of(Pages.ATTRIBUTION);
            case Provision.NamePrefix _ -> Optional.of(Pages.MODEL_NAME);
            case Provision.Copy copy -> Optional.of(Pages.copy(license.id(), copy.paper()));
            case Provision.ChangesMarked _ -> Optional.of(Pages.CHANGES);
            case Provision.EnforceableTerms _ -> Optional.of(Pages.TERMS);
            case Provision.NoticesKept _, Provision.Documentation _ -> Optional.empty();
        });
    }
}
