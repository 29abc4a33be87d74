package io.stoa.integration.retrieve;

import static java.util.Objects.requireNonNull;

/**
 * One document of a corpus.
 *
 * @param id its path below the corpus folder with forward slashes, such as {@code people/zalebel.md}
 * @param title the text of the heading that it begins with; empty where it begins without one
 * @param text what follows the title
 */
public record Document(String id, String title, String text) {
    public Document {
        requireNonNull(title, "title");
        requireNonNull(text, "text");
        if (id.isBlank()) {
            throw new IllegalArgumentException("a document needs an id");
        }
        if (title.isBlank() && text.isBlank()) {
            throw new IllegalArgumentException("document " + id + " is empty");
        }
    }

    /** Reads Markdown: a first line {@code # …} is the title, everything after it the text. */
    static Document ofMarkdown(String id, String markdown) {
        String body = markdown.strip();
        if (!body.startsWith("# ")) {
            return new Document(id, "", body);
        }
        int end = body.indexOf('\n');
        String heading = end < 0 ? body : body.substring(0, end);
        return new Document(
                id,
                heading.substring(2).strip(),
                body.substring(heading.length()).strip());
    }

    /** The text in one line, its runs of white space made single spaces; the title where there is no text. */
    public String passage() {
        return (text.isBlank() ? title : text).strip().replaceAll("\\s+", " ");
    }
}
