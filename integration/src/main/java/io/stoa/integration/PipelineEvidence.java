package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.judge.Judged;
import java.util.List;

/** What the ledger keeps of a candidate inside a pipeline. */
final class PipelineEvidence {
    private PipelineEvidence() {}

    /** The ledger entry of a batch of items. */
    record Batch(List<Judged> items) {
        Batch {
            items = List.copyOf(items);
        }
    }

    /**
     * The ledger entry of where the loss comes from.
     *
     * @param culprit the stages that lose most beyond chance; none where that is not known
     * @param gain the share of items that would be right in addition were they
     * @param low of the gain's interval
     * @param high of the gain's interval
     * @param sentence what a person reads
     */
    record Losses(List<String> culprit, double gain, double low, double high, String sentence) {
        Losses {
            requireNonNull(sentence, "sentence");
            culprit = List.copyOf(culprit);
        }
    }
}
