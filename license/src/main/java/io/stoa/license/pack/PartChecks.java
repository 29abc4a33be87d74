package io.stoa.license.pack;

import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.clause.Provision;
import io.stoa.license.pack.Manifest.Copied;
import io.stoa.license.pack.PackReport.Break;
import io.stoa.license.pack.PackReport.Kind;
import io.stoa.license.pack.PaperRules.Judgement;
import io.stoa.license.use.Answer.Outcome;
import io.stoa.model.Digest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Holds the parts of a pack against what they must be. */
final class PartChecks {
    private static final String AGAIN = "make the pack again with `stoa license pack`";

    private final Licenses licenses;
    private final Manifest manifest;
    private final Expectation expected;
    private final Map<String, byte[]> contents;
    private final boolean sameKnowledge;
    private final List<Break> breaks = new ArrayList<>();
    private int checked;

    PartChecks(
            Licenses licenses,
            Manifest manifest,
            Expectation expected,
            Map<String, byte[]> contents,
            boolean sameKnowledge) {
        this.licenses = licenses;
        this.manifest = manifest;
        this.expected = expected;
        this.contents = contents;
        this.sameKnowledge = sameKnowledge;
        outcome();
        statedDuties();
        papers();
        notice();
        attribution();
        names();
        changes();
        terms();
        readme();
    }

    List<Break> breaks() {
        return breaks;
    }

    /** How many things were checked. */
    int checked() {
        return checked;
    }

    private void add(Kind kind, String part, String what, String todo) {
        breaks.add(new Break(kind, part, what, todo));
    }

    private Optional<String> text(String path) {
        checked++;
        return Optional.ofNullable(contents.get(path)).map(Licenses::text);
    }

    private void outcome() {
        checked++;
        Outcome outcome = expected.answer().outcome();
        if (outcome == Outcome.FORBIDDEN) {
            add(
                    Kind.FORBIDDEN,
                    Manifest.NAME,
                    "the licences forbid the use that the manifest states: "
                            + expected.answer()
                                    .deciding()
                                    .getFirst()
                                    .proof()
                                    .grounds()
                                    .getFirst()
                                    .sentence(),
                    "do not ship; `stoa license check` says what would have to change");
        } else if (outcome != manifest.outcome()) {
            add(
                    Kind.DUTY,
                    Manifest.NAME,
                    "the manifest says that the use is %s; its models and facts come to %s"
                            .formatted(words(manifest.outcome()), words(outcome)),
                    AGAIN);
        }
        if (outcome == Outcome.UNKNOWN && !manifest.partial()) {
            add(
                    Kind.DUTY,
                    Manifest.NAME,
                    "whether the use is allowed is not known, and the pack does not say that it is partial: "
                            + String.join("; ", expected.answer().missing()),
                    "supply what is missing, and " + AGAIN);
        }
    }

    /** The manifest's list of duties is the one that its models and facts come to. */
    private void statedDuties() {
        Set<Manifest.Duty> stated = new LinkedHashSet<>(manifest.duties());
        for (Requirement requirement : expected.requirements()) {
            checked++;
            Manifest.Duty duty = Manifest.Duty.of(requirement);
            if (!stated.remove(duty)) {
                add(Kind.DUTY, Manifest.NAME, "the manifest lacks a duty of " + duty.words(), AGAIN);
            }
        }
        stated.forEach(duty -> add(
                Kind.DUTY,
                Manifest.NAME,
                "the manifest states a duty that its models and facts do not have: " + PackVerifier.shown(duty.words()),
                AGAIN));
    }

    private void papers() {
        PaperRules rules = new PaperRules(licenses);
        Set<String> wanted = new LinkedHashSet<>();
        for (Requirement requirement : expected.requirements()) {
            if (requirement.provision().orElse(null) instanceof Provision.Copy copy) {
                String path = Pages.copy(requirement.license().id(), copy.paper());
                if (wanted.add(path)) {
                    paper(rules, requirement, copy, path);
                }
            }
        }
        for (Copied paper : manifest.papers()) {
            if (!wanted.contains(paper.path())) {
                add(
                        Kind.DUTY,
                        PackVerifier.shown(paper.path()),
                        "no model of the manifest asks for this copy: was a model dropped or changed?",
                        AGAIN);
            }
        }
    }

