package io.stoa.hardware.quant;

import io.stoa.engine.gguf.GgmlType;
import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.engine.gguf.Preflight;
import io.stoa.engine.llama.BaseReading;
import io.stoa.engine.llama.PlannedQuantization;
import io.stoa.engine.llama.QuantizationRecipe;
import io.stoa.model.Bytes;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One file whose tensors have different types: each layer's attention and feed-forward as small as they can be while the
 * whole stays within the margins.
 *
 * <p>What a group loses is measured by quantizing it alone, everything else as in the base, over the same few windows
 * for all. {@link TypeChoice} then spends the margin where it saves the most, the file is made and measured as a whole,
 * and where that is not good enough, made again with a smaller budget.
 */
public final class TensorMix {
    private static final Bytes ROOM = Bytes.mebibytes(256);

    /** Windows for what a single group loses: differences between types are a multiple of their spread. */
    private static final int WINDOWS = 12;

    private static final int MOST_TRIES = 6;

    /** What is left of the budget after a try that was not good enough. */
    private static final double SMALLER = 0.7;

    /** From fine to coarse, for rows of whole blocks of 256. */
    private static final List<GgmlType> WIDE =
            List.of(GgmlType.Q8_0, GgmlType.Q6_K, GgmlType.Q5_K, GgmlType.Q4_K, GgmlType.Q3_K, GgmlType.Q2_K);

    /** Those that are made only with an importance matrix. */
    private static final List<GgmlType> WITH_IMPORTANCE =
            List.of(GgmlType.IQ3_XXS, GgmlType.IQ2_S, GgmlType.IQ2_XXS, GgmlType.IQ1_M);

    /** For other rows. */
    private static final List<GgmlType> NARROW =
            List.of(GgmlType.Q8_0, GgmlType.Q5_1, GgmlType.Q5_0, GgmlType.Q4_1, GgmlType.Q4_0);

    /** The mix's name for {@code general.file_type}; the tensors' own types differ. */
    private static final String FRAME = "Q8_0";

    private final LadderSource source;
    private final Margins margins;

    public TensorMix(LadderSource source, Margins margins) {
        this.source = source;
        this.margins = margins;
    }

    /**
     * What a group got.
     *
     * @param group its name
     * @param type its type
     * @param loss what it loses alone in that type, in nats a token
     * @param losses what it would lose in each type that was tried
     */
    public record Assignment(String group, GgmlType type, double loss, Map<GgmlType, Double> losses) {}

    /**
     * A mix that was made and measured.
     *
     * @param whole the file as a whole; its type is {@code mix}
     * @param tries how many files were made until one was good enough, or no more were tried
     */
    public record Mixed(MeasuredRung whole, List<Assignment> groups, int tries) {
        public Mixed {
            groups = List.copyOf(groups);
        }
    }

    /**
     * Finds, makes and measures a mix.
     *
     * @param to the file to write; not written when even the last try was inferior
     * @param work where files for single groups are made
     * @throws StoaException of kind {@code USER} when the base is quantized already, {@code RESOURCES} when disk or memory
     *     are too small
     */
    public Mixed make(Path to, Path work, Progress progress) {
        GgufHeader header = Preflight.examine(source.base());
        List<TensorGroup> groups = TensorGroup.of(header.tensors(), quantizable(header));
        try (BaseReading base =
                source.runtime().baseReading(source.base(), source.text(), source.window(), source.threads(), ROOM)) {
            RungProbe probe = new RungProbe(base, source.seed(), margins);
            List<List<TypeChoice.Candidate>> candidates = candidates(groups, probe, work, progress);
            return search(groups, candidates, probe, to, progress);
        }
    }

    /** The tensors that llama.cpp would change. */
    private Set<String> quantizable(GgufHeader header) {
        PlannedQuantization plan = source.runtime().plan(source.base(), QuantizationRecipe.of(FRAME));
        Set<String> names = new HashSet<>();
        for (GgufTensor tensor : header.tensors()) {
            if (plan.types().get(tensor.name()) != tensor.type()) {
                names.add(tensor.name());
            }
        }
        return names;
    }

