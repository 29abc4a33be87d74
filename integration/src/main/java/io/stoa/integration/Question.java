package io.stoa.integration;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.item.ItemFile;
import io.stoa.integration.item.ItemLine;
import io.stoa.integration.retrieve.Corpus;
import io.stoa.integration.retrieve.Document;
import io.stoa.model.TaskKind;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A question about a corpus: {@code {"id": …, "question": …, "answer": …, "documents": […]}}. One whose documents are
 * empty cannot be answered from the corpus; its answer is then {@link GroundedPrompt#ABSTENTION}.
 *
 * @param line where it was read
 * @param text the question
 * @param answer the expected answer, stripped
 * @param documents the ids of the documents that hold the answer
 */
record Question(ItemLine line, String text, String answer, List<String> documents) implements Item {
    Question {
        requireNonNull(line, "line");
        requireNonNull(text, "text");
        requireNonNull(answer, "answer");
        documents = List.copyOf(documents);
    }

    boolean answerable() {
        return !documents.isEmpty();
    }

    /** Reads the questions of a task and holds them against its corpus. */
    static ItemFile<Question> read(TaskKind.Grounded kind, Optional<Integer> limit, Corpus corpus) {
        Set<String> known = corpus.documents().stream().map(Document::id).collect(Collectors.toUnmodifiableSet());
        ItemFile<Question> questions = ItemFile.read(kind.questions(), limit, line -> parse(line, known, corpus));
        if (questions.items().stream().noneMatch(Question::answerable)) {
            throw questions
                    .items()
                    .getFirst()
                    .line()
                    .wrong("none of the " + questions.items().size()
                            + " questions that are asked names a document; without answerable questions a model that"
                            + " declines everything would look perfect, so add some");
        }
        return questions;
    }

    private static Question parse(ItemLine line, Set<String> known, Corpus corpus) {
        List<String> documents = line.texts("documents");
        String answer = line.text("answer").strip();
        for (String document : documents) {
            if (!known.contains(document)) {
                throw line.wrong("document \"" + document + "\" is not in " + corpus.folder()
                        + "; name it by its path below that folder");
            }
        }
        if (documents.isEmpty() != GroundedPrompt.declines(answer)) {
            throw line.wrong(
                    documents.isEmpty()
                            ? "names no document, so its answer must be \"" + GroundedPrompt.ABSTENTION + "\", not \""
                                    + answer + "\""
                            : "names documents, so its answer cannot be \"" + answer + "\"");
        }
        return new Question(line, line.text("question").strip(), answer, documents);
    }
}
