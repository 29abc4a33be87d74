package io.stoa.integration.retrieve.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.poi.openxml4j.exceptions.OpenXML4JException;
import org.apache.poi.openxml4j.opc.OPCPackage;
import org.apache.poi.ss.usermodel.DataFormatter;
import org.apache.poi.ss.util.CellReference;
import org.apache.poi.util.XMLHelper;
import org.apache.poi.xssf.eventusermodel.ReadOnlySharedStringsTable;
import org.apache.poi.xssf.eventusermodel.XSSFReader;
import org.apache.poi.xssf.eventusermodel.XSSFSheetXMLHandler;
import org.apache.poi.xssf.eventusermodel.XSSFSheetXMLHandler.SheetContentsHandler;
import org.apache.poi.xssf.usermodel.XSSFComment;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.XMLReader;

/**
 * Excel: each sheet is a heading and a table whose first row is its head; formulas are their last results. Sheets are read as
 * a stream, so that a large one does not have to fit into memory several times.
 */
final class SheetParser implements Parser {
    /** Columns that are read; what stands beyond is seldom a table. */
    private static final int MOST_COLUMNS = 1_000;

    /** Rows of one block, so that places stay exact. */
    private static final int ROWS_AT_ONCE = 1_000;

    @Override
    public void parse(byte[] content, Gathered into) throws IOException, Unreadable {
        try (OPCPackage opened = Office.open(content)) {
            XSSFReader reader = new XSSFReader(opened);
            ReadOnlySharedStringsTable texts = new ReadOnlySharedStringsTable(opened);
            XSSFReader.SheetIterator sheets = reader.getSheetIterator();
            int number = 0;
            while (sheets.hasNext()) {
                try (InputStream sheet = sheets.next()) {
                    number++;
                    into.page(number);
                    into.heading(1, sheets.getSheetName(), Where.UNKNOWN);
                    Rows rows = new Rows(into);
                    XMLReader xml = XMLHelper.newXMLReader();
                    xml.setContentHandler(new XSSFSheetXMLHandler(
                            reader.getStylesTable(), null, texts, rows, new DataFormatter(), false));
                    xml.parse(new InputSource(sheet));
                    rows.finish();
                }
            }
        } catch (OpenXML4JException | SAXException | ParserConfigurationException e) {
            throw new IOException(e);
        } catch (Stopped stopped) {
            throw stopped.reason;
        }
    }

    /** Leaves the XML reader. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Unreadable reason;

        Stopped(Unreadable reason) {
            super(null, null, false, false);
            this.reason = reason;
        }
    }

    private static final class Rows implements SheetContentsHandler {
        private final Gathered into;
        private final List<List<String>> rows = new ArrayList<>();
        private List<String> head = List.of();
        private List<String> row = new ArrayList<>();
        private int first = 1;

        Rows(Gathered into) {
            this.into = into;
        }

        @Override
        public void startRow(int number) {
            row = new ArrayList<>();
            if (rows.isEmpty()) {
                first = number + 1;
            }
        }

        @Override
        public void cell(
                @org.jspecify.annotations.Nullable String reference,
                @org.jspecify.annotations.Nullable String value,
                @org.jspecify.annotations.Nullable XSSFComment comment) {
            int column = reference == null ? row.size() : new CellReference(reference).getCol();
            if (column < MOST_COLUMNS && value != null) {
                while (row.size() <= column) {
                    row.add("");
                }
                row.set(column, value);
                counted(() -> into.tick());
            }
        }

        @Override
        public void endRow(int number) {
            if (row.stream().anyMatch(cell -> !cell.isBlank())) {
                rows.add(row);
                if (head.isEmpty()) {
                    head = row;
                }
                if (rows.size() == ROWS_AT_ONCE) {
                    counted(this::finish);
                    // Each block of a long table says again what its columns are.
                    rows.add(head);
                    first = number + 2;
                }
            }
        }

        private interface Counting {
            void run() throws Unreadable;
        }

        private static void counted(Counting counting) {
            try {
                counting.run();
            } catch (Unreadable e) {
                throw new Stopped(e);
            }
        }

        void finish() throws Unreadable {
            if (rows.size() > 1 || (rows.size() == 1 && !rows.getFirst().equals(head)) || first == 1) {
                into.table(rows, Where.line(first));
            }
            rows.clear();
        }
    }
}
