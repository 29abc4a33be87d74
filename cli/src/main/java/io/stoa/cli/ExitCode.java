package io.stoa.cli;

import io.stoa.assess.Assessment;
import io.stoa.benchmark.gate.GateReport;
import io.stoa.inspect.observation.Outcome;
import io.stoa.integration.judge.PipelineGate;
import io.stoa.license.audit.Audit;
import io.stoa.license.compat.Compatibility;
import io.stoa.license.use.Answer;
import io.stoa.model.StoaException;
import io.stoa.model.Verdict;

/** Every way in which the command can end. */
public enum ExitCode {
    OK(
            0,
            "Done. For assess: at least one candidate is READY. For bench gate and pipeline gate: it passes. For"
                    + " license check: allowed."),
    USER(2, "The command line or an input file is wrong; the message names the place."),
    READY_IF(
            10,
            "assess: no candidate is READY, at least one is READY IF its conditions are met. license check: allowed"
                    + " once duties are met. inspect, edge status: a person should look at something."),
    UNDECIDED(
            11,
            "quantize ladder: the text is too short for some types, and no other is good enough. assess: no candidate"
                    + " is ready, at least one cannot be decided yet. bench gate, pipeline gate: a loss is neither ruled"
                    + " out nor shown, or a task was not measured. bench run: --max-time or --max-cost left something"
                    + " undone. license, license check, audit: a fact or a licence is not known. license pack,"
                    + " verify-pack: the pack is partial. license watch: a reading is old. fit: whether a model fits is"
                    + " not known. fit claim: doubtful. plan: a task is not decided. compare-cost: the intervals do not"
                    + " say. edge plan: a class of devices may be served. inspect: something was not examined. pipeline"
                    + " run, resume: the run waits for a person."),
    NOT_READY(
            12,
            "quantize ladder: no type is good enough. assess: every candidate is NOT READY. bench gate, pipeline gate:"
                    + " a regression is shown, or a least score missed. license check, pack: forbidden. license audit: a"
                    + " violation. license watch: a claim changed. fit claim: impossible as labelled. plan: a task is"
                    + " served by no tier. compare-cost: less quality or more cost. edge plan: no model runs on a class of"
                    + " devices. route fit: nothing may stay local. route evaluate: the risk is above what is certified."
                    + " inspect: the file must not be used. pipeline run, resume: a guard or a person stopped the run."
                    + " edge install: the bundle was refused, or gone back from; what ran before runs on. edge status:"
                    + " nothing is installed. bundle verify: sound, but not for here or for now."),
    BROKEN(
            20,
            "ledger verify, audit verify: a chain is broken. pipeline replay: a run is not as it was kept. license"
                    + " verify-pack: a part of the pack is missing, changed or wrong. bundle verify,"
                    + " apply: the bundle or delta must not be used."),
    UNHEALTHY(21, "doctor: at least one check failed."),
    ENGINE(69, "A model, an engine or an endpoint failed, or no JDK 25 was found."),
    BUG(70, "Stoa itself is at fault; please report it."),
    RESOURCES(74, "Memory, disk or permissions were not enough; nothing recorded is lost."),
    INTERRUPTED(130, "Stopped by Ctrl-C; the same command goes on from there.");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    public String meaning() {
        return meaning;
    }

    static ExitCode of(StoaException.Kind kind) {
        return switch (kind) {
            case USER -> USER;
            case ENGINE -> ENGINE;
            case RESOURCES -> RESOURCES;
            case BUG -> BUG;
        };
    }

    static ExitCode of(Answer.Outcome outcome) {
        return switch (outcome) {
            case ALLOWED -> OK;
            case ALLOWED_WITH_DUTIES -> READY_IF;
            case UNKNOWN -> UNDECIDED;
            case FORBIDDEN -> NOT_READY;
        };
    }

    static ExitCode of(Compatibility.Answer answer) {
        return switch (answer) {
            case COMPATIBLE -> OK;
            case WITH_DUTIES -> READY_IF;
            case UNKNOWN -> UNDECIDED;
            case INCOMPATIBLE -> NOT_READY;
        };
    }

    static ExitCode of(Audit.Outcome outcome) {
        return switch (outcome) {
            case PASS -> OK;
            case UNKNOWN -> UNDECIDED;
            case FAIL -> NOT_READY;
        };
    }

    static ExitCode of(Outcome outcome) {
        return switch (outcome) {
            case PASS -> OK;
            case LEAD -> READY_IF;
            case NOT_TESTED -> UNDECIDED;
            case FAIL -> NOT_READY;
        };
    }

    static ExitCode of(PipelineGate.Verdict verdict) {
        return switch (verdict) {
            case PASS -> OK;
            case FAIL -> NOT_READY;
            case UNDECIDED -> UNDECIDED;
        };
    }

    static ExitCode of(GateReport.Verdict verdict) {
        return switch (verdict) {
            case PASS -> OK;
            case FAIL -> NOT_READY;
            case INCONCLUSIVE, ERROR -> UNDECIDED;
        };
    }

    /** The best verdict decides: the question is which candidate can do the job. */
    static ExitCode of(Assessment assessment) {
        ExitCode best = NOT_READY;
        for (Assessment.Result result : assessment.results()) {
            ExitCode code = switch (result.verdict()) {
                case Verdict.Ready _ -> OK;
                case Verdict.ReadyIf _ -> READY_IF;
                case Verdict.Undecided _ -> UNDECIDED;
                case Verdict.NotReady _ -> NOT_READY;
            };
            best = code.compareTo(best) < 0 ? code : best;
        }
        return best;
    }
}
