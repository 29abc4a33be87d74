package io.stoa.inspect.structure;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a file is, judged by its first bytes and only then by its name. */
public enum FileKind {
    GGUF,
    SAFETENSORS,
    ZIP,
    PICKLE,
    NUMPY,
    ARCHIVE,
    PROGRAM,
    SCRIPT,
    JSON,
    TEMPLATE,
    PAGE,
    PICTURE,
    HDF5,
    LFS_POINTER,
    EMPTY,
    TEXT,
    UNKNOWN;

    /** How many bytes are enough to judge. */
    public static final int BYTES = 512;

    private static final List<String> CHECKPOINTS =
            List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".dat");

    private static final List<String> SCRIPTS = List.of(
            ".py", ".pyc", ".pyw", ".ipynb", ".sh", ".bat", ".cmd", ".ps1", ".js", ".mjs", ".vbs", ".rb", ".pl", ".lua",
            ".so", ".dll", ".dylib", ".exe", ".jar", ".whl");

    /** Judges a file by its beginning. */
    public static FileKind of(String name, byte[] start, long fileBytes) {
        if (fileBytes == 0) {
            return EMPTY;
        }
        String lower = name.toLowerCase(Locale.ROOT);
        Optional<FileKind> signed = signed(start, fileBytes);
        if (signed.isPresent()) {
            return signed.get();
        }
        String text = new String(start, StandardCharsets.ISO_8859_1);
        if (CHECKPOINTS.stream().anyMatch(lower::endsWith)) {
            return PICKLE;
        }
        if (SCRIPTS.stream().anyMatch(lower::endsWith) || text.startsWith("#!")) {
            return SCRIPT;
        }
        if (lower.endsWith(".jinja") || lower.endsWith(".jinja2")) {
            return TEMPLATE;
        }
        String begin = text.stripLeading().toLowerCase(Locale.ROOT);
        if (begin.startsWith("<!doctype html") || begin.startsWith("<html")) {
            return PAGE;
        }
        if (lower.endsWith(".json") || begin.startsWith("{")) {
            return JSON;
        }
        return isText(start) ? TEXT : UNKNOWN;
    }

    /** What the very first bytes say. */
    public static Optional<FileKind> signed(byte[] start, long fileBytes) {
        String text = new String(start, StandardCharsets.ISO_8859_1);
        if (text.startsWith("GGUF")) {
            return Optional.of(GGUF);
        }
        if (text.startsWith("PK\u0003\u0004") || text.startsWith("PK\u0005\u0006")) {
            return Optional.of(ZIP);
        }
        if (text.startsWith("\u0093NUMPY")) {
            return Optional.of(NUMPY);
        }
        if (isProgram(text)) {
            return Optional.of(PROGRAM);
        }
        if (text.startsWith("\u001f\u008b")
                || text.startsWith("BZh")
                || text.startsWith("(\u00b5/\u00fd")
                || text.startsWith("\u00fd7zXZ")
                || text.startsWith("7z\u00bc\u00af")
                || text.startsWith("Rar!")
                || (text.length() > 262 && text.startsWith("ustar", 257))) {
            return Optional.of(ARCHIVE);
        }
        if (text.startsWith("\u0089PNG") || text.startsWith("\u00ff\u00d8\u00ff") || text.startsWith("GIF8")) {
            return Optional.of(PICTURE);
        }
        if (text.startsWith("\u0089HDF")) {
            return Optional.of(HDF5);
        }
        if (text.startsWith("version https://git-lfs")) {
            return Optional.of(LFS_POINTER);
        }
        if (safetensors(start, fileBytes)) {
            return Optional.of(SAFETENSORS);
        }
        if (start.length > 1 && start[0] == (byte) 0x80 && start[1] >= 2 && start[1] <= 5) {
            return Optional.of(PICKLE);
        }
        return Optional.empty();
    }

    private static boolean isProgram(String text) {
        return text.startsWith("\u007fELF")
                || (text.startsWith("MZ") && text.length() > 64)
                || text.startsWith("\u00cf\u00fa\u00ed\u00fe")
                || text.startsWith("\u00ca\u00fe\u00ba\u00be")
                || text.startsWith("\0asm");
    }

    /** A length of a JSON header that fits the file, then the header. */
    private static boolean safetensors(byte[] start, long fileBytes) {
        if (start.length < 9 || start[8] != '{') {
            return false;
        }
        long length = 0;
        for (int i = 7; i >= 0; i--) {
            length = (length << 8) | (start[i] & 0xff);
        }
        return length > 0 && length <= fileBytes - 8;
    }

    private static boolean isText(byte[] start) {
        for (byte b : start) {
            if (b >= 0 && b < 0x20 && b != '\n' && b != '\r' && b != '\t' && b != '\f') {
                return false;
            }
        }
        return true;
    }
}
