package io.stoa.license.audit;

import io.stoa.license.audit.Audit.Model;
import io.stoa.license.audit.Audit.Outcome;
import io.stoa.license.audit.ModelFolder.ModelFile;
import io.stoa.license.audit.ModelFolder.ModelPaper;
import io.stoa.license.audit.ModelFolder.Unread;
import io.stoa.license.clause.Clause;
import io.stoa.license.clause.Condition;
import io.stoa.license.clause.Effect;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.clause.Provision;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.LineageReader;
import io.stoa.license.lineage.LineageReader.Paper;
import io.stoa.license.lineage.SpdxExpression;
import io.stoa.license.lineage.Step;
import io.stoa.license.lineage.Step.Standing;
import io.stoa.license.lineage.Trace;
import io.stoa.license.text.Recognition;
import io.stoa.license.use.Answer;
import io.stoa.license.use.Ground;
import io.stoa.license.use.UseExaminer;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads models side by side and says what their licences come to. A text that lies in many folders is recognised once. Not
 * for use by several threads.
 */
public final class Auditor {
    private static final Pattern LINE = Pattern.compile("line (\\d{1,6})$");
    private static final int MOST_ROUNDS = 8;

    private static final Comparator<Issue> GRAVEST_FIRST = Comparator.comparing(
                    (Issue issue) -> issue.excepted().isPresent())
            .thenComparing(issue -> issue.rule().level(), Comparator.reverseOrder())
            .thenComparing(Issue::rule)
            .thenComparing(Issue::file)
            .thenComparing(Issue::message);

    private final Licenses licenses;
    private final Optional<Policy> policy;
    private final LocalDate today;
    private final Map<Digest, Recognition> recognised = new ConcurrentHashMap<>();
    private final LineageReader reader;
    private final UseExaminer examiner;

    public Auditor(Licenses licenses, Optional<Policy> policy, LocalDate today) {
        this.licenses = licenses;
        this.policy = policy;
        this.today = today;
        this.reader = new LineageReader(
                licenses, text -> recognised.computeIfAbsent(Digest.of(text), _ -> licenses.recognize(text)));
        this.examiner = new UseExaminer(licenses);
    }

