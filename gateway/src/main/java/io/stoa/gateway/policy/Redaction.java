package io.stoa.gateway.policy;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * What is to be replaced in a body before it goes on. What was found at places of the body, such as the model's name, lies
 * elsewhere afterwards.
 *
 * @param splices in the body's order, none over another
 */
public record Redaction(List<Splice> splices) {
    public Redaction {
        splices = List.copyOf(splices);
        int last = 0;
        for (Splice splice : splices) {
            if (splice.from() < last) {
                throw new IllegalArgumentException("splices are in order and do not overlap: " + splice.from());
            }
            last = splice.to();
        }
    }

    /**
     * Bytes that are replaced.
     *
     * @param from where they begin
     * @param to just after their end
     * @param replacement plain ASCII that needs no escape in a JSON string
     */
    public record Splice(int from, int to, String replacement) {
        public Splice {
            requireNonNull(replacement, "replacement");
            if (from < 0 || to < from) {
                throw new IllegalArgumentException("bytes are from a place to a later one: " + from + " to " + to);
            }
            if (!replacement.chars().allMatch(c -> c >= ' ' && c < 127 && c != '"' && c != '\\')) {
                throw new IllegalArgumentException("a replacement is plain ASCII: " + replacement);
            }
        }
    }

    /** The body with everything replaced. */
    public byte[] applyTo(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 16 * splices.size());
        int done = 0;
        for (Splice splice : splices) {
            out.write(body, done, splice.from() - done);
            for (int i = 0; i < splice.replacement().length(); i++) {
                out.write(splice.replacement().charAt(i));
            }
            done = splice.to();
        }
        out.write(body, done, body.length - done);
        return out.toByteArray();
    }
}
