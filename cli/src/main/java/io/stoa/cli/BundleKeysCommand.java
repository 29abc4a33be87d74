package io.stoa.cli;

import io.stoa.edge.sign.Curve;
import io.stoa.edge.sign.ModelSigner;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "keys",
        description = {
            "Make a key that signs bundles.",
            "",
            "FILE holds both halves, for your eyes only; the public half lies beside it as .pub, which devices are"
                    + " given."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  stoa bundle keys keys/bundles.pem",
            "  stoa bundle keys keys/bundles.pem --curve p521"
        })
final class BundleKeysCommand implements Runnable {
    private final House house;

    @Parameters(index = "0", paramLabel = "FILE", description = "Where the key is written.")
    private Path file = Path.of("");

    @Option(
            names = "--curve",
            paramLabel = "CURVE",
            defaultValue = "p256",
            description = "p256, p384 or p521. Default: ${DEFAULT-VALUE}")
    private String curve = "";

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    BundleKeysCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        Curve wanted = Curve.named(curve)
                .orElseThrow(
                        () -> StoaException.user("--curve " + curve + ": the specification has p256, p384 and p521"));
        Path open = ModelSigner.create(file, wanted);
        String fingerprint = ModelSigner.read(file).signatory().fingerprint();
        house.out()
                .println(
                        json
                                ? JsonMapper.shared()
                                        .createObjectNode()
                                        .put("key", file.toString())
                                        .put("publicKey", open.toString())
                                        .put("fingerprint", fingerprint)
                                        .toString()
                                : "Wrote " + file + " and " + open + ", fingerprint " + fingerprint);
    }
}
