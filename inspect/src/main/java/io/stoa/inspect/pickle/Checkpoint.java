package io.stoa.inspect.pickle;

import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Pickles as they lie in files: one after the other, and followed by the raw numbers of PyTorch's format before 1.6.
 * PyTorch writes there a magic number, the protocol, facts about the machine, the object, the keys of its storages (five
 * pickles), then the storages.
 */
public final class Checkpoint {
    private static final int MOST_PICKLES = 64;
    private static final int LEGACY_PICKLES = 5;

    /** The bytes of PyTorch's magic number 0x1950a86a20f9469cfc6c, read as UTF-8. */
    private static final String LEGACY_MAGIC = new String(
            new byte[] {0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19},
            java.nio.charset.StandardCharsets.UTF_8);

    private static final String REMEDY =
            "Do not load it. Get the weights as safetensors or GGUF from where the model was published.";

    private Checkpoint() {}

    /**
     * Notes what loading would do.
     *
     * @param stream the file or the entry of an archive; read to its end or to what is no pickle
     * @param place the entry; empty for the file itself
     * @param bytes how long it is
     */
    public static void examine(InputStream stream, String place, long bytes, Notes notes) throws IOException {
        BufferedInputStream in = new BufferedInputStream(stream, 1 << 16);
        Set<String> globals = new LinkedHashSet<>();
        long position = 0;
        boolean legacy = false;
        int pickles = 0;
        while (position < bytes && pickles < MOST_PICKLES && !(legacy && pickles == LEGACY_PICKLES)) {
            in.mark(1);
            int first = in.read();
            in.reset();
            if (pickles > 0 && !legacy && first != 0x80) {
                break;
            }
            PickleWalk.Found found = PickleWalk.walk(in);
            if (pickles == 0) {
                legacy = found.firstNumber().filter(LEGACY_MAGIC::equals).isPresent();
            }
            pickles++;
            position += found.bytes();
            globals.addAll(found.globals());
            for (String problem : found.problems()) {
                notes.fail(Check.PICKLE, place, "The pickle " + problem + ".", REMEDY);
            }
            if (!found.stopped()) {
                return;
            }
        }
        long left = bytes - position;
        if (left > 0 && !legacy) {
            notes.lead(
                    Check.PICKLE,
                    place,
                    left + " bytes follow the STOP of the last pickle; Python does not read them.",
                    "Ask what they are for.");
        } else if (left == 0 && legacy && pickles < LEGACY_PICKLES) {
            notes.fail(Check.PICKLE, place, "It begins like PyTorch's old format and ends before its object.", REMEDY);
        }
        String imports = globals.isEmpty() ? "nothing" : String.join(", ", globals);
        notes.passIfClean(Check.PICKLE, (place.isEmpty() ? "" : place + ": ") + "The pickle imports " + imports + ".");
    }

    /** Whether bytes are a whole pickle that imports something, under whatever name. */
    public static boolean importing(InputStream stream) throws IOException {
        try {
            PickleWalk.Found found = PickleWalk.walk(new BufferedInputStream(stream, 1 << 16));
            return !found.globals().isEmpty()
                    && (found.stopped() || found.problems().stream().anyMatch(problem -> problem.startsWith("calls")));
        } catch (IOException e) {
            return false;
        }
    }
}
