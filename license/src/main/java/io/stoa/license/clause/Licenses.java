package io.stoa.license.clause;

import io.stoa.license.text.Recognition;
import io.stoa.license.text.Recognizer;
import io.stoa.license.text.TextFile;
import io.stoa.model.Digest;
import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The licences that Stoa knows, by id, name, link or text. Safe to share; its content never changes, and what recognises
 * texts is made when it is first needed.
 */
public final class Licenses {
    /** The largest licence text or model card that is read. */
    public static final int LARGEST_FILE = 1 << 20;

    /** What is said of a larger one, as the end of a sentence about the file. */
    public static final String TOO_LARGE =
            "is larger than 1 MiB, too large for a licence or a model card; if a licence stands in it, copy that part into"
                    + " a file of its own";

    /** The longest word that may be a misspelt name. */
    private static final int LONGEST_NAME = 100;

    private final List<License> all;
    private final FirstUse recognizer;
    private final Digest digest;

    /** Reads the knowledge base that is shipped with Stoa. */
    public Licenses() {
        List<String> files = text(resource("clauses/index")).lines().toList();
        // one file takes the parser milliseconds, and there are many
        this.all = files.parallelStream()
                .map(file -> new ClauseFile(file, text(clauses(file))).license())
                .toList();
        List<Outlined> outlined = new ArrayList<>();
        MessageDigest running = Digest.sha256();
        for (int i = 0; i < files.size(); i++) {
            License license = all.get(i);
            running.update(clauses(files.get(i)));
            optional("fingerprints/" + files.get(i) + ".fingerprint").ifPresent(fingerprint -> {
                running.update(fingerprint);
                outlined.add(new Outlined(license, text(fingerprint)));
            });
        }
        running.update(resource("fingerprints/texts.bin"));
        this.recognizer = new FirstUse(outlined);
        this.digest = Digest.of(running);
    }

    /** A knowledge base of these files, with the texts that Stoa recognises. */
    Licenses(List<String> files) {
        this.all = files.stream()
                .map(yaml -> new ClauseFile("licence", yaml).license())
                .toList();
        this.recognizer = new Licenses().recognizer;
        this.digest = Digest.of(String.join("\n", files));
    }

    /** A licence whose text is in no public collection, with the fingerprint that stands for it. */
    private record Outlined(License license, String fingerprint) {}

    /** Makes the recognizer when a first text is to be recognised: most questions are about licences that are named. */
    private static final class FirstUse {
        private final List<Outlined> outlined;
        private Optional<Recognizer> made = Optional.empty();

        FirstUse(List<Outlined> outlined) {
            this.outlined = List.copyOf(outlined);
        }

        synchronized Recognizer get() {
            Recognizer recognizer = made.orElseGet(() -> new Recognizer(outlined.stream()
                    .map(one -> new Recognizer.Reference(one.license.id(), one.license.titles(), one.fingerprint))
                    .toList()));
            made = Optional.of(recognizer);
            return recognizer;
        }
    }

    /** All of them. */
    public List<License> all() {
        return all;
    }

    /** The licence with this id, name or alias, such as {@code Apache-2.0} or Hugging Face's {@code llama3.1}. */
    public Optional<License> find(String declared) {
        return all.stream().filter(license -> license.isCalled(declared)).findFirst();
    }

    /**
     * The licence with this id, name or alias.
     *
     * @throws StoaException of kind {@code USER}, with the nearest name, when there is none
     */
    public License get(String declared) {
        return find(declared)
                .orElseThrow(() -> StoaException.user("no licence called " + declared + " is known" + hint(declared)
                        + "; `stoa license` lists the known ones"));
    }

    /** The nearest known name as the end of a message, or nothing. */
    public String hint(String declared) {
        if (declared.length() > LONGEST_NAME) {
            return "";
        }
        List<String> names = all.stream()
                .flatMap(license -> Stream.concat(Stream.of(license.id()), license.aliases().stream()))
                .toList();
        return Spelling.hint(declared.toLowerCase(Locale.ROOT), names).orElse("");
    }

    /** The licence that an address stands for, when it is one of the addresses where a licence is published. */
    public Optional<License> findByLink(String link) {
        String address = withoutScheme(link);
        return all.stream().filter(license -> license.links().contains(address)).findFirst();
    }

    /**
     * The licence that a model of this name comes under, as far as the name tells. A name is a hint: it can contradict a
     * claim, and it is never a permission.
     */
    public Optional<License> hintedBy(String modelName) {
        String name = modelName.toLowerCase(Locale.ROOT);
        return all.stream()
                .filter(license -> license.models()
                        .filter(pattern -> pattern.matcher(name).find())
                        .isPresent())
                .findFirst();
    }

    /** Whether the whole text of the licence with this id can be recognised, not only passages of it. */
    public boolean recognizes(String id) {
        return recognizer.get().recognizes(id);
    }

    /** Recognises a licence text. */
    public Recognition recognize(String text) {
        return recognizer.get().recognize(text);
    }

    /**
     * Recognises the licence text in a file.
     *
     * @throws StoaException of kind {@code USER} that names the file when it cannot be read
     */
    public Recognition recognize(Path file) {
        return isTooLarge(file) ? new Recognition.Unrecognized(TOO_LARGE) : recognize(text(read(file)));
    }

    /**
     * The licence whose terms a text has, when it is one that Stoa has read: of licences with the same words the one that is
     * known, and none where several are.
     */
    public Optional<License> meant(Recognition recognition) {
        if (!(recognition instanceof Recognition.Known known)) {
            return Optional.empty();
        }
        List<License> meant = Stream.concat(Stream.of(known.license()), known.alike().stream())
                .flatMap(id -> find(id).stream())
                .distinct()
                .toList();
        return meant.size() == 1 ? Optional.of(meant.getFirst()) : Optional.empty();
    }

    /** Whether a file has more bytes than are read of a paper. */
    public static boolean isTooLarge(Path file) {
        try {
            return Files.size(file) > LARGEST_FILE;
        } catch (IOException _) {
            // whoever reads it next says why it cannot be
            return false;
        }
    }

    /** The digest of everything that this knowledge base holds: an answer is only as good as what it rests on. */
    public Digest digest() {
        return digest;
    }

    /**
     * A paper's bytes.
     *
     * @throws StoaException of kind {@code USER} that names the file when it cannot be read or is too large
     */
    public static byte[] read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST_FILE + 1);
            if (bytes.length > LARGEST_FILE) {
                throw StoaException.user(file + " " + TOO_LARGE);
            }
            return bytes;
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER,
                    file + ": cannot be read (" + e.getClass().getSimpleName() + "); is the path right?",
                    e);
        }
    }

    /** Bytes as text, in whichever encoding they are. */
    public static String text(byte[] bytes) {
        return TextFile.decode(bytes);
    }

    private static String withoutScheme(String link) {
        String address = link.strip().toLowerCase(Locale.ROOT).replaceFirst("^https?://(www\\.)?", "");
        return address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    }

    private static byte[] clauses(String file) {
        return resource("clauses/" + file + ".yaml");
    }

    private static byte[] resource(String name) {
        return optional(name)
                .orElseThrow(() -> StoaException.bug("resource " + name + " is missing from the licence module"));
    }

    private static Optional<byte[]> optional(String name) {
        try (InputStream in = Licenses.class.getResourceAsStream("/io/stoa/license/" + name)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.BUG, "resource " + name + " cannot be read", e);
        }
    }
}
