package io.stoa.license.audit;

import io.stoa.license.GgufFiles;
import io.stoa.license.audit.Audit.Model;
import io.stoa.license.clause.Licenses;
import io.stoa.model.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A folder of made-up models, and its audit. */
record Shelf(Path root) {
    static final Licenses LICENSES = new Licenses();
    static final LocalDate TODAY = LocalDate.parse("2026-12-01");

    Shelf card(String folder, String front) throws IOException {
        return card(folder, front, "# A model\n");
    }

    Shelf card(String folder, String front, String body) throws IOException {
        return file(folder, "README.md", "---\n" + front + "\n---\n" + body);
    }

    Shelf file(String folder, String name, String text) throws IOException {
        Files.createDirectories(root.resolve(folder));
        Files.writeString(root.resolve(folder).resolve(name), text);
        return this;
    }

    Shelf gguf(String folder, Map<String, Object> metadata) throws IOException {
        Files.createDirectories(root.resolve(folder));
        GgufFiles.write(root.resolve(folder).resolve("model.gguf"), metadata);
        return this;
    }

    Audit audit() {
        return audit(Optional.empty(), TODAY);
    }

    Audit audit(String policy) {
        return audit(Optional.of(Policy.of("policy.yaml", policy, LICENSES)), TODAY);
    }

    Audit audit(Optional<Policy> policy, LocalDate today) {
        return new Auditor(LICENSES, policy, today).audit(FolderScan.of(List.of(root)), Progress.NONE);
    }

    static Model model(Audit audit, String name) {
        return audit.models().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not among "
                        + audit.models().stream().map(Model::name).toList()));
    }

    static List<Rule> rules(Model model) {
        return model.issues().stream().map(Issue::rule).toList();
    }
}