    private List<List<TypeChoice.Candidate>> candidates(
            List<TensorGroup> groups, RungProbe probe, Path work, Progress progress) {
        List<List<TypeChoice.Candidate>> all = new ArrayList<>();
        for (TensorGroup group : groups) {
            List<TypeChoice.Candidate> candidates = new ArrayList<>();
            candidates.add(new TypeChoice.Candidate(group.baseType(), group.bytes(group.baseType()), 0));
            List<GgmlType> types = types(group);
            for (GgmlType type : types) {
                progress.at(
                        (long) all.size() * types.size() + candidates.size() - 1, (long) groups.size() * types.size());
                Map<String, GgmlType> tensors = new LinkedHashMap<>();
                groups.forEach(other -> other.tensors()
                        .forEach(tensor -> tensors.put(tensor.name(), other.equals(group) ? type : tensor.type())));
                double loss = loss(tensors, probe, work);
                candidates.add(new TypeChoice.Candidate(type, group.bytes(type), Math.max(0, loss)));
            }
            all.add(candidates);
        }
        return all;
    }

    private List<GgmlType> types(TensorGroup group) {
        boolean matched = source.importance().stream()
                .anyMatch(matrix -> group.tensors().stream()
                        .allMatch(tensor -> matrix.entries().containsKey(tensor.name())));
        List<GgmlType> wide = Stream.concat(WIDE.stream(), matched ? WITH_IMPORTANCE.stream() : Stream.empty())
                .toList();
        return wide.stream().allMatch(group::fits)
                ? wide
                : NARROW.stream().filter(group::fits).toList();
    }

    private QuantizationRecipe recipe(Map<String, GgmlType> tensors) {
        return new QuantizationRecipe(FRAME, source.importance(), tensors);
    }

    private double loss(Map<String, GgmlType> tensors, RungProbe probe, Path work) {
        Path file = work.resolve(".mix-" + ProcessHandle.current().pid() + ".gguf");
        try {
            Files.createDirectories(work);
            file.toFile().deleteOnExit();
            try {
                source.runtime().quantize(source.base(), file, recipe(tensors), source.threads());
                return probe.divergence(file, WINDOWS);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES,
                    work + ": cannot be written (" + e.getMessage() + "): choose another --work folder",
                    e);
        }
    }

    private Mixed search(
            List<TensorGroup> groups,
            List<List<TypeChoice.Candidate>> candidates,
            RungProbe probe,
            Path to,
            Progress progress) {
        double budget = margins.divergence();
        Optional<Mixed> last = Optional.empty();
        for (int attempt = 1; attempt <= MOST_TRIES; attempt++) {
            List<Integer> chosen = TypeChoice.within(candidates, budget);
            Mixed mixed = whole(groups, candidates, chosen, probe, to, attempt, progress);
            last = Optional.of(mixed);
            if (mixed.whole().decision() == Decision.NOT_INFERIOR) {
                return mixed;
            }
            budget *= SMALLER;
        }
        return last.orElseThrow();
    }

    private Mixed whole(
            List<TensorGroup> groups,
            List<List<TypeChoice.Candidate>> candidates,
            List<Integer> chosen,
            RungProbe probe,
            Path to,
            int attempt,
            Progress progress) {
        Map<String, GgmlType> tensors = new LinkedHashMap<>();
        List<Assignment> assignments = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            TypeChoice.Candidate candidate = candidates.get(i).get(chosen.get(i));
            groups.get(i).tensors().forEach(tensor -> tensors.put(tensor.name(), candidate.type()));
            Map<GgmlType, Double> losses = new LinkedHashMap<>();
            candidates.get(i).forEach(tried -> losses.put(tried.type(), tried.loss()));
            assignments.add(new Assignment(groups.get(i).name(), candidate.type(), candidate.loss(), losses));
        }
        PlannedQuantization plan = source.runtime().plan(source.base(), recipe(tensors));
        Path partial = to.toAbsolutePath()
                .resolveSibling(
                        "." + to.getFileName() + "-" + ProcessHandle.current().pid() + ".mix");
        try {
            partial.toFile().deleteOnExit();
            try {
                source.runtime().quantize(source.base(), partial, recipe(tensors), source.threads());
                RungTally tally = probe.untilDecided(partial, progress);
                MeasuredRung rung = new MeasuredRung(
                        "mix",
                        partial.toFile().length(),
                        plan.bitsPerWeight(),
                        tally.decision(),
                        tally.windows(),
                        probe.windows(),
                        tally.divergence(),
                        tally.logRatio(),
                        tally.flips(),
                        Optional.empty(),
                        Optional.empty());
                if (tally.decision() == Decision.NOT_INFERIOR) {
                    Files.move(partial, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                }
                return new Mixed(rung, assignments, attempt);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, to + ": cannot be written (" + e.getMessage() + ")", e);
        }
    }
}
