package io.stoa.cli;

import io.stoa.assess.yaml.AssessmentFile;
import io.stoa.assess.yaml.StoaYaml;
import io.stoa.license.clause.Licenses;
import io.stoa.license.pack.Pack;
import io.stoa.license.pack.PackFolder;
import io.stoa.license.pack.PackMaker;
import io.stoa.license.pack.PackRequest;
import io.stoa.license.pack.Packing;
import io.stoa.license.pack.UserFile;
import io.stoa.license.use.StackAnswer;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import io.stoa.store.Artifacts;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "pack",
        description = {
            "Make the folder that must go with models when they are passed on: copies of agreements and policies,"
                    + " prescribed notices, words to display, rules for names, statements of changes, terms for"
                    + " recipients.",
            "Texts come from your own files and are recognised as the right version; one that you do not have is asked"
                    + " for, with the address to fetch it from."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "The keys of --use are those of `stoa license check`. Exit codes: 0 made, 2 something is missing (the"
                    + " message says what, and where to get it), 11 not known whether the use is allowed, or a partial"
                    + " pack, 12 forbidden.",
            "",
            "Examples:",
            "  stoa license pack stoa.yaml --text papers --out pack",
            "  stoa license pack generator=Llama-3.1-8B-Q4_K_M.gguf,README.md,LICENSE --policy llama3.1=USE_POLICY.md"
                    + " --name Llama-3.1-8B-Acme --use distribution=weights --use modification=quantized"
                    + " --use commercial=true --use outputs-train-models=false --use monthly-active-users=20000"
                    + " --use domains=[] --out pack",
            "  stoa license pack generator=qwen embedder=apache-2.0 --text papers --notice upstream/NOTICE"
                    + " --changes CHANGES.md --use distribution=product --partial --out pack",
            "",
            LicenseCommand.NO_ADVICE
        })
final class LicensePackCommand implements Callable<Integer> {
    private static final int MOST_PAPERS = 1_000;

    private final House house;

    @Parameters(
            index = "0..*",
            arity = "0..*",
            paramLabel = "stoa.yaml|[ROLE=]MODEL",
            description =
                    "A stoa.yaml, or models as --model of `stoa license check` writes them: a licence and those of the"
                            + " models it was made from, or a GGUF file with its card and licence files.")
    private List<String> arguments = List.of();

    @Option(names = "--model", paramLabel = "[ROLE=]MODEL", description = "A further model of the stack.")
    private List<String> models = List.of();

    @Option(names = "--use", paramLabel = "[NAME.]KEY=VALUE", description = "A fact about the use.")
    private List<String> facts = List.of();

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The folder to make.")
    private Path out = Path.of("");

    @Option(
            names = "--text",
            paramLabel = "FILE|DIR",
            description =
                    "A licence text or policy of yours, or a folder with them. Papers that were given with the models"
                            + " are looked at as well.")
    private List<Path> texts = List.of();

    @Option(
            names = "--policy",
            paramLabel = "LICENSE=FILE",
            description = "The acceptable use policy that goes with a licence, where nothing else tells.")
    private List<String> policies = List.of();

    @Option(
            names = "--notice",
            paramLabel = "FILE",
            description = "A notice file of an original, to be kept. Papers named NOTICE are kept as well.")
    private List<Path> notices = List.of();

    @Option(
            names = "--changes",
            paramLabel = "FILE",
            description = "What was changed, by whom and when. Quantization alone needs none.")
    private Optional<Path> changes = Optional.empty();

    @Option(
            names = "--name",
            paramLabel = "[MODEL=]NAME",
            description = "The name that a changed model is passed on under, held against the rules for names.")
    private List<String> names = List.of();

    @Option(names = "--partial", description = "Make a pack although something is missing or not known; it says so.")
    private boolean partial;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    LicensePackCommand(House house) {
        this.house = house;
    }

    @Override
    public Integer call() {
        Licenses licenses = new Licenses();
        StackArguments stack = new StackArguments(licenses);
        List<String> all = new ArrayList<>(arguments);
        Optional<AssessmentFile> asked = all.isEmpty() || !isAssessment(all.getFirst())
                ? Optional.empty()
                : Optional.of(StoaYaml.read(Path.of(all.removeFirst())));
        asked.ifPresent(assessment -> assessment.models().forEach(stack::add));
        all.addAll(models);
        all.forEach(model -> stack.add(model.contains("=") ? model : "generator=" + model));
        UseArguments said = UseArguments.of(facts, stack);
        PackRequest request = new PackRequest(
                stack.stack(said.own()),
                identities(stack),
                said.use(asked),
                papers(stack, licenses),
                kept(stack),
                changes.map(UserFile::read),
                names(stack),
                partial);
        return switch (new PackMaker(licenses).make(request)) {
            case Packing.Made(Pack pack) -> {
                new PackFolder(out).write(pack);
                print(pack);
                yield (pack.partial() ? ExitCode.UNDECIDED : ExitCode.OK).code();
            }
            case Packing.Forbidden(StackAnswer answer) ->
                refuse(
                        ExitCode.NOT_READY,
                        "forbidden",
                        "the licences forbid this use, so there is nothing to pack",
                        answer.deciding().stream()
                                .map(part -> part.model() + ": "
                                        + part.proof().grounds().getFirst().sentence())
                                .toList());
            case Packing.Unknown(StackAnswer answer) ->
                refuse(
                        ExitCode.UNDECIDED,
                        "unknown",
                        "whether this use is allowed is not known; say what is missing, or ask for a --partial pack",
                        answer.missing());
            case Packing.Incomplete(List<String> missing) ->
                refuse(
                        ExitCode.USER,
                        "incomplete",
                        "the pack would lack something; supply it, or ask for a --partial pack",
                        missing);
        };
    }

