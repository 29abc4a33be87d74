package io.stoa.gateway;

import java.nio.charset.StandardCharsets;

/**
 * Takes the event that tells the usage out of a stream whose caller did not ask for it: some clients take the first choice
 * of every event, and this one has none.
 */
final class UnaskedUsage {
    private UnaskedUsage() {}

    static byte[] removedFrom(byte[] events) {
        String text = new String(events, StandardCharsets.ISO_8859_1);
        StringBuilder kept = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            int end = endOfEvent(text, at);
            String event = text.substring(at, end);
            if (!isUsageOnly(event)) {
                kept.append(event);
            }
            at = end;
        }
        return kept.length() == text.length() ? events : kept.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static int endOfEvent(String text, int from) {
        int plain = text.indexOf("\n\n", from);
        int carriage = text.indexOf("\n\r\n", from);
        if (plain < 0 && carriage < 0) {
            return text.length();
        }
        return carriage < 0 || (plain >= 0 && plain < carriage) ? plain + 2 : carriage + 3;
    }

    private static boolean isUsageOnly(String event) {
        return event.contains("\"usage\":{") && (event.contains("\"choices\":[]") || event.contains("\"choices\": []"));
    }
}
