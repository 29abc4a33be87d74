package io.stoa.license.bom;

import io.stoa.license.bom.BomGraph.Node;
import io.stoa.license.bom.BomModel.HashedFile;
import io.stoa.license.clause.Licenses;
import io.stoa.license.lineage.Claim;
import io.stoa.license.lineage.SpdxExpression;
import io.stoa.license.lineage.Step;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * CycloneDX 1.6 and 1.7 in JSON (ECMA-424). Every model is a component of type {@code machine-learning-model}; what it was
 * made from stands in its pedigree and in the graph of dependencies. Properties of Stoa begin with {@code stoa:}.
 */
final class CycloneDx {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String NOT_KNOWN = "not known";

    private final boolean latest;
    private final BomGraph graph;
    private final Licenses licenses;
    private final SpdxList list;

    CycloneDx(boolean latest, BomGraph graph, Licenses licenses, SpdxList list) {
        this.latest = latest;
        this.graph = graph;
        this.licenses = licenses;
        this.list = list;
    }

    /** The document without its serial number. */
    ObjectNode document(String stoaVersion, Optional<Instant> created) {
        ObjectNode document = JSON.createObjectNode();
        String version = latest ? "1.7" : "1.6";
        document.put("$schema", "http://cyclonedx.org/schema/bom-" + version + ".schema.json");
        document.put("bomFormat", "CycloneDX");
        document.put("specVersion", version);
        document.put("version", 1);
        ObjectNode metadata = document.putObject("metadata");
        created.ifPresent(time ->
                metadata.put("timestamp", time.truncatedTo(ChronoUnit.SECONDS).toString()));
        metadata.putObject("tools")
                .putArray("components")
                .addObject()
                .put("type", "application")
                .put("name", "Stoa")
                .put("version", stoaVersion);
        property(metadata.putArray("properties"), "stoa:note", BomWriter.NO_ADVICE);
        ArrayNode components = document.putArray("components");
        graph.nodes().forEach(node -> component(components.addObject(), node));
        ArrayNode dependencies = document.putArray("dependencies");
        for (Node node : graph.nodes()) {
            ObjectNode dependency = dependencies.addObject().put("ref", node.reference());
            if (!node.bases().isEmpty()) {
                ArrayNode on = dependency.putArray("dependsOn");
                node.bases().forEach(on::add);
            }
        }
        return document;
    }

    private void component(ObjectNode component, Node node) {
        BomModel model = node.model();
        identity(component, node);
        component.put("bom-ref", node.reference());
        hashes(component, node);
        licenses(component, node.licensing());
        pedigree(component, node);
        references(component, node);
        evidence(component, node);
        if (node.subject()) {
            modelCard(component, model);
        }
        properties(component.putArray("properties"), node);
    }

    /** What a component is called; the same inside a pedigree, where it has no reference of its own. */
    private static void identity(ObjectNode component, Node node) {
        component.put("type", "machine-learning-model");
        node.publisher().ifPresent(publisher -> component.put("group", publisher));
        component.put("name", node.shortName());
        node.model().repository().ifPresent(repository -> {
            repository.commit().ifPresent(commit -> component.put("version", commit));
            component.put("purl", repository.packageUrl());
        });
    }

    /** A single file is the component; of several, each is a component inside it. */
    private static void hashes(ObjectNode component, Node node) {
        List<HashedFile> files = node.model().files();
        if (files.size() == 1) {
            hash(component, files.getFirst());
        } else if (!files.isEmpty()) {
            ArrayNode parts = component.putArray("components");
            for (int i = 0; i < files.size(); i++) {
                ObjectNode part = parts.addObject()
                        .put("type", "file")
                        .put("bom-ref", node.reference() + "/file-" + (i + 1))
                        .put("name", files.get(i).name());
                hash(part, files.get(i));
            }
        }
    }

    private static void hash(ObjectNode of, HashedFile file) {
        of.putArray("hashes")
                .addObject()
                .put("alg", "SHA-256")
                .put("content", file.sha256().hex());
    }

    private void licenses(ObjectNode component, Licensing licensing) {
        if (licensing instanceof Licensing.Stated(Licensing.Named named, boolean concluded)) {
            license(component.putArray("licenses"), named).put("acknowledgement", concluded ? "concluded" : "declared");
        }
    }

    /** Adds a licence and returns the object that more can be said in. */
    private static ObjectNode license(ArrayNode choices, Licensing.Named named) {
        return switch (named) {
            case Licensing.Named.Listed(String id) ->
                choices.addObject().putObject("license").put("id", id);
            case Licensing.Named.Own own -> {
                ObjectNode license = choices.addObject().putObject("license").put("name", own.name());
                own.link().ifPresent(link -> license.put("url", link));
                property(license.putArray("properties"), "stoa:license:ref", own.reference());
                yield license;
            }
            case Licensing.Named.Expression(SpdxExpression expression) ->
                choices.addObject().put("expression", expression.toString());
        };
    }

    private void pedigree(ObjectNode component, Node node) {
        BomModel model = node.model();
        List<String> notes = notes(model);
        if (node.bases().isEmpty() && notes.isEmpty()) {
            return;
        }
        ObjectNode pedigree = component.putObject("pedigree");
        if (!node.bases().isEmpty()) {
            ArrayNode ancestors = pedigree.putArray("ancestors");
            node.bases().forEach(base -> identity(ancestors.addObject(), graph.at(base)));
        }
        if (!notes.isEmpty()) {
            pedigree.put("notes", String.join("; ", notes));
        }
    }

