package io.stoa.benchmark.judge;

import static java.util.Objects.requireNonNull;

import io.stoa.benchmark.stats.Agreement;
import io.stoa.model.Score;
import java.util.Map;

/**
 * What people would say of answers that a judge judged. The judge's errors, as far as the labelled items show them, are in
 * the interval. Judgements that could not be read are missing from it: the claim is about answers that the judge can be
 * read on.
 *
 * @param score the corrected mean
 * @param share what the judge said before the correction
 * @param agreement of judge and people on the labelled items
 */
public record CalibratedScore(Score score, JudgesShare share, Agreement agreement) implements JudgedQuality {
    public CalibratedScore {
        requireNonNull(score, "score");
        requireNonNull(share, "share");
        requireNonNull(agreement, "agreement");
    }

    @Override
    public Map<Unreadable, Integer> dropped() {
        return share.dropped();
    }
}
