package io.stoa.edge.bundle;

import io.stoa.edge.sign.StrictJson;
import io.stoa.model.Digest;
import io.stoa.store.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The OCI image layout of a bundle: {@code oci-layout}, {@code index.json} with one manifest, and {@code blobs/sha256} with
 * that manifest, its configuration and a layer for each part, as the CNCF ModelPack specification has them. Beside them
 * lies the signature, {@value #SIGNATURE}, over all of them.
 */
final class OciLayout {
    static final String SIGNATURE = "bundle.sig";
    static final String MARK = "oci-layout";
    static final String INDEX = "index.json";
    static final String BLOBS = "blobs/sha256/";

    /** A manifest with its eight layers has some kilobytes. */
    static final int LARGEST_JSON = 256 << 10;

    static final byte[] MARK_CONTENT = "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);

    private static final String INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
    private static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
    private static final String ARTIFACT_TYPE = "application/vnd.cncf.model.manifest.v1+json";
    private static final String CONFIG_TYPE = "application/vnd.cncf.model.config.v1+json";
    private static final String FILE_PATH = "org.cncf.model.filepath";
    private static final String REFERENCE = "org.opencontainers.image.ref.name";
    private static final String CREATED = "org.opencontainers.image.created";

    private OciLayout() {}

    static String blob(Digest digest) {
        return BLOBS + digest.hex();
    }

    /** Points to a blob. */
    record Descriptor(String mediaType, Digest digest, long size) {}

    /** What the manifest of a model pack points to. */
    record Pack(Descriptor config, Map<PartKind, Part> parts) {}

    static byte[] index(Descriptor manifest, BundleMetadata metadata) {
        ObjectNode index = JsonMapper.shared().createObjectNode();
        index.put("schemaVersion", 2).put("mediaType", INDEX_TYPE);
        ObjectNode entry = put(index.putArray("manifests").addObject(), manifest);
        entry.put("artifactType", ARTIFACT_TYPE);
        entry.putObject("annotations").put(REFERENCE, metadata.name() + "-" + metadata.version());
        return bytes(index);
    }

    static byte[] manifest(Descriptor config, List<Part> parts, Instant created) {
        ObjectNode manifest = JsonMapper.shared().createObjectNode();
        manifest.put("schemaVersion", 2).put("mediaType", MANIFEST_TYPE).put("artifactType", ARTIFACT_TYPE);
        put(manifest.putObject("config"), config);
        ArrayNode layers = manifest.putArray("layers");
        for (Part part : parts) {
            put(layers.addObject(), new Descriptor(part.kind().mediaType(), part.digest(), part.size()))
                    .putObject("annotations")
                    .put(FILE_PATH, part.kind().path());
        }
        manifest.putObject("annotations").put(CREATED, created.toString());
        return bytes(manifest);
    }

    static byte[] config(BundleMetadata metadata, List<Part> parts) {
        ObjectNode config = JsonMapper.shared().createObjectNode();
        ObjectNode descriptor = config.putObject("descriptor");
        descriptor
                .put("createdAt", metadata.created().toString())
                .put("name", metadata.name())
                .put("version", Long.toString(metadata.version()));
        BundleMetadata.Model model = metadata.model();
        model.license().ifPresent(license -> descriptor.putArray("licenses").add(license));
        ObjectNode technical = config.putObject("config");
        technical.put("format", "gguf");
        model.architecture().ifPresent(value -> technical.put("architecture", value));
        model.quantization().ifPresent(value -> technical.put("quantization", value));
        ObjectNode files = config.putObject("modelfs");
        files.put("type", "layers");
        ArrayNode digests = files.putArray("diffIds");
        parts.forEach(part -> digests.add(part.digest().toString()));
        return bytes(config);
    }

    private static ObjectNode put(ObjectNode object, Descriptor descriptor) {
        return object.put("mediaType", descriptor.mediaType())
                .put("digest", descriptor.digest().toString())
                .put("size", descriptor.size());
    }

    static Descriptor manifestDescriptor(byte[] manifest) {
        return new Descriptor(MANIFEST_TYPE, Digest.of(manifest), manifest.length);
    }

    static Descriptor configDescriptor(byte[] config) {
        return new Descriptor(CONFIG_TYPE, Digest.of(config), config.length);
    }

    private static byte[] bytes(ObjectNode object) {
        return CanonicalJson.write(object).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads an index: the one manifest that it points to. */
    static Descriptor readIndex(byte[] json) {
        JsonNode index = StrictJson.object(json);
        demand(index, "mediaType", INDEX_TYPE);
        demandSchema(index);
        JsonNode manifests = index.path("manifests");
        if (!manifests.isArray() || manifests.size() != 1) {
            throw new IllegalArgumentException("does not point to exactly one manifest");
        }
        demand(manifests.path(0), "artifactType", ARTIFACT_TYPE);
        return descriptor(manifests.path(0), MANIFEST_TYPE, LARGEST_JSON);
    }

    /** Reads a manifest. */
    static Pack readManifest(byte[] json) {
        JsonNode manifest = StrictJson.object(json);
        demand(manifest, "mediaType", MANIFEST_TYPE);
        demand(manifest, "artifactType", ARTIFACT_TYPE);
        demandSchema(manifest);
        Descriptor config = descriptor(manifest.path("config"), CONFIG_TYPE, LARGEST_JSON);
        JsonNode layers = manifest.path("layers");
        if (!layers.isArray() || layers.size() > PartKind.values().length) {
            throw new IllegalArgumentException("has no list of layers, or too many");
        }
        Map<PartKind, Part> parts = new EnumMap<>(PartKind.class);
        for (JsonNode layer : layers) {
            String path = text(layer.path("annotations"), FILE_PATH);
            PartKind kind = PartKind.at(path)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "has a layer for " + BundleMetadata.printed(path) + ", which is no part of a bundle"));
            Descriptor read = descriptor(layer, kind.mediaType(), kind.mostBytes());
            if (parts.put(kind, new Part(kind, read.digest(), read.size())) != null) {
                throw new IllegalArgumentException("has two layers for " + path);
            }
        }
        for (PartKind needed : List.of(PartKind.METADATA, PartKind.MODEL, PartKind.SELF_TEST)) {
            if (!parts.containsKey(needed)) {
                throw new IllegalArgumentException("has no layer for " + needed.path());
            }
        }
        return new Pack(config, parts);
    }

    private static Descriptor descriptor(JsonNode node, String mediaType, long most) {
        demand(node, "mediaType", mediaType);
        String digest = text(node, "digest");
        if (!digest.startsWith("sha256:")) {
            throw new IllegalArgumentException("has a digest that is no sha256");
        }
        JsonNode size = node.path("size");
        if (!size.isIntegralNumber() || !size.canConvertToLong()) {
            throw new IllegalArgumentException("has a size that is no number");
        }
        long bytes = size.longValue();
        if (bytes < 0 || bytes > most) {
            throw new IllegalArgumentException(
                    "has something of " + bytes + " bytes where at most " + most + " may be");
        }
        return new Descriptor(mediaType, new Digest(digest.substring("sha256:".length())), bytes);
    }

    private static void demandSchema(JsonNode node) {
        if (!node.path("schemaVersion").isInt() || node.path("schemaVersion").intValue() != 2) {
            throw new IllegalArgumentException("is not of the schema version 2");
        }
    }

    private static void demand(JsonNode node, String member, String value) {
        String found = text(node, member);
        if (!found.equals(value)) {
            throw new IllegalArgumentException(
                    "its " + member + " is " + BundleMetadata.printed(found) + ", not " + value);
        }
    }

    private static String text(JsonNode node, String member) {
        return Optional.of(node.path(member))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .orElseThrow(() -> new IllegalArgumentException("has no text " + member));
    }

    /**
     * The names of all files of a bundle in the order of its tar: what is small and decides comes first, then the parts as
     * the manifest has them.
     */
    static List<String> order(Descriptor manifest, Digest config, Collection<Part> parts) {
        List<String> names = new ArrayList<>(BundleFiles.TOP);
        names.add(blob(manifest.digest()));
        names.add(blob(config));
        parts.forEach(part -> names.add(blob(part.digest())));
        return names.stream().distinct().toList();
    }
}
