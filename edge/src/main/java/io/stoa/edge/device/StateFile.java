package io.stoa.edge.device;

import io.stoa.model.Digest;
import io.stoa.store.RecordJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * What a device remembers, in one small file of two lines: a canonical JSON object, and its SHA-256 in hexadecimal digits,
 * so that damage is found. It is replaced as a whole: written beside its place, forced to the disk, renamed, and the
 * folder forced, too. That rename is the switch between two bundles.
 */
final class StateFile {
    private static final int MOST_BYTES = 64 << 10;
    /** Making one costs a hundred times what reading with it does. */
    private static final RecordJson JSON = new RecordJson();

    private final Path folder;
    private final Path file;
    private final Path part;
    private final DeviceFiles files;

    StateFile(Path folder, DeviceFiles files) {
        this.folder = folder;
        this.file = folder.resolve("state.json");
        this.part = folder.resolve("state.json.part");
        this.files = files;
    }

    /** What was read: a state, nothing at all, or a file that is damaged. */
    record Found(Optional<DeviceState> state, boolean damaged) {}

    Found read() throws IOException {
        if (!Files.exists(file)) {
            return new Found(Optional.empty(), false);
        }
        if (Files.size(file) > MOST_BYTES) {
            return new Found(Optional.empty(), true);
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        if (end < 0
                || !text.substring(end + 1)
                        .strip()
                        .equals(Digest.of(text.substring(0, end)).hex())) {
            return new Found(Optional.empty(), true);
        }
        try {
            return new Found(Optional.of(JSON.read(text.substring(0, end), DeviceState.class)), false);
        } catch (JacksonException _) {
            return new Found(Optional.empty(), true);
        }
    }

    void write(DeviceState state) throws IOException {
        String line = JSON.write(state);
        byte[] bytes = (line + "\n" + Digest.of(line).hex() + "\n").getBytes(StandardCharsets.UTF_8);
        try (DeviceFiles.Output out = files.create(part)) {
            out.write(bytes, bytes.length);
            out.sync();
        }
        files.replace(part, file);
        files.syncFolder(folder);
    }

    /** Takes away what a crash left half written. */
    void tidy() throws IOException {
        if (Files.exists(part)) {
            files.delete(part);
        }
    }
}
