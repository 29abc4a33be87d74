package io.stoa.integration.retrieve.ingest;

import io.stoa.integration.retrieve.Embedder;
import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore;
import io.stoa.model.Digest;
import io.stoa.model.Progress;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings a store up to date with a folder: new and changed documents are read, those that are gone are removed, and what has
 * not changed stays as it is. Each document is put at once, so that stopping it at any moment, also by a crash, loses at most
 * the last seconds, and the same call goes on from there.
 *
 * <p>A document that cannot be read is named with the reason and the next step, and the others go on. What it said in an
 * earlier version is removed, because it says so no longer; where only reading the file failed, it stays.
 */
public final class Ingestion implements AutoCloseable {
    private static final String OF_WORDS = "words alone";

    private final PassageStore store;
    private final Optional<Embedder> embedder;
    private final Splitter splitter;
    private final Limits limits;
    private final Reading reading;

    private Ingestion(
            PassageStore store, Optional<Embedder> embedder, Splitter splitter, Limits limits, Reading reading) {
        this.store = store;
        this.embedder = embedder;
        this.splitter = splitter;
        this.limits = limits;
        this.reading = reading;
        int wanted = store.dimension().orElse(0);
        int made = embedder.map(Embedder::dimension).orElse(0);
        if (wanted != made) {
            throw StoaException.user("the store holds " + (wanted == 0 ? OF_WORDS : "vectors of " + wanted + " numbers")
                    + ", and "
                    + embedder.map(one -> one.name() + " makes vectors of " + made)
                            .orElse("no embedding model is named")
                    + "; use the model that the store was made with, or make another store");
        }
    }

    /** Documents are parsed in this process: quick to start, for documents of one's own. */
    public static Ingestion here(PassageStore store, Optional<Embedder> embedder, Splitter splitter, Limits limits) {
        return new Ingestion(store, embedder, splitter, limits, new ReadingHere(limits));
    }

    /**
     * Documents are parsed in a process of its own, with its own memory, which is ended when one takes too long.
     *
     * @param classPath where Java finds this class and all it needs
     */
    public static Ingestion apart(
            PassageStore store, Optional<Embedder> embedder, Splitter splitter, Limits limits, String classPath) {
        return new Ingestion(store, embedder, splitter, limits, new ReadingApart(limits, classPath));
    }

    /**
     * A document that was not read.
     *
     * @param document its path below the folder
     * @param reason why not, and what to do
     * @param itsFault whether the document is to blame, and not the way to it
     */
    public record Refusal(String document, String reason, boolean itsFault) {}

    /**
     * What was done.
     *
     * @param read documents that were new or changed
     * @param unchanged documents that were left alone
     * @param removed documents that are gone
     * @param passages that were put
     * @param passed files that are no documents
     * @param refused documents that were not read, by their ids
     */
    public record Report(
            int read, int unchanged, int removed, long passages, int passed, List<Refusal> refused, Duration took) {
        public Report {
            refused = List.copyOf(refused);
        }
    }

    /**
     * Brings the store up to date.
     *
     * @param progress hears of each document
     * @throws StoaException of kind {@code USER} when the folder holds no document and the store does, because a folder that
     *     is not mounted must not empty it; of kind {@code ENGINE} when the embedding model fails
     */
    public Report run(Path folder, Progress progress) {
        long started = System.nanoTime();
        FolderScan scan = FolderScan.of(folder);
        Map<String, String> known = store.documents();
        if (scan.found().isEmpty() && !known.isEmpty()) {
            throw StoaException.user(folder + ": holds no document, and the store holds " + known.size()
                    + "; is it the right folder? To empty the store, remove its documents");
        }
        Tally tally = new Tally(scan.refused());
        for (int i = 0; i < scan.found().size(); i++) {
            progress.at(i, scan.found().size());
            FolderScan.Found found = scan.found().get(i);
            Optional<Refusal> refusal = bring(found, Optional.ofNullable(known.get(found.id())), tally);
            refusal.ifPresent(tally.refused::add);
        }
        removeGone(scan, known, tally);
        store.flush();
        progress.at(scan.found().size(), scan.found().size());
        tally.refused.sort(Comparator.comparing(Refusal::document));
        return new Report(
                tally.read,
                tally.unchanged,
                tally.removed,
                tally.passages,
                scan.passed(),
                tally.refused,
                Duration.ofNanos(System.nanoTime() - started));
    }

