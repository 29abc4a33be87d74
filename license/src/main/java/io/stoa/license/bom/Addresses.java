package io.stoa.license.bom;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** File names as relative references of RFC 3986, whatever characters they have. */
final class Addresses {
    private static final String PLAIN = "-._~/";

    private Addresses() {}

    static String relative(String file) {
        StringBuilder address = new StringBuilder();
        for (byte unit : file.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (unit & 0xFF);
            if (c < 128 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0)) {
                address.append(c);
            } else {
                address.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return address.toString();
    }
}
