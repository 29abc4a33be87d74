package io.stoa.cli;

import io.stoa.assess.Plan;
import io.stoa.assess.Watcher;
import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Finding;
import io.stoa.model.Progress;
import io.stoa.model.Verdict;
import io.stoa.store.Run;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Shows an assessment on stderr: the plan, then one line per candidate, with a progress bar where there is a terminal. */
final class AssessProgress implements Watcher {
    private final PrintStream err;
    private final boolean quiet;
    private final ProgressLine line;
    private final House house;
    private int asked;
    private int total;
    private Instant started;
    private Duration estimate = Duration.ZERO;
    private Duration planned = Duration.ZERO;
    private volatile boolean working;

    AssessProgress(House house, boolean quiet) {
        this.house = house;
        this.err = house.err();
        this.quiet = quiet;
        this.line = new ProgressLine(house.err(), house.terminal());
        this.started = house.clock().instant();
    }

    void say(String sentence) {
        line.clear();
        if (!quiet) {
            err.println(sentence);
        }
    }

    /** A model's file is read for its digest, and quantized where that is asked for. */
    Progress preparing(String model) {
        return quiet ? Progress.NONE : line.start("preparing " + model);
    }

    void plan(Plan plan) {
        say("Plan: " + plan.checks() + " checks on " + plan.parts().size() + " candidates, about "
                + ProgressLine.brief(plan.estimate()) + " when nothing is known yet.");
        for (Plan.Part part : plan.parts()) {
            Duration time = part.checks().stream().map(Check::estimate).reduce(Duration.ZERO, Duration::plus);
            say("  " + part.subject().candidate().id() + ": " + part.checks().size() + " checks, about "
                    + ProgressLine.brief(time));
        }
        if (!plan.parts().isEmpty()) {
            for (Check check : plan.parts().getFirst().checks()) {
                say("    " + check.id() + "  " + check.title());
            }
        }
    }

    @Override
    public void begins(Plan plan, Run run) {
        working = true;
        total = plan.checks();
        planned = plan.estimate();
        started = house.clock().instant();
        if (run.resumed()) {
            say("Going on with the run that was stopped (ledger entry "
                    + run.started().sequence() + ").");
        }
    }

    @Override
    public Progress checking(Candidate candidate, Check check) {
        asked++;
        estimate = estimate.plus(check.estimate());
        return quiet
                ? Progress.NONE
                : line.start("check " + asked + "/" + total + " " + candidate.id() + " " + check.id());
    }

    @Override
    public void answered(Candidate candidate, Check check, List<Finding> findings) {
        line.clear();
        if (findings.isEmpty()) {
            asked++;
            estimate = estimate.plus(check.estimate());
        }
    }

    @Override
    public void decided(Candidate candidate, Verdict verdict) {
        Duration spent = Duration.between(started, house.clock().instant());
        String left = asked >= total || estimate.isZero()
                ? ""
                : ", about "
                        + ProgressLine.brief(Duration.ofMillis(Math.round((double) spent.toMillis()
                                * planned.minus(estimate).toMillis()
                                / Math.max(1, estimate.toMillis()))))
                        + " left";
        say("[" + asked + "/" + total + "] " + candidate.id() + ": " + verdict.label() + " ("
                + ProgressLine.brief(spent) + left + ")");
    }

    void done() {
        working = false;
        line.clear();
    }

    /** Said when the process is stopped in the middle of the work. */
    void interrupted() {
        if (working) {
            line.clear();
            err.println("Stopped. Everything measured so far is kept; the same command goes on from there.");
        }
    }
}
