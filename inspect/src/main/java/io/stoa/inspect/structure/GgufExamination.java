package io.stoa.inspect.structure;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufReader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.engine.gguf.Preflight;
import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.inspect.observation.Shown;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * GGUF files. What {@link GgufReader} and {@link Preflight} refuse has failed; beyond that, bytes that no tensor accounts
 * for, metadata of other types than their readers expect, and characters that a person does not see.
 */
public final class GgufExamination {
    private static final String REMEDY =
            "Do not load it; get the model from where it was published, or convert it anew.";

    private static final Set<String> TEXTS = Set.of(
            "general.architecture",
            "general.name",
            "general.type",
            "general.basename",
            "general.finetune",
            "general.author",
            "general.version",
            "general.organization",
            "general.description",
            "general.license",
            "general.license.name",
            "general.license.link",
            "general.url",
            "general.size_label",
            "general.quantized_by",
            "general.source.url",
            "tokenizer.ggml.model",
            "tokenizer.ggml.pre",
            "tokenizer.chat_template");

    private static final Set<String> NUMBERS =
            Set.of("general.alignment", "general.file_type", "general.quantization_version", "split.no", "split.count");

    private static final Set<String> TEXT_LISTS =
            Set.of("tokenizer.ggml.tokens", "tokenizer.ggml.merges", "general.tags", "general.languages");

    /** How much of what follows the tensors is looked at. */
    private static final long MOST_SCANNED = 64L << 20;

    private final Path file;
    private final Notes notes;

    private GgufExamination(Path file, Notes notes) {
        this.file = file;
        this.notes = notes;
    }

    /**
     * Examines a file, all of its weights included.
     *
     * @return its header, where that could be read; whether it makes a model is in the notes
     */
    public static Optional<GgufHeader> examine(Path file, Notes notes, Progress progress) throws IOException {
        return new GgufExamination(file, notes).examine(progress);
    }

    private Optional<GgufHeader> examine(Progress progress) throws IOException {
        GgufHeader header;
        try {
            header = GgufReader.read(file);
        } catch (StoaException e) {
            refused(e, Check.GGUF);
            return Optional.empty();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            hiddenBytes(header, channel);
            Polyglot.examine(channel, notes);
        }
        header.metadata().forEach(this::metadata);
        notes.passIfClean(
                Check.METADATA, header.metadata().size() + " metadata keys have the types that readers expect.");
        boolean sound = model(header);
        if (sound) {
            weights(header, progress);
        }
        return Optional.of(header);
    }

    private boolean model(GgufHeader header) {
        String type = header.string("general.type").orElse("model");
        long parts = header.integer("split.count").orElse(1);
        if (parts > 1 || !type.equals("model") || header.architecture().equals("clip")) {
            String what = parts > 1 ? "one of " + parts + " parts of a model" : "a " + Shown.quoted(type) + " file";
            notes.notTested(
                    Check.GGUF,
                    "Its counts, lengths and offsets are sound; it is " + what
                            + ", so whether it makes a model was not examined.",
                    parts > 1 ? "Merge the parts with llama-gguf-split --merge." : "Examine the model it belongs to.");
            return true;
        }
        try {
            if (header.tensors().isEmpty()) {
                Preflight.vocabulary(file);
            } else {
                Preflight.examine(file);
            }
        } catch (StoaException e) {
            refused(e, Check.GGUF);
            return false;
        }
        for (String warning : Preflight.warnings(header)) {
            if (!warning.contains("follow the last tensor")) {
                notes.notTested(Check.GGUF, "Noticed: " + warning + ".", "Compare with the model's publisher.");
            }
        }
        notes.pass(
                Check.GGUF,
                "Sound GGUF version " + header.version() + ": "
                        + header.tensors().size() + " tensors, "
                        + header.metadata().size() + " keys, in order, without gap or overlap.");
        return true;
    }

    private void weights(GgufHeader header, Progress progress) {
        try {
            Preflight.weights(file, header, progress);
            notes.pass(
                    Check.FINITE, "Every weight and every scale is finite (" + header.tensorBytes() + " bytes read).");
        } catch (StoaException e) {
            refused(e, Check.FINITE);
        }
    }

    private void refused(StoaException e, Check check) {
        switch (e.kind()) {
            case USER -> {
                String sentence = e.sentence();
                String prefix = file + ": ";
                String own = sentence.startsWith(prefix) ? "The file " + sentence.substring(prefix.length()) : sentence;
                notes.fail(check, "", own + (own.endsWith(".") ? "" : "."), REMEDY);
            }
            case ENGINE, RESOURCES, BUG -> throw e;
        }
    }

