package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.EngineSource;
import io.stoa.integration.GroundedAnswers.GroundedAnswer;
import io.stoa.integration.item.ItemFile;
import io.stoa.integration.retrieve.Bm25Index;
import io.stoa.integration.retrieve.Corpus;
import io.stoa.integration.retrieve.Document;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.EvidenceRef;
import io.stoa.model.Finding;
import io.stoa.model.PillarName;
import io.stoa.model.Progress;
import io.stoa.model.Quantity;
import io.stoa.model.Recorded;
import io.stoa.model.Recorder;
import io.stoa.model.Score;
import io.stoa.model.TaskKind;
import io.stoa.model.Workload.TaskSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Are questions answered from retrieved passages, and declined where the corpus does not say? Retrieval and answering are
 * counted apart, so that a person sees which of the two to mend.
 */
final class GroundedCheck implements Check {
    private final Candidate candidate;
    private final TaskSpec task;
    private final TaskKind.Grounded kind;
    private final ItemFile<Question> questions;
    private final EngineSource engines;
    private final String engineBuild;
    private final Duration estimate;

    GroundedCheck(
            Candidate candidate,
            TaskSpec task,
            TaskKind.Grounded kind,
            ItemFile<Question> questions,
            EngineSource engines,
            String engineBuild,
            Duration estimate) {
        this.candidate = requireNonNull(candidate, "candidate");
        this.task = requireNonNull(task, "task");
        this.kind = requireNonNull(kind, "kind");
        this.questions = requireNonNull(questions, "questions");
        this.engines = requireNonNull(engines, "engines");
        this.engineBuild = requireNonNull(engineBuild, "engineBuild");
        this.estimate = requireNonNull(estimate, "estimate");
    }

    @Override
    public String id() {
        return "integration/" + task.id();
    }

    @Override
    public PillarName pillar() {
        return PillarName.INTEGRATION;
    }

    @Override
    public String title() {
        return task.id() + ": " + questions.items().size() + " questions, " + kind.passages()
                + " retrieved passages each";
    }

    @Override
    public Stage stage() {
        return Stage.RUN;
    }

    @Override
    public Duration estimate() {
        return estimate;
    }

    @Override
    public List<Finding> run(Recorder recorder, Progress progress) {
        Corpus corpus = Corpus.read(kind.corpus());
        ItemRun run = new ItemRun(
                engines,
                candidate,
                id(),
                kind.maxTokens(),
                List.of(
                        "grounded answers 1",
                        engineBuild,
                        GroundedPrompt.LAYOUT,
                        Bm25Index.DESCRIPTION,
                        "passages " + kind.passages(),
                        "corpus " + corpus.digest()));
        try (Bm25Index index = Bm25Index.of(corpus)) {
            List<Recorded<GroundedAnswers>> entries = run.ask(
                    questions.items(),
                    question -> {
                        List<Document> passages = index.search(question.text(), kind.passages());
                        return GroundedAnswer.of(
                                question, passages, run.answer(question, GroundedPrompt.of(question.text(), passages)));
                    },
                    GroundedAnswers::new,
                    GroundedAnswers.class,
                    recorder,
                    progress);
            return findings(
                    entries.stream()
                            .flatMap(entry -> entry.value().answers().stream())
                            .toList(),
                    entries.stream().map(Recorded::evidence).toList());
        }
    }

    private List<Finding> findings(List<GroundedAnswer> answers, List<EvidenceRef> evidence) {
        List<GroundedAnswer> answerable =
                answers.stream().filter(GroundedAnswer::answerable).toList();
        List<GroundedAnswer> unanswerable =
                answers.stream().filter(answer -> !answer.answerable()).toList();
        Score found = share(answerable, GroundedAnswer::found);
        List<Finding> findings = new ArrayList<>();
        findings.add(accuracy(answerable, found, evidence));
        if (!unanswerable.isEmpty()) {
            findings.add(abstention(unanswerable, evidence));
        } else if (kind.abstention().isPresent()) {
            findings.add(Finding.unknown(
                    this,
                    task.id() + ": abstention has a gate, but none of the questions that are asked is unanswerable",
                    "Add questions without documents to " + from() + ", or raise the limit of task " + task.id() + ".",
                    List.of(),
                    evidence));
        }
        findings.add(retrieval(answerable, found, evidence));
        return findings;
    }

