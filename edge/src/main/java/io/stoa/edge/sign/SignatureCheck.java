package io.stoa.edge.sign;

import static java.util.Objects.requireNonNull;

/** What came of checking a signature. */
public sealed interface SignatureCheck {
    /**
     * Somebody who is trusted signed these files.
     *
     * @param manifest the files
     * @param by who signed
     */
    record Genuine(Manifest manifest, Signatory by) implements SignatureCheck {
        public Genuine {
            requireNonNull(manifest, "manifest");
            requireNonNull(by, "by");
        }
    }

    /**
     * It does not count.
     *
     * @param flaw the kind of reason
     * @param sentence the reason, for people, without naming the file
     */
    record Refused(Flaw flaw, String sentence) implements SignatureCheck {
        public Refused {
            requireNonNull(flaw, "flaw");
            requireNonNull(sentence, "sentence");
        }
    }
}
