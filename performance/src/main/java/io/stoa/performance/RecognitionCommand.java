package io.stoa.performance;

import io.stoa.license.text.Recognition;
import io.stoa.license.text.Recognizer;
import io.stoa.model.StoaException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How fast are licence texts recognised? */
@Command(
        name = "recognition",
        description = {
            "Recognises every text of a collection on one thread, and says how many a second of processor time.",
            "The ratio is to holding a text against every known wording instead of those that the index proposes."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class RecognitionCommand implements Runnable {
    private static final int TAR_BLOCK = 512;

    @Option(
            names = "--texts",
            paramLabel = "FILE",
            required = true,
            description = "The collection: a .tar.gz of .LICENSE files, as ScanCode has them.")
    private Path texts = Path.of("license-texts.tar.gz");

    @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}")
    private int rounds = 5;

    @Option(
            names = "--exhaustive",
            defaultValue = "20",
            description = "Texts that are held against every wording, for the ratio. Default: ${DEFAULT-VALUE}")
    private int exhaustive = 20;

    @Override
    public void run() {
        Bench.tellLoad();
        List<String> all = read(texts);
        long characters = all.stream().mapToLong(String::length).sum();
        Recognizer licenses = new Recognizer(List.of());
        Recognizer every = Recognizer.exhaustive();
        double best = 0;
        for (int round = 1; round <= rounds; round++) {
            long started = cpu();
            int known = 0;
            for (String text : all) {
                known += licenses.recognize(text) instanceof Recognition.Known ? 1 : 0;
            }
            double seconds = (cpu() - started) / 1e9;
            best = Math.max(best, all.size() / seconds);
            System.out.printf(
                    Locale.ROOT,
                    "round %d: %,d texts, %.1f MB in %.2f s of one processor: %,.0f texts/s (%,d known)%n",
                    round,
                    all.size(),
                    characters / 1e6,
                    seconds,
                    all.size() / seconds,
                    known);
        }
        int step = Math.max(1, all.size() / Math.max(1, exhaustive));
        int done = 0;
        long started = cpu();
        for (int i = 0; i < all.size(); i += step) {
            every.recognize(all.get(i));
            done++;
        }
        double speed = done / ((cpu() - started) / 1e9);
        System.out.printf(
                Locale.ROOT,
                "against every wording: %,.1f texts/s (%d texts); the index is %,.0f times as fast%n",
                speed,
                done,
                best / speed);
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** The texts in a packed tar file, without the YAML between dashes at their head. */
    private static List<String> read(Path file) {
        List<String> all = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file);
                InputStream tar = new GZIPInputStream(new BufferedInputStream(in), 1 << 16)) {
            byte[] header = tar.readNBytes(TAR_BLOCK);
            while (header.length == TAR_BLOCK && header[0] != 0) {
                String name = new String(header, 0, 100, StandardCharsets.UTF_8);
                int size = Integer.parseInt(new String(header, 124, 11, StandardCharsets.US_ASCII).strip(), 8);
                String text = new String(tar.readNBytes(size), StandardCharsets.UTF_8);
                tar.skipNBytes((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
                if (name.contains(".LICENSE")) {
                    int end = text.startsWith("---\n") ? text.indexOf("\n---", 4) : -1;
                    all.add(end < 0 ? text : text.substring(text.indexOf('\n', end + 4) + 1));
                }
                header = tar.readNBytes(TAR_BLOCK);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (all.isEmpty()) {
            throw StoaException.user(file + ": no .LICENSE file in it; is it the collection?");
        }
        return all;
    }
}
