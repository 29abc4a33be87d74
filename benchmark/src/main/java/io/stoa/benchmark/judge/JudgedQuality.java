package io.stoa.benchmark.judge;

import java.util.Map;

/** What is known of answers that a judge judged. Only a calibrated judge makes a score. */
public sealed interface JudgedQuality permits JudgesShare, CalibratedScore {
    /** Judgements that could not be read and are left out, by reason. */
    Map<Unreadable, Integer> dropped();
}