    /**
     * Audits models, as many at a time as there are processors.
     *
     * @throws StoaException of kind {@code BUG} when reading one fails otherwise than by its files
     */
    public Audit audit(List<ModelFolder> folders, Progress progress) {
        Neighbours neighbours = new Neighbours(folders);
        AtomicLong done = new AtomicLong();
        List<Model> models = new ArrayList<>();
        try (ExecutorService pool =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            List<Future<Model>> running = new ArrayList<>();
            for (ModelFolder folder : folders) {
                running.add(pool.submit(() -> {
                    Model model = model(folder, neighbours);
                    done.incrementAndGet();
                    return model;
                }));
            }
            for (Future<Model> model : running) {
                models.add(model.get());
                progress.at(done.get(), folders.size());
            }
        } catch (ExecutionException e) {
            throw new StoaException(StoaException.Kind.BUG, "an audit failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoaException(StoaException.Kind.RESOURCES, "the audit was interrupted", e);
        }
        return new Audit(today, licenses.digest(), policy.map(Policy::source), models);
    }

    /** The audited folders by what they are called: where one is a base of another, its papers speak for it. */
    private static final class Neighbours {
        private final Map<String, List<ModelFolder>> byName = new HashMap<>();

        Neighbours(List<ModelFolder> folders) {
            for (ModelFolder folder : folders) {
                put(folder.name(), folder);
                if (!folder.catalogued()) {
                    String[] parts = folder.place().split("/", -1);
                    put(parts[parts.length - 1], folder);
                    if (parts.length > 1) {
                        put(parts[parts.length - 2] + "/" + parts[parts.length - 1], folder);
                    }
                }
            }
        }

        private void put(String name, ModelFolder folder) {
            List<ModelFolder> folders = byName.computeIfAbsent(name.toLowerCase(Locale.ROOT), _ -> new ArrayList<>());
            if (!folders.contains(folder)) {
                folders.add(folder);
            }
        }

        /** The folder of a model; nothing when none or several are called so. */
        Optional<ModelFolder> of(String name) {
            String lower = name.toLowerCase(Locale.ROOT);
            return only(lower).or(() -> only(lower.substring(lower.lastIndexOf('/') + 1)));
        }

        private Optional<ModelFolder> only(String name) {
            List<ModelFolder> folders = byName.getOrDefault(name, List.of());
            return folders.size() == 1 ? Optional.of(folders.getFirst()) : Optional.empty();
        }
    }

    /** What was read of one model. */
    private final class Reading {
        private final List<Trace> traces = new ArrayList<>();
        private final List<Paper> papers = new ArrayList<>();
        private final SortedMap<String, Digest> digests = new TreeMap<>();
        private final Map<String, String> shown = new HashMap<>();

        /** What cannot be read of the model's papers or of a base's may say anything. */
        void paper(ModelPaper paper, Optional<String> owner) {
            Path as = paper.as().orElse(paper.path());
            shown.put(as.toString(), paper.shown());
            if (Licenses.isTooLarge(paper.path())) {
                papers.add(new Paper(as, "", owner, Optional.of(Licenses.TOO_LARGE)));
                return;
            }
            try {
                byte[] bytes = Licenses.read(paper.path());
                digests.put(paper.shown(), Digest.of(bytes));
                papers.add(new Paper(as, Licenses.text(bytes), owner));
            } catch (StoaException _) {
                papers.add(new Paper(as, "", owner, Optional.of("cannot be read; may you read it?")));
            }
        }

        void unread(Unread unread) {
            shown.put(unread.path().toString(), unread.shown());
            traces.add(Trace.unreadable(unread.path().toString(), unread.why()));
        }

        /** What of a base's folder could not be read belongs to the base. */
        void ofBase(ModelFolder other, String base) {
            other.papers().forEach(paper -> paper(paper, Optional.of(base)));
            for (Unread unread : other.unread()) {
                shown.put(unread.path().toString(), unread.shown());
                papers.add(new Paper(unread.path(), "", Optional.of(base), Optional.of(unread.why())));
            }
        }

        void file(ModelFile file) {
            String source = file.own().path().toString();
            shown.put(source, file.shown());
            reader.trace(file.own()).ifPresent(traces::add);
            if (!file.own().kind().isWeights()) {
                try {
                    digests.put(file.shown(), Digest.of(Licenses.read(file.own().path())));
                } catch (StoaException _) {
                    // its trace says so
                }
            }
        }
    }

    private Model model(ModelFolder folder, Neighbours neighbours) {
        Reading reading = new Reading();
        String called = folder.catalogued() ? folder.name() : lastName(folder);
        String source = folder.folder() + "/";
        reading.shown.put(source, folder.place());
        reading.traces.add(reader.called(source, called));
        folder.files().forEach(reading::file);
        folder.papers().forEach(paper -> reading.paper(paper, Optional.empty()));
        folder.unread().forEach(reading::unread);
        Lineage lineage = lineageOf(folder, reading, neighbours);
        List<Issue> issues = new ArrayList<>();
        for (Step step : lineage.steps()) {
            issues.addAll(new StepIssues(step, folder, reading).all());
        }
        issues.addAll(dropped(lineage, folder));
        issues.addAll(prefixes(lineage, folder));
        List<Issue> judged =
                policy.map(rules -> judged(rules, folder, lineage, issues)).orElse(issues);
        return new Model(
                folder.name(),
                folder.place(),
                settled(lineage),
                lineage,
                reading.traces.stream().flatMap(trace -> trace.signs().stream()).toList(),
                reading.digests,
                judged.stream().distinct().sorted(GRAVEST_FIRST).toList(),
                outcome(judged));
    }

    private static String lastName(ModelFolder folder) {
        return folder.name().substring(folder.name().lastIndexOf('/') + 1);
    }

    /** What names more bases than a model has says nothing that could be believed. */
    private Lineage lineageOf(ModelFolder folder, Reading reading, Neighbours neighbours) {
        try {
            return lineage(folder, reading, neighbours);
        } catch (StoaException e) {
            Trace unreadable = Trace.unreadable(folder.folder() + "/", e.sentence());
            return reader.read(folder.name(), Optional.of(folder.folder()), List.of(unreadable), List.of());
        }
    }

    /** Reads on until the papers of all bases and teachers that lie in audited folders are there. */
    private Lineage lineage(ModelFolder folder, Reading reading, Neighbours neighbours) {
        Set<String> asked = new LinkedHashSet<>();
        Lineage lineage = alone(folder, reading);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            int before = reading.papers.size();
            for (Step step : lineage.steps()) {
                if (step.relation() != Step.Relation.MODEL && asked.add(step.name())) {
                    neighbours
                            .of(step.name())
                            .filter(other -> !other.equals(folder))
                            .ifPresent(other -> reading.ofBase(other, step.name()));
                }
            }
            if (reading.papers.size() == before) {
                return lineage;
            }
            lineage = alone(folder, reading);
        }
        return lineage;
    }

