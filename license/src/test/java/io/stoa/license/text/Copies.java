package io.stoa.license.text;

import io.stoa.license.clause.License;
import io.stoa.license.clause.Licenses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The copies of licences in the collections of public texts, and whose they are. */
final class Copies {
    private static final Licenses LICENSES = new Licenses();

    private static final Map<String, String> LLAMAS = new TreeMap<>(Map.of(
            "llama2", "LicenseRef-scancode-llama-2-license-2023",
            "llama3", "LicenseRef-scancode-llama-3-license-2024",
            "llama3_1", "LicenseRef-scancode-llama-3.1-license-2024",
            "llama3_2", "LicenseRef-scancode-llama-3.2-license-2024",
            "llama3_3", "LicenseRef-scancode-llama-3.3-license-2024",
            "llama4", "LicenseRef-scancode-llama-4-cla-2025"));

    /** ModelGo's files that are not called like their SPDX id. */
    private static final Map<String, String> MODELGO = Map.ofEntries(
            Map.entry("AGPL-3.0", "AGPL-3.0-only"),
            Map.entry("GPL-3.0", "GPL-3.0-only"),
            Map.entry("LGPL-2.1", "LGPL-2.1-only"),
            Map.entry("LGPL-3.0", "LGPL-3.0-only"),
            Map.entry("GFDL", "GFDL-1.3-only"),
            Map.entry("LGPL-LR", "LGPLLR"),
            Map.entry("PDDL", "PDDL-1.0"),
            Map.entry("WTFPL-2.0", "WTFPL"),
            Map.entry("Artistic-3.0", "Artistic-2.0"),
            Map.entry("BigScience-BLOOM-OpenRAIL-M", "LicenseRef-scancode-bigscience-open-rail-m"),
            Map.entry("BigScience-BLOOM-RAIL-1.0", "LicenseRef-scancode-bigscience-rail-1.0"),
            Map.entry("CreativeML-OpenRAIL-M", "LicenseRef-scancode-stable-diffusion-2022-08-22"),
            Map.entry("OpenRAIL++", "LicenseRef-creativeml-openrail-plus-plus-m"),
            Map.entry("OPT-175B", "LicenseRef-opt-175b"),
            Map.entry("SEER", "LicenseRef-seer"),
            Map.entry("Llama2", "LicenseRef-scancode-llama-2-license-2023"));

    /**
     * Licences of models that no collection has. Their fingerprints are those of files {@code ID.txt}, and {@code ID~2.txt} for
     * another wording, in {@code -Dlicenses.models=FOLDER}.
     */
    static final Set<String> MODELS = Set.of(
            "LicenseRef-apple-amlr-2025",
            "LicenseRef-chameleon-research-2024-06-18",
            "LicenseRef-chatglm2-6b",
            "LicenseRef-codegeex",
            "LicenseRef-codegeex4",
            "LicenseRef-cogvideox",
            "LicenseRef-cogvlm",
            "LicenseRef-databricks-open-model-2024-03-27",
            "LicenseRef-deepfloyd-if",
            "LicenseRef-flux-1-dev-non-commercial",
            "LicenseRef-funasr-model-1.0",
            "LicenseRef-glm-130b",
            "LicenseRef-gpt-oss-usage-policy",
            "LicenseRef-kolors-2024-07-06",
            "LicenseRef-minicpm-model-community-1.0",
            "LicenseRef-minimax-m2-modified-mit",
            "LicenseRef-mistral-non-production-0.1",
            "LicenseRef-mistral-research-0.1",
            "LicenseRef-sam-2025-11-19",
            "LicenseRef-scancode-deepseek-la-1.0",
            "LicenseRef-scancode-falcon-2-11b-1.0",
            "LicenseRef-scancode-minimax-mit-variant-2025",
            "LicenseRef-scancode-moonshot-ai-modified-mit-2025",
            "LicenseRef-scancode-nvidia-open-model-2025",
            "LicenseRef-scancode-qwen-2024",
            "LicenseRef-scancode-qwen-research-2024",
            "LicenseRef-scancode-tongyi-qianwen-2023",
            "LicenseRef-seamless-licensing-agreement",
            "LicenseRef-stability-non-commercial-research-2023-11-28",
            "LicenseRef-tencent-hunyuan-community",
            "LicenseRef-tongyi-qianwen-research-2023-11-30",
            "LicenseRef-yi-series-models-1.0",
            "OpenMDW-1.0");

    private Copies() {}

