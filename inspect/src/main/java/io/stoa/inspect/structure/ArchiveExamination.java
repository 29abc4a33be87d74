package io.stoa.inspect.structure;

import io.stoa.inspect.observation.Check;
import io.stoa.inspect.observation.Notes;
import io.stoa.inspect.observation.Shown;
import io.stoa.inspect.pickle.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** ZIP archives, which PyTorch's checkpoints (from 1.6 on) and NumPy's are: nothing is unpacked to disk. */
public final class ArchiveExamination {
    /** DEFLATE reaches 1032; weights reach hardly 2. */
    private static final long MOST_RATIO = 100;

    private static final long BOMB_BYTES = 16L << 20;
    private static final long MOST_TOTAL = 1L << 42;

    private static final String REMEDY = "Do not unpack or load it; get the weights as safetensors or GGUF.";

    private final Notes notes;
    private final ZipDirectory zip;

    private ArchiveExamination(Notes notes, ZipDirectory zip) {
        this.notes = notes;
        this.zip = zip;
    }

    /** Notes what is in an archive. */
    public static void examine(Path file, Notes notes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ZipDirectory zip;
            try {
                zip = ZipDirectory.read(channel);
            } catch (IOException e) {
                notes.fail(
                        Check.ARCHIVE,
                        "",
                        "The archive " + e.getMessage() + "; other readers may unpack it nevertheless.",
                        REMEDY);
                return;
            }
            new ArchiveExamination(notes, zip).examine();
        }
    }

    private void examine() throws IOException {
        if (zip.start() > 0) {
            notes.fail(
                    Check.HIDDEN_BYTES,
                    "bytes 0 to " + zip.start(),
                    zip.start() + " bytes lie before the archive, so the file may be read as something else, too.",
                    REMEDY);
        }
        checkLayout();
        long total = 0;
        Set<String> names = new HashSet<>();
        for (ZipDirectory.Entry entry : zip.entries()) {
            checkName(entry.name(), names);
            total = Math.min(MOST_TOTAL, total + entry.size());
            if (entry.size() > BOMB_BYTES && entry.size() / MOST_RATIO > entry.packed()) {
                notes.fail(
                        Check.ARCHIVE,
                        entry.name(),
                        "It claims to grow from " + entry.packed() + " to " + entry.size()
                                + " bytes, as decompression bombs do.",
                        REMEDY);
            } else if (entry.encrypted()) {
                notes.notTested(
                        Check.ARCHIVE,
                        "The entry " + Shown.quoted(entry.name()) + " is encrypted and was not examined.",
                        "Ask for it in the clear.");
            } else {
                content(entry);
            }
        }
        if (total >= MOST_TOTAL) {
            notes.fail(Check.ARCHIVE, "", "Its entries claim more than " + MOST_TOTAL + " bytes in all.", REMEDY);
        }
        notes.passIfClean(
                Check.ARCHIVE, "The archive has " + zip.entries().size() + " entries that agree with its directory.");
    }

    private void checkLayout() {
        List<ZipDirectory.Entry> byPlace = zip.entries().stream()
                .sorted(Comparator.comparingLong(ZipDirectory.Entry::header))
                .toList();
        long end = 0;
        for (ZipDirectory.Entry entry : byPlace) {
            if (entry.header() < end) {
                notes.fail(Check.ARCHIVE, entry.name(), "It overlaps another entry.", REMEDY);
            }
            end = Math.max(end, entry.begin() + entry.packed());
            if (entry.contradictory()) {
                notes.fail(
                        Check.ARCHIVE,
                        entry.name(),
                        "Directory and header disagree on it (header: " + Shown.quoted(entry.localName()) + ", method "
                                + entry.localMethod() + "), so readers see different files.",
                        REMEDY);
            }
        }
    }

    private void checkName(String name, Set<String> names) {
        if (!names.add(name)) {
            notes.fail(Check.ARCHIVE, name, "Two entries have this name.", REMEDY);
        }
        boolean leaves = name.startsWith("/")
                || name.contains("\\")
                || name.matches("[A-Za-z]:.*")
                || List.of(name.split("/", -1)).contains("..");
        if (leaves) {
            notes.fail(Check.ARCHIVE, name, "Its name leads out of the folder that it is unpacked in.", REMEDY);
        }
        if (name.codePoints().anyMatch(Shown::hidden)) {
            notes.fail(Check.ARCHIVE, name, "Its name has hidden characters.", REMEDY);
        }
    }

    private void content(ZipDirectory.Entry entry) {
        String name = entry.name().toLowerCase(Locale.ROOT);
        try (InputStream in = zip.open(entry)) {
            byte[] start = in.readNBytes(FileKind.BYTES);
            boolean storage = name.matches("[^/]*/data/[0-9]+") || name.matches("data/[0-9]+");
            Optional<FileKind> kind = storage ? Optional.empty() : FileKind.signed(start, entry.size());
            boolean pickle =
                    name.endsWith(".pkl") || name.endsWith(".pickle") || kind.equals(Optional.of(FileKind.PICKLE));
            if (pickle) {
                try (InputStream again = zip.open(entry)) {
                    Checkpoint.examine(again, entry.name(), entry.size(), notes);
                }
            } else if (kind.equals(Optional.of(FileKind.NUMPY))) {
                numpy(start, entry.name(), notes);
            } else if (kind.equals(Optional.of(FileKind.PROGRAM))) {
                notes.fail(Check.CODE, entry.name(), "The archive holds a program.", REMEDY);
            } else if (kind.equals(Optional.of(FileKind.ZIP)) || kind.equals(Optional.of(FileKind.ARCHIVE))) {
                notes.lead(
                        Check.ARCHIVE,
                        entry.name(),
                        "The archive holds an archive, which was not examined.",
                        "Unpack it in a sandbox and examine what is in it.");
            } else if (name.endsWith(".py") || name.contains("/code/")) {
                notes.lead(
                        Check.CODE,
                        entry.name(),
                        "The archive holds code (TorchScript?) that runs with the model.",
                        "Read it, or get the weights as safetensors or GGUF.");
            } else if (!storage && entry.size() < 1 << 20 && imports(entry)) {
                notes.fail(
                        Check.PICKLE,
                        entry.name(),
                        "It is a pickle that imports something, under another name.",
                        REMEDY);
            }
        } catch (IOException e) {
            notes.fail(Check.ARCHIVE, entry.name(), "It cannot be unpacked: " + e.getMessage() + ".", REMEDY);
        }
    }

    private boolean imports(ZipDirectory.Entry entry) throws IOException {
        try (InputStream in = zip.open(entry)) {
            return Checkpoint.importing(in);
        }
    }

    /** Whether a file of another format ends as an archive does. */
    static boolean endsAsZip(FileChannel channel) throws IOException {
        return ZipDirectory.endsAsZip(channel);
    }

    /** NumPy's array files: those of objects hold a pickle. */
    public static void numpy(byte[] start, String place, Notes notes) {
        String header = new String(start, StandardCharsets.ISO_8859_1);
        int end = header.indexOf('}');
        if (end < 0) {
            notes.notTested(Check.PICKLE, place + ": the header of the array is longer than is read.", "Convert it.");
        } else if (header.substring(0, end).matches("(?s).*'[|<>=]?O[0-9]*'.*")) {
            notes.fail(Check.PICKLE, place, "It is an array of objects, which are pickled.", REMEDY);
        } else {
            notes.passIfClean(Check.PICKLE, "NumPy arrays of numbers hold no pickle.");
        }
    }
}
