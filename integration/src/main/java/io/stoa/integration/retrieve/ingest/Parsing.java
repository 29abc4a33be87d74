package io.stoa.integration.retrieve.ingest;

import java.io.IOException;
import java.util.Optional;

/** Parses one document, and makes of whatever goes wrong in a parser one sentence with the next step. */
final class Parsing {
    private static final int LONGEST_REASON = 200;

    private Parsing() {}

    static Parsed of(Format format, byte[] content, Limits limits) throws Unreadable {
        Gathered into = new Gathered(limits);
        try {
            format.parser().parse(content, into);
        } catch (StackOverflowError _) {
            throw new Unreadable("is nested too deeply; flatten it, or save it anew");
        } catch (OutOfMemoryError _) {
            throw tooLarge(limits);
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new Unreadable(sentence(e));
        }
        Parsed parsed = into.parsed();
        if (parsed.blocks().isEmpty()) {
            throw new Unreadable("holds no text; fill it or remove it");
        }
        return parsed;
    }

    static Unreadable tooLarge(Limits limits) {
        return new Unreadable(
                "needs more than " + limits.memory() + " of memory to be read; split it, save it anew, or allow more");
    }

    private static String sentence(Throwable e) {
        Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
        String reason = Optional.ofNullable(cause.getMessage())
                .or(() -> Optional.ofNullable(e.getMessage()))
                .orElse(cause.getClass().getSimpleName())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
        if (reason.contains("Zip bomb")
                || reason.contains("max size of the expanded data")
                || reason.contains("MAX_FILE_COUNT")) {
            return "unpacks to far more than it should (a zip bomb?); save it anew, with fewer or smaller pictures";
        }
        return "is damaged (" + reason.substring(0, Math.min(LONGEST_REASON, reason.length()))
                + "); open it in its own program and save it anew";
    }
}
