package io.stoa.edge.sign;

import io.stoa.model.Digest;
import io.stoa.store.CanonicalJson;
import io.stoa.store.approval.KeyFile;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A signature as a Sigstore bundle, version 0.3: {@code {"mediaType": …, "verificationMaterial": {…}, "dsseEnvelope":
 * {"payload": Base64, "payloadType": …, "signatures": [{"sig": Base64, "keyid": ""}]}}}. As in any protobuf message, a
 * member that is not known makes it unreadable.
 *
 * @param material whose key it is to be checked with
 * @param envelope what is signed, and the signature
 */
record SignatureFile(Material material, Envelope envelope) {
    /** The largest that is read: a manifest of 100,000 files in Base64 fits. */
    static final int LARGEST = 32 << 20;

    private static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private static final int MOST_CERTIFICATES = 10;
    private static final int LONGEST_HINT = 1024;

    static SignatureFile read(byte[] file) throws SignatureFault {
        if (file.length > LARGEST) {
            throw SignatureFault.malformed("is larger than any signature");
        }
        try {
            JsonNode bundle = StrictJson.object(file);
            only(bundle, Set.of("mediaType", "verificationMaterial", "dsseEnvelope"));
            if (!text(bundle, "mediaType").equals(MEDIA_TYPE)) {
                throw new IllegalArgumentException("its media type is not " + MEDIA_TYPE);
            }
            return new SignatureFile(
                    material(member(bundle, "verificationMaterial")), envelope(member(bundle, "dsseEnvelope")));
        } catch (IllegalArgumentException e) {
            throw SignatureFault.malformed(String.valueOf(e.getMessage()));
        }
    }

    private static Envelope envelope(JsonNode envelope) {
        only(envelope, Set.of("payload", "payloadType", "signatures"));
        JsonNode signatures = envelope.path("signatures");
        if (!signatures.isArray()
                || signatures.size() != 1
                || !signatures.path(0).isObject()) {
            throw new IllegalArgumentException("has not exactly one signature");
        }
        JsonNode signature = signatures.path(0);
        only(signature, Set.of("sig", "keyid"));
        JsonNode keyId = signature.path("keyid");
        if (!(keyId.isMissingNode() || keyId.isNull() || keyId.isString())) {
            throw new IllegalArgumentException("its keyid is no text");
        }
        return new Envelope(text(envelope, "payloadType"), bytes(envelope, "payload"), bytes(signature, "sig"));
    }

    private static Material material(JsonNode material) {
        only(
                material,
                Set.of("publicKey", "x509CertificateChain", "certificate", "tlogEntries", "timestampVerificationData"));
        JsonNode entries = material.path("tlogEntries");
        if (!entries.isMissingNode() && !entries.isArray()) {
            throw new IllegalArgumentException("its log entries are no list");
        }
        List<String> kinds = Stream.of("publicKey", "x509CertificateChain", "certificate")
                .filter(material::has)
                .toList();
        if (kinds.size() != 1) {
            throw new IllegalArgumentException("names not one of a key, a chain and a certificate");
        }
        JsonNode content = member(material, kinds.getFirst());
        return switch (kinds.getFirst()) {
            case "publicKey" -> key(content);
            case "x509CertificateChain" -> chain(content);
            default -> keyless(content, entries);
        };
    }

    private static Material key(JsonNode key) {
        only(key, Set.of("hint", "rawBytes", "keyDetails"));
        if (key.has("hint")) {
            String hint = text(key, "hint");
            if (hint.isEmpty() || hint.length() > LONGEST_HINT) {
                throw new IllegalArgumentException("its key's hint is empty, or too long for one");
            }
            return new Material.Hint(hint);
        }
        // signatures before version 1.1 of the reference implementation carry the key itself, which trusts nothing
        byte[] raw = bytes(key, "rawBytes");
        boolean pem = new String(raw, StandardCharsets.ISO_8859_1).startsWith("-----BEGIN");
        return new Material.Hint((pem ? Digest.of(raw) : Digest.of(KeyFile.pem("PUBLIC KEY", raw))).hex());
    }

    private static Material chain(JsonNode chain) {
        only(chain, Set.of("certificates"));
        JsonNode certificates = chain.path("certificates");
        if (!certificates.isArray() || certificates.isEmpty() || certificates.size() > MOST_CERTIFICATES) {
            throw new IllegalArgumentException("its chain has not 1 to " + MOST_CERTIFICATES + " certificates");
        }
        List<X509Certificate> read = new ArrayList<>();
        for (JsonNode certificate : certificates) {
            read.add(certificate(certificate));
        }
        return new Material.Chain(read);
    }

    private static X509Certificate certificate(JsonNode certificate) {
        only(certificate, Set.of("rawBytes"));
        byte[] encoded = bytes(certificate, "rawBytes");
        try {
            X509Certificate read = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
            if (read == null || read.getEncoded().length != encoded.length) {
                throw new IllegalArgumentException("its chain has something that is more than a certificate");
            }
            return read;
        } catch (CertificateException e) {
            throw new IllegalArgumentException("its chain has something that is no X.509 certificate", e);
        }
    }

    private static Material keyless(JsonNode certificate, JsonNode entries) {
        certificate(certificate);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("is keyless and has no entry of a log");
        }
        return new Material.Keyless();
    }

    /** The file, always in the same bytes. */
    byte[] write() {
        ObjectNode bundle = JsonMapper.shared().createObjectNode();
        bundle.put("mediaType", MEDIA_TYPE);
        ObjectNode content = bundle.putObject("verificationMaterial");
        content.putArray("tlogEntries");
        Base64.Encoder base64 = Base64.getEncoder();
        switch (material) {
            case Material.Hint(String fingerprint) ->
                content.putObject("publicKey").put("hint", fingerprint);
            case Material.Chain(List<X509Certificate> certificates) -> {
                ArrayNode chain = content.putObject("x509CertificateChain").putArray("certificates");
                for (X509Certificate certificate : certificates) {
                    chain.addObject().put("rawBytes", base64.encodeToString(encoded(certificate)));
                }
            }
            case Material.Keyless _ -> throw new IllegalStateException("signatures are made with a hint or a chain");
        }
        ObjectNode dsse = bundle.putObject("dsseEnvelope");
        dsse.put("payload", base64.encodeToString(envelope.payload())).put("payloadType", envelope.type());
        dsse.putArray("signatures")
                .addObject()
                .put("sig", base64.encodeToString(envelope.signature()))
                .put("keyid", "");
        return CanonicalJson.write(bundle).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    private static void only(JsonNode object, Set<String> members) {
        object.propertyNames().stream()
                .filter(name -> !members.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException("has an unknown member " + SignedFile.printed(name));
                });
    }

    private static JsonNode member(JsonNode object, String name) {
        JsonNode member = object.path(name);
        if (!member.isObject()) {
            throw new IllegalArgumentException("has no " + name);
        }
        return member;
    }

    private static String text(JsonNode object, String name) {
        JsonNode member = object.path(name);
        if (!member.isString()) {
            throw new IllegalArgumentException("has no " + name);
        }
        return member.stringValue();
    }

    /** Base64 in its one form: what other readers might read in another way is not read at all. */
    private static byte[] bytes(JsonNode object, String name) {
        String text = text(object, name);
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("its " + name + " is no Base64", e);
        }
        if (bytes.length == 0 || !Base64.getEncoder().encodeToString(bytes).equals(text)) {
            throw new IllegalArgumentException("its " + name + " is empty, or not Base64 with its padding");
        }
        return bytes;
    }
}
