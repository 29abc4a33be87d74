package io.stoa.license.pack;

import io.stoa.license.clause.Licenses;
import io.stoa.license.pack.PackFolder.Found;
import io.stoa.license.pack.PackReport.Break;
import io.stoa.license.pack.PackReport.Kind;
import io.stoa.license.pack.PackReport.Verdict;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Checks a pack.
 *
 * <p>What the manifest says about the pack is not believed: from the models and facts that it states the duties are worked
 * out again, licence texts are recognised again, and every page is written again and compared. Only the models' identities
 * and the facts themselves are taken from it; a model's file can be held against it. Immutable, safe to share.
 */
public final class PackVerifier {
    private static final Pattern SAFE_PATH =
            Pattern.compile("(?:" + Pages.LICENSES + "/)?[A-Za-z0-9][A-Za-z0-9+_-]*(?:\\.[A-Za-z0-9+_-]+)*");

    private static final String AGAIN = "make the pack again with `stoa license pack`";

    private final Licenses licenses;

    public PackVerifier(Licenses licenses) {
        this.licenses = licenses;
    }

    /**
     * Checks the pack in a folder.
     *
     * @param models digests of model files that must be those that the pack is for, by the name of the file
     * @throws StoaException of kind {@code USER} when the folder cannot be read
     */
    public PackReport verify(Path folder, SortedMap<String, Digest> models) {
        return new Check(new PackFolder(folder)).report(models);
    }

    /** One check: collects what is broken. */
    private final class Check {
        private final PackFolder folder;
        private final List<Break> breaks = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private final Map<String, byte[]> contents = new HashMap<>();
        private long bytes;
        private int checked;

        Check(PackFolder folder) {
            this.folder = folder;
        }

        PackReport report(SortedMap<String, Digest> models) {
            SortedMap<String, Found> found = folder.list();
            if (found.size() > PackFolder.MOST_ENTRIES) {
                add(
                        Kind.ADDITIONAL,
                        ".",
                        "the folder has more than %d entries: it is no pack".formatted(PackFolder.MOST_ENTRIES),
                        "name the folder of a pack");
                return report(List.of());
            }
            if (!found.containsKey(Manifest.NAME)) {
                checked++;
                add(
                        Kind.MISSING,
                        Manifest.NAME,
                        "MANIFEST.json is missing: nothing says what the pack is for, or whether this is one",
                        "name the folder that `stoa license pack` made, or " + AGAIN);
                return report(List.of());
            }
            found.forEach(this::entry);
            Optional<Manifest> read = manifest();
            if (read.isEmpty()) {
                return report(List.of());
            }
            Manifest manifest = read.get();
            files(manifest, found);
            duties(manifest);
            models(manifest, models);
            return report(manifest.partial() ? manifest.missing() : List.of());
        }

        private PackReport report(List<String> open) {
            Verdict verdict = !breaks.isEmpty() ? Verdict.BROKEN : open.isEmpty() ? Verdict.WHOLE : Verdict.PARTIAL;
            return new PackReport(verdict, breaks, open, notes, checked);
        }

        private void add(Kind kind, String part, String what, String todo) {
            breaks.add(new Break(kind, part, what, todo));
        }

        /** Reads what lies in the folder, and refuses what no pack has. */
        private void entry(String path, Found found) {
            checked++;
            switch (found.kind()) {
                case LINK ->
                    add(
                            Kind.LINK,
                            path,
                            path + " is a symbolic link: what it points to is not part of the pack",
                            "put the file itself in its place");
                case OTHER ->
                    add(
                            Kind.ADDITIONAL,
                            path,
                            path + " is no plain file, or cannot be read",
                            "remove it, or make it readable");
                case FOLDER -> {
                    if (!path.equals(Pages.LICENSES)) {
                        add(Kind.ADDITIONAL, path, path + " is a folder that no pack has", "remove it");
                    }
                }
                case FILE -> {
                    bytes += found.bytes();
                    long most = path.equals(Manifest.NAME) ? Licenses.LARGEST_FILE : PackFolder.LARGEST_FILE;
                    if (found.bytes() > most) {
                        add(
                                Kind.TOO_LARGE,
                                path,
                                "%s has %,d bytes, more than any file of a pack".formatted(path, found.bytes()),
                                "remove it; " + AGAIN);
                    } else if (bytes > PackFolder.MOST_BYTES) {
                        add(
                                Kind.TOO_LARGE,
                                path,
                                "%s and the files before it have %,d bytes, more than any pack".formatted(path, bytes),
                                "remove what is no part of the pack; " + AGAIN);
                    } else {
                        read(path);
                    }
                }
            }
        }

        private void read(String path) {
            try {
                contents.put(path, folder.read(path));
            } catch (UncheckedIOException e) {
                add(Kind.MISSING, path, path + " cannot be read", "make it readable, or " + AGAIN);
            }
        }

