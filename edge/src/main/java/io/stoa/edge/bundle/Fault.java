package io.stoa.edge.bundle;

/** Why a bundle is not to be used. */
public enum Fault {
    /** It cannot be read at all. */
    UNREADABLE,
    /** It ends too early. */
    TRUNCATED,
    /** Something of it is missing. */
    MISSING,
    /** It holds something that no bundle holds, or in another order or form. */
    STRANGER,
    /** Its signature is not of a sound form, or not of a kind that is supported. */
    SIGNATURE_FORM,
    /** Nobody who is trusted signed it. */
    UNTRUSTED,
    /** Its signature is not that of this content. */
    FORGED,
    /** A file is not the one that was signed. */
    CHANGED,
    /** What was signed is no bundle, or contradicts itself. */
    MALFORMED
}
