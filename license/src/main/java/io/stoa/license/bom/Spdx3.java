package io.stoa.license.bom;

import io.stoa.license.bom.BomGraph.Node;
import io.stoa.license.bom.BomModel.HashedFile;
import io.stoa.license.bom.BomModel.Repository;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.SpdxExpression;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * SPDX 3.0.1 in JSON-LD with the AI profile. Every model is an {@code ai_AIPackage}, every file a {@code software_File} in
 * it, every dataset a {@code dataset_DatasetPackage} it was trained on; a model is {@code descendantOf} its bases. A licence
 * that is not known has no relationship, and an annotation that says why. Mutable while it writes, used once.
 */
final class Spdx3 {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String CREATION = "_:creationInfo";

    /** SPDX demands a time. The epoch stands for one that was not given, as reproducible builds have it. */
    private static final Instant NO_TIME = Instant.EPOCH;

    private final String document;
    private final BomGraph graph;
    private final ArrayNode elements = JSON.createArrayNode();
    private final Map<String, String> agents = new TreeMap<>();
    private final Map<String, String> datasets = new TreeMap<>();
    private final Map<String, String> expressions = new TreeMap<>();
    private final Map<String, String> references = new TreeMap<>();
    private int relationships;
    private int annotations;

    Spdx3(String document, BomGraph graph) {
        this.document = document;
        this.graph = graph;
    }

    ObjectNode document(String stoaVersion, Optional<Instant> created) {
        for (Node node : graph.nodes()) {
            model(node);
        }
        String agent = id("agent-stoa");
        String tool = id("tool-stoa");
        element("SoftwareAgent", agent).put("name", "Stoa");
        element("Tool", tool).put("name", "Stoa " + stoaVersion);

        ObjectNode root = JSON.createObjectNode();
        root.put("@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld");
        ArrayNode all = root.putArray("@graph");
        ObjectNode creation = all.addObject().put("type", "CreationInfo").put("@id", CREATION);
        creation.put("specVersion", "3.0.1");
        creation.put(
                "created",
                created.orElse(NO_TIME).truncatedTo(ChronoUnit.SECONDS).toString());
        if (created.isEmpty()) {
            creation.put("comment", "No time of creation was given; the epoch stands in its place.");
        }
        creation.putArray("createdBy").add(agent);
        creation.putArray("createdUsing").add(tool);
        all.add(collection("SpdxDocument", id("document"), List.of(id("bom")), List.of(id("bom")))
                .put("name", name())
                .put("comment", BomWriter.NO_ADVICE));
        List<String> inside = new ArrayList<>();
        elements.forEach(element -> inside.add(element.path("spdxId").asString()));
        inside.sort(String::compareTo);
        List<String> subjects =
                graph.subjects().stream().map(node -> id(node.reference())).toList();
        ObjectNode bom =
                collection("software_Sbom", id("bom"), subjects, inside).put("name", name());
        bom.putArray("software_sbomType").add("analyzed");
        all.add(bom);
        elements.forEach(all::add);
        return root;
    }

    private String name() {
        String names =
                graph.subjects().stream().map(node -> node.model().name()).collect(Collectors.joining(", "));
        return names.isEmpty() ? "no models" : names;
    }

    private ObjectNode collection(String type, String id, List<String> roots, List<String> inside) {
        ObjectNode collection = JSON.createObjectNode();
        collection.put("type", type).put("spdxId", id).put("creationInfo", CREATION);
        ArrayNode profiles = collection.putArray("profileConformance");
        List.of("ai", "core", "dataset", "simpleLicensing", "software").forEach(profiles::add);
        if (!roots.isEmpty()) {
            ArrayNode root = collection.putArray("rootElement");
            roots.forEach(root::add);
        }
        ArrayNode element = collection.putArray("element");
        inside.forEach(element::add);
        return collection;
    }

    private void model(Node node) {
        BomModel model = node.model();
        String id = id(node.reference());
        ObjectNode model3 = element("ai_AIPackage", id).put("name", model.name());
        model3.put("software_primaryPurpose", "model");
        version(model).ifPresent(version -> model3.put("software_packageVersion", version));
        model.repository().ifPresent(repository -> {
            model3.put("software_packageUrl", repository.packageUrl());
            model3.put("software_downloadLocation", repository.address());
            model3.put("suppliedBy", agent(repository));
        });
        if (model.files().size() == 1) {
            verified(model3, model.files().getFirst());
        }
        papers(model3, node.papers());
        model.lineage()
                .architecture()
                .ifPresent(family -> model3.putArray("ai_typeOfModel").add(family));
        model.details().task().ifPresent(task -> model3.put("ai_informationAboutApplication", "task: " + task));
        List<String> notes = CycloneDx.notes(model);
        if (!notes.isEmpty()) {
            model3.put("ai_informationAboutTraining", String.join("; ", notes));
        }
        hyperparameters(model3, model);
        files(id, node);
        for (String dataset : model.details().datasets()) {
            relate(id, "trainedOn", List.of(dataset(dataset)));
        }
        if (!node.bases().isEmpty()) {
            relate(id, "descendantOf", node.bases().stream().map(this::id).toList());
        }
        licensing(id, node);
    }

    /** The AI profile asks for a version: the commit, or the digest where the model is one file. */
    private static Optional<String> version(BomModel model) {
        return model.repository()
                .flatMap(Repository::commit)
                .or(() -> model.files().size() == 1
                        ? Optional.of(model.files().getFirst().sha256().toString())
                        : Optional.empty());
    }

