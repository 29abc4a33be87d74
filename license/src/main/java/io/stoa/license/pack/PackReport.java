package io.stoa.license.pack;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What the check of a pack found.
 *
 * @param verdict what it comes to
 * @param breaks every part that is missing, changed or wrong
 * @param open what a partial pack says that it lacks
 * @param notes what a reader should know
 * @param checked how many things were checked
 */
public record PackReport(Verdict verdict, List<Break> breaks, List<String> open, List<String> notes, int checked) {
    /** What a check comes to. */
    public enum Verdict {
        /** Everything that the licences ask for is there, as it must be. */
        WHOLE,
        /** Nothing is broken, but something is missing or not known, and the pack says so: not to be shipped. */
        PARTIAL,
        BROKEN
    }

    /** In which way a part is broken. */
    public enum Kind {
        MISSING,
        ADDITIONAL,
        RENAMED,
        EMPTY,
        TRUNCATED,
        MODIFIED,
        LINK,
        UNSAFE_PATH,
        TOO_LARGE,
        MANIFEST,
        DUTY,
        FORBIDDEN,
        WRONG_TEXT,
        NOTICE_SENTENCE,
        DISPLAY,
        NAME,
        CHANGES,
        TERMS,
        PAGE,
        MODEL
    }

    /**
     * A part that is broken.
     *
     * @param kind in which way
     * @param part which part: a path in the pack, or a model
     * @param what a sentence
     * @param todo what to do about it
     */
    public record Break(Kind kind, String part, String what, String todo) {
        public Break {
            requireNonNull(kind, "kind");
            if (part.isBlank() || what.isBlank() || todo.isBlank()) {
                throw new IllegalArgumentException("a break names the part, what is wrong, and what to do: " + kind);
            }
        }
    }

    public PackReport {
        requireNonNull(verdict, "verdict");
        breaks = List.copyOf(breaks);
        open = List.copyOf(open);
        notes = List.copyOf(notes);
        if (breaks.isEmpty() == (verdict == Verdict.BROKEN)) {
            throw new IllegalArgumentException(verdict + " with " + breaks.size() + " breaks");
        }
    }
}