    private Lineage alone(ModelFolder folder, Reading reading) {
        return reader.read(folder.name(), Optional.of(folder.folder()), reading.traces, reading.papers);
    }

    /** What the standing of one step comes to. */
    private final class StepIssues {
        private final Step step;
        private final ModelFolder folder;
        private final Reading reading;
        private final List<Issue> issues = new ArrayList<>();

        StepIssues(Step step, ModelFolder folder, Reading reading) {
            this.step = step;
            this.folder = folder;
            this.reading = reading;
        }

        List<Issue> all() {
            switch (step.standing()) {
                case Standing.Settled(String license) -> taught(license);
                case Standing.Compound compound -> compound.licenses().forEach(this::taught);
                case Standing.Inherited() -> {}
                case Standing.Open open -> open(open);
            }
            return issues;
        }

        private void open(Standing.Open open) {
            if (step.relation() == Step.Relation.TEACHER) {
                add(Rule.TEACHER_UNKNOWN, open.why(), Optional.empty());
                return;
            }
            List<Claim> doubtful = step.claims().stream()
                    .filter(claim -> claim.doubt().isPresent())
                    .toList();
            for (Claim claim : doubtful) {
                add(
                        rule(claim),
                        "%s: %s %s"
                                .formatted(
                                        step.name(),
                                        shown(claim.source()),
                                        claim.doubt().orElseThrow()),
                        Optional.of(claim));
            }
            List<Claim> said = step.claims().stream()
                    .filter(claim -> claim.license().isPresent())
                    .toList();
            if (said.stream()
                            .flatMap(claim -> claim.license().stream())
                            .distinct()
                            .count()
                    > 1) {
                add(
                        Rule.CLAIMS_CONTRADICT,
                        "claims about the licence of %s contradict each other: %s"
                                .formatted(
                                        step.name(),
                                        said.stream()
                                                .map(claim -> "%s (%s) says %s, that is %s"
                                                        .formatted(
                                                                shown(claim.source()),
                                                                claim.place(),
                                                                claim.said(),
                                                                claim.license().orElseThrow()))
                                                .distinct()
                                                .collect(Collectors.joining("; "))),
                        said.stream()
                                .filter(claim -> LINE.matcher(claim.place()).find())
                                .findFirst()
                                .or(() -> said.stream().findFirst()));
            } else if (doubtful.isEmpty()) {
                boolean base = step.relation() == Step.Relation.BASE;
                add(
                        base ? Rule.BASE_UNKNOWN : Rule.LICENSE_MISSING,
                        open.why(),
                        said.stream().findFirst());
            }
        }

