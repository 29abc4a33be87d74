package io.stoa.integration.retrieve.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.commonmark.node.Block;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.SourceSpan;
import org.commonmark.node.Text;
import org.commonmark.parser.IncludeSourceSpans;
import org.jsoup.Jsoup;

/**
 * Markdown: CommonMark, with the tables of GitHub's dialect and a head between {@code ---} whose {@code title:} is the title.
 * Trees are walked without recursion, because their depth is the file's choice.
 */
final class MarkdownParser implements Parser {
    private static final Pattern DELIMITER_ROW =
            Pattern.compile("\\s*\\|?\\s*:?-+:?\\s*(?:\\|\\s*:?-+:?\\s*)*\\|?\\s*");
    private static final int LONGEST_DELIMITER_ROW = 2_000;
    private static final int LONGEST_HEAD = 65_536;

    /** Nesting beyond this is an attack: each line of it costs a step for each level. */
    private static final int DEEPEST_QUOTE = 200;

    @Override
    public void parse(byte[] content, Gathered into) throws Unreadable {
        String text = withoutHead(Decoded.of(content), into);
        refuseDeep(text);
        Node document = org.commonmark.parser.Parser.builder()
                .includeSourceSpans(IncludeSourceSpans.BLOCKS)
                .build()
                .parse(text);
        Node node = document;
        while (node != null) {
            boolean inside = take(node, into);
            into.tick();
            node = following(node, document, inside);
        }
    }

    /** A line that opens more than a sane number of quotes or lists. */
    private static void refuseDeep(String text) throws Unreadable {
        int run = 0;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == '>' || character == '-' || character == '*' || character == '+') {
                run++;
            } else if (character == '\n' || (character != ' ' && character != '\t')) {
                run = 0;
            }
            if (run > DEEPEST_QUOTE && character == '>') {
                throw new Unreadable("is nested more than " + DEEPEST_QUOTE + " levels deep; flatten it");
            }
        }
    }

    private static String withoutHead(String text, Gathered into) {
        if (!text.startsWith("---\n")) {
            return text;
        }
        int end = text.indexOf("\n---\n", 3);
        if (end < 0 || end > LONGEST_HEAD) {
            return text;
        }
        String head = text.substring(4, Math.max(4, end));
        head.lines()
                .filter(line -> line.startsWith("title:"))
                .findFirst()
                .ifPresent(line -> into.title(line.substring(6).strip().replaceFirst("^[\"'](.*)[\"']$", "$1")));
        // As many empty lines, so that line numbers stay right.
        long lines = text.substring(0, end + 5).chars().filter(c -> c == '\n').count();
        return "\n".repeat((int) lines) + text.substring(end + 5);
    }

    /** The next node in the order of the text; the children too when asked for. */
    private static @org.jspecify.annotations.Nullable Node following(Node node, Node root, boolean inside) {
        if (inside && node.getFirstChild() != null) {
            return node.getFirstChild();
        }
        Node at = node;
        while (at != null && !at.equals(root)) {
            if (at.getNext() != null) {
                return at.getNext();
            }
            at = at.getParent();
        }
        return null;
    }

    /** Takes a block's own text; returns whether there is more inside. */
    private static boolean take(Node node, Gathered into) throws Unreadable {
        switch (node) {
            case Heading heading -> into.heading(heading.getLevel(), inline(heading, into), where(heading));
            case Paragraph paragraph -> paragraph(paragraph, into);
            case FencedCodeBlock code -> into.code(code.getLiteral(), where(code));
            case IndentedCodeBlock code -> into.code(code.getLiteral(), where(code));
            case HtmlBlock html -> into.text(Jsoup.parse(html.getLiteral()).text(), where(html));
            case Block _ -> {
                return true;
            }
            default -> {
                return false;
            }
        }
        return false;
    }

    private static void paragraph(Paragraph paragraph, Gathered into) throws Unreadable {
        String text = inline(paragraph, into);
        Optional<List<List<String>>> table = table(text);
        if (table.isPresent()) {
            into.table(table.get(), where(paragraph));
        } else {
            into.text(paragraph.getParent() instanceof ListItem ? "- " + text : text, where(paragraph));
        }
    }

    private static Optional<List<List<String>>> table(String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() < 2
                || !lines.getFirst().contains("|")
                || lines.get(1).length() > LONGEST_DELIMITER_ROW
                || !lines.get(1).contains("|")
                || !DELIMITER_ROW.matcher(lines.get(1)).matches()) {
            return Optional.empty();
        }
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (i != 1) {
                String row = lines.get(i).strip();
                row = row.startsWith("|") ? row.substring(1) : row;
                row = row.endsWith("|") ? row.substring(0, row.length() - 1) : row;
                rows.add(List.of(row.split("\\|", -1)));
            }
        }
        return Optional.of(rows);
    }

    private static Where where(Block block) {
        List<SourceSpan> spans = block.getSourceSpans();
        return spans.isEmpty() ? Where.UNKNOWN : Where.line(spans.getFirst().getLineIndex() + 1);
    }

    private static String inline(Node block, Gathered into) throws Unreadable {
        StringBuilder text = new StringBuilder();
        Node node = following(block, block, true);
        while (node != null) {
            switch (node) {
                case Text literal -> text.append(literal.getLiteral());
                case Code code -> text.append(code.getLiteral());
                case SoftLineBreak _ -> text.append('\n');
                case HardLineBreak _ -> text.append('\n');
                default -> {
                    // Links, emphasis and the like: what they hold follows.
                }
            }
            into.tick();
            node = following(node, block, true);
        }
        return text.toString();
    }
}
