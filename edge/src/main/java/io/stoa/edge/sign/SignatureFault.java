package io.stoa.edge.sign;

import java.io.Serial;

/** Ends the reading of a signature; inside this package only, outside it is a value. */
final class SignatureFault extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final Flaw flaw;
    private final String sentence;

    SignatureFault(Flaw flaw, String sentence) {
        super(sentence);
        this.flaw = flaw;
        this.sentence = sentence;
    }

    static SignatureFault malformed(String sentence) {
        return new SignatureFault(Flaw.MALFORMED, sentence);
    }

    SignatureCheck.Refused refused() {
        return new SignatureCheck.Refused(flaw, sentence);
    }
}
