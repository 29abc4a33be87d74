package io.stoa.engine.gguf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/** What a file that does not start with {@code GGUF} seems to be, judged by its first bytes. */
record NotGguf(String what, String next) {
    /** How many bytes are enough to judge. */
    static final int BYTES = 16;

    /**
     * Judges a file.
     *
     * @param start the first bytes of the file, at most {@link #BYTES}
     * @param fileBytes the size of the file
     */
    static NotGguf of(byte[] start, long fileBytes) {
        String text = new String(start, StandardCharsets.ISO_8859_1);
        String lower = text.stripLeading().toLowerCase(Locale.ROOT);
        if (text.startsWith("FUGG")) {
            return new NotGguf("its magic is byte-swapped", "convert it again for little-endian machines");
        }
        if (text.startsWith("PK\u0003\u0004")) {
            return new NotGguf(
                    "this is a ZIP archive (PyTorch checkpoints are, too)", "unpack it, or convert it to GGUF");
        }
        if (text.startsWith("\u001f\u008b")
                || text.startsWith("BZh")
                || text.startsWith("(\u00b5/\u00fd")
                || text.startsWith("\u00fd7zXZ")
                || text.startsWith("7z\u00bc\u00af")) {
            return new NotGguf("this is a compressed file (gzip, bzip2, zstd, xz or 7z)", "decompress it");
        }
        if (text.startsWith("version https://")) {
            return new NotGguf("this is a Git LFS pointer, not the model", "fetch the file itself (git lfs pull)");
        }
        if (lower.startsWith("<!doctype") || lower.startsWith("<html") || lower.startsWith("<?xml")) {
            return new NotGguf(
                    "this is a web page, perhaps a login or error page of the hub", "download the file again");
        }
        if (safetensors(start, fileBytes)) {
            return new NotGguf("this is a safetensors file", "convert it to GGUF (convert_hf_to_gguf.py of llama.cpp)");
        }
        if (start.length > 1 && start[0] == (byte) 0x80 && start[1] >= 2 && start[1] <= 5) {
            return new NotGguf(
                    "this is a Python pickle (an old PyTorch checkpoint?), which may run code when opened",
                    "convert it to GGUF in a sandbox, or get the GGUF");
        }
        if (text.startsWith("lmgg") || text.startsWith("fmgg") || text.startsWith("tjgg") || text.startsWith("algg")) {
            return new NotGguf("this is one of the GGML formats before GGUF", "get the model as GGUF");
        }
        if (text.startsWith("\u0089HDF")) {
            return new NotGguf("this is an HDF5 file", "convert it to GGUF");
        }
        if (lower.startsWith("{") || lower.startsWith("[")) {
            return new NotGguf("this looks like JSON, perhaps an error message of the hub", "download the file again");
        }
        if (allZero(start)) {
            return new NotGguf(
                    "it starts with zeros, as a download does that has its size but not its content",
                    "is the download complete?");
        }
        return new NotGguf(
                "it starts with the bytes " + hex(start) + ", expected 47 47 55 46 (GGUF)", "name a GGUF file");
    }

    /** A 64-bit length of a JSON header that fits the file, then the header. */
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

    private static boolean allZero(byte[] start) {
        for (byte b : start) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static String hex(byte[] start) {
        return HexFormat.ofDelimiter(" ").formatHex(Arrays.copyOf(start, Math.min(4, start.length)));
    }
}
