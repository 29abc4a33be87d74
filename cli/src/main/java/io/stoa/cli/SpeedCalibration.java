package io.stoa.cli;

import io.stoa.engine.llama.DecodeTimes;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.hardware.machine.ThisMachine;
import io.stoa.hardware.speed.Calibration;
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

    /** Of large models; what is fast is timed more often. */
    private static final int READINGS = 1;

    private static final int STEPS = 8;

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

    /** Times a file once, with meaningless tokens. */
    static Calibration.Times look(
            LlamaRuntime llama, Path gguf, int promptTokens, int depth, int sequences, int threads) {
        DecodeTimes times =
                llama.decodeTimes(gguf, new DecodeTimes.Plan(promptTokens, READINGS, depth, sequences, STEPS, threads));
        return Calibration.Times.of(times.prompts(), times.steps());
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