    private void paper(PaperRules rules, Requirement requirement, Provision.Copy copy, String path) {
        License license = requirement.license();
        Optional<String> text = text(path);
        Optional<Copied> stated = manifest.papers().stream()
                .filter(paper -> paper.path().equals(path))
                .findFirst();
        if (stated.isEmpty() && !(manifest.partial() && text.isEmpty())) {
            add(Kind.MANIFEST, Manifest.NAME, "the manifest has no entry for the copy " + path, AGAIN);
        }
        if (text.isEmpty()) {
            if (stated.isPresent() || !manifest.partial()) {
                add(
                        Kind.MISSING,
                        path,
                        "the copy that %s of %s asks for is not there"
                                .formatted(requirement.clause().place(), license.name()),
                        "fetch it from %s, and %s".formatted(copy.url().orElse(license.source()), AGAIN));
            }
            return;
        }
        switch (rules.judge(license, copy.paper(), text.get())) {
            case Judgement.Wrong(String why) ->
                add(
                        Kind.WRONG_TEXT,
                        path,
                        path + " " + why,
                        "put the right text in its place, from %s, and %s"
                                .formatted(copy.url().orElse(license.source()), AGAIN));
            case Judgement.Right(Manifest.Recognised how) -> {
                if (stated.isPresent() && sameKnowledge && stated.get().recognised() != how) {
                    add(
                            Kind.MANIFEST,
                            Manifest.NAME,
                            "the manifest says that %s was recognised otherwise".formatted(path),
                            AGAIN);
                }
            }
        }
    }

    private void notice() {
        List<String> sentences = expected.pages().sentences();
        Optional<String> text = text(Pages.NOTICE);
        if (sentences.isEmpty() && manifest.notices().isEmpty()) {
            superfluous(Pages.NOTICE, text);
            return;
        }
        if (text.isEmpty()) {
            lost(Pages.NOTICE, Kind.NOTICE_SENTENCE, sentences);
            return;
        }
        List<String> lines = text.get().lines().toList();
        for (String sentence : sentences) {
            checked++;
            if (!lines.contains(sentence)) {
                add(
                        Kind.NOTICE_SENTENCE,
                        Pages.NOTICE,
                        "NOTICE lacks the prescribed sentence \"%s\", as %s asks"
                                .formatted(sentence, askers(new Provision.Notice(sentence))),
                        "put that sentence on a line of its own, word for word, or " + AGAIN);
            }
        }
        page(
                Pages.NOTICE,
                text.get(),
                expected.pages().notice(),
                manifest.notices().isEmpty());
        if (!manifest.notices().isEmpty() && !text.get().contains(Pages.SEPARATOR)) {
            add(Kind.PAGE, Pages.NOTICE, "NOTICE lacks the notices of the originals that it had", AGAIN);
        }
    }

    private void attribution() {
        List<String> displays = expected.pages().displays();
        Optional<String> text = text(Pages.ATTRIBUTION);
        if (displays.isEmpty()) {
            superfluous(Pages.ATTRIBUTION, text);
            return;
        }
        if (text.isEmpty()) {
            lost(Pages.ATTRIBUTION, Kind.DISPLAY, displays);
            return;
        }
        for (String display : displays) {
            checked++;
            if (!text.get().contains("\"" + display + "\"")) {
                add(
                        Kind.DISPLAY,
                        Pages.ATTRIBUTION,
                        "ATTRIBUTION lacks the words \"%s\"".formatted(display),
                        "put them back, exactly so, or " + AGAIN);
            }
        }
        page(Pages.ATTRIBUTION, text.get(), expected.pages().attribution(), true);
    }

    private void names() {
        Set<Provision.NamePrefix> prefixes =
                expected.pages().by(Provision.NamePrefix.class).keySet();
        expected.pages()
                .wrongNames()
                .forEach(wrong -> add(Kind.NAME, Manifest.NAME, wrong, "give the model another --name"));
        manifest.names().keySet().stream()
                .filter(named -> manifest.models().stream()
                        .noneMatch(model -> model.name().equals(named)))
                .forEach(named -> add(
                        Kind.NAME,
                        Manifest.NAME,
                        "the manifest names \"%s\", which is no model of it".formatted(PackVerifier.shown(named)),
                        AGAIN));
        Optional<String> text = text(Pages.MODEL_NAME);
        if (prefixes.isEmpty()) {
            superfluous(Pages.MODEL_NAME, text);
            return;
        }
        List<String> wanted = prefixes.stream()
                .map(prefix -> "A name that begins with \"%s\"".formatted(prefix.prefix()))
                .toList();
        if (text.isEmpty()) {
            lost(Pages.MODEL_NAME, Kind.NAME, wanted);
            return;
        }
        wanted.stream()
                .filter(rule -> !text.get().contains(rule))
                .forEach(rule ->
                        add(Kind.NAME, Pages.MODEL_NAME, "MODEL-NAME lacks the rule: %s".formatted(rule), AGAIN));
        page(Pages.MODEL_NAME, text.get(), expected.pages().modelName(), true);
    }

