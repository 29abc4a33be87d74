package io.stoa.cli;

import io.stoa.edge.bundle.BundleCheck;
import io.stoa.edge.bundle.Delta;
import io.stoa.edge.bundle.VerifiedBundle;
import io.stoa.edge.sign.Trust;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "apply",
        description =
                "Make the new bundle from the old one and a delta: exactly the bundle that was signed, or nothing.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Exit codes: 0 the new bundle is there, 20 the delta is not to be used.",
            "",
            "Example:",
            "  stoa bundle apply helper-1.tar helper-1-2.delta --trust keys/bundles.pub --out helper-2.tar"
        })
final class BundleApplyCommand implements Callable<Integer> {
    private final House house;

    @Parameters(index = "0", paramLabel = "OLD", description = "The bundle that is there.")
    private Path old = Path.of("");

    @Parameters(index = "1", paramLabel = "DELTA", description = "The delta.")
    private Path delta = Path.of("");

    @Mixin
    private BundleCommand.TrustOptions trust = new BundleCommand.TrustOptions();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "PLACE",
            description = "One file when it ends with .tar, else a folder.")
    private Path out = Path.of("");

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    BundleApplyCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        Trust trusted = trust.trust();
        VerifiedBundle from = BundleCommand.sound(house, old, trusted);
        BundleCheck check = BundleCommand.watched(
                house,
                "bytes of " + out.getFileName(),
                progress -> Delta.apply(from, delta, out, trusted, house.clock().instant(), progress));
        ObjectNode result = JsonMapper.shared().createObjectNode();
        return switch (check) {
            case BundleCheck.Sound(VerifiedBundle sound) -> {
                result.put("outcome", "made")
                        .put("bundle", out.toString())
                        .put("identity", sound.identity().toString());
                print(
                        result,
                        "Wrote " + out + ": " + sound.metadata().name() + " "
                                + sound.metadata().version() + ", "
                                + sound.identity().abbreviated() + "…");
                yield ExitCode.OK.code();
            }
            case BundleCheck.Refused refused -> {
                result.put("outcome", "refused")
                        .put("fault", refused.fault().name())
                        .put("reason", refused.sentence());
                print(result, "REFUSED: " + refused.sentence());
                yield ExitCode.BROKEN.code();
            }
        };
    }

    private void print(ObjectNode result, String text) {
        house.out().println(json ? result.toString() : text);
    }
}
