package io.stoa.cli;

import io.stoa.edge.bundle.BundleCheck;
import io.stoa.edge.bundle.BundleVerifier;
import io.stoa.edge.bundle.VerifiedBundle;
import io.stoa.edge.sign.Trust;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "bundle",
        description = {
            "Signed bundles for devices: model, runtime, verdict, papers and self-test in one OCI layout.",
            "",
            "A bundle is built from a model that an assessment approved, and signed after the OpenSSF Model Signing"
                    + " specification. The same inputs give the same bytes. A delta carries only what differs from an"
                    + " earlier bundle."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  stoa bundle keys keys/bundles.pem",
            "  stoa bundle build models/micro-Q4_K.gguf --name helper --version 1 --key keys/bundles.pem --out"
                    + " helper-1.tar",
            "  stoa bundle verify helper-1.tar --trust keys/bundles.pub",
            "  stoa bundle delta helper-1.tar helper-2.tar --trust keys/bundles.pub --out helper-1-2.delta",
            "  stoa bundle apply helper-1.tar helper-1-2.delta --trust keys/bundles.pub --out helper-2.tar"
        })
final class BundleCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine(House house) {
        return new CommandLine(new BundleCommand())
                .addSubcommand(new BundleKeysCommand(house))
                .addSubcommand(new BundleSelfTestCommand(house))
                .addSubcommand(new BundleBuildCommand(house))
                .addSubcommand(new BundleVerifyCommand(house))
                .addSubcommand(new BundleShowCommand(house))
                .addSubcommand(new BundleDeltaCommand(house))
                .addSubcommand(new BundleApplyCommand(house));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name keys, self-test, build, verify, show, delta or apply");
    }

    /** Whose signatures count. */
    static final class TrustOptions {
        @Option(
                names = "--trust",
                required = true,
                paramLabel = "FILE",
                description = "A PEM file with the signer's public key, or with the certificate that signers'"
                        + " certificates are issued under. May be given several times.")
        private List<Path> files = List.of();

        Trust trust() {
            return Trust.read(files);
        }
    }

    /** Verifies, with progress. */
    static BundleCheck check(House house, Path bundle, Trust trust) {
        return watched(
                house,
                "bytes of " + bundle.getFileName(),
                progress ->
                        new BundleVerifier(trust).verify(bundle, house.clock().instant(), progress));
    }

    /** A bundle that must be sound. */
    static VerifiedBundle sound(House house, Path bundle, Trust trust) {
        return switch (check(house, bundle, trust)) {
            case BundleCheck.Sound(VerifiedBundle verified) -> verified;
            case BundleCheck.Refused refused -> throw StoaException.user(bundle + ": " + refused.sentence());
        };
    }

    /** Does something long, with a progress line that is taken away at its end. */
    static <T> T watched(House house, String title, Function<Progress, T> work) {
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        try {
            return work.apply(line.start(title));
        } finally {
            line.clear();
        }
    }
}
