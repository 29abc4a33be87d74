package io.stoa.integration.retrieve.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.io.MemoryUsageSetting;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.pdmodel.interactive.documentnavigation.outline.PDDocumentOutline;
import org.apache.pdfbox.pdmodel.interactive.documentnavigation.outline.PDOutlineItem;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.text.TextPosition;

/** PDF: the text of each page in the order it is written in, with the outline's entries as headings. */
final class PdfParser implements Parser {
    private static final long IN_MEMORY = 64L << 20;
    private static final long IN_ALL = 1L << 30;
    private static final int MOST_OUTLINE_ITEMS = 20_000;
    private static final int DEEPEST_OUTLINE = 9;
    private static final String PARAGRAPH = "\u2029";

    @Override
    public void parse(byte[] content, Gathered into) throws IOException, Unreadable {
        refuseUnlessPdf(content);
        try (PDDocument pdf =
                Loader.loadPDF(content, "", null, null, MemoryUsageSetting.setupMixed(IN_MEMORY, IN_ALL).streamCache)) {
            if (!pdf.getCurrentAccessPermission().canExtractContent()) {
                throw new Unreadable("forbids taking its text out; ask its author for a copy that allows it");
            }
            into.page(pdf.getNumberOfPages());
            read(pdf, into);
        } catch (InvalidPasswordException _) {
            throw new Unreadable("is encrypted; save a copy without a password");
        } catch (Stopped stopped) {
            throw stopped.reason;
        } catch (UncheckedIOException e) {
            throw new IOException(e);
        }
    }

    private static void refuseUnlessPdf(byte[] content) throws Unreadable {
        for (int i = 0; i < Math.min(1024, content.length - 4); i++) {
            if (content[i] == '%' && content[i + 1] == 'P' && content[i + 2] == 'D' && content[i + 3] == 'F') {
                return;
            }
        }
        throw new Unreadable("is no PDF; give it the ending of what it is, or save it anew");
    }

    private static void read(PDDocument pdf, Gathered into) throws IOException, Unreadable {
        String title = pdf.getDocumentInformation().getTitle();
        into.title(title == null ? "" : title);
        Map<Integer, List<Entry>> outline = outline(pdf, into);
        WatchedStripper stripper = new WatchedStripper(into);
        boolean any = false;
        for (int page = 1; page <= pdf.getNumberOfPages(); page++) {
            into.page(page);
            stripper.setStartPage(page);
            stripper.setEndPage(page);
            List<String> paragraphs = new ArrayList<>();
            for (String paragraph : stripper.getText(pdf).split(PARAGRAPH, -1)) {
                if (!paragraph.isBlank()) {
                    paragraphs.add(joined(paragraph));
                }
            }
            any |= !paragraphs.isEmpty();
            write(paragraphs, outline.getOrDefault(page, List.of()), Where.page(page), into);
        }
        if (!any) {
            throw new Unreadable("has no text on its " + pdf.getNumberOfPages()
                    + " pages (scanned?); run text recognition (OCR) on it first");
        }
    }

    /** Each heading before the paragraph that begins with it; one that none begins with, before the page. */
    private static void write(List<String> paragraphs, List<Entry> entries, Where where, Gathered into)
            throws Unreadable {
        List<Entry> left = new ArrayList<>(entries);
        for (Entry entry : entries) {
            if (paragraphs.stream().noneMatch(paragraph -> begins(paragraph, entry))) {
                into.heading(entry.level(), entry.title(), where);
                left.remove(entry);
            }
        }
        for (String paragraph : paragraphs) {
            String rest = paragraph;
            while (!left.isEmpty() && begins(rest, left.getFirst())) {
                Entry entry = left.removeFirst();
                into.heading(entry.level(), entry.title(), where);
                rest = rest.substring(entry.title().length()).strip();
            }
            into.text(rest, where);
        }
    }

    private static boolean begins(String paragraph, Entry entry) {
        return paragraph.regionMatches(true, 0, entry.title(), 0, entry.title().length());
    }

    /** A paragraph's lines as one, words that a hyphen cut in two made whole. */
    private static String joined(String paragraph) {
        StringBuilder joined = new StringBuilder();
        for (String line : paragraph.strip().split("\n", -1)) {
            String next = line.strip();
            int end = joined.length() - 1;
            if (end > 0
                    && joined.charAt(end) == '-'
                    && Character.isLetter(joined.charAt(end - 1))
                    && !next.isEmpty()
                    && Character.isLowerCase(next.charAt(0))) {
                joined.setLength(end);
            } else if (end >= 0) {
                joined.append(' ');
            }
            joined.append(next);
        }
        return joined.toString();
    }

    /** An entry of the outline. */
    private record Entry(int level, String title) {}

    /** By pages. Cyclic outlines end at a number of entries. */
    private static Map<Integer, List<Entry>> outline(PDDocument pdf, Gathered into) throws IOException, Unreadable {
        Map<Integer, List<Entry>> byPage = new HashMap<>();
        PDDocumentOutline root = pdf.getDocumentCatalog().getDocumentOutline();
        if (root != null) {
            int[] left = {MOST_OUTLINE_ITEMS};
            for (PDOutlineItem item = root.getFirstChild(); item != null && left[0] > 0; item = item.getNextSibling()) {
                add(pdf, item, 1, left, byPage, into);
            }
        }
        return byPage;
    }

    private static void add(
            PDDocument pdf, PDOutlineItem item, int level, int[] left, Map<Integer, List<Entry>> byPage, Gathered into)
            throws IOException, Unreadable {
        into.tick();
        left[0]--;
        String title = item.getTitle() == null ? "" : item.getTitle().strip().replaceAll("\\s+", " ");
        PDPage page = destination(pdf, item);
        if (page != null && !title.isEmpty()) {
            byPage.computeIfAbsent(pdf.getPages().indexOf(page) + 1, _ -> new ArrayList<>())
                    .add(new Entry(level, title));
        }
        for (PDOutlineItem child = item.getFirstChild();
                child != null && level < DEEPEST_OUTLINE && left[0] > 0;
                child = child.getNextSibling()) {
            add(pdf, child, level + 1, left, byPage, into);
        }
    }

    private static @org.jspecify.annotations.Nullable PDPage destination(PDDocument pdf, PDOutlineItem item) {
        try {
            return item.findDestinationPage(pdf);
        } catch (IOException _) {
            // An entry that leads nowhere costs a heading, not the document.
            return null;
        }
    }

    /** Leaves PDFBox, whose methods throw I/O exceptions only. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Unreadable reason;

        Stopped(Unreadable reason) {
            super(null, null, false, false);
            this.reason = reason;
        }
    }

    /** Looks at the clock at each operator, and counts the text while it comes. */
    private static final class WatchedStripper extends PDFTextStripper {
        private final Gathered into;
        private int seen;

        WatchedStripper(Gathered into) {
            this.into = into;
            setParagraphEnd(PARAGRAPH);
            setLineSeparator("\n");
        }

        @Override
        protected void processOperator(Operator operator, List<COSBase> operands) throws IOException {
            try {
                into.tick();
            } catch (Unreadable e) {
                throw new Stopped(e);
            }
            super.processOperator(operator, operands);
        }

        @Override
        protected void processTextPosition(TextPosition text) {
            seen++;
            if (seen % 100_000 == 0) {
                try {
                    // Counted once more as blocks: a page alone may not be many times the limit.
                    into.tick();
                } catch (Unreadable e) {
                    throw new Stopped(e);
                }
            }
            super.processTextPosition(text);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "after %d characters", seen);
        }
    }
}
