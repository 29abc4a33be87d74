package io.stoa.cli;

import io.stoa.assess.yaml.AssessmentFile;
import io.stoa.assess.yaml.StoaYaml;
import io.stoa.license.bom.BomFormat;
import io.stoa.license.bom.BomModel;
import io.stoa.license.bom.BomReader;
import io.stoa.license.bom.BomWriter;
import io.stoa.license.clause.Licenses;
import io.stoa.model.Candidate;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "bom",
        description = {
            "Write a bill of materials of models: files with digests, bases, datasets, licences and where they were"
                    + " read.",
            "A licence that is not known is said to be not known; an id stands only where SPDX's list has it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "In a folder every GGUF file is a model, and README, LICENSE, NOTICE and policies are their papers; a"
                    + " folder without GGUF files is one model of all its weights. A GGUF file alone is read without"
                    + " papers.",
            "The same models give the same bytes. The time is that of SOURCE_DATE_EPOCH; without it CycloneDX has"
                    + " none, and SPDX, which demands one, has 1970.",
            "",
            "Examples:",
            "  stoa license bom models/qwen3-0.6b",
            "  stoa license bom stoa.yaml --format spdx-3 --output models.spdx.json",
            "  SOURCE_DATE_EPOCH=$(git log -1 --format=%%ct) stoa license bom a.gguf b.gguf --output models.cdx.json",
            "",
            LicenseCommand.NO_ADVICE
        })
final class LicenseBomCommand implements Runnable {
    private static final String EPOCH = "SOURCE_DATE_EPOCH";

    /** The last second that has a four-digit year, which both formats ask for. */
    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private final House house;

    @Parameters(
            arity = "1..*",
            paramLabel = "MODEL",
            description = "A GGUF file, a folder of a model, or a stoa.yaml for all its models.")
    private List<String> models = List.of();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "cyclonedx-1.6",
            description = "cyclonedx-1.6, cyclonedx-1.7 or spdx-3. Default: ${DEFAULT-VALUE}.")
    private String format = "";

    @Option(names = "--output", paramLabel = "FILE", description = "Write it there instead of to stdout.")
    private Optional<Path> output = Optional.empty();

    LicenseBomCommand(House house) {
        this.house = house;
    }

    @Override
    public void run() {
        BomFormat wanted = BomFormat.of(format);
        Optional<Instant> created = sourceDate(house);
        output.ifPresent(file -> WholeFile.refuseIfUnwritable("--output", file));
        Licenses licenses = new Licenses();
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        BomReader reader = new BomReader(licenses, file -> digest(file, line));
        List<BomModel> all = new ArrayList<>();
        for (String model : models) {
            all.addAll(read(path(model), reader));
        }
        byte[] document = new BomWriter(licenses, House.version(), created).write(wanted, all);
        if (output.isPresent()) {
            WholeFile.write("--output", output.get(), document);
            house.err().println("Wrote " + output.get());
        } else {
            house.out().write(document, 0, document.length);
            house.out().flush();
        }
    }

    private static Digest digest(Path file, ProgressLine line) {
        try {
            return Artifacts.digestOf(file, line.start("bytes of " + file.getFileName()));
        } finally {
            line.clear();
        }
    }

    private static List<BomModel> read(Path path, BomReader reader) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        if (Files.isDirectory(path) || !(name.endsWith(".yaml") || name.endsWith(".yml"))) {
            return reader.read(path);
        }
        return StoaYaml.read(path).models().stream()
                .map(model -> reader.read(candidate(model), model.disclosure().teachers()))
                .toList();
    }

    private static Candidate candidate(AssessmentFile.Model model) {
        return switch (model) {
            // its real digest takes a full pass, which the reader makes
            case AssessmentFile.Model.File of ->
                new Candidate.GgufFile(
                        of.id(), of.path(), Digest.of(of.path().toString()), of.papers(), Optional.empty());
            case AssessmentFile.Model.Endpoint of ->
                new Candidate.RemoteModel(
                        of.id(), of.baseUri(), of.name(), of.revision(), of.papers(), of.keyVariable());
        };
    }

    private static Path path(String model) {
        try {
            return Path.of(model);
        } catch (InvalidPathException e) {
            throw new StoaException(StoaException.Kind.USER, model + ": not a path on this system", e);
        }
    }

    /** The time that {@code SOURCE_DATE_EPOCH} says. */
    static Optional<Instant> sourceDate(House house) {
        Optional<String> said = house.environment(EPOCH).filter(value -> !value.isBlank());
        try {
            Optional<Long> seconds = said.map(value -> Long.parseLong(value.strip()));
            if (seconds.filter(value -> value < 0 || value > LAST_SECOND).isEmpty()) {
                return seconds.map(Instant::ofEpochSecond);
            }
        } catch (NumberFormatException | DateTimeException e) {
            throw new StoaException(StoaException.Kind.USER, notASecond(said), e);
        }
        throw StoaException.user(notASecond(said));
    }

    private static String notASecond(Optional<String> said) {
        return EPOCH + "=" + said.orElse("")
                + ": not a number of seconds since 1970; unset it, or set it to one such as" + " 1700000000";
    }
}
