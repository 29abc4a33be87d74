package io.stoa.model;

import java.util.List;

/** The answer for one candidate. "Not enough data" is an answer, not an exception. */
public sealed interface Verdict {
    /** Everything that was asked is answered well enough. */
    record Ready() implements Verdict {}

    /** Ready once each condition's remedy is carried out. */
    record ReadyIf(List<Finding> conditions) implements Verdict {
        public ReadyIf {
            conditions = nonEmpty(conditions);
        }
    }

    /** Cannot do this job, or may not. */
    record NotReady(List<Finding> blockers) implements Verdict {
        public NotReady {
            blockers = nonEmpty(blockers);
        }
    }

    /** Something that the verdict needs is not known. */
    record Undecided(List<Finding> missing) implements Verdict {
        public Undecided {
            missing = nonEmpty(missing);
        }
    }

    /** The word that people see. */
    default String label() {
        return switch (this) {
            case Ready _ -> "READY";
            case ReadyIf _ -> "READY IF";
            case NotReady _ -> "NOT READY";
            case Undecided _ -> "UNDECIDED";
        };
    }

    private static List<Finding> nonEmpty(List<Finding> findings) {
        if (findings.isEmpty()) {
            throw new IllegalArgumentException("a verdict that is not READY says why");
        }
        return List.copyOf(findings);
    }
}
