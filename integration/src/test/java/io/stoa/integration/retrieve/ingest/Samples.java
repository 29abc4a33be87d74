package io.stoa.integration.retrieve.ingest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.pdfbox.pdmodel.interactive.documentnavigation.destination.PDPageFitDestination;
import org.apache.pdfbox.pdmodel.interactive.documentnavigation.outline.PDDocumentOutline;
import org.apache.pdfbox.pdmodel.interactive.documentnavigation.outline.PDOutlineItem;
import org.apache.poi.xslf.usermodel.XMLSlideShow;
import org.apache.poi.xslf.usermodel.XSLFSlide;
import org.apache.poi.xslf.usermodel.XSLFTextBox;
import org.apache.poi.xssf.usermodel.XSSFRow;
import org.apache.poi.xssf.usermodel.XSSFSheet;
import org.apache.poi.xssf.usermodel.XSSFWorkbook;
import org.apache.poi.xwpf.usermodel.XWPFDocument;
import org.apache.poi.xwpf.usermodel.XWPFParagraph;
import org.apache.poi.xwpf.usermodel.XWPFTable;

/** Documents made on the spot, sound and unsound. */
final class Samples {
    static {
        // What the libraries say of damaged documents is the tests' wish, not news.
        System.setProperty("log4j2.simplelogLevel", "OFF");
        System.setProperty("log4j2.StatusLogger.level", "OFF");
    }

    private Samples() {}

    /** A page for each text; lines by newlines; an outline entry for each page. */
    static byte[] pdf(List<String> pages, List<String> outline) throws IOException {
        try (PDDocument pdf = new PDDocument()) {
            PDDocumentOutline root = new PDDocumentOutline();
            for (int i = 0; i < pages.size(); i++) {
                PDPage page = new PDPage();
                pdf.addPage(page);
                try (PDPageContentStream content = new PDPageContentStream(pdf, page)) {
                    content.beginText();
                    content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 11);
                    content.setLeading(14);
                    content.newLineAtOffset(60, 700);
                    for (String line : pages.get(i).split("\n", -1)) {
                        content.showText(line);
                        content.newLine();
                    }
                    content.endText();
                }
                if (i < outline.size()) {
                    PDOutlineItem item = new PDOutlineItem();
                    PDPageFitDestination destination = new PDPageFitDestination();
                    destination.setPage(page);
                    item.setDestination(destination);
                    item.setTitle(outline.get(i));
                    root.addLast(item);
                }
            }
            pdf.getDocumentCatalog().setDocumentOutline(root);
            return saved(pdf);
        }
    }

    static byte[] encryptedPdf(boolean mayBeOpened) throws IOException {
        try (PDDocument pdf = new PDDocument()) {
            pdf.addPage(new PDPage());
            AccessPermission permission = new AccessPermission();
            permission.setCanExtractContent(false);
            pdf.protect(new StandardProtectionPolicy("owner", mayBeOpened ? "" : "user", permission));
            return saved(pdf);
        }
    }

    private static byte[] saved(PDDocument pdf) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        pdf.save(out);
        return out.toByteArray();
    }

    static byte[] docx() throws IOException {
        try (XWPFDocument document = new XWPFDocument()) {
            document.getProperties().getCoreProperties().setTitle("House book");
            paragraph(document, "Garden", "Heading1");
            paragraph(document, "The roses are cut in March.", null);
            paragraph(document, "Tools", "Heading2");
            XWPFTable table = document.createTable(2, 2);
            table.getRow(0).getCell(0).setText("Tool");
            table.getRow(0).getCell(1).setText("Shelf");
            table.getRow(1).getCell(0).setText("Shears");
            table.getRow(1).getCell(1).setText("B4");
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            document.write(out);
            return out.toByteArray();
        }
    }

    private static void paragraph(XWPFDocument document, String text, @org.jspecify.annotations.Nullable String style) {
        XWPFParagraph paragraph = document.createParagraph();
        if (style != null) {
            paragraph.setStyle(style);
        }
        paragraph.createRun().setText(text);
    }

    static byte[] xlsx(int rows) throws IOException {
        try (XSSFWorkbook book = new XSSFWorkbook()) {
            XSSFSheet sheet = book.createSheet("Stock");
            XSSFRow head = sheet.createRow(0);
            head.createCell(0).setCellValue("Part");
            head.createCell(2).setCellValue("Pieces");
            for (int i = 1; i <= rows; i++) {
                XSSFRow row = sheet.createRow(i);
                row.createCell(0).setCellValue("part-" + i);
                row.createCell(2).setCellValue(i);
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            book.write(out);
            return out.toByteArray();
        }
    }

    static byte[] pptx() throws IOException {
        try (XMLSlideShow show = new XMLSlideShow()) {
            for (int i = 1; i <= 2; i++) {
                XSLFSlide slide = show.createSlide();
                XSLFTextBox box = slide.createTextBox();
                box.setText("Point " + i + " of the plan");
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            show.write(out);
            return out.toByteArray();
        }
    }

    /** The same zip with an entry replaced. */
    static byte[] with(byte[] zip, Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipInputStream from = new ZipInputStream(new java.io.ByteArrayInputStream(zip));
                ZipOutputStream to = new ZipOutputStream(out)) {
            for (ZipEntry entry = from.getNextEntry(); entry != null; entry = from.getNextEntry()) {
                to.putNextEntry(new ZipEntry(entry.getName()));
                to.write(entries.getOrDefault(entry.getName(), from.readAllBytes()));
                to.closeEntry();
            }
        }
        return out.toByteArray();
    }

    /** A document whose one part unpacks to many megabytes. */
    static byte[] zipBomb() throws IOException {
        String head = "<?xml version=\"1.0\"?><w:document xmlns:w="
                + "\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>";
        return with(
                docx(),
                Map.of(
                        "word/document.xml",
                        (head + "a".repeat(8_000_000) + "</w:t></w:r></w:p></w:body></w:document>")
                                .getBytes(StandardCharsets.UTF_8)));
    }

    /** A document whose XML names entities of ten times ten times … a text, and a file of this machine. */
    static byte[] entities() throws IOException {
        StringBuilder text = new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a0 \"ha\">");
        for (int i = 1; i < 12; i++) {
            text.append("<!ENTITY a")
                    .append(i)
                    .append(" \"")
                    .append(("&a" + (i - 1) + ";").repeat(10))
                    .append("\">");
        }
        text.append("<!ENTITY file SYSTEM \"file:///etc/hostname\">]><w:document xmlns:w=")
                .append("\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>")
                .append("&a11;&file;</w:t></w:r></w:p></w:body></w:document>");
        return with(docx(), Map.of("word/document.xml", text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** Elements in elements in elements. */
    static byte[] deepDocx(int depth) throws IOException {
        String head = "<?xml version=\"1.0\"?><w:document xmlns:w="
                + "\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>";
        String cell = "<w:tbl><w:tr><w:tc>";
        String end = "</w:tc></w:tr></w:tbl>";
        return with(
                docx(),
                Map.of(
                        "word/document.xml",
                        (head + cell.repeat(depth) + "<w:p><w:r><w:t>deep</w:t></w:r></w:p>" + end.repeat(depth)
                                        + "</w:body></w:document>")
                                .getBytes(StandardCharsets.UTF_8)));
    }
}
