package io.stoa.license.text;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/** A text held against one form: what of the differences is nothing, and what is left. */
final class Comparison {
    /** So many words of a licence allow one slip of the pen. */
    private static final int WORDS_FOR_A_SLIP = 400;

    private static final int MOST_SLIPS = 4;
    private static final double WEIGHT_OF_LACKING = 0.05;
    private static final int DROPPED_PASSAGE = 12;
    private static final int EXCERPT = 40;
    private static final int CONTEXT = 4;
    private static final int MOST_DIFFERENCES = 50;

    private final Sample text;
    private final Frame frame;
    private final Library library;
    private final Set<Integer> titles;
    private final Alignment alignment;
    private final List<Left> left = new ArrayList<>();
    private final BitSet required;
    private final int from;
    private final int to;
    private int missing;
    private int added;
    private double closeness = -1;

    /**
     * A difference that changes the text.
     *
     * @param gap where it is
     * @param added the words of the text that nothing explains
     * @param missing how many required words of the form are not there
     */
    private record Left(Alignment.Gap gap, BitSet added, int missing) {}

    Comparison(Sample text, Frame frame, Library library, int from, int to, Form form, Set<Integer> titles) {
        this.text = text;
        this.frame = frame;
        this.library = library;
        this.titles = titles;
        this.from = from;
        this.to = to;
        this.alignment = Alignment.of(text, from, to, form);
        this.required = form.required();
        boolean hopeless = alignment.gaps().stream().anyMatch(this::isHopeless);
        judge(!hopeless);
    }

    /** Whether words lack that nothing in their place can stand for. */
    private boolean isHopeless(Alignment.Gap gap) {
        return (gap.added() == 0 || gap.missing() > Repair.LONGEST || gap.added() > Repair.LONGEST) && lacking(gap) > 0;
    }

    private int lacking(Alignment.Gap gap) {
        return required.get(gap.formFrom(), gap.formTo()).cardinality();
    }

    /** Looks into the differences of a text that cannot be the licence; costs more than knowing that much. */
    Comparison explained() {
        judge(true);
        return this;
    }

    private void judge(boolean closely) {
        left.clear();
        missing = 0;
        added = 0;
        int slips = Math.min(MOST_SLIPS, required.cardinality() / WORDS_FOR_A_SLIP);
        for (Alignment.Gap gap : alignment.gaps()) {
            int lacking = lacking(gap);
            int taken = closely ? new Repair(text, frame, library, form(), gap).slips(slips) : -1;
            if (taken >= 0) {
                slips -= taken;
                continue;
            }
            BitSet unexplained = closely ? unexplained(gap, lacking) : all(gap);
            if (lacking > 0 || !unexplained.isEmpty()) {
                left.add(new Left(gap, unexplained, lacking));
                missing += lacking;
                added += unexplained.cardinality();
            }
        }
    }

    private BitSet unexplained(Alignment.Gap gap, int lacking) {
        boolean name =
                lacking == 0 && form().hasName(gap.formFrom(), gap.formTo()) && frame.isName(gap.from(), gap.to());
        if (name) {
            return new BitSet();
        }
        BitSet unexplained = frame.unexplained(gap.from(), gap.to(), titles);
        return isOutside(gap) ? frame.notMenu(unexplained) : unexplained;
    }

    private static BitSet all(Alignment.Gap gap) {
        BitSet all = new BitSet();
        all.set(gap.from(), gap.to());
        return all;
    }

    private boolean isOutside(Alignment.Gap gap) {
        List<Alignment.Block> blocks = alignment.blocks();
        return blocks.isEmpty()
                || gap.to() <= blocks.getFirst().text()
                || gap.from() >= blocks.getLast().text() + blocks.getLast().length();
    }

    Form form() {
        return alignment.form();
    }

    /** The same words, and no others. */
    boolean exact() {
        return left.isEmpty() && same() > 0;
    }

    /** Nothing lacks, and nothing was added before the last word of the licence and after its first. */
    boolean complete() {
        return same() > 0 && left.stream().allMatch(difference -> difference.missing == 0 && isOutside(difference.gap));
    }

    int same() {
        return alignment.same();
    }

    int lacking() {
        return alignment.form().size() - alignment.same();
    }

    int first() {
        return alignment.blocks().getFirst().text();
    }

