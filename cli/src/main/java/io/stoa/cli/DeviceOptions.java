package io.stoa.cli;

import io.stoa.edge.bundle.Platform;
import io.stoa.edge.device.Bundle;
import io.stoa.edge.device.Device;
import io.stoa.edge.device.DeviceEvent;
import io.stoa.edge.device.OciFormat;
import io.stoa.edge.device.Running;
import io.stoa.edge.device.Surroundings;
import io.stoa.edge.device.SystemFiles;
import io.stoa.edge.sign.Trust;
import io.stoa.engine.Batching;
import io.stoa.engine.Engine;
import io.stoa.engine.EngineOptions;
import io.stoa.engine.gguf.Preflight;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which device, and what is made over its folder. */
final class DeviceOptions {
    private static final String FOLDER = ".stoa/device";
    private static final int USUAL_CONTEXT = 4096;

    @Option(
            names = "--device",
            paramLabel = "FOLDER",
            description = "The device's folder. Default: $STOA_DEVICE, or " + FOLDER)
    private Optional<Path> folder = Optional.empty();

    Path folder(House house) {
        return folder.or(() -> house.environment("STOA_DEVICE").map(Path::of))
                .orElse(Path.of(FOLDER))
                .toAbsolutePath()
                .normalize();
    }

    /** Whom this device believes: written when its first bundle was installed. */
    Path trustFile(House house) {
        return folder(house).resolve("trust.pem");
    }

    /** Throws what to do when the device believes nobody yet. */
    Trust trust(House house) {
        Path file = trustFile(house);
        if (!Files.isRegularFile(file)) {
            throw StoaException.user(folder(house) + ": nothing is installed there yet; install a bundle and name its"
                    + " signer's public key: `stoa edge install BUNDLE --trust KEY.pub --device " + folder(house)
                    + "`");
        }
        return Trust.read(List.of(file));
    }

    Device device(House house, DeviceEvent.Listener listener, OciFormat.Demands demands) {
        return new Device(
                folder(house),
                new SystemFiles(),
                new OciFormat(trust(house), demands),
                new Surroundings(
                        Platform.here().toString(), House.thisMachine().read().memory(), house.clock()),
                listener);
    }

    DeviceJournal journal(House house, Bytes most, boolean keepContent) {
        Path place = folder(house);
        if (!Files.isDirectory(place)) {
            throw StoaException.user(
                    place + ": there is no device; install a bundle first, or name its folder with" + " --device");
        }
        return new DeviceJournal(place, most, keepContent, house.clock());
    }

    /** What answers are written down as. */
    static DeviceJournal.Subject subject(Running running) {
        return new DeviceJournal.Subject(
                running.resident().name() + " " + running.resident().version(),
                running.resident().digest().toString());
    }

    /** The model of a bundle, opened as its self-test says or as asked. */
    static Engine open(House house, Bundle bundle, Optional<Integer> context, Optional<Integer> threads, int slots) {
        int tokens = context.or(() -> bundle.selfTest().contextTokens()).orElseGet(() -> (int) Math.min(
                USUAL_CONTEXT,
                Preflight.examine(bundle.model())
                        .hyperParameter("context_length")
                        .orElse(USUAL_CONTEXT)));
        int used = threads.orElseGet(House::threads);
        return house.llama()
                .open(
                        bundle.model(),
                        Arguments.checked(() -> slots == 1
                                ? new EngineOptions(tokens, used)
                                : new EngineOptions(
                                        tokens,
                                        used,
                                        new Batching.Continuous(
                                                slots, Math.multiplyExact(tokens, slots), 16 * slots))));
    }
}
