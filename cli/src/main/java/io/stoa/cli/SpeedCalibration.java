package io.stoa.cli;

import io.stoa.hardware.machine.ThisMachine;
import io.stoa.hardware.speed.SpeedModel;
import io.stoa.model.Machine;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The calibration of this machine's speed, kept in a file. It counts for this processor and this engine only. */
final class SpeedCalibration {
    private static final String AGAIN = "; run `stoa fit calibrate`, which takes about a minute";

    private final Path file;
    private final ThisMachine machine;
    private final String engine;

    SpeedCalibration(Path file, ThisMachine machine, String engine) {
        this.file = file;
        this.machine = machine;
        this.engine = engine;
    }

    String engine() {
        return engine;
    }

    /** What a speed depends on: processor and cores. */
    String fingerprint() {
        Machine read = machine.read();
        return read.processor() + ", " + read.cores() + " cores";
    }

    /** What was found; a user error where nothing was, or elsewhere. */
    SpeedModel read() {
        if (!Files.exists(file)) {
            throw StoaException.user("this machine's speed is not known yet" + AGAIN);
        }
        SpeedModel model;
        try {
            model = JsonMapper.shared().readValue(Files.readString(file, StandardCharsets.UTF_8), SpeedModel.class);
        } catch (IOException | JacksonException e) {
            throw new StoaException(StoaException.Kind.USER, file + ": is not a calibration" + AGAIN, e);
        }
        if (!model.machine().equals(fingerprint()) || !model.engine().equals(engine)) {
            throw StoaException.user(file + ": was made on " + model.machine() + " with " + model.engine()
                    + ", and this is " + fingerprint() + " with " + engine + AGAIN);
        }
        return model;
    }

    void write(SpeedModel model) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            WholeFile.write(file, JsonMapper.shared().writeValueAsBytes(model));
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    file + ": cannot be written (" + e.getMessage() + "); set XDG_CACHE_HOME to a folder that can",
                    e);
        }
    }

    Path file() {
        return file;
    }
}
