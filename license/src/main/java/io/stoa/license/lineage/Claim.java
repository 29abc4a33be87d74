package io.stoa.license.lineage;

import static java.util.Objects.requireNonNull;

import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.text.Recognition;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What one source says about a model's licence.
 *
 * @param kind how it says so
 * @param source the file or endpoint
 * @param place where in it: a metadata key, or a key and its line
 * @param said what it said, word for word where that is short
 * @param license the id of the licence that this means, when Stoa knows it; of a choice or of several that hold together an
 *     {@link SpdxExpression} of ids
 * @param doubt why it does not say which licence applies, when it does not
 */
public record Claim(
        Kind kind, String source, String place, String said, Optional<String> license, Optional<String> doubt) {
    /** How a source speaks about a licence. */
    public enum Kind {
        /** It names the licence. */
        DECLARED,
        /** It is, or should be, the licence's text. */
        TEXT,
        /** It names a model in its publisher's own repository, whose licence is known. */
        REPOSITORY,
        /** It is only called like a model whose licence is known: this can contradict, and never permits. */
        NAME,
        /** Its architecture and tokenizer point to a family: this can contradict, and never permits. */
        EVIDENCE,
        /** It says where the model comes from, in a way that cannot be. */
        ORIGIN
    }

    public Claim {
        requireNonNull(kind, "kind");
        requireNonNull(source, "source");
        requireNonNull(place, "place");
        requireNonNull(said, "said");
        requireNonNull(license, "license");
        requireNonNull(doubt, "doubt");
        if (license.isPresent() == doubt.isPresent()) {
            throw new IllegalArgumentException("a claim means a licence or says why not: " + source + ", " + place);
        }
    }

    static Claim of(Kind kind, String source, String place, String said, String license) {
        return new Claim(kind, source, place, said, Optional.of(license), Optional.empty());
    }

    static Claim doubtful(Kind kind, String source, String place, String said, String doubt) {
        return new Claim(kind, source, place, said, Optional.empty(), Optional.of(doubt));
    }

    /** What a licence that somebody names means: an id, a tag, a name, or an expression of them. */
    public static Claim declared(String source, String place, String said, Licenses licenses) {
        return new Declaration(source, place, said, Optional.empty(), Optional.empty())
                .claims(licenses)
                .getFirst();
    }

    /**
     * What a file that should be a licence's text means. A text that licences share word for word has the terms of the one
     * that is known; of two known ones it tells neither.
     */
    public static Claim ofText(String source, Recognition recognition, Licenses licenses) {
        if (!(recognition instanceof Recognition.Known known)) {
            return doubtful(Kind.TEXT, source, "text", "a licence text", recognition.sentence());
        }
        String said = "the text of " + known.license();
        Optional<License> meant = licenses.meant(recognition);
        if (meant.isPresent()) {
            return of(Kind.TEXT, source, "text", said, meant.get().id());
        }
        boolean unread = Stream.concat(Stream.of(known.license()), known.alike().stream())
                .allMatch(id -> licenses.find(id).isEmpty());
        String why = unread ? ", whose terms Stoa does not know" : ", and does not tell which of them holds";
        return doubtful(Kind.TEXT, source, "text", said, known.sentence() + why);
    }

    /** Source and place, for a person. */
    public String where() {
        return source + " (" + place + ")";
    }
}
