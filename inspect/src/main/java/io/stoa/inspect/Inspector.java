package io.stoa.inspect;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.engine.safetensors.SafetensorsHeader;
import io.stoa.inspect.numeric.FiniteScan;
import io.stoa.inspect.numeric.GgufWeights;
import io.stoa.inspect.numeric.SafetensorsWeights;
import io.stoa.inspect.numeric.Weights;
import io.stoa.inspect.numeric.WeightsExamination;
import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.inspect.observation.Observation;
import io.stoa.inspect.parentage.Parentage;
import io.stoa.inspect.parentage.WeightComparison;
import io.stoa.inspect.pickle.Checkpoint;
import io.stoa.inspect.structure.ArchiveExamination;
import io.stoa.inspect.structure.FileKind;
import io.stoa.inspect.structure.FolderExamination;
import io.stoa.inspect.structure.GgufExamination;
import io.stoa.inspect.structure.SafetensorsExamination;
import io.stoa.inspect.template.TemplateExamination;
import io.stoa.inspect.tokenizer.Configuration;
import io.stoa.inspect.tokenizer.GgufTokenizer;
import io.stoa.inspect.tokenizer.TokenizerFile;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * Examines a model file or folder before anything loads it. Memory is bounded by the largest header that is believed (see
 * the readers), time by the bytes of the weights and by the bounds of the sandbox.
 */
public final class Inspector {
    private static final long MOST_TEMPLATE = 1L << 20;
    private static final long MOST_DISGUISED = 64L << 20;

    private final Path target;
    private final Path root;
    private final Base base;
    private final Progress progress;
    private final List<Observation> observations = new ArrayList<>();
    private final Map<Path, SafetensorsHeader> safetensors = new TreeMap<>();
    private Optional<Path> gguf = Optional.empty();
    private Optional<GgufHeader> header = Optional.empty();

    private Inspector(Path target, Base base, Progress progress) {
        this.target = target;
        this.root = Files.isDirectory(target)
                ? target
                : Optional.ofNullable(target.toAbsolutePath().getParent()).orElse(target);
        this.base = base;
        this.progress = progress;
    }

