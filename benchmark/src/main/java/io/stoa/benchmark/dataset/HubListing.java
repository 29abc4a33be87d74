package io.stoa.benchmark.dataset;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The files of a dataset's repository at one commit, in the shape in which the Hub's API lists them: {@code sha} and {@code
 * siblings} with {@code rfilename}, {@code size} and, for large files, {@code lfs.sha256}.
 */
record HubListing(String commit, Map<String, Entry> entries) {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final int MOST_FILES = 200_000;

    /**
     * A file of the repository.
     *
     * @param path relative, and safe to append to a folder
     * @param digest where the Hub states it
     */
    record Entry(String path, OptionalLong size, Optional<Digest> digest) {
        Entry {
            if (!isSafe(path)) {
                throw new IllegalArgumentException("not a path within a folder: " + path);
            }
        }

        static Entry unknown(String path) {
            return new Entry(path, OptionalLong.empty(), Optional.empty());
        }
    }

    HubListing {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    static HubListing read(String where, String text) {
        JsonNode json;
        try {
            json = JsonMapper.shared().readTree(text);
        } catch (JacksonException e) {
            throw StoaException.engine(
                    where + ": the list of its files is not JSON (" + e.getOriginalMessage() + "); is this a hub?");
        }
        String commit = json.path("sha").stringValue("");
        if (!HubReference.isCommit(commit) || !json.path("siblings").isArray()) {
            throw StoaException.engine(
                    where + ": the answer has no commit (\"sha\") or no list of files (\"siblings\"); is this a hub?");
        }
        if (json.path("siblings").size() > MOST_FILES) {
            throw StoaException.user(
                    where + ": has more than " + MOST_FILES + " files; download what you need by hand");
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (JsonNode sibling : json.path("siblings")) {
            String path = sibling.path("rfilename").stringValue("");
            if (!isSafe(path)) {
                throw StoaException.engine(
                        where + ": lists a file outside of its folder, \"" + path + "\"; do not use this dataset");
            }
            entries.put(path, new Entry(path, size(sibling), digest(sibling)));
        }
        return new HubListing(commit, entries);
    }

    private static OptionalLong size(JsonNode sibling) {
        JsonNode size = sibling.path("size");
        return size.isIntegralNumber() && size.canConvertToLong() && size.longValue() >= 0
                ? OptionalLong.of(size.longValue())
                : OptionalLong.empty();
    }

    private static Optional<Digest> digest(JsonNode sibling) {
        String hex = sibling.path("lfs").path("sha256").stringValue("");
        return HEX.matcher(hex).matches() ? Optional.of(new Digest(hex)) : Optional.empty();
    }

    String json() {
        ObjectNode root = JsonMapper.shared().createObjectNode().put("sha", commit);
        ArrayNode siblings = root.putArray("siblings");
        for (Entry entry : entries.values()) {
            ObjectNode sibling = siblings.addObject().put("rfilename", entry.path());
            entry.size().ifPresent(size -> sibling.put("size", size));
            entry.digest().ifPresent(digest -> sibling.putObject("lfs").put("sha256", digest.hex()));
        }
        return root.toString();
    }

    List<String> paths() {
        return List.copyOf(entries.keySet());
    }

    Optional<Entry> entry(String path) {
        return Optional.ofNullable(entries.get(path));
    }

    /** Whether a path stays below the folder to which it is appended, on every system. */
    static boolean isSafe(String path) {
        if (path.isEmpty() || path.length() > 1_000 || path.startsWith("/")) {
            return false;
        }
        for (String segment : List.of(path.split("/", -1))) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                return false;
            }
        }
        return path.codePoints().noneMatch(c -> c == '\\' || c == ':' || Character.isISOControl(c));
    }
}
