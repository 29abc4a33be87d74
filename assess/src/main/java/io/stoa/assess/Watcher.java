package io.stoa.assess;

import io.stoa.model.Candidate;
import io.stoa.model.Check;
import io.stoa.model.Finding;
import io.stoa.model.Progress;
import io.stoa.model.Verdict;
import io.stoa.store.Run;
import java.util.List;

/** Sees an assessment happen. Called from the working thread. */
public interface Watcher {
    /** The plan stands and the run begins, or goes on. */
    void begins(Plan plan, Run run);

    /** A check starts; the progress it is given is shown somewhere. */
    Progress checking(Candidate candidate, Check check);

    /** A check is answered, or was skipped because the candidate is blocked already (then without findings). */
    void answered(Candidate candidate, Check check, List<Finding> findings);

    void decided(Candidate candidate, Verdict verdict);
}