    /**
     * Examines a file or a folder.
     *
     * @param base what it should be derived from: a file or a folder
     * @param progress hears bytes done and bytes in all
     * @throws StoaException of kind {@code USER} where there is nothing to read
     */
    public static Inspection inspect(Path target, Optional<Path> base, Progress progress) {
        try {
            Base compared = base.isPresent() ? Base.read(base.get()) : Base.NONE;
            return new Inspector(target, compared, progress).run(base.isPresent());
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER, target + ": cannot be read (" + e + "); check the file and the disk", e);
        }
    }

    /** What a file is, judged by its beginning. */
    static FileKind kind(Path file) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(FileKind.BYTES);
        }
        String name =
                Optional.ofNullable(file.getFileName()).map(Path::toString).orElse("");
        return FileKind.of(name, start, Files.size(file));
    }

    private Inspection run(boolean compares) throws IOException {
        List<Path> files;
        if (Files.isDirectory(target)) {
            Notes notes = new Notes(".");
            files = FolderExamination.files(target, notes);
            if (files.isEmpty()) {
                notes.notTested(Check.FOLDER, "There is no file to examine.", "Name a model's file or folder.");
            }
            observations.addAll(notes.observations());
        } else if (Files.isRegularFile(target)) {
            files = List.of(target);
        } else {
            throw StoaException.user(target + ": there is no such file or folder; check the path");
        }
        long total = 0;
        for (Path file : files) {
            total += Files.size(file);
        }
        long done = 0;
        for (Path file : files) {
            long before = done;
            long size = Files.size(file);
            long all = total;
            examine(file, (at, of) -> progress.at(before + (of <= 0 ? 0 : (long) ((double) size * at / of)), all));
            done += size;
        }
        return new Inspection(observations, compares ? parentage() : Optional.empty());
    }

    private void examine(Path file, Progress part) throws IOException {
        String name = Files.isDirectory(target)
                ? root.relativize(file).toString()
                : Optional.ofNullable(file.getFileName()).map(Path::toString).orElse("");
        Notes notes = new Notes(name);
        try {
            FileKind kind = kind(file);
            disguise(file, name, kind, notes);
            byKind(file, name, kind, notes, part);
        } catch (IOException e) {
            notes.notTested(Check.FORMAT, "It cannot be read: " + e.getMessage() + ".", "Check the file and the disk.");
        }
        if (notes.observations().isEmpty()) {
            notes.notTested(Check.FORMAT, "Nothing in it could be examined.", "Look at it yourself.");
        }
        observations.addAll(notes.observations());
    }

    /** A name that promises another format than the content has. */
    private static void disguise(Path file, String name, FileKind kind, Notes notes) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean lies = (lower.endsWith(".gguf") && kind != FileKind.GGUF && kind != FileKind.LFS_POINTER)
                || (lower.endsWith(".safetensors") && kind != FileKind.SAFETENSORS && kind != FileKind.LFS_POINTER)
                || (lower.matches(".*\\.(json|txt|md|jinja|yaml|yml|model)")
                        && List.of(FileKind.PROGRAM, FileKind.ZIP, FileKind.PICKLE, FileKind.GGUF, FileKind.ARCHIVE)
                                .contains(kind))
                || (lower.matches(".*\\.(bin|pt|pth|ckpt|pkl)") && kind == FileKind.ARCHIVE);
        if (lies) {
            notes.fail(
                    Check.FORMAT,
                    "",
                    "Its name is that of another format; it begins as "
                            + kind.name().toLowerCase(Locale.ROOT) + " does ("
                            + file.toFile().length() + " bytes).");
        }
    }

    private void byKind(Path file, String name, FileKind kind, Notes notes, Progress part) throws IOException {
        switch (kind) {
            case GGUF -> gguf(file, notes, part);
            case SAFETENSORS -> safetensors(file, notes, part);
            case ZIP -> ArchiveExamination.examine(file, notes);
            case PICKLE -> {
                try (InputStream in = Files.newInputStream(file)) {
                    Checkpoint.examine(in, "", Files.size(file), notes);
                }
            }
            case NUMPY -> {
                try (InputStream in = Files.newInputStream(file)) {
                    ArchiveExamination.numpy(in.readNBytes(FileKind.BYTES), "", notes);
                }
            }
            case JSON -> json(file, name, notes);
            case TEMPLATE ->
                template(
                        Files.size(file) > MOST_TEMPLATE
                                ? ""
                                : new String(Files.readAllBytes(file), StandardCharsets.UTF_8),
                        "template",
                        notes);
            case PROGRAM ->
                notes.fail(Check.CODE, "", "It is a program; a model needs none.", "Remove it, and do not run it.");
            case SCRIPT ->
                notes.lead(
                        Check.CODE,
                        "",
                        "It is code, which runs where the model is loaded with trust_remote_code.",
                        "Read it before allowing it, or remove it.");
            case ARCHIVE ->
                notes.notTested(
                        Check.ARCHIVE,
                        "It is a compressed archive, which is not looked into.",
                        "Unpack it in a sandbox and examine the folder.");
            case HDF5 ->
                notes.notTested(
                        Check.FORMAT,
                        "It is an HDF5 file (Keras?), which may hold code in its layers.",
                        "Get the weights as safetensors.");
            case LFS_POINTER ->
                notes.notTested(
                        Check.FORMAT, "It is a Git LFS pointer, not the file.", "Fetch the file (git lfs pull).");
            case PAGE, PICTURE ->
                notes.notTested(
                        Check.FORMAT,
                        "It is a " + kind.name().toLowerCase(Locale.ROOT) + ", which is no part of a model.",
                        "Remove it if it is not needed.");
            case EMPTY -> notes.notTested(Check.FORMAT, "It is empty.", "Is the download complete?");
            case TEXT, UNKNOWN -> other(file, kind, notes);
        }
    }

    private void other(Path file, FileKind kind, Notes notes) throws IOException {
        if (Files.size(file) <= MOST_DISGUISED) {
            try (InputStream in = Files.newInputStream(file)) {
                if (Checkpoint.importing(in)) {
                    notes.fail(
                            Check.PICKLE,
                            "",
                            "It is a pickle that imports something, under a name that does not say so.",
                            "Do not load it.");
                    return;
                }
            }
        }
        if (kind == FileKind.TEXT) {
            notes.pass(Check.FORMAT, "It is plain text.");
        } else {
            notes.notTested(Check.FORMAT, "Its format is not known, so it was not examined.", "Ask what it is for.");
        }
    }

    private void gguf(Path file, Notes notes, Progress part) throws IOException {
        Optional<GgufHeader> read = GgufExamination.examine(file, notes, part);
        if (read.isEmpty()) {
            return;
        }
        GgufHeader found = read.get();
        if (gguf.isEmpty() && !notes.failed(Check.GGUF)) {
            gguf = Optional.of(file);
            header = read;
        }
        GgufTokenizer.examine(found, base.header(), notes);
        found.metadata().forEach((key, value) -> {
            if (key.startsWith("tokenizer.chat_template") && value instanceof GgufValue.Text(String text)) {
                template(text, key, notes);
            }
        });
        if (!found.metadata().containsKey("tokenizer.chat_template")) {
            notes.pass(Check.TEMPLATE, "The file has no chat template.");
        }
        if (!found.tensors().isEmpty() && !notes.failed(Check.GGUF) && !notes.failed(Check.FINITE)) {
            try (Weights weights = GgufWeights.open(file, found)) {
                WeightsExamination.examine(weights, notes, Progress.NONE);
            }
        }
    }

    private void safetensors(Path file, Notes notes, Progress part) throws IOException {
        Optional<SafetensorsHeader> read = SafetensorsExamination.examine(file, notes);
        if (read.isEmpty()) {
            return;
        }
        safetensors.put(file, read.get());
        FiniteScan.examine(file, read.get(), notes, part);
        if (!notes.failed(Check.FINITE)) {
            try (Weights weights = SafetensorsWeights.open(Map.of(file, read.get()))) {
                WeightsExamination.examine(weights, notes, Progress.NONE);
            }
        }
    }

    private void json(Path file, String name, Notes notes) {
        if (name.endsWith(".safetensors.index.json")) {
            SafetensorsExamination.index(file, notes);
            return;
        }
        if (name.endsWith("tokenizer.json")) {
            TokenizerFile.examine(file, base.tokenizer(), notes);
            return;
        }
        Optional<JsonNode> json = Configuration.examine(file, notes);
        JsonNode template =
                json.<JsonNode>map(node -> node.path("chat_template")).orElse(MissingNode.getInstance());
        if (template.isString()) {
            template(template.stringValue(), "chat_template", notes);
        }
        if (template.isArray()) {
            template.forEach(one -> template(
                    one.path("template").asString(""),
                    "chat_template " + one.path("name").asString("?"),
                    notes));
        }
    }

    private void template(String source, String place, Notes notes) {
        if (source.isBlank()) {
            notes.notTested(Check.TEMPLATE, "The template is empty or larger than is read.", "Look at it yourself.");
            return;
        }
        TemplateExamination.examine(source, base.template(), place, notes);
    }

    private Optional<Parentage> parentage() throws IOException {
        Notes notes =
                new Notes(gguf.map(path -> String.valueOf(path.getFileName())).orElse("."));
        Optional<Parentage> found = compared(notes);
        observations.addAll(notes.observations());
        return found;
    }

    private Optional<Parentage> compared(Notes notes) throws IOException {
        boolean weights = header.filter(read -> !read.tensors().isEmpty()).isPresent() || !safetensors.isEmpty();
        Optional<Weights> theirs = base.weights();
        if (!weights || theirs.isEmpty()) {
            notes.notTested(
                    Check.PARENTAGE,
                    "No weights could be compared: " + (weights ? "the base" : "what is examined") + " has none.",
                    "Name a base with weights.");
            return Optional.empty();
        }
        try (Weights own = header.isPresent()
                        ? GgufWeights.open(gguf.orElseThrow(), header.get())
                        : SafetensorsWeights.open(safetensors);
                Weights other = theirs.get()) {
            Parentage parentage = WeightComparison.compare(own, other, progress);
            switch (parentage.relation()) {
                case IDENTICAL, QUANTIZED, FINE_TUNED -> notes.pass(Check.PARENTAGE, parentage.sentence());
                case NOT_DERIVED ->
                    notes.fail(
                            Check.PARENTAGE,
                            "",
                            parentage.sentence(),
                            "Do not take it for a model of that base: neither its licence nor its quality follows from"
                                    + " it.");
                case UNKNOWN ->
                    notes.notTested(Check.PARENTAGE, parentage.sentence(), "Ask the publisher how it was made.");
            }
            return Optional.of(parentage);
        }
    }
}
