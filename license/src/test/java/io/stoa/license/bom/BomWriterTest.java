package io.stoa.license.bom;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import io.stoa.license.GgufFiles;
import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BomWriterTest {
    private static final int BOMS = Integer.getInteger("bom.count", 20);
    private static final Licenses LICENSES = new Licenses();
    private static final SpdxList LIST = new SpdxList();
    private static final BomWriter WRITER = new BomWriter(LICENSES, "0.1.0", Optional.empty());
    private static final BomReader READER = new BomReader(LICENSES, BomWriterTest::digest);

    private static final List<String> DECLARED = List.of(
            "mit",
            "apache-2.0",
            "Apache License 2.0",
            "llama3.1",
            "gemma",
            "bsd-3-clause",
            "gpl-3.0",
            "CC-BY-4.0",
            "openmdw-1.0",
            "unknown",
            "other",
            "NOASSERTION",
            "NONE",
            "none",
            "cc",
            "openrail",
            "LLVM-exception",
            "apache-2.0 or mit",
            "(MIT AND BSD-2-Clause) OR GPL-2.0-only WITH Classpath-exception-2.0",
            "LicenseRef-mine",
            "LicenseRef-mine AND MIT",
            "MIT AND",
            "MIT AND unknown",
            "glm-4",
            "7",
            "\"\"",
            "[mit, apache-2.0]",
            "[mit, mit]",
            "[",
            "{a: b}",
            "\"\\u202e evil\"",
            "llama-3.9",
            "free for all",
            "Apache-2.0 OR LicenseRef-x-1.0",
            "GPL-2.0-or-later",
            "GPL-2.0+",
            "((((((((MIT))))))))");
    private static final List<String> BASES = List.of(
            "meta-llama/Llama-3.1-8B",
            "Qwen/Qwen2.5-7B",
            "someone/My-Merge",
            "a/b",
            "b/a",
            "google/gemma-2-2b",
            "no publisher",
            "../../etc/passwd",
            "https://huggingface.co/x/y",
            "\"a\\\"b\"",
            "日本/モデル",
            "x/y/z",
            "'<script>'",
            "nobody/Does-Not-Exist");
    private static final List<String> NAMES =
            List.of("model", "Llama 3.1 8B", "ünïcödé", "a b%c", "日本語", "x#y?z", "quote'd", "tab\tname", "-dash", "ß");

    @TempDir
    private Path folder;

    @Test
    void randomDocumentsAreValidStableAndInventNothing() throws IOException {
        Map<BomFormat, Schema> schemas = schemas();
        long seed = System.nanoTime();
        System.out.println("seed of BomWriterTest: " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < BOMS; i++) {
            Stack stack = stack(random, folder.resolve("stack-" + i));
            for (BomFormat format : BomFormat.values()) {
                byte[] document = WRITER.write(format, stack.models);
                String text = new String(document, StandardCharsets.UTF_8);
                assertThat(Schemas.problems(
                                Optional.ofNullable(schemas.get(format)).orElseThrow(), document))
                        .as("seed %d, document %d, %s: %s", seed, i, format, text)
                        .isEmpty();
                assertThat(text)
                        .doesNotContain(folder.toString())
                        .doesNotContain("\r")
                        .endsWith("}\n");
                assertThat(elsewhere(format, stack.models, random)).isEqualTo(document);
                inventsNothing(JsonMapper.shared().readTree(text), stack.said);
            }
        }
    }

    @Test
    void aLicenceOfTheListIsAnId() throws IOException {
        JsonNode component = component(card("license: bsd-3-clause-lbnl"));
        JsonNode license = component.path("licenses").path(0).path("license");
        assertThat(license.path("id").asString()).isEqualTo("BSD-3-Clause-LBNL");
        assertThat(license.path("acknowledgement").asString()).isEqualTo("declared");
        assertThat(component(card("license: mit"))
                        .path("licenses")
                        .path(0)
                        .path("license")
                        .path("acknowledgement")
                        .asString())
                .isEqualTo("concluded");
        assertThat(component.path("evidence").path("licenses").path(0).toString())
                .contains("README.md (license, line 2)");
    }

    @Test
    void aModelLicenceIsANameWithItsReference() throws IOException {
        Path model = card("license: llama3.1");
        JsonNode license = component(model).path("licenses").path(0).path("license");
        assertThat(license.has("id")).isFalse();
        assertThat(license.path("name").asString()).isEqualTo("Llama 3.1 Community License Agreement");
        assertThat(license.toString()).contains("LicenseRef-scancode-llama-3.1-license-2024", "https://");
        String spdx = text(BomFormat.SPDX_3, model);
        assertThat(spdx)
                .contains("\"simplelicensing_licenseExpression\" : \"LicenseRef-scancode-llama-3.1-license-2024\"")
                .contains("hasConcludedLicense", "simplelicensing_SimpleLicensingText", "customIdToUri");
    }

    @Test
    void anUnknownLicenceIsNoLicence() throws IOException {
        for (String declared : List.of(
                "license: unknown",
                "license: other",
                "license: NOASSERTION",
                "license: LLVM-exception",
                "license: [",
                "x: y",
                "license: [mit, llama3]",
                "license: mit\nlicense_name: glm-4")) {
            Path model = card(declared);
            JsonNode component = component(model);
            assertThat(component.has("licenses")).as(declared).isFalse();
            assertThat(component.path("properties").toString())
                    .as(declared)
                    .contains("\"stoa:license:standing\",\"value\":\"not known\"", "stoa:license:why");
            assertThat(text(BomFormat.SPDX_3, model))
                    .as(declared)
                    .contains("the licence is not known: ")
                    .doesNotContain("hasConcludedLicense", "hasDeclaredLicense", "LicenseExpression");
        }
    }

    @Test
    void expressionsAreRepeatedAsDeclared() throws IOException {
        Path model = card("license: apache-2.0 or LicenseRef-mine");
        assertThat(component(model).path("licenses").path(0).path("expression").asString())
                .isEqualTo("Apache-2.0 OR LicenseRef-mine");
        assertThat(text(BomFormat.SPDX_3, model)).contains("hasDeclaredLicense", "customIdToUri", "LicenseRef-mine");
    }

    @Test
    void basesAreAncestorsAndDependencies() throws IOException {
        Path model = card("license: mit\nbase_model: [b/b, meta-llama/Llama-3.1-8B]\nbase_model_relation: merge");
        JsonNode document = json(model);
        JsonNode merged = component(model);
        assertThat(merged.path("pedigree").path("ancestors").findValuesAsString("purl"))
                .containsExactlyInAnyOrder("pkg:huggingface/b/b", "pkg:huggingface/meta-llama/Llama-3.1-8B");
        assertThat(merged.path("pedigree").path("notes").asString()).contains("merge");
        assertThat(document.path("dependencies").toString()).contains("dependsOn");
        assertThat(document.path("components").size()).isEqualTo(3);
        assertThat(text(BomFormat.SPDX_3, model)).contains("descendantOf");
    }

    @Test
    void settingsTellTheBaseOfAnAdapter() throws IOException {
        Path adapter = Files.createDirectories(folder.resolve("adapter"));
        Files.writeString(adapter.resolve("README.md"), "---\nlicense: mit\n---\n");
        Files.writeString(adapter.resolve("adapter_model.safetensors"), "\2\0\0\0\0\0\0\0{}");
        Path settings = Files.writeString(
                adapter.resolve("adapter_config.json"), "{\"base_model_name_or_path\": \"meta-llama/Llama-3.1-8B\"}");
        JsonNode component = component(adapter);
        assertThat(component.path("pedigree").path("ancestors").toString()).contains("Llama-3.1-8B");
        assertThat(text(BomFormat.SPDX_3, adapter))
                .contains("descendantOf", "LicenseRef-scancode-llama-3.1-license-2024")
                .doesNotContain(folder.toString());
        for (String unreadable : List.of("{", " ".repeat(2 << 20), "{}")) {
            Files.writeString(settings, unreadable);
            String document = text(BomFormat.CYCLONEDX_1_7, adapter);
            assertThat(document).contains("not known", "adapter_config.json").doesNotContain(folder.toString());
        }
    }

    @Test
    void teachersAreSaid() throws IOException {
        Path model = card("license: mit\nteacher_model: org/big");
        assertThat(component(model).path("pedigree").path("notes").asString())
                .contains("trained on outputs of org/big");
        assertThat(text(BomFormat.SPDX_3, model)).contains("ai_informationAboutTraining", "org/big");
    }

    @Test
    void papersOfABaseAreTheBases() throws IOException {
        Path model = card("license: mit\nbase_model: Qwen/Qwen2.5-7B");
        Path base = Files.createDirectories(model.resolve("Qwen2.5-7B"));
        Files.writeString(base.resolve("README.md"), "---\nlicense: apache-2.0\n---\n");
        Files.createDirectories(model.resolve("other"));
        Files.writeString(model.resolve("other/LICENSE"), "not a paper of anything");
        for (JsonNode component : json(model).path("components")) {
            boolean own = component.has("hashes");
            assertThat(component.path("externalReferences").findValuesAsString("url"))
                    .isEqualTo(
                            own
                                    ? List.of("README.md")
                                    : List.of("https://huggingface.co/Qwen/Qwen2.5-7B", "Qwen2.5-7B/README.md"));
            assertThat(component
                            .path("licenses")
                            .path(0)
                            .path("license")
                            .path("id")
                            .asString())
                    .isEqualTo(own ? "MIT" : "Apache-2.0");
        }
    }

    @Test
    void whatAFileSaysAtLengthIsCutShort() throws IOException {
        Path model = Files.createDirectories(folder.resolve("long"));
        GgufFiles.write(
                model.resolve("m.gguf"),
                Map.of("general.architecture", "llama", "general.license", "MIT OR ".repeat(100_000) + "MIT"));
        assertThat(text(BomFormat.CYCLONEDX_1_6, model).length()).isLessThan(20_000);
        assertThat(component(model).has("licenses")).isFalse();
    }

    @Test
    void modelsThatNameEachOtherAreACycle() throws IOException {
        Path a = snapshot("a", "b", "license: mit\nbase_model: [b/a, a/b]");
        Path b = snapshot("b", "a", "license: mit\nbase_model: a/b");
        List<BomModel> models = new ArrayList<>(READER.read(a));
        models.addAll(READER.read(b));
        JsonNode document = JsonMapper.shared().readTree(WRITER.write(BomFormat.CYCLONEDX_1_6, models));
        assertThat(document.path("components").size()).isEqualTo(2);
        for (JsonNode dependency : document.path("dependencies")) {
            assertThat(dependency.path("dependsOn").size()).isEqualTo(1);
            assertThat(dependency.path("dependsOn").path(0)).isNotEqualTo(dependency.path("ref"));
        }
        assertThat(document.path("components").findValuesAsString("purl"))
                .contains("pkg:huggingface/a/b@" + "c".repeat(40));
    }

    @Test
    void theTimeIsGivenOrLeftOut() throws IOException {
        Path model = card("license: mit");
        assertThat(text(BomFormat.CYCLONEDX_1_7, model))
                .doesNotContain("timestamp")
                .contains("not legal advice");
        assertThat(text(BomFormat.SPDX_3, model))
                .contains("1970-01-01T00:00:00Z")
                .contains("not legal advice");
        BomWriter dated = new BomWriter(LICENSES, "0.1.0", Optional.of(Instant.ofEpochSecond(1_700_000_000)));
        for (BomFormat format : BomFormat.values()) {
            assertThat(new String(dated.write(format, READER.read(model)), StandardCharsets.UTF_8))
                    .contains("2023-11-14T22:13:20Z");
        }
    }

    @Test
    void noModelsAreAValidDocument() throws IOException {
        for (Map.Entry<BomFormat, Schema> schema : schemas().entrySet()) {
            assertThat(Schemas.problems(schema.getValue(), WRITER.write(schema.getKey(), List.of())))
                    .isEmpty();
        }
    }

    @Test
    void theSchemasRefuseWhatIsWrong() throws IOException {
        Map<BomFormat, Schema> schemas = schemas();
        Path model = card("license: bsd-3-clause");
        for (BomFormat format : List.of(BomFormat.CYCLONEDX_1_6, BomFormat.CYCLONEDX_1_7)) {
            String wrong = text(format, model).replace("\"BSD-3-Clause\"", "\"unknown\"");
            assertThat(Schemas.problems(
                            Optional.ofNullable(schemas.get(format)).orElseThrow(),
                            wrong.getBytes(StandardCharsets.UTF_8)))
                    .isNotEmpty();
        }
        String wrong = text(BomFormat.SPDX_3, model).replace("ai_AIPackage", "ai_Model");
        assertThat(Schemas.problems(
                        Optional.ofNullable(schemas.get(BomFormat.SPDX_3)).orElseThrow(),
                        wrong.getBytes(StandardCharsets.UTF_8)))
                .isNotEmpty();
    }

    private static Map<BomFormat, Schema> schemas() throws IOException {
        Map<BomFormat, Schema> schemas = new EnumMap<>(BomFormat.class);
        schemas.put(BomFormat.CYCLONEDX_1_6, Schemas.cycloneDx("1.6"));
        schemas.put(BomFormat.CYCLONEDX_1_7, Schemas.cycloneDx("1.7"));
        schemas.put(BomFormat.SPDX_3, Schemas.spdx3());
        return schemas;
    }

    /** The same models in another order, place and time zone, one of them twice. */
    private static byte[] elsewhere(BomFormat format, List<BomModel> models, Random random) {
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr-TR"));
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
            List<BomModel> other = new ArrayList<>(models);
            other.add(models.getFirst());
            Collections.shuffle(other, random);
            return new BomWriter(LICENSES, "0.1.0", Optional.empty()).write(format, other);
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }

    /** Ids are of the list and were said by a source; package URLs are of repositories that a source names. */
    private static void inventsNothing(JsonNode document, Set<String> said) {
        for (JsonNode license : document.findValues("license")) {
            if (license.has("id")) {
                String id = license.path("id").asString();
                assertThat(LIST.license(id)).contains(id);
                assertThat(said.stream().anyMatch(source -> means(source, id)))
                        .as("%s is said by none of %s", id, said)
                        .isTrue();
            }
        }
        for (String url : document.findValuesAsString("purl")) {
            String name = url.replaceFirst("pkg:huggingface/", "").replaceFirst("@.*", "");
            assertThat(said.stream().anyMatch(source -> source.contains(name)))
                    .as("%s is said by none of %s", name, said)
                    .isTrue();
        }
    }

    /** Whether what a source says can mean a licence: by its id, by a name Stoa knows, or by a model whose licence is known. */
    private static boolean means(String source, String id) {
        Optional<License> license = LICENSES.find(id);
        List<String> names = new ArrayList<>(license.map(License::aliases).orElse(List.of()));
        names.add(id);
        license.map(License::name).ifPresent(names::add);
        return names.stream().anyMatch(name -> source.toLowerCase(Locale.ROOT).contains(name.toLowerCase(Locale.ROOT)))
                || LICENSES.hintedBy(source).map(License::id).filter(id::equals).isPresent();
    }

    /** Models and all that was said in their sources. */
    private record Stack(List<BomModel> models, Set<String> said) {}

    private static Stack stack(Random random, Path place) throws IOException {
        List<BomModel> models = new ArrayList<>();
        Set<String> said = new TreeSet<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            Path model = Files.createDirectories(place.resolve(pick(random, NAMES) + "-" + i));
            if (random.nextInt(4) > 0) {
                Files.writeString(model.resolve("README.md"), front(random, said));
            }
            if (random.nextInt(3) == 0) {
                Files.writeString(model.resolve("LICENSE"), random.nextBoolean() ? "" : "do what you like");
            }
            for (int part = random.nextInt(3); part > 0; part--) {
                GgufFiles.write(model.resolve(pick(random, NAMES) + part + ".gguf"), header(random, said));
            }
            Files.writeString(model.resolve("weights.safetensors"), "x".repeat(i));
            models.addAll(READER.read(model));
        }
        return new Stack(models, said);
    }

    private static String front(Random random, Set<String> said) {
        StringBuilder front = new StringBuilder("---\n");
        if (random.nextInt(5) > 0) {
            front.append("license: ").append(say(random, DECLARED, said)).append('\n');
        }
        if (random.nextInt(4) == 0) {
            front.append("license_name: ").append(say(random, DECLARED, said)).append('\n');
        }
        if (random.nextInt(4) == 0) {
            front.append("license_link: https://www.llama.com/llama3_1/license/\n");
        }
        if (random.nextInt(2) == 0) {
            front.append("base_model:\n");
            for (int i = random.nextInt(4); i >= 0; i--) {
                front.append("- ").append(say(random, BASES, said)).append('\n');
            }
        }
        if (random.nextInt(3) == 0) {
            front.append("datasets: [beans, a/b, \"x \\u0007 y\"]\npipeline_tag: image-text-to-text\n");
        }
        return front.append("---\n# card\n").toString();
    }

    private static Map<String, Object> header(Random random, Set<String> said) {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("general.architecture", pick(random, List.of("llama", "llama4", "qwen2", "\u0000odd")));
        if (random.nextBoolean()) {
            header.put("general.license", say(random, DECLARED, said));
        }
        if (random.nextInt(3) == 0) {
            header.put("general.name", say(random, List.of("Llama 3.1 70B", "Gemma 2", "???"), said));
        }
        if (random.nextInt(3) == 0) {
            header.put(
                    "general.repo_url", say(random, List.of("https://huggingface.co/a/b", "https://e.org/a/b"), said));
        }
        if (random.nextInt(2) == 0) {
            header.put("general.base_model.count", 2);
            header.put("general.base_model.0.repo_url", say(random, BASES, said));
            header.put("general.base_model.1.name", say(random, BASES, said));
            header.put("general.quantized_by", "someone\u202e");
        }
        return header;
    }

    private static String say(Random random, List<String> from, Set<String> said) {
        String word = pick(random, from);
        said.add(word);
        return word;
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private Path card(String front) throws IOException {
        Path model = Files.createDirectories(
                folder.resolve("model-" + Digest.of(front).abbreviated()));
        Files.writeString(model.resolve("README.md"), "---\n" + front + "\n---\n# card\n");
        GgufFiles.write(model.resolve("m.gguf"), Map.of("general.architecture", "llama"));
        return model;
    }

    private Path snapshot(String publisher, String name, String front) throws IOException {
        Path model = Files.createDirectories(
                folder.resolve("models--" + publisher + "--" + name + "/snapshots/" + "c".repeat(40)));
        Files.writeString(model.resolve("README.md"), "---\n" + front + "\n---\n");
        Files.writeString(model.resolve("model.safetensors"), publisher);
        return model;
    }

    private static JsonNode json(Path model) {
        return JsonMapper.shared().readTree(WRITER.write(BomFormat.CYCLONEDX_1_7, READER.read(model)));
    }

    private static JsonNode component(Path model) {
        for (JsonNode component : json(model).path("components")) {
            if (component.has("hashes") || component.has("components")) {
                return component;
            }
        }
        throw new AssertionError("no component has files");
    }

    private static String text(BomFormat format, Path model) {
        return new String(WRITER.write(format, READER.read(model)), StandardCharsets.UTF_8);
    }

    private static Digest digest(Path file) {
        try {
            return Digest.of(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFolderWithoutAModelAndOtherFilesAreRefused() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertThat(refusal(empty)).contains("is it a model's folder?");
        assertThat(refusal(Files.writeString(folder.resolve("x.txt"), "x"))).contains("neither a GGUF file");
        assertThat(refusal(folder.resolve("missing.gguf"))).contains("is the path right?");
        assertThat(refusal(Files.writeString(folder.resolve("bad.gguf"), "x"))).contains("bad.gguf");
    }

    private static String refusal(Path path) {
        try {
            READER.read(path);
        } catch (StoaException e) {
            assertThat(e.kind()).isEqualTo(StoaException.Kind.USER);
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError(path + " was read");
    }
}
