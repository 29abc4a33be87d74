package io.stoa.benchmark.dataset;

import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads {@link Format.Table}: once through all files to learn the types of the columns, and once more for the rows. */
final class TableReader implements RowReader {
    private final Format.Table format;

    TableReader(Format.Table format) {
        this.format = format;
    }

    @Override
    public void read(List<Path> files, RowSink sink) throws IOException {
        List<String> columns = format.columns();
        List<ColumnType> types = new ArrayList<>();
        for (Path file : files) {
            List<String> found = scan(file, sink.limits(), (_, cells, names) -> see(cells, names, types));
            if (columns.isEmpty()) {
                columns = found;
            } else if (format.columns().isEmpty() && !found.isEmpty() && !found.equals(columns)) {
                throw RowSink.unreadable(
                        Place.line(file, 1),
                        "the columns are " + found + ", but " + columns + " in " + files.getFirst(),
                        "read files of one kind at once");
            }
        }
        List<String> names = columns;
        for (Path file : files) {
            scan(file, sink.limits(), (place, cells, _) -> put(place, cells, names, types, sink));
        }
    }

    private interface Rows {
        void at(Place place, List<String> cells, List<String> names);
    }

    private void see(List<String> cells, List<String> names, List<ColumnType> types) {
        if (cells.size() != names.size()) {
            return;
        }
        while (types.size() < cells.size()) {
            types.add(new ColumnType());
        }
        for (int i = 0; i < cells.size(); i++) {
            if (format.absent().contains(cells.get(i))) {
                types.get(i).seeAbsent();
            } else {
                types.get(i).see(cells.get(i));
            }
        }
    }

    private void put(Place place, List<String> cells, List<String> names, List<ColumnType> types, RowSink sink) {
        if (cells.size() != names.size()) {
            sink.broken(
                    place,
                    cells.size() + " cells for " + names.size() + " columns " + names,
                    "quote cells that hold the separator");
            return;
        }
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            if (format.absent().contains(cell)) {
                row.putNull(names.get(i));
            } else {
                row.set(names.get(i), types.get(i).convert(cell));
            }
        }
        sink.row(place, row);
    }

    /** Goes through the rows below the header, if there is one: the names of the columns, none in an empty file. */
    private List<String> scan(Path file, Limits limits, Rows rows) throws IOException {
        CSVFormat csv = CSVFormat.RFC4180
                .builder()
                .setDelimiter(format.separator())
                .setIgnoreEmptyLines(true)
                .get();
        long line = 1;
        try (SourceStream stream = SourceStream.open(file, limits);
                Reader text = new InputStreamReader(stream, StandardCharsets.UTF_8.newDecoder());
                CSVParser parser = csv.parse(text)) {
            Iterator<CSVRecord> records = parser.iterator();
            List<String> names = format.columns();
            stream.expect(limits.rowBytes(), "a row of the table");
            while (records.hasNext()) {
                List<String> cells = records.next().toList();
                if (names.isEmpty()) {
                    names = header(file, cells);
                } else {
                    rows.at(Place.line(file, line), cells, names);
                }
                line = parser.getCurrentLineNumber() + 1;
                stream.expect(limits.rowBytes(), "a row of the table");
            }
            return names;
        } catch (UncheckedIOException e) {
            throw broken(Place.line(file, line), Objects.requireNonNullElse(e.getCause(), new IOException(e)));
        }
    }

    private static StoaException broken(Place place, IOException e) {
        return e instanceof CharacterCodingException
                ? RowSink.unreadable(place, "not UTF-8 here or in the next lines", "save the file as UTF-8")
                : RowSink.unreadable(
                        place,
                        "the table breaks off (" + e.getMessage() + ")",
                        "close the quotes; nothing behind it can be read");
    }

    private static List<String> header(Path file, List<String> cells) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            // What pandas calls them; many programs write row numbers into a column without a name.
            names.add(cells.get(i).isEmpty() ? "Unnamed: " + i : cells.get(i));
        }
        Set<String> seen = new HashSet<>();
        Stream<String> doubled = names.stream().filter(name -> !seen.add(name));
        doubled.findFirst().ifPresent(name -> {
            throw RowSink.unreadable(Place.line(file, 1), "the column \"" + name + "\" occurs twice", "rename one");
        });
        return names;
    }
}
