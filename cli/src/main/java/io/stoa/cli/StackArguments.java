package io.stoa.cli;

import io.stoa.assess.yaml.AssessmentFile;
import io.stoa.license.clause.Licenses;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.LineageReader;
import io.stoa.license.lineage.LineageReader.Paper;
import io.stoa.license.lineage.SpdxExpression;
import io.stoa.license.lineage.Step;
import io.stoa.license.use.Fact;
import io.stoa.license.use.Part;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.Role;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;

/** The models of a stack as a user names them. Mutable; models are added first, then facts, then the stack is made. */
final class StackArguments {
    private static final Pattern COMMA = Pattern.compile(",");

    private final Licenses licenses;
    private final SequencedMap<String, Model> models = new LinkedHashMap<>();

    StackArguments(Licenses licenses) {
        this.licenses = licenses;
    }

    /**
     * A model.
     *
     * @param files its GGUF file, when it has one, then the papers that were given with it
     * @param revision its endpoint, when that is pinned to a revision
     */
    private record Model(Role role, Lineage lineage, List<Path> files, Optional<String> revision) {}

    /** The files that were given with the models, weights and papers, by the models' names. */
    SequencedMap<String, List<Path>> files() {
        SequencedMap<String, List<Path>> files = new LinkedHashMap<>();
        models.forEach((name, model) -> files.put(name, model.files));
        return files;
    }

    /** The endpoints that are pinned to a revision, by the models' names. */
    SequencedMap<String, String> revisions() {
        SequencedMap<String, String> revisions = new LinkedHashMap<>();
        models.forEach((name, model) -> model.revision.ifPresent(revision -> revisions.put(name, revision)));
        return revisions;
    }

    /** The names that were given so far. */
    Set<String> names() {
        return models.sequencedKeySet();
    }

    /** Adds a model of an assessment file, under its id. */
    void add(AssessmentFile.Model model) {
        Candidate candidate = switch (model) {
            case AssessmentFile.Model.File of -> file(of.id(), of.path(), of.papers());
            case AssessmentFile.Model.Endpoint of ->
                new Candidate.RemoteModel(
                        of.id(), of.baseUri(), of.name(), of.revision(), of.papers(), of.keyVariable());
        };
        List<Path> files = new ArrayList<>();
        Optional<String> revision = Optional.empty();
        switch (candidate) {
            case Candidate.GgufFile gguf -> files.add(gguf.path());
            case Candidate.RemoteModel remote -> revision = remote.revision().map(_ -> remote.identity());
        }
        files.addAll(candidate.papers());
        models.put(
                model.id(),
                new Model(
                        model.disclosure().role(),
                        read(candidate, model.disclosure().teachers()),
                        files,
                        revision));
    }

    /**
     * Adds a model as {@code --model} writes it, under its role.
     *
     * @throws StoaException of kind {@code USER} that says what is wrong with it
     */
    void add(String argument) {
        int equals = argument.indexOf('=');
        Role role = role(argument, Math.max(0, equals));
        List<String> parts = COMMA.splitAsStream(argument.substring(equals + 1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
        if (parts.isEmpty()) {
            throw StoaException.user("--model " + argument + ": name a licence or a file after the role");
        }
        String name = role.lowerCase();
        for (int i = 2; models.containsKey(name); i++) {
            name = role.lowerCase() + "-" + i;
        }
        List<Path> files = parts.stream()
                .filter(part -> licenses.find(part).isEmpty() && !isExpression(part))
                .map(part -> LicenseArgument.file(part, licenses))
                .toList();
        models.put(name, new Model(role, lineage(name, parts), files, Optional.empty()));
    }

    private static Role role(String argument, int equals) {
        for (Role role : Role.values()) {
            if (role.lowerCase().equals(argument.substring(0, equals).toLowerCase(Locale.ROOT))) {
                return role;
            }
        }
        throw StoaException.user("--model " + argument + ": write it as ROLE=LICENSE, such as generator=llama3.1");
    }

    /** Says of one model, or of all of them when the name is empty, whether it takes more than text. */
    void multimodal(String name, boolean value) {
        models.replaceAll((key, model) -> name.isEmpty() || key.equals(name)
                ? new Model(
                        model.role,
                        new Lineage(model.lineage.steps(), model.lineage.architecture(), Optional.of(value)),
                        model.files,
                        model.revision)
                : model);
    }

    /** The stack, each model with facts of its own. */
    List<Part> stack(Map<String, Map<Fact, String>> own) {
        if (models.isEmpty()) {
            throw StoaException.user(
                    "no model is named: name a stoa.yaml, or models such as --model generator=llama3.1");
        }
        List<Part> stack = new ArrayList<>();
        models.forEach((name, model) ->
                stack.add(new Part(name, model.role, model.lineage, own.getOrDefault(name, Map.of()))));
        return stack;
    }

    private Lineage lineage(String name, List<String> parts) {
        if (parts.getFirst().toLowerCase(Locale.ROOT).endsWith(".gguf")) {
            List<Path> papers = parts.stream()
                    .skip(1)
                    .map(part -> LicenseArgument.file(part, licenses))
                    .toList();
            return read(file(name, LicenseArgument.file(parts.getFirst(), licenses), papers), List.of());
        }
        List<Step> steps = new ArrayList<>();
        for (String base : parts.subList(1, parts.size())) {
            steps.add(new Step(Step.Relation.BASE, "base under " + base, List.of(claim(base))));
        }
        steps.add(new Step(Step.Relation.MODEL, name, List.of(claim(parts.getFirst()))));
        return new Lineage(steps, Optional.empty(), Optional.empty());
    }

    /** A licence by name, an expression of licences, or a file with a text. */
    private Claim claim(String said) {
        return licenses.find(said).isPresent() || isExpression(said)
                ? Claim.declared("--model", "licence", said, licenses)
                : Claim.ofText(said, licenses.recognize(LicenseArgument.file(said, licenses)), licenses);
    }

    private static boolean isExpression(String said) {
        return LicenseArgument.file(said).isEmpty()
                && SpdxExpression.parse(said).filter(SpdxExpression::isCompound).isPresent();
    }

    /** Only the header is read, and nothing is kept under the file's identity: its real digest would take a full pass. */
    private static Candidate.GgufFile file(String id, Path path, List<Path> papers) {
        return new Candidate.GgufFile(id, path, Digest.of(path.toString()), papers, Optional.empty());
    }

    private Lineage read(Candidate candidate, List<String> teachers) {
        List<Paper> papers = candidate.papers().stream().map(Paper::read).toList();
        return new LineageReader(licenses).read(candidate, papers, teachers);
    }
}