    /** How a model was made from its bases, in words. */
    static List<String> notes(BomModel model) {
        List<String> notes = new ArrayList<>();
        model.details().relation().ifPresent(relation -> notes.add("said to be, of its base: " + relation));
        model.details().quantizedBy().ifPresent(by -> notes.add("said to be quantized by " + by));
        model.steps(Step.Relation.TEACHER).forEach(step -> notes.add("trained on outputs of " + step.name()));
        model.steps(Step.Relation.QUANTIZED).forEach(step -> notes.add("quantized to " + step.name()));
        return notes;
    }

    private static void references(ObjectNode component, Node node) {
        BomModel model = node.model();
        if (model.repository().isEmpty() && node.papers().isEmpty()) {
            return;
        }
        ArrayNode references = component.putArray("externalReferences");
        model.repository()
                .ifPresent(repository ->
                        references.addObject().put("type", "distribution").put("url", repository.address()));
        for (HashedFile paper : node.papers()) {
            ObjectNode reference = references
                    .addObject()
                    .put("type", isCard(paper) ? "model-card" : "license")
                    .put("url", Addresses.relative(paper.name()));
            hash(reference, paper);
        }
    }

    /** Whether a paper is a card rather than a licence text, a notice or a policy. */
    static boolean isCard(HashedFile paper) {
        String name = paper.name().substring(paper.name().lastIndexOf('/') + 1).toUpperCase(Locale.ROOT);
        return name.startsWith("README") || name.contains("CARD");
    }

    /** The licences that the sources claim, as far as they can be written as such; where, stands beside each. */
    private void evidence(ObjectNode component, Node node) {
        Map<Licensing.Named, ArrayNode> seen = new LinkedHashMap<>();
        ArrayNode choices = JSON.createArrayNode();
        boolean expressions = false;
        for (Claim claim : node.model().self().claims()) {
            Optional<Licensing.Named> named =
                    claim.kind() == Claim.Kind.NAME ? Optional.empty() : Licensing.of(claim, licenses, list);
            if (named.isEmpty()) {
                continue;
            }
            if (named.get() instanceof Licensing.Named.Expression) {
                expressions |= seen.putIfAbsent(named.get(), JSON.createArrayNode()) == null;
                continue;
            }
            ArrayNode places = seen.computeIfAbsent(named.get(), first -> {
                ObjectNode license = license(choices, first);
                return license.get("properties") instanceof ArrayNode given ? given : license.putArray("properties");
            });
            property(places, "stoa:license:read-in", claim.where());
        }
        // 1.6 has either licences or one expression, 1.7 both; the claims themselves are properties in any case
        if (expressions && (latest || choices.isEmpty())) {
            seen.keySet().stream()
                    .filter(Licensing.Named.Expression.class::isInstance)
                    .limit(latest ? Long.MAX_VALUE : 1)
                    .forEach(expression -> license(choices, expression));
        }
        if (!choices.isEmpty()) {
            component.putObject("evidence").set("licenses", choices);
        }
    }

    private static void modelCard(ObjectNode component, BomModel model) {
        ObjectNode parameters = JSON.createObjectNode();
        BomModel.Details details = model.details();
        details.task().ifPresent(task -> parameters.put("task", task));
        model.lineage().architecture().ifPresent(family -> parameters.put("architectureFamily", family));
        if (!details.datasets().isEmpty()) {
            ArrayNode datasets = parameters.putArray("datasets");
            details.datasets()
                    .forEach(name -> datasets.addObject().put("type", "dataset").put("name", name));
        }
        formats(parameters, "inputs", details.inputs());
        formats(parameters, "outputs", details.outputs());
        ObjectNode card = component.putObject("modelCard");
        if (!parameters.isEmpty()) {
            card.set("modelParameters", parameters);
        }
    }

    private static void formats(ObjectNode parameters, String key, List<String> formats) {
        if (!formats.isEmpty()) {
            ArrayNode all = parameters.putArray(key);
            formats.forEach(format -> all.addObject().put("format", format));
        }
    }

    private static void properties(ArrayNode properties, Node node) {
        for (Claim claim : node.model().self().claims()) {
            property(properties, "stoa:license:claim", claim.where() + ": " + claim.said());
        }
        switch (node.licensing()) {
            case Licensing.Stated stated ->
                property(properties, "stoa:license:standing", stated.concluded() ? "concluded" : "declared");
            case Licensing.NotKnown(String why) -> {
                property(properties, "stoa:license:standing", NOT_KNOWN);
                property(properties, "stoa:license:why", why);
            }
            case Licensing.Inherited() -> property(properties, "stoa:license:standing", "inherited");
        }
        property(properties, "stoa:model:role", node.subject() ? "model" : "base");
        node.model()
                .details()
                .parameters()
                .ifPresent(count -> property(properties, "stoa:model:parameters", Long.toString(count)));
        node.model().details().tensorTypes().ifPresent(types -> property(properties, "stoa:model:tensor-types", types));
        node.model()
                .lineage()
                .multimodal()
                .ifPresent(value -> property(properties, "stoa:model:multimodal", Boolean.toString(value)));
        if (node.model().files().size() == 1) {
            property(
                    properties,
                    "stoa:model:file",
                    node.model().files().getFirst().name());
        }
    }

    private static void property(ArrayNode properties, String name, String value) {
        properties.addObject().put("name", name).put("value", value);
    }
}
