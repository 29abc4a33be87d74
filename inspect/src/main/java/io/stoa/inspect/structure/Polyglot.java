package io.stoa.inspect.structure;

import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Files that other programs read as something else: ZIP archives are found by their end, PDF by a mark anywhere in the
 * first 1,024 bytes, web pages by tags near their beginning.
 */
final class Polyglot {
    private static final int HEAD = 1_024;
    private static final String REMEDY = "Do not use it: no honest model file is a second file, too.";

    private Polyglot() {}

    static void examine(FileChannel channel, Notes notes) throws IOException {
        if (ArchiveExamination.endsAsZip(channel)) {
            notes.fail(Check.FORMAT, "its end", "It is a ZIP archive for programs that look at its end.", REMEDY);
        }
        ByteBuffer head = ByteBuffer.allocate((int) Math.min(HEAD, channel.size()));
        while (head.hasRemaining() && channel.read(head, head.position()) >= 0) {}
        String text =
                new String(head.array(), 0, head.position(), StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        if (text.contains("%pdf-")) {
            notes.fail(
                    Check.FORMAT, "its first 1,024 bytes", "It is a PDF for programs that look for its mark.", REMEDY);
        }
        for (String mark : new String[] {"<script", "<html", "<?php", "<svg", "<iframe"}) {
            if (text.contains(mark)) {
                notes.fail(
                        Check.FORMAT,
                        "its first 1,024 bytes",
                        "It has \"" + mark + "\" in it, as a page that a browser would show.",
                        REMEDY);
            }
        }
        notes.passIfClean(Check.FORMAT, "It is what its name says, and no second format was found.");
    }
}
