package io.stoa.cli;

import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.license.text.Recognition;
import io.stoa.license.text.UserCopy;
import io.stoa.model.StoaException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A licence as it is named on the command line: by id, tag or name, or by a file with its text.
 *
 * @param license the licence
 * @param copy the text, when a file was given
 * @param caution what a reader must know about that text, when it is not simply the licence's
 */
record LicenseArgument(License license, Optional<UserCopy> copy, Optional<String> caution) {
    /**
     * Finds the licence. A text that is recognised and whose terms Stoa has not read is UNKNOWN: that is said, and there is
     * none.
     *
     * @param err where it is said
     * @throws StoaException of kind {@code USER} when it is neither known nor recognised
     */
    static Optional<LicenseArgument> of(String what, Licenses licenses, PrintStream err) {
        Optional<License> named = licenses.find(what);
        if (named.isPresent()) {
            return Optional.of(new LicenseArgument(named.get(), Optional.empty(), Optional.empty()));
        }
        Path file = file(what, licenses);
        String text = Licenses.text(Licenses.read(file));
        Recognition recognition = licenses.recognize(text);
        Optional<License> meant = licenses.meant(recognition);
        Optional<LicenseArgument> found = switch (recognition) {
            case Recognition.Known _ ->
                meant.map(license -> new LicenseArgument(license, Optional.of(UserCopy.of(text)), Optional.empty()));
            case Recognition.Modified modified ->
                licenses.find(modified.license())
                        .map(license -> new LicenseArgument(
                                license,
                                Optional.of(UserCopy.of(text)),
                                Optional.of(
                                        ("%s %s. It is a changed form of %s: which rights it gives, nobody knows but its author."
                                                        + " Below is what the unchanged licence says.")
                                                .formatted(what, modified.sentence(), modified.license()))));
            case Recognition.Several several ->
                throw StoaException.user("%s %s; name one of them: `stoa license explain LICENCE --text %s`"
                        .formatted(what, several.sentence(), what));
            case Recognition.Unrecognized unrecognized ->
                throw StoaException.user(
                        "%s %s; name the licence that it should be: `stoa license explain LICENCE --text %s`"
                                .formatted(what, unrecognized.sentence(), what));
        };
        if (found.isEmpty()) {
            err.println(LicenseAuditCommand.shown(
                    "UNKNOWN: %s %s. %s".formatted(what, recognition.sentence(), unread(recognition, licenses))));
        }
        return found;
    }

    /** What to do about a text that Stoa knows, where it does not know which terms hold. */
    static String unread(Recognition recognition, Licenses licenses) {
        boolean several = recognition instanceof Recognition.Known known
                && Stream.concat(Stream.of(known.license()), known.alike().stream())
                        .anyMatch(id -> licenses.find(id).isPresent());
        return several
                ? "Which of these licences holds, the text does not tell: look in the model's card."
                : "Stoa knows the text and has not read its terms: have a lawyer read them.";
    }

    /** The same licence with somebody's copy of its text, which may turn out to be another one. */
    LicenseArgument with(Path file, Licenses licenses) {
        String text = Licenses.text(Licenses.read(file));
        Recognition recognition = licenses.recognize(text);
        boolean same = recognition instanceof Recognition.Known known
                && (known.license().equals(license.id()) || known.alike().contains(license.id()));
        return new LicenseArgument(
                license,
                Optional.of(UserCopy.of(text)),
                same
                        ? Optional.empty()
                        : Optional.of(
                                "%s %s: it is not simply the text of %s. Passages are quoted only where they stand in it word for word."
                                        .formatted(file, recognition.sentence(), license.id())));
    }

    /**
     * The file of that name.
     *
     * @throws StoaException of kind {@code USER} when there is none
     */
    static Path file(String what, Licenses licenses) {
        return file(what)
                .filter(path -> !Files.isDirectory(path))
                .orElseThrow(() -> StoaException.user(
                        file(what).isPresent() && !what.isBlank()
                                ? what + ": is a folder; name the licence file in it, or run `stoa license audit "
                                        + what + "`"
                                : "\"%s\": neither a licence that Stoa knows nor a file%s; `stoa license` lists the known ones"
                                        .formatted(what, licenses.hint(what))));
    }

    /** The file or folder of that name, when there is one. */
    static Optional<Path> file(String what) {
        try {
            return Optional.of(Path.of(what)).filter(Files::exists);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