        private Optional<Manifest> manifest() {
            checked++;
            byte[] bytes = contents.get(Manifest.NAME);
            if (bytes == null) {
                return Optional.empty();
            }
            if (bytes.length == 0) {
                add(Kind.EMPTY, Manifest.NAME, "MANIFEST.json is empty", AGAIN);
                return Optional.empty();
            }
            try {
                Manifest manifest = ManifestJson.read(bytes);
                if (!Arrays.equals(ManifestJson.write(manifest), bytes)) {
                    add(
                            Kind.MANIFEST,
                            Manifest.NAME,
                            "MANIFEST.json was changed since it was written: its seal does not fit what it says",
                            AGAIN);
                }
                return Optional.of(manifest);
            } catch (ManifestJson.Malformed e) {
                add(Kind.MANIFEST, Manifest.NAME, "MANIFEST.json " + e.getMessage(), AGAIN);
                return Optional.empty();
            }
        }

        /** Every file is listed, and every listed file is there, as it was written. */
        private void files(Manifest manifest, SortedMap<String, Found> found) {
            Set<String> strangers = new TreeSet<>(contents.keySet());
            strangers.removeAll(manifest.files().keySet());
            strangers.remove(Manifest.NAME);
            manifest.files().forEach((path, entry) -> {
                checked++;
                if (!SAFE_PATH.matcher(path).matches()) {
                    add(
                            Kind.UNSAFE_PATH,
                            Manifest.NAME,
                            "the manifest lists \"%s\", which is no path inside a pack".formatted(shown(path)),
                            "do not use this pack; " + AGAIN);
                    return;
                }
                byte[] bytes = contents.get(path);
                if (bytes != null) {
                    content(path, entry, bytes);
                } else if (!found.containsKey(path)) {
                    missing(path, entry, strangers);
                }
            });
            for (String stranger : strangers) {
                checked++;
                add(
                        Kind.ADDITIONAL,
                        stranger,
                        "%s is not in the manifest: was it added, or its entry dropped?".formatted(shown(stranger)),
                        "remove it, or " + AGAIN);
            }
        }

        private void missing(String path, Manifest.Entry entry, Set<String> strangers) {
            Optional<String> renamed = strangers.stream()
                    .filter(stranger -> Digest.of(contents.getOrDefault(stranger, new byte[0]))
                            .equals(entry.sha256()))
                    .findFirst();
            if (renamed.isPresent()) {
                strangers.remove(renamed.get());
                add(
                        Kind.RENAMED,
                        path,
                        "%s is missing; its content lies in %s".formatted(path, shown(renamed.get())),
                        "rename %s to %s".formatted(shown(renamed.get()), path));
            } else {
                add(Kind.MISSING, path, path + " is missing", AGAIN);
            }
        }

        private void content(String path, Manifest.Entry entry, byte[] bytes) {
            if (Digest.of(bytes).equals(entry.sha256()) && bytes.length == entry.bytes()) {
                return;
            }
            if (bytes.length == 0) {
                add(Kind.EMPTY, path, path + " is empty", AGAIN);
            } else if (bytes.length < entry.bytes()) {
                add(
                        Kind.TRUNCATED,
                        path,
                        "%s has %d of the %d bytes that were written".formatted(path, bytes.length, entry.bytes()),
                        AGAIN);
            } else {
                add(
                        Kind.MODIFIED,
                        path,
                        "%s is not what was written: its SHA-256 is %s, the manifest says %s"
                                .formatted(
                                        path,
                                        Digest.of(bytes).hex(),
                                        entry.sha256().hex()),
                        AGAIN);
            }
        }

        /** Works the duties out again and holds every part against them. */
        private void duties(Manifest manifest) {
            Expectation expected;
            try {
                expected = Expectation.of(licenses, manifest, texts());
            } catch (StoaException | IllegalArgumentException e) {
                add(
                        Kind.MANIFEST,
                        Manifest.NAME,
                        "the models and facts of the manifest cannot be: "
                                + Optional.ofNullable(e.getMessage()).orElse("unknown"),
                        AGAIN);
                return;
            }
            boolean same = licenses.digest().equals(manifest.knowledge());
            if (!same) {
                notes.add(
                        "the pack was made with another state of Stoa's knowledge of licences (%s, this is %s); duties were"
                                        .formatted(
                                                manifest.knowledge().abbreviated(),
                                                licenses.digest().abbreviated())
                                + " worked out with this one");
            }
            manifest.models().stream()
                    .filter(model -> model.identity().isEmpty())
                    .forEach(model -> notes.add("%s is not tied to a file: the pack was made for its licences only"
                            .formatted(model.name())));
            PartChecks checks = new PartChecks(licenses, manifest, expected, contents, same);
            breaks.addAll(checks.breaks());
            checked += checks.checked();
        }

        private Map<String, String> texts() {
            Map<String, String> texts = new HashMap<>();
            contents.forEach((path, bytes) -> texts.put(path, Licenses.text(bytes)));
            return texts;
        }

        private void models(Manifest manifest, SortedMap<String, Digest> files) {
            files.forEach((file, digest) -> {
                checked++;
                boolean known = manifest.models().stream()
                        .anyMatch(model -> model.identity().equals(Optional.of(digest.toString())));
                if (!known) {
                    add(
                            Kind.MODEL,
                            file,
                            "%s has the SHA-256 %s, which no model of the pack has".formatted(file, digest.hex()),
                            "ship the file that the pack was made for, or make a pack for this one");
                }
            });
        }
    }

    /** A stranger's name must not steer a terminal. */
    static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "\uFFFD");
        return printable.length() > 200 ? printable.substring(0, 200) + "…" : printable;
    }
}
