package io.stoa.benchmark.dataset;

import static java.util.Objects.requireNonNull;

import io.stoa.model.StoaException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How rows are written in a file. Text formats are UTF-8, with or without a byte order mark, with either line end, and may
 * be compressed: by gzip when the name ends in {@code .gz}, by bzip2 when it ends in {@code .bz2}.
 */
public sealed interface Format {
    /** One JSON object per line; blank lines are passed over. */
    record JsonLines() implements Format {}

    /**
     * A JSON document. With a field's name, the rows are in that member of the outer object; otherwise
     *
     * <ul>
     *   <li>a list is a list of rows;
     *   <li>an object of which every member is a list of the same length is a table by columns;
     *   <li>an object with one member that is a list of objects holds its rows there;
     *   <li>any other object is one row;
     *   <li>and when more follows behind the object, the file is read as {@link JsonLines}, whose ending is often
     *       {@code .json}.
     * </ul>
     *
     * What stands in the named field is a list of rows or a table by columns.
     */
    record Json(Optional<String> field) implements Format {
        public Json {
            requireNonNull(field, "field");
        }

        public Json() {
            this(Optional.empty());
        }

        public Json(String field) {
            this(Optional.of(field));
        }
    }

    /**
     * Cells with a separator, quoted as in RFC 4180. A column whose cells are all whole numbers becomes whole numbers, all
     * numbers floating-point numbers, all true or false booleans, and text otherwise; whole numbers with an absent cell
     * among them become floating-point ones. That is what pandas, and so the {@code datasets} library, makes of them.
     *
     * @param separator between cells
     * @param columns the names, when the first line is a row already; empty when it is the header
     * @param absent texts of cells that stand for no value, which becomes {@code null}
     */
    record Table(char separator, List<String> columns, Set<String> absent) implements Format {
        /**
         * What pandas takes for no value. Not the default, because words such as {@code None} and {@code N/A} are answers
         * that one may choose.
         */
        public static final Set<String> PANDAS_ABSENT = Set.of(
                "",
                "#N/A",
                "#N/A N/A",
                "#NA",
                "-1.#IND",
                "-1.#QNAN",
                "-NaN",
                "-nan",
                "1.#IND",
                "1.#QNAN",
                "<NA>",
                "N/A",
                "NA",
                "NULL",
                "NaN",
                "None",
                "n/a",
                "nan",
                "null");

        public Table {
            columns = List.copyOf(columns);
            absent = Set.copyOf(absent);
            if (new HashSet<>(columns).size() < columns.size()) {
                throw new IllegalArgumentException("a column occurs twice: " + columns);
            }
            if (separator == '"' || separator == '\n' || separator == '\r') {
                throw new IllegalArgumentException("cells cannot be separated by a quote or a line end");
            }
        }

        /** Commas, a header, and only empty cells absent. */
        public static Table csv() {
            return new Table(',', List.of(), Set.of(""));
        }

        /** The same with tabs. */
        public static Table tsv() {
            return new Table('\t', List.of(), Set.of(""));
        }

        public Table withColumns(List<String> names) {
            return new Table(separator, names, absent);
        }

        public Table withAbsent(Set<String> texts) {
            return new Table(separator, columns, texts);
        }
    }

    /** Apache Parquet; structures and lists become nested JSON, bytes become base64 when written. */
    record Parquet() implements Format {}

    /** One row per line, with the line as {@code text}. */
    record Text() implements Format {}

    /**
     * What llama.cpp's {@code --hellaswag} reads: six lines for each row, the context, the number of the right ending from
     * 0, and four endings; they become {@code context}, {@code label} and {@code endings}.
     */
    record LlamaCppHellaSwag() implements Format {}

    /** The format that a file's name tells, or nothing. */
    static Optional<Format> of(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        String plain = Compression.of(lower).plainName(lower);
        String ending = plain.substring(plain.lastIndexOf('.') + 1);
        return switch (ending) {
            case "jsonl", "ndjson" -> Optional.of(new JsonLines());
            case "json" -> Optional.of(new Json());
            case "csv" -> Optional.of(Table.csv());
            case "tsv" -> Optional.of(Table.tsv());
            case "parquet" -> plain.equals(lower) ? Optional.of(new Parquet()) : Optional.empty();
            case "txt" -> Optional.of(new Text());
            default -> Optional.empty();
        };
    }

    /** The same, or a refusal. */
    static Format require(String name) {
        return of(name).orElseThrow(() -> StoaException.user(name + ": its format is not known by its name; name it "
                + ".jsonl, .json, .csv, .tsv, .parquet or .txt, text also with .gz or .bz2, or state the format"));
    }
}
