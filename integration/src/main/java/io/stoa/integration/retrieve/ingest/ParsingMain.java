package io.stoa.integration.retrieve.ingest;

import io.stoa.model.Bytes;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The process that parses: a request on standard input, an answer on standard output, until the input ends. */
final class ParsingMain {
    private static final int LONGEST_NAME = 100;

    private ParsingMain() {}

    public static void main(String[] arguments) throws IOException {
        Limits limits = limits(arguments);
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
        // What a library prints must not end up between the answers.
        System.setOut(System.err);
        Logger.getLogger("").setLevel(Level.OFF);
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        while (true) {
            Format format;
            try {
                format = Format.valueOf(Wire.readText(in, LONGEST_NAME));
            } catch (EOFException _) {
                return;
            }
            byte[] content = Wire.readBytes(in, (int) limits.file().count());
            try {
                Parsed parsed = new ReadingHere(limits).read(format, content);
                out.writeByte(0);
                Wire.write(out, parsed);
            } catch (Unreadable e) {
                out.writeByte(1);
                Wire.write(out, e.reason());
            }
            out.flush();
        }
    }

    static String[] arguments(Limits limits) {
        return new String[] {
            Long.toString(limits.file().count()),
            Integer.toString(limits.text()),
            Integer.toString(limits.pages()),
            Integer.toString(limits.passages()),
            Long.toString(limits.patience().toMillis()),
            Long.toString(limits.memory().count())
        };
    }

    private static Limits limits(String[] arguments) {
        return new Limits(
                new Bytes(Long.parseLong(arguments[0])),
                Integer.parseInt(arguments[1]),
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]),
                Duration.ofMillis(Long.parseLong(arguments[4])),
                new Bytes(Long.parseLong(arguments[5])));
    }
}