        private static Rule rule(Claim claim) {
            if (claim.place().equals("front matter") || claim.place().equals("file")) {
                return Rule.PAPER_UNREADABLE;
            }
            return switch (claim.kind()) {
                case TEXT -> Rule.LICENSE_TEXT_UNKNOWN;
                case ORIGIN -> Rule.ORIGIN_IMPOSSIBLE;
                case EVIDENCE -> Rule.EVIDENCE_CONTRADICTS;
                case DECLARED, REPOSITORY, NAME -> Rule.LICENSE_UNKNOWN;
            };
        }

        /** What a teacher's licence says about models that its outputs trained. */
        private void taught(String id) {
            if (step.relation() != Step.Relation.TEACHER) {
                return;
            }
            License license = licenses.get(id);
            for (Clause clause : license.clauses()) {
                if (!clause.concernsOutputs() || clause.effect().compareTo(Effect.DUTY) < 0) {
                    continue;
                }
                add(
                        Auditor.taught(clause),
                        "outputs of %s trained it, and %s (section %s) says: %s"
                                .formatted(step.name(), license.name(), clause.section(), clause.says()),
                        Optional.empty());
            }
        }

        private void add(Rule rule, String message, Optional<Claim> claim) {
            OptionalInt line = OptionalInt.empty();
            Matcher matcher = LINE.matcher(claim.map(Claim::place).orElse(""));
            if (matcher.find()) {
                line = OptionalInt.of(Math.max(1, Integer.parseInt(matcher.group(1))));
            }
            issues.add(new Issue(
                    rule,
                    message,
                    claim.map(Claim::source).map(this::shown).orElse(folder.place()),
                    line,
                    Optional.empty()));
        }

        private String shown(String source) {
            return reading.shown.getOrDefault(source, source);
        }
    }

    /** Whether a prohibition under further conditions holds depends on facts that no folder tells. */
    static Rule taught(Clause clause) {
        return switch (clause.effect()) {
            case NOTES, ALLOWS, DUTY -> Rule.TEACHER_TERMS;
            case UNCLEAR -> Rule.TEACHER_UNCLEAR;
            case FORBIDS ->
                clause.when().stream()
                                .allMatch(condition -> condition instanceof Condition.OutputsTrainModels
                                        || condition instanceof Condition.OutputsTrainOthers)
                        ? Rule.TEACHER_FORBIDS
                        : Rule.TEACHER_UNCLEAR;
        };
    }

    /** What the model and its bases are under; teachers are not parts of it. */
    private static List<String> settled(Lineage lineage) {
        Set<String> settled = new LinkedHashSet<>();
        for (Step step : lineage.steps().reversed()) {
            if (step.relation() != Step.Relation.TEACHER) {
                switch (step.standing()) {
                    case Standing.Settled(String license) -> settled.add(license);
                    case Standing.Compound compound -> settled.add(compound.expression());
                    case Standing.Inherited(), Standing.Open _ -> {}
                }
            }
        }
        return List.copyOf(settled);
    }

    private static Step own(Lineage lineage) {
        return lineage.steps().stream()
                .filter(step -> step.relation() == Step.Relation.MODEL)
                .findFirst()
                .orElseThrow();
    }