    int end() {
        return alignment.blocks().getLast().text()
                + alignment.blocks().getLast().length();
    }

    /** The share of the licence that the text has. */
    double likeness() {
        int wanted = same() + missing;
        return wanted == 0 ? 0 : same() / (double) wanted;
    }

    /** The share of both that is the same, in [0, 1] (Dice 1945). */
    double agreement() {
        return same() == 0 ? 0 : 2.0 * same() / (2.0 * same() + missing + added);
    }

    /** How many words the two share in passages of whichever order. */
    int inAnyOrder() {
        return common() + Runs.PAIR - 1;
    }

    private int common() {
        int common = 0;
        for (int at = 0; at < form().pairs(); at++) {
            common += text.holds(form().pair(at), from, to) ? 1 : 0;
        }
        return Math.min(common, to - from);
    }

    /**
     * How close the licence is, in [0, 1], whatever the order of its passages (after Tversky 1977): a passage that the text
     * lacks counts little beyond its first words, since a copy is sooner cut than written anew.
     */
    double closeness() {
        if (closeness < 0) {
            int common = common();
            int more = Math.max(0, to - from - Runs.PAIR + 1 - common);
            closeness = common == 0 ? 0 : common / (common + more + lackingPassages());
        }
        return closeness;
    }

    private double lackingPassages() {
        double weight = 0;
        int length = 0;
        for (int at = 0; at < form().pairs(); at++) {
            boolean wanted = required.nextClearBit(at) >= at + Runs.PAIR;
            length = wanted && !text.holds(form().pair(at), from, to) ? length + 1 : 0;
            weight += length == 0 ? 0 : length <= DROPPED_PASSAGE ? 1 : WEIGHT_OF_LACKING;
        }
        return weight;
    }

    Recognition.Change change() {
        if (complete()) {
            return Recognition.Change.EXTENDED;
        }
        if (left.size() == 1 && left.getFirst().added.isEmpty()) {
            Alignment.Gap gap = left.getFirst().gap;
            if (gap.formTo() == form().size()) {
                return Recognition.Change.CUT_SHORT;
            }
            if (gap.formFrom() == 0) {
                return Recognition.Change.LACKS_BEGINNING;
            }
        }
        return isReordered() ? Recognition.Change.REORDERED : Recognition.Change.CHANGED;
    }

    /** Whether what lacks in one place stands in another, and nothing else was added. */
    private boolean isReordered() {
        int pairs = 0;
        int elsewhere = 0;
        for (Left difference : left) {
            Alignment.Gap gap = difference.gap;
            for (int at = gap.formFrom(); at + Runs.PAIR <= gap.formTo(); at++) {
                pairs++;
                elsewhere += text.holds(form().pair(at), 0, text.size()) ? 1 : 0;
            }
        }
        return pairs >= Runs.PAIR && elsewhere >= 0.9 * pairs && Math.abs(added - missing) <= 0.1 * missing;
    }

    List<Recognition.Difference> differences() {
        return left.stream().limit(MOST_DIFFERENCES).map(this::difference).toList();
    }

    private Recognition.Difference difference(Left difference) {
        Words words = text.words();
        Alignment.Gap gap = difference.gap;
        int from = difference.added.isEmpty() ? gap.from() : difference.added.nextSetBit(0);
        int to = difference.added.isEmpty() ? gap.from() : difference.added.length();
        // where words lack, what stands in their place is shown whole
        if (difference.missing > 0) {
            from = gap.from();
            to = gap.to();
        }
        return difference(words, from, to, difference.missing);
    }

    /** Words that are not the licence's. */
    static Recognition.Difference added(Words words, int from, int to) {
        return difference(words, from, to, 0);
    }

    private static Recognition.Difference difference(Words words, int from, int to, int missing) {
        int line = words.place(Math.min(from, words.size() - 1));
        return new Recognition.Difference(
                line,
                to > from ? words.place(to - 1) : line,
                run(words, Math.max(0, from - CONTEXT), from),
                to - from > EXCERPT ? run(words, from, from + EXCERPT) + " …" : run(words, from, to),
                to - from,
                missing,
                run(words, to, Math.min(words.size(), to + CONTEXT)));
    }

    private static String run(Words words, int from, int to) {
        return String.join(" ", words.words().subList(from, to));
    }
}
