package io.stoa.cli;

import io.stoa.edge.bundle.BundleMetadata;
import io.stoa.edge.bundle.Part;
import io.stoa.edge.bundle.SelfTest;
import io.stoa.edge.bundle.VerifiedBundle;
import io.stoa.model.Bytes;
import io.stoa.model.StoaException;
import io.stoa.store.RecordJson;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "show",
        description = "What a bundle is and holds. It is verified first: what a stranger wrote is not shown.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Example:", "  stoa bundle show helper-1.tar --trust keys/bundles.pub"})
final class BundleShowCommand implements Runnable {
    private final House house;

    @Parameters(index = "0", paramLabel = "BUNDLE", description = "A folder or a tar.")
    private Path bundle = Path.of("");

    @Mixin
    private BundleCommand.TrustOptions trust = new BundleCommand.TrustOptions();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    BundleShowCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        VerifiedBundle sound = BundleCommand.sound(house, bundle, trust.trust());
        SelfTest test;
        try {
            test = sound.selfTest();
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.RESOURCES, bundle + ": cannot be read any more (" + e + ")", e);
        }
        if (json) {
            house.out().println(document(sound, test));
        } else {
            print(sound, test, house.out());
        }
    }

    private static ObjectNode document(VerifiedBundle sound, SelfTest test) {
        RecordJson records = new RecordJson();
        ObjectNode document = JsonMapper.shared().createObjectNode();
        document.put("identity", sound.identity().toString())
                .put("signedBy", sound.signedBy().name())
                .put("fingerprint", sound.signedBy().fingerprint());
        document.set("metadata", records.tree(sound.metadata()));
        ArrayNode parts = document.putArray("parts");
        for (Part part : sound.parts()) {
            parts.addObject()
                    .put("path", part.kind().path())
                    .put("mediaType", part.kind().mediaType())
                    .put("digest", part.digest().toString())
                    .put("size", part.size());
        }
        document.set("selfTest", records.tree(test));
        return document;
    }

    private static void print(VerifiedBundle sound, SelfTest test, PrintStream out) {
        BundleMetadata metadata = sound.metadata();
        out.println(metadata.name() + " " + metadata.version() + " for " + metadata.platform());
        out.println("  identity   " + sound.identity());
        out.println("  signed by  " + sound.signedBy() + " (" + sound.signedBy().fingerprint() + ")");
        out.println("  created    " + metadata.created() + " by stoa " + metadata.stoa());
        out.println("  expires    " + metadata.expires());
        BundleMetadata.Model model = metadata.model();
        out.println("  model      " + model.file() + ", " + model.architecture().orElse("unknown architecture") + ", "
                + model.quantization().orElse("unknown quantization") + ", licence "
                + model.license().orElse("not known"));
        out.println("  verdict    "
                + metadata.verdict()
                        .map(verdict -> verdict.outcome() + " as " + verdict.candidate() + " for " + verdict.use())
                        .orElse("none"));
        out.printf(
                "  self-test  %d prompts on %s: %.1f tokens/s, %s, on %s%n",
                test.cases().size(),
                test.engine(),
                test.seen().tokensPerSecond(),
                new Bytes(test.seen().memoryBytes()),
                test.seen().machine());
        for (Part part : sound.parts()) {
            out.printf(
                    "  %-16s %12d bytes  %s…  %s%n",
                    part.kind().path(),
                    part.size(),
                    part.digest().abbreviated(),
                    part.kind().mediaType());
        }
    }
}
