package io.stoa.edge.bundle;

import java.io.Serial;

/** Ends the verification of a bundle; inside this package only, outside it is a value. */
final class BundleFault extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final Fault fault;
    private final String sentence;

    BundleFault(Fault fault, String sentence) {
        super(sentence);
        this.fault = fault;
        this.sentence = sentence;
    }

    BundleCheck.Refused refused() {
        return new BundleCheck.Refused(fault, sentence);
    }
}
