package io.stoa.integration.retrieve.ingest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.poi.openxml4j.opc.OPCPackage;
import org.apache.poi.xwpf.usermodel.IBodyElement;
import org.apache.poi.xwpf.usermodel.XWPFDocument;
import org.apache.poi.xwpf.usermodel.XWPFFootnote;
import org.apache.poi.xwpf.usermodel.XWPFParagraph;
import org.apache.poi.xwpf.usermodel.XWPFSDT;
import org.apache.poi.xwpf.usermodel.XWPFStyle;
import org.apache.poi.xwpf.usermodel.XWPFTable;
import org.apache.poi.xwpf.usermodel.XWPFTableCell;
import org.apache.poi.xwpf.usermodel.XWPFTableRow;

/** Word: paragraphs, headings by their styles, tables and footnotes; it has no pages before it is laid out. */
final class WordParser implements Parser {
    @Override
    public void parse(byte[] content, Gathered into) throws IOException, Unreadable {
        try (OPCPackage opened = Office.open(content);
                XWPFDocument document = new XWPFDocument(opened)) {
            String title = document.getProperties().getCoreProperties().getTitle();
            into.title(title == null ? "" : title);
            for (IBodyElement element : document.getBodyElements()) {
                into.tick();
                switch (element) {
                    case XWPFParagraph paragraph -> paragraph(document, paragraph, into);
                    case XWPFTable table -> table(table, into);
                    case XWPFSDT control -> into.text(control.getContent().getText(), Where.UNKNOWN);
                    default -> {
                        // Pictures and the like have no text.
                    }
                }
            }
            for (XWPFFootnote footnote : document.getFootnotes()) {
                for (XWPFParagraph paragraph : footnote.getParagraphs()) {
                    into.text(paragraph.getText(), Where.UNKNOWN);
                }
            }
        }
    }

    private static void paragraph(XWPFDocument document, XWPFParagraph paragraph, Gathered into) throws Unreadable {
        Optional<Integer> level = level(document, paragraph);
        if (level.isPresent()) {
            into.heading(level.get(), paragraph.getText(), Where.UNKNOWN);
        } else {
            into.text(paragraph.getNumID() == null ? paragraph.getText() : "- " + paragraph.getText(), Where.UNKNOWN);
        }
    }

    /** A style's own name is English in every language of Word: {@code heading 2}, {@code Title}. */
    private static Optional<Integer> level(XWPFDocument document, XWPFParagraph paragraph) {
        String id = paragraph.getStyleID();
        if (id == null) {
            return Optional.empty();
        }
        XWPFStyle style =
                document.getStyles() == null ? null : document.getStyles().getStyle(id);
        String name = (style == null || style.getName() == null ? id : style.getName())
                .toLowerCase(Locale.ROOT)
                .replace(" ", "");
        if (name.equals("title")) {
            return Optional.of(1);
        }
        return name.matches("heading[1-9]") ? Optional.of(name.charAt(7) - '0') : Optional.empty();
    }

    private static void table(XWPFTable table, Gathered into) throws Unreadable {
        List<List<String>> rows = new ArrayList<>();
        for (XWPFTableRow row : table.getRows()) {
            into.tick();
            rows.add(row.getTableCells().stream().map(XWPFTableCell::getText).toList());
        }
        into.table(rows, Where.UNKNOWN);
    }
}