    private void changes() {
        boolean due = !expected.pages().by(Provision.ChangesMarked.class).isEmpty();
        Optional<String> text = text(Pages.CHANGES);
        if (!due) {
            superfluous(Pages.CHANGES, text);
            return;
        }
        if (text.isEmpty()) {
            lost(Pages.CHANGES, Kind.CHANGES, List.of("a statement of changes"));
            return;
        }
        page(
                Pages.CHANGES,
                text.get(),
                expected.pages().changes(),
                manifest.changes().isEmpty());
        List<String> by = expected.pages().changedByPeople();
        int separator = text.get().indexOf(Pages.SEPARATOR);
        String statement = separator < 0 ? "" : text.get().substring(separator + Pages.SEPARATOR.length());
        if (statement.isBlank() && (manifest.changes().isPresent() || (!by.isEmpty() && !manifest.partial()))) {
            add(
                    Kind.CHANGES,
                    Pages.CHANGES,
                    "CHANGES does not say what was changed in "
                            + String.join(", ", by.isEmpty() ? List.of("the models") : by),
                    "write down what was changed, by whom and when, and give it with --changes FILE");
        }
        if (manifest.changes().isPresent()
                && !statement.isBlank()
                && !manifest.changes().get().equals(Digest.of(statement))) {
            add(Kind.CHANGES, Pages.CHANGES, "the statement of changes is not the one that was given", AGAIN);
        }
    }

    private void terms() {
        List<Requirement> due = expected.pages().by(Provision.EnforceableTerms.class).values().stream()
                .flatMap(List::stream)
                .toList();
        Optional<String> text = text(Pages.TERMS);
        if (due.isEmpty()) {
            superfluous(Pages.TERMS, text);
            return;
        }
        if (text.isEmpty()) {
            lost(Pages.TERMS, Kind.TERMS, due.stream().map(Requirement::askedBy).toList());
            return;
        }
        for (Requirement requirement : due) {
            checked++;
            if (!text.get().contains(requirement.askedBy() + "\n")) {
                add(Kind.TERMS, Pages.TERMS, "TERMS lacks the terms of " + requirement.askedBy(), AGAIN);
            }
            Pages.restrictions(requirement.license()).stream()
                    .map(clause -> "%s: %s".formatted(clause.place(), clause.says()))
                    .filter(restriction -> !text.get().contains(restriction))
                    .forEach(restriction -> add(
                            Kind.TERMS,
                            Pages.TERMS,
                            "TERMS lacks a restriction of %s, %s"
                                    .formatted(requirement.license().id(), restriction),
                            AGAIN));
        }
        page(Pages.TERMS, text.get(), expected.pages().terms(), true);
    }

    private void readme() {
        Optional<String> text = text(Pages.README);
        if (text.isEmpty()) {
            if (!manifest.files().containsKey(Pages.README)) {
                add(Kind.MISSING, Pages.README, "README is missing", AGAIN);
            }
            return;
        }
        if (!text.get().contains(Pages.NO_ADVICE)) {
            add(Kind.PAGE, Pages.README, "README does not say that the pack is no legal advice", AGAIN);
        }
        page(Pages.README, text.get(), expected.pages().readme(manifest, expected.answer()), true);
    }

    /** What Stoa wrote is written again; with other knowledge it may rightly read otherwise. */
    private void page(String path, String text, String wanted, boolean whole) {
        checked++;
        boolean same = whole ? text.equals(wanted) : text.startsWith(wanted);
        if (sameKnowledge && !same) {
            add(
                    Kind.PAGE,
                    path,
                    "%s does not read as the manifest's models and facts make it: %s"
                            .formatted(path, difference(text, wanted)),
                    AGAIN);
        }
    }

    private static String difference(String text, String wanted) {
        List<String> is = text.lines().toList();
        List<String> must = wanted.lines().toList();
        for (int line = 0; line < must.size(); line++) {
            if (line >= is.size() || !is.get(line).equals(must.get(line))) {
                return "line %d must be \"%s\"".formatted(line + 1, PackVerifier.shown(must.get(line)));
            }
        }
        return "there is more after line " + must.size();
    }

    private void superfluous(String path, Optional<String> text) {
        if (text.isPresent() && manifest.files().containsKey(path)) {
            add(
                    Kind.DUTY,
                    path,
                    path + " is there, and no model of the manifest asks for it: was a model dropped or changed?",
                    AGAIN);
        }
    }

    private void lost(String path, Kind kind, List<String> wanted) {
        wanted.forEach(part -> add(kind, path, "%s is missing, and with it: %s".formatted(path, part), AGAIN));
    }

    private String askers(Provision.Notice notice) {
        return expected.pages().by(Provision.Notice.class).getOrDefault(notice, List.of()).stream()
                .map(Requirement::askedBy)
                .distinct()
                .findFirst()
                .orElse("a licence");
    }

    private static String words(Outcome outcome) {
        return outcome.name().replace('_', ' ');
    }
}