    /** Padding holds zeros, and nothing follows the last tensor but padding. */
    private void hiddenBytes(GgufHeader header, FileChannel channel) throws IOException {
        long end = GgufReader.headerBytes(file);
        long next = header.dataOffset();
        for (GgufTensor tensor : header.tensors()) {
            next = header.dataOffset() + tensor.offset();
            padding(channel, end, next, "before tensor " + tensor.name());
            end = next + tensor.bytes();
        }
        long aligned = Math.ceilDiv(end, (long) header.alignment()) * header.alignment();
        padding(channel, end, Math.min(aligned, header.fileBytes()), "after the last tensor");
        if (header.fileBytes() > aligned) {
            byte[] start = bytes(channel, aligned, FileKind.BYTES);
            long count = header.fileBytes() - aligned;
            boolean zeros = allZero(channel, aligned, header.fileBytes());
            String what = FileKind.signed(start, count)
                    .map(kind -> " that begin as a " + kind + " does")
                    .orElse("");
            if (zeros) {
                notes.lead(Check.HIDDEN_BYTES, "byte " + aligned, count + " zeros follow the last tensor.", REMEDY);
            } else {
                notes.fail(
                        Check.HIDDEN_BYTES,
                        "byte " + aligned,
                        count + " bytes" + what + " follow the last tensor; no reader of models needs them.",
                        REMEDY);
            }
        }
    }

    private void padding(FileChannel channel, long from, long to, String where) throws IOException {
        if (to > from && !allZero(channel, from, to)) {
            notes.fail(
                    Check.HIDDEN_BYTES, "bytes " + from + " to " + to, "The padding " + where + " holds data.", REMEDY);
        }
    }

    private static boolean allZero(FileChannel channel, long from, long to) throws IOException {
        long scanned = Math.min(to, from + MOST_SCANNED);
        for (long at = from; at < scanned; ) {
            byte[] part = bytes(channel, at, (int) Math.min(1 << 16, scanned - at));
            for (byte b : part) {
                if (b != 0) {
                    return false;
                }
            }
            at += Math.max(1, part.length);
        }
        return scanned == to;
    }

    private static byte[] bytes(FileChannel channel, long at, int most) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(most);
        while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {}
        byte[] read = new byte[buffer.position()];
        buffer.flip().get(read);
        return read;
    }

    private void metadata(String key, GgufValue value) {
        boolean right = true;
        if (TEXTS.contains(key)) {
            right = value instanceof GgufValue.Text;
        } else if (NUMBERS.contains(key) || (key.startsWith("tokenizer.ggml.") && key.endsWith("_token_id"))) {
            right = value instanceof GgufValue.Whole;
        } else if (key.startsWith("tokenizer.ggml.add_")) {
            right = value instanceof GgufValue.Truth;
        } else if (TEXT_LISTS.contains(key)) {
            right = value instanceof GgufValue.Array(List<GgufValue> values)
                    && (values.isEmpty() || values.getFirst() instanceof GgufValue.Text);
        }
        if (!right) {
            notes.fail(Check.METADATA, key, "The value is of another type than readers expect.", REMEDY);
        }
        if (key.codePoints().anyMatch(Shown::hidden)) {
            notes.fail(Check.METADATA, key, "The key has hidden characters.", REMEDY);
        }
        if (value instanceof GgufValue.Text(String text)) {
            text(key, text);
        } else if (value instanceof GgufValue.Array(List<GgufValue> values) && !key.startsWith("tokenizer.")) {
            for (GgufValue item : values) {
                if (item instanceof GgufValue.Text(String text)) {
                    text(key, text);
                }
            }
        }
    }

    private void text(String key, String text) {
        if (text.indexOf(0x1b) >= 0) {
            notes.fail(Check.METADATA, key, "The text has terminal control sequences in it.", REMEDY);
        } else if (text.indexOf(0) >= 0) {
            notes.fail(
                    Check.METADATA,
                    key,
                    "The text has a zero in it, at which C stops reading and others do not.",
                    REMEDY);
        } else if (text.indexOf('\uFFFD') >= 0) {
            notes.lead(Check.METADATA, key, "The text is not valid UTF-8, or was damaged before.", "Convert it anew.");
        } else if (text.codePoints().anyMatch(point -> Shown.hidden(point) && "\n\r\t".indexOf(point) < 0)) {
            notes.lead(
                    Check.METADATA,
                    key,
                    "The text has characters that a person does not see (of control, direction, or no width).",
                    "Look at it in a hexadecimal editor.");
        }
    }
}
