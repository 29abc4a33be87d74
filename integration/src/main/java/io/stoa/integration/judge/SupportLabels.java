package io.stoa.integration.judge;

import io.stoa.integration.item.ItemFile;
import io.stoa.integration.item.ItemLine;
import io.stoa.integration.judge.metric.Support;
import io.stoa.integration.judge.metric.SupportCalibration;
import io.stoa.integration.judge.metric.SupportCalibration.Labelled;
import io.stoa.integration.retrieve.Passage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Sentences of which it is known whether passages support them, so that a judge of support can be calibrated and its error stated.
 *
 * @param from where they come from, for people
 * @param sentences at least five of either sort, or no calibration is made
 */
public record SupportLabels(String from, List<Sentence> sentences) {
    public SupportLabels {
        sentences = List.copyOf(sentences);
    }

    /** A labelled sentence. */
    public record Sentence(String question, String sentence, List<String> passages, boolean supported) {
        public Sentence {
            passages = List.copyOf(passages);
        }
    }

    /**
     * Labels that people gave, one JSON object a line: {@code {"id": "1", "question": "…", "sentence": "…", "passages": ["…"],
     * "supported": true}}.
     *
     * @throws io.stoa.model.StoaException of kind {@code USER} that names the file and the line
     */
    public static SupportLabels read(Path file) {
        ItemFile<Sentence> lines = ItemFile.read(file, Optional.empty(), SupportLabels::sentence);
        return new SupportLabels(file.toString(), lines.items());
    }

    private static Sentence sentence(ItemLine line) {
        JsonNode supported = line.json().path("supported");
        if (!supported.isBoolean()) {
            throw line.wrong("needs \"supported\", true or false: do the passages say what the sentence says?");
        }
        return new Sentence(
                line.json().has("question") ? line.text("question") : "",
                line.text("sentence"),
                line.texts("passages"),
                supported.booleanValue());
    }

    /**
     * Labels that the items give: each expected answer is supported by the item's own sources, and taken not to be by the sources of
     * the item after it, unless that has the same answer. Nobody looked at them, and errors that real answers make in other ways are
     * not among them, so people's labels are better.
     */
    public static SupportLabels of(Subject subject, List<TestItem> items) {
        List<TestItem> usable = items.stream()
                .filter(item -> !item.answers().isEmpty()
                        && !item.sources().orElse(List.of()).isEmpty())
                .toList();
        List<Sentence> sentences = new ArrayList<>();
        for (int i = 0; i < usable.size(); i++) {
            TestItem item = usable.get(i);
            TestItem next = usable.get((i + 1) % usable.size());
            String answer = item.answers().getFirst();
            List<String> own = texts(subject, item);
            List<String> strange = texts(subject, next);
            if (!own.isEmpty()) {
                sentences.add(new Sentence(item.question(), answer, own, true));
            }
            if (!strange.isEmpty()
                    && !item.sources().equals(next.sources())
                    && !next.answers().contains(answer)) {
                sentences.add(new Sentence(item.question(), answer, strange, false));
            }
        }
        return new SupportLabels("the items' own answers with right and with wrong sources", sentences);
    }

    private static List<String> texts(Subject subject, TestItem item) {
        return item.sources().orElse(List.of()).stream()
                .flatMap(id -> subject.source(item, id).stream())
                .map(Passage::text)
                .toList();
    }

    /** A judge's calibration by these labels; absent where there are too few of either sort. */
    public Optional<SupportCalibration> calibrate(Support support) {
        List<Labelled> labelled = sentences.stream()
                .map(one -> new Labelled(support.of(one.question(), one.sentence(), one.passages()), one.supported()))
                .toList();
        long yes = labelled.stream().filter(Labelled::supported).count();
        return yes < SupportCalibration.LEAST || labelled.size() - yes < SupportCalibration.LEAST
                ? Optional.empty()
                : Optional.of(SupportCalibration.of(labelled));
    }
}
