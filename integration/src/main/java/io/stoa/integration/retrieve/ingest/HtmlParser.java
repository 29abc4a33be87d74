package io.stoa.integration.retrieve.ingest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeFilter;
import org.jsoup.select.NodeTraversor;

/**
 * HTML: what a reader sees of {@code <main>} where there is one, else of the body; scripts, styles, menus and what is hidden
 * are left out. The character set is what the file says, else UTF-8. Nothing is fetched.
 */
final class HtmlParser implements Parser {
    private static final Set<String> LEFT_OUT = Set.of(
            "script",
            "style",
            "template",
            "noscript",
            "nav",
            "svg",
            "math",
            "iframe",
            "object",
            "head",
            "select",
            "button",
            "canvas",
            "audio",
            "video");

    /** No page nests deeper, but attacks do. */
    private static final int DEEPEST = 512;

    @Override
    public void parse(byte[] content, Gathered into) throws IOException, Unreadable {
        Document page = Jsoup.parse(
                new ByteArrayInputStream(content),
                null,
                "",
                org.jsoup.parser.Parser.htmlParser().setTrackPosition(true));
        into.title(page.title());
        List<Element> mains = page.getElementsByTag("main");
        Walk walk = new Walk(into);
        NodeTraversor.filter(walk, mains.size() == 1 ? mains.getFirst() : page.body());
        walk.finish();
    }

    /** Gathers paragraphs as it goes through the tree. */
    private static final class Walk implements NodeFilter {
        private final Gathered into;
        private final StringBuilder paragraph = new StringBuilder();
        private Where where = Where.UNKNOWN;
        private boolean begun;
        private @org.jspecify.annotations.Nullable Unreadable refused;

        Walk(Gathered into) {
            this.into = into;
        }

        @Override
        public FilterResult head(Node node, int depth) {
            try {
                return take(node, depth);
            } catch (Unreadable e) {
                refused = e;
                return FilterResult.STOP;
            }
        }

        private FilterResult take(Node node, int depth) throws Unreadable {
            into.tick();
            if (depth > DEEPEST) {
                throw new Unreadable("is nested more than " + DEEPEST + " levels deep; flatten it");
            }
            if (node instanceof TextNode text) {
                if (!begun && !text.isBlank()) {
                    begun = true;
                    where = where(text.parent());
                }
                paragraph.append(text.getWholeText());
                return FilterResult.CONTINUE;
            }
            return node instanceof Element element ? take(element) : FilterResult.SKIP_ENTIRELY;
        }

        private FilterResult take(Element element) throws Unreadable {
            String name = element.normalName();
            if (LEFT_OUT.contains(name)
                    || element.hasAttr("hidden")
                    || element.attr("aria-hidden").equals("true")) {
                return FilterResult.SKIP_ENTIRELY;
            }
            if (name.equals("img")) {
                paragraph.append(' ').append(element.attr("alt")).append(' ');
                return FilterResult.CONTINUE;
            }
            boolean block = element.isBlock() || name.equals("br") || name.equals("td") || name.equals("th");
            if (block) {
                flush();
            }
            if (name.length() == 2 && name.charAt(0) == 'h' && name.charAt(1) >= '1' && name.charAt(1) <= '6') {
                into.heading(name.charAt(1) - '0', element.text(), where(element));
                return FilterResult.SKIP_ENTIRELY;
            }
            if (name.equals("pre")) {
                into.code(element.wholeText(), where(element));
                return FilterResult.SKIP_ENTIRELY;
            }
            if (name.equals("table") && element.getElementsByTag("table").size() == 1) {
                table(element);
                return FilterResult.SKIP_ENTIRELY;
            }
            if (name.equals("li")) {
                paragraph.append("- ");
                where = where(element);
                begun = true;
            }
            return FilterResult.CONTINUE;
        }

        private void table(Element table) throws Unreadable {
            List<List<String>> rows = new ArrayList<>();
            for (Element row : table.getElementsByTag("tr")) {
                rows.add(row.children().stream().map(Element::text).toList());
                into.tick();
            }
            into.table(rows, where(table));
        }

        @Override
        public FilterResult tail(Node node, int depth) {
            if (node instanceof Element element && element.isBlock()) {
                try {
                    flush();
                } catch (Unreadable e) {
                    refused = e;
                    return FilterResult.STOP;
                }
            }
            return FilterResult.CONTINUE;
        }

        private void flush() throws Unreadable {
            String text = paragraph.toString();
            paragraph.setLength(0);
            begun = false;
            if (!text.isBlank() && !text.strip().equals("-")) {
                into.text(text, where);
            }
        }

        void finish() throws Unreadable {
            if (refused != null) {
                throw refused;
            }
            flush();
        }

        private static Where where(@org.jspecify.annotations.Nullable Element element) {
            return element != null && element.sourceRange().isTracked()
                    ? Where.line(element.sourceRange().start().lineNumber())
                    : Where.UNKNOWN;
        }
    }
}
