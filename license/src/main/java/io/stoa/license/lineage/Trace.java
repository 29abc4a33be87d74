package io.stoa.license.lineage;

import static java.util.Objects.requireNonNull;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufValue;
import io.stoa.license.clause.Licenses;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one of a model's own files says about where it comes from: the header of a GGUF or safetensors file, a config.json,
 * an adapter_config.json or the recipe of a merge.
 *
 * @param source the file
 * @param claims what it says about the licence
 * @param names what it calls the model
 * @param publishers whom it names as the publisher
 * @param bases the models that it names as bases
 * @param teachers the models whose outputs it was trained on
 * @param signs what points to a family, when it has any
 * @param multimodal whether the model takes more than text, when that is known
 */
public record Trace(
        String source,
        List<Claim> claims,
        List<String> names,
        List<String> publishers,
        List<String> bases,
        List<String> teachers,
        Optional<Signs> signs,
        Optional<Boolean> multimodal) {
    /** More bases than this are not a lineage. */
    static final int MOST_BASES = 16;

    private static final Set<String> MULTIMODAL = Set.of("mllama", "llama4", "clip");
    private static final int MOST_DATASETS = 64;
    private static final int LARGEST_HEADER = 1 << 20;

    /** As the Hub names models: publisher and name. */
    private static final Pattern REPOSITORY = Pattern.compile("[A-Za-z0-9][\\w.-]{0,95}/[A-Za-z0-9][\\w.-]{0,95}");

    private static final Pattern MERGED =
            Pattern.compile("^[\\s-]{0,40}(?:base_)?model:\\s{1,8}[\"']?([^\\s\"'#]{1,200})", Pattern.MULTILINE);

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(100)
                            .maxStringLength(LARGEST_HEADER)
                            .build())
                    .build())
            .build();

    public Trace {
        requireNonNull(source, "source");
        requireNonNull(signs, "signs");
        requireNonNull(multimodal, "multimodal");
        claims = List.copyOf(claims);
        names = List.copyOf(names);
        publishers = List.copyOf(publishers);
        bases = List.copyOf(bases);
        teachers = List.copyOf(teachers);
    }

    /** A file that cannot be read: what it might have said is not known. */
    public static Trace unreadable(String source, String why) {
        return new Trace(
                source,
                List.of(Claim.doubtful(Claim.Kind.DECLARED, source, "file", "nothing readable", why)),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * What weights say when they were compared with a base's: that it is the base, or that it is not. Where they do not
     * tell, nothing follows.
     *
     * @param base what the base is called
     * @param derived whether the model was made from it, when the comparison told
     * @param sentence the comparison's result
     */
    public static Trace weights(String source, String base, Optional<Boolean> derived, String sentence) {
        List<Claim> claims = derived
                .filter(made -> !made)
                .map(_ -> Claim.doubtful(
                        Claim.Kind.ORIGIN,
                        source,
                        "weights",
                        "not made from " + base,
                        "its weights say otherwise: " + sentence))
                .stream()
                .toList();
        return new Trace(
                source,
                claims,
                List.of(),
                List.of(),
                derived.filter(made -> made).map(_ -> base).stream().toList(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    /** A name that a catalogue or a folder gives the model, such as {@code meta-llama/Llama-3.1-8B}, and what it claims. */
    static Trace called(String source, String name, List<Claim> claims) {
        return new Trace(
                source,
                claims,
                List.of(name),
                REPOSITORY.matcher(name).matches() ? List.of(name.substring(0, name.indexOf('/'))) : List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    /** The keys of a GGUF file. */
    static Trace gguf(String source, GgufHeader header, Licenses licenses) {
        List<Claim> claims = new ArrayList<>();
        Optional<String> name = said(header, "general.license.name");
        Optional<String> link = said(header, "general.license.link");
        Optional<String> id = said(header, "general.license");
        if (id.isPresent() || name.isPresent() || link.isPresent()) {
            claims.addAll(new Declaration(source, "general.license", id.orElse(Declaration.OTHER), name, link)
                    .claims(licenses));
        }
        List<String> names =
                new ArrayList<>(said(header, "general.name").stream().toList());
        said(header, "general.basename").ifPresent(names::add);
        names.stream()
                .limit(1)
                .flatMap(said -> hint(licenses, source, "general.name", said).stream())
                .forEach(claims::add);
        List<String> teachers = new ArrayList<>();
        datasets(header).forEach(dataset -> Teachers.ofDataset(dataset).ifPresent(teachers::add));
        return new Trace(
                source,
                claims,
                names,
                said(header, "general.organization").stream().toList(),
                bases(header),
                teachers,
                Optional.of(signs(source, header)),
                multimodal(header));
    }

    private static Optional<String> said(GgufHeader header, String key) {
        return header.string(key).filter(text -> !text.isBlank());
    }

    static Optional<Claim> hint(Licenses licenses, String source, String place, String name) {
        return licenses.hintedBy(name).map(license -> Claim.of(Claim.Kind.NAME, source, place, name, license.id()));
    }

    private static List<String> datasets(GgufHeader header) {
        List<String> datasets = new ArrayList<>();
        header.array("general.datasets").stream()
                .flatMap(List::stream)
                .limit(MOST_DATASETS)
                .forEach(value -> {
                    if (value instanceof GgufValue.Text(String text)) {
                        datasets.add(text);
                    }
                });
        long count = header.integer("general.dataset.count").orElse(0);
        for (int i = 0; i < Math.min(count, MOST_DATASETS); i++) {
            String key = "general.dataset." + i + ".";
            said(header, key + "repo_url").or(() -> said(header, key + "name")).ifPresent(datasets::add);
        }
        return datasets;
    }

    private static List<String> bases(GgufHeader header) {
        List<String> bases = new ArrayList<>();
        long count = header.integer("general.base_model.count").orElse(0);
        for (int i = 0; i < Math.min(count, MOST_BASES + 1); i++) {
            String key = "general.base_model." + i + ".";
            Optional<String> named = header.string(key + "name")
                    .map(name -> header.string(key + "organization")
                            .map(publisher -> publisher.strip().replace(' ', '-') + "/" + name)
                            .orElse(name));
            bases.add(said(header, key + "repo_url").or(() -> named).orElse("base model " + i));
        }
        return bases;
    }

    private static Signs signs(String source, GgufHeader header) {
        OptionalLong vocabulary = header.hyperParameter("vocab_size");
        Optional<List<GgufValue>> tokens = header.array("tokenizer.ggml.tokens");
        return new Signs(
                source,
                header.string("general.architecture"),
                tokens.map(all -> OptionalLong.of(all.size())).orElse(vocabulary),
                header.string("tokenizer.ggml.pre"));
    }

    /** Whether the file takes more than text; unknown for architectures that come in both kinds. */
    private static Optional<Boolean> multimodal(GgufHeader header) {
        String architecture = header.architecture();
        if (MULTIMODAL.contains(architecture)
                || header.metadata().keySet().stream().anyMatch(key -> key.startsWith(architecture + ".vision."))) {
            return Optional.of(true);
        }
        return architecture.equals("llama") ? Optional.of(false) : Optional.empty();
    }

    /** A config.json of the Transformers library. */
    public static Trace config(String source, byte[] json) {
        return parsed(source, json, root -> {
            Optional<String> type = text(root, "model_type");
            boolean sees = root.has("vision_config") || root.has("audio_config");
            Optional<Boolean> multimodal =
                    sees || type.filter(MULTIMODAL::contains).isPresent()
                            ? Optional.of(true)
                            : type.filter("llama"::equals).map(_ -> false);
            JsonNode vocabulary = root.path("vocab_size").isIntegralNumber()
                    ? root.path("vocab_size")
                    : root.path("text_config").path("vocab_size");
            Signs signs = new Signs(
                    source,
                    type,
                    vocabulary.isIntegralNumber() ? OptionalLong.of(vocabulary.asLong()) : OptionalLong.empty(),
                    Optional.empty());
            List<String> bases = text(root, "_name_or_path")
                    .filter(path -> REPOSITORY.matcher(path).matches())
                    .stream()
                    .toList();
            return new Trace(source, List.of(), List.of(), List.of(), bases, List.of(), Optional.of(signs), multimodal);
        });
    }

    /** An adapter_config.json of the PEFT library. */
    public static Trace adapter(String source, byte[] json) {
        return parsed(source, json, root -> {
            String base = text(root, "base_model_name_or_path").orElse("a base that adapter_config.json does not name");
            return new Trace(
                    source,
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(base),
                    List.of(),
                    Optional.empty(),
                    Optional.empty());
        });
    }

    /** A recipe of mergekit, or another text with lines {@code model: NAME}. */
    public static Trace merge(String source, String yaml) {
        List<String> bases = MERGED.matcher(yaml)
                .results()
                .map((MatchResult result) -> result.group(1))
                .distinct()
                .limit(MOST_BASES + 1)
                .toList();
        return new Trace(source, List.of(), List.of(), List.of(), bases, List.of(), Optional.empty(), Optional.empty());
    }

    /**
     * The header of a safetensors file: eight bytes of length (little-endian), then JSON whose {@code __metadata__} may have
     * a licence, as {@code modelspec.license} too, or {@code base_model}. A larger header than 1 MiB is left alone.
     */
    public static Optional<Trace> safetensors(Path file, Licenses licenses) {
        String source = file.toString();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] length = in.readNBytes(Long.BYTES);
            if (length.length < Long.BYTES) {
                return Optional.of(unreadable(source, "is not a safetensors file: it ends after a few bytes"));
            }
            long bytes = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (bytes < 2 || bytes > LARGEST_HEADER) {
                return Optional.empty();
            }
            JsonNode root = JSON.readTree(in.readNBytes((int) bytes));
            JsonNode said = root.path("__metadata__");
            List<Claim> claims = new ArrayList<>();
            for (String key : List.of("license", "modelspec.license")) {
                text(said, key)
                        .ifPresent(id -> claims.addAll(
                                new Declaration(source, key, id, Optional.empty(), Optional.empty()).claims(licenses)));
            }
            List<String> bases = text(said, "base_model").stream().toList();
            return claims.isEmpty() && bases.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Trace(
                            source,
                            claims,
                            List.of(),
                            List.of(),
                            bases,
                            List.of(),
                            Optional.empty(),
                            Optional.empty()));
        } catch (IOException | JacksonException e) {
            return Optional.of(unreadable(
                    source,
                    "has a header that cannot be read (%s)"
                            .formatted(e.getClass().getSimpleName())));
        }
    }

    private interface Reading {
        Trace of(JsonNode root);
    }

    private static Trace parsed(String source, byte[] json, Reading reading) {
        if (json.length > LARGEST_HEADER) {
            return unreadable(source, "is larger than 1 MiB");
        }
        try {
            JsonNode root = JSON.readTree(json);
            return root.isObject() ? reading.of(root) : unreadable(source, "is not a JSON object");
        } catch (JacksonException e) {
            return unreadable(source, "is not valid JSON");
        }
    }

    private static Optional<String> text(JsonNode object, String key) {
        JsonNode value = object.path(key);
        return value.isString() && !value.stringValue().isBlank() ? Optional.of(value.stringValue()) : Optional.empty();
    }
}
