package io.stoa.license.pack;

import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.clause.Provision;
import io.stoa.license.clause.Provision.Paper;
import io.stoa.license.pack.Manifest.Copied;
import io.stoa.license.pack.PaperRules.Judgement;
import io.stoa.license.use.Answer.Outcome;
import io.stoa.license.use.Part;
import io.stoa.license.use.StackAnswer;
import io.stoa.license.use.StackExaminer;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Makes the folder that goes with models that are passed on. Immutable, safe to share. */
public final class PackMaker {
    /** Of so many files is said what they are, when none of them is the paper that is missing. */
    private static final int MOST_NEAR = 3;

    private final Licenses licenses;

    public PackMaker(Licenses licenses) {
        this.licenses = licenses;
    }

    /**
     * Makes a pack. The same arguments give the same bytes.
     *
     * @throws StoaException of kind {@code USER} when the stack is none, or a name breaks a licence's rule
     */
    public Packing make(PackRequest request) {
        StackAnswer answer = new StackExaminer(licenses).examine(request.stack(), request.use());
        if (answer.outcome() == Outcome.FORBIDDEN) {
            return new Packing.Forbidden(answer);
        }
        if (answer.outcome() == Outcome.UNKNOWN && !request.partial()) {
            return new Packing.Unknown(answer);
        }
        refuseStrangers(request);
        List<Requirement> requirements = Requirement.of(licenses, request.stack(), request.use());
        List<String> missing = new ArrayList<>(answer.missing());
        if (answer.outcome() == Outcome.UNKNOWN && missing.isEmpty()) {
            missing.add("whether the use is allowed");
        }
        SequencedMap<Copied, UserFile> papers = papers(request, requirements, missing);
        Map<String, String> copies = new LinkedHashMap<>();
        papers.forEach((copied, file) -> copies.put(copied.path(), file.text()));
        Pages pages = new Pages(request.stack(), request.use(), requirements, new TreeMap<>(request.names()), copies);
        refuseWrongNames(pages);
        missing.addAll(missingChanges(request, pages));
        if (!missing.isEmpty() && !request.partial()) {
            return new Packing.Incomplete(missing);
        }
        return new Packing.Made(pack(request, answer, requirements, papers, pages, missing));
    }

    private static void refuseStrangers(PackRequest request) {
        List<String> models = request.stack().stream().map(Part::name).toList();
        new TreeSet<>(request.names().keySet()).forEach(named -> {
            if (!models.contains(named)) {
                throw StoaException.user("a name is given for %s, which is no model of the stack; the models are %s"
                        .formatted(named, String.join(", ", models)));
            }
        });
    }

    private static void refuseWrongNames(Pages pages) {
        List<String> wrong = pages.wrongNames();
        if (!wrong.isEmpty()) {
            throw StoaException.user(String.join("; ", wrong) + "; choose another --name");
        }
    }

    private static List<String> missingChanges(PackRequest request, Pages pages) {
        List<String> by = pages.changedByPeople();
        return by.isEmpty()
                        || request.changes()
                                .filter(file -> !file.text().isBlank())
                                .isPresent()
                ? List.of()
                : List.of(
                        "a statement of what was changed in %s, by whom and when: write it into a file, --changes FILE"
                                .formatted(String.join(", ", by)));
    }

    /** The copies that are asked for, as far as the user has them. */
    private SequencedMap<Copied, UserFile> papers(
            PackRequest request, List<Requirement> requirements, List<String> missing) {
        SortedMap<String, String> lacking = new TreeMap<>();
        SequencedMap<Copied, UserFile> papers = new LinkedHashMap<>();
        List<UserFile> files = request.papers().stream()
                .sorted(Comparator.comparing((UserFile file) -> file.policyOf().isEmpty())
                        .thenComparing(UserFile::source))
                .toList();
        for (Requirement requirement : requirements) {
            if (requirement.provision().orElse(null) instanceof Provision.Copy copy) {
                String path = Pages.copy(requirement.license().id(), copy.paper());
                boolean there = papers.keySet().stream()
                        .anyMatch(copied -> copied.path().equals(path));
                if (!there) {
                    Optional<Map.Entry<Copied, UserFile>> found =
                            find(requirement.license(), copy.paper(), path, files);
                    found.ifPresent(paper -> papers.put(paper.getKey(), paper.getValue()));
                    if (found.isEmpty()) {
                        lacking.put(path, lacking(requirement, copy, files));
                    }
                }
            }
        }
        missing.addAll(lacking.values());
        return papers;
    }

    private Optional<Map.Entry<Copied, UserFile>> find(
            License license, Paper paper, String path, List<UserFile> files) {
        PaperRules rules = new PaperRules(licenses);
        for (UserFile file : files) {
            if (mayBe(rules, license, paper, file)
                    && rules.judge(license, paper, file.text()) instanceof Judgement.Right right) {
                return Optional.of(Map.entry(new Copied(path, license.id(), paper, right.how()), file));
            }
        }
        return Optional.empty();
    }

