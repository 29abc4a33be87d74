package io.stoa.license.pack;

import io.stoa.license.clause.Provision;
import io.stoa.license.lineage.Step;
import io.stoa.license.use.Answer.Outcome;
import io.stoa.license.use.Fact;
import io.stoa.model.Digest;
import io.stoa.model.Role;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads and writes {@code MANIFEST.json}, schema {@value #SCHEMA}.
 *
 * <p>An object with {@code schema}, {@code knowledge}, {@code partial}, {@code outcome}, {@code use} ({@code purpose},
 * {@code facts}), {@code models} ({@code name}, {@code role}, {@code identity}, {@code multimodal}, {@code facts}, {@code
 * lineage}: {@code relation}, {@code name}, {@code license}, {@code possible}), {@code names}, {@code duties} ({@code
 * license}, {@code section}, {@code says}, {@code make}, {@code models}, {@code certain}, {@code file}), {@code papers}
 * ({@code path}, {@code license}, {@code paper}, {@code recognised}), {@code notices}, {@code changes}, {@code missing},
 * {@code files} ({@code path}, {@code bytes}, {@code sha256}), {@code note} and {@code seal}, the SHA-256 of the document
 * written with an empty seal. There is one way to write a manifest: UTF-8, keys in this order, two spaces of indentation, a
 * line feed at every end of a line. An absent value is an absent key; an unknown key is refused.
 */
final class ManifestJson {
    static final String SCHEMA = "stoa-license-pack/1";

    private static final int DEEPEST = 8;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ManifestJson() {}

    /** A manifest that cannot be read; the message is a sentence part that says why. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    static byte[] write(Manifest manifest) {
        String seal = Digest.of(text(manifest, "")).toString();
        return text(manifest, seal).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Manifest manifest, String seal) {
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        return JSON.writer()
                        .with(new DefaultPrettyPrinter()
                                .withObjectIndenter(lines)
                                .withArrayIndenter(lines))
                        .writeValueAsString(document(manifest, seal))
                + "\n";
    }

    private static Map<String, Object> document(Manifest manifest, String seal) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema", SCHEMA);
        document.put("knowledge", manifest.knowledge().toString());
        document.put("partial", manifest.partial());
        document.put("outcome", word(manifest.outcome()));
        Map<String, Object> use = new LinkedHashMap<>();
        use.put("purpose", manifest.purpose());
        use.put("facts", facts(manifest.facts()));
        document.put("use", use);
        document.put("models", list(manifest.models(), ManifestJson::model));
        document.put("names", manifest.names());
        document.put("duties", list(manifest.duties(), ManifestJson::duty));
        document.put("papers", list(manifest.papers(), paper -> {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("path", paper.path());
            map.put("license", paper.license());
            map.put("paper", word(paper.paper()));
            map.put("recognised", word(paper.recognised()));
            return map;
        }));
        document.put("notices", list(manifest.notices(), Digest::toString));
        manifest.changes().ifPresent(digest -> document.put("changes", digest.toString()));
        document.put("missing", manifest.missing());
        document.put("files", list(List.copyOf(manifest.files().entrySet()), file -> {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("path", file.getKey());
            map.put("bytes", file.getValue().bytes());
            map.put("sha256", file.getValue().sha256().hex());
            return map;
        }));
        document.put("note", Pages.NO_ADVICE);
        document.put("seal", seal);
        return document;
    }

    private static Map<String, Object> model(PackedModel model) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", model.name());
        map.put("role", model.role().lowerCase());
        model.identity().ifPresent(identity -> map.put("identity", identity));
        model.multimodal().ifPresent(multimodal -> map.put("multimodal", multimodal));
        map.put("facts", facts(model.facts()));
        map.put("lineage", list(model.steps(), step -> {
            Map<String, Object> written = new LinkedHashMap<>();
            written.put("relation", word(step.relation()));
            written.put("name", step.name());
            step.license().ifPresent(license -> written.put("license", license));
            written.put("possible", step.possible());
            return written;
        }));
        return map;
    }

    private static Map<String, Object> duty(Manifest.Duty duty) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("license", duty.license());
        map.put("section", duty.section());
        map.put("says", duty.says());
        map.put("make", duty.make());
        map.put("models", duty.models());
        map.put("certain", duty.certain());
        duty.file().ifPresent(file -> map.put("file", file));
        return map;
    }

    private static Map<String, String> facts(Map<Fact, String> facts) {
        Map<String, String> map = new LinkedHashMap<>();
        facts.forEach((fact, value) -> map.put(fact.key(), value));
        return map;
    }

    private static <T> List<Object> list(List<T> values, Function<T, Object> written) {
        return values.stream().map(written).toList();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reads a manifest; whether it is written and sealed as it must be, {@link #write} of the result tells. */
    static Manifest read(byte[] bytes) throws Malformed {
        JsonNode root;
        try {
            root = JSON.readTree(bytes);
        } catch (JacksonException e) {
            throw new Malformed("is not well-formed JSON: "
                    + e.getOriginalMessage().lines().findFirst().orElse("cut short"));
        }
        try {
            return manifest(Fields.of(root, "the manifest"));
        } catch (IllegalArgumentException e) {
            throw new Malformed("cannot be read: " + e.getMessage());
        }
    }

    private static Manifest manifest(Fields root) throws Malformed {
        String schema = root.text("schema");
        if (!schema.equals(SCHEMA)) {
            throw new Malformed("has the schema \"%s\"; this Stoa reads %s".formatted(schema, SCHEMA));
        }
        Fields use = root.object("use");
        Manifest manifest = new Manifest(
                digest(root.text("knowledge")),
                root.truth("partial").orElseThrow(() -> new Malformed("lacks \"partial\"")),
                constant(Outcome.class, root.text("outcome")),
                use.text("purpose"),
                facts(use),
                root.objects("models", ManifestJson::model),
                names(root),
                root.objects("duties", ManifestJson::duty),
                root.objects("papers", ManifestJson::paper),
                digests(root.texts("notices")),
                root.optional("changes").map(ManifestJson::digest),
                root.texts("missing"),
                files(root));
        root.text("note");
        root.text("seal");
        use.end();
        root.end();
        return manifest;
    }

    private static PackedModel model(Fields model) throws Malformed {
        return new PackedModel(
                model.text("name"),
                constant(Role.class, model.text("role")),
                model.optional("identity"),
                model.objects(
                        "lineage",
                        step -> new PackedStep(
                                constant(Step.Relation.class, step.text("relation")),
                                step.text("name"),
                                step.optional("license"),
                                step.texts("possible"))),
                model.truth("multimodal"),
                facts(model));
    }

    private static Manifest.Duty duty(Fields duty) throws Malformed {
        return new Manifest.Duty(
                duty.text("license"),
                duty.text("section"),
                duty.text("says"),
                duty.text("make"),
                duty.texts("models"),
                duty.truth("certain").orElse(false),
                duty.optional("file"));
    }

    private static Manifest.Copied paper(Fields paper) throws Malformed {
        return new Manifest.Copied(
                paper.text("path"),
                paper.text("license"),
                constant(Provision.Paper.class, paper.text("paper")),
                constant(Manifest.Recognised.class, paper.text("recognised")));
    }

    private static SortedMap<String, Manifest.Entry> files(Fields root) throws Malformed {
        SortedMap<String, Manifest.Entry> files = new TreeMap<>();
        for (Map.Entry<String, Manifest.Entry> file : root.objects(
                "files",
                file -> Map.entry(
                        file.text("path"),
                        new Manifest.Entry(file.number("bytes"), new Digest(file.text("sha256")))))) {
            if (files.put(file.getKey(), file.getValue()) != null) {
                throw new Malformed("lists " + file.getKey() + " twice");
            }
        }
        return files;
    }

    private static Map<Fact, String> facts(Fields holder) throws Malformed {
        Fields written = holder.object("facts");
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        for (String key : written.keys()) {
            facts.put(
                    Fact.of(key).orElseThrow(() -> new Malformed("states an unknown fact \"" + key + "\"")),
                    written.text(key));
        }
        return facts;
    }

    private static SortedMap<String, String> names(Fields root) throws Malformed {
        Fields written = root.object("names");
        SortedMap<String, String> names = new TreeMap<>();
        for (String key : written.keys()) {
            names.put(key, written.text(key));
        }
        return names;
    }

    private static List<Digest> digests(List<String> texts) {
        return texts.stream().map(ManifestJson::digest).toList();
    }

    private static Digest digest(String text) {
        return new Digest(text.startsWith("sha256:") ? text.substring("sha256:".length()) : text);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String word) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> word(constant).equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"%s\" is no %s".formatted(word, type.getSimpleName().toLowerCase(Locale.ROOT))));
    }

    /** Reads one object of the manifest. */
    private interface Reading<T> {
        T of(Fields fields) throws Malformed;
    }

    /** An object's keys, each read once; what is left at the end is unknown. */
    private static final class Fields {
        private final String where;
        private final Map<String, JsonNode> left = new LinkedHashMap<>();

        private Fields(String where, JsonNode node) {
            this.where = where;
            node.properties().forEach(entry -> left.put(entry.getKey(), entry.getValue()));
        }

        static Fields of(JsonNode node, String where) throws Malformed {
            if (!node.isObject()) {
                throw new Malformed("cannot be read: " + where + " is no object");
            }
            return new Fields(where, node);
        }

        List<String> keys() {
            return List.copyOf(left.keySet());
        }

        private Optional<JsonNode> take(String key) {
            return Optional.ofNullable(left.remove(key));
        }

        private JsonNode need(String key) throws Malformed {
            return take(key).orElseThrow(() -> new Malformed("lacks \"%s\" in %s".formatted(key, where)));
        }

        private Malformed wrong(String key, String wanted) {
            return new Malformed("has a \"%s\" in %s that is no %s".formatted(key, where, wanted));
        }

        String text(String key) throws Malformed {
            JsonNode node = need(key);
            if (!node.isString()) {
                throw wrong(key, "text");
            }
            return node.stringValue();
        }

        Optional<String> optional(String key) throws Malformed {
            return left.containsKey(key) ? Optional.of(text(key)) : Optional.empty();
        }

        Optional<Boolean> truth(String key) throws Malformed {
            Optional<JsonNode> node = take(key);
            if (node.isPresent() && !node.get().isBoolean()) {
                throw wrong(key, "truth value");
            }
            return node.map(JsonNode::booleanValue);
        }

        long number(String key) throws Malformed {
            JsonNode node = need(key);
            if (!node.isIntegralNumber() || !node.canConvertToLong()) {
                throw wrong(key, "whole number");
            }
            return node.longValue();
        }

        Fields object(String key) throws Malformed {
            return Fields.of(need(key), "\"" + key + "\"");
        }

        List<String> texts(String key) throws Malformed {
            List<String> texts = new ArrayList<>();
            for (JsonNode node : array(key)) {
                if (!node.isString()) {
                    throw wrong(key, "list of texts");
                }
                texts.add(node.stringValue());
            }
            return texts;
        }

        <T> List<T> objects(String key, Reading<T> reading) throws Malformed {
            List<T> values = new ArrayList<>();
            for (JsonNode node : array(key)) {
                Fields fields = Fields.of(node, "an entry of \"" + key + "\"");
                values.add(reading.of(fields));
                fields.end();
            }
            return values;
        }

        private JsonNode array(String key) throws Malformed {
            JsonNode node = need(key);
            if (!node.isArray()) {
                throw wrong(key, "list");
            }
            return node;
        }

        void end() throws Malformed {
            if (!left.isEmpty()) {
                throw new Malformed("has an unknown key \"%s\" in %s"
                        .formatted(left.keySet().iterator().next(), where));
            }
        }
    }
}
