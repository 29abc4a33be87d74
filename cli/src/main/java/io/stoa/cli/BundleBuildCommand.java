package io.stoa.cli;

import io.stoa.edge.bundle.BundleBuilder;
import io.stoa.edge.bundle.BundleMetadata;
import io.stoa.edge.bundle.Content;
import io.stoa.edge.bundle.PartKind;
import io.stoa.edge.bundle.Platform;
import io.stoa.edge.bundle.RuntimeImage;
import io.stoa.edge.bundle.SelfTest;
import io.stoa.edge.sign.ModelSigner;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.Preflight;
import io.stoa.engine.llama.LlamaRuntime;
import io.stoa.license.bom.BomFormat;
import io.stoa.license.bom.BomReader;
import io.stoa.license.bom.BomWriter;
import io.stoa.license.clause.Licenses;
import io.stoa.license.pack.PackReport;
import io.stoa.license.pack.PackVerifier;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "build",
        description = {
            "Build a signed bundle of a model that was approved.",
            "",
            "The verdict is looked up in the ledger by the file's digest, and must stand now. The chat template, a"
                    + " bill of materials and a self-test are made; a licence pack of `stoa license pack` is taken along."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "The time of the bundle is --created, else that of SOURCE_DATE_EPOCH, else now. With the same time,"
                    + " self-test and key, two builds are the same bytes.",
            "",
            "Examples:",
            "  stoa bundle build models/micro-Q4_K.gguf --name helper --version 1 --key keys/bundles.pem --out"
                    + " helper-1.tar",
            "  stoa bundle build micro.gguf --name helper --version 2 --license-pack pack --self-test"
                    + " micro.self-test.json --runtime jlink --key keys/bundles.pem --out helper-2",
            "  stoa bundle build micro.gguf --name trial --version 1 --without-verdict --key keys/bundles.pem --out"
                    + " trial.tar"
        })
final class BundleBuildCommand implements Runnable {
    private static final Duration VALID_FOR = Duration.ofDays(180);

    private final House house;

    @Parameters(index = "0", paramLabel = "MODEL", description = "The GGUF file.")
    private Path model = Path.of("");

    @Option(
            names = "--name",
            required = true,
            paramLabel = "NAME",
            description = "What is updated: bundles of one name replace each other.")
    private String name = "";

    @Option(
            names = "--version",
            required = true,
            paramLabel = "N",
            description = "A number that grows with every bundle of this name.")
    private long version;

    @Option(names = "--key", required = true, paramLabel = "FILE", description = "The key that signs.")
    private Path key = Path.of("");

