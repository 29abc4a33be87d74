package io.stoa.integration.retrieve;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Checks the marks {@code [1]}, {@code [2, 3]} of an answer against the passages it was given, sentence by sentence.
 * Recall and precision are those of T. Gao et al., "Enabling Large Language Models to Generate Text with Citations", EMNLP
 * 2023: a sentence is right when the passages it cites say it, all together; a mark is needless when its passage alone does
 * not say the sentence and the others do without it.
 */
public final class Citations {
    /** {@code [1]}, {@code [2, 3]}, {@code [4;5]}. */
    private static final Pattern MARK = Pattern.compile("\\[(\\d{1,4}(?:\\s?[,;]\\s?\\d{1,4}){0,20})]");

    private final Support support;

    public Citations(Support support) {
        this.support = support;
    }

    /**
     * What became of one sentence.
     *
     * @param sentence without its marks
     * @param marks the passages it cites, from 1, ascending
     * @param unknown marks of passages that were not given
     * @param support how far the cited passages say it
     * @param supported whether that is enough
     * @param needless marks that could go
     * @param better passages that say it alone, where those it cites do not
     */
    public record Cited(
            String sentence,
            List<Integer> marks,
            List<Integer> unknown,
            double support,
            boolean supported,
            List<Integer> needless,
            List<Integer> better) {
        public Cited {
            marks = List.copyOf(marks);
            unknown = List.copyOf(unknown);
            needless = List.copyOf(needless);
            better = List.copyOf(better);
        }
    }

    /**
     * An answer's sentences.
     *
     * @param by what decided
     */
    public record Checked(List<Cited> sentences, String by) {
        public Checked {
            sentences = List.copyOf(sentences);
        }

        /** The share of sentences that what they cite says; 0 for an answer without a sentence. */
        public double recall() {
            return sentences.stream()
                    .mapToDouble(sentence -> sentence.supported() ? 1 : 0)
                    .average()
                    .orElse(0);
        }

        /** The share of marks that are known, needed, and on a sentence that is supported; 0 without marks. */
        public double precision() {
            int marks = 0;
            int good = 0;
            for (Cited sentence : sentences) {
                marks += sentence.marks().size() + sentence.unknown().size();
                good += sentence.supported()
                        ? sentence.marks().size() - sentence.needless().size()
                        : 0;
            }
            return marks == 0 ? 0 : (double) good / marks;
        }

        /** Every sentence is supported, and no mark leads nowhere. */
        public boolean sound() {
            return !sentences.isEmpty()
                    && sentences.stream()
                            .allMatch(one -> one.supported() && one.unknown().isEmpty());
        }
    }

    /**
     * Checks an answer.
     *
     * @param passages as they were numbered for the model: the first is {@code [1]}
     */
    public Checked check(String answer, List<Passage> passages) {
        List<String> texts = passages.stream().map(Passage::text).toList();
        List<Cited> sentences = new ArrayList<>();
        for (String sentence : Sentences.of(answer)) {
            String text = MARK.matcher(sentence).replaceAll("").strip();
            if (text.codePoints().anyMatch(Character::isLetterOrDigit)) {
                sentences.add(cited(text, marks(sentence), texts));
            }
        }
        return new Checked(sentences, support.name());
    }

    private Cited cited(String sentence, Set<Integer> marks, List<String> texts) {
        List<Integer> known =
                marks.stream().filter(mark -> mark >= 1 && mark <= texts.size()).toList();
        List<Integer> unknown =
                marks.stream().filter(mark -> !known.contains(mark)).toList();
        double all = known.isEmpty() ? 0 : support.of(sentence, chosen(known, texts));
        boolean supported = !known.isEmpty() && all >= support.enough();
        List<Integer> needless = !supported || known.size() < 2
                ? List.of()
                : known.stream()
                        .filter(mark ->
                                !says(sentence, List.of(mark), texts) && says(sentence, without(mark, known), texts))
                        .toList();
        List<Integer> better = supported
                ? List.of()
                : IntStream.rangeClosed(1, texts.size())
                        .boxed()
                        .filter(mark -> says(sentence, List.of(mark), texts))
                        .toList();
        return new Cited(sentence, known, unknown, all, supported, needless, better);
    }

    private boolean says(String sentence, List<Integer> marks, List<String> texts) {
        return support.of(sentence, chosen(marks, texts)) >= support.enough();
    }

    private static List<Integer> without(Integer mark, List<Integer> marks) {
        return marks.stream().filter(other -> !other.equals(mark)).toList();
    }

    private static List<String> chosen(List<Integer> marks, List<String> texts) {
        return marks.stream().map(mark -> texts.get(mark - 1)).toList();
    }

    private static Set<Integer> marks(String sentence) {
        Set<Integer> marks = new TreeSet<>();
        Matcher matcher = MARK.matcher(sentence);
        while (matcher.find()) {
            for (String number : matcher.group(1).split("[,;]", -1)) {
                marks.add(Integer.parseInt(number.strip()));
            }
        }
        return marks;
    }
}