    private static void hyperparameters(ObjectNode model3, BomModel model) {
        Map<String, String> said = new TreeMap<>();
        model.details().parameters().ifPresent(count -> said.put("parameters", Long.toString(count)));
        model.details().tensorTypes().ifPresent(types -> said.put("tensor-types", types));
        if (!model.details().inputs().isEmpty()) {
            said.put("inputs", String.join(" ", model.details().inputs()));
        }
        if (!model.details().outputs().isEmpty()) {
            said.put("outputs", String.join(" ", model.details().outputs()));
        }
        if (!said.isEmpty()) {
            ArrayNode entries = model3.putArray("ai_hyperparameter");
            said.forEach((key, value) -> entries.addObject()
                    .put("type", "DictionaryEntry")
                    .put("key", key)
                    .put("value", value));
        }
    }

    private static void papers(ObjectNode model3, List<HashedFile> papers) {
        if (!papers.isEmpty()) {
            ArrayNode references = model3.putArray("externalRef");
            for (HashedFile paper : papers) {
                ObjectNode reference = references
                        .addObject()
                        .put("type", "ExternalRef")
                        .put("externalRefType", CycloneDx.isCard(paper) ? "documentation" : "license");
                reference.putArray("locator").add(Addresses.relative(paper.name()));
                reference.put("comment", paper.sha256().toString());
            }
        }
    }

    private void files(String model, Node node) {
        List<String> files = new ArrayList<>();
        for (int i = 0; i < node.model().files().size(); i++) {
            HashedFile file = node.model().files().get(i);
            String id = id(node.reference() + "-file-" + (i + 1));
            verified(
                    element("software_File", id).put("name", file.name()).put("software_primaryPurpose", "model"),
                    file);
            files.add(id);
        }
        if (!files.isEmpty()) {
            relate(model, "contains", files);
        }
    }

    private static void verified(ObjectNode artifact, HashedFile file) {
        artifact.putArray("verifiedUsing")
                .addObject()
                .put("type", "Hash")
                .put("algorithm", "sha256")
                .put("hashValue", file.sha256().hex());
    }

    private void licensing(String model, Node node) {
        for (Claim claim : node.model().self().claims()) {
            annotate(model, "licence claim: " + claim.where() + ": " + claim.said());
        }
        switch (node.licensing()) {
            case Licensing.Stated(Licensing.Named named, boolean concluded) ->
                relate(model, concluded ? "hasConcludedLicense" : "hasDeclaredLicense", List.of(expression(named)));
            case Licensing.NotKnown(String why) -> annotate(model, "the licence is not known: " + why);
            case Licensing.Inherited() -> annotate(model, "it has no licence of its own, and keeps those of its bases");
        }
    }

    private String expression(Licensing.Named named) {
        String text = switch (named) {
            case Licensing.Named.Listed(String listed) -> listed;
            case Licensing.Named.Own own -> own.reference();
            case Licensing.Named.Expression(SpdxExpression expression) -> expression.toString();
        };
        String known = expressions.get(text);
        if (known != null) {
            return known;
        }
        String id = id("license-" + (expressions.size() + 1));
        expressions.put(text, id);
        ObjectNode element = element("simplelicensing_LicenseExpression", id)
                .put("simplelicensing_licenseExpression", text)
                .put("simplelicensing_licenseListVersion", SpdxList.VERSION);
        Set<String> own = new TreeSet<>();
        switch (named) {
            case Licensing.Named.Listed _ -> {}
            case Licensing.Named.Own license -> {
                own.add(license.reference());
                element.put("name", license.name());
                reference(license.reference(), license.name(), "The text is published in: " + license.source());
            }
            case Licensing.Named.Expression(SpdxExpression expression) -> {
                own.addAll(SpdxList.references(expression));
                own.forEach(reference -> reference(reference, reference, "The source that names it holds no text."));
            }
        }
        if (!own.isEmpty()) {
            ArrayNode uris = element.putArray("simplelicensing_customIdToUri");
            own.forEach(reference -> uris.addObject()
                    .put("type", "DictionaryEntry")
                    .put("key", reference)
                    .put("value", references.getOrDefault(reference, document)));
        }
        return id;
    }

    /** What a LicenseRef of an expression stands for. Stoa holds no licence texts, so it says where the text is. */
    private void reference(String reference, String name, String text) {
        if (!references.containsKey(reference)) {
            String id = id("license-text-" + (references.size() + 1));
            references.put(reference, id);
            element("simplelicensing_SimpleLicensingText", id)
                    .put("name", name)
                    .put("simplelicensing_licenseText", text);
        }
    }

    private String agent(Repository repository) {
        String publisher = repository.name().substring(0, repository.name().indexOf('/'));
        String known = agents.get(publisher);
        if (known != null) {
            return known;
        }
        String id = id("agent-" + (agents.size() + 1));
        agents.put(publisher, id);
        element("Agent", id).put("name", publisher);
        return id;
    }

    private String dataset(String name) {
        String known = datasets.get(name);
        if (known != null) {
            return known;
        }
        String id = id("dataset-" + (datasets.size() + 1));
        datasets.put(name, id);
        ObjectNode dataset = element("dataset_DatasetPackage", id).put("name", name);
        dataset.put("software_primaryPurpose", "data");
        dataset.putArray("dataset_datasetType").add("noAssertion");
        return id;
    }

    private void relate(String from, String type, List<String> to) {
        relationships++;
        ArrayNode targets = element("Relationship", id("relationship-" + relationships))
                .put("from", from)
                .put("relationshipType", type)
                .putArray("to");
        to.forEach(targets::add);
    }

    private void annotate(String subject, String statement) {
        annotations++;
        element("Annotation", id("annotation-" + annotations))
                .put("annotationType", "other")
                .put("subject", subject)
                .put("statement", statement);
    }

    private ObjectNode element(String type, String id) {
        return elements.addObject().put("type", type).put("spdxId", id).put("creationInfo", CREATION);
    }

    private String id(String name) {
        return document + "#" + name;
    }
}
