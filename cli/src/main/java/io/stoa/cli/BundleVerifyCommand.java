package io.stoa.cli;

import io.stoa.edge.bundle.Admission;
import io.stoa.edge.bundle.BundleCheck;
import io.stoa.edge.bundle.Platform;
import io.stoa.edge.bundle.VerifiedBundle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "verify",
        description = {
            "Verify a bundle: is it whole, and did somebody who is trusted sign it? May it be installed here?",
            "",
            "Every byte is read. A folder that another tool signed after the same specification is judged the same way."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Exit codes: 0 sound, 12 sound but not for here or for now, 20 not to be used.",
            "",
            "Examples:",
            "  stoa bundle verify helper-1.tar --trust keys/bundles.pub",
            "  stoa bundle verify helper-1 --trust house-ca.pem --platform linux/arm64 --json"
        })
final class BundleVerifyCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "BUNDLE", description = "A folder or a tar.")
    private Path bundle = Path.of("");

    @Mixin
    private BundleCommand.TrustOptions trust = new BundleCommand.TrustOptions();

    @Option(
            names = "--platform",
            paramLabel = "OS/ARCH",
            description = "What it is to run on; default: what the bundle says.")
    private Optional<String> platform = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    BundleVerifyCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        Optional<Platform> wanted = Arguments.checked(() -> platform.map(Platform::of));
        ObjectNode result = JsonMapper.shared().createObjectNode();
        return switch (BundleCommand.check(house, bundle, trust.trust())) {
            case BundleCheck.Refused refused -> {
                result.put("outcome", "refused")
                        .put("fault", refused.fault().name())
                        .put("reason", refused.sentence());
                print(result, "REFUSED: " + bundle + " " + refused.sentence());
                yield ExitCode.BROKEN.code();
            }
            case BundleCheck.Sound(VerifiedBundle sound) -> {
                Platform here = wanted.orElse(sound.metadata().platform());
                List<Admission.Objection> objections = new Admission(here, Optional.empty())
                        .objections(sound, house.clock().instant());
                result.put("outcome", objections.isEmpty() ? "sound" : "sound, but not to be installed")
                        .put("name", sound.metadata().name())
                        .put("version", sound.metadata().version())
                        .put("identity", sound.identity().toString())
                        .put("signedBy", sound.signedBy().name());
                ArrayNode reasons = result.putArray("objections");
                objections.forEach(objection -> reasons.add(objection.sentence()));
                StringBuilder text = new StringBuilder("SOUND: "
                        + sound.metadata().name() + " "
                        + sound.metadata().version() + ", " + sound.identity().abbreviated() + "…, signed by "
                        + sound.signedBy());
                objections.forEach(objection -> text.append("\n  but it ").append(objection.sentence()));
                print(result, text.toString());
                yield (objections.isEmpty() ? ExitCode.OK : ExitCode.NOT_READY).code();
            }
        };
    }

    private void print(ObjectNode result, String text) {
        house.out().println(json ? result.toString() : text);
    }
}
