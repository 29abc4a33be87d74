package io.stoa.engine.gguf;

import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides in Java whether a GGUF file may be handed to native code. llama.cpp stops the whole process on some malformed
 * files (an absurd {@code block_count}, a token twice in the vocabulary, norms that are not F32), and loads others
 * without a word (NaN weights, special tokens outside the vocabulary, a context of 0), so "it loads" proves nothing.
 *
 * <p>{@link #examine} reads the header only and takes milliseconds. {@link #weights} reads all data. Neither keeps the
 * file open, so a file that somebody changes afterwards has not been examined: compare its digest, and serve from files
 * that nobody else may write.
 */
public final class Preflight {
    private Preflight() {}

    /**
     * The header of a model, when it is sound: whole (see {@link GgufReader}), one model in one file, with sane
     * hyper-parameters, a tokenizer that agrees with itself and with the tensors, and, for the architectures in
     * {@link DecoderLayout}, each layer's tensors in their exact shapes.
     *
     * @throws StoaException of kind {@code USER} that names the file, what is wrong with it, and what to do
     */
    public static GgufHeader examine(Path path) {
        return examine(new Refusal(path), GgufReader.read(path));
    }

    /**
     * The header of a model, or of the shape of one: that has a header and a hole for data, and says that it has no
     * vocabulary. A shape is only good for working out sizes.
     *
     * @throws StoaException of kind {@code USER} that names the file, what is wrong with it, and what to do
     */
    public static GgufHeader examineShape(Path path) {
        GgufHeader header = GgufReader.read(path);
        if (!header.string("tokenizer.ggml.model").equals(Optional.of("no_vocab"))) {
            return examine(new Refusal(path), header);
        }
        Refusal refusal = new Refusal(path);
        checkIsModel(header, refusal);
        HyperParameters.checked(header, refusal);
        return header;
    }

    /**
     * The same of a file on a web server, of which only the header is fetched.
     *
     * @param token a secret that the server may want; sent to no other
     */
    public static GgufHeader examine(URI address, Optional<String> token) {
        return examine(new Refusal(address.toString()), GgufReader.read(address, token));
    }

    private static GgufHeader examine(Refusal refusal, GgufHeader header) {
        checkIsModel(header, refusal);
        HyperParameters parameters = HyperParameters.checked(header, refusal);
        Vocabulary.check(header, refusal);
        checkTensors(header, parameters, refusal);
        DecoderLayout.of(parameters, refusal).ifPresent(layout -> layout.check(header));
        return header;
    }

    /**
     * The header of a file that has a tokenizer and no tensors.
     *
     * @throws StoaException of kind {@code USER} that names the file, what is wrong with it, and what to do
     */
    public static GgufHeader vocabulary(Path path) {
        GgufHeader header = GgufReader.read(path);
        Refusal refusal = new Refusal(path);
        if (!header.tensors().isEmpty()) {
            throw refusal.because(
                    "has " + header.tensors().size() + " tensors, so it is not a vocabulary alone",
                    "examine it as a model");
        }
        Vocabulary.check(header, refusal);
        return header;
    }

    /** What a person should know about a sound file, one sentence each. Usually none. */
    public static List<String> warnings(GgufHeader header) {
        List<String> warnings = new ArrayList<>();
        long end = header.dataOffset();
        for (GgufTensor tensor : header.tensors()) {
            end = header.dataOffset() + tensor.offset() + tensor.bytes();
        }
        long appended = header.fileBytes() - (end + header.alignment() - 1) / header.alignment() * header.alignment();
        if (appended > 0) {
            warnings.add(appended + " bytes follow the last tensor; nothing reads them, so ask what they are for");
        }
        if (!DecoderLayout.knows(header.architecture())) {
            warnings.add("the architecture " + header.architecture()
                    + " is not one whose tensor shapes are checked; only the general checks were made");
        }
        if (header.string("tokenizer.ggml.model").equals(Optional.of("gpt2"))
                && header.string("tokenizer.ggml.pre").isEmpty()) {
            warnings.add("tokenizer.ggml.pre is missing, so text is split in a default way that may not be the model's;"
                    + " answers may be worse");
        }
        if (header.metadata().containsKey("tokenizer.ggml.precompiled_charsmap")) {
            warnings.add("tokenizer.ggml.precompiled_charsmap is a program for the normalizer that was not examined");
        }
        header.hyperParameter("vocab_size").ifPresent(size -> {
            long tokens = header.array("tokenizer.ggml.tokens").map(List::size).orElse(0);
            if (size != tokens) {
                warnings.add("vocab_size is " + size + ", but the vocabulary has " + tokens + " tokens");
            }
        });
        return List.copyOf(warnings);
    }

    /**
     * Reads all weights and refuses NaN and infinity: among the numbers themselves (F32, F16, BF16, F64) and among the
     * scales of quantized blocks. One thread, one pass, one mebibyte of memory.
     *
     * @param header what {@link #examine} said of the same file
     * @param progress hears bytes done and bytes in all
     * @throws StoaException of kind {@code USER} that names the file, the tensor and the place in it
     */
    public static void weights(Path path, GgufHeader header, Progress progress) {
        new WeightScan(path, header, progress).run();
    }

    private static void checkIsModel(GgufHeader header, Refusal refusal) {
        header.string("general.type").filter(type -> !type.equals("model")).ifPresent(type -> {
            throw refusal.because(
                    "is of the general.type \"" + Refusal.shortened(type) + "\", not a model",
                    "name the model's own file");
        });
        if (header.architecture().equals("clip")) {
            throw refusal.because("is a projector for images or sound, not a model", "name the model's own file");
        }
        long parts = header.integer("split.count").orElse(1);
        if (parts > 1) {
            throw refusal.because(
                    "is one of the " + parts + " parts of a split model, which cannot be examined yet",
                    "merge them with llama-gguf-split --merge");
        }
        if (header.tensors().isEmpty()) {
            throw refusal.because("has no tensors", "name a model; a vocabulary alone cannot answer");
        }
    }

    private static void checkTensors(GgufHeader header, HyperParameters parameters, Refusal refusal) {
        for (GgufTensor tensor : header.tensors()) {
            String name = tensor.name();
            // The element-wise kernels know only F32 on this side; with any other type they stop the process.
            boolean elementWise = name.endsWith("norm.weight") || name.endsWith(".bias");
            if (elementWise && tensor.type() != GgmlType.F32) {
                throw refusal.because(
                        "tensor " + name + " has type " + tensor.type() + ", but norms and biases are F32",
                        "convert the model again");
            }
            if (!tensor.type().holdsWeights() && tensor.type() != GgmlType.I32) {
                throw refusal.because(
                        "tensor " + name + " has type " + tensor.type() + ", which no weights have",
                        "get the model in a current quantization");
            }
            if (name.startsWith("blk.")) {
                checkBlock(name, parameters, refusal);
            }
        }
        int tokens = header.array("tokenizer.ggml.tokens").map(List::size).orElse(0);
        header.tensors().stream()
                .filter(tensor -> tensor.name().equals("token_embd.weight"))
                .forEach(tensor -> {
                    if (tensor.shape().size() != 2 || tensor.shape().get(1) != tokens) {
                        throw refusal.because("token_embd.weight has the shape " + tensor.shape()
                                + ", but the vocabulary has " + tokens + " tokens");
                    }
                });
    }

    private static void checkBlock(String name, HyperParameters parameters, Refusal refusal) {
        int end = name.indexOf('.', 4);
        String number = end < 0 ? "" : name.substring(4, end);
        boolean sound = number.matches("0|[1-9][0-9]{0,3}") && Integer.parseInt(number) < parameters.blocks();
        if (!sound) {
            throw refusal.because("tensor " + name + " belongs to none of the " + parameters.blocks() + " blocks");
        }
    }
}
