package io.stoa.license.bom;

import io.stoa.license.bom.BomModel.HashedFile;
import io.stoa.license.bom.BomModel.Repository;
import io.stoa.license.clause.Licenses;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.Lineage;
import io.stoa.license.lineage.Step;
import io.stoa.model.Digest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Models and the models they were made from, each once. A base that is itself one of the models is that model; a base that
 * several models name stands there once with all that is claimed about it. Sources may name each other as bases: then the
 * graph has a cycle, as they have; a model that names itself has no edge to itself.
 *
 * @param nodes sorted by name, then by reference
 */
record BomGraph(List<Node> nodes) {
    private static final int REFERENCE_DIGITS = 32;

    BomGraph {
        nodes = List.copyOf(nodes);
    }

    /**
     * A model of the document.
     *
     * @param reference what it is called inside the document, by its content
     * @param model the model; of a base, only what is claimed
     * @param subject whether the document is about it; otherwise it is a base
     * @param licensing the licence that may be stated
     * @param bases the references of its bases, sorted
     */
    record Node(String reference, BomModel model, boolean subject, Licensing licensing, List<String> bases) {
        Node {
            bases = List.copyOf(bases);
        }

        /** The papers that speak of it. */
        List<HashedFile> papers() {
            return subject ? model.ownPapers() : model.papers();
        }

        /** The name without its publisher. */
        String shortName() {
            return publisher().isPresent() ? model.name().substring(model.name().indexOf('/') + 1) : model.name();
        }

        /** The publisher in the name. */
        Optional<String> publisher() {
            return Repository.isOne(model.name())
                    ? Optional.of(model.name().substring(0, model.name().indexOf('/')))
                    : Optional.empty();
        }
    }

    static BomGraph of(Collection<BomModel> models, Licenses licenses, SpdxList list) {
        List<BomModel> subjects = models.stream()
                .distinct()
                .sorted(Comparator.comparing(BomModel::name).thenComparing(BomModel::content))
                .toList();
        Map<String, String> references = new TreeMap<>();
        for (BomModel subject : subjects) {
            subject.repository()
                    .ifPresent(repository -> references.putIfAbsent(key(repository.name()), reference(subject)));
        }
        Map<String, BomModel> bases = bases(subjects, references.keySet());
        bases.forEach((key, base) -> references.put(key, reference(base)));
        List<Node> nodes = new ArrayList<>();
        for (BomModel subject : subjects) {
            nodes.add(node(subject, true, references, licenses, list));
        }
        for (BomModel base : bases.values()) {
            nodes.add(node(base, false, references, licenses, list));
        }
        nodes.sort(Comparator.comparing((Node node) -> node.model().name()).thenComparing(Node::reference));
        return new BomGraph(nodes);
    }

    /** The node that a reference means. */
    Node at(String reference) {
        return nodes.stream()
                .filter(node -> node.reference().equals(reference))
                .findFirst()
                .orElseThrow();
    }

    /** The models that the document is about. */
    List<Node> subjects() {
        return nodes.stream().filter(Node::subject).toList();
    }

    private static Node node(
            BomModel model, boolean subject, Map<String, String> references, Licenses licenses, SpdxList list) {
        String own = reference(model);
        Set<String> bases = new TreeSet<>();
        for (Step base : model.steps(Step.Relation.BASE)) {
            bases.add(references.getOrDefault(key(base.name()), own));
        }
        bases.remove(own);
        return new Node(own, model, subject, Licensing.of(model.self(), licenses, list), List.copyOf(bases));
    }

    /** The bases that are none of the models, by key. */
    private static Map<String, BomModel> bases(List<BomModel> subjects, Set<String> known) {
        Map<String, Set<Claim>> claims = new TreeMap<>();
        Map<String, String> names = new TreeMap<>();
        Map<String, Set<HashedFile>> papers = new TreeMap<>();
        Set<String> hub = new TreeSet<>();
        for (BomModel subject : subjects) {
            subject.hub().forEach(name -> hub.add(key(name)));
            for (Step base : subject.steps(Step.Relation.BASE)) {
                String key = key(base.name());
                if (!known.contains(key)) {
                    names.merge(key, base.name(), (a, b) -> a.compareTo(b) <= 0 ? a : b);
                    claims.computeIfAbsent(key, _ -> new LinkedHashSet<>()).addAll(base.claims());
                    papers.computeIfAbsent(key, _ -> new LinkedHashSet<>()).addAll(subject.papersOf(base.name()));
                }
            }
        }
        Map<String, BomModel> bases = new TreeMap<>();
        names.forEach((key, name) -> {
            Step step = new Step(Step.Relation.MODEL, name, List.copyOf(claims.getOrDefault(key, Set.of())));
            bases.put(
                    key,
                    new BomModel(
                            name,
                            hub.contains(key) && Repository.isOne(name)
                                    ? Optional.of(new Repository(name, Optional.empty()))
                                    : Optional.empty(),
                            List.of(),
                            List.copyOf(papers.getOrDefault(key, Set.of())),
                            new Lineage(List.of(step), Optional.empty(), Optional.empty()),
                            Set.of(),
                            BomModel.Details.NONE));
        });
        return bases;
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static String reference(BomModel model) {
        return "model-" + Digest.of(model.content()).hex().substring(0, REFERENCE_DIGITS);
    }
}
