package io.stoa.edge.sign;

import io.stoa.model.Digest;
import io.stoa.store.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The in-toto statement (version 1) that is signed:
 *
 * <pre>
 * {"_type": "https://in-toto.io/Statement/v1",
 *  "subject": [{"name": …, "digest": {"sha256": root digest}}],
 *  "predicateType": "https://model_signing/signature/v1.0",
 *  "predicate": {"resources": [{"name": …, "digest": …, "algorithm": "sha256"}, …],
 *                "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": false, "ignore_paths": […]}}}
 * </pre>
 */
final class StatementJson {
    private static final String STATEMENT = "https://in-toto.io/Statement/v1";
    private static final String PREDICATE = "https://model_signing/signature/v1.0";
    private static final String SHA256 = "sha256";
    private static final String FILES = "files";

    private StatementJson() {}

    /** The statement, always in the same bytes. */
    static byte[] write(Manifest manifest) {
        ObjectNode statement = JsonMapper.shared().createObjectNode();
        statement.put("_type", STATEMENT).put("predicateType", PREDICATE);
        statement
                .putArray("subject")
                .addObject()
                .put("name", manifest.subject())
                .putObject("digest")
                .put(SHA256, manifest.root().hex());
        ObjectNode predicate = statement.putObject("predicate");
        ArrayNode resources = predicate.putArray("resources");
        for (SignedFile file : manifest.files()) {
            resources
                    .addObject()
                    .put("name", file.name())
                    .put("digest", file.digest().hex())
                    .put("algorithm", SHA256);
        }
        ObjectNode serialization = predicate.putObject("serialization");
        serialization.put("method", FILES).put("hash_type", SHA256).put("allow_symlinks", manifest.links());
        ArrayNode ignored = serialization.putArray("ignore_paths");
        manifest.ignored().forEach(ignored::add);
        return CanonicalJson.write(statement).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads what a genuine signature signs. */
    static Manifest read(byte[] payload) throws SignatureFault {
        try {
            return manifest(StrictJson.object(payload));
        } catch (IllegalArgumentException e) {
            throw new SignatureFault(Flaw.STATEMENT, "the signed statement: " + e.getMessage());
        }
    }

    private static Manifest manifest(JsonNode statement) throws SignatureFault {
        demand(statement, "_type", STATEMENT);
        demand(statement, "predicateType", PREDICATE);
        JsonNode subjects = statement.path("subject");
        if (!subjects.isArray() || subjects.size() != 1) {
            throw new IllegalArgumentException("has not one subject");
        }
        JsonNode predicate = statement.path("predicate");
        JsonNode serialization = predicate.path("serialization");
        String method = text(serialization, "method");
        if (method.equals("shards")) {
            throw new SignatureFault(
                    Flaw.UNSUPPORTED, "signs the shards of files, which is not supported here; sign whole files");
        }
        demand(serialization, "method", FILES);
        String hash = text(serialization, "hash_type");
        if (hash.equals("blake2b") || hash.equals("blake3")) {
            throw new SignatureFault(
                    Flaw.UNSUPPORTED, "uses " + hash + " for its files, which is not supported here; sign with sha256");
        }
        demand(serialization, "hash_type", SHA256);
        if (!serialization.path("allow_symlinks").isBoolean() || serialization.has("shard_size")) {
            throw new IllegalArgumentException("its serialization does not tell whether links were followed, or has a"
                    + " shard size without shards");
        }
        Manifest manifest = new Manifest(
                text(subjects.path(0), "name"),
                files(predicate.path("resources")),
                texts(serialization.path("ignore_paths")),
                serialization.path("allow_symlinks").booleanValue());
        String root = text(subjects.path(0).path("digest"), SHA256);
        if (!manifest.root().hex().equals(root)) {
            throw new IllegalArgumentException("its subject's digest is not that of its files");
        }
        return manifest;
    }

    private static List<SignedFile> files(JsonNode resources) {
        if (!resources.isArray() || resources.size() > Manifest.MOST_FILES) {
            throw new IllegalArgumentException("has no list of at most " + Manifest.MOST_FILES + " resources");
        }
        List<SignedFile> files = new ArrayList<>();
        for (JsonNode resource : resources) {
            demand(resource, "algorithm", SHA256);
            files.add(new SignedFile(text(resource, "name"), new Digest(text(resource, "digest"))));
        }
        return files;
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        if (list.isMissingNode()) {
            return texts;
        }
        if (!list.isArray() || list.size() > Manifest.MOST_FILES) {
            throw new IllegalArgumentException("its ignored paths are no list");
        }
        for (JsonNode element : list) {
            if (!element.isString()) {
                throw new IllegalArgumentException("its ignored paths are not all texts");
            }
            texts.add(element.stringValue());
        }
        return texts;
    }

    private static void demand(JsonNode object, String member, String value) {
        String found = text(object, member);
        if (!found.equals(value)) {
            throw new IllegalArgumentException("its " + member + " is " + SignedFile.printed(found) + ", not " + value);
        }
    }

    private static String text(JsonNode object, String member) {
        JsonNode value = object.path(member);
        if (!value.isString()) {
            throw new IllegalArgumentException("has no text " + member);
        }
        return value.stringValue();
    }
}
