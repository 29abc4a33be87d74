package io.stoa.license.pack;

import io.stoa.license.clause.Clause;
import io.stoa.license.clause.Condition;
import io.stoa.license.clause.Effect;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Provision;
import io.stoa.license.clause.Provision.Paper;
import io.stoa.license.clause.Provision.Place;
import io.stoa.license.clause.Topic;
import io.stoa.license.lineage.Step;
import io.stoa.license.text.UserCopy;
import io.stoa.license.use.Ground;
import io.stoa.license.use.Part;
import io.stoa.license.use.StackAnswer;
import io.stoa.model.IntendedUse;
import io.stoa.model.IntendedUse.Modification;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The pages of a pack: a pure function of what its manifest states, of the knowledge base, and of the copies of papers. So a
 * page can be written a second time and compared.
 *
 * @param stack the models
 * @param use their use
 * @param requirements what the use asks for
 * @param names the names that changed models are passed on under
 * @param copies the texts of the copies in the pack, by path
 */
record Pages(
        List<Part> stack,
        IntendedUse use,
        List<Requirement> requirements,
        SortedMap<String, String> names,
        Map<String, String> copies) {
    static final String NO_ADVICE = "Readings of licences in Stoa's own words, not legal advice.";

    static final String LICENSES = "LICENSES";
    static final String NOTICE = "NOTICE";
    static final String ATTRIBUTION = "ATTRIBUTION";
    static final String MODEL_NAME = "MODEL-NAME";
    static final String CHANGES = "CHANGES";
    static final String TERMS = "TERMS";
    static final String README = "README";

    /** What separates what Stoa wrote from what a person or an original's author wrote. */
    static final String SEPARATOR = "\n----------------------------------------\n\n";

    private static final String IF = " (to be on the safe side: a fact or a licence is not known)";

    /** Where a copy of a paper lies in a pack. */
    static String copy(String license, Paper paper) {
        String name = license.replaceAll("[^A-Za-z0-9.+-]", "-");
        return LICENSES + "/" + name
                + switch (paper) {
                    case AGREEMENT -> ".txt";
                    case POLICY -> ".use-policy.txt";
                };
    }

    /** The requirements whose provision is of one kind, with that provision. */
    <P extends Provision> Map<P, List<Requirement>> by(Class<P> kind) {
        Map<P, List<Requirement>> by = new LinkedHashMap<>();
        for (Requirement requirement : requirements) {
            requirement
                    .provision()
                    .filter(kind::isInstance)
                    .map(kind::cast)
                    .ifPresent(provision -> by.computeIfAbsent(provision, _ -> new ArrayList<>())
                            .add(requirement));
        }
        return by;
    }

    /** The prescribed sentences, in order, each once. */
    List<String> sentences() {
        return by(Provision.Notice.class).keySet().stream()
                .map(Provision.Notice::sentence)
                .toList();
    }

    /** The words to display, each once. */
    List<String> displays() {
        return by(Provision.Display.class).keySet().stream()
                .map(Provision.Display::text)
                .distinct()
                .toList();
    }

    /** What NOTICE begins with; kept notices follow after a {@link #SEPARATOR} each. */
    String notice() {
        return sentences().stream().map(sentence -> sentence + "\n").collect(Collectors.joining("\n"));
    }

    String attribution() {
        StringBuilder page = new StringBuilder("""
            Words to show
            =============
            The licences ask that these words be shown, exactly as they are written here.
            """);
        by(Provision.Display.class).forEach((display, asked) -> {
            page.append("\n\"%s\"\n".formatted(display.text()));
            page.append("  where: %s%s\n"
                    .formatted(
                            display.at().stream().map(Place::words).collect(Collectors.joining(", ")),
                            display.at().size() > 1 ? " (one of them is enough)" : ""));
            page.append(asked(asked));
        });
        return page.toString();
    }

    /** Prefixes that changed models' names must have, by model. */
    Map<String, Set<String>> prefixes() {
        Map<String, Set<String>> prefixes = new LinkedHashMap<>();
        by(Provision.NamePrefix.class)
                .forEach((prefix, asked) -> asked.stream()
                        .filter(requirement -> requirement.clause().when().stream()
                                .anyMatch(condition ->
                                        condition instanceof Condition.Modified(boolean modified) && modified))
                        .flatMap(requirement -> requirement.models().stream())
                        .forEach(model -> prefixes.computeIfAbsent(model, _ -> new LinkedHashSet<>())
                                .add(prefix.prefix())));
        return prefixes;
    }

    /** What is wrong with the names that were given, one sentence each. */
    List<String> wrongNames() {
        List<String> wrong = new ArrayList<>();
        prefixes()
                .forEach((model, prefixes) -> Optional.ofNullable(names.get(model))
                        .ifPresent(name -> prefixes.stream()
                                .filter(prefix -> !name.startsWith(prefix))
                                .forEach(prefix ->
                                        wrong.add("the name \"%s\" of %s does not begin with \"%s\", as %s asks"
                                                .formatted(name, model, prefix, askers(prefix))))));
        return wrong;
    }

    private String askers(String prefix) {
        return by(Provision.NamePrefix.class).getOrDefault(new Provision.NamePrefix(prefix), List.of()).stream()
                .map(Requirement::askedBy)
                .distinct()
                .collect(Collectors.joining(" and "));
    }

    String modelName() {
        StringBuilder page = new StringBuilder("""
            Names of models
            ===============
            Upper and lower case count.
            """);
        by(Provision.NamePrefix.class).forEach((prefix, asked) -> {
            page.append("\nA name that begins with \"%s\"\n".formatted(prefix.prefix()));
            page.append(asked(asked));
        });
        page.append("\nNames given:\n");
        prefixes()
                .forEach((model, prefixes) -> page.append("  %s: %s\n"
                        .formatted(
                                model,
                                Optional.ofNullable(names.get(model))
                                        .map(name -> "\"" + name + "\"")
                                        .orElse("none yet; it must begin with \"%s\""
                                                .formatted(String.join("\" and \"", prefixes))))));
        if (prefixes().isEmpty()) {
            page.append("  none is needed for the models of this pack themselves\n");
        }
        return page.toString();
    }

    /** What CHANGES begins with; a person's statement follows after a {@link #SEPARATOR}. */
    String changes() {
        StringBuilder page = new StringBuilder("""
            Statement of changes
            ====================
            The files of these models were changed. They are not the originals.
            """);
        Set<String> models = changed();
        for (Part part : stack) {
            if (models.contains(part.name())) {
                page.append("\n").append(part.name()).append("\n");
                changes(part).forEach(change -> page.append("  ").append(change).append("\n"));
            }
        }
        page.append("\n")
                .append(asked(by(Provision.ChangesMarked.class).values().stream()
                        .flatMap(List::stream)
                        .toList()));
        return page.toString();
    }

    private Set<String> changed() {
        return by(Provision.ChangesMarked.class).values().stream()
                .flatMap(List::stream)
                .flatMap(requirement -> requirement.models().stream())
                .collect(Collectors.toSet());
    }

    private List<String> changes(Part part) {
        List<String> changes = new ArrayList<>();
        List<String> bases = part.lineage().steps().stream()
                .filter(step -> step.relation() == Step.Relation.BASE)
                .map(Step::name)
                .toList();
        if (!bases.isEmpty()) {
            changes.add("made from " + String.join(" and ", bases));
        }
        part.use(use)
                .modification()
                .map(modification -> switch (modification) {
                    case NONE -> "";
                    case QUANTIZED -> "quantized: the weights are stored as smaller numbers";
                    case FINE_TUNED -> "fine-tuned: the weights were trained further";
                    case MERGED -> "merged: the weights of several models were put together";
                })
                .filter(change -> !change.isEmpty())
                .ifPresent(changes::add);
        part.lineage().steps().stream()
                .filter(step -> step.relation() == Step.Relation.QUANTIZED)
                .forEach(step -> changes.add("quantized with Stoa: " + step.name()));
        return changes;
    }

    /** The models whose changes only a person can describe: quantization alone is described by its name. */
    List<String> changedByPeople() {
        Set<String> models = changed();
        return stack.stream()
                .filter(part -> models.contains(part.name()))
                .filter(part -> {
                    Optional<Modification> modification = part.use(use).modification();
                    return modification.isEmpty()
                            ? !part.lineage().quantizedByStoa()
                            : modification.get() == Modification.FINE_TUNED
                                    || modification.get() == Modification.MERGED;
                })
                .map(Part::name)
                .toList();
    }

    String terms() {
        StringBuilder page = new StringBuilder("""
            Terms that must bind recipients
            ===============================
            Whoever receives the models, or a service that runs them, must be bound by the following, in a way that can be
            enforced: a licence, terms of service or a contract of yours. This list says what must be in it and where the
            licences say so; the binding words are those of the licence texts in LICENSES.
            """);
        by(Provision.EnforceableTerms.class).values().stream()
                .flatMap(List::stream)
                .forEach(requirement -> {
                    License license = requirement.license();
                    Optional<UserCopy> copy = Optional.ofNullable(copies.get(copy(license.id(), Paper.AGREEMENT)))
                            .map(UserCopy::of);
                    page.append("\n%s\n".formatted(requirement.askedBy()));
                    page.append(indented("asks: " + requirement.clause().says() + (requirement.certain() ? "" : IF)));
                    requirement.clause().remedy().ifPresent(remedy -> page.append(indented("do: " + remedy)));
                    page.append(indented("for: " + String.join(", ", requirement.models())));
                    page.append(where(license, requirement.clause(), copy));
                    page.append("  the restrictions:\n");
                    restrictions(license).forEach(clause -> {
                        page.append("  - %s: %s\n".formatted(clause.place(), restricted(clause)));
                        page.append(where(license, clause, copy));
                    });
                });
        return page.toString();
    }

    /** The clauses that recipients must be bound by, for {@link #terms}. */
    static List<Clause> restrictions(License license) {
        return license.clauses().stream()
                .filter(clause -> clause.topic() == Topic.ACCEPTABLE_USE && clause.effect() != Effect.ALLOWS)
                .toList();
    }

    private static String restricted(Clause clause) {
        String fields = clause.when().stream()
                .flatMap(condition -> condition instanceof Condition.InDomain(Set<IntendedUse.Domain> domains)
                        ? domains.stream()
                                .map(domain ->
                                        domain.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                        : Stream.empty())
                .sorted()
                .collect(Collectors.joining(", "));
        return clause.says() + (fields.isEmpty() ? "" : ": " + fields);
    }

    /** Where a clause stands in the copy of its licence. */
    private static String where(License license, Clause clause, Optional<UserCopy> copy) {
        return clause.quote()
                .flatMap(quote -> copy.flatMap(text -> text.find(quote)))
                .map(passage -> "    stands in %s, line %d to %d\n"
                        .formatted(copy(license.id(), Paper.AGREEMENT), passage.firstLine(), passage.lastLine()))
                .orElse("");
    }

    private static String asked(List<Requirement> requirements) {
        Map<String, Set<String>> models = new LinkedHashMap<>();
        for (Requirement requirement : requirements) {
            models.computeIfAbsent(
                            "  asked by %s: %s%s\n"
                                    .formatted(
                                            requirement.askedBy(),
                                            requirement.clause().says(),
                                            requirement.certain() ? "" : IF),
                            _ -> new LinkedHashSet<>())
                    .addAll(requirement.models());
        }
        return models.entrySet().stream()
                .map(entry -> entry.getKey() + "  for: " + String.join(", ", entry.getValue()) + "\n")
                .collect(Collectors.joining());
    }

    private static String indented(String line) {
        return "  " + line + "\n";
    }

    /** The page that says what to do with the others. */
    String readme(Manifest manifest, StackAnswer answer) {
        StringBuilder page = new StringBuilder("""
            What goes with these models
            ===========================
            This folder goes with the models below, wherever they are passed on. %s
            A lawyer signs off before anything rests on it. Check it with `stoa license verify-pack`.
            """.formatted(NO_ADVICE));
        if (manifest.partial()) {
            page.append("\nTHIS PACK IS PARTIAL: do not ship it. It lacks:\n");
            manifest.missing()
                    .forEach(missing -> page.append("- ").append(missing).append("\n"));
        }
        page.append("\nModels\n");
        manifest.models().forEach(model -> page.append(model(model)));
        page.append("\nUse: %s (%s)\n"
                .formatted(manifest.purpose(), manifest.outcome().name().replace('_', ' ')));
        manifest.facts().forEach((fact, value) -> page.append("- %s: %s\n".formatted(fact.key(), value)));
        page.append("\nFiles, and what to do with each\n");
        todo(!manifest.notices().isEmpty()).forEach((file, todo) -> page.append("- %s: %s\n".formatted(file, todo)));
        manifest.papers().stream()
                .filter(paper -> paper.recognised() != Manifest.Recognised.TEXT)
                .forEach(paper -> page.append("- %s: %s\n".formatted(paper.path(), doubt(paper.recognised()))));
        List<String> people = people(answer);
        if (!people.isEmpty()) {
            page.append("\nWhat no file can do, and you must\n");
            people.forEach(line -> page.append("- ").append(line).append("\n"));
        }
        return page.toString();
    }

    private static String doubt(Manifest.Recognised how) {
        return switch (how) {
            case TEXT -> "";
            case PASSAGES -> "every passage that Stoa knows is there; compare the rest with the original yourself";
            case NAMED -> "Stoa cannot recognise it; compare it with the original yourself";
        };
    }

    private static String model(PackedModel model) {
        return "- %s (%s), %s; %s\n"
                .formatted(
                        model.name(),
                        model.role().lowerCase(),
                        model.identity().orElse("no file named"),
                        model.steps().stream()
                                .map(step -> step.name() + ": "
                                        + step.license()
                                                .orElse(
                                                        step.relation() == Step.Relation.QUANTIZED
                                                                ? "as the original"
                                                                : "not known"))
                                .collect(Collectors.joining("; ")));
    }

    /** The parts that the use asks for, with what to do with each. */
    private Map<String, String> todo(boolean kept) {
        Function<String, String> words = file -> switch (file) {
            case NOTICE -> "ship it beside the weights, under this name; keep what upstream notices it ends with";
            case ATTRIBUTION -> "show these words where it says; shipping the file alone does not do";
            case MODEL_NAME -> "name the models by these rules wherever they are named";
            case CHANGES -> "ship it beside the weights, and say the same in the model card";
            case TERMS -> "put these terms into your licence or terms of service, and tell your users";
            default -> "ship this copy with the models, or show it where they are offered";
        };
        Map<String, String> todo = new LinkedHashMap<>();
        requirements.stream()
                .flatMap(requirement -> requirement.file().stream())
                .sorted()
                .forEach(file -> todo.putIfAbsent(file, words.apply(file)));
        if (kept) {
            todo.putIfAbsent(NOTICE, words.apply(NOTICE));
        }
        todo.put(Manifest.NAME, "ship it; it says what the pack rests on");
        return todo;
    }

    private List<String> people(StackAnswer answer) {
        Set<String> lines = new LinkedHashSet<>();
        for (Requirement requirement : requirements) {
            if (requirement.file().isEmpty()) {
                lines.add("%s (%s)%s"
                        .formatted(requirement.make(), requirement.askedBy(), requirement.certain() ? "" : IF));
            }
        }
        for (StackAnswer.PartAnswer part : answer.parts()) {
            for (Ground ground : part.answer().grounds()) {
                if (ground.effect() == Effect.DUTY && ground.license().isEmpty()) {
                    lines.add("%s: %s (%s)"
                            .formatted(part.model(), ground.remedy().orElse(ground.sentence()), ground.sentence()));
                }
            }
        }
        return List.copyOf(lines);
    }
}
