package io.stoa.license.bom;

import static java.util.Objects.requireNonNull;

import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.Step;
import io.stoa.model.Digest;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A model as a bill of materials describes it. What stands in lists is sorted, so that the order of reading does not show.
 *
 * @param name what it is called
 * @param repository where it is published, when a source says so
 * @param files its weights, each with its digest
 * @param papers the cards, licence texts and notices that were read; those of a base lie in a folder named like it
 * @param lineage where it comes from and what the sources claim; sources are file names, never paths of a machine
 * @param hub the names of base models that a source gives as repositories of the Hugging Face Hub
 * @param details what else the sources say
 */
public record BomModel(
        String name,
        Optional<Repository> repository,
        List<HashedFile> files,
        List<HashedFile> papers,
        Lineage lineage,
        Set<String> hub,
        Details details) {
    private static final Comparator<HashedFile> BY_NAME = Comparator.comparing(HashedFile::name)
            .thenComparing(file -> file.sha256().hex());

    /**
     * A repository of the Hugging Face Hub.
     *
     * @param name publisher and name, such as {@code Qwen/Qwen3-0.6B}
     * @param commit its commit, 40 hexadecimal digits, when that is known
     */
    public record Repository(String name, Optional<String> commit) {
        public Repository {
            if (!isOne(name)) {
                throw new IllegalArgumentException("a repository is called PUBLISHER/NAME: " + name);
            }
            commit = commit.map(hex -> hex.toLowerCase(Locale.ROOT));
            if (!commit.map(hex -> hex.matches("[0-9a-f]{40}")).orElse(true)) {
                throw new IllegalArgumentException("a commit has 40 hexadecimal digits: " + commit);
            }
        }

        /** Whether the Hub could have a repository of this name. */
        public static boolean isOne(String name) {
            return name.length() <= 200 && name.matches("[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*");
        }

        /** Its package URL, with the commit as version where it is known. */
        String packageUrl() {
            return "pkg:huggingface/" + name + commit.map(hex -> "@" + hex).orElse("");
        }

        /** Its page, at the commit where it is known. */
        String address() {
            return "https://huggingface.co/" + name
                    + commit.map(hex -> "/tree/" + hex).orElse("");
        }
    }

    /**
     * A file.
     *
     * @param name its name, below its folder where it lies deeper
     * @param sha256 the SHA-256 of all its bytes
     */
    public record HashedFile(String name, Digest sha256) {
        public HashedFile {
            requireNonNull(sha256, "sha256");
            if (name.isEmpty()) {
                throw new IllegalArgumentException("a file has a name");
            }
        }
    }

    /**
     * What a model is, as far as a source says so.
     *
     * @param task the task, in the Hub's words, such as {@code text-generation}
     * @param inputs what it takes, such as {@code text}
     * @param outputs what it gives
     * @param datasets the names of the datasets it was trained on
     * @param relation what it is to its base models, in the Hub's words: adapter, merge, quantized or finetune
     * @param quantizedBy who says to have quantized it
     * @param tensorTypes the data types of its tensors, such as {@code F32 Q8_0}
     * @param parameters the number of its parameters
     */
    public record Details(
            Optional<String> task,
            List<String> inputs,
            List<String> outputs,
            List<String> datasets,
            Optional<String> relation,
            Optional<String> quantizedBy,
            Optional<String> tensorTypes,
            Optional<Long> parameters) {
        /** Nothing is said. */
        public static final Details NONE = new Details(
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        public Details {
            requireNonNull(task, "task");
            inputs = inputs.stream().distinct().sorted().toList();
            outputs = outputs.stream().distinct().sorted().toList();
            datasets = datasets.stream()
                    .filter(name -> !name.isBlank())
                    .distinct()
                    .sorted()
                    .toList();
            requireNonNull(relation, "relation");
            requireNonNull(quantizedBy, "quantizedBy");
            requireNonNull(tensorTypes, "tensorTypes");
            requireNonNull(parameters, "parameters");
        }
    }

    public BomModel {
        requireNonNull(repository, "repository");
        requireNonNull(details, "details");
        if (name.isBlank()) {
            throw new IllegalArgumentException("a model has a name");
        }
        files = files.stream().distinct().sorted(BY_NAME).toList();
        papers = papers.stream().distinct().sorted(BY_NAME).toList();
        hub = Set.copyOf(hub);
        lineage = new Lineage(
                lineage.steps().stream()
                        .map(BomModel::sorted)
                        .sorted(Comparator.comparing(Step::relation).thenComparing(Step::name))
                        .toList(),
                lineage.architecture(),
                lineage.multimodal());
    }

    /** The step that is the model itself. */
    Step self() {
        return lineage.steps().stream()
                .filter(step -> step.relation() == Step.Relation.MODEL)
                .findFirst()
                .orElseThrow();
    }

    /** Its own papers. */
    List<HashedFile> ownPapers() {
        return papers.stream().filter(paper -> paper.name().indexOf('/') < 0).toList();
    }

    /** The papers of a base. */
    List<HashedFile> papersOf(String base) {
        String folder = base.substring(base.lastIndexOf('/') + 1) + "/";
        return papers.stream()
                .filter(paper -> paper.name().regionMatches(true, 0, folder, 0, folder.length()))
                .toList();
    }

    /** The steps of one kind. */
    List<Step> steps(Step.Relation relation) {
        return lineage.steps().stream()
                .filter(step -> step.relation() == relation)
                .toList();
    }

    /** Everything that tells two models apart, as one text. */
    String content() {
        return String.join(
                "\n",
                name,
                repository.toString(),
                files.toString(),
                papers.toString(),
                lineage.toString(),
                new TreeSet<>(hub).toString(),
                details.toString());
    }

    static Step sorted(Step step) {
        return new Step(
                step.relation(),
                step.name(),
                step.claims().stream()
                        .distinct()
                        .sorted(Comparator.comparing(Claim::where)
                                .thenComparing(Claim::said)
                                .thenComparing(Claim::toString))
                        .toList());
    }
}