    private static boolean mayBe(PaperRules rules, License license, Paper paper, UserFile file) {
        return switch (paper) {
            case AGREEMENT -> file.policyOf().isEmpty();
            case POLICY ->
                file.policyOf().map(license.id()::equals).orElseGet(() -> rules.looksLikePolicy(license, file));
        };
    }

    private String lacking(Requirement requirement, Provision.Copy copy, List<UserFile> files) {
        License license = requirement.license();
        PaperRules rules = new PaperRules(licenses);
        List<String> near = files.stream()
                .filter(file -> mayBe(rules, license, copy.paper(), file))
                .flatMap(file -> rules.judge(license, copy.paper(), file.text()) instanceof Judgement.Wrong wrong
                        ? Stream.of(file.source() + " " + wrong.why())
                        : Stream.empty())
                // what reads like this licence says more than what is another one
                .sorted(Comparator.comparing((String said) -> !said.contains(license.id())))
                .limit(MOST_NEAR)
                .toList();
        String instead = near.isEmpty() ? "" : " (" + String.join("; ", near) + ")";
        return switch (copy.paper()) {
            case AGREEMENT ->
                "the text of %s (%s), as %s asks: fetch it from %s, then --text FILE%s"
                        .formatted(
                                license.name(),
                                license.id(),
                                requirement.clause().place(),
                                copy.url().orElse(license.source()),
                                instead);
            case POLICY ->
                "the acceptable use policy of %s (%s), as %s asks: fetch it from %s, then --policy %s=FILE%s"
                        .formatted(
                                license.name(),
                                license.id(),
                                requirement.clause().place(),
                                copy.url().orElse(license.source()),
                                license.aliases().stream().findFirst().orElse(license.id()),
                                instead);
        };
    }

    private Pack pack(
            PackRequest request,
            StackAnswer answer,
            List<Requirement> requirements,
            SequencedMap<Copied, UserFile> papers,
            Pages pages,
            List<String> missing) {
        SortedMap<String, byte[]> files = new TreeMap<>();
        papers.forEach((copied, file) -> files.put(copied.path(), file.bytes().copy()));
        List<UserFile> notices = request.notices().stream()
                .filter(notice -> !notice.text().isBlank())
                .toList();
        if (!pages.sentences().isEmpty() || !notices.isEmpty()) {
            put(files, Pages.NOTICE, pages.notice() + appended(notices));
        }
        if (!pages.displays().isEmpty()) {
            put(files, Pages.ATTRIBUTION, pages.attribution());
        }
        if (!pages.by(Provision.NamePrefix.class).isEmpty()) {
            put(files, Pages.MODEL_NAME, pages.modelName());
        }
        boolean changed = !pages.by(Provision.ChangesMarked.class).isEmpty();
        List<UserFile> changes = request
                .changes()
                .filter(file -> changed && !file.text().isBlank())
                .stream()
                .toList();
        if (changed) {
            put(files, Pages.CHANGES, pages.changes() + appended(changes));
        }
        if (!pages.by(Provision.EnforceableTerms.class).isEmpty()) {
            put(files, Pages.TERMS, pages.terms());
        }
        Manifest manifest = new Manifest(
                licenses.digest(),
                !missing.isEmpty(),
                answer.outcome(),
                request.use().purpose(),
                Manifest.facts(request.use()),
                request.stack().stream()
                        .map(part -> PackedModel.of(
                                part, Optional.ofNullable(request.identities().get(part.name()))))
                        .toList(),
                new TreeMap<>(request.names()),
                requirements.stream().map(Manifest.Duty::of).toList(),
                List.copyOf(papers.keySet()),
                notices.stream().map(notice -> Digest.of(notice.text())).toList(),
                changes.stream().findFirst().map(file -> Digest.of(file.text())),
                missing.stream().distinct().toList(),
                new TreeMap<>());
        put(files, Pages.README, pages.readme(manifest, answer));
        Manifest complete = manifest.with(entries(files));
        files.put(Manifest.NAME, ManifestJson.write(complete));
        return new Pack(complete, files);
    }

    private static String appended(List<UserFile> texts) {
        StringBuilder appended = new StringBuilder();
        texts.forEach(text -> appended.append(Pages.SEPARATOR).append(text.text()));
        return appended.toString();
    }

    private static SortedMap<String, Manifest.Entry> entries(SortedMap<String, byte[]> files) {
        SortedMap<String, Manifest.Entry> entries = new TreeMap<>();
        files.forEach((path, bytes) -> entries.put(path, new Manifest.Entry(bytes.length, Digest.of(bytes))));
        return entries;
    }

    private static void put(SortedMap<String, byte[]> files, String path, String text) {
        files.put(path, text.getBytes(StandardCharsets.UTF_8));
    }
}
