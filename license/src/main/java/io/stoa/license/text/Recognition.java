package io.stoa.license.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a text is. Only {@link Known} says which licence applies. */
public sealed interface Recognition {
    /**
     * The text of one known licence and nothing that changes it.
     *
     * @param license its id
     * @param alike the ids of other licences that have the same words: the text alone does not tell which is meant
     * @param likeness the share of the licence's words that the text has, in (0, 1]
     */
    record Known(String license, List<String> alike, double likeness) implements Recognition {
        public Known {
            alike = List.copyOf(alike);
        }
    }

    /**
     * Close to a known licence, but not it: changed, cut short, or with further terms. Its rights are unknown.
     *
     * @param license the id of the closest known licence
     * @param alike the ids of other licences that are as close
     * @param likeness the share of that licence's words that the text has, in (0, 1]
     * @param change how it differs
     * @param differences the first of its differences, in the order of the text
     */
    record Modified(String license, List<String> alike, double likeness, Change change, List<Difference> differences)
            implements Recognition {
        public Modified {
            alike = List.copyOf(alike);
            differences = List.copyOf(differences);
        }
    }

    /** In which way a text is not the licence. */
    enum Change {
        /** Words lack, or others stand in their place. */
        CHANGED,
        /** The whole licence, and further words before or after it. */
        EXTENDED,
        /** The same words in another order. */
        REORDERED,
        /** The end lacks. */
        CUT_SHORT,
        /** The beginning lacks. */
        LACKS_BEGINNING
    }

    /**
     * One place where a text is not the licence. What lacks cannot be shown, since Stoa holds no texts; where it lacks can.
     *
     * @param firstLine the line of the file, from 1, where the difference begins
     * @param lastLine the line where it ends
     * @param before up to four words of the text before it
     * @param added the first of the words that are not the licence's; empty when words only lack
     * @param addedWords how many they are
     * @param missingWords how many words of the licence lack here
     * @param after up to four words of the text after it
     */
    record Difference(
            int firstLine, int lastLine, String before, String added, int addedWords, int missingWords, String after) {
        /** For a person. */
        public String sentence() {
            String place =
                    firstLine == lastLine ? "line " + firstLine : "lines %d to %d".formatted(firstLine, lastLine);
            String where = before.isEmpty()
                    ? "before \"%s\"".formatted(after)
                    : after.isEmpty()
                            ? "after \"%s\"".formatted(before)
                            : "between \"%s\" and \"%s\"".formatted(before, after);
            if (missingWords == 0) {
                return "%s, %s: added \"%s\"".formatted(place, where, added);
            }
            return addedWords == 0
                    ? "%s, %s: %s missing".formatted(place, where, words(missingWords))
                    : "%s, %s: \"%s\" instead of %s".formatted(place, where, added, words(missingWords));
        }

        private static String words(int count) {
            return count == 1 ? "1 word of the licence" : count + " words of the licence";
        }
    }

    /**
     * The texts of several known licences in one file. Which of them applies to the model, it does not say.
     *
     * @param parts the licences in the order of the file, two or more
     * @param further what else stands in the file
     */
    record Several(List<Part> parts, List<Difference> further) implements Recognition {
        public Several {
            parts = List.copyOf(parts);
            further = List.copyOf(further);
        }

        /** Their ids, sorted, each once. */
        public List<String> licenses() {
            return parts.stream().map(Part::license).distinct().sorted().toList();
        }
    }

    /**
     * A licence in a file that holds several.
     *
     * @param license its id
     * @param alike the ids of other licences that have the same words
     * @param firstLine the line of the file, from 1, where its text begins
     * @param lastLine the line where it ends
     * @param whole whether it is the licence's text; otherwise it is changed
     */
    record Part(String license, List<String> alike, int firstLine, int lastLine, boolean whole) {
        public Part {
            alike = List.copyOf(alike);
        }

        String sentence() {
            return "%s%s (lines %d to %d)".formatted(whole ? "" : "a changed ", license, firstLine, lastLine);
        }
    }

    /** Not close to any known licence. */
    record Unrecognized(String reason) implements Recognition {}

    /** One sentence part that follows the name of the file. */
    default String sentence() {
        return switch (this) {
            case Known known -> "is the text of " + known.license() + alike(known.alike());
            case Modified modified -> modified(modified);
            case Several several -> several(several);
            case Unrecognized unrecognized -> unrecognized.reason();
        };
    }

    private static String modified(Modified modified) {
        String license = modified.license();
        String share = percent(modified.likeness());
        String summary = switch (modified.change()) {
            case CHANGED -> "reads like %s (%s of it) but is changed".formatted(license, share);
            case EXTENDED -> "holds the whole text of %s but has further words".formatted(license);
            case REORDERED -> "has the words of %s, but its passages in another order".formatted(license);
            case CUT_SHORT -> "is a truncated %s: the first %s of it, then it ends".formatted(license, share);
            case LACKS_BEGINNING -> "is a truncated %s: the last %s of it".formatted(license, share);
        };
        if (modified.differences().isEmpty()) {
            return summary;
        }
        String first = modified.differences().getFirst().sentence();
        int more = modified.differences().size() - 1;
        return more == 0 ? summary + ": " + first : "%s: %s, and %d more".formatted(summary, first, more);
    }

    private static String several(Several several) {
        List<String> parts = new ArrayList<>();
        several.parts().forEach(part -> parts.add(part.sentence()));
        String sentence = "holds the texts of " + String.join(" and ", parts);
        return several.further().isEmpty()
                ? sentence
                : sentence + ", and further words: "
                        + several.further().getFirst().sentence();
    }

    private static String alike(List<String> ids) {
        return ids.isEmpty() ? "" : ", which has the same words as " + String.join(", ", ids);
    }

    private static String percent(double share) {
        // rounded down, so that a text that misses something never reads as 100 %
        return String.format(Locale.ROOT, "%.1f %%", Math.floor(share * 1000) / 10);
    }
}
