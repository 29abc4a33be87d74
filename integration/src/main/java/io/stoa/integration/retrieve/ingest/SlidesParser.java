package io.stoa.integration.retrieve.ingest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.poi.openxml4j.opc.OPCPackage;
import org.apache.poi.xslf.usermodel.XMLSlideShow;
import org.apache.poi.xslf.usermodel.XSLFGroupShape;
import org.apache.poi.xslf.usermodel.XSLFNotes;
import org.apache.poi.xslf.usermodel.XSLFShape;
import org.apache.poi.xslf.usermodel.XSLFSlide;
import org.apache.poi.xslf.usermodel.XSLFTable;
import org.apache.poi.xslf.usermodel.XSLFTableCell;
import org.apache.poi.xslf.usermodel.XSLFTableRow;
import org.apache.poi.xslf.usermodel.XSLFTextParagraph;
import org.apache.poi.xslf.usermodel.XSLFTextShape;

/** PowerPoint: each slide is a page, its title a heading; the speaker's notes follow its text. */
final class SlidesParser implements Parser {
    private static final int DEEPEST_GROUP = 20;

    @Override
    public void parse(byte[] content, Gathered into) throws IOException, Unreadable {
        try (OPCPackage opened = Office.open(content);
                XMLSlideShow show = new XMLSlideShow(opened)) {
            String title = show.getProperties().getCoreProperties().getTitle();
            into.title(title == null ? "" : title);
            int number = 0;
            for (XSLFSlide slide : show.getSlides()) {
                number++;
                into.page(number);
                Where where = Where.page(number);
                String own = slide.getTitle();
                into.heading(1, own == null || own.isBlank() ? "Slide " + number : own, where);
                for (XSLFShape shape : slide.getShapes()) {
                    shape(shape, own == null ? "" : own, 0, where, into);
                }
                XSLFNotes notes = slide.getNotes();
                if (notes != null) {
                    for (List<XSLFTextParagraph> paragraphs : notes.getTextParagraphs()) {
                        for (XSLFTextParagraph paragraph : paragraphs) {
                            into.text(paragraph.getText(), where);
                        }
                    }
                }
            }
        }
    }

    private static void shape(XSLFShape shape, String title, int depth, Where where, Gathered into) throws Unreadable {
        into.tick();
        switch (shape) {
            case XSLFTable table -> {
                List<List<String>> rows = new ArrayList<>();
                for (XSLFTableRow row : table.getRows()) {
                    rows.add(row.getCells().stream().map(XSLFTableCell::getText).toList());
                }
                into.table(rows, where);
            }
            case XSLFGroupShape group
            when depth < DEEPEST_GROUP -> {
                for (XSLFShape inner : group.getShapes()) {
                    shape(inner, title, depth + 1, where, into);
                }
            }
            case XSLFTextShape text
            when !text.getText().equals(title) -> {
                for (XSLFTextParagraph paragraph : text.getTextParagraphs()) {
                    into.text(paragraph.isBullet() ? "- " + paragraph.getText() : paragraph.getText(), where);
                }
            }
            default -> {
                // Pictures and the like have no text.
            }
        }
    }
}
