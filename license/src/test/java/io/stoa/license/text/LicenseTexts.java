package io.stoa.license.text;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * Public licence texts to test on. They lie beside the project, never in it; where they are not there, tests that need
 * them are skipped.
 *
 * @param folder the folder of licence texts
 */
public record LicenseTexts(Path folder) {
    private static final int TAR_BLOCK = 512;

    public static LicenseTexts present() {
        Path folder = Path.of("../../shared/data/licenses");
        assumeThat(folder)
                .as("licence texts to test on, in %s", folder.toAbsolutePath().normalize())
                .isDirectory();
        return new LicenseTexts(folder);
    }

    public String read(String path) throws IOException {
        return Files.readString(folder.resolve(path));
    }

    /** A file of ScanCode's collection: YAML between lines of three dashes, then the text. */
    public record Entry(String front, String text) {
        static Entry of(String file) {
            if (!file.startsWith("---\n")) {
                return new Entry("", file);
            }
            int end = file.indexOf("\n---", 4);
            return new Entry(file.substring(4, end + 1), file.substring(file.indexOf('\n', end + 4) + 1));
        }

        /** A value of a single line, or nothing. */
        String value(String key) {
            return front.lines()
                    .filter(line -> line.startsWith(key + ": "))
                    .map(line -> line.substring(key.length() + 2).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    /** ScanCode's collection by key. */
    public Map<String, Entry> collection() throws IOException {
        Map<String, Entry> entries = new TreeMap<>();
        try (InputStream file = Files.newInputStream(folder.resolve("license-texts.tar.gz"));
                InputStream tar = new GZIPInputStream(file, 1 << 16)) {
            byte[] header = tar.readNBytes(TAR_BLOCK);
            while (header.length == TAR_BLOCK && header[0] != 0) {
                String name = terminated(header, 0, 100);
                int size = Integer.parseInt(terminated(header, 124, 12).strip(), 8);
                byte[] content = tar.readNBytes(size);
                tar.skipNBytes((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
                if (name.endsWith(".LICENSE")) {
                    String key = name.substring(name.lastIndexOf('/') + 1, name.length() - ".LICENSE".length());
                    entries.put(key, Entry.of(new String(content, StandardCharsets.UTF_8)));
                }
                header = tar.readNBytes(TAR_BLOCK);
            }
        }
        return entries;
    }

    private static String terminated(byte[] bytes, int from, int length) {
        int end = from;
        while (end < from + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }
}
