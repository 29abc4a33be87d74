package io.stoa.integration.retrieve.ingest;

import static java.util.Objects.requireNonNull;

import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.Sentences;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Cuts a document into passages along its structure. A heading begins a passage; paragraphs, items and rows are kept whole
 * where they fit, else cut between sentences, words, characters, in this order; each part of a long table begins with its
 * head. Within a section the last sentences of a passage begin the next one.
 *
 * <p>A passage's text begins with a line of the headings above it ({@code Returns › Late returns}), because a paragraph often
 * does not say what it is about: readers, words and vectors all profit. Its place says headings, page and line; its
 * metadata, for filters, are {@code title}, {@code heading}, {@code folder}, {@code format}, and where known {@code page}.
 *
 * @param budget the most tokens of a passage, headings included, at least 16
 * @param overlap tokens repeated from the passage before, less than half of the budget
 */
public record Splitter(int budget, int overlap, TokenCount tokens) {
    /** 256 tokens with 32 repeated: short enough for embedding models with a context of 512. */
    public static final Splitter USUAL = new Splitter(256, 32, TokenCount.ROUGH);

    private static final int SMALLEST = 16;
    private static final String DEEPER = " › ";

    public Splitter {
        requireNonNull(tokens, "tokens");
        if (budget < SMALLEST) {
            throw new IllegalArgumentException("a passage may have at least " + SMALLEST + " tokens: " + budget);
        }
        if (overlap < 0 || overlap * 2 >= budget) {
            throw new IllegalArgumentException("the overlap is less than half of " + budget + " tokens: " + overlap);
        }
    }

    /** What makes other passages of the same document when it changes. */
    String name() {
        return "structure 1, " + budget + " tokens, " + overlap + " repeated, " + tokens.name();
    }

    /**
     * The passages of a document.
     *
     * @param document its id, a path with forward slashes
     * @param format such as {@code pdf}
     */
    List<Passage> split(String document, String format, Parsed parsed) {
        Cutting cutting = new Cutting(document, format, parsed.title());
        parsed.blocks().forEach(cutting::take);
        return cutting.finish();
    }

    /** One document being cut. */
    private final class Cutting {
        private final String document;
        private final String format;
        private final String title;
        private final List<Passage> passages = new ArrayList<>();
        private final List<Block.Heading> headings = new ArrayList<>();
        private final StringBuilder body = new StringBuilder();
        private int bodyTokens;
        private boolean onlyRepeated;
        private boolean headingShown = true;
        private Where from = Where.UNKNOWN;

        Cutting(String document, String format, String title) {
            this.document = document;
            this.format = format;
            this.title = title;
        }

        void take(Block block) {
            switch (block) {
                case Block.Heading heading -> heading(heading);
                case Block.Text text -> text(text.text(), text.where());
                case Block.Table table -> table(table);
            }
        }

        private void heading(Block.Heading heading) {
            end(false);
            boolean replaces = !headings.isEmpty() && headings.getLast().level() >= heading.level();
            if (replaces && !headingShown) {
                // A section without a text is found by its heading.
                emit("", headings.getLast().where());
            }
            while (!headings.isEmpty() && headings.getLast().level() >= heading.level()) {
                headings.removeLast();
            }
            headings.add(heading);
            headingShown = false;
        }

        private void text(String text, Where where) {
            if (tokens.of(text) <= room()) {
                add(text, "\n\n", where);
                return;
            }
            String glue = "\n\n";
            for (String sentence : Sentences.of(text)) {
                for (String part : parts(sentence)) {
                    add(part, glue, where);
                    glue = " ";
                }
            }
        }

        /** The text if it fits, else as many words at a time as fit, and of a word as many characters. */
        private List<String> parts(String text) {
            if (tokens.of(text) <= room()) {
                return List.of(text);
            }
            List<String> parts = new ArrayList<>();
            StringBuilder part = new StringBuilder();
            int count = 0;
            for (String word : text.split("\\s+", -1)) {
                int own = tokens.of(" " + word);
                if (own > room()) {
                    if (!part.isEmpty()) {
                        parts.add(part.toString());
                        part.setLength(0);
                        count = 0;
                    }
                    parts.addAll(pieces(word));
                    continue;
                }
                if (count + own > room() && !part.isEmpty()) {
                    parts.add(part.toString());
                    part.setLength(0);
                    count = 0;
                }
                part.append(part.isEmpty() ? "" : " ").append(word);
                count += own;
            }
            if (!part.isEmpty()) {
                parts.add(part.toString());
            }
            return parts;
        }

        private List<String> pieces(String word) {
            // A character may be a token or more; the vocabulary decides how many fit.
            int most = Math.max(1, room() / 2);
            List<String> pieces = new ArrayList<>();
            int at = 0;
            while (at < word.length()) {
                int end = Math.min(word.length(), at + most);
                if (end < word.length() && Character.isHighSurrogate(word.charAt(end - 1))) {
                    end++;
                }
                pieces.add(word.substring(at, end));
                at = end;
            }
            return pieces;
        }

