package io.stoa.benchmark.harness;

import io.stoa.benchmark.metric.SquadScore;
import io.stoa.benchmark.metric.Words;
import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers that must be read off a text, or off numbered passages and cited, and declined where it is not there. All of it
 * is counted exactly, without a judge: words by SQuAD's rules ({@link SquadScore}), citations as sets of passages, and
 * whether was declined what had to be.
 *
 * <p>Documents have a {@code question}, {@code answers} (none where there is no answer), and a {@code text} or {@code
 * passages} with {@code citations}, the numbers from 1 of those that hold the answer. Rows of SQuAD and of HotpotQA become
 * that.
 */
final class ReadingHooks {
    /** The whole answer says that it does not know; one that adds a guess does not decline. */
    private static final Pattern DECLINES =
            Pattern.compile("I (?:do not|don['’]t) know\\.?", Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    /** {@code [2]}, {@code [2, 5]}; bounded, because answers are hostile. */
    private static final Pattern CITATION = Pattern.compile("\\[(\\d{1,4}(?: ?, ?\\d{1,4}){0,20})\\]");

    private ReadingHooks() {}

    /** Rows of SQuAD, or of one's own, as documents with {@code text}, {@code question} and {@code answers}. */
    static List<ObjectNode> texts(List<ObjectNode> rows) {
        return rows.stream()
                .map(row -> {
                    String column = row.path("context").isString() ? "context" : "text";
                    if (!row.path(column).isString() || !row.path("question").isString()) {
                        throw wrong(row, "an extraction task needs the columns text, question and answers");
                    }
                    ObjectNode document = row.deepCopy().put("text", HarnessHooks.text(row, column));
                    answers(row, document);
                    return document;
                })
                .toList();
    }

    /** Rows of HotpotQA, of SQuAD, or of one's own, as documents with {@code passages} and {@code citations}. */
    static List<ObjectNode> passages(List<ObjectNode> rows) {
        return rows.stream().map(ReadingHooks::passages).toList();
    }

    private static ObjectNode passages(ObjectNode row) {
        ObjectNode document = row.deepCopy();
        answers(row, document);
        boolean answerable = !document.path("answers").isEmpty();
        ArrayNode passages = document.putArray("passages");
        if (row.path("passages").isArray()) {
            row.path("passages").forEach(passage -> passages.add(passage(row, passage)));
        } else if (row.path("context").isObject()) {
            hotpot(row, document, passages);
        } else if (row.path("context").isString()) {
            passages.add(HarnessHooks.text(row, "context"));
            ArrayNode citations = document.putArray("citations");
            if (answerable) {
                citations.add(1);
            }
        }
        if (passages.isEmpty() || !row.path("question").isString()) {
            throw wrong(row, "a grounded task needs the columns question, passages, answers and citations");
        }
        for (JsonNode citation : document.path("citations")) {
            if (!citation.isIntegralNumber()
                    || citation.asInt() < 1
                    || citation.asInt() > passages.size()
                    || !answerable) {
                throw wrong(
                        row,
                        "citations holds " + citation + ", which must be the number, from 1 to " + passages.size()
                                + ", of a passage with the answer");
            }
        }
        return document;
    }

    private static String passage(ObjectNode row, JsonNode passage) {
        if (passage.isString()) {
            return passage.stringValue();
        }
        if (!passage.path("text").isString()) {
            throw wrong(row, "a passage is neither a text nor an object with one");
        }
        String text = passage.path("text").stringValue();
        return passage.path("title").isString() ? passage.path("title").stringValue() + ": " + text : text;
    }

    private static void hotpot(ObjectNode row, ObjectNode document, ArrayNode passages) {
        JsonNode titles = row.path("context").path("title");
        JsonNode sentences = row.path("context").path("sentences");
        Set<String> supporting = new TreeSet<>();
        row.path("supporting_facts").path("title").forEach(title -> supporting.add(title.asString()));
        ArrayNode citations = document.putArray("citations");
        for (int i = 0; i < titles.size(); i++) {
            StringBuilder text = new StringBuilder(titles.path(i).asString()).append(": ");
            sentences.path(i).forEach(sentence -> text.append(sentence.asString()));
            passages.add(text.toString());
            if (supporting.contains(titles.path(i).asString())) {
                citations.add(i + 1);
            }
        }
    }

    /** {@code answers} as a list of texts: from SQuAD's {@code answers.text}, a list, or a single {@code answer}. */
    private static void answers(ObjectNode row, ObjectNode document) {
        JsonNode given = row.path("answers").isObject()
                ? row.path("answers").path("text")
                : row.has("answers") ? row.path("answers") : row.path("answer");
        ArrayNode answers = document.putArray("answers");
        if (given.isArray()) {
            given.forEach(answer -> answers.add(answer.asString()));
        } else if (given.isString() && !declines(given.stringValue())) {
            answers.add(given.stringValue());
        } else if (!given.isString()) {
            throw wrong(row, "answers is no list of texts; leave it empty where there is no answer");
        }
    }

    /** {@code f1} and {@code exact_match} of SQuAD 2.0, and both sides of refusing. */
    static SequencedMap<String, Measured> extracted(ObjectNode document, List<Outcome> outcomes) {
        return read(document, ((Outcome.Text) outcomes.getFirst()).first()).scores();
    }

    /**
     * As {@link #extracted}, with citations: {@code citation_precision} is the share of the cited passages that hold the
     * answer (0 without a citation), {@code citation_recall} the share of those that were cited; both over documents that
     * say which passages do.
     */
    static SequencedMap<String, Measured> grounded(ObjectNode document, List<Outcome> outcomes) {
        String answer = ((Outcome.Text) outcomes.getFirst()).first();
        Reading reading = read(document, CITATION.matcher(answer).replaceAll(""));
        SequencedMap<String, Measured> scores = reading.scores();
        Set<Integer> wanted = new TreeSet<>();
        document.path("citations").forEach(citation -> wanted.add(citation.asInt()));
        if (!wanted.isEmpty()) {
            Set<Integer> cited = cited(answer);
            long right = cited.stream().filter(wanted::contains).count();
            double precision = cited.isEmpty() ? 0 : (double) right / cited.size();
            double recall = (double) right / wanted.size();
            scores.put("citation_precision", new Measured.Value(precision));
            scores.put("citation_recall", new Measured.Value(recall));
            scores.put("citation_f1", new Measured.Value(Words.harmonicMean(precision, recall)));
        }
        return scores;
    }

    private static Set<Integer> cited(String answer) {
        Set<Integer> cited = new TreeSet<>();
        Matcher matcher = CITATION.matcher(answer);
        while (matcher.find()) {
            for (String number : matcher.group(1).split(",", -1)) {
                cited.add(Integer.parseInt(number.strip()));
            }
        }
        return cited;
    }

    /** What an answer is worth where its words count. */
    private record Reading(boolean answerable, boolean declined, SquadScore score) {
        SequencedMap<String, Measured> scores() {
            double refused = declined ? 1 : 0;
            SequencedMap<String, Measured> scores = new LinkedHashMap<>();
            scores.put("f1", new Measured.Value(answerable ? score.f1() : refused));
            scores.put("exact_match", new Measured.Value(answerable ? score.exact() : refused));
            scores.put("refusal_acc", new Measured.Value(declined == answerable ? 0 : 1));
            scores.put("refusal_mcc", new Measured.Label(answerable ? 0 : 1, declined ? 1 : 0));
            if (answerable) {
                scores.put("answerable_f1", new Measured.Value(score.f1()));
            }
            return scores;
        }
    }

    private static Reading read(ObjectNode document, String answer) {
        List<String> references = new ArrayList<>();
        document.path("answers").forEach(reference -> references.add(reference.asString()));
        boolean declined = declines(answer);
        // What declines is no answer, though its words may be some of the references'.
        return new Reading(!references.isEmpty(), declined, SquadScore.of(declined ? "" : answer, references));
    }

    private static boolean declines(String answer) {
        return DECLINES.matcher(Words.strip(answer)).matches();
    }

    static StoaException wrong(ObjectNode row, String what) {
        String shown = row.toString();
        return StoaException.user(
                what + "; this row: " + (shown.length() > 200 ? shown.substring(0, 200) + "…" : shown));
    }
}