    @Option(
            names = "--certificates",
            paramLabel = "FILE",
            description = "PEM file with the signer's certificate and those above it; without, the bare key signs.")
    private Optional<Path> certificates = Optional.empty();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "PLACE",
            description = "One file when it ends with .tar, else a folder.")
    private Path out = Path.of("");

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Stoa's folder, which holds ledger and keys; default: .stoa")
    private Path home = Path.of(".stoa");

    @Option(
            names = "--use",
            paramLabel = "NAME",
            description = "Under which use it was approved, if there are several.")
    private Optional<String> use = Optional.empty();

    @Option(names = "--without-verdict", description = "Bundle it although no verdict stands behind it; it says so.")
    private boolean withoutVerdict;

    @Option(
            names = "--license-pack",
            paramLabel = "DIR",
            description = "A folder that `stoa license pack` made for this model.")
    private Optional<Path> licensePack = Optional.empty();

    @Option(
            names = "--self-test",
            paramLabel = "FILE",
            description = "A self-test of `stoa bundle self-test`; without, it is made now.")
    private Optional<Path> selfTest = Optional.empty();

    @Mixin
    private SelfTestOptions selfTestOptions = new SelfTestOptions();

    @Option(
            names = "--runtime",
            paramLabel = "KIND",
            defaultValue = "none",
            description = "jlink: with Java, Stoa and the engine. none: for devices that have Stoa. Default:"
                    + " ${DEFAULT-VALUE}")
    private String runtime = "";

    @Option(
            names = "--stoa",
            paramLabel = "DIR",
            description = "The distribution for the runtime, with lib and natives; default: this one.")
    private Optional<Path> distribution = Optional.empty();

    @Option(
            names = "--jmods",
            paramLabel = "DIR",
            description = "The jmods folder of the JDK for the target platform; default: this JDK.")
    private Optional<Path> jmods = Optional.empty();

    @Option(
            names = "--platform",
            paramLabel = "OS/ARCH",
            description = "What it runs on, such as linux/arm64; default: this platform.")
    private Optional<String> platform = Optional.empty();

    @Option(names = "--created", paramLabel = "TIME", description = "Such as 2026-11-27T00:00:00Z.")
    private Optional<String> created = Optional.empty();

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            description = "After which it is not installed any more; default: with its verdict, else 180 days later.")
    private Optional<String> expires = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    BundleBuildCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        WholeFile.refuseIfUnwritable("--out", out.resolveSibling(out.getFileName() + ".new"));
        GgufHeader header = Preflight.examine(model);
        ModelSigner signer =
                certificates.map(chain -> ModelSigner.read(key, chain)).orElseGet(() -> ModelSigner.read(key));
        Digest digest = LicensePackCommand.digest(model, house);
        Optional<BundledVerdict> verdict =
                withoutVerdict ? Optional.empty() : Optional.of(BundledVerdict.find(house, home, digest, use));
        BundleMetadata metadata = metadata(header, verdict);
        licensePack.ifPresent(pack -> verifyPack(pack, digest));
        SelfTest test = selfTest.map(BundleBuildCommand::read).orElseGet(() -> selfTestOptions.make(house, model));
        BundleBuilder builder = new BundleBuilder(metadata, test).with(PartKind.MODEL, Content.File.of(model));
        header.string("tokenizer.chat_template")
                .ifPresent(template ->
                        builder.with(PartKind.TEMPLATE, new Content.Bytes(template.getBytes(StandardCharsets.UTF_8))));
        verdict.ifPresent(found -> builder.with(PartKind.VERDICT, new Content.Bytes(found.json())));
        builder.with(PartKind.BILL_OF_MATERIALS, new Content.Bytes(billOfMaterials(digest, metadata.created())));
        licensePack.ifPresent(pack -> builder.with(PartKind.LICENSES, new Content.Tree(Content.Tree.under(pack, ""))));
        Digest identity = write(builder, signer);
        print(metadata, identity, signer);
    }

    private Digest write(BundleBuilder builder, ModelSigner signer) {
        Optional<Path> work = Optional.empty();
        try {
            if (withRuntime()) {
                Path folder = Files.createTempDirectory("stoa-bundle-");
                work = Optional.of(folder);
                builder.with(PartKind.RUNTIME, image().make(folder.resolve("runtime")));
            }
            return BundleCommand.watched(
                    house, "bytes of " + out.getFileName(), progress -> builder.write(out, signer, progress));
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, "no temporary folder can be made (" + e + "); free some space", e);
        } finally {
            work.ifPresent(BundleBuildCommand::delete);
        }
    }

    private boolean withRuntime() {
        return switch (runtime) {
            case "jlink" -> true;
            case "none" -> false;
            default -> throw StoaException.user("--runtime " + runtime + ": is neither jlink nor none");
        };
    }

    private RuntimeImage image() {
        Path folder = distribution.orElseGet(House::distribution);
        Path beside = folder.resolve("stoa");
        // a checkout has its launcher at the top, three folders above what it builds
        Path launcher = Files.isRegularFile(beside)
                ? beside
                : folder.resolve("../../../stoa").normalize();
        return new RuntimeImage(folder, launcher, Path.of(System.getProperty("java.home")), jmods);
    }

    private BundleMetadata metadata(GgufHeader header, Optional<BundledVerdict> verdict) {
        Instant start = created.map(text -> time("--created", text)).orElseGet(this::now);
        Instant end = expires.map(text -> time("--expires", text))
                .or(() -> verdict.map(found -> found.approval().expires().truncatedTo(ChronoUnit.SECONDS)))
                .orElseGet(() -> start.plus(VALID_FOR));
        verdict.map(BundledVerdict::approval)
                .filter(approval -> end.isAfter(approval.expires()))
                .ifPresent(approval -> {
                    throw StoaException.user("--expires " + end + ": is later than the verdict, which lapses at "
                            + approval.expires() + "; name an earlier time, or assess again");
                });
        return Arguments.checked(() -> new BundleMetadata(
                BundleMetadata.FORMAT,
                name,
                version,
                platform.map(Platform::of).orElseGet(Platform::here),
                start,
                end,
                House.version(),
                new BundleMetadata.Model(
                        String.valueOf(model.getFileName()),
                        Optional.of(header.architecture()),
                        LlamaRuntime.quantizationOf(header),
                        verdict.map(found -> found.approval().license().expression())),
                verdict.map(BundledVerdict::approval)
                        .map(approval -> new BundleMetadata.Verdict(
                                approval.outcome().label(),
                                approval.candidate(),
                                approval.use().name()))));
    }

    private Instant now() {
        Optional<Instant> said = LicenseBomCommand.sourceDate(house);
        return said.orElseGet(() -> house.clock().instant().truncatedTo(ChronoUnit.SECONDS));
    }

    private static Instant time(String option, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new StoaException(
                    StoaException.Kind.USER, option + " " + text + ": not a time such as 2026-11-27T00:00:00Z", e);
        }
    }

    private void verifyPack(Path pack, Digest digest) {
        TreeMap<String, Digest> models = new TreeMap<>();
        models.put(model.toString(), digest);
        PackReport report = new PackVerifier(new Licenses()).verify(pack, models);
        if (report.verdict() != PackReport.Verdict.WHOLE) {
            throw StoaException.user("--license-pack " + pack + ": is " + report.verdict()
                    + " for this model; see `stoa license verify-pack " + pack + " --model " + model + "`");
        }
    }

    private byte[] billOfMaterials(Digest digest, Instant time) {
        Licenses licenses = new Licenses();
        Path whole = model.toAbsolutePath();
        BomReader reader = new BomReader(
                licenses,
                file -> file.toAbsolutePath().equals(whole) ? digest : Artifacts.digestOf(file, Progress.NONE));
        return new BomWriter(licenses, House.version(), Optional.of(time))
                .write(BomFormat.of("cyclonedx-1.6"), List.copyOf(reader.read(model)));
    }

    private static SelfTest read(Path file) {
        try {
            return SelfTest.read(WholeText.of(file).getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": " + e.getMessage() + "; make one with `stoa bundle self-test`",
                    e);
        }
    }

    private void print(BundleMetadata metadata, Digest identity, ModelSigner signer) {
        if (json) {
            house.out()
                    .println(JsonMapper.shared()
                            .createObjectNode()
                            .put("bundle", out.toString())
                            .put("name", metadata.name())
                            .put("version", metadata.version())
                            .put("platform", metadata.platform().toString())
                            .put("created", metadata.created().toString())
                            .put("expires", metadata.expires().toString())
                            .put("identity", identity.toString())
                            .put("signedBy", signer.signatory().name()));
            return;
        }
        house.out()
                .println("Wrote " + out + ": " + metadata.name() + " " + metadata.version() + " for "
                        + metadata.platform() + ", " + identity.abbreviated() + "…, signed by "
                        + signer.signatory().name() + ", good until " + metadata.expires());
        if (metadata.verdict().isEmpty()) {
            house.err().println("stoa: no verdict stands behind this bundle");
        }
        if (licensePack.isEmpty()) {
            house.err().println("stoa: this bundle has no licence pack; `stoa license pack` makes one");
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            // the system's own temporary folder is emptied by the system
            return;
        }
    }
}
