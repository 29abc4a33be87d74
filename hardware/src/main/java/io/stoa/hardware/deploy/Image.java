package io.stoa.hardware.deploy;

/**
 * A container image that stays what it is: with a tag other than {@code latest}, with a digest, or with both.
 *
 * @param reference as registries write it, such as {@code vllm/vllm-openai:v0.27.1}
 */
public record Image(String reference) {
    private static final String NAME = "[a-z0-9][a-zA-Z0-9._:-]*(?:/[a-z0-9][a-z0-9._-]*){0,8}";

    public Image {
        if (reference.length() > 400
                || !reference.matches(
                        "(?:" + NAME + ")(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?")) {
            throw new IllegalArgumentException("no image: " + reference);
        }
        String named = reference.replaceFirst("@sha256:.*", "");
        int colon = named.indexOf(':', named.lastIndexOf('/') + 1);
        boolean tagged = colon >= 0 && !named.substring(colon + 1).equals("latest");
        if (!tagged && named.length() == reference.length()) {
            throw new IllegalArgumentException(
                    reference + ": names no version; add a tag other than latest, or @sha256: and the digest");
        }
    }
}
