package io.stoa.license.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The copies of licences in the collections of public texts, and whose they are. */
final class Copies {
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
