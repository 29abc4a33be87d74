package io.stoa.benchmark.dataset;

import static java.util.Objects.requireNonNull;

import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One split of a dataset on the Hub.
 *
 * @param id {@code owner/name}, or the {@code name} of a dataset without an owner
 * @param config the configuration (also called subset); when empty the only or the default one
 * @param split such as {@code test}
 * @param revision a branch, a tag or a commit of 40 hexadecimal digits; when empty {@code main}
 * @param digests SHA-256 of files by their paths in the dataset, for those that must not be others
 */
public record HubReference(
        String id, Optional<String> config, String split, Optional<String> revision, Map<String, Digest> digests) {
    private static final Pattern ID = Pattern.compile("(?:[A-Za-z0-9][\\w.-]{0,95}/)?[A-Za-z0-9][\\w.-]{0,95}");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9][\\w./-]{0,254}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final int LONGEST_NAME = 200;
    private static final String MAIN = "main";

    public HubReference {
        requireNonNull(config, "config");
        requireNonNull(revision, "revision");
        digests = Map.copyOf(digests);
        if (!ID.matcher(id).matches() || id.contains("..") || id.contains("--")) {
            throw StoaException.user("\"" + shown(id) + "\" is not the id of a dataset; write owner/name");
        }
        checkName(id, "split", split);
        config.ifPresent(name -> checkName(id, "configuration", name));
        if (revision.isPresent()
                && (!REVISION.matcher(revision.get()).matches()
                        || revision.get().contains(".."))) {
            throw StoaException.user(id + ": \"" + shown(revision.get())
                    + "\" is not a revision; write a branch, a tag or a commit of 40 digits");
        }
    }

    /** A split of the default configuration, as it is today. */
    public HubReference(String id, String split) {
        this(id, Optional.empty(), split, Optional.empty(), Map.of());
    }

    public HubReference withConfig(String name) {
        return new HubReference(id, Optional.of(name), split, revision, digests);
    }

    public HubReference withRevision(String name) {
        return new HubReference(id, config, split, Optional.of(name), digests);
    }

    public HubReference withDigests(Map<String, Digest> pinned) {
        return new HubReference(id, config, split, revision, pinned);
    }

    String revisionName() {
        return revision.orElse(MAIN);
    }

    boolean isMain() {
        return revisionName().equals(MAIN);
    }

    boolean isPinned() {
        return isCommit(revisionName());
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    private static void checkName(String id, String what, String name) {
        if (name.isBlank()
                || name.length() > LONGEST_NAME
                || name.codePoints().anyMatch(c -> Character.isISOControl(c) || c == '/' || c == '\\')) {
            throw StoaException.user(id + ": \"" + shown(name) + "\" is not the name of a " + what);
        }
    }

    private static String shown(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }

    /** For people: {@code owner/name config split}. */
    @Override
    public String toString() {
        return id + config.map(name -> " " + name).orElse("") + " " + split
                + revision.map(name -> " at " + name).orElse("");
    }
}
