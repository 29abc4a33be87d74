package io.stoa.benchmark.dataset;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Datasets of the Hugging Face Hub. Every use names a commit: a branch or tag is resolved to it first, and files are those
 * of the commit, so a later change of the branch cannot mix with what is here. Each file's SHA-256 is recorded when it is
 * downloaded and checked at every use.
 *
 * <p>Which files make up a split is told by the dataset's card, else by the files' names, else by the Hub's own conversion
 * to Parquet, which exists for {@code main} only. See https://huggingface.co/docs/hub/api and
 * https://huggingface.co/docs/dataset-viewer/parquet.
 *
 * <p>Safe for use by several threads, and by several processes with one cache.
 */
public final class HubDatasets implements AutoCloseable {
    private static final String CARD = "README.md";
    private static final int LARGEST_ANSWER = 64 << 20;
    private static final int LARGEST_CARD = 8 << 20;

    private final HubSettings settings;
    private final HubClient client;

    public HubDatasets(HubSettings settings) {
        this.settings = requireNonNull(settings, "settings");
        this.client = new HubClient(settings);
    }

    /** Reads a split, downloading what is missing. */
    public Split read(HubReference reference, DatasetReader reader, DownloadProgress progress) {
        HubSplit split = fetch(reference, progress);
        Split rows = reader.read(split.locals(), split.format());
        return rows.from(split.source() + " (sha256 " + rows.digest().abbreviated() + ")");
    }

    /**
     * Brings the files of a split into the cache.
     *
     * @throws StoaException of kind USER when the dataset, configuration, split or revision does not exist, is not open to
     *     us, is not in the cache while offline, or differs from what was pinned or recorded; of kind ENGINE when the hub
     *     fails; of kind RESOURCES when the cache cannot be written
     */
    public HubSplit fetch(HubReference reference, DownloadProgress progress) {
        return new Fetch(reference, progress).run();
    }

    @Override
    public void close() {
        client.close();
    }

    /** One split under way. */
    private final class Fetch {
        private final HubReference reference;
        private final DownloadProgress progress;
        private final HubCache cache;
        private final String where;

        Fetch(HubReference reference, DownloadProgress progress) {
            this.reference = reference;
            this.progress = progress;
            this.cache = new HubCache(settings.cache(), reference.id());
            this.where = "dataset " + reference.id() + " at " + reference.revisionName();
        }

        HubSplit run() {
            HubListing listing = listing();
            Map<String, URI> files = files(listing);
            checkPinsAreUsed(files.keySet());
            List<HubSplit.CachedFile> cached = new ArrayList<>();
            files.forEach((path, uri) -> {
                HubListing.Entry entry = listing.entry(path).orElseGet(() -> HubListing.Entry.unknown(path));
                cached.add(pinned(file(listing.commit(), entry, uri)));
            });
            return new HubSplit(reference, listing.commit(), cached, format(files.keySet()));
        }

        private HubListing listing() {
            String revision = reference.revisionName();
            Optional<HubListing> known =
                    (reference.isPinned() ? Optional.of(revision) : cache.commit(revision)).flatMap(cache::listing);
            if (known.isPresent() && (settings.offline() || reference.isPinned())) {
                return known.get();
            }
            if (settings.offline()) {
                throw missing(where);
            }
            URI uri = URI.create(client.address("api/datasets/" + reference.id() + "/revision/")
                    + HubClient.encoded(revision) + "?blobs=true");
            HubListing listing = HubListing.read(where, client.text(where, uri, LARGEST_ANSWER));
            if (reference.isPinned() && !listing.commit().equals(revision)) {
                throw StoaException.user(where + ": the hub answers with commit " + listing.commit()
                        + " instead of the pinned one; check the pin");
            }
            cache.remember(revision, listing);
            return listing;
        }

        private StoaException missing(String what) {
            return StoaException.user(what + ": not in the cache " + cache.root()
                    + ", and HF_HUB_OFFLINE or HF_DATASETS_OFFLINE forbids to ask the hub; run once without it, or copy the"
                    + " cache folder of a machine that did");
        }

        /** The paths of the files and where they come from. */
        private Map<String, URI> files(HubListing listing) {
            String name = reference.id().substring(reference.id().indexOf('/') + 1);
            boolean needsCode = listing.entry(name + ".py").isPresent();
            Optional<List<String>> own = needsCode
                    ? Optional.empty()
                    : new DataFiles(where, card(listing), listing.paths()).of(reference.config(), reference.split());
            if (own.isEmpty()) {
                return converted(listing.commit(), needsCode);
            }
            Map<String, URI> files = new LinkedHashMap<>();
            own.get().forEach(path -> files.put(path, address(listing.commit(), path)));
            return files;
        }

        private URI address(String commit, String path) {
            return client.address("datasets/" + reference.id() + "/resolve/" + commit + "/" + path);
        }

        private DatasetCard card(HubListing listing) {
            Optional<HubListing.Entry> entry = listing.entry(CARD);
            if (entry.isEmpty()) {
                return DatasetCard.none();
            }
            if (entry.get().size().orElse(0) > LARGEST_CARD) {
                throw StoaException.user(where + ": its " + CARD + " is larger than 8 MiB; download the files by hand");
            }
            HubSplit.CachedFile file = file(listing.commit(), entry.get(), address(listing.commit(), CARD));
            try {
                if (Files.size(file.local()) > LARGEST_CARD) {
                    throw StoaException.user(
                            where + ": its " + CARD + " is larger than 8 MiB; download the files by hand");
                }
                return DatasetCard.read(where + ", " + CARD, Files.readString(file.local()));
            } catch (IOException e) {
                throw new StoaException(
                        StoaException.Kind.USER,
                        where + ": its " + CARD + " is not UTF-8; download the files by hand",
                        e);
            }
        }

