package io.stoa.integration.tool;

import io.stoa.model.StoaException;
import java.util.regex.Pattern;

/**
 * A secret that goes out in a header, and is never printed.
 *
 * @param header its name, such as {@code Authorization}
 * @param value all that stands in it, such as {@code Bearer …}
 * @param secret the part of it that must not be seen
 */
public record Credential(String header, String value, String secret) {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}");

    public Credential {
        if (!TOKEN.matcher(header).matches()) {
            throw StoaException.user("not the name of a header: " + header);
        }
        if (secret.isEmpty() || !value.chars().allMatch(each -> each > 0x1F && each < 0x7F)) {
            throw StoaException.user("the secret for the header " + header
                    + " is empty or holds characters that no header can hold; is it the right one?");
        }
    }

    /** A secret for a header; in {@code Authorization} it is a bearer token unless it says otherwise. */
    public static Credential of(String header, String secret) {
        String stripped = secret.strip();
        boolean bearer = header.equalsIgnoreCase("Authorization") && stripped.indexOf(' ') < 0;
        return new Credential(header, bearer ? "Bearer " + stripped : stripped, stripped);
    }

    /** A text without the secret. */
    String hidden(String text) {
        return text.replace(secret, "(secret)");
    }

    @Override
    public String toString() {
        return header + ": (secret)";
    }
}
