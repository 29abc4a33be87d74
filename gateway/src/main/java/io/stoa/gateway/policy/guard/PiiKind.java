package io.stoa.gateway.policy.guard;

/** Personal data and secrets that have a shape of their own. */
public enum PiiKind {
    /** An address of e-mail. */
    EMAIL("an e-mail address"),
    /** With {@code +} and country code (E.164), or as written in North America. */
    PHONE("a phone number"),
    /** ISO 13616, with the country's length and the check digits. */
    IBAN("an IBAN"),
    /** Of a known issuer's range, with Luhn's check digit. */
    CARD("a payment card number"),
    /**
     * With their check digits: Germany (tax), Spain, France, Italy, Poland, Switzerland, Brazil, China, India. Without, since
     * there are none: the United States' social security number, as written with dashes.
     */
    NATIONAL_ID("a national identity number"),
    /** IPv4 and IPv6, but for those of the machine itself. */
    IP_ADDRESS("an IP address"),
    /** Keys of well-known services by their prefix, JSON web tokens, private keys. */
    SECRET("a secret key or token");

    private final String words;

    PiiKind(String words) {
        this.words = words;
    }

    /** With its article, for sentences. */
    public String words() {
        return words;
    }
}