        /** The Hub's conversion to Parquet, whose files have no commit of the dataset's own: only their digests pin them. */
        private Map<String, URI> converted(String commit, boolean needsCode) {
            String why = where + ": "
                    + (needsCode
                            ? "its files can only be read by its own code"
                            : "no file is known to hold "
                                    + reference
                                            .config()
                                            .map(name -> "configuration \"" + name + "\", ")
                                            .orElse("")
                                    + "split \"" + reference.split() + "\"");
            if (!reference.isMain()) {
                throw StoaException.user(
                        why + ", and the hub converts \"main\" only; leave the revision out, or download"
                                + " the files and name them");
            }
            String note = "converted-" + HubClient.encoded(reference.config().orElse("")) + "-"
                    + HubClient.encoded(reference.split()) + ".json";
            String text = cache.note(commit, note).orElseGet(() -> {
                if (settings.offline()) {
                    throw missing(where + ", its conversion to Parquet");
                }
                String base = "api/datasets/" + reference.id() + "/parquet";
                URI uri = client.address(reference
                        .config()
                        .map(name -> base + "/" + name + "/" + reference.split())
                        .orElse(base));
                String answer = client.text(why + "; its conversion to Parquet", uri, LARGEST_ANSWER);
                addresses(why, answer);
                cache.note(commit, note, answer);
                return answer;
            });
            List<URI> addresses = addresses(why, text);
            Map<String, URI> files = new LinkedHashMap<>();
            String folder = ".converted/" + HubClient.encoded(reference.config().orElse("default")) + "/"
                    + HubClient.encoded(reference.split()) + "/";
            for (int i = 0; i < addresses.size(); i++) {
                files.put(folder + i + ".parquet", addresses.get(i));
            }
            return files;
        }

        /** Reads a list of addresses, or lists by configuration and split. */
        private List<URI> addresses(String why, String text) {
            JsonNode json;
            try {
                json = JsonMapper.shared().readTree(text);
            } catch (JacksonException e) {
                throw StoaException.engine(why + ", and the list of converted files is not JSON ("
                        + e.getOriginalMessage() + "); try again later");
            }
            JsonNode list = json.isObject() ? only(why, json).path(reference.split()) : json;
            List<URI> addresses = new ArrayList<>();
            for (JsonNode address : list) {
                addresses.add(web(why, address.stringValue("")));
            }
            if (addresses.isEmpty()) {
                throw StoaException.user(why + ", nor is there a conversion to Parquet of it; check the names");
            }
            return addresses;
        }

        private JsonNode only(String why, JsonNode configs) {
            JsonNode chosen = configs.size() == 1 ? configs.iterator().next() : configs.path("default");
            if (chosen.isMissingNode()) {
                throw StoaException.user(why + "; choose one of the configurations " + configs.propertyNames());
            }
            return chosen;
        }

        private URI web(String why, String address) {
            try {
                URI uri = URI.create(address);
                if (HubSettings.isWeb(uri)) {
                    return uri;
                }
            } catch (IllegalArgumentException _) {
                // Told below, like any other text that is no address.
            }
            throw StoaException.engine(why + ", and a converted file has no address; try again later");
        }

        private HubSplit.CachedFile file(String commit, HubListing.Entry entry, URI uri) {
            HubCache.Slot slot = cache.slot(commit, entry.path());
            Optional<HubSplit.CachedFile> here = slot.checked();
            if (here.isPresent()) {
                return here.get();
            }
            if (settings.offline()) {
                throw missing(where + ", " + entry.path());
            }
            return new HubDownload(client, uri, where + ", " + entry.path(), entry, slot, progress).run();
        }

        private HubSplit.CachedFile pinned(HubSplit.CachedFile file) {
            Digest pin = reference.digests().getOrDefault(file.path(), file.digest());
            if (!pin.equals(file.digest())) {
                throw StoaException.user(where + ", " + file.path() + ": its SHA-256 is "
                        + file.digest().hex() + ", pinned is " + pin.hex()
                        + "; pin the revision that you mean, or the new digest");
            }
            return file;
        }

        private void checkPinsAreUsed(Set<String> paths) {
            Map<String, Digest> unused = new HashMap<>(reference.digests());
            unused.keySet().removeAll(paths);
            if (!unused.isEmpty()) {
                throw StoaException.user(where + ": digests are pinned of " + new TreeSet<>(unused.keySet())
                        + ", but the split is made of " + paths + "; mend the pins");
            }
        }

        private Format format(Set<String> paths) {
            Set<String> kinds = new TreeSet<>();
            Format first = Format.require(paths.iterator().next());
            for (String path : paths) {
                if (!Format.require(path).equals(first)) {
                    kinds.add(path);
                }
            }
            if (!kinds.isEmpty()) {
                throw StoaException.user(where + ": the split is made of files of several formats, " + paths
                        + "; download them and name those of one format");
            }
            return first;
        }
    }
}
