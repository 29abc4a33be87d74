package io.stoa.license.text;

import java.util.List;
import java.util.Locale;

/** What a text is. Only {@link Known} says which licence applies. */
public sealed interface Recognition {
    /**
     * The text of one known licence and nothing that changes it.
     *
     * @param license its id
     * @param likeness the share of the licence's runs of four words that the text has, in (0, 1]
     */
    record Known(String license, double likeness) implements Recognition {}

    /**
     * Close to a known licence, but not it: changed, cut short, or with further terms. Its rights are unknown.
     *
     * @param license the id of the closest known licence
     * @param likeness the share of that licence's runs of four words that the text has, in (0, 1]
     * @param difference what is different, for a person
     */
    record Modified(String license, double likeness, String difference) implements Recognition {}

    /**
     * The complete texts of several known licences in one file. Which of them applies to the model, it does not say.
     *
     * @param licenses their ids, two or more
     */
    record Several(List<String> licenses) implements Recognition {
        public Several {
            licenses = List.copyOf(licenses);
        }
    }

    /** Not close to any known licence. */
    record Unrecognized(String reason) implements Recognition {}

    /** One sentence part that follows the name of the file. */
    default String sentence() {
        return switch (this) {
            case Known known -> "is the text of " + known.license();
            case Modified modified ->
                "reads like %s (%s of it) but %s"
                        .formatted(modified.license(), percent(modified.likeness()), modified.difference());
            case Several several -> "holds the texts of " + String.join(" and ", several.licenses());
            case Unrecognized unrecognized -> unrecognized.reason();
        };
    }

    private static String percent(double share) {
        // rounded down, so that a text that misses something never reads as 100 %
        return String.format(Locale.ROOT, "%.1f %%", Math.floor(share * 1000) / 10);
    }
}
