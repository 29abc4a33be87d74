package io.stoa.edge.sign;

/** What is wrong with a signature. */
public enum Flaw {
    /** It is not of the form that the specification and the Sigstore bundle format demand. */
    MALFORMED,
    /** Its form is sound, but it was made in a way that is not supported here, such as keyless, or with shards. */
    UNSUPPORTED,
    /** Nobody who is trusted here made it. */
    UNTRUSTED,
    /** Its certificate is not valid now, not meant for signing, or not issued under a trusted one. */
    CERTIFICATE,
    /** It is not the signature of this content. */
    FORGED,
    /** It is genuine, but what it signs is no statement about a model's files. */
    STATEMENT
}