    private static final class Tally {
        private final List<Refusal> refused;
        private int read;
        private int unchanged;
        private int removed;
        private long passages;

        Tally(List<Refusal> refused) {
            this.refused = new ArrayList<>(refused);
        }
    }

    private void removeGone(FolderScan scan, Map<String, String> known, Tally tally) {
        Set<String> kept = new HashSet<>();
        scan.found().forEach(found -> kept.add(found.id()));
        tally.refused.forEach(refusal -> {
            if (refusal.itsFault()) {
                kept.remove(refusal.document());
            } else {
                kept.add(refusal.document());
            }
        });
        for (String document : known.keySet()) {
            // What lies in a folder that cannot be entered is not gone.
            boolean behindClosedDoor = tally.refused.stream()
                    .anyMatch(refusal -> !refusal.itsFault() && document.startsWith(refusal.document() + "/"));
            if (!kept.contains(document) && !behindClosedDoor) {
                store.remove(document);
                tally.removed++;
            }
        }
    }

    private Optional<Refusal> bring(FolderScan.Found found, Optional<String> known, Tally tally) {
        byte[] content;
        try {
            content = content(found);
        } catch (Unreadable e) {
            return Optional.of(new Refusal(found.id(), e.reason(), true));
        } catch (IOException e) {
            return Optional.of(new Refusal(
                    found.id(), "cannot be read (" + e.getClass().getSimpleName() + "); may you read it?", false));
        }
        String digest = digest(content);
        if (known.filter(digest::equals).isPresent()) {
            tally.unchanged++;
            return Optional.empty();
        }
        try {
            List<Passage> passages = passages(found, content);
            store.put(found.id(), digest, passages, vectors(found, passages));
            tally.read++;
            tally.passages += passages.size();
            return Optional.empty();
        } catch (Unreadable e) {
            return Optional.of(new Refusal(found.id(), e.reason(), true));
        }
    }

    /** Of the content, and of all that makes other passages of the same content. */
    private String digest(byte[] content) {
        return Digest.of(Digest.of(content).hex() + "\n" + splitter.name() + "\n"
                        + embedder.map(Embedder::name).orElse(OF_WORDS))
                .hex();
    }

    private byte[] content(FolderScan.Found found) throws IOException, Unreadable {
        // Not a link, even one that was put there since the folder was looked through.
        try (InputStream in = Files.newInputStream(found.file(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            int most = (int) limits.file().count();
            if (found.bytes() <= most) {
                byte[] content = in.readNBytes(most);
                if (in.read() < 0) {
                    return content;
                }
            }
        }
        throw new Unreadable("is larger than " + limits.file() + "; split it, or allow more");
    }

    private List<Passage> passages(FolderScan.Found found, byte[] content) throws Unreadable {
        Parsed parsed = reading.read(found.format(), content);
        List<Passage> passages =
                splitter.split(found.id(), found.format().name().toLowerCase(Locale.ROOT), parsed);
        if (passages.size() > limits.passages()) {
            throw new Unreadable("makes " + passages.size() + " passages, more than " + limits.passages()
                    + "; split it, or allow more");
        }
        return passages;
    }

    private List<float[]> vectors(FolderScan.Found found, List<Passage> passages) throws Unreadable {
        if (embedder.isEmpty()) {
            return List.of();
        }
        try {
            return embedder.get()
                    .embedPassages(passages.stream().map(Passage::text).toList());
        } catch (StoaException e) {
            if (e.kind() == StoaException.Kind.USER) {
                throw new Unreadable(
                        "does not fit the embedding model (" + e.sentence() + "); cut documents into shorter passages");
            }
            throw new StoaException(e.kind(), found.id() + ": " + e.sentence(), e);
        }
    }

    @Override
    public void close() {
        reading.close();
    }
}
