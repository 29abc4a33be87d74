package io.stoa.license;

import io.stoa.license.clause.Effect;
import io.stoa.license.clause.Licenses;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.LineageReader;
import io.stoa.license.lineage.LineageReader.Paper;
import io.stoa.license.lineage.OwnFile;
import io.stoa.license.lineage.Step;
import io.stoa.license.lineage.Step.Standing;
import io.stoa.license.use.Answer;
import io.stoa.license.use.Fact;
import io.stoa.license.use.Ground;
import io.stoa.license.use.Part;
import io.stoa.license.use.UseExaminer;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.IntendedUse;
import io.stoa.model.Pillar;
import io.stoa.model.PillarName;
import io.stoa.model.Progress;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.Role;
import io.stoa.model.StoaException;
import io.stoa.model.Subject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Asks which licence applies ({@code license/claims}) and whether the intended use is allowed ({@code license/use}).
 *
 * <p>Both read headers and papers only. What was read is recorded as a {@link Lineage}, what was concluded as an {@link
 * Answer}, under keys that change with the papers, the use and Stoa's knowledge of licences. Immutable, safe to share.
 */
public final class LicensePillar implements Pillar {
    private static final String UNKNOWN = "unknown";

    private final Licenses licenses;

    public LicensePillar(Licenses licenses) {
        this.licenses = licenses;
    }

    @Override
    public PillarName name() {
        return PillarName.LICENSE;
    }

    @Override
    public List<Check> plan(Subject subject) {
        return List.of(new ClaimsCheck(licenses, subject), new UseCheck(licenses, subject));
    }

    /**
     * Which licence applies to a subject and what refuses its use, apart, for whoever must name them later.
     *
     * @param expression the licences of every step of the lineage that has its own, joined by {@code AND}; "unknown" where
     *     one is not known
     * @param papers what was read, beside the file itself
     * @param refusals what forbids the use
     */
    public record Held(String expression, List<Path> papers, List<Refused> refusals) {
        public Held {
            papers = List.copyOf(papers);
            refusals = List.copyOf(refusals);
        }
    }

    /**
     * A clause that forbids the use.
     *
     * @param finding the sentence of the finding that says so
     * @param license the id of the licence; "unknown" where no licence says it
     * @param clause the section, and how it is known
     */
    public record Refused(String finding, String license, String clause) {}

    /** Reads both from the ledger, where the checks have been asked before. */
    public Held held(Subject subject, Recorder recorder) {
        Recorded<Lineage> lineage = lineage(licenses, subject, recorder);
        List<Refused> refusals =
                UseCheck.answer(licenses, subject, lineage.value(), recorder).value().grounds().stream()
                        .filter(ground -> ground.effect() == Effect.FORBIDS)
                        .map(ground -> new Refused(
                                UseCheck.sentence(ground), ground.license().orElse(UNKNOWN), ground.basis()))
                        .toList();
        List<Path> papers = new ArrayList<>(subject.candidate().papers());
        settings(subject.candidate()).forEach(file -> papers.add(file.path()));
        return new Held(expression(lineage.value()), papers, refusals);
    }

    private static String expression(Lineage lineage) {
        String all = lineage.steps().stream()
                .map(step -> switch (step.standing()) {
                    case Standing.Settled(String license) -> license;
                    case Standing.Compound compound -> "(" + compound.expression() + ")";
                    case Standing.Open _ -> UNKNOWN;
                    case Standing.Inherited() -> "";
                })
                .filter(license -> !license.isEmpty())
                .distinct()
                .collect(Collectors.joining(" AND "));
        return all.isEmpty() ? UNKNOWN : all;
    }

    private static Recorded<Lineage> lineage(Licenses licenses, Subject subject, Recorder recorder) {
        List<Paper> papers = new ArrayList<>();
        StringBuilder inputs = new StringBuilder(licenses.digest().toString());
        for (Path path : subject.candidate().papers()) {
            Paper paper = Paper.read(path);
            papers.add(paper);
            inputs.append('\n')
                    .append(path)
                    .append(' ')
                    .append(Digest.of(paper.defect().orElse("") + paper.text()));
        }
        settings(subject.candidate())
                .forEach(file -> inputs.append('\n')
                        .append(file.path())
                        .append(' ')
                        .append(Licenses.isTooLarge(file.path()) ? "too large" : digest(file.path())));
        List<String> teachers = subject.disclosure().teachers();
        teachers.forEach(teacher -> inputs.append("\nteacher ").append(teacher));
        EvidenceKey key = new EvidenceKey(subject.candidate().identity(), ClaimsCheck.ID, Digest.of(inputs.toString()));
        return recorder.once(
                key, Lineage.class, () -> new LineageReader(licenses).read(subject.candidate(), papers, teachers));
    }

    /** The files beside a candidate that tell what it was made from. */
    private static List<OwnFile> settings(Candidate candidate) {
        return switch (candidate) {
            case Candidate.GgufFile file -> OwnFile.settingsBeside(file.path());
            case Candidate.RemoteModel _ -> List.of();
        };
    }

    private static String digest(Path file) {
        try {
            return Digest.of(Licenses.read(file)).toString();
        } catch (StoaException _) {
            return "unreadable";
        }
    }

    /** Which licence applies. */
    private record ClaimsCheck(Licenses licenses, Subject subject) implements Check {
        private static final String ID = "license/claims";

        @Override
        public String id() {
            return ID;
        }

        @Override
        public PillarName pillar() {
            return PillarName.LICENSE;
        }

