package io.stoa.benchmark.judge;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with places such as <code>{answer}</code>. Other braces are text. All places are filled at once, so that one in
 * what is filled in stays as it is.
 */
record Template(String text) {
    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)\\}");

    /** Refuses a text that lacks one of the places. */
    void require(Set<String> places) {
        for (String place : places) {
            if (!has(place)) {
                throw new IllegalArgumentException("the judge's prompt has no {" + place + "}; write where it belongs");
            }
        }
    }

    boolean has(String place) {
        return text.contains("{" + place + "}");
    }

    String fill(Map<String, String> values) {
        return PLACE.matcher(text)
                .replaceAll(place -> Matcher.quoteReplacement(values.getOrDefault(place.group(1), place.group())));
    }
}
