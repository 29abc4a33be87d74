package io.stoa.engine.chat.jinja;

import java.util.List;
import java.util.Map;

/**
 * How a program sets Jinja2 up.
 *
 * @param trims {@code trim_blocks} and {@code lstrip_blocks}: a newline right after a block or a comment goes, and so does
 *     white space between the start of a line and a block or a comment; and without {@code keep_trailing_newline}, so one
 *     newline at the template's end goes as well
 * @param strict {@code StrictUndefined}: what is not there cannot be printed, tested for truth, measured or walked
 * @param filters those that the program adds to Jinja2's own
 */
public record Dialect(boolean trims, boolean strict, Map<String, TextFilter> filters) {
    /** Hugging Face transformers: chat templates. */
    public static final Dialect CHAT = new Dialect(true, false, Map.of());

    public Dialect {
        filters = Map.copyOf(filters);
    }

    /** lm-evaluation-harness: the templates of tasks. */
    public static Dialect task(Map<String, TextFilter> filters) {
        return new Dialect(false, true, filters);
    }

    /** A filter from a text and texts to a text. */
    @FunctionalInterface
    public interface TextFilter {
        /**
         * Applies it.
         *
         * @throws IllegalArgumentException with the reason where it cannot be applied
         */
        String apply(String value, List<String> arguments);
    }
}
