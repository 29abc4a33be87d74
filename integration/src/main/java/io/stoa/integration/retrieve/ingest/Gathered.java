package io.stoa.integration.retrieve.ingest;

import java.util.ArrayList;
import java.util.List;

/** Gathers a document's blocks: white space made even, control characters dropped, within the limits on text and time. */
final class Gathered {
    private static final int LONGEST_HEADING = 300;
    private static final int LONGEST_TITLE = 300;

    private final Limits limits;
    private final long deadline;
    private final List<Block> blocks = new ArrayList<>();
    private String title = "";
    private long characters;

    Gathered(Limits limits) {
        this.limits = limits;
        this.deadline = System.nanoTime() + limits.patience().toNanos();
    }

    /** To be called now and then by whatever loops over something long. */
    void tick() throws Unreadable {
        if (System.nanoTime() - deadline > 0) {
            throw tooSlow(limits);
        }
    }

    static Unreadable tooSlow(Limits limits) {
        return new Unreadable("reading it takes more than " + limits.patience().toSeconds()
                + " s; split it, save it anew, or allow more time");
    }

    void page(int number) throws Unreadable {
        tick();
        if (number > limits.pages()) {
            throw new Unreadable("has more than " + limits.pages() + " pages; split it, or allow more");
        }
    }

    void title(String text) {
        String even = even(text);
        title = even.substring(0, Math.min(LONGEST_TITLE, even.length()));
    }

    void heading(int level, String text, Where where) throws Unreadable {
        String even = counted(even(text));
        if (!even.isEmpty()) {
            blocks.add(new Block.Heading(
                    Math.clamp(level, 1, 9), even.substring(0, Math.min(LONGEST_HEADING, even.length())), where));
        }
    }

    void text(String text, Where where) throws Unreadable {
        String even = counted(even(text));
        if (!even.isEmpty()) {
            blocks.add(new Block.Text(even, where));
        }
    }

    /** Text whose lines matter. */
    void code(String text, Where where) throws Unreadable {
        String clean = counted(clean(text).stripTrailing());
        if (!clean.isBlank()) {
            blocks.add(new Block.Text(clean, where));
        }
    }

    void table(List<List<String>> rows, Where where) throws Unreadable {
        List<List<String>> even = new ArrayList<>();
        for (List<String> row : rows) {
            List<String> cells = new ArrayList<>();
            for (String cell : row) {
                cells.add(counted(even(cell)));
            }
            if (cells.stream().anyMatch(cell -> !cell.isEmpty())) {
                even.add(cells);
            }
            tick();
        }
        if (!even.isEmpty()) {
            blocks.add(new Block.Table(even, where));
        }
    }

    private String counted(String text) throws Unreadable {
        count(text.length());
        return text;
    }

    /** Counts text that is on its way. */
    void count(int more) throws Unreadable {
        tick();
        characters += more;
        if (characters > limits.text()) {
            throw new Unreadable("holds more than " + limits.text() + " characters of text; split it, or allow more");
        }
    }

    Parsed parsed() {
        return new Parsed(title, blocks);
    }

    private static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints()
                .filter(point -> point == '\n' || point == '\t' || !Character.isISOControl(point))
                // Half a pair cannot be written as UTF-8; byte order marks and soft hyphens are no text.
                .filter(point -> point < 0xD800 || point > 0xDFFF)
                .filter(point -> point != 0xFEFF && point != 0xAD)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private static String even(String text) {
        StringBuilder even = new StringBuilder(text.length());
        boolean space = false;
        String clean = clean(text.replace('\r', ' '));
        for (int i = 0; i < clean.length(); i++) {
            char character = clean.charAt(i);
            if (Character.isWhitespace(character) || Character.isSpaceChar(character)) {
                space = true;
            } else {
                if (space && !even.isEmpty()) {
                    even.append(' ');
                }
                space = false;
                even.append(character);
            }
        }
        return even.toString();
    }
}
