package io.stoa.benchmark.harness;

import java.util.List;

/** A document with what it is asked, and the key that its answers are kept by. */
record Asked(int index, List<Request> requests, String key) {
    /**
     * Renders a document.
     *
     * @param seed of draws
     */
    static Asked of(TaskConfig task, Prompts prompts, int index, long seed) {
        List<Request> requests = prompts.requests(index);
        for (Request request : requests) {
            if (request instanceof Request.Likelihood likelihood
                    && likelihood.continuation().isEmpty()) {
                throw prompts.reader()
                        .wrong(prompts.documents().get(index), "a choice or target is empty, which has no likelihood");
            }
        }
        return new Asked(index, requests, ResponseCache.key(requests, task.repeats(), seed));
    }
}