    private Finding accuracy(List<GroundedAnswer> answerable, Score found, List<EvidenceRef> evidence) {
        Score score = share(answerable, GroundedAnswer::right);
        Score declined = share(answerable, GroundedAnswer::declined);
        List<GroundedAnswer> withDocument =
                answerable.stream().filter(GroundedAnswer::found).toList();
        List<Quantity> quantities = new ArrayList<>();
        quantities.add(Quantity.of(Quantity.SCORE, score, from()));
        if (!withDocument.isEmpty()) {
            quantities.add(Quantity.of(
                    "score where the document was retrieved", share(withDocument, GroundedAnswer::right), from()));
        }
        quantities.add(Quantity.of("answerable questions declined", declined, from()));
        GatedScore gated = new GatedScore(
                task, "the answer is exact", "answerable questions", from(), score, GatedScore.gate(task.gate()));
        String remedy = task.gate().isPresent()
                        && found.interval().high() < task.gate().getAsDouble()
                ? "No model can reach this gate here: the passages hold the answer for only " + GatedScore.words(found)
                        + ". Raise passages of task " + task.id() + " or mend the corpus first."
                : "Take a stronger candidate or a finer quantization for task " + task.id()
                        + ", or lower its gate if the job allows it.";
        long cutOff = answerable.stream().filter(GroundedAnswer::cutOff).count();
        return gated.finding(
                this,
                "; " + GatedScore.words(declined) + " declined"
                        + (cutOff == 0 ? "" : "; " + cutOff + " cut off at " + kind.maxTokens() + " tokens"),
                remedy,
                quantities,
                evidence);
    }

    private Finding abstention(List<GroundedAnswer> unanswerable, List<EvidenceRef> evidence) {
        Score score = share(unanswerable, GroundedAnswer::declined);
        GatedScore gated = new GatedScore(
                task,
                "the question is declined",
                "unanswerable questions",
                from(),
                score,
                GatedScore.gate(kind.abstention()));
        return gated.finding(
                this,
                "",
                "Take a candidate that declines more reliably for task " + task.id()
                        + ", or lower its abstention if invented answers are acceptable.",
                List.of(Quantity.of("abstention rate", score, from())),
                evidence);
    }

    private Finding retrieval(List<GroundedAnswer> answerable, Score found, List<EvidenceRef> evidence) {
        List<Quantity> quantities = new ArrayList<>();
        quantities.add(Quantity.of("retrieval hit rate@" + kind.passages(), found, from()));
        String sentence = task.id() + ": a document with the answer is among the " + kind.passages() + " passages for "
                + GatedScore.words(found) + " of " + found.n() + " answerable questions";
        if (questions.items().stream().anyMatch(question -> question.documents().size() > 1)) {
            Score complete = share(answerable, GroundedAnswer::complete);
            quantities.add(Quantity.of("all documents retrieved@" + kind.passages(), complete, from()));
            sentence += ", all of its documents for " + GatedScore.words(complete);
        }
        return Finding.info(this, sentence + " (" + Bm25Index.DESCRIPTION + ")", quantities, evidence);
    }

    private Score share(List<GroundedAnswer> answers, Predicate<GroundedAnswer> counted) {
        return Score.wilson(
                (int) answers.stream().filter(counted).count(),
                answers.size(),
                GatedScore.CONFIDENCE,
                questions.stop());
    }

    private String from() {
        return kind.questions().toString();
    }
}