    /** The fingerprints of ScanCode's texts, and of the copies of others when they are wanted as well. */
    static Library library(LicenseTexts texts, boolean others) throws IOException {
        Wordings wordings = new Wordings();
        for (Map.Entry<String, LicenseTexts.Entry> entry : texts.collection().entrySet()) {
            LicenseTexts.Entry license = entry.getValue();
            List<String> ids = ids(entry.getKey(), license);
            boolean old = license.value("is_deprecated").equals("yes");
            List<String> names = List.of(
                    license.value("name"),
                    license.value("short_name"),
                    entry.getKey(),
                    license.value("spdx_license_key"));
            ids.forEach(id -> wordings.license(id, old, names));
            wordings.text(ids, license.text(), license.value("language").isEmpty());
        }
        if (others) {
            for (Map.Entry<String, List<String>> copy : others(texts).entrySet()) {
                LicenseTexts.Entry entry = LicenseTexts.Entry.of(texts.read(copy.getKey()));
                String title = entry.value("title");
                String nickname = entry.value("nickname");
                copy.getValue().forEach(id -> wordings.license(id, false, List.of(title, nickname)));
                wordings.text(copy.getValue(), entry.text(), true);
            }
            for (Map.Entry<String, String> llama : LLAMAS.entrySet()) {
                List<String> ids = List.of(llama.getValue());
                String license = texts.read("llama/" + llama.getKey() + "/LICENSE");
                String policy = texts.read("llama/" + llama.getKey() + "/USE_POLICY.md");
                wordings.text(ids, license, true).text(ids, license + "\n" + policy, true);
                int appended = license.indexOf("Meta Llama 3 Acceptable Use Policy");
                if (appended > 0) {
                    wordings.text(ids, license.substring(0, appended), true);
                }
            }
            for (Map.Entry<Path, String> copy : models().entrySet()) {
                License license = LICENSES.get(copy.getValue());
                List<String> names = new ArrayList<>(license.titles());
                names.add(license.name());
                wordings.license(license.id(), false, names)
                        // the vocabulary stays that of the collections, so that it is the same without these files
                        .text(List.of(license.id()), Files.readString(copy.getKey()), false);
            }
        }
        return wordings.library();
    }

    /** The ids of one of ScanCode's texts. The text of the GPL does not say whether later versions may be chosen. */
    static List<String> ids(String key, LicenseTexts.Entry entry) {
        String spdx = entry.value("spdx_license_key");
        String id = spdx.isEmpty() ? "LicenseRef-scancode-" + key : spdx;
        return id.endsWith("-only") && !id.startsWith("LicenseRef-")
                ? List.of(id, id.substring(0, id.length() - "only".length()) + "or-later")
                : List.of(id);
    }

    /** The files of the other collections and which licences they are copies of. */
    static Map<String, List<String>> others(LicenseTexts texts) throws IOException {
        Map<String, List<String>> copies = new TreeMap<>();
        for (Path file : files(texts.folder().resolve("choosealicense"))) {
            LicenseTexts.Entry entry = LicenseTexts.Entry.of(Files.readString(file));
            copies.put("choosealicense/" + name(file), List.of(current(entry.value("spdx-id"))));
        }
        for (Path file : files(texts.folder().resolve("modelgo/license_raw"))) {
            String name = name(file).replaceFirst("\\.te?xt$", "");
            copies.put("modelgo/license_raw/" + name(file), List.of(MODELGO.getOrDefault(name, name)));
        }
        for (String folder : LLAMAS.keySet()) {
            copies.put("llama/" + folder + "/LICENSE", List.of(LLAMAS.getOrDefault(folder, "")));
        }
        return copies;
    }

    /** The copies of {@link #MODELS} that are at hand, and whose they are. */
    static Map<Path, String> models() throws IOException {
        String folder = System.getProperty("licenses.models", "");
        Map<Path, String> copies = new TreeMap<>();
        for (Path file : folder.isEmpty() ? List.<Path>of() : files(Path.of(folder))) {
            String id = name(file).replaceFirst("(~\\d+)?\\.txt$", "");
            if (MODELS.contains(id)) {
                copies.put(file, id);
            }
        }
        return copies;
    }

    /** A library without the licences of {@link #MODELS}: what can be made from the collections. */
    static Library withoutModels(Library library) {
        List<Library.Named> named = library.licenses().stream()
                .filter(license -> !MODELS.contains(license.id()))
                .toList();
        Map<String, Integer> indices = new HashMap<>();
        named.forEach(license -> indices.put(license.id(), indices.size()));
        List<Form> forms = library.forms().stream()
                .filter(form -> form.licenses().stream().noneMatch(of -> MODELS.contains(library.id(of))))
                .map(form -> new Form(
                        form.licenses().stream()
                                .map(of -> indices.getOrDefault(library.id(of), -1))
                                .toList(),
                        runs(form),
                        form.spans()))
                .toList();
        return new Library(named, forms, library.vocabulary());
    }

    private static short[] runs(Form form) {
        short[] runs = new short[form.runCount()];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = form.run(i);
        }
        return runs;
    }

    static String text(LicenseTexts texts, String copy) throws IOException {
        return LicenseTexts.Entry.of(texts.read(copy)).text();
    }

    private static String current(String id) {
        return id.matches("(A|L)?GPL-[\\d.]+|GFDL-[\\d.]+") ? id + "-only" : id;
    }

    private static String name(Path file) {
        return file.toString().substring(file.toString().lastIndexOf('/') + 1);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new ArrayList<>(files.sorted().toList());
        }
    }
}
