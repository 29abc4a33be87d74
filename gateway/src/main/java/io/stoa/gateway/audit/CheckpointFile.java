package io.stoa.gateway.audit;

import io.stoa.model.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The checkpoints of a chain.
 *
 * @param all in their order
 * @param lines the line of each, without its line feed
 * @param torn a note on what a crash left half written
 * @param problem the first thing that is wrong with them
 */
record CheckpointFile(List<Checkpoint> all, List<byte[]> lines, Optional<String> torn, Optional<String> problem) {
    static final CheckpointFile NONE = new CheckpointFile(List.of(), List.of(), Optional.empty(), Optional.empty());

    /** Ten years of one a minute would not fit; nobody verifies that in one piece. */
    private static final long MOST_BYTES = 1L << 30;

    static CheckpointFile read(Path file, String chain) throws IOException {
        if (!Files.isRegularFile(file)) {
            return NONE;
        }
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(file + " is larger than 1 GiB");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readAllBytes();
        }
        List<Checkpoint> all = new ArrayList<>();
        List<byte[]> lines = new ArrayList<>();
        Digest previous = Checkpoint.NONE_BEFORE;
        long sequence = 0;
        int start = 0;
        for (int end = 0; end < bytes.length; end++) {
            if (bytes[end] != '\n') {
                continue;
            }
            byte[] line = Arrays.copyOfRange(bytes, start, end);
            Optional<Checkpoint> checkpoint = Checkpoint.parse(line);
            if (checkpoint.isEmpty() || !checkpoint.get().chain().equals(chain)) {
                return broken(all, lines, "checkpoint " + (all.size() + 1) + " is not one of this chain");
            }
            if (!checkpoint.get().previous().equals(previous)
                    || checkpoint.get().sequence() <= sequence) {
                return broken(all, lines, "checkpoint " + (all.size() + 1) + " does not follow the one before it");
            }
            all.add(checkpoint.get());
            lines.add(line);
            previous = OpenedChain.digestOfLine(line, line.length);
            sequence = checkpoint.get().sequence();
            start = end + 1;
        }
        Optional<String> torn = start == bytes.length
                ? Optional.empty()
                : Optional.of(bytes.length - start
                        + " bytes after the last whole checkpoint: being written, or left by a crash");
        return new CheckpointFile(List.copyOf(all), List.copyOf(lines), torn, Optional.empty());
    }

    private static CheckpointFile broken(List<Checkpoint> all, List<byte[]> lines, String what) {
        return new CheckpointFile(List.copyOf(all), List.copyOf(lines), Optional.empty(), Optional.of(what));
    }

    /** The last record that one covers; 0 when there is none. */
    long lastSequence() {
        return all.isEmpty() ? 0 : all.getLast().sequence();
    }

    Map<Checkpoint, byte[]> lastOfEachSigner() {
        Map<Digest, Integer> places = new LinkedHashMap<>();
        for (int i = 0; i < all.size(); i++) {
            places.put(all.get(i).signer(), i);
        }
        Map<Checkpoint, byte[]> last = new LinkedHashMap<>();
        places.values().forEach(place -> last.put(all.get(place), lines.get(place)));
        return last;
    }
}
