package io.stoa.cli;

import io.stoa.edge.bundle.Delta;
import io.stoa.edge.bundle.VerifiedBundle;
import io.stoa.edge.sign.Trust;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "delta",
        description = "What must be carried to a device that has one bundle so that it gets another.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Example:",
            "  stoa bundle delta helper-1.tar helper-2.tar --trust keys/bundles.pub --out helper-1-2.delta"
        })
final class BundleDeltaCommand implements Runnable {
    private final House house;

    @Parameters(index = "0", paramLabel = "OLD", description = "The bundle that the device has.")
    private Path old = Path.of("");

    @Parameters(index = "1", paramLabel = "NEW", description = "The bundle that it shall get.")
    private Path fresh = Path.of("");

    @Mixin
    private BundleCommand.TrustOptions trust = new BundleCommand.TrustOptions();

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where the delta is written.")
    private Path out = Path.of("");

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    BundleDeltaCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        WholeFile.refuseIfUnwritable("--out", out);
        Trust trusted = trust.trust();
        VerifiedBundle from = BundleCommand.sound(house, old, trusted);
        VerifiedBundle to = BundleCommand.sound(house, fresh, trusted);
        Delta.Made made = BundleCommand.watched(
                house, "bytes of " + fresh.getFileName(), progress -> Delta.make(from, to, out, progress));
        house.out()
                .println(
                        json
                                ? JsonMapper.shared()
                                        .createObjectNode()
                                        .put("delta", out.toString())
                                        .put("size", made.size())
                                        .put("whole", made.whole())
                                        .put("copied", made.copied())
                                        .toString()
                                : String.format(
                                        "Wrote %s: %d bytes instead of %d (%.0f %%); %d are taken from the old bundle",
                                        out,
                                        made.size(),
                                        made.whole(),
                                        100.0 * made.size() / Math.max(1, made.whole()),
                                        made.copied()));
    }
}
