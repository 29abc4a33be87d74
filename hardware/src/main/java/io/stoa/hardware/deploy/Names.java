package io.stoa.hardware.deploy;

import java.util.Locale;

/** Names for things that take fewer characters than a served name has. */
final class Names {
    private Names() {}

    /** Lower-case letters, digits and hyphens, beginning and ending with a letter or digit (RFC 1123 labels). */
    static String plain(String name, int longest) {
        String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String cut = plain.substring(0, Math.min(longest, plain.length())).replaceAll("^-+|-+$", "");
        return cut.isEmpty() ? "model" : cut;
    }

    /** The same, beginning with a letter, as names of Kubernetes services do (RFC 1035 labels). */
    static String label(String name, int longest) {
        String plain = plain(name, longest);
        return Character.isDigit(plain.charAt(0)) ? plain("m-" + plain, longest) : plain;
    }
}
