package io.stoa.edge.device;

import io.stoa.edge.device.SignedFolder.Says;
import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** A process of its own that installs one bundle after the other until it is killed. */
final class KilledInstallation {
    private KilledInstallation() {}

    static SecretKey key(String hex) {
        return new SecretKeySpec(HexFormat.of().parseHex(hex), "HmacSHA256");
    }

    static Device device(Path folder, SecretKey key) {
        return new Device(
                folder,
                new SystemFiles(),
                new SignedFolder(key),
                new Surroundings("linux-x64", Bytes.gibibytes(4), Clock.systemUTC()),
                _ -> {});
    }

    /** @param arguments the folder, the key, and the first version */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        SecretKey key = key(arguments[1]);
        Trial slow = _ -> {
            LockSupport.parkNanos(5_000_000);
            return new SelfTestReport(0, 0, Optional.empty(), Optional.empty(), List.of());
        };
        for (int version = Integer.parseInt(arguments[2]); ; version++) {
            Path bundle = SignedFolder.write(
                    folder.resolve("bundle-" + version),
                    key,
                    Says.version(Integer.toString(version)),
                    Map.of(
                            "model.gguf",
                            ("weights of " + version + " ").repeat(40_000).getBytes(StandardCharsets.UTF_8),
                            "licences/notice",
                            "duties".getBytes(StandardCharsets.UTF_8)));
            System.out.println(version);
            InstallOutcome outcome =
                    device(folder.resolve("device"), key).install(bundle, ClockPolicy.DEVICE, slow, Progress.NONE);
            if (!(outcome instanceof InstallOutcome.Installed)) {
                throw new IllegalStateException(outcome.toString());
            }
            for (String each : List.of("model.gguf", "licences/notice", "licences", "index", "index.sig", "")) {
                Files.delete(bundle.resolve(each));
            }
        }
    }
}
