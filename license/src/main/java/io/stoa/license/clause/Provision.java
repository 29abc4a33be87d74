package io.stoa.license.clause;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Something that a duty asks to be made, so that a machine can make or check it. */
public sealed interface Provision {
    /** A prescribed sentence in a notice file that goes with every copy. */
    record Notice(String sentence) implements Provision {
        public Notice {
            requireText(sentence, "sentence");
        }
    }

    /**
     * A prescribed text where people see it.
     *
     * @param text the text, as it must read
     * @param at places that each fulfil the duty; one of them is enough
     */
    record Display(String text, Set<Place> at) implements Provision {
        public Display {
            requireText(text, "text");
            if (at.isEmpty()) {
                throw new IllegalArgumentException("a display names at least one place: " + text);
            }
            // sorted, so that equal displays print alike in every process
            at = Collections.unmodifiableSet(EnumSet.copyOf(at));
        }
    }

    /** A beginning of the name of every model made from it. */
    record NamePrefix(String prefix) implements Provision {
        public NamePrefix {
            requireText(prefix, "prefix");
        }
    }

    /**
     * A copy of a paper that recipients must get.
     *
     * @param paper which paper
     * @param url where it is published, when it is not the licence text itself
     */
    record Copy(Paper paper, Optional<String> url) implements Provision {
        public Copy {
            requireNonNull(paper, "paper");
            requireNonNull(url, "url");
        }
    }

    /** Statements in changed files, or beside the weights, that they were changed. */
    record ChangesMarked() implements Provision {}

    /** The copyright and other notices of the original, kept. */
    record NoticesKept() implements Provision {}

    /** Terms that bind recipients to the licence's restrictions and that can be enforced. */
    record EnforceableTerms() implements Provision {}

    /** Documentation that goes with the model; {@code about} says of what. */
    record Documentation(String about) implements Provision {
        public Documentation {
            requireText(about, "about");
        }
    }

    /** Where a text is displayed. */
    enum Place {
        WEBSITE,
        USER_INTERFACE,
        BLOG_POST,
        ABOUT_PAGE,
        DOCUMENTATION,
        MODEL_CARD,
        /** Every public statement about the model. */
        PUBLIC_STATEMENT,
        /** A file that goes with every copy. */
        NOTICE_FILE;

        /** In words, for a person. */
        public String words() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** A paper that goes with copies. */
    enum Paper {
        /** The licence text. */
        AGREEMENT,
        /** The acceptable use policy. */
        POLICY
    }

    /** What to make, in words, such as {@code display "Built with Llama"}. */
    default String words() {
        return switch (this) {
            case Notice(String sentence) -> "a notice file with: " + sentence;
            case Display(String text, Set<Place> at) ->
                "display \"%s\" (%s)"
                        .formatted(
                                text,
                                String.join(
                                        " or ", at.stream().map(Place::words).toList()));
            case NamePrefix(String prefix) -> "a name that begins with \"%s\"".formatted(prefix);
            case Copy(Paper paper, Optional<String> url) ->
                switch (paper) {
                            case AGREEMENT -> "a copy of the licence text";
                            case POLICY -> "a copy of the acceptable use policy";
                        }
                        + url.map(" from "::concat).orElse("");
            case ChangesMarked() -> "a statement of changes";
            case NoticesKept() -> "the original's notices, kept";
            case EnforceableTerms() -> "terms that bind recipients";
            case Documentation(String about) -> "documentation of " + about;
        };
    }

    private static void requireText(String text, String what) {
        if (text.isBlank()) {
            throw new IllegalArgumentException(what + " is empty");
        }
    }
}
