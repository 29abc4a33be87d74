package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.Generation;
import io.stoa.integration.retrieve.Document;
import java.util.List;

/** The ledger entry of a batch of grounded questions. */
record GroundedAnswers(List<GroundedAnswer> answers) {
    GroundedAnswers {
        answers = List.copyOf(answers);
    }

    /**
     * What became of one question.
     *
     * @param item the question's id
     * @param answerable whether the corpus answers it
     * @param passages the ids of the documents in the prompt, best first
     * @param found whether at least one of its documents was among them
     * @param complete whether all of its documents were among them
     * @param text the answer
     * @param cutOff whether it ran into the token limit
     * @param declined whether it says that it does not know
     * @param right whether it is the expected answer: equal after stripping, or declined where that is expected
     */
    record GroundedAnswer(
            String item,
            boolean answerable,
            List<String> passages,
            boolean found,
            boolean complete,
            String text,
            boolean cutOff,
            boolean declined,
            boolean right) {
        GroundedAnswer {
            requireNonNull(item, "item");
            requireNonNull(text, "text");
            passages = List.copyOf(passages);
        }

        static GroundedAnswer of(Question question, List<Document> documents, Generation generation) {
            List<String> passages = documents.stream().map(Document::id).toList();
            boolean declined = GroundedPrompt.declines(generation.text());
            return new GroundedAnswer(
                    question.line().id(),
                    question.answerable(),
                    passages,
                    question.documents().stream().anyMatch(passages::contains),
                    question.answerable() && passages.containsAll(question.documents()),
                    generation.text(),
                    generation.finish() == Generation.Finish.LENGTH,
                    declined,
                    question.answerable() ? generation.text().strip().equals(question.answer()) : declined);
        }
    }
}
