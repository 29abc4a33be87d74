package io.stoa.model;

import java.util.List;
import java.util.Optional;

/**
 * The YAML that stands between two lines {@code ---} at the start of a Markdown file, as on the cards of the Hugging Face
 * Hub.
 *
 * @param lines between the two fences
 */
public record FrontMatter(List<String> lines) {
    public FrontMatter {
        lines = List.copyOf(lines);
    }

    /** Whether a text starts with a fence. */
    public static boolean isIn(String text) {
        return text.lines().findFirst().map(FrontMatter::isFence).orElse(false);
    }

    /** A text's front matter; nothing where it has none, or where it never ends. */
    public static Optional<FrontMatter> of(String text) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !isFence(lines.getFirst())) {
            return Optional.empty();
        }
        for (int end = 1; end < lines.size(); end++) {
            if (isFence(lines.get(end))) {
                return Optional.of(new FrontMatter(lines.subList(1, end)));
            }
        }
        return Optional.empty();
    }

    /** The lines after an empty one for the fence, so that lines count as in the file. */
    public String yaml() {
        return "\n" + String.join("\n", lines);
    }

    private static boolean isFence(String line) {
        return line.strip().replace("\uFEFF", "").equals("---");
    }
}