        @Override
        public String title() {
            int papers = subject.candidate().papers().size();
            return "which licence applies: file header and " + papers + (papers == 1 ? " paper" : " papers");
        }

        @Override
        public Stage stage() {
            return Stage.EXAMINE;
        }

        @Override
        public Duration estimate() {
            return Duration.ofMillis(200);
        }

        @Override
        public List<Finding> run(Recorder recorder, Progress progress) {
            Recorded<Lineage> lineage = lineage(licenses, subject, recorder);
            List<EvidenceRef> evidence = List.of(lineage.evidence());
            List<Finding> findings = new ArrayList<>();
            for (Step step : lineage.value().steps()) {
                findings.add(
                        switch (step.standing()) {
                            case Standing.Settled(String license) -> under(step, license, evidence);
                            case Standing.Compound compound -> under(step, compound.expression(), evidence);
                            case Standing.Inherited() ->
                                Finding.info(
                                        this,
                                        "%s is Stoa's own quantization: a change of the weights, under the same licences"
                                                .formatted(step.name()),
                                        List.of(),
                                        evidence);
                            case Standing.Open open ->
                                Finding.unknown(this, open.why(), open.remedy(), List.of(), evidence);
                        });
            }
            return findings;
        }

        private Finding under(Step step, String license, List<EvidenceRef> evidence) {
            String sources = step.claims().stream().map(Claim::where).distinct().collect(Collectors.joining(" and "));
            return Finding.info(
                    this,
                    "%s is under %s, as said by %s".formatted(step.name(), license, sources),
                    List.of(),
                    evidence);
        }
    }

    /** Whether the intended use is allowed. */
    private record UseCheck(Licenses licenses, Subject subject) implements Check {
        private static final String ID = "license/use";

        @Override
        public String id() {
            return ID;
        }

        @Override
        public PillarName pillar() {
            return PillarName.LICENSE;
        }

        @Override
        public String title() {
            return "whether the licences allow the intended use";
        }

        @Override
        public Stage stage() {
            return Stage.EXAMINE;
        }

        @Override
        public Duration estimate() {
            return Duration.ofMillis(50);
        }

        @Override
        public List<Finding> run(Recorder recorder, Progress progress) {
            Recorded<Lineage> lineage = lineage(licenses, subject, recorder);
            Recorded<Answer> answer = answer(licenses, subject, lineage.value(), recorder);
            List<EvidenceRef> evidence = List.of(lineage.evidence(), answer.evidence());
            List<Finding> findings = new ArrayList<>();
            Set<String> told = lineage.value().steps().stream()
                    .flatMap(step ->
                            step.standing() instanceof Standing.Open open ? Stream.of(open.why()) : Stream.empty())
                    .collect(Collectors.toSet());
            for (Ground ground : answer.value().grounds()) {
                // the check of the claims has said already that this is not known
                if (told.contains(ground.sentence())) {
                    continue;
                }
                String sentence = sentence(ground);
                switch (ground.effect()) {
                    case FORBIDS -> findings.add(Finding.blocks(this, sentence, remedy(ground), List.of(), evidence));
                    case UNCLEAR -> findings.add(Finding.unknown(this, sentence, remedy(ground), List.of(), evidence));
                    case DUTY -> findings.add(Finding.condition(this, sentence, remedy(ground), List.of(), evidence));
                    case ALLOWS, NOTES -> {}
                }
            }
            findings.add(Finding.info(
                    this, summary(answer.value(), subject.disclosure().role()), List.of(), evidence));
            return findings;
        }

        static Recorded<Answer> answer(Licenses licenses, Subject subject, Lineage lineage, Recorder recorder) {
            Part part = new Part(subject.candidate().id(), subject.disclosure().role(), lineage, Map.of());
            IntendedUse use = part.use(subject.use());
            Digest inputs = Digest.of(licenses.digest() + "\n" + lineage + "\n" + written(use));
            return recorder.once(
                    new EvidenceKey(subject.candidate().identity(), ID, inputs),
                    Answer.class,
                    () -> new UseExaminer(licenses).examine(lineage, use));
        }

        private static String sentence(Ground ground) {
            List<String> proof = new ArrayList<>(List.of(ground.basis()));
            proof.addAll(ground.facts());
            return "%s (%s)".formatted(ground.sentence(), String.join("; ", proof));
        }

        private static String remedy(Ground ground) {
            return ground.remedy().orElseThrow();
        }

        private static String summary(Answer answer, Role role) {
            String granted = answer.grounds().stream()
                    .filter(ground -> ground.effect().compareTo(Effect.ALLOWS) <= 0)
                    .map(UseCheck::sentence)
                    .collect(Collectors.joining("; "));
            String outcome = switch (answer.outcome()) {
                case ALLOWED -> "the intended use is allowed and nothing is asked for it";
                case ALLOWED_WITH_DUTIES -> "the intended use is allowed once its duties are met";
                case UNKNOWN -> "whether the intended use is allowed is not known";
                case FORBIDDEN -> "the intended use is forbidden";
            };
            String said = role == Role.GENERATOR ? outcome : "as " + role.lowerCase() + ", " + outcome;
            return granted.isEmpty() ? said : said + "; " + granted;
        }

        /** The use in one fixed order: a set has none of its own. */
        private static String written(IntendedUse use) {
            return Arrays.stream(Fact.values())
                    .map(fact -> fact.key() + ": " + fact.said(use))
                    .collect(Collectors.joining("\n"));
        }
    }
}