    /** What {@code --json} prints. */
    private record Document(
            String outcome, Optional<String> folder, Set<String> files, List<String> missing, String note) {}

    private void print(Pack pack) {
        if (json) {
            house.out()
                    .println(JsonMapper.shared()
                            .writeValueAsString(new Document(
                                    pack.partial() ? "partial" : "made",
                                    Optional.of(out.toString()),
                                    pack.paths(),
                                    pack.missing(),
                                    LicenseCommand.NO_ADVICE)));
            return;
        }
        PrintStream to = house.out();
        to.println((pack.partial() ? "PARTIAL, not to be shipped: " : "") + out);
        pack.paths().forEach(path -> to.println("  " + path));
        pack.missing().forEach(missing -> to.println("  lacks: " + missing));
        to.println("README says what to do with each file; `stoa license verify-pack " + out + "` checks them.");
        to.println(LicenseCommand.NO_ADVICE);
    }

    private int refuse(ExitCode code, String outcome, String why, List<String> reasons) {
        if (json) {
            house.out()
                    .println(JsonMapper.shared()
                            .writeValueAsString(new Document(
                                    outcome, Optional.empty(), Set.of(), reasons, LicenseCommand.NO_ADVICE)));
        } else {
            house.err().println("stoa: " + why + ":");
            reasons.forEach(reason -> house.err().println("  - " + reason));
        }
        return code.code();
    }

    private static boolean isAssessment(String argument) {
        String lower = argument.toLowerCase(Locale.ROOT);
        return !argument.contains("=") && (lower.endsWith(".yaml") || lower.endsWith(".yml"));
    }

    private Map<String, String> identities(StackArguments stack) {
        Map<String, String> identities = new TreeMap<>(stack.revisions());
        stack.files()
                .forEach((name, files) -> files.stream()
                        .filter(LicensePackCommand::isWeights)
                        .findFirst()
                        .ifPresent(
                                file -> identities.put(name, digest(file, house).toString())));
        return identities;
    }

    /** The digest of a model's whole file; large ones take a while. */
    static Digest digest(Path file, House house) {
        ProgressLine line = new ProgressLine(house.err(), house.terminal());
        Digest digest = Artifacts.digestOf(file, line.start("reading " + file));
        line.clear();
        return digest;
    }

    private static boolean isWeights(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".gguf");
    }

    /** All papers, those that are said to be policies first. */
    private List<UserFile> papers(StackArguments stack, Licenses licenses) {
        List<UserFile> papers = new ArrayList<>();
        for (String policy : policies) {
            int equals = policy.indexOf('=');
            if (equals < 1) {
                throw StoaException.user("--policy " + policy + ": write it as LICENSE=FILE, such as gemma=policy.md");
            }
            papers.add(UserFile.read(Path.of(policy.substring(equals + 1)))
                    .asPolicyOf(licenses.get(policy.substring(0, equals)).id()));
        }
        Set<Path> files = new LinkedHashSet<>();
        stack.files()
                .values()
                .forEach(
                        given -> given.stream().filter(file -> !isWeights(file)).forEach(files::add));
        texts.forEach(text -> files.addAll(files(text)));
        files.forEach(file -> papers.add(UserFile.read(file)));
        return papers;
    }

    /** The file, or the files that lie in the folder and are not too large to be papers. */
    private static Set<Path> files(Path given) {
        if (!Files.isDirectory(given)) {
            return Set.of(given);
        }
        Set<Path> files = new TreeSet<>();
        try (Stream<Path> walk = Files.walk(given, 4)) {
            for (Path file : (Iterable<Path>) walk.limit(MOST_PAPERS)::iterator) {
                if (Files.isRegularFile(file) && !isWeights(file) && Files.size(file) <= Licenses.LARGEST_FILE) {
                    files.add(file);
                }
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    given + ": cannot be read (" + e.getMessage() + "); is the path right?",
                    e);
        }
        return files;
    }

    private List<UserFile> kept(StackArguments stack) {
        Set<Path> files = new LinkedHashSet<>();
        stack.files()
                .values()
                .forEach(given ->
                        given.stream().filter(LicensePackCommand::isNotice).forEach(files::add));
        files.addAll(notices);
        return files.stream().map(UserFile::read).toList();
    }

    private static boolean isNotice(Path file) {
        Path name = file.getFileName();
        return name != null && name.toString().toUpperCase(Locale.ROOT).startsWith("NOTICE");
    }

    /** A name without a model is that of every model. */
    private Map<String, String> names(StackArguments stack) {
        Map<String, String> given = new TreeMap<>();
        for (String name : names) {
            int equals = name.indexOf('=');
            if (equals > 0) {
                given.put(name.substring(0, equals), name.substring(equals + 1));
            } else {
                stack.names().forEach(model -> given.putIfAbsent(model, name));
            }
        }
        return given;
    }
}