        private void table(Block.Table table) {
            List<String> rows = table.rows().stream()
                    .map(row -> String.join(" | ", row).strip())
                    .toList();
            String whole = String.join("\n", rows);
            if (tokens.of(whole) <= room()) {
                add(whole, "\n\n", table.where());
                return;
            }
            end(true);
            String head = rows.getFirst();
            int headTokens = tokens.of(head);
            boolean repeat = headTokens * 3 <= room();
            int line = table.where().line().orElse(0);
            for (int i = 0; i < rows.size(); i++) {
                Where where = line > 0 ? Where.line(line + i) : table.where();
                String row = rows.get(i);
                boolean fresh = body.isEmpty() || (bodyTokens + tokens.of(row) + 1 > room());
                if (repeat && i > 0 && fresh && tokens.of(row) + headTokens + 1 <= room()) {
                    end(true);
                    add(head, "\n", where);
                }
                String glue = "\n";
                for (String part : parts(row)) {
                    add(part, glue, where);
                    glue = " ";
                }
            }
            end(true);
        }

        private void add(String text, String glue, Where where) {
            int own = tokens.of(text) + 1;
            if (!body.isEmpty() && bodyTokens + own > room()) {
                end(false);
                if (bodyTokens + own > room()) {
                    clear();
                }
            }
            if (body.isEmpty() || onlyRepeated) {
                from = where;
            }
            body.append(body.isEmpty() ? "" : glue).append(text);
            bodyTokens += own;
            onlyRepeated = false;
        }

        /** Ends the passage; the next begins with its last sentences, unless something else begins. */
        private void end(boolean anew) {
            if (body.isEmpty() || onlyRepeated) {
                clear();
                return;
            }
            String text = body.toString();
            emit(text, from);
            clear();
            if (!anew && overlap > 0) {
                repeat(text);
            }
        }

        private void clear() {
            body.setLength(0);
            bodyTokens = 0;
            onlyRepeated = false;
        }

        private void repeat(String text) {
            List<String> sentences = Sentences.of(text);
            int count = 0;
            int first = sentences.size();
            while (first > 1 && count + tokens.of(sentences.get(first - 1)) + 1 <= overlap) {
                first--;
                count += tokens.of(sentences.get(first)) + 1;
            }
            if (first < sentences.size()) {
                body.append(String.join(" ", sentences.subList(first, sentences.size())));
                bodyTokens = count;
                onlyRepeated = true;
            }
        }

        /** What the headings leave of the budget. */
        private int room() {
            return Math.max(SMALLEST / 2, budget - tokens.of(path()) - 2);
        }

        /** The headings above, the document's title first where it is another; the deepest ones of a path too long. */
        private String path() {
            List<String> names = new ArrayList<>();
            if (!title.isBlank()
                    && (headings.isEmpty() || !headings.getFirst().text().equalsIgnoreCase(title))) {
                names.add(title);
            }
            headings.forEach(heading -> names.add(heading.text()));
            String path = String.join(DEEPER, names);
            while (names.size() > 1 && tokens.of(path) > budget / 3) {
                names.removeFirst();
                path = String.join(DEEPER, names);
            }
            if (tokens.of(path) > budget / 3) {
                List<String> fits = new ArrayList<>();
                int count = 0;
                for (String word : path.split(" ", -1)) {
                    count += tokens.of(" " + word);
                    if (count <= budget / 3) {
                        fits.add(word);
                    }
                }
                path = String.join(" ", fits);
            }
            return path;
        }

        private void emit(String text, Where where) {
            String path = path();
            String whole = path.isEmpty() || text.equals(path) ? text : path + (text.isEmpty() ? "" : "\n\n" + text);
            if (whole.isBlank()) {
                return;
            }
            Map<String, String> metadata = new TreeMap<>();
            metadata.put("format", format);
            int slash = document.lastIndexOf('/');
            metadata.put("folder", slash < 0 ? "." : document.substring(0, slash));
            Optional.of(title).filter(it -> !it.isBlank()).ifPresent(it -> metadata.put("title", it));
            if (!headings.isEmpty()) {
                metadata.put("heading", headings.getLast().text());
            }
            where.page().ifPresent(page -> metadata.put("page", Integer.toString(page)));
            passages.add(
                    new Passage(document + "#" + (passages.size() + 1), document, place(path, where), whole, metadata));
            headingShown = true;
        }

        private static String place(String path, Where where) {
            List<String> parts = new ArrayList<>();
            if (!path.isEmpty()) {
                parts.add(path);
            }
            where.page().ifPresent(page -> parts.add("page " + page));
            where.line().ifPresent(line -> parts.add("line " + line));
            return String.join(", ", parts);
        }

        List<Passage> finish() {
            end(true);
            if (!headingShown && !headings.isEmpty()) {
                emit("", headings.getLast().where());
            }
            return passages;
        }
    }
}
