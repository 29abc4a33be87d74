package io.stoa.license.text;

import io.stoa.model.StoaException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * A licence text as hashed runs of {@value #LENGTH} words: enough to recognise it, not enough to read it.
 *
 * <p>Written as three lines, each a name, a colon, a space and the Base64 of ascending big-endian 32-bit hashes, without
 * line breaks inside: {@code decisive}, {@code plain}, {@code optional}.
 *
 * @param decisive runs that are in every copy of the text and hold a {@linkplain Words#weighty weighty} word
 * @param plain the other runs that are in every copy
 * @param optional runs that only some copies have: titles, appendices, notes around the terms
 */
record Fingerprint(Set<Integer> decisive, Set<Integer> plain, Set<Integer> optional) {
    static final int LENGTH = 4;

    Fingerprint {
        decisive = Set.copyOf(decisive);
        plain = Set.copyOf(plain);
        optional = Set.copyOf(optional);
        if (decisive.isEmpty() || plain.isEmpty()) {
            throw new IllegalArgumentException("a fingerprint needs decisive and plain runs");
        }
    }

    /** The fingerprint of copies of one text; what they share is required, what only some have is optional. */
    static Fingerprint of(List<Words> copies) {
        Set<Integer> shared = new HashSet<>(runs(copies.getFirst()));
        Set<Integer> optional = new HashSet<>();
        Set<Integer> decisive = new HashSet<>();
        for (Words copy : copies) {
            Set<Integer> runs = runs(copy);
            shared.retainAll(runs);
            optional.addAll(runs);
            for (int i = 0; i + LENGTH <= copy.size(); i++) {
                if (copy.words().subList(i, i + LENGTH).stream().anyMatch(Words::weighty)) {
                    decisive.add(copy.shingle(i, LENGTH));
                }
            }
        }
        optional.removeAll(shared);
        decisive.retainAll(shared);
        shared.removeAll(decisive);
        return new Fingerprint(decisive, shared, optional);
    }

    static Fingerprint parse(String name, String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() != 3) {
            throw StoaException.bug("fingerprint " + name + " has " + lines.size() + " lines, not 3");
        }
        return new Fingerprint(
                parseLine(name, lines.get(0), "decisive"),
                parseLine(name, lines.get(1), "plain"),
                parseLine(name, lines.get(2), "optional"));
    }

    String format() {
        return "decisive: %s\nplain: %s\noptional: %s\n".formatted(encode(decisive), encode(plain), encode(optional));
    }

    int required() {
        return decisive.size() + plain.size();
    }

    boolean holds(int run) {
        return decisive.contains(run) || plain.contains(run) || optional.contains(run);
    }

    /** How many changed words are forgiven when none of them is weighty: one for every 400 words, none in short texts. */
    int forgiven() {
        return Math.min(4, required() / 400);
    }

    static Set<Integer> runs(Words words) {
        Set<Integer> runs = new HashSet<>();
        for (int i = 0; i + LENGTH <= words.size(); i++) {
            runs.add(words.shingle(i, LENGTH));
        }
        return runs;
    }

    private static String encode(Set<Integer> runs) {
        ByteBuffer bytes = ByteBuffer.allocate(runs.size() * Integer.BYTES);
        new TreeSet<>(runs).forEach(bytes::putInt);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static Set<Integer> parseLine(String name, String line, String label) {
        if (!line.startsWith(label + ":")) {
            throw StoaException.bug("fingerprint " + name + ": expected a line \"" + label + ":\"");
        }
        byte[] bytes =
                Base64.getDecoder().decode(line.substring(label.length() + 1).strip());
        int[] runs = new int[bytes.length / Integer.BYTES];
        ByteBuffer.wrap(bytes).asIntBuffer().get(runs);
        Set<Integer> set = new HashSet<>();
        Arrays.stream(runs).forEach(set::add);
        return set;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%d decisive, %d plain, %d optional runs", decisive.size(), plain.size(), optional.size());
    }
}