    /** Terms of a base that stay with what is made from it, and that what the model declares does not have. */
    private List<Issue> dropped(Lineage lineage, ModelFolder folder) {
        List<Issue> issues = new ArrayList<>();
        Set<String> declared = own(lineage).claims().stream()
                .filter(claim -> claim.kind() == Claim.Kind.DECLARED || claim.kind() == Claim.Kind.TEXT)
                .flatMap(claim -> claim.license().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        for (Step step : lineage.steps()) {
            if (step.relation() != Step.Relation.BASE || declared.isEmpty()) {
                continue;
            }
            for (String base : step.standing().licenses()) {
                boolean kept = declared.stream().anyMatch(said -> keeps(said, base));
                if (!kept && licenses.get(base).flowsDown()) {
                    issues.add(issue(
                            Rule.TERMS_DROPPED,
                            "declared %s, but its base %s is under %s, whose terms stay with what is made from it"
                                    .formatted(String.join(" and ", declared), step.name(), base),
                            folder));
                }
            }
        }
        return issues;
    }

    /** Whoever may choose may choose the alternative without the base's licence: it must be in all of them. */
    private static boolean keeps(String said, String base) {
        return said.equals(base)
                || SpdxExpression.parse(said)
                        .filter(expression -> expression.alternatives().stream().allMatch(all -> all.contains(base)))
                        .isPresent();
    }

    /** Names that do not begin as the licence of a base or a teacher asks; the publisher's own names are its business. */
    private List<Issue> prefixes(Lineage lineage, ModelFolder folder) {
        List<Issue> issues = new ArrayList<>();
        if (!folder.catalogued()) {
            return issues;
        }
        String name = lastName(folder);
        for (Step step : lineage.steps()) {
            boolean taught = step.relation() == Step.Relation.TEACHER;
            if (!taught && step.relation() != Step.Relation.BASE) {
                continue;
            }
            for (String id : step.standing().licenses()) {
                License license = licenses.get(id);
                boolean own = license.publisher()
                        .filter(publisher ->
                                folder.name().toLowerCase(Locale.ROOT).startsWith(publisher + "/"))
                        .isPresent();
                license.clauses().stream()
                        .filter(clause -> taught == clause.concernsOutputs())
                        .flatMap(clause -> clause.provides().stream())
                        .flatMap(provision -> provision instanceof Provision.NamePrefix(String prefix)
                                ? Optional.of(prefix).stream()
                                : java.util.stream.Stream.empty())
                        .filter(prefix ->
                                !own && !name.toLowerCase(Locale.ROOT).startsWith(prefix.toLowerCase(Locale.ROOT)))
                        .forEach(prefix -> issues.add(issue(
                                Rule.NAME_LACKS_PREFIX,
                                "the name %s does not begin with \"%s\", as %s of %s asks when such a model is made available"
                                        .formatted(name, prefix, license.name(), step.name()),
                                folder)));
            }
        }
        return issues;
    }

    private static Issue issue(Rule rule, String message, ModelFolder folder) {
        return new Issue(rule, message, folder.place(), OptionalInt.empty(), Optional.empty());
    }

    /** What a policy adds, and what its exceptions cover. */
    private List<Issue> judged(Policy rules, ModelFolder folder, Lineage lineage, List<Issue> found) {
        List<Issue> issues = new ArrayList<>();
        for (Issue issue : found) {
            boolean noted = issue.rule() == Rule.TERMS_DROPPED && rules.notesDropped();
            issues.add(noted ? issue.except("the policy only notes dropped terms") : issue);
        }
        for (Step step : lineage.steps()) {
            issues.addAll(judged(rules, folder, step));
        }
        rules.use().ifPresent(use -> {
            Answer answer = examiner.examine(lineage, use);
            switch (answer.outcome()) {
                case ALLOWED -> {}
                case ALLOWED_WITH_DUTIES ->
                    issues.add(issue(Rule.POLICY_DUTIES, "allowed once this is done: " + remedies(answer), folder));
                case UNKNOWN ->
                    issues.add(issue(
                            Rule.POLICY_USE_UNKNOWN,
                            "whether the intended use is allowed is not known; " + String.join("; ", answer.missing()),
                            folder));
                case FORBIDDEN ->
                    issues.add(issue(
                            Rule.POLICY_USE,
                            answer.proof().grounds().stream()
                                    .map(ground -> "%s (%s)".formatted(ground.sentence(), ground.basis()))
                                    .collect(Collectors.joining("; ")),
                            folder));
            }
        });
        return excepted(rules, folder, issues);
    }

    private static String remedies(Answer answer) {
        return answer.grounds().stream()
                .filter(ground -> ground.effect() == Effect.DUTY)
                .flatMap((Ground ground) -> ground.remedy().stream())
                .distinct()
                .collect(Collectors.joining("; "));
    }

    private List<Issue> judged(Policy rules, ModelFolder folder, Step step) {
        return switch (step.standing()) {
            case Standing.Settled(String license) -> judged(rules, folder, step, List.of(List.of(license)));
            case Standing.Compound compound -> judged(rules, folder, step, compound.alternatives());
            case Standing.Inherited() -> List.of();
            case Standing.Open open -> {
                List<Issue> issues = new ArrayList<>();
                if (rules.categories().contains(Category.UNKNOWN)) {
                    issues.add(issue(Rule.POLICY_CATEGORY, "the policy denies what is unknown: " + open.why(), folder));
                }
                Set<String> meant = new LinkedHashSet<>(open.possible());
                step.claims().stream()
                        .filter(claim -> claim.doubt().isPresent())
                        .forEach(claim -> rules.denied().stream()
                                .filter(claim.said()::equalsIgnoreCase)
                                .forEach(meant::add));
                if (step.relation() != Step.Relation.TEACHER) {
                    meant.stream()
                            .filter(rules.denied()::contains)
                            .forEach(license -> issues.add(issue(
                                    Rule.POLICY_LICENSE,
                                    "one claim about %s means %s, which the policy denies"
                                            .formatted(step.name(), license),
                                    folder)));
                }
                yield issues;
            }
        };
    }

    /** Of alternatives one must be let in whole. A teacher is no part of the model: only its terms for outputs count. */
    private List<Issue> judged(Policy rules, ModelFolder folder, Step step, List<List<String>> alternatives) {
        if (step.relation() == Step.Relation.TEACHER) {
            return List.of();
        }
        List<Issue> least = List.of();
        for (List<String> all : alternatives) {
            List<Issue> issues = new ArrayList<>();
            for (String id : all) {
                if (!rules.allows(id)) {
                    issues.add(issue(
                            Rule.POLICY_LICENSE,
                            "%s is under %s, which the policy does not allow".formatted(step.name(), id),
                            folder));
                }
                Category.of(licenses.get(id)).stream()
                        .filter(rules.categories()::contains)
                        .forEach(category -> issues.add(issue(
                                Rule.POLICY_CATEGORY,
                                "%s is under %s, which is %s: the policy denies that"
                                        .formatted(step.name(), id, category.key()),
                                folder)));
            }
            if (issues.isEmpty()) {
                return List.of();
            }
            least = least.isEmpty() || issues.size() < least.size() ? issues : least;
        }
        return least;
    }

    private List<Issue> excepted(Policy rules, ModelFolder folder, List<Issue> issues) {
        List<Issue> all = new ArrayList<>();
        Set<Policy.Exemption> expired = new LinkedHashSet<>();
        for (Issue issue : issues) {
            List<Policy.Exemption> covering = rules.exceptions().stream()
                    .filter(_ -> issue.excepted().isEmpty() && issue.rule().level() != Rule.Level.NOTE)
                    .filter(exception -> exception.covers(folder.name(), issue.rule()))
                    .toList();
            Optional<Policy.Exemption> holding = covering.stream()
                    .filter(exception -> !today.isAfter(exception.expires()))
                    .findFirst();
            if (holding.isEmpty()) {
                expired.addAll(covering);
            }
            all.add(holding.map(exception ->
                            issue.except("%s (until %s)".formatted(exception.reason(), exception.expires())))
                    .orElse(issue));
        }
        for (Policy.Exemption exception : expired) {
            all.add(issue(
                    Rule.POLICY_EXCEPTION_EXPIRED,
                    "an exception expired on %s: %s".formatted(exception.expires(), exception.reason()),
                    folder));
        }
        return all;
    }

    private static Outcome outcome(List<Issue> issues) {
        if (issues.stream().anyMatch(Issue::isViolation)) {
            return Outcome.FAIL;
        }
        return issues.stream().anyMatch(Issue::isDoubt) ? Outcome.UNKNOWN : Outcome.PASS;
    }
}
